"""The best consortium: an exact search within a time limit, its proven bound, and who could take each seat instead.

Choosing ``k`` of ``n`` with the greatest sum of pair scores is the densest-k-subgraph problem with weights, which is hard; it is
solved here as a mixed-integer linear program by HiGHS. With ``x[i]`` for 'candidate i is a member' and ``y[i,j]`` for 'both are',

    maximise  sum of s[i,j] y[i,j]   with   y[i,j] <= x[i],  y[i,j] <= x[j],  sum over j of y[i,j] = (k - 1) x[i],  sum of x = k

where the third constraint, the first-level reformulation-linearisation (Adams and Sherali, A Tight Linearization and an Algorithm
for Zero-One Quadratic Programming Problems, Management Science 32, 1986), both ties ``y`` to ``x`` whatever the sign of a score
and makes the bound of the linear relaxation a tight one. A local search by swaps gives a good set before, and after, a search that
had to be cut short.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kg.errors import KgError
from kg.queries.consortium_problem import Apart, AtLeast, Condition, Countries, Members, Problem

#: Seconds for the exact search, after which the best set so far is given with the gap.
TIME_LIMIT = 10.0

#: A finding of the search for a feasible set alone, which is small, takes a fraction of this.
_FEASIBILITY_LIMIT = 30.0

#: Relative to the value: what the solver's own tolerance may leave open.
TOLERANCE = 1e-6

_OPTIMAL, _INFEASIBLE = 0, 2


@dataclass(frozen=True, slots=True)
class Solution:
    """A consortium, the sum of its pair scores, and the sum that none can exceed."""

    members: Members
    value: float
    bound: float

    @property
    def gap(self) -> float:
        """By how much a better consortium could exceed this one at most; 0 when it is proven to be the best."""
        return self.bound - self.value

    @property
    def proven(self) -> bool:
        """Whether no consortium is better, up to the solver's tolerance (a millionth of the greatest score)."""
        return self.bound == self.value


@dataclass
class _Program:
    """A mixed-integer linear program in the making: variables between 0 and 1, and rows of sparse constraints."""

    variables: int
    rows: list[int] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)
    entries: list[float] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)

    def variable(self) -> int:
        """Add a variable and return its number."""
        self.variables += 1
        return self.variables - 1

    def constrain(
        self,
        plus: Iterable[int],
        minus: Iterable[int] = (),
        *,
        low: float = -np.inf,
        high: float = np.inf,
        times: float = 1.0,
    ) -> None:
        """Demand ``low <= sum of plus - times * sum of minus <= high``."""
        for sign, numbers in ((1.0, plus), (-times, minus)):
            for number in numbers:
                self.rows.append(len(self.low))
                self.columns.append(number)
                self.entries.append(sign)
        self.low.append(low)
        self.high.append(high)

    def solve(self, objective: dict[int, float], fixed: Members, integer: int, time_limit: float) -> _Answer:
        """Maximise; the first ``integer`` variables are whole, those in ``fixed`` are 1."""
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import coo_array

        costs, integrality, lower = (np.zeros(self.variables) for _ in range(3))
        costs[list(objective)] = [-weight for weight in objective.values()]
        integrality[:integer] = 1
        lower[list(fixed)] = 1
        matrix = coo_array((self.entries, (self.rows, self.columns)), shape=(len(self.low), self.variables))
        found = milp(
            costs,
            integrality=integrality,
            bounds=Bounds(lower, 1),
            constraints=LinearConstraint(matrix.tocsc(), self.low, self.high),
            options={"time_limit": time_limit, "mip_rel_gap": 0.0},
        )
        members = (
            None if found.x is None else frozenset(int(number) for number in np.flatnonzero(found.x[:integer] > 0.5))
        )
        bound = found.mip_dual_bound
        return _Answer(int(found.status), members, None if bound is None or not np.isfinite(bound) else -float(bound))


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    members: Members | None
    bound: float | None


def _program(problem: Problem, conditions: Iterable[Condition]) -> _Program:
    """Return the program of all consortia that satisfy some conditions, without an objective."""
    number = len(problem.candidates)
    program = _Program(number)
    program.constrain(range(number), low=problem.size, high=problem.size)
    for condition in conditions:
        match condition:
            case AtLeast():
                program.constrain(condition.among, low=condition.minimum)
            case Countries():
                present = []
                for there in condition.by_country.values():
                    present.append(program.variable())
                    program.constrain(present[-1:], there, high=0)
                program.constrain(present, low=condition.minimum)
            case Apart():
                for pair in condition.pairs:
                    program.constrain(pair, high=1)
    return program


def _feasible(problem: Problem, conditions: Iterable[Condition]) -> Members | None:
    """Return a consortium that satisfies some conditions, of these the one that fits the lead best; None when there is none."""
    if len(problem.candidates) < problem.size or len(problem.fixed) > problem.size:
        return None
    fits = problem.scores[0] / _scale(problem)
    objective = {number: float(fits[number]) for number in range(1, len(problem.candidates))}
    answer = _program(problem, conditions).solve(objective, problem.fixed, len(problem.candidates), _FEASIBILITY_LIMIT)
    if answer.members is None and answer.status != _INFEASIBLE:
        raise KgError(
            "The solver could not say whether there is such a consortium: ask for fewer members, or name some."
        )
    return answer.members


def most_among(problem: Problem, among: Collection[int]) -> int:
    """Return how many of some candidates a consortium that satisfies all conditions can have at most; 0 when there is none."""
    number = len(problem.candidates)
    if number < problem.size:
        return 0
    objective = dict.fromkeys(among, 1.0)
    program = _program(problem, problem.conditions)
    answer = program.solve(objective, problem.fixed, number, _FEASIBILITY_LIMIT)
    return len(answer.members.intersection(among)) if answer.members else 0


