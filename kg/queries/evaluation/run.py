"""``kg evaluate recommend`` and ``kg fit``: from a graph in memory to figures and to a weights file."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from itertools import chain

import numpy as np

from kg.errors import KgError
from kg.queries.evaluation.ablation import ablation
from kg.queries.evaluation.fitting import fit
from kg.queries.evaluation.graph import Graph
from kg.queries.evaluation.measure import (
    MATCHINGS,
    OURS,
    Measured,
    Say,
    examples,
    fitted_terms,
    graph_tasks,
    measure,
    training_tasks,
)
from kg.queries.evaluation.processes import USUAL, at_once
from kg.queries.evaluation.results import Ablation, AblationRow, Evaluation, evaluation
from kg.queries.evaluation.tasks import HELD_OUT, Task
from kg.queries.kinds.kind import KINDS, Weights, check_kind, weights
from kg.queries.snapshot.tables import Tables

#: With fewer partnerships than this to hold out, figures would be chance.
LEAST = 50


def evaluate(
    tables: Tables,
    as_of: date,
    *,
    kinds: Sequence[str] = KINDS,
    seed: int = 7,
    data: Mapping[str, str] | None = None,
    with_embedding: bool = False,
    processes: int = USUAL,
    say: Say = lambda _: None,
) -> Evaluation:
    """Return how well held-out partnerships of some kinds are foretold, beside every known score.

    Args:
        tables: The whole graph.
        as_of: The date as of which facts count.
        kinds: Which kinds of partnership.
        seed: Seed of the splits, of samples and of the bootstrap.
        data: What the graph was made of, by source, for the answer.
        with_embedding: Beside node2vec too, which needs the extra ``embedding``.
        processes: How many tasks are measured at once, see :func:`kg.queries.evaluation.processes.at_once`.
        say: Told what is being done.

    Raises:
        KgError: A kind is unknown, or the graph has too few partnerships of all kinds asked for to hold some out; when only of
            some, these are left out and ``say`` is told.
    """
    tasks = _tasks(Graph(tables, as_of), kinds, seed, say)

    def one(at: int) -> Measured:
        task, shapes = tasks[at]
        return measure(task, shapes, seed=seed, with_embedding=with_embedding, say=say)

    found = at_once(one, len(tasks), processes)
    return evaluation(
        found, measured_on=_today(), as_of=as_of.isoformat(), seed=seed, data={} if data is None else data
    )


def ablate(
    tables: Tables,
    as_of: date,
    *,
    kinds: Sequence[str] = KINDS,
    seed: int = 7,
    data: Mapping[str, str] | None = None,
    processes: int = USUAL,
    say: Say = lambda _: None,
) -> Ablation:
    """Return what is left of the figures without each term, and with the best few alone; arguments as of :func:`evaluate`."""
    tasks = _tasks(Graph(tables, as_of), kinds, seed, say)

    def one(at: int) -> list[AblationRow]:
        task, shapes = tasks[at]
        return [AblationRow(task=task.name, **asdict(row)) for row in ablation(task, shapes, seed=seed, say=say)]

    rows = tuple(chain.from_iterable(at_once(one, len(tasks), processes)))
    return Ablation(measured_on=_today(), as_of=as_of.isoformat(), seed=seed, data=dict(data or {}), rows=rows)


def fitted(
    tables: Tables,
    as_of: date,
    kind: str,
    *,
    seed: int = 7,
    data: Mapping[str, str] | None = None,
    measured: bool = True,
    say: Say = lambda _: None,
) -> Weights:
    """Return weights of which the shapes are fitted on all partnerships of a kind that the graph knows.

    Terms set by judgement stay as they are shipped. What the weights reach is measured on parts that are held out, with shapes
    fitted without them; then they are fitted anew on all.

    Args:
        tables: The whole graph.
        as_of: The date as of which facts count.
        kind: ``exchange``, ``project`` or ``twinning``.
        seed: Seed of splits and samples.
        data: What the graph was made of, by source, to be written into the weights.
        measured: Whether to measure at all; without, the weights say that nobody did.
        say: Told what is being done.

    Raises:
        KgError: The kind is unknown, or the graph has too few partnerships of it.
    """
    graph, checked = Graph(tables, as_of), check_kind(kind)
    shipped = weights(checked)
    own = graph_tasks(graph)[checked]
    for task in own:
        if few := _too_few(task, seed):
            raise KgError(few)
    figures = [measure(task, shipped, seed=seed, say=say) for task in own] if measured else []
    tasks = training_tasks(own[0])
    names = fitted_terms(shipped)
    say(f"{checked}: fitting on all")
    parts = tasks[0].parts(HELD_OUT, seed)
    groups = examples(tasks, parts, [], names)
    shapes, loss = fit(groups, names, seed=seed)
    about = {
        "fitted_on": _today(),
        "as_of": as_of.isoformat(),
        "seed": seed,
        "examples": len(groups),
        "mean_loss": round(loss, 4),
        "with": f"Python {platform.python_version()}, numpy {np.__version__}",
        "data": dict(data or {}),
        "measured": _summary(figures) if measured else {"nothing": "not measured"},
    }
    return Weights(about=about, terms={name: shapes.get(name, shape) for name, shape in shipped.terms.items()})


def _tasks(graph: Graph, kinds: Sequence[str], seed: int, say: Say) -> list[tuple[Task, Weights]]:
    """Return the tasks of some kinds for which there is enough to hold out, with the weights that are shipped; say which there is not."""
    found = [(task, weights(kind)) for kind in map(check_kind, kinds) for task in graph_tasks(graph)[kind]]
    few = [_too_few(task, seed) for task, _ in found]
    if few and all(few):
        raise KgError(few[0])
    for why in filter(None, few):
        say(f"Not measured. {why}")
    return [one for one, why in zip(found, few, strict=True) if not why]


def _too_few(task: Task, seed: int) -> str:
    """Return why a task cannot be measured on its graph; nothing if it can."""
    number = sum(map(len, task.parts(HELD_OUT, seed)))
    if number >= LEAST:
        return ""
    return (
        f"There is too little to learn from ({task.name}): the graph has {number} partnerships that could be held out, and "
        f"fewer than {LEAST} would measure chance. Load twin towns, projects or memberships first (kg load --help)."
    )


def _summary(measured: Sequence[Measured]) -> dict[str, str]:
    found = {}
    for one in measured:
        rows = {(row.score, row.matching, row.part): row.figures for row in one.rows}
        for matching in MATCHINGS:
            ours = rows[OURS, matching, "all"]
            others = {score: figures for (score, by, part), figures in rows.items() if by == matching and part == "all"}
            best = max((score for score in others if score != OURS), key=lambda score: others[score].mrr)
            found[f"{one.task}, matched on {matching}"] = (
                f"MRR {ours.mrr:.3f} ({ours.low:.3f} to {ours.high:.3f}) over {ours.cases:,} cases; best known score: {best} "
                f"{others[best].mrr:.3f}"
            )
    return found


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
