"""Many ask one graph in memory while a loader is at work: no error, no wrong answer, and how fast."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

from kg.graph import KnowledgeGraph, connect
from tests.soak.editions import REAL, Members
from tests.soak.ground import Ground

#: How many ask, and for how many seconds, in each trial.
_WHOLE = ((50, 600.0), (500, 120.0))
TRIALS = len(_WHOLE)
SAMPLE = (0,)

#: The two sets of members that editions have by turns.
_STATES = ((*range(4), *range(10, 110)), (*range(2, 6), *range(60, 160)))
_KINDS = ("exchange", "twinning")


def run(
    ground: Ground, number: int, chance: Random, seconds: float | None = None, users: int | None = None
) -> dict[str, object]:
    """Make one trial; of fewer users and seconds, if these are given."""
    users, seconds = users or _WHOLE[number][0], seconds or _WHOLE[number][1]
    ground.fresh(("starter",))
    ground.disconnect()
    command = [sys.executable, "-m", "tests.soak.users", str(users), str(seconds)]
    done = subprocess.run(
        command, env=ground.environment(), capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2]
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, object] = json.loads(done.stdout)
    assert not told["errors"], told
    assert not told["wrong"], told
    assert told["asked"], told
    assert told["loads"], told
    return told


Question = tuple[str, str]
Answer = tuple[tuple[str, float], ...]


def _ask(graph: KnowledgeGraph, question: Question) -> Answer:
    place, kind = question
    found = graph.recommend(place, kind=kind, engine="snapshot", top=10)
    return tuple((one.partner.id, round(one.score, 9)) for one in found.recommendations)


def main(users: int, seconds: float) -> None:
    """Ask and load for so long, and print what came of it."""
    questions = [(place, kind) for place, _, _ in REAL for kind in _KINDS]
    questions += [(place, "exchange") for place in ("Vienna", "Lisbon", "Ghent", "Porto", "Zagreb", "Barcelona")]
    with connect() as graph, connect() as writing:
        # Both sets have come and gone once before the answers are taken that others are compared with.
        edition = 0
        quiet: list[dict[Question, Answer]] = [{}, {}]
        again: list[dict[Question, Answer]] = [{}, {}]
        for into in (None, quiet, again):
            for state in (0, 1):
                writing.load(Members(edition, _STATES[state]))
                edition += 1
                if into is not None:
                    into[state] = {question: _ask(graph, question) for question in questions}
        assert quiet == again, "the same members give other answers"
        told = sum(quiet[0][question] != quiet[1][question] for question in questions)
        assert told, "no answer depends on who is a member"
        trial = _Trial(graph, writing, quiet, edition, time.monotonic() + seconds)
        with ThreadPoolExecutor(users + 1) as threads:
            loading = threads.submit(trial.load)
            asking = [threads.submit(trial.ask, Random(number), questions) for number in range(users)]
            for one in (loading, *asking):
                one.result()
    times = sorted(trial.times)
    share: Callable[[float], float] = lambda part: round(times[int(part * (len(times) - 1))] * 1000, 1)  # noqa: E731
    result = {"users": users, "seconds": seconds, "asked": len(times), "loads": trial.loaded, "telling": told}
    result |= {"errors": trial.errors[:5], "wrong": trial.wrong[:5], "per_second": round(len(times) / seconds, 1)}
    result |= {"median_ms": share(0.5), "p95_ms": share(0.95), "p99_ms": share(0.99), "longest_ms": share(1)}
    print(json.dumps(result))


class _Trial:
    def __init__(
        self,
        graph: KnowledgeGraph,
        writing: KnowledgeGraph,
        quiet: list[dict[Question, Answer]],
        edition: int,
        deadline: float,
    ) -> None:
        self._graph, self._writing, self._quiet, self._deadline = graph, writing, quiet, deadline
        self._first = edition
        self.loaded = 0
        self.times: list[float] = []
        self.errors: list[str] = []
        self.wrong: list[str] = []
        self._lock = threading.Lock()

    def load(self) -> None:
        """Load one edition after the other, with a breath between them."""
        while time.monotonic() < self._deadline:
            number = self._first + self.loaded
            self._writing.load(Members(number, _STATES[number % 2]))
            self.loaded += 1
            time.sleep(0.5)

    def ask(self, chance: Random, questions: list[Question]) -> None:
        """Ask one question after the other, as one user."""
        while time.monotonic() < self._deadline:
            question = chance.choice(questions)
            began, before = time.monotonic(), self.loaded
            try:
                answer = _ask(self._graph, question)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is what this looks for
                with self._lock:
                    self.errors.append(f"{type(error).__name__}: {error}"[:500])
                continue
            took, after = time.monotonic() - began, self.loaded
            # Of the loads of that time, one more may be stored already.
            states = {(self._first + number - 1) % 2 for number in range(before, after + 2)}
            with self._lock:
                self.times.append(took)
                if all(answer != self._quiet[state][question] for state in states):
                    self.wrong.append(f"{question}: {answer[:3]}")


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
