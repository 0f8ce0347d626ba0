"""``kg recommend``: the best partners for a city or region, and who was left out and why."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from kg.database.connection import Connection
from kg.database.read import read
from kg.errors import KgError, quoted
from kg.queries.entities import PLACES, Entity, check_name, country_code, resolve
from kg.queries.evidence import Shared, facts, shared_with
from kg.queries.paths import DEFAULT_TOP, check_top, is_whole
from kg.queries.provenance import data_of
from kg.queries.results import LeftOut, LeftOutPartner, Recommendation, Recommendations, RecommendQuery
from kg.queries.terms import build_terms, term_type, total
from kg.queries.validity import parse_as_of
from kg.queries.weights import Kind, Weights, check_kind, weights

Rule = Literal["country", "population", "dissolved", "current_twinning", "current_project", "no_evidence"]

#: Which existing ties leave a place out, for each kind of partner.
EXISTING: Mapping[Kind, tuple[Rule, ...]] = {
    "exchange": ("current_twinning", "current_project"),
    "project": ("current_project",),
    "twinning": ("current_twinning",),
}

_REASONS: Mapping[Rule, str] = {
    "country": "not in a country asked for",
    "population": "smaller or larger than asked for, or of unknown population",
    "dissolved": "no longer a municipality",
    "current_twinning": "already twinned with {name}",
    "current_project": "already in a running project with {name}",
    "no_evidence": "sharing nothing with {name} in this graph",
}

_CANDIDATES = """\
MATCH (n:Entity) WHERE n.id IN $ids
RETURN collect([n.id, CASE WHEN n:City THEN 'City' ELSE 'Region' END, n.name, n.country, n.population, n.dissolved])
    AS candidates"""

_COUNT_PLACES = """\
MATCH (n:City) RETURN count(n) AS places
UNION ALL
MATCH (n:Region) RETURN count(n) AS places"""

_HAS_COUNTRY = "UNWIND $codes AS code MATCH (n:City {country: code}) RETURN DISTINCT code"
_COUNTRIES = "MATCH (n:City) WHERE n.country IS NOT NULL RETURN DISTINCT n.country AS code ORDER BY code"


@dataclass(frozen=True, slots=True)
class Filters:
    """What a partner must be; empty and None ask nothing."""

    countries: tuple[str, ...] = ()
    exclude_countries: tuple[str, ...] = ()
    min_population: int | None = None
    max_population: int | None = None

    def __post_init__(self) -> None:
        low, high = self.min_population, self.max_population
        for name, number in (("min_population (--min-population)", low), ("max_population (--max-population)", high)):
            if number is not None and (not is_whole(number) or number < 0):
                raise KgError(f"{name} must be a whole number, 0 or more, not {quoted(number)}.")
        if low is not None and high is not None and low > high:
            raise KgError(
                f"min_population (--min-population) {low} is more than max_population (--max-population) {high}: nobody can "
                "be between."
            )
        both = sorted(set(self.countries) & set(self.exclude_countries))
        if both:
            raise KgError(
                f"{', '.join(both)} cannot be both asked for (countries, --country) and refused (exclude_countries, "
                "--exclude-country)."
            )

    def refuse(self, candidate: Entity) -> Rule | None:
        """Return the rule that a candidate fails, or None."""
        if self.countries and candidate.country not in self.countries:
            return "country"
        if candidate.country in self.exclude_countries:
            return "country"
        low, high = self.min_population, self.max_population
        if low is None and high is None:
            return None
        size = candidate.population
        fits = size is not None and (low is None or size >= low) and (high is None or size <= high)
        return None if fits else "population"


def recommend(
    connection: Connection,
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
) -> Recommendations:
    """Return the best partners for a city or region, each with the reasons whose values sum to its score.

    Candidates are all cities and regions that share at least one network, project, twin, theme or event with it, or have worked
    with it. Similar size adds to a score but makes nobody a candidate. Ties in the score go by id.

    Args:
        connection: The database.
        place: A city or region by name (``Riga``, ``riga, lv``) or id (``geonames:456172``).
        kind: ``exchange`` (learning from each other), ``project`` (a consortium) or ``twinning``.
        top: How many partners.
        countries: Only partners in these countries (ISO codes or names; one may be given as it is).
        exclude_countries: No partners in these.
        min_population: Only partners with so many inhabitants or more.
        max_population: Only partners with so many inhabitants or fewer.
        as_of: Answer as of this date (partial: its last day); today unless given.
        include_existing: Keep those with a current twinning or a running common project, which are otherwise left out.

    Raises:
        KgError: If the place is unknown or ambiguous, or an option makes no sense.
    """
    check_name("place", place)
    checked = check_kind(kind)
    check_top(top)
    day = parse_as_of(as_of)
    Filters(min_population=min_population, max_population=max_population)
    filters = Filters(
        country_codes(connection, listed("countries (--country)", countries)),
        country_codes(connection, listed("exclude_countries (--exclude-country)", exclude_countries)),
        min_population,
        max_population,
    )
    subject = resolve(connection, place, PLACES)
    shared = shared_with(connection, subject.id, day)
    candidates = _candidates(connection, shared)
    kept, left_out = _sort_out(subject, candidates, shared, filters, () if include_existing else EXISTING[checked])
    others = sum(row["places"] for row in read(connection, _COUNT_PLACES)) - len(candidates) - 1
    if others > 0:
        left_out["no_evidence"] = LeftOut(reason=_REASONS["no_evidence"].format(name=subject.name), count=others)
    chosen = best(subject, kept, shared, weights(checked), top)
    details = facts(connection, (link for candidate in chosen for one in shared[candidate.id] for link in one.links))
    recommendations = []
    for candidate in chosen:
        terms = build_terms(
            subject.place,
            candidate.place,
            shared[candidate.id],
            details=details,
            weights=weights(checked),
            as_of=day,
        )
        score = math.fsum(term.value for term in terms)
        recommendations.append(Recommendation(partner=candidate.partner, score=score, terms=terms))
    return Recommendations(
        query=RecommendQuery(
            partner=subject.partner,
            kind=checked,
            top=top,
            countries=filters.countries,
            exclude_countries=filters.exclude_countries,
            min_population=min_population,
            max_population=max_population,
            as_of=day.isoformat(),
            include_existing=include_existing,
        ),
        data=data_of(connection, details, day),
        left_out=left_out,
        recommendations=tuple(recommendations),
    )


def best(
    subject: Entity, candidates: Iterable[Entity], shared: Mapping[str, Sequence[Shared]], weighting: Weights, top: int
) -> list[Entity]:
    """Return the ``top`` candidates with the highest scores, best first, ties by id."""
    scores = {
        candidate: total(shared[candidate.id], subject.population, candidate.population, weighting)
        for candidate in candidates
    }
    return sorted(scores, key=lambda candidate: (-scores[candidate], candidate.id))[:top]


def listed(parameter: str, given: object) -> tuple[str, ...]:
    """Return one text, or a sequence of them, as a tuple.

    Raises:
        KgError: If it is neither; the message names the parameter.
    """
    if isinstance(given, str):
        return (given,)
    found = tuple(given) if isinstance(given, Iterable) else (given,)
    texts = tuple(one for one in found if isinstance(one, str))
    if texts != found:
        raise KgError(
            f"{parameter} must be codes or names of countries, such as 'FI' or ['FI', 'EE'], not {quoted(given)}."
        )
    return texts


def country_codes(connection: Connection, countries: Sequence[str]) -> tuple[str, ...]:
    """Return the ISO codes of countries given as codes or names.

    Raises:
        KgError: If the graph has no city in one of them; the message lists those that it has.
    """
    wanted = {text: country_code(connection, text) or text for text in dict.fromkeys(countries)}
    if not wanted:
        return ()
    known = {row["code"] for row in read(connection, _HAS_COUNTRY, {"codes": list(wanted.values())})}
    for text, code in wanted.items():
        if code not in known:
            choices = ", ".join(row["code"] for row in read(connection, _COUNTRIES))
            raise KgError(
                f"The graph has no city in the country {quoted(text)}. It has cities in: {choices or 'none'}."
            )
    return tuple(dict.fromkeys(wanted.values()))


def _candidates(connection: Connection, ids: Iterable[str]) -> list[Entity]:
    rows = read(connection, _CANDIDATES, {"ids": list(ids)})
    return [
        Entity(id_, label, name or id_, country, population, dissolved)
        for id_, label, name, country, population, dissolved in rows[0]["candidates"]
    ]


def _sort_out(
    subject: Entity,
    candidates: Iterable[Entity],
    shared: Mapping[str, Sequence[Shared]],
    filters: Filters,
    existing: Sequence[Rule],
) -> tuple[list[Entity], dict[str, LeftOut]]:
    """Return the candidates that stay, and for each rule those that it leaves out; each is counted under the first that applies."""
    kept = []
    counts: Counter[Rule] = Counter()
    named: dict[Rule, list[LeftOutPartner]] = {}
    for candidate in sorted(candidates, key=lambda entity: (entity.name, entity.id)):
        rule = filters.refuse(candidate)
        because = None
        if rule is None and candidate.dissolved is not None:
            rule, because = "dissolved", f"{candidate.name}, until {candidate.dissolved[:4]}"
        if rule is None:
            rule, because = _existing(candidate, shared[candidate.id], existing)
        if rule is None:
            kept.append(candidate)
            continue
        counts[rule] += 1
        if because is not None:
            partner = LeftOutPartner(**candidate.partner.model_dump(), because=because)
            named.setdefault(rule, []).append(partner)
    return kept, {
        rule: LeftOut(
            reason=_REASONS[rule].format(name=subject.name), count=counts[rule], partners=tuple(named.get(rule, ()))
        )
        for rule in _REASONS
        if counts[rule]
    }


def _existing(
    candidate: Entity, shared: Sequence[Shared], existing: Sequence[Rule]
) -> tuple[Rule, str] | tuple[None, None]:
    """Return the existing tie that leaves a candidate out, and in a few words which."""
    if "current_twinning" in existing:
        for one in shared:
            if term_type(one) == "twinned":
                since = f"since {one.thing.start[:4]}" if one.thing.start else "since an unknown date"
                return "current_twinning", f"{candidate.name}, {since}"
    if "current_project" in existing:
        # A body's project is not its cities': they may well look for one of their own.
        projects = sorted(
            one.thing.name if one.thing.end else f"{one.thing.name} (no known end)"
            for one in shared
            if term_type(one) == "shared_project" and one.direct
        )
        if projects:
            return "current_project", f"{candidate.name}, in {', '.join(projects)}"
    return None, None
