"""GraphML (Brandes, Eiglsperger, Lerner, Pich 2013, in: Handbook of Graph Drawing and Visualization), written while it is read.

Each fact is an edge in the direction in which it is stored. The id of a node is that of the graph. The key of a fact is an
attribute ``key`` and no id of the edge, since networkx takes such ids for numbers.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from pathlib import Path

from kg.queries.export.columns import FACT_COLUMNS, NODE_COLUMNS, Column, Kind, Row, every
from kg.queries.export.sink import Sink, listed

_TYPES: Mapping[Kind, str] = {"text": "string", "whole": "long", "number": "double", "list": "string"}

#: What XML 1.0 cannot hold, not even escaped.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">
"""


class GraphML(Sink):
    """Writes one file of GraphML.

    Args:
        file: Where to.
        about: What holds for the whole graph, as attributes of it.
    """

    def __init__(self, file: Path, about: Mapping[str, str]) -> None:
        self._out = file.open("w", encoding="utf-8", newline="\n")
        self._nodes = {column.name: column for column in every(NODE_COLUMNS) if column.name != "id"}
        self._facts = {column.name: column for column in every(FACT_COLUMNS) if column.name not in ("start", "end")}
        self._out.write(_HEAD)
        for name in about:
            self._key("graph", Column(name, "text"))
        for column in self._nodes.values():
            self._key("node", column)
        for column in self._facts.values():
            self._key("edge", column)
        self._out.write('  <graph id="kg" edgedefault="directed">\n')
        for name, text in about.items():
            self._out.write(f'    <data key="g_{name}">{_text(text)}</data>\n')

    def _key(self, of: str, column: Column) -> None:
        self._out.write(
            f'  <key id="{of[0]}_{column.name}" for="{of}" attr.name="{column.name}" attr.type="{_TYPES[column.kind]}"/>\n'
        )

    def node(self, row: Row) -> None:
        """Write a node."""
        self._out.write(f'    <node id="{_text(row["id"])}">{_data("n", self._nodes, row)}</node>\n')

    def fact(self, row: Row) -> None:
        """Write an edge."""
        start, end = _text(row["start"]), _text(row["end"])
        self._out.write(f'    <edge source="{start}" target="{end}">{_data("e", self._facts, row)}</edge>\n')

    def finish(self) -> None:
        """Write the end."""
        self._out.write("  </graph>\n</graphml>\n")
        self._out.close()

    def close(self) -> None:
        """Close the file."""
        self._out.close()


def _data(prefix: str, columns: Mapping[str, Column], row: Row) -> str:
    parts = []
    for name, value in row.items():
        column = columns.get(name)
        if column is None or value is None:
            continue
        written = listed(value) if column.kind == "list" else str(value)
        if written is not None:
            parts.append(f'<data key="{prefix}_{name}">{_text(written)}</data>')
    return "".join(parts)


def _text(text: str) -> str:
    return html.escape(_NOT_XML.sub("", text))
