"""Reasons from networks, events and people."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kg.queries import features, measures
from kg.queries.reasons.pair import Common, Pair, Reason, Way, common, facts_of, listed, ways
from kg.queries.reasons.words import amount, count, in_words, sentence_case, some
from kg.queries.snapshot.aggregates import SMALL_NETWORK

#: So many people in common are named.
_NAMED = 3


def _shared(pair: Pair) -> list[Common]:
    return common(pair, pair.snapshot.networks, "MEMBER_OF", pair.snapshot.is_valid)


def _is_small(pair: Pair) -> dict[str, bool]:
    return dict(zip(pair.snapshot.networks.things, pair.pairs.world.small.tolist(), strict=True))


def _clauses(pair: Pair, shared: Sequence[Common], having: str, served: str) -> str:
    """Say what both have themselves, what by bodies that serve both, and what only one has itself."""
    direct = [pair.name(one.id) for one in shared if not one.ours.body and not one.theirs.body]
    by_bodies = [one for one in shared if one.ours.body and one.theirs.body]
    clauses = [f"both {having} {some(direct)}"] if direct else []
    if by_bodies:
        text = f"both are served by {served} {some([pair.name(one.id) for one in by_bodies])}"
        if len(by_bodies) == 1:
            bodies = [pair.name(way.body or "") for way in (by_bodies[0].ours, by_bodies[0].theirs)]
            text += f" ({pair.ours} by {bodies[0]}, {pair.theirs} by {bodies[1]})"
        clauses.append(text)
    for one in shared:
        body = one.ours.body or one.theirs.body
        if body and not (one.ours.body and one.theirs.body):
            holder, other = (pair.theirs, pair.ours) if one.ours.body else (pair.ours, pair.theirs)
            clauses.append(f"{pair.name(one.id)} has {holder} and {pair.name(body)}, which serves {other}")
    return sentence_case("; ".join(clauses))


def shared_networks(pair: Pair) -> Reason:
    """In which networks both are."""
    shared = _shared(pair)
    if not shared:
        return Reason("No network in common")
    return Reason(_clauses(pair, shared, "are members of", "members of"), facts_of(shared))


def shared_small_networks(pair: Pair) -> Reason:
    """How many small networks they share, against as many as by chance."""
    small, pairs = _is_small(pair), pair.pairs
    shared = [one for one in _shared(pair) if small[one.id]]
    observed = pair.of(pairs.shared(pair.snapshot.networks, pairs.world.small.astype(np.float64)))
    expected = measures.expected_shared(
        float(pairs.own_small_networks), pair.of(pairs.small_networks), pairs.world.meeting_rate
    )
    noun = "shared small network"
    text = sentence_case(count(len(shared), noun))
    if expected > 0:
        both_cities = {pair.row(pair.subject).label, pair.row(pair.other).label} == {"City"}
        text += f" where two {'cities' if both_cities else 'places'} as active as these would share {amount(expected)}"
    if shared:
        text += f": {some([pair.name(one.id) for one in shared])}"
        through = sum(bool(one.ours.body or one.theirs.body) for one in shared)
        if through:
            text += f" ({in_words(through)} of them through a body that serves one of the two)"
    return Reason(text, facts_of(shared), observed, expected)


def _small_of(pair: Pair, place: int) -> dict[str, Way]:
    small = _is_small(pair)
    held = ways(pair, place, "MEMBER_OF", pair.snapshot.is_valid)
    return {id_: some_ways[0] for id_, some_ways in sorted(held.items()) if small.get(id_)}


def small_networks(pair: Pair) -> Reason:
    """In how many small networks the other one is."""
    held = _small_of(pair, pair.other)
    text = f"{pair.theirs} is in {count(len(held), 'network')} of fewer than {SMALL_NETWORK} members"
    names = f": {some([pair.name(id_) for id_ in held])}" if held else ""
    return Reason(text + names, facts_of(held.values()))


def _affinity(pair: Pair, value: float, one: int, other: int) -> Reason:
    """Say in how many of the networks of one place the other would be, and in which most probably."""
    world, snapshot = pair.pairs.world, pair.snapshot
    name, like = (pair.theirs, pair.ours) if one == pair.other else (pair.ours, pair.theirs)
    held, own = _small_of(pair, one), ways(pair, other, "MEMBER_OF", snapshot.is_valid)
    alone = [id_ for id_ in held if id_ not in own]
    if not alone:
        return Reason(f"{name} is in no small network in which {like} is not")
    likely, at = world.affinity(other), world.aggregates.members.row_at
    probable = {id_: float(likely[at[id_]]) if id_ in at else 0.0 for id_ in alone}
    alone.sort(key=lambda id_: (-probable[id_], id_))
    text = (
        f"{name} is in {count(len(alone), 'small network')} that {like} is not in; a place like {like} (its country, size and "
        f"networks) would be expected in {amount(value)} of them, most likely {some([pair.name(id_) for id_ in alone[:2]])}"
    )
    return Reason(text, facts_of(held[id_] for id_ in alone), None, value)


def network_affinity(pair: Pair) -> Reason:
    """In which of the other's networks the one would fit."""
    return _affinity(pair, pair.of(features.network_affinity(pair.pairs)), pair.other, pair.subject)


def network_affinity_back(pair: Pair) -> Reason:
    """In which of the one's networks the other would fit."""
    return _affinity(pair, pair.of(pair.pairs.affinity_back), pair.subject, pair.other)


def shared_events(pair: Pair) -> Reason:
    """In which events both took part."""
    shared = common(pair, pair.snapshot.events, "TOOK_PART_IN", pair.snapshot.has_begun)
    if not shared:
        return Reason("No event in common")
    return Reason(
        _clauses(pair, shared, "took part in", "bodies that took part in"),
        listed(fact for one in shared for fact in one.facts),
    )


def shared_people(pair: Pair) -> Reason:
    """Who holds a post in both."""
    shared = common(pair, pair.snapshot.people, "HOLDS_POST", pair.snapshot.is_valid)
    if not shared:
        return Reason("Nobody holds a post in both")
    clauses = [
        f"{pair.name(one.id)} holds a post {_at(pair, pair.ours, one.ours)} and {_at(pair, pair.theirs, one.theirs)}".rstrip(
            ","
        )
        for one in shared[:_NAMED]
    ]
    more = len(shared) - len(clauses)
    text = "; ".join(clauses) + (f"; and {in_words(more)} more" if more else "")
    return Reason(sentence_case(text), facts_of(shared))


def _at(pair: Pair, place: str, way: Way) -> str:
    return f"at {pair.name(way.body)}, which serves {place}," if way.body else f"in {place}"
