"""Where an answer comes from: the sources behind its facts, and ``kg why`` for a single fact or node."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from kg.database.connection import Connection
from kg.database.read import read
from kg.queries.evidence import FactDetail
from kg.queries.reports.behind import in_words
from kg.queries.results import Data, SourceData

_SOURCES = """\
MATCH (s:Source) WHERE s.id IN $ids
RETURN s.id AS id, s.title AS title, s.publisher AS publisher, s.licence AS licence, s.url AS url, s.edition AS edition
ORDER BY id"""


def data_of(
    connection: Connection, details: Mapping[str, FactDetail], as_of: date, completeness: Sequence[str] = ()
) -> Data:
    """Return what an answer with these facts rests on; ``completeness``: what is known to be missing, in sentences."""
    data = data_from(
        connection,
        (source for detail in details.values() for source in detail.sources),
        facts=len(details),
        undated=sum(detail.lacks_since for detail in details.values()),
        as_of=as_of,
    )
    known = ages(details.values())
    dated = (source.model_copy(update={"age": known.get(source.id, source.age)}) for source in data.sources)
    return data.model_copy(update={"sources": tuple(dated), "completeness": tuple(completeness)})


def ages(details: Iterable[FactDetail]) -> dict[str, str]:
    """Return how old what each source says is, in words, by its id: of a fact with several sources nobody knows whose date it has."""
    dates: dict[str, set[str]] = defaultdict(set)
    for detail in details:
        if len(detail.sources) == 1 and detail.as_of:
            dates[detail.sources[0]].add(detail.as_of)
    return {id_: " to ".join(map(in_words, dict.fromkeys((min(some), max(some))))) for id_, some in dates.items()}


def data_from(connection: Connection, ids: Iterable[str], *, facts: int, undated: int, as_of: date) -> Data:
    """Return what an answer rests on when its facts are too many to be read one by one.

    Args:
        connection: The database.
        ids: The sources of the facts.
        facts: How many facts were used.
        undated: How many of them could have a beginning but have none.
        as_of: The day as of which.
    """
    rows = _source_rows(connection, ids)
    return Data(
        sources=tuple(map(_source, rows)),
        editions={row["id"]: row["edition"] for row in rows if row["edition"]},
        as_of=as_of.isoformat(),
        facts=facts,
        facts_without_since=undated,
    )


def sources(connection: Connection, ids: Iterable[str]) -> dict[str, SourceData]:
    """Return the sources with these ids, by id; one that the graph does not describe has its id as title."""
    wanted = set(ids)
    found = {row["id"]: _source(row) for row in _source_rows(connection, wanted)}
    return {id_: found.get(id_, SourceData(id=id_, title=id_)) for id_ in sorted(wanted)}


def parse_given(text: str) -> tuple[dict[str, Any], str | None]:
    """Return the values that a source gave and the edition in which it first gave them, from one entry of ``given``.

    >>> parse_given('{"v":{"role":"partner"},"e":"2019"}')
    ({'role': 'partner'}, '2019')
    """
    parsed: dict[str, Any] = json.loads(text)
    edition = parsed.get("e")
    return dict(parsed.get("v") or {}), str(edition) if edition else None


def _source_rows(connection: Connection, ids: Iterable[str]) -> list[dict[str, Any]]:
    wanted = sorted(set(ids))
    return read(connection, _SOURCES, {"ids": wanted}) if wanted else []


def _source(row: Mapping[str, Any]) -> SourceData:
    return SourceData(
        id=row["id"],
        title=row["title"] or row["id"],
        publisher=row["publisher"],
        licence=row["licence"],
        url=row["url"],
        age=in_words(row["edition"]) if row["edition"] else None,
    )
