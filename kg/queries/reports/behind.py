"""How old and how complete the data behind a report's rows is.

The rows name their sources in the column ``sources`` and the date for which they hold in ``as_of``; the graph knows of each
source its title, edition and licence and how its load went, and of some networks how many members they say they have.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from pydantic import JsonValue

from kg.queries.results import Model

if TYPE_CHECKING:
    from kg.database.connection import Connection
    from kg.queries.entities import Entity

_SOURCES = """\
MATCH (s:Source)
OPTIONAL MATCH (l:Load)-[:READ]->(s) WHERE l.attempt_status[-1] <> 'undone'
WITH s, l ORDER BY l.sequence
WITH s, collect(l) AS loads
RETURN s.id AS id, s.title AS title, s.publisher AS publisher, s.licence AS licence, s.url AS url, s.edition AS edition,
    any(l IN loads WHERE NOT l.complete) AS unfinished,
    loads[-1].rows_read AS rows, coalesce(loads[-1].rows_rejected, 0) AS rejected"""

_MEMBERS = """\
MATCH (o:Entity {id: $id})
OPTIONAL MATCH (o)<-[r:MEMBER_OF]-() WHERE r.ended IS NULL
WITH o, r.sources AS sources, count(r) AS members, min(r.as_of) AS first, max(r.as_of) AS last
RETURN o.members_stated AS stated, sources, members, first, last"""

#: Sources that a line names; all of them are in JSON, HTML and workbooks.
NAMED = 5

#: The age of nothing.
NO_ROWS = "No rows."

#: Sentences on rows that are kept, so that they are not made again for each row.
REMEMBERED = 10_000


class SourceBehind(Model):
    """A source that rows of a result name; ``as_of`` is in words, empty when nobody gave a date."""

    id: str
    title: str
    publisher: str | None = None
    licence: str | None = None
    url: str | None = None
    edition: str | None = None
    """The age of all that it says; None where its rows have dates of their own."""
    as_of: str = ""
    undated: bool = False
    """Whether nobody gave a date; else, without ``as_of``, it is only not told apart from the dates of other sources."""

    @property
    def aged(self) -> str:
        """Title and age, ``EUROCITIES as of May 2025``."""
        if self.as_of:
            return f"{self.title} as of {self.as_of}"
        return f"{self.title} without a date" if self.undated else self.title


def in_words(partial: str) -> str:
    """A partial date as one writes it.

    >>> in_words("2019"), in_words("2025-05"), in_words("2024-05-03")
    ('2019', 'May 2025', '3 May 2024')
    """
    year, _, rest = partial.partition("-")
    month, _, day = rest.partition("-")
    if not (month.isdecimal() and 1 <= int(month) <= 12):
        return partial
    name = f"{calendar.month_name[int(month)]} {year}"
    return f"{int(day)} {name}" if day.isdecimal() else name


class Behind:
    """What is known of sources, asked once, and what the rows seen so far rest on.

    It keeps a few values for each source, however many rows there are. A row has one date and may have several sources,
    and the date is then the oldest: only a row with one source says how old that source is.

    Args:
        sources: What the graph knows of each.
        completeness: Sentences on what is missing whatever the rows are.
        dates: First and last date of facts that only one source states, by source.
    """

    def __init__(
        self,
        sources: Iterable[Mapping[str, object]] = (),
        completeness: Iterable[str] = (),
        dates: Mapping[str, tuple[str, str]] | None = None,
    ) -> None:
        self._given = dates or {}
        self._known = {str(source["id"]): source for source in sources}
        self._completeness = list(completeness)
        self._named: dict[str, None] = {}
        #: Of each source that a row names alone: the first and the last date of such rows, empty where none has one.
        self._dates: dict[str, tuple[str, str]] = {}
        self._told: dict[tuple[str, ...], str] = {}
        self._first = self._last = ""
        self.rows = 0
        self.undated = 0

    def add(self, row: Mapping[str, JsonValue], number: int = 1) -> None:
        """Take a row into account, or so many that rest on the same."""
        self.rows += number
        date = str(row.get("as_of") or "")
        if date:
            self._first = min(self._first or date, date)
            self._last = max(self._last, date)
        else:
            self.undated += number
        ids = ids_of(row)
        for id_ in ids:
            self._named[id_] = None
        if len(ids) == 1:
            first, last = self._dates.get(ids[0], ("", ""))
            self._dates[ids[0]] = (min(first or date, date or first), max(last, date))

    def sources(self) -> tuple[SourceBehind, ...]:
        """The sources that rows name, by title."""
        found = [self._source(id_, self._dates) for id_ in self._named]
        return tuple(sorted(found, key=lambda source: (source.title.casefold(), source.id)))

    def of_row(self, row: Mapping[str, JsonValue]) -> str:
        """What one row rests on, and what is known to be missing whatever the rows are: a cell of a CSV file."""
        # Rows by the million have few sources and dates.
        key = (str(row.get("as_of") or ""), *ids_of(row))
        if key not in self._told:
            if len(self._told) > REMEMBERED:
                self._told.clear()
            named = {id_: self._source(id_, {}) for id_ in key[1:]}
            self._told[key] = " ".join([age_of_row(row, named), *self._completeness]).strip()
        return self._told[key]

    def _source(self, id_: str, dates: Mapping[str, tuple[str, str]]) -> SourceBehind:
        known = self._known.get(id_, {})
        # The edition is the age of all that a source says, unless its rows have dates of their own.
        edition = str(known.get("edition") or "")
        first, last = (edition, edition) if edition else dates.get(id_) or self._given.get(id_) or ("", "")
        as_of = in_words(first) if first == last else f"{in_words(first)} to {in_words(last)}"
        return SourceBehind(
            id=id_,
            title=str(known.get("title") or id_),
            **{name: str(known[name]) if known.get(name) else None for name in ("publisher", "licence", "url")},
            edition=edition or None,
            as_of=as_of,
            undated=not as_of and id_ in dates,
        )

    @property
    def age(self) -> str:
        """One line on how old the data is."""
        if not self.rows:
            return NO_ROWS
        sources = self.sources()
        dates = in_words(self._first)
        if self._first != self._last:
            dates += f" to {in_words(self._last)}"
        if any(source.id in self._known for source in sources):
            named = "; ".join(source.aged for source in sources[:NAMED])
            rest = len(sources) - NAMED
            named += f"; and {rest} more {'source' if rest == 1 else 'sources'}." if rest > 0 else "."
            unclear = any(not source.as_of and not source.undated for source in sources)
            return f"{named} The rows are as of {dates}." if unclear and dates else named
        if not self._last:
            return "None of the lists that this is known from has a date."
        line = f"As of {self._first}" if self._first == self._last else f"As of {self._first} to {self._last}"
        return line + (f"; {self.undated} of {self.rows} rows are from lists without a date." if self.undated else ".")

    @property
    def completeness(self) -> tuple[str, ...]:
        """What is known to be missing, one sentence each."""
        lines = list(self._completeness)
        for source in self.sources():
            known = self._known.get(source.id, {})
            if known.get("unfinished"):
                lines.append(f"The load of {source.title} is not finished: some of it may be missing.")
            elif known.get("rejected"):
                lines.append(f"{known['rejected']:,} of {known['rows']:,} rows of {source.title} could not be read.")
        return tuple(lines)


def age_of_row(row: Mapping[str, JsonValue], sources: Mapping[str, SourceBehind]) -> str:
    """The sources of one row with their ages, one sentence; its date where it names no source.

    >>> age_of_row({"sources": ["own:s"], "as_of": "2019"}, {})
    'own:s as of 2019.'
    """
    date = in_words(str(row.get("as_of") or ""))
    ids = ids_of(row)
    if not ids:
        return f"As of {date}." if date else ""
    aged = []
    for id_ in ids:
        source = sources.get(id_) or SourceBehind(id=id_, title=id_)
        if len(ids) == 1 and not source.edition:
            source = source.model_copy(update={"as_of": date, "undated": not date})
        aged.append(source)
    unclear = any(not source.as_of and not source.undated for source in aged)
    return "; ".join(source.aged for source in aged) + (f". As of {date}." if unclear and date else ".")


def ids_of(row: Mapping[str, JsonValue]) -> list[str]:
    """The ids in a row's column ``sources``, each once."""
    named = row.get("sources")
    listed = named if isinstance(named, list) else [named]
    return list(dict.fromkeys(str(id_) for id_ in listed if id_))


