"""One trial: a target reads a file, and what came of it is told."""

from __future__ import annotations

import re
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from kg.errors import KgError
from tests.fuzz.mutate import Change

#: Of processor time, for files of at most ``mutate.MOST`` bytes.
MOST_SECONDS = 5.0
#: By which the greatest use of memory may grow in one trial.
MOST_MB = 300

CORPUS = Path(__file__).parent / "corpus"
DATA = Path(__file__).parents[1] / "data"


@dataclass(frozen=True)
class Target:
    """Something that reads a file.

    Attributes:
        name: Also that of its folder in the corpus.
        file: What the file is called.
        read: Reads it to its end, and yields words that say how that went.
        changes: What may be done to a file of its kind.
        fixtures: Files of ``tests/data`` to begin with.
        made: Files to begin with that are made by a function, as those packed are.
        allowed: What it may raise besides :class:`KgError`, by its own documentation.
    """

    name: str
    file: str
    read: Callable[[Path], Iterable[str]]
    changes: Sequence[Change]
    fixtures: Sequence[str] = ()
    made: Sequence[Callable[[], bytes]] = ()
    allowed: tuple[type[Exception], ...] = field(default=())

    def corpus(self) -> dict[str, bytes]:
        """Return the files to begin with, by name; findings of before are among them."""
        found = {f"data/{name}": (DATA / name).read_bytes() for name in self.fixtures}
        found |= {f"made/{number}": make() for number, make in enumerate(self.made)}
        folder = CORPUS / self.name
        kept = sorted(folder.iterdir()) if folder.is_dir() else []
        return found | {f"corpus/{path.name}": path.read_bytes() for path in kept}


@dataclass(frozen=True)
class Outcome:
    """What came of a trial: the words of the target, and what is wrong, if anything is.

    ``finding`` is the same for the same fault, whatever the file.
    """

    words: frozenset[str]
    finding: str = ""
    detail: str = ""


class TooLongError(BaseException):
    """A target took too long; nothing on its way catches this."""


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    def stop(_: int, frame: FrameType | None) -> None:
        raise TooLongError(f"in {frame.f_code.co_qualname if frame else '?'}")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def attempt(target: Target, content: bytes, folder: Path, *, seconds: float = MOST_SECONDS) -> Outcome:
    """Let a target read a file of this content, in a folder in which it may leave things."""
    path = folder / target.file
    path.unlink(missing_ok=True)
    path.write_bytes(content)
    words: set[str] = set()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    try:
        with _limited(seconds):
            for word in target.read(path):
                words.add(template(word, path))
    except KgError as error:
        words.add(f"error: {template(str(error), path)}")
        if problem := _unfit(str(error)):
            return Outcome(frozenset(words), f"message {problem}: {_name_of(error)}", repr(str(error))[:3000])
    except target.allowed as error:
        words.add(type(error).__name__)
    except TooLongError as error:
        return Outcome(frozenset(words), "too long", str(error))
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        return Outcome(frozenset(words), _name_of(error), "".join(traceback.format_exception(error, limit=-8))[-3000:])
    if time.process_time() - began > seconds:
        return Outcome(frozenset(words), "too long", f"{time.process_time() - began:.1f} s")
    scale = 1 if sys.platform == "darwin" else 1024
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * scale / 1024**2
    if grown > MOST_MB:
        return Outcome(frozenset(words), "too much memory", f"{grown:,.0f} MB")
    return Outcome(frozenset(words))


def _name_of(error: BaseException) -> str:
    """Return what an error is and where in kg it was raised."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "/kg/" in frame.filename]
    where = f"{frames[-1].filename.rpartition('/kg/')[2]}:{frames[-1].name}" if frames else "?"
    return f"{type(error).__name__} in {where}"


def _unfit(message: str) -> str:
    """Return why a message cannot be shown to a person, if so."""
    try:
        message.encode()
    except UnicodeEncodeError:
        return "cannot be printed"
    if re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", message):
        return "controls the terminal"
    if max(map(len, message.split("\n"))) > 2000 or message.count("\n") > 40:
        return "is too long"
    return ""


def template(text: str, path: Path) -> str:
    """Return a message without what differs from file to file, so that the same is said by the same words."""
    text = text.replace(str(path.parent), "")
    text = re.sub(r"'[^']*'|\"[^\"]*\"|\([^()]*\)", "_", text[:2000])
    return re.sub(r"\d+", "0", text)[:160]


def smaller(target: Target, content: bytes, finding: str, folder: Path, *, seconds: float = 8.0) -> bytes:
    """Return a smaller file on which the target has the same fault, found within some seconds."""
    until = time.monotonic() + seconds
    piece = max(1, len(content) // 2)
    while piece and time.monotonic() < until:
        place = 0
        while place < len(content) and time.monotonic() < until:
            shorter = content[:place] + content[place + piece :]
            if attempt(target, shorter, folder).finding == finding:
                content = shorter
            else:
                place += piece
        piece //= 2
    return content
