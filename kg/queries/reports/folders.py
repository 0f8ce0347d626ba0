"""Which reports there are: those that come with the package, and those in a folder of the user's own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from kg.errors import quoted
from kg.queries.reports.header import Report, ReportError, parse_report
from kg.queries.reports.types import did_you_mean
from kg.resources import cypher_directory

#: A report is read by a person; a file this large is something else.
LARGEST_FILE = 1_000_000


def own_folder() -> Path | None:
    """The folder that ``KG_REPORTS`` names; None when it is not set.

    Raises:
        ReportError: there is no such folder.
    """
    given = os.environ.get("KG_REPORTS")
    if not given:
        return None
    folder = Path(given).expanduser()
    if not folder.is_dir():
        raise ReportError(f"KG_REPORTS names {folder}, which is not a folder: correct it or unset it.")
    return folder


def report_files(own: Path | Literal[False] | None = None) -> dict[str, Path]:
    """The files by the names of their reports, in order; one of the user's own comes instead of a shipped one of its name.

    Args:
        own: a folder of the user's own; that of ``KG_REPORTS`` unless given; ``False`` for none.
    """
    folders = [cypher_directory() / "reports", own_folder() if own is None else own or None]
    found: dict[str, Path] = {}
    for folder in folders:
        if folder is not None:
            try:
                found |= {path.stem: path for path in folder.glob("*.cypher") if path.is_file()}
            except OSError as error:
                raise ReportError(f"The folder {folder} cannot be read: {error.strerror}.") from error
    return dict(sorted(found.items()))


def read_report(path: Path) -> Report:
    """The report in a file.

    Raises:
        ReportError: the file cannot be read or is not a report; says which line.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise ReportError(f"{path} is not text in UTF-8: save it as such.") from error
    except OSError as error:
        raise ReportError(f"{path} cannot be read: {error.strerror}.") from error
    if len(content) > LARGEST_FILE:
        raise ReportError(f"{path} is larger than a report can be (1 MB).")
    try:
        return parse_report(path.stem, text)
    except ReportError as error:
        raise ReportError(f"{error} ({path})") from error


def read_reports(own: Path | None = None) -> Iterator[Report | ReportError]:
    """All reports by name; for a file that is not one, the error that says why."""
    for path in report_files(own).values():
        try:
            yield read_report(path)
        except ReportError as error:
            yield error


def list_reports(own: Path | Literal[False] | None = None) -> list[Report]:
    """All reports, by name. Needs no database.

    Raises:
        ReportError: a file there is not a report.
    """
    return [read_report(path) for path in report_files(own).values()]


def find_report(name: str, own: Path | None = None) -> Report:
    """The report of this name, whatever the other files are like.

    Raises:
        ReportError: there is none; says which there are.
    """
    files = report_files(own)
    if name not in files:
        hint = did_you_mean(name, files)
        raise ReportError(
            f"There is no report {quoted(name)};{hint} there are: {', '.join(files)}. See kg report list."
        )
    return read_report(files[name])
