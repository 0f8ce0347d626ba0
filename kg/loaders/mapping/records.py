"""From a row to records: what the blocks of a mapping make of its cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass
from typing import Any

from kg.loaders.base import Outcome, Records, Rejected, Row, Skipped
from kg.loaders.localities import Localities
from kg.loaders.mapping.bodies import Bodies, Made
from kg.loaders.mapping.cells import Defaults, read, texts
from kg.loaders.mapping.conditions import Condition
from kg.loaders.mapping.entities import FactBlock, LocationBlock, NodeBlock, fields_of
from kg.loaders.mapping.kinds import Kind
from kg.loaders.mapping.model import Mapping
from kg.loaders.mapping.values import Value
from kg.loaders.reading.values import present
from kg.schema.nodes import NODES
from kg.schema.records import FactRecord, NodeRecord
from kg.schema.relationships import FACTS


@dataclass(frozen=True, slots=True)
class _Feed:
    """One field of a block: its name (``ids.geonames``, ``latitude``), its kind, and the value that feeds it."""

    name: str
    kind: Kind
    value: Value


@dataclass(frozen=True, slots=True)
class _Node:
    """A block of a node with what feeds it: each of ``feeds`` gives one text for one node, ``lists`` several for each."""

    name: str
    block: NodeBlock
    feeds: tuple[_Feed, ...]
    lists: tuple[_Feed, ...]


@dataclass(frozen=True, slots=True)
class _Fact:
    """A block of a fact with what feeds it."""

    block: FactBlock
    feeds: tuple[_Feed, ...]
    lists: tuple[_Feed, ...]


Cells = Dictionary[str, str]
_Made = Dictionary[str, Sequence[Made | None]]


class RecordMaker:
    """Makes the records of rows by a mapping.

    Args:
        mapping: The mapping.
        localities: What makes the records of municipalities and regions.
    """

    def __init__(self, mapping: Mapping, localities: Localities) -> None:
        self._mapping = mapping
        self._source = mapping.source.id
        self._missing = mapping.file.missing
        self._defaults = Defaults(mapping.file.date, mapping.file.decimal)
        self._bodies = Bodies(self._source, localities)
        nodes = [_Node(name, block, *_parted(_node_feeds(block))) for name, block in mapping.all_nodes.items()]
        # A person is told by the post held and where, so all others come first.
        self._nodes = sorted(nodes, key=lambda node: node.block.label == "Person")
        self._facts = [_Fact(block, *_parted(_fact_feeds(block))) for block in mapping.all_facts]

    def outcome(self, row: Row) -> Outcome:
        """Return what a row says.

        Raises:
            ValueError: It cannot be read; the message says which column, and why.
        """
        for condition in self._mapping.skip:
            if condition.holds(row.cells, self._missing):
                return Skipped(condition.told)
        cells = {name: present(cell, self._missing) or "" for name, cell in row.cells.items()}
        wanted = [node for node in self._nodes if self._all_hold(node.block.when, row)]
        made: dict[str, list[Made | None]] = {node.name: [] for node in self._nodes}
        for node in wanted:
            made[node.name] = list(self._make(node, cells, made))
        facts: dict[FactRecord, None] = {}
        for fact in self._facts:
            if self._all_hold(fact.block.when, row):
                facts |= dict.fromkeys(self._state(fact, cells, made, row.id))
        nodes: dict[NodeRecord, None] = {}
        about: dict[FactRecord, None] = {}
        for several in made.values():
            for one in several:
                if one is not None:
                    nodes |= dict.fromkeys(one.nodes)
                    about |= dict.fromkeys(one.facts)
        if facts or (nodes and not self._facts):
            return Records(tuple(nodes), (*about, *facts))
        if empty := [node for node in wanted if not any(made[node.name])]:
            return Rejected(f"{_naming(empty[0])}: empty, so this row has no {empty[0].name}")
        return Skipped("no condition 'when' holds")

    def _all_hold(self, conditions: Sequence[Condition], row: Row) -> bool:
        return all(condition.holds(row.cells, self._missing) for condition in conditions)

    def _make(self, node: _Node, cells: Cells, made: _Made) -> Iterator[Made | None]:
        """Yield the nodes of a block: one, or as many as its cells are split into; None in the place of one without a name."""
        given = [(feed, texts(feed.value, cells)) for feed in node.feeds]
        count = max(len(several) for _, several in given)
        post = self._post(node.name, cells, made) if node.block.label == "Person" else None
        for place in range(count):
            values = self._read(given, node.lists, cells, place, count)
            yield self._bodies.make(node.block, values, post)

    def _read(
        self, given: Sequence[tuple[_Feed, Sequence[str]]], lists: Sequence[_Feed], cells: Cells, place: int, count: int
    ) -> dict[str, Any]:
        """Return the values of one of ``count`` nodes or facts of a row, by field; without those that are empty."""
        values: dict[str, Any] = {}
        for feed, several in given:
            if len(several) not in (1, count):
                raise ValueError(
                    f"{feed.value.told}: {len(several)} values where {count} are needed, one for each, or one for all"
                )
            value = read(feed.kind, feed.value, several[place if len(several) == count else 0], self._defaults)
            if value is not None:
                values[feed.name] = value
        for feed in lists:
            found = dict.fromkeys((*values.get(feed.name, ()), *(text for text in texts(feed.value, cells) if text)))
            if found:
                values[feed.name] = tuple(found)
        return values

    def _post(self, person: str, cells: Cells, made: _Made) -> str | None:
        """Return the post that a person holds and where: what tells this person from namesakes."""
        for fact in self._facts:
            if fact.block.type == "HOLDS_POST" and fact.block.start == person:
                where = next((one for one in made[fact.block.end] if one), None)
                post = next(texts(feed.value, cells)[0] for feed in fact.feeds if feed.name == "post")
                if where and post:
                    return f"{post}|{where.reference}"
        return None

    def _state(self, fact: _Fact, cells: Cells, made: _Made, row: str) -> Iterator[FactRecord]:
        """Yield what a block states: one fact for each pair of its nodes."""
        pairs = [(start, end) for start in made[fact.block.start] for end in made[fact.block.end]]
        if not any(start and end for start, end in pairs):
            return
        given = [(feed, texts(feed.value, cells)) for feed in fact.feeds]
        model = FACTS[fact.block.type]
        for place, (start, end) in enumerate(pairs):
            if start is None or end is None:
                continue
            values = self._read(given, fact.lists, cells, place, len(pairs))
            for feed in fact.feeds:
                if feed.name not in values and model.model_fields[feed.name].is_required():
                    raise ValueError(f"{feed.value.told}: empty, and {fact.block.type} needs a {feed.name}")
            yield FactRecord(model(start=start.reference, end=end.reference, **values), self._source, row)


def _naming(node: _Node) -> str:
    """Return the columns that name a node, for a message."""
    named = [feed.value.told for feed in node.feeds if feed.name in ("name", "id") or feed.name.startswith("ids.")]
    return " and ".join(dict.fromkeys(named))


def _parted(feeds: Iterator[_Feed]) -> tuple[tuple[_Feed, ...], tuple[_Feed, ...]]:
    found = tuple(feeds)
    return tuple(feed for feed in found if feed.kind != "texts"), tuple(feed for feed in found if feed.kind == "texts")


def _node_feeds(node: NodeBlock) -> Iterator[_Feed]:
    for name in ("id", "own_id", "region"):
        if isinstance(value := node.feed(name), Value):
            yield _Feed(name, "text", value)
    if node.label == "Country" and isinstance(value := node.feed("country"), Value):
        yield _Feed("country", "country", value)
    for scheme, value in node.codes.items():
        yield _Feed(f"ids.{scheme}", "text", value)
    for name, (kind, _, _) in fields_of(*(NODES[label] for label in node.labels)).items():
        fed = node.feed(name)
        if isinstance(fed, LocationBlock):
            yield _Feed("latitude", "location", fed.latitude)
            yield _Feed("longitude", "location", fed.longitude)
        else:
            yield from _fed(name, kind, fed)


def _fact_feeds(fact: FactBlock) -> Iterator[_Feed]:
    for name, (kind, _, _) in fields_of(FACTS[fact.type]).items():
        yield from _fed(name, kind, fact.fields.get(name))


def _fed(name: str, kind: Kind, fed: Any) -> Iterator[_Feed]:
    for value in fed if isinstance(fed, tuple) else (fed,):
        if isinstance(value, Value):
            yield _Feed(name, kind, value)
