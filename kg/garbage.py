"""Python's collector of garbage in cycles, kept from where it finds none."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_collecting() -> Iterator[None]:
    """Keep Python from looking for garbage in cycles while the block runs.

    For blocks that make a great many lists and tuples, none of which is in a cycle: it would go through all of them again and
    again. Blocks may lie in each other; what several threads do at once ends when the first of them leaves.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