def unsatisfiable(problem: Problem) -> tuple[Condition, ...] | None:
    """Return the fewest conditions that cannot be met together, or None when a consortium satisfies all.

    No one of those returned can be spared: without it the others can be met. Conditions that cannot be met each for itself come
    out alone.
    """
    if _feasible(problem, problem.conditions) is not None:
        return None
    needed = list(problem.conditions)
    for condition in problem.conditions:
        without = [other for other in needed if other is not condition]
        if _feasible(problem, without) is None:
            needed = without
    return tuple(needed)


def improve(problem: Problem, members: Members) -> Members:
    """Return the consortium that swaps of one member for another lead to, each the best one, until none improves the value."""
    best = members
    while True:
        value = problem.value(best)
        swaps = list(_swaps(problem, best, best - problem.fixed))
        seat, other, new = max(swaps, key=lambda swap: (swap[2], -swap[0], -swap[1]), default=(0, 0, value))
        if new <= value + TOLERANCE * max(1.0, abs(value)):
            return best
        best = best - {seat} | {other}


def _swaps(problem: Problem, members: Members, seats: Collection[int]) -> Iterable[tuple[int, int, float]]:
    """Yield each replacement of a member by another candidate that keeps all conditions, with the new value."""
    rows = sorted(members)
    within = np.where(np.eye(len(problem.candidates), dtype=bool), 0.0, problem.scores)[:, rows].sum(axis=1)
    value = problem.value(members)
    for seat in sorted(seats):
        for other in range(len(problem.candidates)):
            if other in members:
                continue
            swapped = members - {seat} | {other}
            # Who was asked for by name may be replaced in an alternative, so only the conditions are looked at here.
            if all(condition.met(swapped) for condition in problem.conditions):
                yield seat, other, float(value - within[seat] + within[other] - problem.scores[other, seat])


def solve(problem: Problem, time_limit: float = TIME_LIMIT) -> Solution | None:
    """Return the consortium with the greatest sum of pair scores, or the best found in time with a proven bound.

    Args:
        problem: What is to be found.
        time_limit: Seconds for the exact search.

    Returns:
        The consortium; None when no set of candidates satisfies all conditions (:func:`unsatisfiable` says which).
    """
    start = _feasible(problem, problem.conditions)
    if start is None:
        return None
    members = improve(problem, start)
    number, scale = len(problem.candidates), _scale(problem)
    program = _program(problem, problem.conditions)
    objective: dict[int, float] = {}
    touching: list[list[int]] = [[] for _ in range(number)]
    for one in range(number):
        for other in range(one + 1, number):
            both = program.variable()
            objective[both] = float(problem.scores[one, other]) / scale
            program.constrain([both], [one], high=0)
            program.constrain([both], [other], high=0)
            touching[one].append(both)
            touching[other].append(both)
    for one in range(number):
        program.constrain(touching[one], [one], low=0, high=0, times=problem.size - 1)
    answer = program.solve(objective, problem.fixed, number, time_limit)
    if answer.members is not None and problem.satisfied_by(answer.members):
        members = max(members, improve(problem, answer.members), key=problem.value)
        if answer.status == _OPTIMAL:
            return Solution(members, problem.value(members), problem.value(members))
    value, bound = problem.value(members), simple_bound(problem)
    if answer.bound is not None:
        # The solver's bound is exact up to its tolerance: rounded up by that, it holds.
        bound = min(bound, scale * (answer.bound + TOLERANCE * max(1.0, abs(answer.bound))))
    return Solution(members, value, max(bound, value))


def simple_bound(problem: Problem) -> float:
    """Return a sum that no consortium of this size exceeds: each member with those that fit it best, every pair counted half.

    >>> import numpy as np
    >>> from kg.queries.consortium_problem import Candidate
    >>> three = tuple(Candidate(name, "City", name, "LV", True, True, True) for name in "abc")
    >>> simple_bound(Problem(three, np.array([[0, 1, 3], [1, 0, 2], [3, 2, 0.0]]), 2, frozenset({0}), ()))
    3.0
    """
    most = []
    for one in range(len(problem.candidates)):
        others: NDArray[np.float64] = np.sort(np.delete(problem.scores[one], one))[::-1]
        most.append(float(others[: problem.size - 1].sum()))
    fixed = sum(most[one] for one in problem.fixed)
    free = sorted((most[one] for one in range(len(most)) if one not in problem.fixed), reverse=True)
    return (fixed + sum(free[: problem.size - len(problem.fixed)])) / 2


def alternatives(problem: Problem, members: Members, top: int = 2) -> dict[int, Sequence[tuple[int, float]]]:
    """Return for each seat but the lead's who could best take it instead, with the value of the consortium then.

    Every alternative keeps all conditions, with the other members as they are. Ties go by id.
    """
    found: dict[int, list[tuple[int, float]]] = {seat: [] for seat in members if seat != 0}
    for seat, other, value in _swaps(problem, members, list(found)):
        found[seat].append((other, value))
    return {
        seat: sorted(options, key=lambda option: (-option[1], problem.candidates[option[0]].id))[:top]
        for seat, options in found.items()
    }


def _scale(problem: Problem) -> float:
    """Return by what scores are divided, so that the solver's absolute tolerances are relative to them."""
    number = len(problem.candidates)
    return float(np.abs(problem.scores[~np.eye(number, dtype=bool)]).max(initial=0.0)) or 1.0
