"""``kg consortium``: the partners with whom a city or region satisfies a call's rule best, and why each of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

from kg.database.connection import Connection
from kg.errors import KgError
from kg.queries.choose import choose_engine
from kg.queries.consortium_candidates import CANDIDATES, LOOKED_AT, choose, pairings, places, score_matrix
from kg.queries.consortium_problem import Candidate, Members, Problem, candidate, conditions, refuse, satisfied
from kg.queries.consortium_request import Request, check_named, check_request, check_time_limit
from kg.queries.consortium_results import (
    Alternative,
    ConditionMet,
    Consortium,
    ConsortiumQuery,
    Member,
    ThemeReason,
    Tie,
)
from kg.queries.consortium_rules import Rule
from kg.queries.consortium_solver import TIME_LIMIT, Solution, alternatives, most_among, solve, unsatisfiable
from kg.queries.consortium_themes import Way, find_theme, participants, ways
from kg.queries.entities import PLACES, Entity, check_name, resolve
from kg.queries.evidence import FactDetail, facts
from kg.queries.explain import reasons_of
from kg.queries.kinds.kind import weights
from kg.queries.pairs import ScorePairs
from kg.queries.provenance import data_of
from kg.queries.ranking import Ranking, sort_out
from kg.queries.reasons.build import links, terms
from kg.queries.recommend import gone
from kg.queries.results import LeftOut, LeftOutPartner, Partner


def consortium(
    connection: Connection,
    lead: str,
    theme: str,
    rule: str,
    size: int,
    *,
    score_pairs: ScorePairs,
    kind: str = "project",
    including: str | Sequence[str] = (),
    without: str | Sequence[str] = (),
    theme_members: int | str = 1,
    as_of: str | date | None = None,
    time_limit: float = TIME_LIMIT,
) -> Consortium:
    """Return the members that satisfy a rule, are concerned with a theme, and have the greatest sum of pair scores.

    They are chosen from at most 40 candidates, the lead among them: those asked for, the lead's best partners of many countries,
    and places on the theme. The search is exact; where it is cut short, ``gap`` says how much better another set could be.

    Args:
        connection: The database.
        lead: The city or region that leads, by name or id.
        theme: The theme, by name, id, or words of its name or definition (``urban mobility``).
        rule: The id of a rule of ``kg/data/rules.toml`` (``horizon-ria``).
        size: How many members, the lead among them.
        score_pairs: What scores pairs of places.
        kind: ``exchange``, ``project`` or ``twinning``: for what the members should fit.
        including: Who must be a member, by name or id.
        without: Who must not be.
        theme_members: How many members at least must be concerned with the theme; ``most``: as many as possible.
        as_of: Answer as of this date (partial: its last day); today unless given.
        time_limit: Seconds for the exact search.

    Raises:
        KgError: If a name is unknown, ambiguous or given twice, an option makes no sense, or no set of candidates satisfies the
            rule; the message says which condition cannot be met.
    """
    request = check_request(
        rule, size, kind=kind, including=including, without=without, theme_members=theme_members, as_of=as_of
    )
    seconds = check_time_limit(time_limit)
    leader = resolve(connection, check_name("lead (--lead)", lead), PLACES)
    about = find_theme(connection, theme)
    asked_for = [resolve(connection, name, PLACES) for name in request.including]
    refused = [resolve(connection, name, PLACES) for name in request.without]
    check_named(leader, asked_for, refused, request.size)
    return _Search(connection, request, leader, about, asked_for, refused, score_pairs, seconds).run()


@dataclass(frozen=True)
class _Search:
    """One question to one graph, its names resolved."""

    connection: Connection
    request: Request
    leader: Entity
    about: Entity
    asked_for: Sequence[Entity]
    refused: Sequence[Entity]
    score_pairs: ScorePairs
    time_limit: float

    def run(self) -> Consortium:
        """Return the answer."""
        request, rule = self.request, self.request.rule
        looked_at = self._looked_at(self._best_partners())
        on_theme = ways(self.connection, self.about.id, list(looked_at), request.day)
        see = partial(self._candidate, on_theme=on_theme)
        named = [see(looked_at[entity.id]) for entity in (self.leader, *self.asked_for)]
        self._check_allowed(named)
        others = [see(place) for id_, place in looked_at.items() if id_ not in {one.id for one in named}]
        because = {one: refuse(rule, one, named[0]) for one in others}
        allowed = choose(named, [one for one in others if because[one] is None])
        candidates, scores = score_matrix(allowed, len(named), self.score_pairs, request.kind)
        position = {one.id: number for number, one in enumerate(candidates)}
        paired = [
            (position[one], position[other])
            for one, other in pairings(self.connection, list(position), request.day.isoformat())
        ]
        asked = partial(conditions, rule, candidates, theme=self.about.name, paired=paired)
        problem = Problem(candidates, scores, request.size, frozenset(range(len(named))), asked(theme_members=0))
        theme_members = request.theme_members
        if theme_members == "most":
            theme_members = most_among(problem, [number for number, one in enumerate(candidates) if one.on_theme])
        problem = replace(problem, conditions=asked(theme_members=theme_members))
        solution = solve(problem, self.time_limit)
        if solution is None:
            raise KgError(_impossible(problem, rule, self.leader.name))
        members, details = self._members(problem, solution, on_theme, len(named))
        return Consortium(
            query=ConsortiumQuery(
                lead=self.leader.partner,
                theme=self.about.partner,
                kind=request.kind,
                size=request.size,
                including=tuple(entity.partner for entity in self.asked_for),
                without=tuple(entity.partner for entity in self.refused),
                theme_members=theme_members,
                as_of=request.day.isoformat(),
            ),
            rule=rule,
            data=data_of(self.connection, details, request.day),
            members=members,
            conditions=_met(problem, rule, solution.members),
            value=solution.value,
            bound=solution.bound,
            gap=solution.gap,
            proven=solution.proven,
            candidates=len(candidates),
            considered=len(looked_at),
            refused=_left_out(because),
        )

    def _best_partners(self) -> list[str]:
        """Return the lead's best partners, current ones and those of its own country among them."""
        request, lead = self.request, self.leader
        try:
            weighting = weights(request.kind)
            surroundings = choose_engine(self.connection, "live", request.day).around(lead.id, weighting)
        except KeyError:
            raise gone(lead) from None
        snapshot = surroundings.world.snapshot
        kept, _ = sort_out(snapshot, surroundings.subject, surroundings.candidates, at_home=True)
        ranking = Ranking.of(surroundings.pairs(kept), weighting)
        return [snapshot.places.ids[kept[at]] for at in ranking.order(LOOKED_AT)]

    def _looked_at(self, partners: Iterable[str]) -> dict[str, Mapping[str, Any]]:
        """Return the lead, those asked for, the lead's best partners and places on the theme, in this order."""
        named = [self.leader.id, *(entity.id for entity in self.asked_for)]
        on_theme = participants(self.connection, self.about.id, self.request.day, LOOKED_AT)
        unwanted = {entity.id for entity in self.refused}
        order = [id_ for id_ in dict.fromkeys([*named, *partners, *on_theme]) if id_ not in unwanted]
        found = places(self.connection, order)
        return {id_: found[id_] for id_ in order if id_ in found and (id_ in named or found[id_]["dissolved"] is None)}

    def _candidate(self, place: Mapping[str, Any], on_theme: Mapping[str, object]) -> Candidate:
        return candidate(
            self.request.rule,
            self.request.day,
            id_=place["id"],
            label=place["label"],
            name=place["name"],
            country=place["country"],
            on_theme=place["id"] in on_theme,
        )

    def _check_allowed(self, named: Sequence[Candidate]) -> None:
        """Raise :class:`KgError` when the rule does not allow the lead, or one of those asked for."""
        rule, lead = self.request.rule, named[0]
        for one, entity in zip(named, (self.leader, *self.asked_for), strict=True):
            because = refuse(rule, one, lead)
            if entity.dissolved is not None:
                because = f"is no municipality any more (until {entity.dissolved[:4]})"
            elif (
                because is None
                and one is lead
                and rule.lead_area
                and not rule.lead_area.has(one.country, self.request.day)
            ):
                because = f"is not in {rule.lead_area.title}, where a lead must be"
            if because is not None:
                role = "lead this" if one is lead else "be a member"
                raise KgError(f"{one.name} cannot {role} by the rule {rule.id}: it {because}.")

    def _members(
        self,
        problem: Problem,
        solution: Solution,
        on_theme: Mapping[str, Sequence[Way]],
        named: int,
    ) -> tuple[tuple[Member, ...], Mapping[str, FactDetail]]:
        """Return the members, the lead first and the others by what they add, and the facts behind their reasons."""
        request, candidates = self.request, problem.candidates
        chosen = {number: candidates[number] for number in solution.members}
        found = reasons_of(
            self.connection,
            self.leader,
            [one.id for one in chosen.values() if one.id != self.leader.id],
            kind=request.kind,
            as_of=request.day,
        )
        theme_links = [link for one in chosen.values() for way in on_theme.get(one.id, ()) for link in way.links]
        details = facts(self.connection, [*(link for each in found.values() for link in links(each)), *theme_links])
        reasons = {id_: terms(each, details, request.day) for id_, each in found.items()}
        replacements = alternatives(problem, solution.members)
        members = []
        for number, one in chosen.items():
            ties = sorted(
                (
                    Tie(partner=_partner(other), score=float(problem.scores[number, at]))
                    for at, other in chosen.items()
                    if at != number
                ),
                key=lambda tie: (-tie.score, tie.partner.id),
            )
            theme = tuple(
                ThemeReason(
                    sentence=way.sentence(one.name, self.about.name, details, request.day),
                    evidence=tuple(link.key for link in way.links),
                )
                for way in on_theme.get(one.id, ())
            )
            members.append(
                Member(
                    partner=_partner(one),
                    role="lead" if number == 0 else "asked for" if number < named else "chosen",
                    contribution=sum(tie.score for tie in ties),
                    score=None if number == 0 else float(problem.scores[0, number]),
                    terms=reasons.get(one.id, ()),
                    theme=theme,
                    conditions=satisfied(request.rule, problem, number),
                    ties=tuple(ties),
                    alternatives=tuple(
                        Alternative(partner=_partner(candidates[other]), value=value, change=value - solution.value)
                        for other, value in replacements.get(number, ())
                    ),
                )
            )
        members.sort(key=lambda member: (member.role != "lead", -member.contribution, member.partner.id))
        return tuple(members), details


