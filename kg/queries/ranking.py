"""From the surroundings of a place to a list: who is left out and by which rule, who comes first, and who is chosen."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from kg.queries.comparison import Pairs
from kg.queries.kinds.kind import Weights
from kg.queries.kinds.names import Kind
from kg.queries.reasons.build import Found, find
from kg.queries.scoring import best, exact, features, term_values
from kg.queries.snapshot.graph import Snapshot
from kg.queries.snapshot.layers import Indices
from kg.queries.validity import is_over

Rule = Literal[
    "filters",
    "country",
    "own_country",
    "dissolved",
    "current_twinning",
    "current_project",
    "spread",
    "not_compared",
]

#: Which existing ties leave a place out, for each kind of partner.
EXISTING: Mapping[Kind, tuple[Rule, ...]] = {
    "exchange": ("current_twinning", "current_project"),
    "project": ("current_project",),
    "twinning": ("current_twinning",),
}

#: A place with no more partnerships of the kind than this is a newcomer.
MOST_OF_A_NEWCOMER = 1


@dataclass(frozen=True, slots=True)
class LeftOutPlace:
    """A place that a rule leaves out, and why in a few words, where the rule is about each one."""

    place: int
    rule: Rule
    because: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Some places, scored for another one."""

    pairs: Pairs
    worth: NDArray[np.float64]
    weights: Weights

    @classmethod
    def of(cls, pairs: Pairs, weights: Weights) -> Ranking:
        """Score pairs."""
        return cls(pairs, term_values(features(pairs, weights), weights), weights)

    def order(self, top: int | None = None) -> Indices:
        """Return the positions of the best, or of all, the best first, ties by id."""
        return best(self.worth, self.pairs.others, len(self.pairs.others) if top is None else top)

    def score(self, at: int) -> float:
        """Return the score of one: exactly the sum of its terms."""
        return float(exact(self.worth[[at]])[0])

    def reasons(self, at: int) -> tuple[Found, ...]:
        """Return the reasons for one."""
        return find(self.pairs, self.worth, self.weights, at)

    def reasons_of(self, some: Sequence[int]) -> list[tuple[Found, ...]]:
        """Return the reasons for each of some; what they rest on is asked for at once."""
        self.pairs.snapshot.expect_places([self.pairs.subject, *(int(self.pairs.others[at]) for at in some)])
        return [self.reasons(at) for at in some]

    def partnerships(self, kind: Kind) -> NDArray[np.float64]:
        """Return how many partnerships of a kind each has: small networks, projects or twin towns."""
        snapshot, others = self.pairs.snapshot, self.pairs.others
        if kind == "exchange":
            return self.pairs.small_networks
        counts = snapshot.twin_counts if kind == "twinning" else snapshot.town_project_counts
        return counts[others]


def sort_out(
    snapshot: Snapshot,
    subject: int,
    candidates: Indices,
    *,
    countries: Sequence[str] = (),
    exclude_countries: Sequence[str] = (),
    existing: Sequence[Rule] = (),
    at_home: bool = False,
) -> tuple[Indices, list[LeftOutPlace]]:
    """Return the candidates that stay, ascending, and those that a rule leaves out; of several rules the first counts.

    Args:
        snapshot: The graph around the candidates.
        subject: The position of the place that looks for partners.
        candidates: The positions of the others, ascending.
        countries: Asked for: its own country is left out unless it is among them.
        exclude_countries: Refused.
        existing: Which existing ties leave a place out.
        at_home: Keep its own country anyway.
    """
    ids = snapshot.places.ids
    own = None if at_home else snapshot.places.rows[subject].country
    joined = ties(snapshot, subject, existing)
    kept: list[int] = []
    left_out: list[LeftOutPlace] = []
    for place in candidates.tolist():
        row = snapshot.node(ids[place]) or snapshot.places.rows[place]
        if row.country in exclude_countries and row.country is not None:
            left_out.append(LeftOutPlace(place, "country"))
        elif row.country == own and own is not None and own not in countries:
            left_out.append(LeftOutPlace(place, "own_country"))
        elif row.dissolved is not None and is_over(snapshot.as_of, None, row.dissolved):
            left_out.append(LeftOutPlace(place, "dissolved", f"{row.name}, until {row.dissolved[:4]}"))
        elif place in joined:
            left_out.append(LeftOutPlace(place, *joined[place]))
        else:
            kept.append(place)
    return np.array(kept, np.int64), left_out


