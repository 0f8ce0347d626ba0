"""From lines of cells to rows: which line is the header, what its columns are called, and what is wrong with a line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest

from kg.errors import KgError, quoted
from kg.loaders.base import Row

RowId = Callable[[Mapping[str, str]], str]

#: How far down the header may stand, below titles and remarks.
HEADER_WITHIN = 40


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: its number in the file, its cells, stripped, and what was wrong in reading it."""

    number: int
    cells: Sequence[str]
    defect: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the reader of a table asks for.

    ``columns`` must be there; ``header_row`` is the number of the header's line, from 1, where it is known; a table with no
    header at all has ``names`` for its columns instead.
    """

    columns: Collection[str] = ()
    row_id: RowId | None = None
    header_row: int | None = None
    names: Sequence[str] = ()


def read_rows(lines: Iterable[Line], wanted: Wanted, *, file: str, where: str) -> Iterator[Row]:
    """Yield what stands below the header as rows; a line that does not fit under it is a row with a defect.

    Lines without any content are no rows. A column without a name is called ``column 3``; of several with the same name, each
    is numbered: ``name (1)``, ``name (2)``. Columns behind the last that has a name are not read where the header's line has
    their cells, empty.

    Args:
        lines: All lines of the table, in order.
        wanted: What is asked for.
        file: The file's name, for the rows.
        where: The file, and the member or sheet, for messages.

    Raises:
        KgError: There is no header, it has not the columns, or has one of them twice; or there is no line below it, or, under a
            header, none without a defect.
    """
    lines = iter(lines)
    if wanted.names:
        header = list(wanted.names)
        width = len(header)
        _check_columns(header, wanted.columns, where)
    else:
        header, width, rest = _find_header(lines, wanted, where)
        lines = chain(rest, lines)
    number = bad = 0
    first_defect = ""
    for line in lines:
        if any(line.cells) or line.defect:
            row = _as_row(line, header, width, wanted.row_id, file)
            number += 1
            if row.defect:
                bad += 1
                first_defect = first_defect or f"line {row.line}: {row.defect}"
            yield row
    if not number:
        raise KgError(f"{where} has a header and not a single row below it: is it the whole file?")
    if bad == number and not wanted.names:
        raise KgError(
            f"{where}: not one of its {number} rows can be read, the first in {first_defect}. Are header and rows written alike?"
        )


def _find_header(lines: Iterator[Line], wanted: Wanted, where: str) -> tuple[list[str], int, list[Line]]:
    """Return the header, how many cells its line has, and what was read beyond: the line said, else the first with all columns, else the first."""
    seen: list[Line] = []
    for line in lines:
        if wanted.header_row is not None:
            if line.number < wanted.header_row:
                continue
            if line.number > wanted.header_row:
                break
            seen = []
        if not any(line.cells):
            continue
        seen.append(line)
        if wanted.header_row is not None or not wanted.columns or set(wanted.columns) <= set(base_names(line.cells)):
            header = name_columns(line.cells)
            _check_columns(header, wanted.columns, where)
            return header, len(line.cells), []
        if len(seen) >= HEADER_WITHIN:
            break
    if wanted.header_row is not None:
        raise KgError(
            f"{where} has nothing in row {wanted.header_row}, where its header is said to be: which row is it?"
        )
    if not seen:
        raise KgError(f"{where} is empty: is it the right file, and was it downloaded completely?")
    header = name_columns(seen[0].cells)
    _check_columns(header, wanted.columns, where)
    return header, len(seen[0].cells), seen[1:]


def base_names(cells: Sequence[str]) -> list[str]:
    """Return the cells of a header without superfluous blanks, and without the empty ones at its end."""
    names = [" ".join(cell.split()) for cell in cells]
    while names and not names[-1]:
        names.pop()
    return names


def name_columns(cells: Sequence[str]) -> list[str]:
    """Return a name for each column of a header, each one different.

    >>> name_columns(["City", " Name of\\nperson", "", "City", ""])
    ['City (1)', 'Name of person', 'column 3', 'City (2)']
    """
    names = base_names(cells)
    number = Counter(names)
    used: Counter[str] = Counter()
    header: list[str] = []
    for place, name in enumerate(names, start=1):
        used[name] += 1
        if not name:
            header.append(f"column {place}")
        elif number[name] > 1:
            header.append(f"{name} ({used[name]})")
        else:
            header.append(name)
    return header


def _check_columns(header: Sequence[str], columns: Collection[str], where: str) -> None:
    missing = [name for name in columns if name not in header]
    if repeated := [name for name in missing if f"{name} (1)" in header]:
        name = repeated[0]
        raise KgError(f"{where} has the column {name} twice: remove or rename one of them")
    if missing:
        there = ", ".join(quoted(name, 40) for name in header[:12]) + (", …" if len(header) > 12 else "")
        raise KgError(
            f"{where} has no column {', '.join(missing)}: is it the right file, and is its first line the header? "
            f"Its columns are {there}"
        )


def _as_row(line: Line, header: Sequence[str], width: int, row_id: RowId | None, file: str) -> Row:
    cells = list(line.cells)
    defect = line.defect
    while len(cells) > len(header) and not cells[-1]:
        cells.pop()
    if len(header) < len(cells) <= width and any(cells[: len(header)]):
        # Behind the last heading the sheet has columns without one (it stands in a merged cell above): remarks, not a wrong row.
        del cells[len(header) :]
    if len(cells) != len(header) and not defect:
        defect = f"{len(cells)} cells where the header has {len(header)}: is a separator or a quotation mark missing, or one too many?"
    named = dict(zip_longest(header, cells[: len(header)], fillvalue=""))
    named |= {f"column {place + 1}": cells[place] for place in range(len(header), len(cells))}
    return Row(file, line.number, named, _identify(line.number, named, row_id, defect), defect)


def _identify(number: int, cells: Mapping[str, str], row_id: RowId | None, defect: str) -> str:
    if row_id is None:
        return Row.content_id(number, cells)
    try:
        return row_id(cells)
    except (KeyError, ValueError, IndexError):
        # The id may be just what the defect has spoilt.
        if defect:
            return Row.content_id(number, cells)
        raise
