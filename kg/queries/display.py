"""How a result looks: blocks of text and tables, rendered for a terminal, as plain text, and as HTML.

Names and notes come from other people's files. Nothing of them is ever read as markup, and control characters are dropped, so
that a name can neither style a page nor steer a terminal.
"""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table as RichTable
from rich.text import Text as RichText

Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence or a heading."""

    text: str
    style: str = ""  # 'heading', 'dim' or empty


@dataclass(frozen=True, slots=True)
class Table:
    """A table; a cell may hold several lines. Numbers stand to the right."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


Block = Line | Table

#: A column no wider than this keeps its lines whole, so that ids and numbers are not broken in a narrow terminal.
_NEVER_WRAPPED = 20

_RICH_STYLES = {"heading": "bold", "dim": "dim"}


def clean(text: str) -> str:
    """Return ``text`` without control and direction characters, but for line breaks.

    >>> clean("Riga\\x1b[31m")
    'Riga[31m'
    """
    return "".join(
        character
        for character in text
        if character == "\n" or (unicodedata.category(character) not in ("Cc", "Cs") and character not in _DIRECTIONS)
    )


_DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")


def show(cell: Cell) -> str:
    """Return a cell as text: a number with its digits grouped, two decimals when it has any."""
    match cell:
        case None:
            return ""
        case float():
            return f"{cell:z,.2f}"
        case int():
            return f"{cell:,}"
        case _:
            return clean(cell)


def to_rich(blocks: Iterable[Block]) -> RenderableType:
    """Return the blocks for a rich console."""
    return Group(*(_rich_block(block) for block in blocks))


def _rich_block(block: Block) -> RenderableType:
    if isinstance(block, Line):
        return RichText(clean(block.text), style=_RICH_STYLES.get(block.style, ""))
    table = RichTable(box=box.SIMPLE_HEAD, show_lines=False, pad_edge=False)
    for index, column in enumerate(block.columns):
        table.add_column(
            RichText(column),
            justify="right" if _is_number(block, index) else "left",
            no_wrap=_width(block, index) <= _NEVER_WRAPPED,
            overflow="fold",
        )
    for row in block.rows:
        table.add_row(*(RichText(show(cell)) for cell in row))
    return table


def _is_number(table: Table, index: int) -> bool:
    cells = [row[index] for row in table.rows if row[index] is not None]
    return bool(cells) and all(isinstance(cell, int | float) for cell in cells)


def _width(table: Table, index: int) -> int:
    return max((len(line) for row in table.rows for line in show(row[index]).splitlines()), default=0)


def to_text(blocks: Iterable[Block], width: int = 120) -> str:
    """Return the blocks as plain text of at most ``width`` columns, without colour."""
    # In a notebook, rich would show an output of its own for what is only captured here.
    console = Console(width=width, color_system=None, force_terminal=False, force_jupyter=False, legacy_windows=False)
    with console.capture() as capture:
        console.print(to_rich(blocks))
    return "\n".join(line.rstrip() for line in capture.get().splitlines())


def to_html(blocks: Iterable[Block]) -> str:
    """Return the blocks as an HTML fragment, everything escaped."""
    return "\n".join(_html_block(block) for block in blocks)


def _html_block(block: Block) -> str:
    if isinstance(block, Line):
        tag = "h4" if block.style == "heading" else "p"
        return f"<{tag}>{_escape(block.text)}</{tag}>"
    head = "".join(f"<th>{_escape(column)}</th>" for column in block.columns)
    body = "".join(f"<tr>{_html_row(row)}</tr>" for row in block.rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _html_row(row: Sequence[Cell]) -> str:
    return "".join(
        f'<td style="text-align: {"right" if isinstance(cell, int | float) else "left"}">{_escape(show(cell))}</td>'
        for cell in row
    )


def _escape(text: str) -> str:
    return html.escape(clean(text)).replace("\n", "<br>")
