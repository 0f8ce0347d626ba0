"""The tasks: which partnerships are held out for each kind, and what makes two places equally active in it.

Every task splits a graph given as :class:`kg.queries.snapshot.tables.Tables`, drops the held-out facts from them, whatever source
they stood in, and builds everything that is counted from what is left.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from kg.queries.evaluation.cases import Case, Trial
from kg.queries.evaluation.graph import Graph
from kg.queries.kinds.kind import Kind
from kg.queries.snapshot.aggregates import SMALL_NETWORK
from kg.queries.snapshot.graph import Layer, Snapshot
from kg.queries.snapshot.layers import Floats, Indices, Rows
from kg.queries.snapshot.tables import NodeRow

#: The part of partnerships that is held out.
HELD_OUT = 5

#: Programmes of exchange inside an export of projects: their rows are not the task.
_EXCHANGES = re.compile(r"\b(URBACT|ESPON|INTERACT)\b", re.IGNORECASE)
_PERIOD = re.compile(r"\((\d{4}-\d{4})\)")

#: At most so many partners of one held-out membership are cases, and so many pairs of one project when weights are fitted.
_PARTNERS_OF_MEMBERSHIP = 10
_PAIRS_OF_PROJECT = 30


#: What can be held out: pairs of twins, memberships or projects.
Part = Sequence[Any]


class Task(Protocol):
    """One kind of partnership to be foretold."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def kind(self) -> Kind:
        """The kind of recommendation that foretells it."""

    @property
    def graph(self) -> Graph:
        """Where the partnerships are."""

    def parts(self, number: int, seed: int) -> Sequence[Part]:
        """Return all that can be held out, dealt at random into so many parts of nearly equal size."""

    def trial(self, held_out: Part, *, without: Iterable[Part] = ()) -> Trial:
        """Return the trial with one part held out, and further parts neither known nor asked for."""

    def activity(self, snapshot: Snapshot) -> Floats:
        """Return how active each place is in the kind."""

    def known(self, snapshot: Snapshot) -> Floats:
        """Return how many links of the kind each place has, of those that features look at."""

    def ties(self, snapshot: Snapshot) -> Rows:
        """Return what places of the kind are tied by: a row for each place."""

    def partners(self, snapshot: Snapshot, place: int) -> Indices:
        """Return the positions of the partners that a place is known to have in the kind, itself maybe among them."""


