"""A first mapping for a table, written from its header and its cells, each guess with what speaks for it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from kg.loaders.mapping.constants import starter_organisations
from kg.loaders.mapping.contents import LOOKS, Column, is_country, is_date, layout_of
from kg.loaders.mapping.entities import AUTHORITY, NODE_BLOCKS
from kg.loaders.mapping.reading import FILL_IN
from kg.loaders.mapping.sniffing import Sniffed, assign, fit, sniff
from kg.places.country_names import country_code
from kg.places.names import normalise
from kg.schema.dates import check_partial_date
from kg.schema.identity import SCHEME_PROPERTIES, slug
from kg.schema.nodes import NODES
from kg.schema.relationships import MemberOf

_EXAMPLES = 3
_MOST_TOLD = 8
#: Members by whose names it is judged what they are.
_MOST_JUDGED = 500

#: A name, and a country behind it: Riga (LV); Wien, Austria.
_BEFORE = r"^(.+?)\s*(?:[,(][^,()]+\)?)?$"
_BEHIND = r"[,(]\s*([^,()]+?)\s*\)?$"

#: Rows below the members that are no members.
_TOTALS = r"(?i)^(total|sum|summe|gesamt|insgesamt|totale|razem|celkem|source|quelle|fuente|fonte|note|anmerkung)\b"


#: Fields whose cells are not any text.
_NUMBERED = ("population", "website", "latitude", "longitude", "geonames", "wikidata")


def suggest(path: Path, *, today: date | None = None) -> str:
    """Return a first mapping for a table, as text of YAML; lines with TO FILL IN are for a person to fill in.

    Args:
        path: The table.
        today: The day to take for the edition when neither the file's name nor the file says another.

    Raises:
        KgError: The file cannot be read, or has no rows.
    """
    table = sniff(path)
    fields, private = assign(table.columns)
    lines = [
        f"# A first mapping for {_comment(path.name)}, guessed from its header and {len(table.rows):,} rows.",
        f"# Fill in what is marked {FILL_IN}, look the rest through, then try it; this writes nothing:",
        f"#   kg load table {_comment(shlex.quote(path.name))} --mapping THIS_FILE --dry-run",
        "",
        *_source(path, table),
        "",
        *_edition(path, today),
        *_file(table, fields),
        *_skip(fields, table),
        "",
        *_members(path, table, fields),
        *_left(table, fields, private),
    ]
    return "\n".join(lines) + "\n"


def _source(path: Path, table: Sniffed) -> Iterator[str]:
    yield "source:"
    yield f"  id: {slug(_stem(path)) or 'my-list'}  # short name of the list in the graph, the same for each of its editions"
    if table.title:
        yield f"  title: {_scalar(table.title)}  # stands above the header"
    else:
        yield f"  title: {FILL_IN}  # what the list is called"
    yield f"  publisher: {FILL_IN}  # who publishes it"
    yield "  # licence: CC BY 4.0  # its terms of use; none stated unless you say so"
    yield "  # url: https://...  # where it was found"
    yield "  authority: network  # the network says so itself; else publisher, or aggregator for other people's facts"


def _edition(path: Path, today: date | None) -> Iterator[str]:
    for pattern in (
        r"(?<!\d)(20\d\d)[-_.]?(\d\d)[-_.]?(\d\d)(?!\d)",
        r"(?<!\d)(20\d\d)[-_.](\d\d)(?!\d)",
        r"(?<!\d)(20\d\d)(?!\d)",
    ):
        for match in reversed(list(re.finditer(pattern, path.name))):
            try:
                found = check_partial_date("-".join(match.groups()))
            except ValueError:
                continue
            yield f"edition: {found}  # of when the list is; taken from the name of the file"
            return
    day = today or datetime.fromtimestamp(path.stat().st_mtime, tz=UTC).date()
    yield f"edition: {day.isoformat()}  # of when the list is; {'today' if today else 'the date of the file itself'}"


def _file(table: Sniffed, fields: dict[str, Column]) -> list[str]:
    lines = []
    if table.file.sheet:
        lines.append(f"  sheet: {_scalar(table.file.sheet)}")
    if table.file.header:
        lines.append(f"  header: {table.file.header}  # the line with the names of the columns")
    if table.file.columns:
        lines.append(
            f"  columns: [{', '.join(map(_scalar, table.file.columns))}]  # names for the columns: there is no header"
        )
    country = fields.get("country")
    if country and country.filled < 0.6 and table.rows[0].cells.get(country.name):
        lines.append(f"  fill_down: {_scalar(country.name)}  # empty cells mean the same as above")
    return ["file:", *lines] if lines else []


def _skip(fields: dict[str, Column], table: Sniffed) -> Iterator[str]:
    name = fields.get("name")
    if not name:
        return
    country = fields.get("country")
    totals = [row for row in table.rows if re.search(_TOTALS, row.cells.get(name.name, ""))]
    if totals and not (country and all(row.cells.get(country.name) for row in totals)):
        yield "skip:"
        yield f"  - {{column: {_scalar(name.name)}, matches: {_scalar(_TOTALS)}, rule: totals and notes}}"
    elif name.filled < 1 and len(name.cells) < len(table.rows):
        yield "skip:"
        yield f"  - {{column: {_scalar(name.name)}, empty: true}}"


def _members(path: Path, table: Sniffed, fields: dict[str, Column]) -> Iterator[str]:
    yield "members:  # each row is a member of"
    network = fields.get("network")
    if network and len(set(network.cells)) < len(network.cells):
        yield f"  of: {{name: {{column: {_scalar(network.name)}}}}}  # {_examples(network)}"
    elif known := _known_network(f"{_stem(path)} {table.title or ''}"):
        yield f"  of: {known[0]}  # {known[1]}, guessed from the name of the file or the title"
    else:
        yield f"  of: {FILL_IN}  # an id such as own:eurocities, or {{id: own:..., name: ...}} for what is not in the graph yet"
    label = _label(table, fields)
    yield f"  label: {label}  # City, Region or Organisation when all members are; authority: told apart by words in their names"
    for field in ("name", "country", "since", "until", "status", "role", "population", "website", "latitude", "longitude",
                  "geonames", "wikidata", "lau", "region", "names", "own_id"):  # fmt: skip
        column = fields.get(field)
        if column is None and field == "name":
            yield f"  name: {FILL_IN}  # the column with the members' names; none of its headings says so"
        if column is not None and _has(label, field) and not (field == "own_id" and not _names_members(column)):
            within = field == "name" and "country" not in fields and _names_countries(column)
            yield f"  {field}: {_taken(column, _BEFORE) if within else _value(field, column)}  # {_examples(column)}"
            if within:
                yield f"  country: {_taken(column, _BEHIND)}  # stands behind the name, after a comma or in brackets"
            yield from _doubts(field, column)
    if seat := fields.get("seat"):
        yield f"  # {_scalar(seat.name)} may be where the member only has its seat, so it is not used ({_examples(seat)})"


def _label(table: Sniffed, fields: dict[str, Column]) -> str:
    """Return what the members are: bodies of a town, rather than towns, when most are called otherwise than the town."""
    from kg.places.authorities import recognise

    name, seat = fields.get("name"), fields.get("seat")
    if name and fit(name.name, "region") >= 0.9:
        return "Region"
    if not name or not seat:
        return AUTHORITY
    country = fields.get("country")
    bodies = known = 0
    for row in table.rows[:_MOST_JUDGED]:
        body, town = row.cells.get(name.name, ""), row.cells.get(seat.name, "")
        if body and town:
            code = country_code(row.cells.get(country.name, "")) if country else None
            known += 1
            bodies += recognise(body, code).kind == "other" and normalise(body) != normalise(town)
    return "Organisation" if known and bodies > 0.5 * known else AUTHORITY


def _could_be_months(column: Column) -> bool:
    """Return whether the first numbers of dates could all be months, as in 03/05/2009."""
    found = [
        match for match in (re.match(r"(\d{1,2})[/-]\d{1,2}[/-]\d{4}", cell) for cell in column.different) if match
    ]
    return bool(found) and all(int(match[1]) <= 12 for match in found)


def _names_countries(column: Column) -> bool:
    """Return whether most cells name a country behind the name: Riga (LV); Wien, Austria."""
    found = [match[1] for match in (re.search(_BEHIND, cell) for cell in column.different) if match]
    return sum(map(is_country, found)) >= 0.6 * len(column.different)


def _taken(column: Column, pattern: str) -> str:
    return f"{{column: {_scalar(column.name)}, take: {_scalar(pattern)}}}"


def _names_members(column: Column) -> bool:
    """Return whether a column of numbers names members: each another, and not just counted, for the next edition counts anew."""
    if column.distinct < 1 or column.filled < 1:
        return False
    counted = all(cell.isdecimal() for cell in column.cells)
    return not (counted and max(map(int, column.cells)) <= 1.5 * len(column.cells) + 10)


def _has(label: str, field: str) -> bool:
    """Return whether members of this kind have the field."""
    block = NODE_BLOCKS[label]
    schemes = {scheme for one in block.labels for scheme in NODES[one].schemes}
    if field in SCHEME_PROPERTIES:
        return field in schemes
    if field in ("latitude", "longitude"):
        return "location" in block.model_fields
    return field in block.model_fields or field in MemberOf.model_fields


def _value(field: str, column: Column) -> str:
    """Return what feeds a field: the bare name of the column where that will do."""
    name = _scalar(column.name)
    parts = []
    if field in ("since", "until"):
        layout = layout_of(tuple(dict.fromkeys(column.cells)))
        if layout:
            parts.append(f"date: {_scalar(layout)}")
        elif column.rest(is_date):
            parts.append("unreadable: empty")
    elif field in _NUMBERED:
        look, _ = LOOKS[field]
        if column.rest(look):
            parts.append(
                "unreadable: empty" if field not in ("geonames", "wikidata") else "take: '[1-9][0-9]{3,8}|Q[1-9][0-9]*'"
            )
    return f"{{column: {name}, {', '.join(parts)}}}" if parts else name


def _doubts(field: str, column: Column) -> Iterator[str]:
    if field == "country" and (unknown := column.rest(is_country)):
        listed = ", ".join(_scalar(_short(cell)) for cell in unknown[:_MOST_TOLD])
        yield f"  # rows with these are rejected, as no country is called so: {listed}"
        yield f"  # country: {{column: {_scalar(column.name)}, values: {{{_scalar(_short(unknown[0]))}: CODE}}}}"
    if field in _NUMBERED and (odd := column.rest(LOOKS[field][0])):
        yield f"  # cannot be read so: {', '.join(_scalar(_short(cell)) for cell in odd[:_EXAMPLES])}"
    if (
        field in ("since", "until")
        and not layout_of(tuple(dict.fromkeys(column.cells)))
        and (odd := column.rest(is_date))
    ):
        yield f"  # no dates: {', '.join(_scalar(_short(cell)) for cell in odd[:_EXAMPLES])}"
    if field in ("since", "until") and _could_be_months(column):
        yield "  # the day comes first; if it is the month: date: '%m/%d/%Y'"


def _left(table: Sniffed, fields: dict[str, Column], private: dict[str, Column]) -> Iterator[str]:
    used = {column.name for column in fields.values()}
    left = [column for column in table.columns if column.name not in used and column.name not in private]
    if left:
        yield ""
        yield "# Columns that are not used:"
        yield from (f"#   {_scalar(column.name)}: {_examples(column)}" for column in left)
    if private:
        yield ""
        yield f"# Never read, the graph has no place for contacts: {', '.join(map(_scalar, private))}"


def _known_network(text: str) -> tuple[str, str] | None:
    """Return the id and the name of the starter's organisation that a text names by a whole word or words."""
    words = f" {normalise(text)} "
    found = [name for name in starter_organisations() if len(normalise(name)) > 2 and f" {normalise(name)} " in words]
    if not found:
        return None
    name = max(found, key=len)
    return starter_organisations()[name], _comment(name)


