"""How a result looks: blocks of text and tables, rendered for a terminal, as plain text, and as HTML.

Names and notes come from other people's files. Nothing of them is ever read as markup, and control characters are dropped, so
that a name can neither style a page nor steer a terminal.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.measure import Measurement
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

#: An id, date or number no longer than this is not broken in a narrow terminal.
_NEVER_WRAPPED = 20

#: Another word may be broken after so many characters where there is little room.
_WORD = 12

#: In HTML, a word longer than this may be broken: an address, not a word of any language in a table.
_LONG_WORD = 30

#: A number, or a date that may lack its day and month.
_WHOLE = re.compile(r"[-+]?[\d,.]+|\d{4}(-\d\d){1,2}")

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
    return _Fitting(block)


@dataclass(frozen=True, slots=True)
class _Fitting:
    """A table as one where the console is wide enough for its words, else each row as lines ``column: value``."""

    table: Table

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        columns = range(len(self.table.columns))
        least = [_least(self.table, index) for index in columns]
        # What stands between the columns and beside them.
        wide = options.update(width=10_000)
        frame = Measurement.get(console, wide, _rich_table(self.table, [1] * len(least))).maximum - len(least)
        if frame + sum(least) > options.max_width:
            yield from _rows_as_lines(self.table, frame + sum(least))
            return
        wanted = [_width(self.table, index) for index in columns]
        yield _rich_table(self.table, shared(options.max_width - frame, least, wanted))

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(1, options.max_width)


def shared(room: int, least: Sequence[int], wanted: Sequence[int]) -> list[int]:
    """Share ``room`` among columns: each gets its least, then the narrowest of those that want more gets more.

    >>> shared(30, [4, 5, 8], [4, 12, 40])
    [4, 12, 14]
    """
    widths = list(least)
    for _ in range(room - sum(least)):
        growing = [index for index, width in enumerate(widths) if width < wanted[index]]
        if not growing:
            break
        widths[min(growing, key=widths.__getitem__)] += 1
    return widths


def _rich_table(block: Table, widths: Sequence[int]) -> RichTable:
    table = RichTable(box=box.SIMPLE_HEAD, show_lines=False, pad_edge=False)
    for index, (column, width) in enumerate(zip(block.columns, widths, strict=True)):
        table.add_column(
            RichText(column), justify="right" if _is_number(block, index) else "left", width=width, overflow="fold"
        )
    for row in block.rows:
        table.add_row(*(RichText(show(cell)) for cell in row))
    return table


def _rows_as_lines(table: Table, needed: int) -> RenderResult:
    for row in table.rows:
        yield RichText()
        for column, cell in zip(table.columns, row, strict=True):
            if text := show(cell):
                yield RichText(f"{column}: {text}", overflow="fold")
    yield RichText()
    yield RichText(
        f"Each row has a line for each column, since a table of them needs a width of {needed}: widen the terminal, or "
        "write a .csv or .xlsx file (--format, --out) where the command has them.",
        style=_RICH_STYLES["dim"],
    )


def _is_number(table: Table, index: int) -> bool:
    cells = [row[index] for row in table.rows if row[index] is not None]
    return bool(cells) and all(isinstance(cell, int | float) for cell in cells)


def _texts(table: Table, index: int) -> list[str]:
    """The heading and the cells of a column."""
    return [table.columns[index], *(show(row[index]) for row in table.rows)]


def _width(table: Table, index: int) -> int:
    """The longest line of a column."""
    return max((cell_len(line) for text in _texts(table, index) for line in text.splitlines()), default=1)


def _least(table: Table, index: int) -> int:
    """The width below which words, numbers and dates of a column would be broken."""
    # Blanks at the beginning of a line stay with the first word.
    words = {word for text in _texts(table, index) for word in re.findall(r"^\s*\S+|\S+", text, re.MULTILINE)}
    return max((_least_of_word(word) for word in words), default=1)


def _least_of_word(word: str) -> int:
    most = _NEVER_WRAPPED if any(character.isdigit() for character in word) else _WORD
    length = cell_len(word)
    return length if length <= most else _WORD


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
    return "".join(f'<td style="{_html_style(cell)}">{_escape(show(cell))}</td>' for cell in row)


def _html_style(cell: Cell) -> str:
    """Numbers stand to the right; they and dates are never broken, and of words only those longer than any."""
    text = show(cell)
    style = f"text-align: {'right' if isinstance(cell, int | float) else 'left'}"
    if _WHOLE.fullmatch(text):
        return f"{style}; white-space: nowrap"
    if max(map(len, text.split()), default=0) > _LONG_WORD:
        return f"{style}; overflow-wrap: anywhere"
    return style


def _escape(text: str) -> str:
    return html.escape(clean(text)).replace("\n", "<br>")
