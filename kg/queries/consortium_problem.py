"""What is to be found: the candidates, how well each two fit, and what the members must satisfy, as plain values.

A consortium is a set of positions in ``Problem.candidates``. Pure: nothing here knows of a database or of a solver.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from kg.places.countries import countries, in_european_union
from kg.queries.consortium_rules import BODIES, Rule

Members = frozenset[int]
Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A city or region that may be a member, and what the conditions of a rule ask about it."""

    id: str
    label: str
    name: str
    country: str | None
    in_eu: bool
    in_area: bool
    on_theme: bool


def candidate(
    rule: Rule, day: date, *, id_: str, label: str, name: str, country: str | None, on_theme: bool
) -> Candidate:
    """Return a candidate as a rule sees it on a day."""
    return Candidate(id_, label, name, country, in_european_union(country, day), rule.area.has(country, day), on_theme)


def refuse(rule: Rule, one: Candidate, lead: Candidate) -> str | None:
    """Return why a candidate can never be a member beside the lead, as what follows its name; None when it can.

    >>> from kg.queries.consortium_rules import find_rule
    >>> riga, espoo = (Candidate(n, "City", n, c, True, True, True) for n, c in (("Riga", "LV"), ("Daugavpils", "LV")))
    >>> refuse(find_rule("eui-city-to-city"), espoo, riga)
    'is in the same country as the lead (Latvia)'
    """
    if one.label not in rule.bodies:
        return f"is not a {' or '.join(BODIES[body][0] for body in rule.bodies)}"
    if rule.only_area and not one.in_area:
        return f"is not in {rule.area.title} ({country_name(one.country)})"
    if rule.other_country_than_lead and one.id != lead.id and one.country == lead.country:
        return f"is in the same country as the lead ({country_name(one.country)})"
    return None


def satisfied(rule: Rule, problem: Problem, position: int) -> tuple[str, ...]:
    """Return all that the rule and the theme ask and that a candidate satisfies or counts for, each in a few words."""
    one = problem.candidates[position]
    own = {
        f"{' or '.join(BODIES[body][0] for body in rule.bodies)}": set(rule.bodies) != set(BODIES),
        f"in {rule.area.title} ({country_name(one.country)})": rule.only_area,
        f"in {rule.lead_area.title if rule.lead_area else ''}, as a lead must be": bool(rule.lead_area)
        and position == 0,
        "in another country than the lead": rule.other_country_than_lead and position != 0,
    }
    together = (condition.counts_as(one) for condition in problem.conditions if condition.helps(position))
    return tuple(words for words, is_asked in own.items() if is_asked) + tuple(together)


def country_name(code: str | None) -> str:
    """Return the English name of a country, its code when the list has none, and words when it is unknown."""
    if code is None:
        return "country unknown"
    return countries()[code].name if code in countries() else code


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least so many members of a kind."""

    minimum: int
    among: Members
    wants: str  # '3 members in the European Union', after 'at least'
    found: str  # 'in the European Union', after a number

    @property
    def sentence(self) -> str:
        """What it asks."""
        return f"at least {self.wants}"

    def met(self, members: Collection[int]) -> bool:
        """Return whether members satisfy it."""
        return len(self.among.intersection(members)) >= self.minimum

    def helps(self, member: int) -> bool:
        """Return whether a member is one of those counted."""
        return member in self.among

    def counts_as(self, one: Candidate) -> str:
        """Return in words as what a member counts."""
        del one
        return self.found

    def count(self, members: Collection[int]) -> str:
        """Return in words how many there are among the members."""
        return f"{len(self.among.intersection(members))} {self.found}"

    def shortage(self, problem: Problem) -> str | None:
        """Return why the candidates can never satisfy it, or None when that is not so."""
        free = problem.size - len(problem.fixed)
        most = len(self.among & problem.fixed) + min(free, len(self.among - problem.fixed))
        if most >= self.minimum:
            return None
        return f"{self.sentence}: {_only(problem, len(self.among), most, none='none')} {self.found}"


@dataclass(frozen=True, slots=True)
class Countries:
    """At least so many different countries."""

    minimum: int
    by_country: Mapping[str, Members]
    area: str

    @property
    def sentence(self) -> str:
        """What it asks."""
        return f"at least {self.minimum} countries of {self.area}"

    def of(self, members: Collection[int]) -> tuple[str, ...]:
        """Return the countries of the members that count, by code."""
        return tuple(sorted(code for code, there in self.by_country.items() if not there.isdisjoint(members)))

    def met(self, members: Collection[int]) -> bool:
        """Return whether members satisfy it."""
        return len(self.of(members)) >= self.minimum

    def helps(self, member: int) -> bool:
        """Return whether a member's country counts."""
        return bool(self.of((member,)))

    def counts_as(self, one: Candidate) -> str:
        """Return in words as what a member counts."""
        return f"country {country_name(one.country)}"

    def count(self, members: Collection[int]) -> str:
        """Return in words which countries there are among the members."""
        found = self.of(members)
        return f"{len(found)} {'country' if len(found) == 1 else 'countries'} ({', '.join(found)})"

    def shortage(self, problem: Problem) -> str | None:
        """Return why the candidates can never satisfy it, or None when that is not so."""
        fixed, everywhere = self.of(problem.fixed), self.of(range(len(problem.candidates)))
        most = len(fixed) + min(problem.size - len(problem.fixed), len(everywhere) - len(fixed))
        if most >= self.minimum:
            return None
        only = _only(problem, len(everywhere), most, none="no")
        return f"{self.sentence}: {only} {'country' if most == 1 else 'countries'}"


