"""The protocol: fit on what is known, rank what was held out, beside every known score."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from kg.queries.evaluation.baselines import Baselines
from kg.queries.evaluation.cases import NEGATIVES, Sampled, Trial, sample
from kg.queries.evaluation.everyone import Lists, everyone
from kg.queries.evaluation.fitting import fit
from kg.queries.evaluation.graph import Graph, total_activity, world_of
from kg.queries.evaluation.leaks import check_no_leak
from kg.queries.evaluation.ranking import Figures, figures, ranks
from kg.queries.evaluation.tasks import HELD_OUT, Exchange, Part, Projects, Task, Twinning
from kg.queries.kinds.kind import Weights
from kg.queries.kinds.shapes import Shape
from kg.queries.scoring import term_values
from kg.queries.snapshot.graph import Snapshot
from kg.queries.snapshot.layers import Floats

#: What the 100 places beside a true partner are like it in, the most important first.
MATCHINGS = ("total activity", "activity in the kind")

#: Of what is known, a quarter at a time is held out to make examples to fit on: features are always those out of fold.
_INNER = 4

#: Of two tasks to fit on, the larger one has at most so many times the groups of the smaller one.
_MOST_TIMES = 2

#: A pair farther apart than this, in kilometres, is a far one; a place with so many links of the kind or fewer is a newcomer.
FAR = 150.0
NEW = 1

OURS = "kg"

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """The ranks of held-out partners by each score, and which cases are apart."""

    ranks: Mapping[str, Floats]
    newcomer: NDArray[np.bool_]
    far: NDArray[np.bool_]
    unknown: NDArray[np.bool_]
    clusters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of one score in one task, matching and part of the cases."""

    score: str
    matching: str
    part: str
    figures: Figures


@dataclass(frozen=True)
class Measured:
    """All figures of one task."""

    task: str
    kind: str
    rows: tuple[Row, ...]
    lists: Mapping[str, Lists]
    newcomer_lists: Mapping[str, Lists]
    terms: Mapping[str, Shape]
    examples: int
    seconds: Mapping[str, float] = field(default_factory=dict)

    def row(self, score: str = OURS, matching: str = MATCHINGS[0], part: str = "all") -> Figures:
        """Return the figures of one row."""
        return next(row.figures for row in self.rows if (row.score, row.matching, row.part) == (score, matching, part))


def examples(
    tasks: Sequence[Task], known: Sequence[Part], hidden: Sequence[Part], names: Sequence[str]
) -> NDArray[np.float64]:
    """Return groups to fit on, out of fold, shape ``(groups, 101, len(names))``.

    Args:
        tasks: What to make them of; all deal the same things into parts.
        known: The parts that are known.
        hidden: The parts of which nothing may be known.
        names: The features.
    """
    things = list(chain.from_iterable(known))
    made: dict[str, list[NDArray[np.float64]]] = {task.name: [] for task in tasks}
    for fold in range(_INNER):
        for task in tasks:
            trial = task.trial(things[fold::_INNER], without=hidden)
            world = world_of(trial.known, task.graph.as_of)
            links = task.known(world.snapshot)
            for matching in MATCHINGS:
                sampled = _sampled(trial, task, world.snapshot, matching)
                # A partner without any other link of the kind cannot be told from places that nobody ever chose.
                made[task.name].append(sampled.features(world, names)[links[sampled.others[:, 0]] > 0])
    groups = [np.concatenate(some) for some in made.values()]
    # What there is most of shall not drown the rest.
    most = _MOST_TIMES * min(map(len, groups))
    chance = np.random.default_rng(0)
    return np.concatenate([one[np.sort(chance.permutation(len(one))[:most])] for one in groups])


def held_out_features(task: Task, held_out: Part, matching: str, names: Sequence[str]) -> NDArray[np.float64]:
    """Return the features of held-out partners and the places beside them, shape ``(n, 101, len(names))``."""
    trial = task.trial(held_out)
    world = world_of(trial.known, task.graph.as_of)
    sampled = _sampled(trial, task, world.snapshot, matching)
    known_partner = task.known(world.snapshot)[sampled.others[:, 0]] > 0
    return sampled.features(world, names)[known_partner]


def _sampled(trial: Trial, task: Task, snapshot: Snapshot, matching: str) -> Sampled:
    population = np.nan_to_num(snapshot.places.population)
    total = total_activity(snapshot)
    keys = [total, population] if matching == MATCHINGS[0] else [task.activity(snapshot), total, population]
    return sample(snapshot, trial.cases, trial.partners, keys)


