"""The files that the importer reads: one for nodes of each set of labels, one for relationships of each type."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

from kg.database.bulk.cells import DELIMITER, WRITERS
from kg.database.bulk.columns import Columns

#: Lines kept before they are written.
_LINES = 2_000

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
        self._nothing = [""] * len(columns)
        self._lines: list[str] = []
        self._file: TextIO = (folder / name).open("w", encoding="utf-8", newline="\n")
        header = [*ends, *(f"{column}:{type_}" for column, type_ in columns.items())]
        self._file.write(DELIMITER.join(header) + "\n")

    def add(self, ends: str, properties: Mapping[str, Any]) -> dict[str, Any]:
        """Write a line, and return those of its values that cannot be written."""
        fields = [ends, *self._nothing]
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
        line = DELIMITER.join(fields)
        self.longest = max(self.longest, len(line))
        self.rows += 1
        self._lines.append(line)
        if len(self._lines) == _LINES:
            self._flush()
        return left

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

    def relationship(self, type_: str, start: int, end: int, columns: Columns, properties: Mapping[str, Any]) -> None:
        """Write a relationship between two nodes; ``columns`` are those of its type."""
        table = self._relationships.get(type_)
        if table is None:
            name = f"relationships-{type_}.tsv"
            table = self._relationships[type_] = _Table(self.folder, name, (":START_ID", ":END_ID"), columns)
        if left := table.add(f"{start}{DELIMITER}{end}", properties):
            self._left[type_, True].append({"found": properties[_FACT_KEY], "values": left})

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
