"""Several loaders at once, of sources that speak of the same places: it ends as one after the other does."""

from __future__ import annotations

import itertools
import signal
import subprocess
import threading
import time
from contextlib import ExitStack, suppress
from random import Random

from tests.soak.ground import Ground, ended

TRIALS = 20
SAMPLE = (0, 2)

#: Sources that share cities or networks.
_PAIRS = (("starter", "geonames"), ("covenant", "geonames"), ("eurocities", "networks"), ("twins", "wikidata"))
_THREE = ("covenant", "geonames", "starter")


def run(ground: Ground, number: int, chance: Random) -> dict[str, object]:
    """Make one trial."""
    what = ("different", "same", "turn lost", "three")[number % 4]
    names = list(_THREE if what == "three" else chance.choice(_PAIRS))
    # Whichever comes first, and begins first: it amounts to the same.
    expected, _ = ground.undisturbed(*(names[:1] if what == "same" else names))
    if what == "same":
        names = [names[0], names[0]]
    chance.shuffle(names)
    ground.fresh()
    cut = False
    if what == "turn lost":
        codes, cut = _turn_lost(ground, names, chance.randint(1, 3))
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
    return {"what": what, "sources": names, "codes": codes, "cut": cut}


def _turn_lost(ground: Ground, names: list[str], at: int) -> tuple[list[int], bool]:
    """The connection that holds the first loader's turn is cut, and no other, in one of its first transactions; a second one waits."""
    cutting = threading.Event()

    looks = itertools.count(1)

    def then(statement: bytes) -> None:
        if b"(t:Turn) SET t.seen" in statement and next(looks) == at:
            cutting.set()

    with ExitStack() as started, ground.proxy(fail=then) as proxy:
        first = started.enter_context(ground.start(names[0], proxy))
        while first.poll() is None and not cutting.wait(0.05):
            pass
        # Held up for as long as the other needs: what it writes meanwhile must not be overwritten.
        first.send_signal(signal.SIGSTOP)
        try:
            second = started.enter_context(ground.start(names[1]))
            cut = proxy.cut_where(b"turn:Load") > 0
            # Most likely the first was stopped in the middle of a transaction, which the second waits for.
            with suppress(subprocess.TimeoutExpired):
                second.wait(timeout=15)
        finally:
            first.send_signal(signal.SIGCONT)
        ends = [ended(first), ended(second)]
    assert ends[0][0] in (0, 2), f"ended with {ends}"
    assert ends[1][0] == 0, f"ended with {ends}"
    return [code for code, _ in ends], cut
