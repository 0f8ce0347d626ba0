"""The table of which a mapping is to be suggested: its sheet, header and rows, and which column is probably what."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping as Dictionary
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from itertools import islice
from pathlib import Path

from kg.errors import KgError
from kg.loaders.base import Row
from kg.loaders.mapping.contents import ALONE, LOOKS, Column
from kg.loaders.mapping.model import FileBlock
from kg.loaders.mapping.opening import RECORDS, find_format, first_lines, read_lines, read_records, sheet_names
from kg.loaders.reading.grids import name_columns
from kg.loaders.reading.values import present
from kg.places.names import normalise

#: Rows that are looked at.
MOST_ROWS = 5_000


@dataclass(frozen=True)
class Sniffed:
    """A table: how it is read, what stands above its header, and its columns."""

    file: FileBlock
    title: str | None
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


@cache
def synonyms() -> dict[str, dict[str, int]]:
    """Return the headings that mean each field, with their rank."""
    text = resources.files("kg").joinpath("loaders", "mapping", "synonyms.toml").read_text(encoding="utf-8")
    return {
        field: {normalise(word): rank for rank, word in reversed(list(enumerate(words)))}
        for field, words in tomllib.loads(text).items()
    }


@lru_cache(maxsize=20_000)
def fit(heading: str, field: str) -> float:
    """Return how well a heading means a field: 1 for the first of its words, near 1 for another, less for a part of it.

    >>> fit("Country", "country"), fit("Member since (year)", "since") > 0.5, fit("Zug", "since")
    (1.0, True, 0.0)
    """
    last = heading.rstrip(".").rpartition(".")[2]
    if last != heading.rstrip("."):
        # address.country, Project.Partner: what stands last is what it is.
        return max(fit(heading.replace(".", " "), field), 0.99 * fit(last, field))
    text = normalise(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", heading))
    words = synonyms()[field]
    if text in words:
        return 1 - words[text] / 1000
    parts = [word for word in words if len(word) > 2 and f" {word} " in f" {text} "]
    if not parts:
        return 0.0
    longest = max(parts, key=len)
    return 0.5 + 0.3 * len(longest) / len(text) - words[longest] / 10_000


def sniff(path: Path) -> Sniffed:
    """Return what a table looks like.

    Raises:
        KgError: The file cannot be read, or there is no row in it.
    """
    kind = find_format(path)
    if kind in RECORDS:
        return _sniffed(FileBlock(), None, list(islice(read_records(path, kind), MOST_ROWS)), path)
    file, title, is_guessed = _header(path)
    options: dict[str, object] = {"header_row": file.header} if file.header else {"names": file.columns}
    rows = list(islice(read_lines(path, file, **options), MOST_ROWS))
    return _sniffed(file if is_guessed else file.model_copy(update={"header": None}), title, rows, path)


def _sniffed(file: FileBlock, title: str | None, rows: Sequence[Row], path: Path) -> Sniffed:
    if not rows:
        raise KgError(f"{path} has no rows: is it the whole file?")
    sound = [row for row in rows if not row.defect] or list(rows)
    names = dict.fromkeys(name for row in sound for name in row.cells)
    columns = []
    for name in names:
        cells = (present(row.cells.get(name)) for row in sound)
        columns.append(Column(name, tuple(cell for cell in cells if cell), len(sound)))
    return Sniffed(file, title, tuple(columns), tuple(sound))


def _header(path: Path) -> tuple[FileBlock, str | None, bool]:
    """Return how to read a table of lines, what stands above its header, and whether the mapping must say where that is."""
    best: tuple[float, FileBlock, str | None, bool] | None = None
    sheets = sheet_names(path)
    refused: KgError | None = None
    for sheet in sheets or (None,):
        file = FileBlock(sheet=sheet) if len(sheets) > 1 else FileBlock()
        try:
            lines = first_lines(path, file)
        except KgError as error:
            refused = refused or error
            continue
        width = max((len(cells) for _, cells in lines), default=0)
        if not width:
            continue
        found = [(_likeness(cells, width), number, cells) for number, cells in lines]
        score, number, _ = max(found, key=lambda one: (one[0], -one[1]))
        above = [cell for other, line in lines if other < number for cell in line if cell]
        if score < 1 and _is_data(lines[0][1]):
            columns = tuple(f"column {place}" for place in range(1, width + 1))
            file, above = file.model_copy(update={"columns": columns}), []
        else:
            file = file.model_copy(update={"header": number})
        if best is None or score > best[0]:
            best = score, file, above[0] if above else None, bool(above)
    if best is None and not path.stat().st_size:
        raise KgError(f"{path} is empty: is it the right file, and was it downloaded completely?")
    if best is None:
        raise refused or KgError(f"{path} is empty: is it the right file, and was it downloaded completely?")
    return best[1], best[2], best[3] or bool(best[1].columns)


def _likeness(cells: Sequence[str], width: int) -> float:
    """Return how much a line looks like a header: by the headings known in it, then by how many cells it fills."""
    names = [cell for cell in name_columns(cells) if cell]
    known = sum(max(fit(name, field) for field in synonyms()) >= 0.6 for name in names if len(name) <= 60)
    filled = sum(bool(cell) for cell in cells) / width
    return known + filled * 0.9 if filled > 0.4 else 0.0


def _is_data(cells: Sequence[str]) -> bool:
    looks = [look for look, _ in ALONE.values()]
    # A single letter is a heading rather than a country.
    told = [cell for cell in cells if len(cell) > 1]
    return any(any(letter.isdigit() for letter in cell) or any(look(cell) for look in looks) for cell in told)


#: Words of headings that are about a member, but do not name it.
_ABOUT = {
    "id",
    "code",
    "nr",
    "no",
    "number",
    "date",
    "type",
    "status",
    "since",
    "size",
    "short",
    "acronym",
    "kind",
    "count",
}

#: Fields in the order in which they choose their columns.
_FIELDS = (
    "wikidata", "geonames", "latitude", "longitude", "website", "since", "until", "population", "country", "network", "member",
    "city", "name", "status", "role", "lau", "region", "names", "own_id",
)  # fmt: skip


def assign(columns: Sequence[Column]) -> tuple[dict[str, Column], dict[str, Column]]:
    """Return the column of each field, and those columns that are never to be read, by name.

    Fields are told by the headings, where the cells look like it; some by their cells alone.
    """
    private = {
        column.name: column
        for column in columns
        if max(fit(column.name, "private"), 0.6 if column.share(lambda cell: "@" in cell) > 0.2 else 0) >= 0.6
        and max(fit(column.name, field) for field in _FIELDS) < 0.9
    }
    free = [column for column in columns if column.name not in private and column.cells]
    claims = [
        (round(fit(column.name, field), 1), _share(field, column), fit(column.name, field), -place, field, column)
        for column in free
        for place, field in enumerate(_FIELDS)
        if fit(column.name, field) >= 0.5 and _looks(field, column)
    ]
    found: dict[str, Column] = {}
    for *_, field, column in sorted(claims, key=lambda claim: claim[:4], reverse=True):
        if field not in found and column not in found.values():
            found[field] = column
    for field, (look, share) in ALONE.items():
        if field not in found:
            others = [column for column in free if column not in found.values() and column.share(look) >= share]
            if others:
                found[field] = others[0]
    if ("latitude" in found) is not ("longitude" in found):
        found.pop("latitude", None)
        found.pop("longitude", None)
    return _with_name(found, free), private


def _share(field: str, column: Column) -> float:
    return round(column.share(LOOKS[field][0]), 2) if field == "country" else 0.0


def _looks(field: str, column: Column) -> bool:
    if field in ("member", "city", "name"):
        # Yes and no, or a status, name nobody.
        few = len(column.different) <= 3 and len(column.cells) > 10
        if few or _ABOUT & set(normalise(column.name).split()):
            return False
    if field not in LOOKS:
        return True
    look, share = LOOKS[field]
    return column.share(look) >= share


def _with_name(found: dict[str, Column], free: Sequence[Column]) -> dict[str, Column]:
    """Choose what names the members: the body itself, else the town, else a name, else the column of the most different texts."""
    chosen = found.get("member") or found.get("city") or found.get("name") or found.get("region")
    if chosen is None:
        look, share = LOOKS["name"]
        texts = [column for column in free if column not in found.values() and column.share(look) >= share]
        others = texts or [column for column in free if column not in found.values()] or list(free)
        chosen = max(others, key=lambda column: column.filled * column.distinct, default=None)
    if chosen is None:
        return found
    seat = found.get("city") if found.get("city") is not chosen else None
    rest: Dictionary[str, Column] = {
        field: column
        for field, column in found.items()
        if field not in ("member", "city", "name") and column is not chosen
    }
    return {"name": chosen, **rest, **({"seat": seat} if seat else {})}
