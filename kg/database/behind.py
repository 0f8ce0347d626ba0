"""Writing behind: a thread sends one transaction while the next one is being prepared.

Making the rows of a batch and having the server store them take about as long as each other, on two processors.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Self

#: Stores one transaction.
Job = Callable[[], object]

#: So many transactions may wait while one is under way: more would fill memory and gain nothing.
_WAITING = 1


class Behind:
    """Sends transactions one after the other, in their order, from a thread of its own.

    Use it as a context manager. What is sent is not yet stored; :meth:`settle` waits until it is, and so must whoever reads. After
    an error nothing more is sent: each transaction is stored whole or not at all, and none after one that was not. The error is
    raised by the next :meth:`send` or :meth:`settle`, or at the end of the block. A block that is left by an error of its own drops
    what waits and ends once the transaction under way has, so that nothing is written after it.
    """

    def __init__(self) -> None:
        self._waiting: deque[Job] = deque()
        self._under_way = False
        self._ending = False
        self._error: BaseException | None = None
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._work, name="kg writing behind", daemon=True)

    def send(self, job: Job) -> None:
        """Send one transaction when those before it are stored; waits while another waits already.

        Raises:
            KgError: One before it failed, as the connection says.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._error is not None or len(self._waiting) < _WAITING)
            self._raise()
            self._waiting.append(job)
            self._changed.notify_all()

    def settle(self) -> None:
        """Wait until all that was sent is stored.

        Raises:
            KgError: Something of it failed, as the connection says.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._error is not None or not (self._waiting or self._under_way))
            self._raise()

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._ending)
                if not self._waiting:
                    return
                job = self._waiting.popleft()
                self._under_way = True
                self._changed.notify_all()
            error: BaseException | None = None
            try:
                job()
            except BaseException as raised:  # noqa: BLE001 - whatever it is, it is raised where it is asked for
                error = raised
            del job  # or a batch would stay in memory until the next one
            with self._changed:
                self._under_way = False
                self._error = error
                if error is not None:
                    self._waiting.clear()
                self._changed.notify_all()
            if error is not None:
                return

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self.settle()
        finally:
            with self._changed:
                self._waiting.clear()
                self._ending = True
                self._changed.notify_all()
            self._thread.join()
