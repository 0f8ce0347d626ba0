"""From evidence to reasons: what each thing that two places share adds to their score, and how it reads.

Pure functions. ``recommend`` and ``explain`` both build their terms here, so that they say the same with the same numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from kg.queries.evidence import FactDetail, Shared, Side, how_theme_is_shared
from kg.queries.results import Term
from kg.queries.scores import size_similarity, specificity
from kg.queries.validity import old_year
from kg.queries.weights import TermType, Weights

LABELS: dict[TermType, str] = {
    "shared_network": "Shared network",
    "shared_project": "Project together",
    "worked_together": "Worked together before",
    "shared_twin": "Shared twin town",
    "twinned": "Twinned",
    "shared_event": "Same event",
    "theme_matched": "One seeks what the other offers",
    "theme_shared": "Same wish",
    "theme_in_projects": "Same theme",
    "similar_size": "Similar size",
}

#: From this ratio of populations a sentence calls two places similar in size.
SIMILAR = 0.5


@dataclass(frozen=True, slots=True)
class Place:
    """A city or region that is compared."""

    id: str
    name: str
    population: int | None


def term_type(shared: Shared) -> TermType:
    """Return the kind of reason that a shared thing is."""
    match shared.thing.layer:
        case "network":
            return "shared_network"
        case "project":
            return "worked_together" if shared.over else "shared_project"
        case "twinning":
            return "worked_together" if shared.over else "twinned"
        case "twin":
            return "shared_twin"
        case "event":
            return "shared_event"
        case "theme":
            by_how: dict[str, TermType] = {
                "matched": "theme_matched",
                "same": "theme_shared",
                "project": "theme_in_projects",
            }
            return by_how[how_theme_is_shared(shared.ours, shared.theirs)]
        case layer:
            raise ValueError(f"no term is made of the layer {layer!r}")


def value(shared: Shared, weights: Weights) -> float:
    """Return what a shared thing adds: the weight of its type, times the specificity of the thing, times the factor for a body.

    The factor for a serving body counts once, whether one of the two has the thing through a body or both.
    """
    factor = 1.0 if shared.direct else weights.serving_body
    return weights.of(term_type(shared)) * factor * specificity(shared.thing.members)


def size_value(ours: int | None, theirs: int | None, weights: Weights) -> float:
    """Return what the sizes of two places add."""
    return weights.similar_size * size_similarity(ours, theirs)


def total(shared: Iterable[Shared], ours: int | None, theirs: int | None, weights: Weights) -> float:
    """Return the score: exactly the sum of the values of :func:`build_terms`, without building them."""
    return math.fsum([*(value(one, weights) for one in shared), size_value(ours, theirs, weights)])


def build_terms(
    subject: Place,
    candidate: Place,
    shared: Iterable[Shared],
    *,
    details: Mapping[str, FactDetail],
    weights: Weights,
    as_of: date,
) -> tuple[Term, ...]:
    """Return the reasons for a candidate, the weightiest first (then by type, sentence and evidence).

    Args:
        subject: The place that looks for partners.
        candidate: The other place.
        shared: What the two share.
        details: The facts by key, for their age; a missing one has no age.
        weights: The weights of the kind of partner.
        as_of: The date as of which.
    """
    terms = [_term(subject, candidate, one, details=details, weights=weights, as_of=as_of) for one in shared]
    size = size_value(subject.population, candidate.population, weights)
    if size:
        terms.append(
            Term(
                type="similar_size",
                label=LABELS["similar_size"],
                value=size,
                sentence=_size_sentence(subject, candidate),
                evidence=(subject.id, candidate.id),
            )
        )
    return tuple(sorted(terms, key=lambda term: (-term.value, term.type, term.sentence, term.evidence)))


def _term(
    subject: Place,
    candidate: Place,
    shared: Shared,
    *,
    details: Mapping[str, FactDetail],
    weights: Weights,
    as_of: date,
) -> Term:
    kind = term_type(shared)
    year = old_year(as_of, *(details[key].as_of for key in shared.keys if key in details))
    age = f", as of {year}" if year else ""
    return Term(
        type=kind,
        label=LABELS[kind],
        value=value(shared, weights),
        sentence=_SENTENCES[kind](subject.name, candidate.name, shared) + age + ".",
        evidence=shared.keys,
    )


def _count(number: int, noun: str, plural: str | None = None) -> str:
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def _through(ours: str, theirs: str, shared: Shared) -> str:
    """Return through which bodies the two have something, as a clause; empty when directly."""
    parts = [
        f"{name} through {side.body_name}"
        for name, side in ((ours, shared.ours), (theirs, shared.theirs))
        if side.body_name
    ]
    return f", {' and '.join(parts)}" if parts else ""


def _network(ours: str, theirs: str, shared: Shared) -> str:
    network = f"{shared.thing.name} ({_count(shared.thing.members, 'member')})"
    bodies = shared.ours.body_name, shared.theirs.body_name
    match bodies:
        case (None, None):
            return f"Both are members of {network}"
        case (None, body):
            return f"{ours} is a member of {network}, and {theirs} is served by a member, {body}"
        case (body, None):
            return f"{theirs} is a member of {network}, and {ours} is served by a member, {body}"
        case _:
            return f"Both are served by members of {network}: {ours} by {bodies[0]}, {theirs} by {bodies[1]}"


def _period(start: str | None, end: str | None) -> str:
    """Return the years of a project: a mayor needs no days."""
    if start and end:
        return start[:4] if start[:4] == end[:4] else f"{start[:4]} to {end[:4]}"
    return f"since {start[:4]}" if start else f"until {end[:4]}" if end else "no dates known"


def _project(ours: str, theirs: str, shared: Shared) -> str:
    thing = shared.thing
    if thing.kind == "pairing":
        return f"The two are paired in {thing.name} ({_period(thing.start, thing.end)})"
    about = f"{thing.name} ({_count(thing.members, 'partner')}, {_period(thing.start, thing.end)})"
    return f"Both take part in {about}{_through(ours, theirs, shared)}"


def _worked_together(ours: str, theirs: str, shared: Shared) -> str:
    thing = shared.thing
    if thing.layer == "twinning":
        when = f" until {thing.end[:4]}" if thing.end else ""
        return f"They worked together before, as twin towns{when}"
    about = f"{thing.name} ({_count(thing.members, 'partner')}, {_period(thing.start, thing.end)})"
    return f"They worked together before, in {about}{_through(ours, theirs, shared)}"


def _shared_twin(ours: str, theirs: str, shared: Shared) -> str:
    del ours, theirs
    return f"Both are twinned with {shared.thing.name} ({_count(shared.thing.members, 'twin town')})"


def _twinned(ours: str, theirs: str, shared: Shared) -> str:
    since = f" since {shared.thing.start[:4]}" if shared.thing.start else ""
    return f"{ours} and {theirs} are twin towns{since}"


def _event(ours: str, theirs: str, shared: Shared) -> str:
    thing = shared.thing
    when = f", {_period(thing.start, thing.end or thing.start)}" if thing.start else ""
    about = f"{thing.name} ({_count(thing.members, 'participant')} known{when})"
    return f"Both took part in {about}{_through(ours, theirs, shared)}"


def _matched(ours: str, theirs: str, shared: Shared) -> str:
    seeker, other = (ours, theirs) if shared.ours.how == "SEEKS" else (theirs, ours)
    return f"{seeker} seeks and {other} offers {shared.thing.name}{_concerned(shared)}"


def _same(ours: str, theirs: str, shared: Shared) -> str:
    del ours, theirs
    verb = "seek" if shared.ours.how == "SEEKS" else "offer"
    return f"Both {verb} {shared.thing.name}{_concerned(shared)}"


def _concerned(shared: Shared) -> str:
    return f" ({shared.thing.members:,} work on it, seek or offer it)"


def _in_projects(ours: str, theirs: str, shared: Shared) -> str:
    def clause(name: str, side: Side) -> str:
        verbs = {"SEEKS": f"{name} seeks it", "OFFERS": f"{name} offers it"}
        return verbs.get(side.how) or f"{name} in {side.project_name}"

    parts = " and ".join((clause(ours, shared.ours), clause(theirs, shared.theirs)))
    return f"Both are concerned with {shared.thing.name}: {parts}{_concerned(shared)}"


def _size_sentence(subject: Place, candidate: Place) -> str:
    assert subject.population is not None
    assert candidate.population is not None
    numbers = f"{subject.name} has {subject.population:,} inhabitants and {candidate.name} has {candidate.population:,}"
    similar = size_similarity(subject.population, candidate.population) >= SIMILAR
    return f"Similar in size: {numbers}." if similar else f"{numbers}."


_SENTENCES: dict[TermType, Callable[[str, str, Shared], str]] = {
    "shared_network": _network,
    "shared_project": _project,
    "worked_together": _worked_together,
    "shared_twin": _shared_twin,
    "twinned": _twinned,
    "shared_event": _event,
    "theme_matched": _matched,
    "theme_shared": _same,
    "theme_in_projects": _in_projects,
}