def _by_subject(pairs: Iterable[tuple[str, str]]) -> Mapping[str, AbstractSet[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for subject, partner in pairs:
        found[subject].add(partner)
    return found


class _Known(dict[str, frozenset[str]]):
    """The known partners of each place, by id, looked up when first asked for."""

    def __init__(self, task: Task, snapshot: Snapshot) -> None:
        super().__init__()
        self._task, self._snapshot = task, snapshot

    def __missing__(self, id_: str) -> frozenset[str]:
        snapshot = self._snapshot
        found = frozenset(snapshot.places.ids[at] for at in self._task.partners(snapshot, snapshot.position[id_]))
        self[id_] = found
        return found


def _dealt(things: Part, number: int, seed: int) -> list[Part]:
    order = np.random.default_rng(seed).permutation(len(things))
    return [[things[at] for at in order[part::number]] for part in range(number)]


@dataclass(frozen=True)
class Twinning:
    """Twin towns: a fifth of the pairs is held out. They are undated, so the split is by chance."""

    graph: Graph
    name: str = "twin towns"
    kind: Kind = "twinning"

    @cached_property
    def _keys(self) -> Mapping[tuple[str, str], list[str]]:
        found: dict[tuple[str, str], list[str]] = defaultdict(list)
        for fact in self.graph.facts("TWINNED_WITH"):
            if fact.start in self.graph.cities and fact.end in self.graph.cities and self.graph.snapshot.is_valid(fact):
                found[min(fact.start, fact.end), max(fact.start, fact.end)].append(fact.key)
        return found

    def parts(self, number: int, seed: int) -> list[Part]:
        """Return the pairs in parts."""
        return _dealt(sorted(self._keys), number, seed)

    def trial(self, held_out: Part, *, without: Iterable[Part] = ()) -> Trial:
        """Return the trial with these pairs held out."""
        pairs: list[tuple[str, str]] = list(held_out)
        gone = {*pairs, *(pair for part in without for pair in part)}
        partners: dict[str, set[str]] = defaultdict(set)
        for one, other in self._keys:
            partners[one].add(other)
            partners[other].add(one)
        cases = [
            Case(one, other, one)
            for pair in pairs
            if self.graph.country[pair[0]] != self.graph.country[pair[1]]
            for one, other in (pair, pair[::-1])
        ]
        tables = self.graph.without(key for pair in gone for key in self._keys[pair])
        return Trial(tables, tuple(cases), partners, _by_subject((case.subject, case.partner) for case in cases))

    def activity(self, snapshot: Snapshot) -> Floats:
        """Return the number of twins."""
        return snapshot.twins.counts.astype(np.float64)

    def known(self, snapshot: Snapshot) -> Floats:
        """Return the same."""
        return self.activity(snapshot)

    def ties(self, snapshot: Snapshot) -> Rows:
        """Return the twinnings."""
        return snapshot.twins

    def partners(self, snapshot: Snapshot, place: int) -> Indices:
        """Return the twins of a place."""
        return snapshot.twins.row(place)


@dataclass(frozen=True)
class Exchange:
    """Networks of fewer than 150 members: a fifth of the memberships is held out, by chance, since most years are unknown."""

    graph: Graph
    name: str = "exchange"
    kind: Kind = "exchange"
    seed: int = 0

    @cached_property
    def _keys(self) -> Mapping[tuple[str, str], list[str]]:
        networks = self.graph.snapshot.networks
        small = {id_ for id_, size in zip(networks.things, networks.sizes, strict=True) if size < SMALL_NETWORK}
        found: dict[tuple[str, str], list[str]] = defaultdict(list)
        for fact in self.graph.facts("MEMBER_OF"):
            if fact.start in self.graph.cities and fact.end in small and self.graph.snapshot.is_valid(fact):
                found[fact.start, fact.end].append(fact.key)
        return found

    def parts(self, number: int, seed: int) -> list[Part]:
        """Return the memberships in parts."""
        return _dealt(sorted(self._keys), number, seed)

    def trial(self, held_out: Part, *, without: Iterable[Part] = ()) -> Trial:
        """Return the trial with these memberships held out.

        The partners of a city are those with which it is in a small network, itself or through a body that serves it; those that
        it has by a held-out membership alone are the cases.
        """
        memberships: list[tuple[str, str]] = list(held_out)
        unknown = {*memberships, *(one for part in without for one in part)}
        hidden = unknown - set(memberships)
        members: dict[str, list[str]] = defaultdict(list)
        for city, network in self._keys:
            if (city, network) not in hidden:
                members[network].append(city)
        tables = self.graph.without(key for one in unknown for key in self._keys[one])
        known = _Known(self, Snapshot.from_tables(tables, self.graph.as_of))
        partners: dict[str, set[str]] = {}
        for city, network in memberships:
            partners.setdefault(city, set(known[city])).update(members[network])
        chance = np.random.default_rng(self.seed)
        cases: list[Case] = []
        new: list[tuple[str, str]] = []
        seen: set[tuple[str, str]] = set()
        for city, network in memberships:
            abroad = [
                other
                for other in members[network]
                if other not in known[city]
                and self.graph.country[other] != self.graph.country[city]
                and (city, other) not in seen
            ]
            chosen = chance.permutation(len(abroad))[:_PARTNERS_OF_MEMBERSHIP]
            new += [(city, other) for other in abroad]
            seen.update((city, abroad[at]) for at in chosen)
            cases += [Case(city, abroad[at], network) for at in chosen]
        return Trial(tables, tuple(cases), partners, _by_subject(new))

    def activity(self, snapshot: Snapshot) -> Floats:
        """Return the number of small networks."""
        networks = snapshot.networks
        return networks.held.sums(np.arange(networks.held.height), (networks.sizes < SMALL_NETWORK).astype(np.float64))

    def known(self, snapshot: Snapshot) -> Floats:
        """Return the same."""
        return self.activity(snapshot)

    def ties(self, snapshot: Snapshot) -> Rows:
        """Return the memberships."""
        return snapshot.networks.held

    def partners(self, snapshot: Snapshot, place: int) -> Indices:
        """Return who is in the same small networks."""
        networks = snapshot.networks
        own = networks.held.row(place)
        return _holders(networks, own[networks.sizes[own] < SMALL_NETWORK])


@dataclass(frozen=True)
class Projects:
    """Partners of dated projects of programmes with a period ('(2014-2020)' in their name): projects are held out whole, each once over five parts.

    ``by_town`` counts every organisation as the town of its seat; otherwise only municipalities are partners. Exchange programmes
    and the undated doubles of dated projects (the same programme period in another edition) are left out of what is known.
    """

    graph: Graph
    by_town: bool = False
    kind: Kind = "project"
    seed: int = 0

    @property
    def name(self) -> str:
        """What it is called."""
        return "projects, all partners by town" if self.by_town else "projects, municipal partners"

    @cached_property
    def _nodes(self) -> Mapping[str, NodeRow]:
        return {node.id: node for node in self.graph.tables.nodes}

    @cached_property
    def _programmes(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for fact in self.graph.facts("FUNDED_BY"):
            found[fact.start].append(self._nodes[fact.end].name)
        return found

    @cached_property
    def _aside(self) -> frozenset[str]:
        nodes = self._nodes
        dated = {
            period
            for id_, names in self._programmes.items()
            if nodes[id_].start
            for name in names
            for period in _PERIOD.findall(name)
        }
        return frozenset(
            id_
            for id_, names in self._programmes.items()
            if any(_EXCHANGES.search(name) for name in names)
            or (not nodes[id_].start and any(period in dated for name in names for period in _PERIOD.findall(name)))
        )

    @cached_property
    def _partners(self) -> Mapping[str, list[str]]:
        snapshot = self.graph.snapshot
        layer = self._layer(snapshot)
        found: dict[str, list[str]] = {}
        for at, project in enumerate(layer.things):
            of_period = any(_PERIOD.search(name) for name in self._programmes.get(project, ()))
            if project in self._aside or not of_period or not self._nodes[project].start:
                continue
            row = slice(layer.holders.starts[at], layer.holders.starts[at + 1])
            direct = layer.holders.columns[row][layer.holders.weights[row] == 1.0]
            cities = [id_ for id_ in (snapshot.places.ids[place] for place in direct) if id_ in self.graph.cities]
            if len({self.graph.country[city] for city in cities}) > 1:
                found[project] = cities
        return found

    @property
    def projects(self) -> list[str]:
        """The ids of the projects of which at least two partners are compared."""
        return sorted(self._partners)

    def parts(self, number: int, seed: int) -> list[Part]:
        """Return the projects in parts, the same whether partners are municipalities or all."""
        every = self if self.by_town else Projects(self.graph, by_town=True)
        return _dealt(every.projects, number, seed)

    def trial(self, held_out: Part, *, without: Iterable[Part] = ()) -> Trial:
        """Return the trial with these projects held out; pairs that work together in another that is known are no cases."""
        every: list[str] = list(held_out)
        projects = [project for project in every if project in self._partners]
        unknown = {*every, *(project for part in without for project in part)}
        gone = unknown | self._aside
        tables = self.graph.without(
            fact.key for fact in self.graph.tables.facts if fact.type == "PARTICIPATES_IN" and fact.end in gone
        )
        known = _Known(self, Snapshot.from_tables(tables, self.graph.as_of))
        partners: dict[str, set[str]] = {}
        for project in projects:
            for city in self._partners[project]:
                partners.setdefault(city, set(known[city])).update(self._partners[project])
        chance = np.random.default_rng(self.seed)
        cases: list[Case] = []
        new: list[tuple[str, str]] = []
        seen: set[tuple[str, str]] = set()
        for project in projects:
            pairs = [
                (one, other)
                for one in self._partners[project]
                for other in self._partners[project]
                if self.graph.country[one] != self.graph.country[other]
                and other not in known[one]
                and (one, other) not in seen
            ]
            chosen = chance.permutation(len(pairs))[:_PAIRS_OF_PROJECT]
            new += pairs
            seen.update(pairs[at] for at in chosen)
            cases += [Case(pairs[at][0], pairs[at][1], project) for at in chosen]
        return Trial(tables, tuple(cases), partners, _by_subject(new))

    def activity(self, snapshot: Snapshot) -> Floats:
        """Return the number of projects."""
        return self._layer(snapshot).held.counts.astype(np.float64)

    def known(self, snapshot: Snapshot) -> Floats:
        """Return the number of projects by town."""
        return snapshot.town_project_counts

    def ties(self, snapshot: Snapshot) -> Rows:
        """Return who takes part in what."""
        return self._layer(snapshot).held

    def partners(self, snapshot: Snapshot, place: int) -> Indices:
        """Return who takes part in the same projects."""
        layer = self._layer(snapshot)
        return _holders(layer, layer.held.row(place))

    def _layer(self, snapshot: Snapshot) -> Layer:
        return snapshot.town_projects if self.by_town else snapshot.projects


def _holders(layer: Layer, things: Indices) -> Indices:
    _, at = layer.holders.entries(things)
    return np.unique(layer.holders.columns[at])
