"""What each term is good for: the same figures without it, and with the best few terms alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kg.queries.evaluation.fitting import fit
from kg.queries.evaluation.measure import MATCHINGS, Say, examples, fitted_terms, held_out_features, training_tasks
from kg.queries.evaluation.ranking import ranks
from kg.queries.evaluation.tasks import HELD_OUT, Task
from kg.queries.kinds.kind import Weights

#: So many of the best terms are tried alone.
BEST = (6, 10)


@dataclass(frozen=True, slots=True)
class Ablated:
    """What is left when only some terms count: MRR by matching (total activity, activity in the kind), and the loss of the fit."""

    terms: str
    mrr: float
    mrr_in_kind: float
    loss: float


def ablation(task: Task, weights: Weights, *, seed: int = 7, say: Say = lambda _: None) -> tuple[Ablated, ...]:
    """Return the figures with all terms, without each, and with the best 6 and 10 alone.

    The best are those whose absence makes the fit worst, on examples of the training part; the held-out part only judges.

    Args:
        task: What to foretell; its first part is held out.
        weights: Whose fitted terms are tried.
        seed: Seed of the split and of samples.
        say: Told what is being done.
    """
    names = list(fitted_terms(weights))
    parts = task.parts(HELD_OUT, seed)
    groups = examples(training_tasks(task), parts[1:], parts[:1], names)
    held = [held_out_features(task, parts[0], matching, names) for matching in MATCHINGS]
    trial = _Trial(groups, held, names, seed)
    found = [trial("all terms", names)]
    without = {}
    for name in names:
        say(f"{task.name}: without {name}")
        without[name] = trial(f"without {name}", [one for one in names if one != name])
        found.append(without[name])
    order = sorted(names, key=lambda name: -without[name].loss)
    for number in BEST:
        if number < len(names):
            chosen = [name for name in names if name in order[:number]]
            say(f"{task.name}: the best {number}")
            found.append(trial(f"best {number}: {', '.join(order[:number])}", chosen))
    return tuple(found)


@dataclass(frozen=True, slots=True, eq=False)
class _Trial:
    groups: NDArray[np.float64]
    held: Sequence[NDArray[np.float64]]
    names: Sequence[str]
    seed: int

    def __call__(self, terms: str, chosen: Sequence[str]) -> Ablated:
        columns = [self.names.index(name) for name in chosen]
        shapes, loss = fit(self.groups[:, :, columns], chosen, seed=self.seed)
        total, in_kind = (
            float(
                (
                    1.0
                    / ranks(
                        np.sum(
                            [shapes[name].of(held[:, :, at]) for name, at in zip(chosen, columns, strict=True)], axis=0
                        )
                    )
                ).mean()
            )
            for held in self.held
        )
        return Ablated(terms, total, in_kind, loss)
