"""The loader killed, the server killed, and both: the same command again ends where an undisturbed one does."""

from __future__ import annotations

import queue
import time
from random import Random

from tests.soak.commands import Command
from tests.soak.ground import Counted, Ground, ended

#: How many kill the loader, the server, and both.
LOADER, SERVER, BOTH = 100, 30, 10
TRIALS = LOADER + SERVER + BOTH
SAMPLE = (0, 2, LOADER + 1, LOADER + SERVER + 9)


def run(ground: Ground, number: int, chance: Random) -> dict[str, object]:
    """Make one trial."""
    if number < LOADER:
        return _loader(ground, number, chance)
    return _server(ground, number - LOADER, chance, both=number >= LOADER + SERVER)


def _loader(ground: Ground, number: int, chance: Random) -> dict[str, object]:
    """At one of its statements, whichever source it is that is loaded, and whatever is there already."""
    base, name = ground.link(number)
    expected, statements = ground.undisturbed(*base, name)
    ground.fresh(base)
    loads = len(ground.attempts())
    kills = [_kill_at(ground, name, loads, chance.randint(1, statements), chance.uniform(0, 0.03))]
    if chance.random() < 0.25:
        kills.append(_kill_at(ground, name, loads, chance.randint(1, statements), 0))
    ground.finish(name)
    ground.verify(expected, (*base, name))
    return {"what": "loader", "source": name, "on": list(base), "kills": kills, "of": statements}


def _kill_at(ground: Ground, name: str, loads: int, at: int, pause: float) -> dict[str, object]:
    """Start the load and kill it once the server has taken the statement of this number, so many seconds later; ``loads`` were there before."""
    started: queue.SimpleQueue[Command] = queue.SimpleQueue()

    def then(number: int) -> None:
        if number == at:
            time.sleep(pause)
            started.get().kill()

    with ground.proxy(fail=Counted(then)) as proxy, ground.start(name, proxy) as process:
        started.put(process)
        code, _ = ended(process)
    return {"statement": at, "code": code, "left": ground.status_beyond(loads)}


def _server(ground: Ground, number: int, chance: Random, *, both: bool) -> dict[str, object]:
    """At some moment after the load has begun; the next command starts it by itself."""
    base, name = ground.link(number)
    expected, _ = ground.undisturbed(*base, name)
    ground.fresh(base)
    before = len(ground.attempts())
    process = ground.start(name)
    with process:
        while process.poll() is None and len(ground.attempts()) == before:
            time.sleep(0.02)
        time.sleep(chance.uniform(0, 1.0 if name == "starter" else 0.2))
        first = chance.random() < 0.5
        if both and first:
            process.kill()
        ground.kill_server()
        if both and not first:
            time.sleep(chance.uniform(0, 0.2))
            process.kill()
        code, errors = ended(process)
    assert both or code in (0, 2), f"ended with {code}: {errors}"
    # By the command itself: nothing else asks the server before it does.
    ground.finish(name)
    attempts = ground.status_beyond(before)
    ground.verify(expected, (*base, name))
    return {"what": "both" if both else "server", "source": name, "on": list(base), "code": code, "attempts": attempts}
