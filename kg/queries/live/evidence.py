"""What stands behind the few pairs that are shown, fetched when a sentence asks for it: facts with keys and dates, nodes with names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date

from kg.database.connection import Connection
from kg.database.read import read
from kg.queries.snapshot.graph import Snapshot, Told
from kg.queries.snapshot.reader import facts_at, nodes_with
from kg.queries.snapshot.tables import FactRow, NodeRow, Tables
from kg.schema.identity import SCHEME_PROPERTIES

_REGIONS = f"""\
UNWIND $codes AS code
MATCH (n:Region) WHERE n:Entity AND n.{SCHEME_PROPERTIES["nuts"]} = code
RETURN collect(n.id) AS ids"""

#: What a place has itself, in one statement; then what those have that serve it or have their seat there, and its projects.
_OWN = (
    "MEMBER_OF", "TWINNED_WITH", "PARTICIPATES_IN", "TOOK_PART_IN", "SEEKS", "OFFERS", "SERVES", "BASED_IN", "HOLDS_POST",
)  # fmt: skip
_OF_SERVING = ("MEMBER_OF", "TOOK_PART_IN", "SEEKS", "OFFERS", "HOLDS_POST")


class Evidence:
    """The facts at nodes and the nodes at their ends as the database has them, each asked for once.

    Args:
        connection: The database; only read.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._nodes: dict[str, NodeRow | None] = {}
        self._facts: dict[tuple[str, str], list[FactRow]] = {}
        self._regions: dict[str, str | None] = {}

    def facts_of(self, type_: str, id_: str) -> Sequence[FactRow]:
        """Return all facts of a type at a node, in the order of tables."""
        self.expect((type_,), (id_,))
        return self._facts[type_, id_]

    def node(self, id_: str) -> NodeRow | None:
        """Return the node with an id, or None."""
        self.expect_nodes((id_,))
        return self._nodes[id_]

    def region_name(self, code: str) -> str | None:
        """Return the name of the region with a NUTS code, or None."""
        if code not in self._regions:
            (found,) = read(self._connection, _REGIONS, {"codes": [code]})
            self.expect_nodes(found["ids"])
            rows = [self._nodes[id_] for id_ in sorted(found["ids"])]
            names = [row.name for row in rows if row is not None and row.label == "Region"]
            self._regions[code] = names[-1] if names else None
        return self._regions[code]

    def expect(self, types: Iterable[str], ids: Iterable[str]) -> None:
        """Fetch the facts of some types at some nodes, as far as they are not known, and the nodes at their ends."""
        types = tuple(types)
        missing = sorted({id_ for id_ in ids if any((type_, id_) not in self._facts for type_ in types)})
        if not missing:
            return
        found: dict[tuple[str, str], list[FactRow]] = defaultdict(list)
        rows = facts_at(self._connection, types, missing)
        self.expect_nodes({id_ for row in rows for id_ in (row.start, row.end)})
        wanted = set(missing)
        for row in rows:
            if self._nodes[row.start] is not None and self._nodes[row.end] is not None:
                for id_ in (row.start, row.end):
                    if id_ in wanted:
                        found[row.type, id_].append(row)
        for type_ in types:
            for id_ in missing:
                self._facts[type_, id_] = found[type_, id_]

    def expect_nodes(self, ids: Iterable[str]) -> None:
        """Fetch nodes, as far as they are not known."""
        missing = sorted({id_ for id_ in ids if id_ not in self._nodes})
        if missing:
            found = nodes_with(self._connection, missing)
            self._nodes.update((id_, found.get(id_)) for id_ in missing)

    def expect_places(self, ids: Sequence[str]) -> None:
        """Fetch what reasons for and against some places rest on, in a few statements for all of them."""
        self.expect(_OWN, ids)
        places = set(ids)

        def others(type_: str) -> set[str]:
            return {end for id_ in ids for row in self._facts[type_, id_] for end in (row.start, row.end)} - places

        self.expect(_OF_SERVING, others("SERVES"))
        self.expect(("PARTICIPATES_IN",), others("BASED_IN"))
        self.expect(("ABOUT",), others("PARTICIPATES_IN"))


class LiveSnapshot(Snapshot):
    """A part of a graph of which the counts are at hand, and facts and names are fetched when they are asked for.

    The facts by which it counts have no keys; those that it gives come from the database.

    Args:
        tables: What is counted.
        as_of: The date as of which facts count.
        told: What it is told of the whole.
        evidence: Where facts and names come from.
        complete: The ids of places of which all values are at hand.
    """

    def __init__(self, tables: Tables, as_of: date, told: Told, evidence: Evidence, complete: Collection[str]) -> None:
        super().__init__(tables, as_of, told)
        self._evidence = evidence
        self._complete = complete

    def has_begun(self, fact: FactRow) -> bool:
        """Whether the project or event of a fact had begun by the date; those that are counted all had."""
        if not fact.key:
            return True
        node = self._evidence.node(fact.end)
        return node is None or node.start is None or node.start <= self._day

    def node(self, id_: str) -> NodeRow | None:
        """Return the node with an id, or None."""
        return self._nodes[id_] if id_ in self._complete else self._evidence.node(id_)

    def facts_of(self, type_: str, id_: str) -> Sequence[FactRow]:
        """Return all facts of a type at a node, true on the date or not."""
        return self._evidence.facts_of(type_, id_)

    def region_name(self, code: str) -> str | None:
        """Return the name of the region with a NUTS code, or None."""
        return self._evidence.region_name(code)

    def expect(self, types: Iterable[str], ids: Iterable[str]) -> None:
        """Fetch facts that will be asked for."""
        self._evidence.expect(types, ids)

    def expect_nodes(self, ids: Iterable[str]) -> None:
        """Fetch nodes that will be asked for."""
        self._evidence.expect_nodes(ids)

    def expect_places(self, places: Iterable[int]) -> None:
        """Fetch what reasons for some places rest on."""
        self._evidence.expect_places([self.places.ids[place] for place in places])