def _partner(one: Candidate) -> Partner:
    return Partner(id=one.id, label=one.label, name=one.name, country=one.country)


def _met(problem: Problem, rule: Rule, members: Members) -> tuple[ConditionMet, ...]:
    def ids(numbers: Iterable[int]) -> tuple[str, ...]:
        return tuple(problem.candidates[number].id for number in sorted(numbers))

    return (
        ConditionMet(asked=rule.sizes, found=f"{len(members)} members", members=ids(members)),
        *(
            ConditionMet(
                asked=condition.sentence,
                found=condition.count(members),
                members=ids(number for number in members if condition.helps(number)),
            )
            for condition in problem.conditions
        ),
    )


def _left_out(because: Mapping[Candidate, str | None]) -> LeftOut | None:
    """Return the places that the rule refuses, or None when it refuses nobody."""
    named = tuple(
        LeftOutPartner(**_partner(one).model_dump(), because=f"{one.name} {reason}")
        for one, reason in because.items()
        if reason is not None
    )
    return LeftOut(reason="not allowed by the rule", count=len(named), partners=named) if named else None


def _impossible(problem: Problem, rule: Rule, lead: str) -> str:
    """Return which conditions cannot be met."""
    number = len(problem.candidates)
    start = f"No consortium of {problem.size} satisfies the rule {rule.id}: "
    end = (
        f". The candidates are the best partners of {lead} and places on the theme that the rule allows; "
        "--with (including) adds others by name."
    )
    if number < problem.size:
        return (
            f"{start}there are only {number} candidates, the lead among them (at most {CANDIDATES} are compared){end}"
        )
    short = [text for text in (condition.shortage(problem) for condition in problem.conditions) if text is not None]
    if short:
        return start + "; ".join(short) + end
    needed = unsatisfiable(problem) or ()
    asked = "; ".join(condition.sentence for condition in needed)
    if len(needed) == 1:
        return f"{start}among the {number} candidates this cannot be met: {asked}{end}"
    return f"{start}among the {number} candidates these can be met each, but not together: {asked}{end}"
