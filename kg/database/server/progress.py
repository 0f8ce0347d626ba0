"""What a person sees while the server is fetched and started: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, TextIO


class Reporter(Protocol):
    """Told about each step of a start."""

    def step(self, text: str) -> None:
        """A step without known length begins; it ends when the next call comes."""

    def count(self, text: str, done: int, total: int) -> None:
        """So many of a step's parts are done."""

    def note(self, text: str) -> None:
        """Something that a person should still see when all is done."""


class Quiet:
    """Says nothing."""

    def step(self, text: str) -> None:
        """Nothing."""

    def count(self, text: str, done: int, total: int) -> None:
        """Nothing."""

    def note(self, text: str) -> None:
        """Nothing."""


class PlainLines:
    """One line per step, for logs and pipes."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._counted = ""

    def step(self, text: str) -> None:
        """Print it."""
        self._line(f"{text} ...")

    def count(self, text: str, done: int, total: int) -> None:
        """Print the first count and the last."""
        if text != self._counted or done == total:
            self._line(f"{text}: {done} of {total}")
        self._counted = text

    def note(self, text: str) -> None:
        """Print it."""
        self._line(text)

    def _line(self, text: str) -> None:
        print(text, file=self._stream, flush=True)


@contextmanager
def console_reporter(stream: TextIO | None = None) -> Iterator[Reporter]:
    """The reporter that suits the stream (stderr unless given)."""
    stream = stream or sys.stderr
    if not stream.isatty():
        yield PlainLines(stream)
        return

    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(file=stream)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:

        class Bar:
            def __init__(self) -> None:
                self._text = ""

            def step(self, text: str) -> None:
                self._show(text, None)

            def count(self, text: str, done: int, total: int) -> None:
                self._show(text, total)
                bar.update(bar.task_ids[-1], completed=done)

            def note(self, text: str) -> None:
                console.print(text, highlight=False, markup=False)

            def _show(self, text: str, total: int | None) -> None:
                if text != self._text:
                    for task in bar.task_ids:
                        bar.remove_task(task)
                    bar.add_task(text, total=total)
                    self._text = text

        yield Bar()
