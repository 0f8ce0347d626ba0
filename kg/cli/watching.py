"""Saying on a terminal how far a long piece of work is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def watched(doing: str) -> Iterator[Callable[[str, int], None] | None]:
    """Yield who hears what is done and how many of it were; nobody, where no terminal is there to show it.

    Args:
        doing: The word for it: ``Reading``.
    """
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    with console.status(doing) as status:
        yield lambda what, number: status.update(f"{doing}: {number:,} {what}")
