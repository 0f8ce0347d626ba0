"""The files that the importer reads: one for nodes of each set of labels, one for relationships of each type."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

from kg.database.bulk.cells import DELIMITER, WRITERS
from kg.database.bulk.columns import Columns
from kg.schema.cypher import OF_EACH_FACT, SHARED_BY_FACTS, NewFact

#: Lines kept before they are written.
_LINES = 2_000

#: Facts that share and show the same have fields in common; so many different ones are kept.
_KEPT = 4_096

#: By which property a node of each kind is found again, and relationships by theirs.
_FOUND_BY = {"Entity": "id", "Source": "id", "Load": "id", "Identifier": "value"}
_FACT_KEY = "key"

Statement = tuple[str, dict[str, Any]]


class _Table:
    """One file."""

    def __init__(self, folder: Path, name: str, ends: tuple[str, ...], columns: Columns) -> None:
        self.name = name
        self.rows = 0
        self.longest = 0
        #: By property: its place in a line, and how it is written.
        self._writers = {
            column: (place, WRITERS[type_]) for place, (column, type_) in enumerate(columns.items(), start=1)
        }
        #: The same of what each fact has of its own.
        self._own = [(column, self._writers[column]) for column in OF_EACH_FACT if column in columns]
        #: By the ids of what facts share and of what they show: both, their fields, and what of them cannot be written.
        self._alike: dict[tuple[int, int], tuple[Any, Any, list[str], dict[str, Any]]] = {}
        self._nothing = [""] * (1 + len(columns))
        self._lines: list[str] = []
        self._file: TextIO = (folder / name).open("w", encoding="utf-8", newline="\n")
        header = [*ends, *(f"{column}:{type_}" for column, type_ in columns.items())]
        self._file.write(DELIMITER.join(header) + "\n")

    def add(self, ends: str, properties: Mapping[str, Any]) -> dict[str, Any]:
        """Write a line, and return those of its values that cannot be written."""
        fields, left = self._fields(properties)
        fields[0] = ends
        self._write(fields)
        return left

    def add_fact(self, ends: str, fact: NewFact) -> dict[str, Any]:
        """Write the line of a fact likewise; what facts that show the same have in common is made into fields once."""
        shown = fact.others
        alike = id(fact.shared), id(shown)
        known = self._alike.get(alike)
        if known is None:
            if len(self._alike) >= _KEPT:
                self._alike.clear()
            common = dict(zip(SHARED_BY_FACTS, fact.shared, strict=True)) | shown
            # Both stay with their fields, so that nothing else can have their ids.
            known = self._alike[alike] = (fact.shared, shown, *self._fields(common))
        _, _, fields, left = known
        fields = fields.copy()
        fields[0] = ends
        own = {}
        for (column, (place, write)), value in zip(self._own, fact.own, strict=True):
            field = write(value)
            if field is None:
                own[column] = value
            else:
                fields[place] = field
        self._write(fields)
        return {**left, **own}

    def _fields(self, properties: Mapping[str, Any]) -> tuple[list[str], dict[str, Any]]:
        """Return the fields of a line, the first of them empty, and those of the values that cannot be written."""
        fields = [*self._nothing]
        left: dict[str, Any] = {}
        for column, value in properties.items():
            if value is None:
                continue
            place, write = self._writers[column]
            field = write(value)
            if field is None:
                left[column] = value
            else:
                fields[place] = field
        return fields, left

    def _write(self, fields: list[str]) -> None:
        line = DELIMITER.join(fields)
        self.longest = max(self.longest, len(line))
        self.rows += 1
        self._lines.append(line)
        if len(self._lines) == _LINES:
            self._flush()

    def _flush(self) -> None:
        if self._lines:
            self._lines.append("")
            self._file.write("\n".join(self._lines))
            self._lines.clear()

    def close(self) -> None:
        """Write what is left."""
        with self._file:
            self._flush()


class ImportFiles:
    """Writes nodes and relationships to the files of a folder, as they come.

    Nodes go by numbers of the files' own, which are not stored.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._nodes: dict[tuple[str, ...], _Table] = {}
        self._relationships: dict[str, _Table] = {}
        #: Values that the files cannot hold: by label or type, and what it is found by.
        self._left: dict[tuple[str, bool], list[dict[str, Any]]] = defaultdict(list)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for table in (*self._nodes.values(), *self._relationships.values()):
            table.close()

    def node(self, number: int, labels: tuple[str, ...], columns: Columns, properties: Mapping[str, Any]) -> None:
        """Write a node; ``columns`` are those of its kind."""
        table = self._nodes.get(labels)
        if table is None:
            name = f"nodes-{'-'.join(labels)}.tsv"
            table = self._nodes[labels] = _Table(self.folder, name, (":ID",), columns)
        if left := table.add(str(number), properties):
            self._left[labels[0], False].append({"found": properties[_FOUND_BY[labels[0]]], "values": left})

    def relationship(self, type_: str, start: int, end: int) -> None:
        """Write a relationship without properties between two nodes."""
        self._table_of(type_, {}).add(f"{start}{DELIMITER}{end}", {})

    def fact(self, start: int, end: int, columns: Columns, fact: NewFact) -> None:
        """Write a fact between two nodes; ``columns`` are those of the type of relationship that it is stored as."""
        type_ = fact.relationship
        if left := self._table_of(type_, columns).add_fact(f"{start}{DELIMITER}{end}", fact):
            self._left[type_, True].append({"found": fact.properties[_FACT_KEY], "values": left})

    def _table_of(self, type_: str, columns: Columns) -> _Table:
        table = self._relationships.get(type_)
        if table is None:
            name = f"relationships-{type_}.tsv"
            table = self._relationships[type_] = _Table(self.folder, name, (":START_ID", ":END_ID"), columns)
        return table

    @property
    def nodes(self) -> list[tuple[str, str]]:
        """The labels, joined by colons, and the name of each file of nodes."""
        return [(":".join(labels), table.name) for labels, table in self._nodes.items()]

    @property
    def relationships(self) -> list[tuple[str, str]]:
        """The type and the name of each file of relationships."""
        return [(type_, table.name) for type_, table in self._relationships.items()]

    @property
    def number_of_nodes(self) -> int:
        """How many nodes were written."""
        return sum(table.rows for table in self._nodes.values())

    @property
    def longest(self) -> int:
        """The most characters of a line."""
        return max((table.longest for table in (*self._nodes.values(), *self._relationships.values())), default=0)

    def size(self) -> int:
        """Return how many bytes the files have."""
        return sum((self.folder / name).stat().st_size for _, name in (*self.nodes, *self.relationships))

    def afterwards(self) -> list[Statement]:
        """Return what sets the values that the files cannot hold, once all is in the database and has its constraints."""
        statements = []
        for (name, of_relationships), rows in self._left.items():
            if of_relationships:
                pattern = f"()-[x:{name} {{{_FACT_KEY}: row.found}}]->()"
            else:
                pattern = f"(x:{name} {{{_FOUND_BY[name]}: row.found}})"
            statements.append((f"UNWIND $rows AS row MATCH {pattern} SET x += row.values", {"rows": rows}))
        return statements
