"""A database read from end to end, row by row: what a backup writes, and what is compared after a restore."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable

from kg.database.backup.manifest import LONGEST, Contents, GraphDigest
from kg.database.backup.values import NotStorableError, encode, write_json
from kg.database.connection import Connection
from kg.database.digest import Digester
from kg.errors import KgError
from kg.schema.relationships import FACTS

#: Hears what is being read or written, and how many of it were.
Progress = Callable[[str, int], None]

#: Takes a row: ``nodes`` or ``relationships``, and a line of JSON with its end.
Sink = Callable[[str, bytes], None]

#: Rows after which the progress is told.
_TOLD = 5_000

#: Bytes of the sum over one node or relationship, and what the sum of all is taken modulo of.
_SUM = 16
_MODULUS = 1 << (8 * _SUM)

# Counts that are kept beside the graph are made anew when they are asked for; the others are there while a restore is under way, and
# while somebody has the turn.
_NODES = """\
MATCH (n) WHERE NOT (n:Aggregate OR n:Restore OR n:Turn)
RETURN elementId(n) AS id, labels(n) AS labels, properties(n) AS properties"""

_RELATIONSHIPS = """\
MATCH (a)-[r]->(b)
RETURN type(r) AS type, elementId(a) AS start, elementId(b) AS end, properties(r) AS properties"""


def survey(connection: Connection, sink: Sink | None = None, progress: Progress | None = None) -> Contents:
    """Read every node and relationship once, and return how much there is and the sums over it.

    Args:
        connection: The database; nobody else should change it meanwhile.
        sink: Takes each row as a line of JSON, nodes first.
        progress: Hears how far it is.

    Raises:
        KgError: The connection was lost, or there is a value that cannot be written.
    """
    with Digester() as digester:
        return _Survey(connection, digester, sink, progress).run()


class _Survey:
    def __init__(
        self, connection: Connection, digester: Digester, sink: Sink | None, progress: Progress | None
    ) -> None:
        self._connection = connection
        self._digester = digester
        self._sink = sink
        self._progress = progress
        self._numbers: dict[str, int] = {}
        self._ids: list[str | None] = []
        #: Of each node the sum over what it is, by which relationships name it in their own.
        self._sums = bytearray()
        self._total = 0
        self._nodes: Counter[str] = Counter()
        self._relationships: Counter[str] = Counter()

    def run(self) -> Contents:
        # No time limit: how long it takes is a matter of how much there is, and rows are taken one by one.
        with self._connection.stream_read(_NODES, timeout=0) as nodes:
            for id_, labels, properties in nodes.rows:
                self._node(id_, sorted(labels), properties)
        with self._connection.stream_read(_RELATIONSHIPS, timeout=0) as relationships:
            for type_, start, end, properties in relationships.rows:
                self._relationship(type_, start, end, properties)
        digest = self._digester.finish(self._connection)
        return Contents(
            nodes=dict(sorted(self._nodes.items())),
            relationships=dict(sorted(self._relationships.items())),
            content=f"{self._total:0{2 * _SUM}x}",
            digest=GraphDigest(value=digest.value, nodes=digest.nodes, facts=digest.facts),
        )

    def _node(self, element: str, labels: list[str], properties: dict[str, object]) -> None:
        line = write_json([labels, _encoded(properties, f"a node ({', '.join(labels)})")])
        self._put("nodes", line)
        sum_ = hashlib.blake2b(line.encode(), digest_size=_SUM).digest()
        self._sums += sum_
        self._total = (self._total + int.from_bytes(sum_, "big")) % _MODULUS
        self._numbers[element] = len(self._ids)
        id_ = properties.get("id")
        self._ids.append(id_ if isinstance(id_, str) else None)
        self._nodes[":".join(labels)] += 1
        if "Entity" in labels:
            self._digester.node(labels, properties)
        self._tell("nodes", len(self._ids))

    def _relationship(self, type_: str, start: str, end: str, properties: dict[str, object]) -> None:
        try:
            ends = self._numbers[start], self._numbers[end]
        except KeyError:
            raise KgError(
                f"A relationship {type_} was found whose end was not there before: the database is being changed by another "
                "program. Run this again when it is left alone."
            ) from None
        name, told = write_json(type_), write_json(_encoded(properties, f"a relationship {type_}"))
        self._put("relationships", f"[{name},{ends[0]},{ends[1]},{told}]")
        sum_ = hashlib.blake2b(f"[{name},{told}]".encode(), digest_size=_SUM)
        for number in ends:
            sum_.update(self._sums[_SUM * number : _SUM * (number + 1)])
        self._total = (self._total + int.from_bytes(sum_.digest(), "big")) % _MODULUS
        self._relationships[type_] += 1
        if type_ in FACTS:
            self._digester.fact(type_, self._ids[ends[0]], self._ids[ends[1]], properties)
        self._tell("relationships", self._relationships.total())

    def _put(self, kind: str, line: str) -> None:
        encoded = line.encode() + b"\n"
        if len(encoded) > LONGEST:
            raise KgError(f"One of the {kind} holds more than {LONGEST >> 20} MB, which a backup does not take.")
        if self._sink is not None:
            self._sink(kind, encoded)

    def _tell(self, what: str, number: int) -> None:
        if self._progress is not None and number % _TOLD == 0:
            self._progress(what, number)


def _encoded(properties: dict[str, object], of: str) -> object:
    try:
        return encode(properties)
    except NotStorableError as error:
        raise KgError(
            f"{of[0].upper()}{of[1:]} has {error}, which a backup cannot hold: remove it, or make it text."
        ) from error
