"""Tables as files: reading those of sources, and writing what of them was rejected."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path

from kg.errors import KgError
from kg.loaders.base import Row


def write_rejects(path: Path, rejects: Sequence[tuple[Row, str]]) -> None:
    """Write the rejected rows to a CSV: file, line, reason, then the cells of the rows as they were.

    Raises:
        KgError: The file cannot be written.
    """
    columns = list(dict.fromkeys(name for row, _ in rejects for name in row.cells))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(["file", "line", "reason", *columns])
            for row, reason in rejects:
                table.writerow([row.file, row.line, reason, *(row.cells.get(name, "") for name in columns)])
    except OSError as error:
        raise KgError(
            f"cannot write the {len(rejects)} rejected rows to {path} ({error.strerror or error}): give another file with "
            "--rejects and load again, which changes nothing else"
        ) from error


def read_csv(
    path: Path, *, row_id: Callable[[Mapping[str, str]], str] | None = None, columns: Collection[str] = ()
) -> Iterable[Row]:
    """Yield the rows of a CSV file in UTF-8 with a header; cells are stripped.

    Args:
        path: The file.
        row_id: The source's own id of a row; its number and content where there is none.
        columns: Those that must be there.

    Raises:
        KgError: The file cannot be read, is not UTF-8, has not these columns, or a row has not as many cells as the header.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.DictReader(file, restkey="\0extra", restval="\0missing", strict=True)
            _check_header(path, [name.strip() for name in table.fieldnames or ()], columns)
            for line in table:
                if "\0extra" in line or "\0missing" in line.values():
                    raise KgError(
                        f"{path}, line {table.line_num}: not as many cells as the header has ({len(table.fieldnames or ())}); "
                        "is a comma or a quotation mark missing?"
                    )
                cells = {name.strip(): cell.strip() for name, cell in line.items()}
                yield Row(
                    path.name, table.line_num, cells, row_id(cells) if row_id else Row.content_id(table.line_num, cells)
                )
    except OSError as error:
        raise KgError(f"cannot read {path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise KgError(f"{path} is not UTF-8: save it as CSV UTF-8 and load it again") from error
    except csv.Error as error:
        raise KgError(f"{path} is not a CSV file that can be read: {error}") from error


def _check_header(path: Path, header: Sequence[str], columns: Collection[str]) -> None:
    if missing := [name for name in columns if name not in header]:
        raise KgError(
            f"{path} has no column {', '.join(missing)}: is it the right file, and is its first line the header?"
        )
    if repeated := [name for name, number in Counter(header).items() if number > 1]:
        raise KgError(f"{path} has the column {', '.join(repeated)} twice: remove or rename one of them")


def checksum(paths: Iterable[Path]) -> str:
    """Return the SHA-256 over the names and contents of files, in the order of their names."""
    total = hashlib.sha256()
    for path in sorted(paths, key=lambda path: path.name):
        total.update(path.name.encode())
        total.update(path.read_bytes())
    return total.hexdigest()