def _stem(path: Path) -> str:
    """Return the name of a file without its endings and dates, words apart."""
    stem = path.name.split(".", 1)[0]
    return re.sub(r"[-_ ]*(?<!\d)20\d\d([-_]?\d\d){0,2}(?!\d)", "", stem).replace("_", " ").strip(" -") or stem


def _short(cell: str) -> str:
    cell = _comment(cell)
    return cell if len(cell) <= 30 else cell[:29] + "…"


def _comment(text: str) -> str:
    """Return a text that can stand in a comment: on one line, nothing that a file of YAML cannot hold."""
    return "".join(letter if letter.isprintable() else " " for letter in " ".join(text.split()))


def _examples(column: Column) -> str:
    examples = ", ".join(_short(cell) for cell in list(dict.fromkeys(column.cells))[:_EXAMPLES])
    share = "" if column.filled > 0.995 else f"; filled in {column.filled:.0%} of rows"
    return f"such as {examples}{share}" if examples else "always empty"


def _scalar(text: str) -> str:
    """Return a text as a scalar of YAML, in quotes where it needs them.

    >>> _scalar("Member since"), _scalar("Name: full"), _scalar("it's"), _scalar("null")
    ('Member since', "'Name: full'", "'it''s'", "'null'")
    """
    plain = re.fullmatch(r"[^\W\d_](?:[\w ().%/+-]*[\w).%])?", text) is not None
    if plain and text.casefold() not in ("null", "true", "false", "yes", "no", "y", "n", "on", "off"):
        return text
    if text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    escaped = (letter if letter.isprintable() and letter not in '"\\' else f"\\U{ord(letter):08x}" for letter in text)
    return f'"{"".join(escaped)}"'
