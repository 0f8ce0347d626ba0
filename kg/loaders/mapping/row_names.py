"""What rows are called, so that the same row of the next edition is known again, wherever it then stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from kg.loaders.base import Row
from kg.loaders.mapping.entities import NodeBlock
from kg.loaders.mapping.model import Mapping
from kg.loaders.mapping.values import Value
from kg.loaders.values import present


class RowNames:
    """Names rows by the columns that the mapping says, else by those that name its nodes: ids, names and countries.

    Where the columns were not said, a second row of the same name and other content gets a number.
    """

    def __init__(self, mapping: Mapping) -> None:
        self._missing = mapping.file.missing
        self._columns = mapping.row or tuple(dict.fromkeys(_naming_columns(mapping)))
        self._numbered = not mapping.row
        self._seen: dict[str, dict[int, int]] = defaultdict(dict)

    def name(self, row: Row) -> str:
        """Return the name of a row; of one in which all these columns are empty, its line and content."""
        parts = [present(row.cells.get(column), self._missing) for column in self._columns]
        name = "|".join(part for part in parts if part)
        if not name:
            return Row.content_id(row.line, row.cells)
        if not self._numbered:
            return name
        contents = self._seen[name]
        number = contents.setdefault(hash(tuple(row.cells.values())), len(contents) + 1)
        return name if number == 1 else f"{name}#{number}"


def _naming_columns(mapping: Mapping) -> Iterator[str]:
    for node in mapping.all_nodes.values():
        for value in _naming(node):
            yield from value.named_columns
    for fact in mapping.all_facts:
        for name in ("post", "request"):
            fed = fact.fields.get(name)
            if isinstance(fed, Value):
                yield from fed.named_columns


def _naming(node: NodeBlock) -> Iterator[Value]:
    if node.own_id:
        yield node.own_id
        return
    named = (node.feed("id"), *node.codes.values(), node.feed("country"), node.feed("region"), node.feed("name"))
    yield from (value for value in named if isinstance(value, Value))