def look_behind(connection: Connection, entities: Iterable[Entity], caution: str | None = None) -> Behind:
    """Ask what is known of all sources, and how complete the members of the networks that were asked for are.

    Args:
        connection: where to.
        entities: what was asked for; none where the report does not read members.
        caution: the report's own sentence on what may be missing, which is said first.
    """
    from kg.database.read import read

    completeness = [caution] if caution else []
    dates: dict[str, tuple[str, str]] = {}
    for entity in entities:
        if entity.label != "Organisation":
            continue
        rows = read(connection, _MEMBERS, {"id": entity.id})
        members, stated = sum(row["members"] for row in rows), rows[0]["stated"] if rows else None
        if stated and members > stated:
            completeness.append(
                f"The graph has {members:,} members of {entity.name}, more than the {stated:,} that it states."
            )
        elif stated:
            completeness.append(f"The graph has {members:,} of the {stated:,} members that {entity.name} states.")
        elif members:
            what = "member" if members == 1 else "members"
            completeness.append(
                f"The graph has {members:,} {what} of {entity.name}, which does not state how many there are."
            )
        dates |= {
            row["sources"][0]: (row["first"], row["last"])
            for row in rows
            if row["first"] and len(row["sources"] or ()) == 1
        }
    return Behind(read(connection, _SOURCES), completeness, dates)
