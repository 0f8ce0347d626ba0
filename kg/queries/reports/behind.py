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
RETURN o.members_stated AS stated, COUNT { (o)<-[r:MEMBER_OF]-() WHERE r.ended IS NULL } AS members"""

#: Sources that a line names; all of them are in JSON, HTML and workbooks.
NAMED = 5

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

    @property
    def aged(self) -> str:
        """Title and age, ``EUROCITIES as of May 2025``."""
        return f"{self.title} as of {self.as_of}" if self.as_of else f"{self.title} without a date"


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

    It keeps a few values for each source, however many rows there are.
    """

    def __init__(self, sources: Iterable[Mapping[str, object]] = (), completeness: Iterable[str] = ()) -> None:
        self._known = {str(source["id"]): source for source in sources}
        self._completeness = list(completeness)
        #: Of each source that a row names: the first and the last date of its rows, empty where none has one.
        self._dates: dict[str, tuple[str, str]] = {}
        self._told: dict[tuple[str, ...], str] = {}
        self._first = self._last = ""
        self.rows = 0
        self.undated = 0

    def add(self, row: Mapping[str, JsonValue]) -> None:
        """Take a row into account."""
        self.rows += 1
        date = str(row.get("as_of") or "")
        if date:
            self._first = min(self._first or date, date)
            self._last = max(self._last, date)
        else:
            self.undated += 1
        for id_ in ids_of(row):
            first, last = self._dates.get(id_, ("", ""))
            self._dates[id_] = (min(first or date, date or first), max(last, date))

    def sources(self) -> tuple[SourceBehind, ...]:
        """The sources that rows name, by title."""
        found = [self._source(id_, *dates) for id_, dates in self._dates.items()]
        return tuple(sorted(found, key=lambda source: (source.title.casefold(), source.id)))

    def of_row(self, row: Mapping[str, JsonValue]) -> str:
        """What one row rests on, and what is known to be missing whatever the rows are: a cell of a CSV file."""
        # Rows by the million have few sources and dates.
        key = (str(row.get("as_of") or ""), *ids_of(row))
        if key not in self._told:
            if len(self._told) > REMEMBERED:
                self._told.clear()
            named = {id_: self._source(id_, "", "") for id_ in key[1:]}
            self._told[key] = " ".join([age_of_row(row, named), *self._completeness]).strip()
        return self._told[key]

    def _source(self, id_: str, first: str, last: str) -> SourceBehind:
        known = self._known.get(id_, {})
        # The edition is the age of all that a source says, unless its rows have dates of their own.
        edition = str(known.get("edition") or "")
        if edition:
            as_of = in_words(edition)
        elif first == last:
            as_of = in_words(first)
        else:
            as_of = f"{in_words(first)} to {in_words(last)}"
        return SourceBehind(
            id=id_,
            title=str(known.get("title") or id_),
            **{name: str(known[name]) if known.get(name) else None for name in ("publisher", "licence", "url")},
            edition=edition or None,
            as_of=as_of,
        )

    @property
    def age(self) -> str:
        """One line on how old the data is."""
        if not self.rows:
            return "No rows."
        sources = self.sources()
        dated = [source for source in sources if source.id in self._known]
        if dated:
            named = "; ".join(source.aged for source in sources[:NAMED])
            rest = len(sources) - NAMED
            return named + (f"; and {rest} more {'source' if rest == 1 else 'sources'}." if rest > 0 else ".")
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
        aged.append(source.model_copy(update={"as_of": in_words(source.edition or "") or date}).aged)
    return "; ".join(aged) + "."


def ids_of(row: Mapping[str, JsonValue]) -> list[str]:
    """The ids in a row's column ``sources``, each once."""
    named = row.get("sources")
    listed = named if isinstance(named, list) else [named]
    return list(dict.fromkeys(str(id_) for id_ in listed if id_))


def look_behind(connection: Connection, entities: Iterable[Entity]) -> Behind:
    """Ask what is known of all sources, and how complete the members of the networks that were asked for are."""
    from kg.database.read import read

    completeness = []
    for entity in entities:
        if entity.label != "Organisation":
            continue
        for row in read(connection, _MEMBERS, {"id": entity.id}):
            members, stated = row["members"], row["stated"]
            if stated:
                completeness.append(f"The graph has {members:,} of the {stated:,} members that {entity.name} states.")
            elif members:
                what = "member" if members == 1 else "members"
                completeness.append(
                    f"The graph has {members:,} {what} of {entity.name}, which does not state how many there are."
                )
    return Behind(read(connection, _SOURCES), completeness)
