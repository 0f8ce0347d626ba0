"""What rows are called, so that the same row of the next edition is known again, wherever it then stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from kg.loaders.base import Row
from kg.loaders.mapping.model import Mapping
from kg.loaders.mapping.values import Value
from kg.loaders.reading.values import present


class RowNames:
    """Names rows by the columns that the mapping says, else by those that name its nodes: an id, or country and name.

    Where the columns were not said, a second row of the same name and other content gets a number.
    """

    def __init__(self, mapping: Mapping) -> None:
        self._missing = mapping.file.missing
        self._numbered = not mapping.row
        #: For each node, the groups of columns that name it: the first that is not empty counts.
        self._groups = [[mapping.row]] if mapping.row else list(_naming(mapping))
        self._seen: dict[str, dict[int, int]] = defaultdict(dict)

    def name(self, row: Row) -> str:
        """Return the name of a row; of one in which all these columns are empty, its line and content."""
        parts: dict[str, None] = {}
        for groups in self._groups:
            for columns in groups:
                found = [present(row.cells.get(column), self._missing) for column in columns]
                if any(found):
                    parts |= dict.fromkeys(part for part in found if part)
                    break
        name = "|".join(parts)
        if not name:
            return Row.content_id(row.line, row.cells)
        if not self._numbered:
            return name
        contents = self._seen[name]
        number = contents.setdefault(hash(tuple(row.cells.values())), len(contents) + 1)
        return name if number == 1 else f"{name}#{number}"


def _naming(mapping: Mapping) -> Iterator[list[tuple[str, ...]]]:
    for node in mapping.all_nodes.values():
        ids = (node.feed("id"), *node.codes.values())
        named = (node.feed("country"), node.feed("region"), node.feed("name"))
        yield [_columns(node.own_id), *(_columns(value) for value in ids), _columns(*named)]
    for fact in mapping.all_facts:
        yield [_columns(fact.fields.get("post"), fact.fields.get("request"))]


def _columns(*values: Any) -> tuple[str, ...]:
    return tuple(column for value in values if isinstance(value, Value) for column in value.named_columns)
