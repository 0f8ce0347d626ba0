"""No leaks: what was held out must not be known by another way."""

from __future__ import annotations

from kg.errors import KgError
from kg.queries.evaluation.cases import Trial
from kg.queries.evaluation.tasks import Task
from kg.queries.snapshot.graph import Snapshot


class LeakError(KgError):
    """A held-out partnership is still among what is known."""


def check_no_leak(trial: Trial, task: Task, known: Snapshot) -> None:
    """Make sure that no case of a trial is a partnership of the kind in what is known.

    Raises:
        LeakError: One is; the message names the first.
    """
    partners: dict[str, frozenset[int]] = {}
    for case in trial.cases:
        if case.subject not in partners:
            partners[case.subject] = frozenset(task.partners(known, known.position[case.subject]).tolist())
        if known.position[case.partner] in partners[case.subject]:
            raise LeakError(
                f"The held-out partnership ({task.name}) of {case.subject} and {case.partner} is still known by another fact: "
                "measuring on it would reward knowing the answer."
            )
