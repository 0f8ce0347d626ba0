"""Rounds of trials of one target, the same for the same seed."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.fuzz.mutate import mutant
from tests.fuzz.trial import Outcome, Target, attempt

#: Files that led to something new and are changed further, and the bytes of the longest of them.
_MOST_KEPT, _LONGEST_KEPT = 400, 1 << 16


@dataclass
class Tried:
    """What was tried of a target so far."""

    target: Target
    seed: int
    inputs: int = 0
    #: Seconds of processor time.
    seconds: float = 0.0
    words: set[str] = field(default_factory=set)
    #: A file for each fault, and what was said of it.
    findings: dict[str, tuple[bytes, Outcome]] = field(default_factory=dict)
    pool: list[bytes] = field(default_factory=list)

    def begin(self, folder: Path) -> None:
        """Read the corpus as it is."""
        corpus = self.target.corpus()
        # Once, for what is built when it is first needed (the index of places takes ten seconds).
        attempt(self.target, next(iter(corpus.values())), folder, seconds=300)
        for content in corpus.values():
            self._take(content, folder)
            self.pool.append(content)

    def go_on(self, folder: Path, *, number: int | None = None, seconds: float | None = None) -> None:
        """Try so many more files, or for so long in processor time."""
        until = None if seconds is None else self.seconds + seconds
        while (number is None or number > 0) and (until is None or self.seconds < until):
            chance = Random(f"{self.seed}/{self.target.name}/{self.inputs}")
            # Those that came last half of the time.
            some = self.pool[-20:] if chance.random() < 0.5 else self.pool
            content = mutant(chance.choice(some), self.target.changes, chance, self.pool)
            if self._take(content, folder) and len(content) <= _LONGEST_KEPT and len(self.pool) < _MOST_KEPT:
                self.pool.append(content)
            if number is not None:
                number -= 1

    def _take(self, content: bytes, folder: Path) -> bool:
        """Make one trial; return whether something was said that had not been said before."""
        began = time.process_time()
        outcome = attempt(self.target, content, folder)
        self.seconds += time.process_time() - began
        self.inputs += 1
        if outcome.finding and outcome.finding not in self.findings:
            self.findings[outcome.finding] = content, outcome
        new = not outcome.finding and not outcome.words <= self.words
        self.words |= outcome.words
        return new
