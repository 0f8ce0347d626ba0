"""``kg recommend``: the best partners for a city or region, and who was left out and why."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypedDict, Unpack

import numpy as np

from kg.database.connection import Connection
from kg.errors import KgError, quoted
from kg.queries.choose import EngineName, check_engine
from kg.queries.engines import Surroundings
from kg.queries.entities import PLACES, Entity, check_name, resolve
from kg.queries.evidence import FactDetail
from kg.queries.filters import Filters, Wanted, country_codes, find_wanted, listed
from kg.queries.improve import improvement
from kg.queries.kinds.kind import Weights, read_weights
from kg.queries.kinds.kind import weights as shipped_weights
from kg.queries.kinds.names import Kind, check_kind
from kg.queries.knowledge import Knowledge, knowledge_of
from kg.queries.paths import DEFAULT_TOP, check_top
from kg.queries.ranking import EXISTING, MOST_OF_A_NEWCOMER, LeftOutPlace, Ranking, Rule, pick, sort_out, ties
from kg.queries.reasons.build import Found, links, terms
from kg.queries.results import (
    LeftOut,
    LeftOutPartner,
    Newcomers,
    Partner,
    Recommendation,
    Recommendations,
    RecommendQuery,
)
from kg.queries.snapshot.aggregates import SMALL_NETWORK
from kg.queries.snapshot.tables import NodeRow
from kg.queries.validity import parse_as_of

_REASONS: Mapping[Rule, str] = {
    "filters": "not what was asked for ({asked})",
    "country": "in a country that was refused",
    "own_country": "in the same country (ask for them with --country {country})",
    "dissolved": "no longer a municipality",
    "current_twinning": "already twinned with {name}",
    "current_project": "already in a running project with {name}",
    "spread": "better placed, but the list has {spread} of their country already",
    "not_compared": "neither near, nor alike, nor joined to {name} by much, and therefore not compared",
}

#: What a newcomer has at most one of, for each kind.
_PARTNERSHIP: Mapping[Kind, str] = {
    "exchange": f"network of fewer than {SMALL_NETWORK} members",
    "project": "project",
    "twinning": "twin town",
}

#: To ask for all that so many places have takes longer than to read the whole graph, which gives the same answer.
MOST_LIVE = 3_000


class RecommendOptions(TypedDict, total=False):
    """Options of :func:`recommend`.

    Attributes:
        kind: ``exchange`` (learning from each other), ``project`` (a consortium) or ``twinning``.
        top: How many partners; 10 unless given.
        countries: Only partners in these countries (ISO codes or names; one may be given as it is), the own one if it is among them.
        exclude_countries: No partners in these.
        min_population: Only partners with so many inhabitants or more.
        max_population: Only partners with so many inhabitants or fewer.
        as_of: Answer as of this date (partial: its last day); today unless given.
        include_existing: Keep those with a current twinning or a running common project, which are otherwise left out.
        engine: ``live`` asks the database (unless filters leave thousands of places: then as with ``snapshot``), ``snapshot`` the
            graph in memory; both give the same answer.
        regions: Only partners in these regions, by name or id.
        themes: Only partners that seek or offer one of these themes, or are in a project about it.
        networks: Only members of these networks.
        newcomers: This share of the list, above 0 and at most 1, is for places with at most one partnership of the kind.
        spread: At most so many partners of one country.
        weights: A weights file to use instead of the package's, or weights.
    """

    kind: str
    top: int
    countries: str | Sequence[str]
    exclude_countries: str | Sequence[str]
    min_population: int | None
    max_population: int | None
    as_of: str | date | None
    include_existing: bool
    engine: str
    regions: str | Sequence[str]
    themes: str | Sequence[str]
    networks: str | Sequence[str]
    newcomers: float | None
    spread: int | None
    weights: str | Path | Weights | None


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, checked, with its names resolved."""

    subject: Entity
    kind: Kind
    top: int
    wanted: Wanted
    include_existing: bool
    as_of: date
    engine: EngineName
    weights: Weights
    weights_file: str | None

    @property
    def query(self) -> RecommendQuery:
        """The question as results show it."""
        filters = self.wanted.filters
        return RecommendQuery(
            partner=self.subject.partner,
            kind=self.kind,
            top=self.top,
            countries=filters.countries,
            exclude_countries=filters.exclude_countries,
            min_population=filters.min_population,
            max_population=filters.max_population,
            as_of=self.as_of.isoformat(),
            include_existing=self.include_existing,
            regions=tuple(entity.partner for entity in self.wanted.regions),
            networks=tuple(entity.partner for entity in self.wanted.networks),
            themes=tuple(entity.partner for entity in self.wanted.themes),
            newcomers=filters.newcomers,
            spread=filters.spread,
            weights=self.weights_file,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """A ranking of all who were not left out, who of them is in the list, and who was left out."""

    surroundings: Surroundings
    ranking: Ranking
    chosen: Sequence[int]
    newcomer: np.ndarray[tuple[int], np.dtype[np.bool_]]
    left_out: Sequence[LeftOutPlace]
    counts: Mapping[Rule, int]


def recommend(where: Connection | Knowledge, place: str, **options: Unpack[RecommendOptions]) -> Recommendations:
    """Return the best partners for a city or region, each with the reasons whose values sum to its score.

    Compared are those joined to it by much, the nearest, those alike, and the members of its small networks; where it is said what
    a partner must be, all places that fulfil it. Its own country is left out unless asked for. Ties in the score go by id.

    Args:
        where: The database, or a graph without one.
        place: A city or region by name (``Riga``, ``riga, lv``) or id (``geonames:456172``).
        options: See :class:`RecommendOptions`.

    Raises:
        KgError: If the place is unknown or ambiguous, or an option makes no sense or contradicts another.
    """
    knowledge = knowledge_of(where)
    question = ask(knowledge, place, **options)
    answer = search(knowledge, question)
    ranking, snapshot = answer.ranking, answer.ranking.pairs.snapshot
    reasons = ranking.reasons_of(answer.chosen)
    details = details_of(knowledge, reasons)
    rows = [snapshot.places.rows[ranking.pairs.others[at]] for at in answer.chosen]
    recommendations = []
    for row, found in zip(rows, reasons, strict=True):
        built = terms(found, details, question.as_of)
        score = math.fsum(term.value for term in built)
        recommendations.append(Recommendation(partner=partner_of(row), score=score, terms=built))
    return Recommendations(
        query=question.query,
        data=knowledge.data(details, question.as_of),
        left_out=_left_out(question, answer),
        recommendations=tuple(recommendations),
        newcomers=_newcomers(question, answer, rows),
        improve=improvement(
            snapshot, answer.surroundings.subject, question.subject.name, files=knowledge.read_from is not None
        ),
    )


def ask(
    where: Connection | Knowledge,
    place: str,
    *,
    kind: str = "exchange",
    top: int = DEFAULT_TOP,
    countries: str | Sequence[str] = (),
    exclude_countries: str | Sequence[str] = (),
    min_population: int | None = None,
    max_population: int | None = None,
    as_of: str | date | None = None,
    include_existing: bool = False,
    engine: str = "live",
    regions: str | Sequence[str] = (),
    themes: str | Sequence[str] = (),
    networks: str | Sequence[str] = (),
    newcomers: float | None = None,
    spread: int | None = None,
    weights: str | Path | Weights | None = None,
) -> Question:
    """Return what was asked, checked and with its names resolved; the arguments are those of :func:`recommend`.

    Raises:
        KgError: If the place is unknown or ambiguous, or an option makes no sense or contradicts another.
    """
    check_name("place", place)
    names = knowledge_of(where).names
    checked, chosen_engine, day = check_kind(kind), check_engine(engine), parse_as_of(as_of)
    check_top(top)
    weighting, file = weighting_of(checked, weights)
    # What can be refused without the database is refused before it is asked.
    Filters((), (), min_population, max_population, newcomers, spread)
    filters = Filters(
        country_codes(names, listed("countries (--country)", countries)),
        country_codes(names, listed("exclude_countries (--exclude-country)", exclude_countries)),
        min_population,
        max_population,
        newcomers,
        spread,
    )
    subject = resolve(names, place, PLACES)
    wanted = find_wanted(names, filters, regions, networks, themes)
    return Question(subject, checked, top, wanted, include_existing, day, chosen_engine, weighting, file)


def weighting_of(kind: Kind, given: str | Path | Weights | None) -> tuple[Weights, str | None]:
    """Return the weights to use, and the file that they were read from, if any.

    Raises:
        KgError: A file was given that cannot be read or is no weights file.
    """
    if given is None:
        return shipped_weights(kind), None
    if isinstance(given, Weights):
        return given, None
    if not isinstance(given, str | Path):
        raise KgError(f"weights (--weights) must be the path of a weights file, not {quoted(given)}.")
    return read_weights(Path(given)), str(given)


def surroundings_of(where: Connection | Knowledge, question: Question) -> Surroundings:
    """Return a place with all whom to compare it with.

    Raises:
        KgError: The place was removed meanwhile.
    """
    knowledge = knowledge_of(where)
    id_, engine = question.subject.id, question.engine
    try:
        if question.wanted.narrows:
            others = list(knowledge.fulfilling(question.wanted, question.as_of))
            if len(others) > MOST_LIVE:
                engine = "snapshot"
            return knowledge.engine_of(engine, question.as_of).between(id_, others)
        return knowledge.engine_of(engine, question.as_of).around(id_, question.weights)
    except KeyError:
        raise gone(question.subject) from None


def gone(entity: Entity) -> KgError:
    """Return the error of a place that is not in the graph any more."""
    return KgError(f"{entity.name} ({entity.id}) is not in the graph any more: it was changed meanwhile. Ask again.")


def search(where: Connection | Knowledge, question: Question) -> Answer:
    """Return all who may be recommended, ranked, and who is chosen.

    Raises:
        KgError: The place was removed meanwhile.
    """
    knowledge = knowledge_of(where)
    surroundings, filters = surroundings_of(knowledge, question), question.wanted.filters
    snapshot = surroundings.world.snapshot
    existing = () if question.include_existing else EXISTING[question.kind]
    candidates = surroundings.candidates
    if not question.wanted.narrows:
        # Who is a partner already is named, also one of so many that paths lead to others first.
        joined = np.array(sorted(ties(snapshot, surroundings.subject, existing)), np.int64)
        candidates = np.union1d(candidates, joined)
    kept, left_out = sort_out(
        snapshot,
        surroundings.subject,
        candidates,
        countries=filters.countries,
        exclude_countries=filters.exclude_countries,
        existing=existing,
    )
    ranking = Ranking.of(surroundings.pairs(kept), question.weights)
    newcomer = ranking.partnerships(question.kind) <= MOST_OF_A_NEWCOMER
    counts: Counter[Rule] = Counter(one.rule for one in left_out)
    if filters.newcomers is None and filters.spread is None:
        chosen: Sequence[int] = ranking.order(question.top).tolist()
    else:
        chosen, counts["spread"] = pick(
            ranking.order().tolist(),
            question.top,
            newcomer=newcomer,
            country=snapshot.places.country[kept],
            share=filters.newcomers,
            spread=filters.spread,
        )
    others = knowledge.count_places() - len(candidates) - 1
    counts["filters" if question.wanted.narrows else "not_compared"] = max(0, others)
    return Answer(surroundings, ranking, chosen, newcomer, left_out, counts)


def details_of(where: Connection | Knowledge, reasons: Iterable[Iterable[Found]]) -> dict[str, FactDetail]:
    """Return the facts behind some reasons, by key."""
    return knowledge_of(where).facts(link for found in reasons for link in links(found))


def partner_of(row: NodeRow) -> Partner:
    """Return a place as results show it."""
    return Partner(id=row.id, label=row.label, name=row.name, country=row.country)


def rule_reason(rule: Rule, question: Question) -> str:
    """Return what a rule leaves out, in words."""
    return _REASONS[rule].format(
        name=question.subject.name,
        country=question.subject.country,
        spread=question.wanted.filters.spread,
        asked=question.wanted.asked,
    )


def _left_out(question: Question, answer: Answer) -> dict[str, LeftOut]:
    snapshot = answer.surroundings.world.snapshot
    named: dict[Rule, list[LeftOutPartner]] = {}
    for one in answer.left_out:
        if one.because is not None:
            row = snapshot.node(snapshot.places.ids[one.place]) or snapshot.places.rows[one.place]
            partner = LeftOutPartner(**partner_of(row).model_dump(), because=one.because)
            named.setdefault(one.rule, []).append(partner)
    return {
        rule: LeftOut(
            reason=rule_reason(rule, question),
            count=answer.counts[rule],
            partners=tuple(sorted(named.get(rule, ()), key=lambda partner: (partner.name, partner.id))),
        )
        for rule in _REASONS
        if answer.counts.get(rule)
    }


def _newcomers(question: Question, answer: Answer, rows: Sequence[NodeRow]) -> Newcomers | None:
    share = question.wanted.filters.newcomers
    if share is None:
        return None
    return Newcomers(
        rule=f"a place with at most one {_PARTNERSHIP[question.kind]}",
        share=share,
        partners=tuple(row.id for row, at in zip(rows, answer.chosen, strict=True) if answer.newcomer[at]),
    )
