"""Reasons from projects and from themes."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from kg.queries.reasons.pair import Pair, Reason, listed
from kg.queries.reasons.words import count, sentence_case, some
from kg.queries.snapshot.tables import FactRow
from kg.queries.validity import is_over


def _of_town(pair: Pair, place: int) -> dict[str, tuple[FactRow, ...]]:
    """Return the projects of a town: its own, and those of organisations that have their seat there."""
    snapshot, id_ = pair.snapshot, pair.row(place).id
    found: dict[str, tuple[FactRow, ...]] = {}
    for seat in snapshot.facts_of("BASED_IN", id_):
        if seat.end == id_:
            for fact in snapshot.facts_of("PARTICIPATES_IN", seat.start):
                if snapshot.has_begun(fact) and not snapshot.is_place(fact.start):
                    found.setdefault(fact.end, (fact, seat))
    for fact in snapshot.facts_of("PARTICIPATES_IN", id_):
        if fact.start == id_ and snapshot.has_begun(fact):
            found[fact.end] = (fact,)
    return found


def _latest_first(pair: Pair, projects: Iterable[str]) -> list[str]:
    """Return projects, those that run first (one without a known end may), then the last to end, by id."""

    def end(id_: str) -> str:
        node = pair.snapshot.node(id_)
        return (node.end if node else None) or "9999"

    return sorted(sorted(projects), key=end, reverse=True)


def shared_projects(pair: Pair) -> Reason:
    """In which projects both took part, and until when the last one ran."""
    own, theirs = _of_town(pair, pair.subject), _of_town(pair, pair.other)
    shared = _latest_first(pair, own.keys() & theirs.keys())
    if not shared:
        return Reason("No project in common")
    ends = [node.end for node in map(pair.snapshot.node, shared) if node is not None and node.end]
    last = ""
    if len(ends) == len(shared) and all(is_over(pair.snapshot.as_of, end) for end in ends):
        last = f", the last until {max(ends)[:4]}" if len(ends) > 1 else f", until {ends[0][:4]}"
    by_others = any(len(facts) > 1 for id_ in shared for facts in (own[id_], theirs[id_]))
    seated = ", counting organisations that have their seat there" if by_others else ""
    text = f"{count(len(shared), 'common project')}{last}{seated}: {some([pair.name(id_) for id_ in shared])}"
    return Reason(sentence_case(text), listed(fact for id_ in shared for fact in (*own[id_], *theirs[id_])))


def project_activity(pair: Pair) -> Reason:
    """In how many projects the other one took part."""
    projects = _of_town(pair, pair.other)
    seated = any(len(facts) > 1 for facts in projects.values())
    who = f"{pair.theirs}, or organisations seated there, took" if seated else f"{pair.theirs} took"
    order = _latest_first(pair, projects)
    return Reason(
        f"{who} part in {count(len(projects), 'project')}", listed(fact for id_ in order for fact in projects[id_])
    )


def project_paths(pair: Pair) -> Reason:
    """In which projects of the one's partners the other took part."""
    layer = pair.snapshot.town_projects
    own = layer.held.row(pair.subject)
    theirs = np.setdiff1d(layer.held.row(pair.other), own)
    _, at = layer.holders.entries(own)
    partner = np.zeros(layer.held.height, bool)
    partner[layer.holders.columns[at]] = True
    partner[pair.subject] = False
    met = [int(project) for project in theirs if partner[layer.holders.row(int(project))].any()]
    if not met:
        return Reason(f"No project of partners of {pair.ours} has {pair.theirs} in it")
    met.sort(key=lambda project: (layer.sizes[project], project))
    projects = _of_town(pair, pair.other)
    names = [layer.things[project] for project in met]
    return Reason(
        f"{pair.theirs} took part in {count(len(met), 'project')} of partners of {pair.ours}: "
        f"{some([pair.name(id_) for id_ in names])}",
        listed(fact for id_ in names for fact in projects.get(id_, ())),
    )


# Themes --------------------------------------------------------------------------------------------------------------------

_Themes = dict[str, tuple[FactRow, ...]]


def _said(pair: Pair, place: int, type_: str) -> _Themes:
    snapshot, id_ = pair.snapshot, pair.row(place).id
    return {
        fact.end: (fact,) for fact in snapshot.facts_of(type_, id_) if fact.start == id_ and snapshot.is_valid(fact)
    }


def _worked_on(pair: Pair, place: int) -> _Themes:
    snapshot, id_ = pair.snapshot, pair.row(place).id
    found: _Themes = {}
    for part in snapshot.facts_of("PARTICIPATES_IN", id_):
        if part.start == id_ and snapshot.has_begun(part):
            for about in snapshot.facts_of("ABOUT", part.end):
                if about.start == part.end and snapshot.is_valid(about):
                    found.setdefault(about.end, (part, about))
    return found


def _on_themes(pair: Pair, cases: Iterable[tuple[str, _Themes, _Themes]], none: str) -> Reason:
    clauses, facts = [], []
    for text, own, theirs in cases:
        both = sorted(own.keys() & theirs.keys())
        if both:
            clauses.append(text.format(some([pair.name(id_) for id_ in both])))
            facts += [fact for id_ in both for fact in (*own[id_], *theirs[id_])]
    return Reason(sentence_case("; ".join(clauses)), listed(facts)) if clauses else Reason(none)


def _literal(name: str) -> str:
    return name.replace("{", "{{").replace("}", "}}")


def themes_matched(pair: Pair) -> Reason:
    """What one seeks and the other offers."""
    we, they = _literal(pair.ours), _literal(pair.theirs)
    seeks, offers = (
        [_said(pair, place, type_) for place in (pair.subject, pair.other)] for type_ in ("SEEKS", "OFFERS")
    )
    cases = (
        (f"{we} seeks and {they} offers {{}}", seeks[0], offers[1]),
        (f"{they} seeks and {we} offers {{}}", offers[0], seeks[1]),
    )
    return _on_themes(pair, cases, "Nothing that one seeks is offered by the other")


def themes_shared(pair: Pair) -> Reason:
    """What both seek, and what both offer."""
    seeks, offers = (
        [_said(pair, place, type_) for place in (pair.subject, pair.other)] for type_ in ("SEEKS", "OFFERS")
    )
    return _on_themes(
        pair,
        (("both seek {}", seeks[0], seeks[1]), ("both offer {}", offers[0], offers[1])),
        "No theme that both seek or both offer",
    )


def themes_in_projects(pair: Pair) -> Reason:
    """On which themes both work, or one works while the other seeks or offers them."""
    we, they = _literal(pair.ours), _literal(pair.theirs)
    seeks, offers = (
        [_said(pair, place, type_) for place in (pair.subject, pair.other)] for type_ in ("SEEKS", "OFFERS")
    )
    works = [_worked_on(pair, place) for place in (pair.subject, pair.other)]
    cases = (
        ("both took part in projects on {}", works[0], works[1]),
        (f"{we} took part in projects on what {they} seeks: {{}}", works[0], seeks[1]),
        (f"{we} took part in projects on what {they} offers: {{}}", works[0], offers[1]),
        (f"{they} took part in projects on what {we} seeks: {{}}", seeks[0], works[1]),
        (f"{they} took part in projects on what {we} offers: {{}}", offers[0], works[1]),
    )
    return _on_themes(pair, cases, "No theme of projects in common")
