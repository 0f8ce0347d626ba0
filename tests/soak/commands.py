"""``kg`` as a process of its own, without the two seconds of processor time that Python takes to import it each time.

A template has imported kg and opened nothing. Each command is forked from it: what it does from there on is what one that was typed
does, and it can be killed like any other process.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

_FORKED = multiprocessing.get_context("forkserver")
_FORKED.set_forkserver_preload(["tests.soak.template"])


class Command:
    """A command that runs. Use it as a context manager: at its end the process has ended.

    Args:
        words: What is typed after ``kg``.
        environment: All of its environment variables.
        folder: Where it runs.
    """

    def __init__(self, words: Sequence[str], environment: Mapping[str, str], folder: Path) -> None:
        from tests.soak.template import run

        with tempfile.NamedTemporaryFile(prefix="kg-soak-said-", delete=False) as said:
            self._said = Path(said.name)
        self._process = _FORKED.Process(target=run, args=(list(words), dict(environment), str(folder), str(self._said)))
        self._process.start()

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process.pid is not None
        return self._process.pid

    def poll(self) -> int | None:
        """Return its exit code, less than 0 where a signal ended it; none while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended, and return its exit code.

        Raises:
            subprocess.TimeoutExpired: It runs on after so many seconds.
        """
        self._process.join(timeout)
        code = self.poll()
        if code is None:
            raise subprocess.TimeoutExpired("kg", timeout or 0)
        return code

    def send_signal(self, number: signal.Signals) -> None:
        """Send it a signal, from any thread; nothing happens where it has ended."""
        # Not by asking first whether it runs, which one thread alone may do.
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def said(self) -> str:
        """Return what it wrote to standard error so far."""
        return self._said.read_text(encoding="utf-8", errors="replace")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self.kill()
        self.wait()
        self._said.unlink(missing_ok=True)