def measure(
    task: Task, weights: Weights, *, seed: int = 7, with_embedding: bool = False, say: Say = lambda _: None
) -> Measured:
    """Return all figures of a task, with shapes fitted on what is known only.

    Twin towns and memberships are split once, a fifth held out; projects five times, so that each is held out once.

    Args:
        task: What to foretell.
        weights: Its fitted terms are those whose shapes are fitted anew; their shapes are not used.
        seed: Seed of the split, of samples and of the bootstrap.
        with_embedding: Rank by node2vec as well.
        say: Told what is being done.
    """
    names = fitted_terms(weights)
    parts = task.parts(HELD_OUT, seed)
    folds = range(HELD_OUT) if isinstance(task, Projects) else range(1)
    seconds: dict[str, float] = {}
    ranked: dict[str, list[Ranked]] = {matching: [] for matching in MATCHINGS}
    lists: tuple[Mapping[str, Lists], Mapping[str, Lists]] = ({}, {})
    made = 0
    shapes: dict[str, Shape] = {}
    for fold in folds:
        say(f"{task.name}: fitting without part {fold + 1} of {HELD_OUT}")
        start = time.perf_counter()
        known = [part for at, part in enumerate(parts) if at != fold]
        groups = examples(training_tasks(task), known, [parts[fold]], names)
        made += len(groups)
        shapes, _ = fit(groups, names, seed=seed)
        _add(seconds, "fit", start)
        say(f"{task.name}: ranking part {fold + 1}")
        start = time.perf_counter()
        trial = task.trial(parts[fold])
        world = world_of(trial.known, task.graph.as_of)
        check_no_leak(trial, task, world.snapshot)
        fitted = Weights(terms=shapes)
        known_scores = Baselines(world, task, embedding_seed=seed if with_embedding else None)
        for matching in MATCHINGS:
            ranked[matching].append(_rank(trial, known_scores, fitted, matching))
        if with_embedding:
            seconds["node2vec"] = seconds.get("node2vec", 0.0) + known_scores.embedding_seconds
        _add(seconds, "rank", start)
        if fold == 0:
            say(f"{task.name}: ranking everyone")
            start = time.perf_counter()
            lists = everyone(trial, task, world, fitted, seed)
            _add(seconds, "everyone", start)
    rows = tuple(chain.from_iterable(_rows(matching, some, seed) for matching, some in ranked.items()))
    return Measured(task.name, task.kind, rows, *lists, terms=shapes, examples=made, seconds=seconds)


def fitted_terms(weights: Weights) -> tuple[str, ...]:
    """Return the terms whose shapes are fitted; the others are judgement, for want of data."""
    return tuple(name for name, shape in weights.terms.items() if shape.set_by == "fit")


def training_tasks(task: Task) -> tuple[Task, ...]:
    """Return what the weights of the kind are fitted on: for projects both the municipal partners and all partners by town."""
    if isinstance(task, Projects):
        return tuple(Projects(task.graph, by_town=by_town) for by_town in (False, True))
    return (task,)


def _add(seconds: dict[str, float], what: str, start: float) -> None:
    seconds[what] = seconds.get(what, 0.0) + time.perf_counter() - start


def _rank(trial: Trial, known_scores: Baselines, weights: Weights, matching: str) -> Ranked:
    world, task = known_scores.world, known_scores.task
    sampled = _sampled(trial, task, world.snapshot, matching)
    values = sampled.features(world, [*weights.terms, "distance"])
    flat = values[:, :, :-1].reshape(-1, len(weights.terms))
    ours = term_values(flat, weights).sum(axis=1).reshape(sampled.others.shape)
    activity = task.activity(world.snapshot)
    scores = {OURS: ours, **known_scores.scores(sampled)}
    return Ranked(
        ranks={name: ranks(some) for name, some in scores.items()},
        newcomer=activity[sampled.subjects] <= NEW,
        far=values[:, 0, -1] > FAR,
        unknown=task.known(world.snapshot)[sampled.others[:, 0]] == 0,
        clusters=sampled.clusters,
    )


def _rows(matching: str, ranked: Iterable[Ranked], seed: int) -> Iterable[Row]:
    some = list(ranked)
    newcomer, far, unknown = (
        np.concatenate([getattr(one, name) for one in some]) for name in ("newcomer", "far", "unknown")
    )
    clusters = np.array(list(chain.from_iterable(one.clusters for one in some)), dtype=object)
    parts = {"all": ~unknown, "newcomers": ~unknown & newcomer, "over 150 km": ~unknown & far}
    for name in some[0].ranks:
        rank = np.concatenate([one.ranks[name] for one in some])
        for part, chosen in parts.items():
            found = figures(rank[chosen], NEGATIVES, clusters[chosen].tolist(), seed)
            if found is not None:
                yield Row(name, matching, part, found)
        # A partner of which the graph knows no link of the kind counts as never found.
        found = figures(np.where(unknown, np.inf, rank), NEGATIVES, clusters.tolist(), seed)
        if found is not None:
            yield Row(name, matching, "unknown partners as misses", found)


def graph_tasks(graph: Graph) -> Mapping[str, tuple[Task, ...]]:
    """Return the tasks of each kind."""
    return {
        "twinning": (Twinning(graph),),
        "project": (Projects(graph), Projects(graph, by_town=True)),
        "exchange": (Exchange(graph),),
    }
