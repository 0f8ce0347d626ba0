"""What loaders yield: a node or a fact as one row of one source gives it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from kg.schema.contacts import check_no_address
from kg.schema.dates import first_day, last_day
from kg.schema.identity import best_first, check_id, check_row, reference
from kg.schema.nodes import Node, Record
from kg.schema.provenance import Values
from kg.schema.relationships import Fact, Spell


def _given(record: Record) -> Values:
    """Return what a record gives as JSON has it.

    The values are texts, numbers and tuples of them: ``model_dump``, which is made for more, takes several times as long.
    """
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in record.__dict__.items()
        if value is not None
    }


@dataclass(frozen=True, slots=True)
class NodeRecord:
    """A node as one row of a source describes it.

    ``ids`` are exact ids of the very thing, never of its seat; ``row`` is the natural id of the row *for this node* in that
    source (a source that mentions a city in a hundred rows asserts it once, under its own name for the city).
    """

    node: Node
    ids: tuple[str, ...]
    source: str
    row: str

    def __post_init__(self) -> None:
        if not self.ids:
            raise ValueError(f"{self.node.label} {self.node.name!r} has no id")
        if not self.source or not self.row:
            raise ValueError(f"{self.node.label} {self.node.name!r} has no source or row")
        check_no_address(check_row(self.row))
        for id_ in self.ids:
            scheme = check_id(id_).partition(":")[0]
            check_no_address(id_)
            if scheme not in self.node.schemes:
                raise ValueError(f"{id_} cannot be the id of a {self.node.label} (only {', '.join(self.node.schemes)})")

    @property
    def reference(self) -> str:
        """The reference by its best id."""
        return reference(self.node.label, best_first(self.ids)[0])

    @property
    def values(self) -> Values:
        """The values given, without those that are not."""
        return {name: value for name, value in _given(self.node).items() if value != []}


@dataclass(frozen=True, slots=True)
class FactRecord:
    """A fact as one row of a source gives it; ``spell`` is set by :func:`number_spells`."""

    fact: Fact
    source: str
    row: str
    spell: str = ""

    def __post_init__(self) -> None:
        if not self.source or not self.row:
            raise ValueError(f"{self.fact.type} {self.fact.start} -> {self.fact.end} has no source or row")
        check_no_address(check_row(self.row))

    @property
    def values(self) -> Values:
        """The values given, without the ends and without those that are not."""
        values = _given(self.fact)
        del values["start"], values["end"]
        return values

    @property
    def part(self) -> str:
        """What tells it from other facts between the same ends, besides the spell."""
        return str(getattr(self.fact, self.fact.part)) if self.fact.part else ""


def number_spells(records: Sequence[FactRecord]) -> list[FactRecord]:
    """Return the records, in their order, with the spells of each source numbered: the first empty, later ones '2', '3', ...

    A row begins a new spell of the same fact when it starts after the last day of every row before it; rows that overlap, or
    that lack the dates to tell, belong to one spell.
    """
    numbered = list(records)
    subjects: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for position, record in enumerate(records):
        if isinstance(record.fact, Spell):
            ends = [record.fact.start, record.fact.end]
            ordered = sorted(ends) if record.fact.undirected else ends
            subjects[record.source, record.fact.type, *ordered, record.part].append(position)
    for positions in subjects.values():
        positions.sort(key=lambda position: (_since(records[position]) or "", records[position].row))
        for position, spell in zip(positions, _spells([records[position] for position in positions]), strict=True):
            if spell != records[position].spell:
                numbered[position] = replace(records[position], spell=spell)
    return numbered


def _spells(rows: Sequence[FactRecord]) -> Iterator[str]:
    """Yield the spell of each row of one fact, in order of start."""
    number = 1
    covered: date | None = None
    for place, record in enumerate(rows):
        since, until = _since(record), _until(record)
        if covered and since and first_day(since) > covered:
            number += 1
            covered = until
        else:
            covered = until if place == 0 else max(covered, until) if covered and until else None
        yield "" if number == 1 else str(number)


def _since(record: FactRecord) -> str | None:
    return record.fact.since if isinstance(record.fact, Spell) else None


def _until(record: FactRecord) -> date | None:
    return last_day(record.fact.until) if isinstance(record.fact, Spell) and record.fact.until else None
