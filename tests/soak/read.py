"""Ten read a network while its editions come and go: each answer is a whole one, or says that it may not be.

What an edition lacks has ended in an answer as a whole or not at all, unless the answer says that the graph was changed meanwhile.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from random import Random
from unittest.mock import patch

from kg.database.connection import Connection
from kg.loaders.loading import load
from kg.queries.reports import find_report
from kg.queries.reports.running import CHANGED, run_report
from tests.soak.editions import NETWORK, Members, called
from tests.soak.ground import Ground

TRIALS = 20
SAMPLE = (0,)

READERS = 10
_EDITIONS = 8
#: Facts in one transaction: as if the network had a hundred times as many members.
_BATCH = 40


def run(ground: Ground, number: int, chance: Random, editions: int = _EDITIONS) -> dict[str, object]:
    """Make one trial: editions of a network, of each of which half the members are new."""
    size = chance.randint(100, 300)
    connection = ground.fresh()
    ranges = [range(10 + one * size // 2, 10 + one * size // 2 + size) for one in range(editions + 1)]
    load(connection, Members(0, ranges[0]))
    #: How many editions are there in full.
    done = [0]
    stop = threading.Event()

    def write() -> None:
        try:
            for one in range(1, editions + 1):
                load(connection, Members(one, ranges[one]))
                done[0] = one
        finally:
            stop.set()

    with patch("kg.database.stored.batches", _small), ThreadPoolExecutor(READERS + 1) as threads:
        writing = threads.submit(write)
        reading = [threads.submit(_read, connection, done, stop) for _ in range(READERS)]
        writing.result()
        found = [one for each in reading for one in each.result()]
    wholes = [frozenset(called(member) for member in some) for some in ranges]
    outcomes: Counter[str] = Counter()
    for before, after, members, notes in found:
        # The next edition may be stored, and its load not yet have said so here.
        whole = any(members == one for one in wholes[before : after + 2])
        remarked = CHANGED in notes or any("not finished" in note for note in notes)
        outcomes[f"{'whole' if whole else 'half'}{', with a remark' if remarked else ''}"] += 1
        lasting = zip(wholes[before : after + 1], wholes[before + 1 : after + 2], strict=False)
        if any(0 < len(members & (old - new)) < len(old - new) for old, new in lasting):
            outcomes[f"half of a clean-up{', changed meanwhile' if CHANGED in notes else ''}"] += 1
    assert not outcomes["half of a clean-up"], f"answers with half of a clean-up: {dict(outcomes)}"
    assert not outcomes["half"], f"answers with half an edition, and no word on it: {dict(outcomes)}"
    assert found, "nobody read anything"
    return {"members": size, "answers": dict(outcomes)}


def _read(
    connection: Connection, done: list[int], stop: threading.Event
) -> list[tuple[int, int, frozenset[str], tuple[str, ...]]]:
    report = find_report("network-members")
    found = []
    while not stop.is_set():
        before = done[0]
        answer = run_report(connection, report, {"network": NETWORK})
        members = frozenset(str(row["member"]) for row in answer.rows)
        found.append((before, done[0], members, tuple(answer.notes)))
    return found


def _small(items: Sequence[object], size: int = _BATCH) -> Iterator[Sequence[object]]:
    return (items[start : start + _BATCH] for start in range(0, len(items), _BATCH))
