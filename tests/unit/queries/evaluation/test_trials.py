"""Holding out: what is left of the graph, who stands beside a true partner, and that a leak is found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache

import numpy as np
import pytest

from kg.errors import KgError
from kg.queries.evaluation.cases import NEGATIVES, Case, pool, sample
from kg.queries.evaluation.graph import Graph, total_activity
from kg.queries.evaluation.leaks import LeakError, check_no_leak
from kg.queries.evaluation.measure import MATCHINGS, OURS, measure
from kg.queries.evaluation.run import evaluate, fitted
from kg.queries.evaluation.tasks import Exchange, Projects, Task, Twinning
from kg.queries.kinds.kind import Weights
from kg.queries.kinds.shapes import Shape
from kg.queries.snapshot.graph import Snapshot
from kg.queries.snapshot.tables import FactRow, NodeRow, Tables, in_order

DAY = date(2026, 11, 25)
COUNTRIES = ("FI", "LV", "SE")
TOWNS = 240


def town_id(at: int) -> str:
    return f"t{at:03}"


@cache
def graph() -> Graph:
    """240 towns of three countries; Finnish and Latvian ones twin, meet in small networks and in projects."""
    chance = np.random.default_rng(5)
    nodes = [
        NodeRow(town_id(at), "City", f"Town {at}", COUNTRIES[at % 3], int(chance.integers(2_000, 90_000)),
                float(chance.uniform(20, 30)), float(chance.uniform(54, 62)))
        for at in range(TOWNS)
    ]  # fmt: skip
    facts: list[FactRow] = []
    finns, latvians = range(0, TOWNS, 3), range(1, TOWNS, 3)
    ties = {(int(chance.choice(finns)), int(chance.choice(latvians))) for _ in range(120)}
    facts += [
        FactRow("TWINNED_WITH", f"w{one}-{other}", *sorted((town_id(one), town_id(other))))
        for one, other in sorted(ties)
    ]
    for net in range(10):
        nodes.append(NodeRow(f"n{net}", "Organisation", f"Network {net}"))
        for at in sorted(
            {int(chance.choice(finns if net % 2 else latvians)) for _ in range(10)} | {net * 3 + 2, net * 3 + 32}
        ):
            facts.append(FactRow("MEMBER_OF", f"m{net}-{at}", town_id(at), f"n{net}"))
    nodes.append(NodeRow("interreg", "Programme", "Interreg (2014-2020)"))
    nodes.append(NodeRow("urbact", "Programme", "URBACT III (2014-2020)"))
    for number in range(80):
        nodes.append(NodeRow(f"p{number:02}", "Project", f"Project {number}", start=None if number > 70 else "2016"))
        facts.append(FactRow("FUNDED_BY", f"f{number}", f"p{number:02}", "urbact" if number % 20 == 0 else "interreg"))
        for at in {int(chance.choice(finns)), int(chance.choice(latvians)), int(chance.choice(latvians))}:
            facts.append(FactRow("PARTICIPATES_IN", f"a{number}-{at}", town_id(at), f"p{number:02}"))
    return Graph(in_order(nodes, facts), DAY)


TASKS: list[Callable[[], Task]] = [
    lambda: Twinning(graph()), lambda: Exchange(graph()), lambda: Projects(graph()), lambda: Projects(graph(), by_town=True),
]  # fmt: skip
NAMES = ["twinning", "exchange", "municipal projects", "projects by town"]
each_task = pytest.mark.parametrize("make", TASKS, ids=NAMES)


@each_task
def test_parts_hold_everything_once(make: Callable[[], Task]) -> None:
    parts = make().parts(5, 7)
    every = [one for part in parts for one in part]
    assert len(every) == len(set(every)) > 40
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


@each_task
def test_the_same_seed_deals_the_same_parts(make: Callable[[], Task]) -> None:
    assert make().parts(5, 7) == make().parts(5, 7)
    assert make().parts(5, 7) != make().parts(5, 8)


@each_task
def test_no_case_is_known(make: Callable[[], Task]) -> None:
    task = make()
    trial = task.trial(task.parts(5, 7)[0])
    known = Snapshot.from_tables(trial.known, DAY)
    assert trial.cases
    check_no_leak(trial, task, known)


@each_task
def test_every_case_is_abroad_and_among_the_partners(make: Callable[[], Task]) -> None:
    task = make()
    trial = task.trial(task.parts(5, 7)[0])
    for case in trial.cases:
        assert graph().country[case.subject] != graph().country[case.partner]
        assert case.partner in trial.partners[case.subject]
        assert case.partner in trial.held_out[case.subject]


@each_task
def test_a_planted_leak_is_found(make: Callable[[], Task]) -> None:
    task = make()
    trial = task.trial(task.parts(5, 7)[0])
    case = trial.cases[0]
    # The same partnership as another source would state it: under another key, in another network or project.
    leak = {
        "twinning": [FactRow("TWINNED_WITH", "x", *sorted((case.subject, case.partner)))],
        "exchange": [FactRow("MEMBER_OF", f"x{end}", end, "leak") for end in (case.subject, case.partner)],
        "project": [FactRow("PARTICIPATES_IN", f"x{end}", end, "leak") for end in (case.subject, case.partner)],
    }[task.kind]
    nodes = [*trial.known.nodes, NodeRow("leak", "Project" if task.kind == "project" else "Organisation", "Leak")]
    leaky = Snapshot.from_tables(in_order(nodes, [*trial.known.facts, *leak]), DAY)
    with pytest.raises(LeakError, match=f"{case.subject} and {case.partner}"):
        check_no_leak(trial, task, leaky)


def test_hidden_parts_are_neither_known_nor_asked_for() -> None:
    task = Twinning(graph())
    parts = task.parts(5, 7)
    trial = task.trial(parts[0], without=[parts[1]])
    known = {(fact.start, fact.end) for fact in trial.known.facts if fact.type == "TWINNED_WITH"}
    asked = {tuple(sorted((case.subject, case.partner))) for case in trial.cases}
    assert not known & set(parts[1])
    assert not asked & set(parts[1])
    assert len(known) == sum(map(len, parts[2:]))


def test_exchange_programmes_and_undated_doubles_are_not_known() -> None:
    task = Projects(graph())
    trial = task.trial(task.parts(5, 7)[0])
    left = {fact.end for fact in trial.known.facts if fact.type == "PARTICIPATES_IN"}
    assert "p20" not in left  # of URBACT
    assert "p75" not in left  # undated, of a period of which dated ones are known
    assert left


def test_negatives_are_abroad_no_partners_and_each_once() -> None:
    task = Twinning(graph())
    trial = task.trial(task.parts(5, 7)[0])
    known = Snapshot.from_tables(trial.known, DAY)
    found = sample(known, trial.cases, trial.partners, [total_activity(known), known.places.population])
    assert len(found.subjects) == len(trial.cases)
    for subject, row in zip(found.subjects, found.others, strict=True):
        assert len(set(row.tolist())) == NEGATIVES + 1
        assert (known.places.country[row] != known.places.country[subject]).all()
        partners = {known.position[id_] for id_ in trial.partners[known.places.ids[subject]]}
        assert not partners & set(row[1:].tolist())
        assert row[0] in partners


def test_negatives_are_the_places_most_like_the_partner() -> None:
    known = graph().snapshot
    key = known.places.population
    case = Case(town_id(0), town_id(1), "c")
    found = sample(known, [case], {}, [key])
    abroad = [at for at in pool(known) if known.places.country[at] != known.places.country[0] and at != 1]
    # In the order by population, so many on either side: as far as the hundredth on each side at most.
    order = sorted([*abroad, 1], key=lambda at: (key[at], at))
    place = order.index(1)
    assert set(found.others[0][1:].tolist()) <= set(order[max(0, place - 100) : place + 101])


def test_too_few_other_places_make_no_case() -> None:
    few = in_order([NodeRow(f"t{at}", "City", "T", COUNTRIES[at % 2], 1_000, 20.0, 50.0) for at in range(50)], [])
    known = Snapshot.from_tables(few, DAY)
    assert len(sample(known, [Case("t0", "t1", "c")], {}, [known.places.population]).subjects) == 0


SHAPE = Shape(at=(0, 1), worth=(0, 0))
TERMS = Weights(terms={"twin_countries": SHAPE, "distance": SHAPE, "twin_towns": SHAPE})


def test_a_planted_preference_is_learned_and_beats_chance_and_activity() -> None:
    found = measure(Twinning(graph()), TERMS)
    ours = found.row(OURS, MATCHINGS[1])
    # Chance among 101 is 0.05; half of those abroad are of the one country that is ever chosen.
    assert ours.mrr > 0.08
    assert ours.auc > 0.6
    assert ours.auc > found.row("activity", MATCHINGS[1]).auc
    assert found.lists["ours"].queries > 10


def test_measuring_twice_gives_the_same_figures() -> None:
    one, other = (measure(Twinning(graph()), TERMS) for _ in range(2))
    assert one.rows == other.rows
    assert one.lists == other.lists
    assert one.terms == other.terms


def test_fitted_weights_keep_what_is_set_by_judgement() -> None:
    found = fitted(graph().tables, DAY, "twinning", measured=False)
    judged = [name for name, shape in found.terms.items() if shape.set_by == "judgement"]
    assert "themes_matched" in judged
    assert found.about["examples"] > 50
    assert found.about["measured"] == {"nothing": "not measured"}
    assert any(any(shape.worth) for shape in found.terms.values() if shape.set_by == "fit")


def test_a_graph_with_too_few_partnerships_is_refused() -> None:
    nodes = [node for node in graph().tables.nodes if node.label == "City"]
    with pytest.raises(KgError, match="too little to learn from"):
        evaluate(Tables(nodes, []), DAY, kinds=["twinning"])


def test_a_kind_with_too_few_partnerships_is_left_out_and_the_others_are_measured() -> None:
    said: list[str] = []
    whole = graph().tables
    tables = Tables(whole.nodes, [fact for fact in whole.facts if fact.type == "TWINNED_WITH"])
    found = evaluate(tables, DAY, kinds=["project", "twinning"], processes=1, say=said.append)
    assert {figure.task for figure in found.figures} == {"twin towns"}
    assert [line for line in said if line.startswith("Not measured. There is too little to learn from (projects,")]
