"""Answers of a SPARQL end point (JSON results), as ``kg fetch wikidata`` writes them: twins, members, heads of government."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from kg.errors import KgError
from kg.loaders.base import Outcome, Records, Row, Skipped
from kg.loaders.known_organisations import known_organisation
from kg.loaders.localities import Localities, Placed
from kg.loaders.reading.json_files import read_json
from kg.loaders.wikidata.items import Item, Items, add_values, item_id
from kg.loaders.wikidata.layout import WIKIDATA, Layout
from kg.loaders.wikidata.times import partial_date
from kg.schema.dates import check_partial_date, first_day, last_day
from kg.schema.identity import reference
from kg.schema.nodes import Organisation, Person
from kg.schema.records import FactRecord, NodeRecord
from kg.schema.relationships import Fact, HoldsPost, MemberOf, TwinnedWith

#: What an answer is about, by the variable of its other end.
SUBJECTS = {"target": "twins", "organisation": "members", "person": "mayors"}

_COUNTRY = re.compile(r"[A-Z]{2}")
_STATEMENT = re.compile(r"https?://www\.wikidata\.org/entity/statement/(?P<id>[Qq][0-9A-Za-z-]+)")
#: A point of another globe has that before it.
_POINT = re.compile(r"POINT ?\((?P<longitude>\S+) (?P<latitude>\S+)\)", re.IGNORECASE)

#: The post of a head of government (P6), whatever the country calls it.
POST = "head of government"


@dataclass
class _Statement:
    """All that the rows of one statement say: each further value of either end is a row of its own."""

    line: int
    starts: set[str] = field(default_factory=set)
    ends: set[str] = field(default_factory=set)

    @property
    def since(self) -> str | None:
        """The earliest start given."""
        return min(self.starts, key=first_day, default=None)

    @property
    def until(self) -> str | None:
        """The latest end given."""
        return max(self.ends, key=last_day, default=None)


@dataclass(frozen=True)
class Answer:
    """A file with answers, read once for the loads of all its countries."""

    variable: str
    rows: Sequence[Row]
    fetched: str | None
    countries: tuple[str, ...]
    #: What all rows together say of each item and statement.
    items: Mapping[str, Item]
    statements: Mapping[tuple[str, ...], _Statement]


@lru_cache(maxsize=4)
def read_answer(path: Path, changed: int) -> Answer:  # noqa: ARG001
    """Read a file of answers; ``changed`` is when it last was, so that it is read again then.

    Raises:
        KgError: It is no JSON, no answer of a SPARQL end point, or lacks the variables.
    """
    document = read_json(path)
    try:
        variables, bindings = list(document["head"]["vars"]), document["results"]["bindings"]
        rows = [_row(path, number, binding) for number, binding in enumerate(bindings, start=1)]
    except (KeyError, TypeError, AttributeError) as error:
        raise KgError(
            f"{path} is JSON but no answer of a SPARQL end point (head.vars, results.bindings): write it with kg fetch wikidata, "
            "or ask the end point for application/sparql-results+json"
        ) from error
    variable = next((name for name in SUBJECTS if name in variables), None)
    if variable is None or "item" not in variables:
        raise KgError(
            f"{path} has the variables {', '.join(map(str, variables)) or '(none)'}; wanted are item, and target (twins), "
            "organisation (members) or person (heads of government)"
        )
    items, statements = _survey(rows, variable)
    return Answer(variable, rows, _fetched(document), _countries(rows), items, statements)


def _row(path: Path, number: int, binding: Mapping[str, Mapping[str, Any]]) -> Row:
    """Return a solution as a row; a blank node or its stand-in, by which Wikidata says 'some value', is an empty cell."""
    cells = {}
    for name, term in binding.items():
        value = str(term["value"]).strip()
        cells[name] = "" if term.get("type") == "bnode" or "/.well-known/genid/" in value else value
    match = _STATEMENT.fullmatch(cells.get("statement", ""))
    return Row(path.name, number, cells, match["id"] if match else Row.content_id(number, cells))


def _fetched(document: Mapping[str, Any]) -> str | None:
    """Return the day of asking, which our own files carry beside the answer."""
    fetched = document.get("fetched")
    date = fetched.get("date") if isinstance(fetched, dict) else None
    try:
        return check_partial_date(date) if isinstance(date, str) else None
    except ValueError:
        return None


def _countries(rows: Iterable[Row]) -> tuple[str, ...]:
    """Return the countries asked for; none when a row does not say of which it is, for then the file has no such parts."""
    codes = {row.cells.get("country", "") for row in rows}
    return tuple(sorted(codes)) if all(_COUNTRY.fullmatch(code) for code in codes) else ()


def _survey(rows: Iterable[Row], variable: str) -> tuple[dict[str, Item], dict[tuple[str, ...], _Statement]]:
    """Return what the rows together say of each item and statement; one that will be rejected says nothing."""
    items: dict[str, Item] = defaultdict(Item)
    statements: dict[tuple[str, ...], _Statement] = {}
    for row in rows:
        try:
            ends = _ends(row, variable)
            since, until = _dates(row)
        except ValueError:
            continue
        if isinstance(ends, Skipped):
            continue
        statement = statements.setdefault(_statement_key(row, ends), _Statement(row.line))
        statement.starts |= {since} if since else set()
        statement.ends |= {until} if until else set()
        for id_, prefix in zip(ends, ("", variable), strict=True):
            _add_to(items[id_], row.cells, prefix)
    return items, statements


class SparqlAnswer(Layout):
    """The solutions of one country in a file of answers, or of the whole file where it does not tell countries apart."""

    def __init__(self, answer: Answer, country: str | None, localities: Localities) -> None:
        self._answer = answer
        self._country = country
        self._items = Items(localities, answer.items)

    @property
    def scope(self) -> str:
        """What was asked, and for which country."""
        return f"wikidata-{SUBJECTS[self._answer.variable]}" + (f"?country={self._country}" if self._country else "")

    @property
    def edition(self) -> str | None:
        """The day of asking."""
        return self._answer.fetched

    def extract(self) -> Iterable[Row]:
        """Yield the solutions of the country."""
        return (row for row in self._answer.rows if not self._country or row.cells["country"] == self._country)

    def transform(self, row: Row) -> Outcome:
        """Return what a statement says; its further rows only add values, which its first row has already."""
        ends = _ends(row, self._answer.variable)
        if isinstance(ends, Skipped):
            return ends
        _dates(row)
        item, other = ends
        if item == other:
            return Skipped("joined with itself")
        statement = self._answer.statements[_statement_key(row, ends)]
        if statement.line != row.line:
            return Skipped("the statement of an earlier row, with another value of its ends")
        if rule := self._items.reason_to_skip(ends if self._answer.variable == "target" else (item,)):
            return Skipped(rule)
        place = self._items.place(item)
        match self._answer.variable:
            case "target":
                records, fact = self._twinning(place, other, statement)
            case "organisation":
                records, fact = self._membership(place, other, statement)
            case _:
                records, fact = self._post(place, other, statement)
        return Records(
            (*place.nodes, *records.nodes), (FactRecord(fact, WIKIDATA.id, row.id), *place.facts, *records.facts)
        )

    def _twinning(self, place: Placed, other: str, statement: _Statement) -> tuple[Records, Fact]:
        twin = self._items.place(other)
        fact = TwinnedWith(start=place.reference, end=twin.reference, since=statement.since, until=statement.until)
        return Records(twin.nodes, twin.facts), fact

    def _membership(self, place: Placed, other: str, statement: _Statement) -> tuple[Records, Fact]:
        name = self._items.label(other)
        known = known_organisation(name)
        ids = (f"wikidata:{other}", *((known,) if known else ()))
        record = NodeRecord(Organisation(name=name), ids, WIKIDATA.id, other)
        fact = MemberOf(
            start=place.reference,
            end=reference("Organisation", ids[0]),
            since=statement.since,
            until=statement.until,
        )
        return Records((record,)), fact

    def _post(self, place: Placed, other: str, statement: _Statement) -> tuple[Records, Fact]:
        id_ = f"wikidata:{other}"
        record = NodeRecord(Person(name=self._items.label(other)), (id_,), WIKIDATA.id, other)
        fact = HoldsPost(
            start=reference("Person", id_),
            end=place.reference,
            post=POST,
            since=statement.since,
            until=statement.until,
        )
        return Records((record,)), fact


def _ends(row: Row, variable: str) -> tuple[str, str] | Skipped:
    """Return the items at both ends of a statement.

    Raises:
        ValueError: One is no item.
    """
    item = item_id(row.cells.get("item", ""))
    if not row.cells.get(variable):
        return Skipped("the value is unknown to Wikidata")
    return item, item_id(row.cells[variable])


def _dates(row: Row) -> tuple[str | None, str | None]:
    """Return the start and the end that a row gives.

    Raises:
        ValueError: One is no date.
    """
    since, until = (
        partial_date(row.cells[name], row.cells.get(f"{name}Precision", "")) if row.cells.get(name) else None
        for name in ("start", "end")
    )
    return since, until


def _statement_key(row: Row, ends: tuple[str, str]) -> tuple[str, ...]:
    """Return what tells a statement apart: its own id, within the country, since an item may lie in two."""
    return row.cells.get("country", ""), row.cells.get("statement") or ">".join(ends)


def _add_to(item: Item, cells: Mapping[str, str], prefix: str) -> None:
    """Add what the variables of one end (``itemLabel``, ``coord``; ``targetLabel``, ``targetCoord``) say of it."""

    def value(name: str) -> str:
        return cells.get(f"{prefix}{name[0].upper()}{name[1:]}" if prefix else name, "")

    for known, name in ((item.geonames, "geonames"), (item.nuts, "nuts"), (item.kinds, "kind")):
        known.update({value(name)} - {""})
    point = _POINT.fullmatch(value("coord"))
    add_values(
        item,
        label=cells.get(f"{prefix or 'item'}Label", ""),
        country=value("country"),
        population=value("population"),
        longitude=point["longitude"] if point else "",
        latitude=point["latitude"] if point else "",
    )
