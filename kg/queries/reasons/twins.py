"""Reasons from twin towns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

import numpy as np

from kg.queries import measures
from kg.queries.reasons.pair import MOST_EVIDENCE, Pair, Reason, listed
from kg.queries.reasons.words import NAMED, count, sentence_case, some
from kg.queries.snapshot.tables import FactRow
from kg.queries.world import CLOSE, FARTHEST, REACH, WIDE, WIDEST

_NONE_SHARED = "No twin town in common"


def _facts(pair: Pair, links: Iterable[tuple[int, int]]) -> tuple[FactRow, ...]:
    """Return the twinnings that join these places."""
    snapshot, ids = pair.snapshot, pair.snapshot.places.ids
    found: list[FactRow] = []
    # More would not be listed.
    first = list(islice(links, 3 * MOST_EVIDENCE + 1))
    snapshot.expect(("TWINNED_WITH",), (ids[one] for one, _ in first))
    for one, other in first:
        ends = {ids[one], ids[other]}
        here = (fact for fact in snapshot.facts_of("TWINNED_WITH", ids[one]) if {fact.start, fact.end} == ends)
        found += [fact for fact in here if snapshot.is_valid(fact)][:1]
    return listed(found)


def _names(pair: Pair, places: Sequence[int]) -> list[str]:
    """Return names of places for a list that is as long, but names only the first few."""
    shown = places[: NAMED + 1]
    pair.snapshot.expect_nodes(pair.snapshot.places.ids[place] for place in shown)
    return [*(pair.row(place).name for place in shown), *[""] * (len(places) - len(shown))]


def _joined(pair: Pair, links: Sequence[tuple[int, int]]) -> list[str]:
    """Return which places are twinned with which, for a list that is as long, but names only the first few."""
    heres, theres = ([link[end] for link in links] for end in (0, 1))
    names = zip(_names(pair, heres), _names(pair, theres), strict=True)
    return [f"{here} with {there}" for here, there in names]


def _twins_in(pair: Pair, one: int, other: int) -> Reason:
    """Say which twins a place has in the country of another one, which itself is not counted."""
    snapshot = pair.snapshot
    country = snapshot.places.country
    twins = snapshot.twins.row(one)
    there = [int(twin) for twin in twins if country[twin] == country[other] and twin != other]
    name = pair.ours if one == pair.subject else pair.theirs
    where, more = pair.country(other), "other " if other in twins else ""
    if not there:
        return Reason(f"{name} has no {more}twin town in {where} yet")
    found = count(len(there), f"{more}twin town")
    return Reason(
        f"{name} already has {found} in {where}: {some(_names(pair, there))}",
        _facts(pair, ((one, twin) for twin in there)),
    )


def own_twins_there(pair: Pair) -> Reason:
    """Twins of the one in the country of the other."""
    return _twins_in(pair, pair.subject, pair.other)


def their_twins_here(pair: Pair) -> Reason:
    """Twins of the other in the country of the one."""
    return _twins_in(pair, pair.other, pair.subject)


def twin_towns(pair: Pair) -> Reason:
    """How many twins the other has."""
    twins = [int(twin) for twin in pair.snapshot.twins.row(pair.other) if twin != pair.subject]
    more = "other " if pair.of(pair.pairs.tie) else ""
    return Reason(
        f"{pair.theirs} has {count(len(twins), more + 'twin town')}",
        _facts(pair, ((pair.other, twin) for twin in twins)),
    )


def _shared(pair: Pair) -> list[int]:
    """Return the twins of both, that with the fewest twins first."""
    twins, counts = pair.snapshot.twins, pair.snapshot.twin_counts
    both = np.intersect1d(twins.row(pair.subject), twins.row(pair.other))
    return [int(twin) for twin in both[np.lexsort((both, counts[both]))]]


def _to(pair: Pair, thirds: Sequence[int]) -> tuple[FactRow, ...]:
    return _facts(pair, ((place, third) for third in thirds for place in (pair.subject, pair.other)))


def shared_twins(pair: Pair) -> Reason:
    """Which twins they share, of how many that they have."""
    shared = _shared(pair)
    if not shared:
        return Reason(_NONE_SHARED)
    all_of_both = round(pair.of(pair.pairs.own_twins + pair.pairs.other_twins)) - len(shared)
    text = (
        f"{count(len(shared), 'common twin town')} of {all_of_both:,} that the two have: {some(_names(pair, shared))}"
    )
    return Reason(sentence_case(text), _to(pair, shared))


def specific_twins(pair: Pair) -> Reason:
    """How specific the twins are that they share."""
    shared = _shared(pair)
    if not shared:
        return Reason(_NONE_SHARED)
    twins = pair.snapshot.twin_counts
    names = _names(pair, shared)
    named = [f"{names[0]}, which has {count(int(twins[shared[0]]), 'twin town')} in all"]
    named += [f"{name} with {int(twins[third]):,}" for name, third in zip(names[1:], shared[1:], strict=True)]
    return Reason(f"Both are twinned with {some(named)}", _to(pair, shared))


def twin_paths(pair: Pair) -> Reason:
    """Which of their twins are twinned with each other."""
    twins = pair.snapshot.twins
    counts = pair.snapshot.twin_counts
    theirs = set(twins.row(pair.other).tolist()) - {pair.subject}
    paths = [
        (int(counts[mine] * counts[yours]), int(mine), int(yours))
        for mine in twins.row(pair.subject)
        if mine != pair.other
        for yours in twins.row(int(mine))
        if yours in theirs
    ]
    if not paths:
        return Reason(f"No twin town of {pair.ours} is twinned with one of {pair.theirs}")
    paths.sort()
    facts = _facts(
        pair,
        (link for _, mine, yours in paths for link in ((pair.subject, mine), (mine, yours), (yours, pair.other))),
    )
    between = some(_joined(pair, [(mine, yours) for _, mine, yours in paths]))
    return Reason(f"Twin towns of {pair.ours} are twinned with twin towns of {pair.theirs}: {between}", facts)


def _near(pair: Pair, part: float, around: str) -> Reason:
    """Say which places around the one are twinned with places around the other, the nearest first."""
    snapshot, world = pair.snapshot, pair.pairs.world
    xyz, twins = snapshot.places.xyz, snapshot.twins
    found: list[tuple[float, int, int]] = []
    if not np.isnan(xyz[[pair.subject, pair.other], 0]).any():
        scale = part * float(world.spacing[pair.subject])
        near, apart = snapshot.near(pair.subject, min(REACH * scale, FARTHEST))
        of, at = twins.entries(near)
        ends = twins.columns[at]
        weights = measures.nearness(apart, scale)[of]
        away = measures.kilometres(measures.chords(xyz[ends], xyz[pair.other]))
        scales = part * world.spacing[ends]
        kept = (ends != pair.subject) & (away <= np.minimum(REACH * scales, FARTHEST))
        kept &= ~((near[of] == pair.subject) & (ends == pair.other))
        for entry in np.flatnonzero(kept):
            worth = float(weights[entry] * measures.nearness(float(away[entry]), float(scales[entry])))
            found.append((-worth, int(near[of[entry]]), int(ends[entry])))
    if not found:
        return Reason(f"No twinning joins {around} of {pair.ours} and {pair.theirs}")
    found.sort()
    between = _joined(pair, [(here, there) for _, here, there in found])
    joined = "joins" if len(found) == 1 else "join"
    return Reason(
        f"{sentence_case(count(len(found), 'twinning'))} {joined} {around} of {pair.ours} and {pair.theirs}: {some(between)}",
        _facts(pair, ((here, there) for _, here, there in found)),
    )


def near_twins(pair: Pair) -> Reason:
    """Which twinnings join their immediate neighbours."""
    return _near(pair, CLOSE, "the immediate neighbourhoods")


def near_twins_wide(pair: Pair) -> Reason:
    """Which twinnings join their surroundings."""
    return _near(pair, WIDE, "the surroundings")


def near_twins_widest(pair: Pair) -> Reason:
    """Which twinnings join their wider areas."""
    return _near(pair, WIDEST, "the wider areas")
