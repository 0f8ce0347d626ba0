"""The pages fetched so far, in a file beside the wanted one, so that an interrupted fetch goes on where it was."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kg.errors import KgError
from kg.schema.dates import check_partial_date


@dataclass(frozen=True, slots=True)
class Task:
    """What is fetched; pages of another task, or of another wording of the question, are of no use."""

    what: str
    endpoint: str
    query: str

    @staticmethod
    def of(what: str, endpoint: str, text: str) -> Task:
        """Return the task of asking this query's text."""
        return Task(what, endpoint, hashlib.blake2b(text.encode(), digest_size=8).hexdigest())


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a country is: statements fetched, and whether these are all."""

    offset: int = 0
    done: bool = False


class PartFile:
    """JSON lines: first the task and the day on which it began, then a line for each page.

    Raises:
        KgError: The file cannot be read or written, or is of another task.
    """

    def __init__(self, path: Path, task: Task, today: str) -> None:
        self.path = path
        self.date = today
        self.progress: dict[str, Progress] = {}
        try:
            if path.exists():
                self._resume(task)
            else:
                path.write_text(_line({"task": asdict(task), "date": today}), encoding="utf-8")
        except OSError as error:
            raise _cannot(path, error) from error

    def add(
        self, country: str, offset: int, variables: list[str], bindings: list[dict[str, Any]], *, done: bool
    ) -> None:
        """Write a page; ``offset`` is where the next one of the country begins.

        Raises:
            KgError: It cannot be written.
        """
        page = {"country": country, "offset": offset, "done": done, "vars": variables, "bindings": bindings}
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(_line(page))
        except OSError as error:
            raise _cannot(self.path, error) from error
        self.progress[country] = Progress(offset, done)

    def pages(self) -> Iterator[dict[str, Any]]:
        """Yield all pages, in the order in which they came."""
        # As bytes: only what ends a line here does so there.
        with self.path.open("rb") as file:
            next(file)
            for line in file:
                yield json.loads(line)

    def _resume(self, task: Task) -> None:
        """Read how far it is, and cut off a last line that was not written to its end."""
        whole = 0
        with self.path.open("rb") as file:
            for number, line in enumerate(file):
                try:
                    page = json.loads(line) if line.endswith(b"\n") else None
                except (ValueError, RecursionError):
                    page = None
                if page is None:
                    break
                if number == 0:
                    self._check(page, task)
                elif _is_page(page):
                    self.progress[page["country"]] = Progress(page["offset"], page["done"])
                else:
                    raise self._other()
                whole += len(line)
        if whole == 0:
            raise self._other()
        with self.path.open("r+b") as file:
            file.truncate(whole)

    def _check(self, header: Any, task: Task) -> None:
        if not isinstance(header, dict) or header.get("task") != asdict(task) or not _is_date(header.get("date")):
            raise self._other()
        self.date = header["date"]

    def _other(self) -> KgError:
        return KgError(
            f"{self.path} holds pages of another fetch, so that this one cannot go on from it: name another file with --out, or "
            "remove it"
        )


def _is_date(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(check_partial_date(value))
    except ValueError:
        return False


def _is_page(page: Any) -> bool:
    """Whether a line is one that :meth:`PartFile.add` wrote: anybody may have changed the file since."""
    return (
        isinstance(page, dict)
        and isinstance(page.get("country"), str)
        and type(page.get("offset")) is int
        and type(page.get("done")) is bool
        and _all(page.get("vars"), str)
        and _all(page.get("bindings"), dict)
    )


def _all(values: Any, kind: type) -> bool:
    return isinstance(values, list) and all(isinstance(value, kind) for value in values)


def _line(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"


def _cannot(path: Path, error: OSError) -> KgError:
    return KgError(f"cannot read or write {path}: {error.strerror or error}")
