"""Several loaders at once, of sources that speak of the same places: it ends as one after the other does."""

from __future__ import annotations

import subprocess
import time
from contextlib import ExitStack
from random import Random

from tests.soak.ground import Counted, Ground, ended
from tests.soak.net import end_one

TRIALS = 20
SAMPLE = (0, 1, 2)

#: Sources that share cities or networks.
_OVERLAPPING = ("starter", "covenant", "eurocities", "networks", "twins", "wikidata", "geonames")


def run(ground: Ground, number: int, chance: Random) -> dict[str, object]:
    """Make one trial."""
    what = ("different", "same", "turn lost", "three")[number % 4]
    names = chance.sample(_OVERLAPPING, 3 if what == "three" else 2)
    if what == "same":
        names = [names[0], names[0]]
    expected, _ = ground.undisturbed(*dict.fromkeys(names))
    _, statements = ground.undisturbed(names[0])
    ground.fresh()
    if what == "turn lost":
        codes = _turn_lost(ground, names, chance.randint(statements // 2, statements))
    else:
        with ExitStack() as started:
            processes = []
            for name in names:
                processes.append(started.enter_context(ground.start(name)))
                time.sleep(chance.choice((0, chance.uniform(0, 0.5))))
            ends = [ended(process) for process in processes]
        codes = [code for code, _ in ends]
        assert not any(codes), f"ended with {ends}"
    for name in names:
        ground.finish(name)
    ground.verify(expected)
    return {"what": what, "sources": names, "codes": codes}


def _turn_lost(ground: Ground, names: list[str], at: int) -> list[int]:
    """The first loader's turn is taken from it at one of its statements, while a second waits."""
    second: subprocess.Popen[bytes] | None = None
    with ExitStack() as started:

        def then(seen: int) -> None:
            nonlocal second
            if seen == at // 2:
                second = started.enter_context(ground.start(names[1]))
            if seen == at:
                time.sleep(2)  # until the second stands at the door
                end_one(ground)
                time.sleep(2)  # and is through

        with ground.proxy(fail=Counted(then)) as proxy, ground.start(names[0], proxy) as first:
            ends = [ended(first)]
        if second is not None:
            ends.append(ended(second))
    assert {code for code, _ in ends} <= {0, 2}, f"ended with {ends}"
    return [code for code, _ in ends]