def ties(snapshot: Snapshot, subject: int, existing: Sequence[Rule]) -> dict[int, tuple[Rule, str]]:
    """Return with which places one is twinned, or is itself in a running project, and in a few words since when or in which.

    Args:
        snapshot: The graph around the place.
        subject: Its position.
        existing: Which of the two is looked for.
    """
    id_, position = snapshot.places.ids[subject], snapshot.position
    found: dict[int, tuple[Rule, str]] = {}
    if "current_project" in existing:
        # A body's project is not its cities': they may well look for one of their own.
        together: dict[int, set[str]] = {}
        parts = snapshot.facts_of("PARTICIPATES_IN", id_)
        snapshot.expect(("PARTICIPATES_IN",), (own.end for own in parts))
        for own in parts:
            if own.start == id_ and snapshot.is_valid(own) and snapshot.has_begun(own):
                project = snapshot.node(own.end)
                if project is None or is_over(snapshot.as_of, project.end):
                    continue
                name = project.name if project.end else f"{project.name} (no known end)"
                for part in snapshot.facts_of("PARTICIPATES_IN", project.id):
                    if part.end == project.id and part.start in position and snapshot.is_valid(part):
                        together.setdefault(position[part.start], set()).add(name)
        for place, names in together.items():
            found[place] = ("current_project", f"{_name(snapshot, place)}, in {', '.join(sorted(names))}")
    if "current_twinning" in existing:
        for fact in snapshot.facts_of("TWINNED_WITH", id_):
            twin = fact.end if fact.start == id_ else fact.start
            if twin in position and snapshot.is_valid(fact):
                since = f"since {fact.since[:4]}" if fact.since else "since an unknown date"
                found[position[twin]] = ("current_twinning", f"{_name(snapshot, position[twin])}, {since}")
    found.pop(subject, None)
    return found


def _name(snapshot: Snapshot, place: int) -> str:
    row = snapshot.node(snapshot.places.ids[place]) or snapshot.places.rows[place]
    return row.name


def pick(
    order: Iterable[int],
    top: int,
    *,
    newcomer: Sequence[bool] | NDArray[np.bool_],
    country: Sequence[int] | Indices,
    share: float | None = None,
    spread: int | None = None,
) -> tuple[list[int], int]:
    """Return which of a ranking are in the list, the best first, and how many better ones had no room in their country.

    The best are taken as they come, at most ``spread`` of a country. When too few newcomers are among them, the best newcomers
    get their share of the places, as far as there are any, and the best of the others the rest.

    Args:
        order: Positions, the best first.
        top: How many.
        newcomer: Whether each is a newcomer, by position.
        country: The country of each, by position; 0 where unknown, which no spread limits.
        share: What part of the list is for newcomers, rounded up; None for no such share.
        spread: How many of one country at most.

    Examples:
        >>> pick([0, 1, 2, 3], 2, newcomer=[False, False, False, True], country=[1, 1, 2, 3], share=0.5)
        ([0, 3], 0)
        >>> pick([0, 1, 2, 3], 2, newcomer=[False] * 4, country=[1, 1, 2, 3], spread=1)
        ([0, 2], 1)
    """
    ranked = list(order)

    def take(some: Iterable[int], number: int, used: Counter[int]) -> list[int]:
        taken: list[int] = []
        for at in some:
            if len(taken) >= number:
                break
            if spread is None or not country[at] or used[country[at]] < spread:
                taken.append(at)
                used[country[at]] += 1
        return taken

    chosen = take(ranked, top, Counter())
    if share is not None:
        wanted = math.ceil(round(share * len(chosen), 9))
        if sum(bool(newcomer[at]) for at in chosen) < wanted:
            used: Counter[int] = Counter()
            reserved = take((at for at in ranked if newcomer[at]), wanted, used)
            inside_already = set(reserved)
            others = take((at for at in ranked if at not in inside_already), top - len(reserved), used)
            chosen = [*reserved, *others]
    rank = {at: number for number, at in enumerate(ranked)}
    chosen.sort(key=rank.__getitem__)
    passed = 0
    if spread is not None and chosen:
        full = Counter(int(country[at]) for at in chosen)
        last = rank[chosen[-1]]
        inside = set(chosen)
        passed = sum(1 for at in ranked[:last] if at not in inside and country[at] and full[int(country[at])] >= spread)
    return chosen, passed