@dataclass(frozen=True, slots=True)
class Apart:
    """Some two members must not be together."""

    pairs: tuple[tuple[int, int], ...]

    @property
    def sentence(self) -> str:
        """What it asks."""
        return "no two members that are paired already"

    def met(self, members: Collection[int]) -> bool:
        """Return whether members satisfy it."""
        return not any(one in members and other in members for one, other in self.pairs)

    def helps(self, member: int) -> bool:
        """Everybody does: no member is paired with another."""
        del member
        return True

    def counts_as(self, one: Candidate) -> str:
        """Return in words as what a member counts."""
        del one
        return "paired with no other member"

    def count(self, members: Collection[int]) -> str:
        """Return in words how many pairs there are among the members."""
        pairs = sum(one in members and other in members for one, other in self.pairs)
        return f"{pairs or 'no'} {'pairing' if pairs == 1 else 'pairings'} among them"

    def shortage(self, problem: Problem) -> str | None:
        """Return which two that must both be members are paired, or None when none are."""
        for one, other in self.pairs:
            if one in problem.fixed and other in problem.fixed:
                names = (problem.candidates[one].name, problem.candidates[other].name)
                return f"{self.sentence}: {names[0]} and {names[1]} are, and both must be members"
        return None


Condition = AtLeast | Countries | Apart


@dataclass(frozen=True)
class Problem:
    """Which ``size`` candidates, ``fixed`` ones among them, satisfy all conditions and have the greatest sum of pair scores?

    ``scores`` is symmetric and finite, of shape ``(n, n)`` for ``n`` candidates; its diagonal does not matter. The first
    candidate is the lead.
    """

    candidates: tuple[Candidate, ...]
    scores: Scores = field(repr=False)
    size: int
    fixed: Members
    conditions: tuple[Condition, ...]

    def __post_init__(self) -> None:
        number = len(self.candidates)
        if self.scores.shape != (number, number):
            raise ValueError(f"{number} candidates need scores of shape {(number, number)}, not {self.scores.shape}")
        off_diagonal = self.scores[~np.eye(number, dtype=bool)]
        if not np.isfinite(off_diagonal).all() or not np.array_equal(self.scores, self.scores.T, equal_nan=True):
            raise ValueError("the scores must be symmetric and finite")

    def value(self, members: Iterable[int]) -> float:
        """Return the sum of the scores of all pairs of members."""
        return math.fsum(float(self.scores[pair]) for pair in combinations(sorted(members), 2))

    def satisfied_by(self, members: Collection[int]) -> bool:
        """Return whether members are so many, the fixed ones among them, and satisfy all conditions."""
        return (
            len(members) == self.size
            and self.fixed.issubset(members)
            and all(condition.met(members) for condition in self.conditions)
        )


def conditions(
    rule: Rule,
    candidates: Sequence[Candidate],
    *,
    theme: str,
    theme_members: int,
    paired: Iterable[tuple[int, int]] = (),
) -> tuple[Condition, ...]:
    """Return what a rule and the theme ask of all members together.

    Args:
        rule: The rule.
        candidates: Who may be a member, none of whom the rule refuses by :func:`refuse`.
        theme: The name of the theme.
        theme_members: How many members at least must be on the theme; 0 asks nothing.
        paired: Candidates that are paired already, by position.
    """
    asked: list[Condition] = []
    if rule.min_countries > 1:
        there: dict[str, set[int]] = {}
        for position, one in enumerate(candidates):
            if one.in_area and one.country is not None:
                there.setdefault(one.country, set()).add(position)
        by_country = {code: frozenset(positions) for code, positions in sorted(there.items())}
        asked.append(Countries(rule.min_countries, by_country, rule.area.title))
    if rule.min_in_eu:
        among = frozenset(position for position, one in enumerate(candidates) if one.in_eu)
        wants = f"{rule.min_in_eu} in the European Union"
        asked.append(AtLeast(rule.min_in_eu, among, wants, "in the European Union"))
    if rule.not_paired:
        asked.append(Apart(tuple(sorted((min(pair), max(pair)) for pair in paired))))
    if theme_members:
        among = frozenset(position for position, one in enumerate(candidates) if one.on_theme)
        asked.append(AtLeast(theme_members, among, f"{theme_members} on {theme}", f"on {theme}"))
    return tuple(asked)


def _only(problem: Problem, there: int, most: int, *, none: str) -> str:
    """Return how few there can be: all candidates together, or those that still fit beside the members already named."""
    number = len(problem.candidates)
    few = f"only {most}" if most else none
    if there <= most:
        return f"among the {number} candidates there {'is' if most == 1 else 'are'} {few}"
    return f"beside the {len(problem.fixed)} members named, a consortium of {problem.size} can have {few}"
