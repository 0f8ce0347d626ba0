"""What loaders yield: a node or a fact as one row of one source gives it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from kg.schema.dates import first_day, last_day
from kg.schema.identity import best_first, check_id, reference
from kg.schema.nodes import Node
from kg.schema.provenance import Values
from kg.schema.relationships import Fact, Spell


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
        for id_ in self.ids:
            scheme = check_id(id_).partition(":")[0]
            if scheme not in self.node.schemes:
                raise ValueError(f"{id_} cannot be the id of a {self.node.label} (only {', '.join(self.node.schemes)})")

    @property
    def reference(self) -> str:
        """The reference by its best id."""
        return reference(self.node.label, best_first(self.ids)[0])

    @property
    def values(self) -> Values:
        """The values given, without those that are not."""
        return {
            name: value for name, value in self.node.model_dump(mode="json", exclude_none=True).items() if value != []
        }


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

    @property
    def values(self) -> Values:
        """The values given, without the ends and without those that are not."""
        return self.fact.model_dump(mode="json", exclude_none=True, exclude={"start", "end"})

    @property
    def part(self) -> str:
        """What tells it from other facts between the same ends, besides the spell."""
        return str(getattr(self.fact, self.fact.part)) if self.fact.part else ""


def number_spells(records: Iterable[FactRecord]) -> list[FactRecord]:
    """Return the records with their spells numbered, as listed by each source: the first is empty, later ones '2', '3', ...

    A row begins a new spell of the same fact when it starts after the last day of every row before it; rows that overlap, or
    that lack the dates to tell, belong to one spell.
    """

    def subject(record: FactRecord) -> tuple[str, ...]:
        ends = (record.fact.start, record.fact.end)
        return (record.source, record.fact.type, *(sorted(ends) if record.fact.undirected else ends), record.part)

    def start(record: FactRecord) -> tuple[str, str]:
        assert isinstance(record.fact, Spell)
        return record.fact.since or "", record.row

    records = list(records)
    lasting = sorted((record for record in records if isinstance(record.fact, Spell)), key=subject)
    numbered = [record for record in records if not isinstance(record.fact, Spell)]
    for _, group in groupby(lasting, key=subject):
        numbered += _number(sorted(group, key=start))
    return numbered


def _number(rows: Sequence[FactRecord]) -> Iterable[FactRecord]:
    number, covered = 1, None
    for record in rows:
        fact = record.fact
        assert isinstance(fact, Spell)
        until = last_day(fact.until) if fact.until else None
        if covered is not None and fact.since and first_day(fact.since) > covered:
            number += 1
            covered = until
        elif record is rows[0]:
            covered = until
        else:
            covered = max(covered, until) if covered and until else None
        yield replace(record, spell="" if number == 1 else str(number))
