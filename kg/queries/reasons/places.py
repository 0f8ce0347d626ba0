"""Reasons from the two places themselves, and from how often their countries and regions work together."""

from __future__ import annotations

import numpy as np

from kg.queries import measures
from kg.queries.reasons.pair import Pair, Reason
from kg.queries.reasons.words import amount, count, sentence_case, some, times
from kg.queries.world import Groups

#: Below this ratio of inhabitants two places are called similar in size, from the other on one is called much larger.
SIMILAR, MUCH_LARGER = 1.5, 5.0


def distance(pair: Pair) -> Reason:
    """How far apart they are."""
    km = pair.of(pair.pairs.km)
    apart = "less than 1 km" if km < 1 else f"{km:,.0f} km"
    return Reason(f"{pair.ours} and {pair.theirs} lie {apart} apart")


def size(pair: Pair) -> Reason:
    """How their sizes compare."""
    ours, theirs = (pair.row(place).population or 0 for place in (pair.subject, pair.other))
    numbers = f"{pair.ours} has {ours:,} inhabitants and {pair.theirs} has {theirs:,}"
    ratio = max(ours, theirs) / max(min(ours, theirs), 1)
    if ratio < SIMILAR:
        return Reason(f"Similar in size: {numbers}")
    larger, smaller = (pair.ours, pair.theirs) if ours > theirs else (pair.theirs, pair.ours)
    much = "much larger" if ratio >= MUCH_LARGER else "larger"
    return Reason(f"{larger} is {much} than {smaller}: {numbers}")


def population(pair: Pair) -> Reason:
    """How large the other one is."""
    return Reason(f"{pair.theirs} has {pair.row(pair.other).population or 0:,} inhabitants")


def _against(observed: float, expected: float, who: str, verb: str, noun: str) -> Reason:
    """Say how often something is, against how often by chance; in times only where enough is counted for that."""
    seen = count(round(observed), noun)
    if observed < 3 or expected <= 0:
        by_chance = f", where chance would give {amount(expected)}" if expected > 0 else ""
        text = f"{sentence_case(who)} have {seen}{by_chance}"
    else:
        text = f"{sentence_case(who)} {verb} {times(observed / expected)}: {seen}, where chance would give {amount(expected)}"
    return Reason(text, (), observed, expected)


def _groups(groups: Groups, own: int, other: int) -> tuple[float, float]:
    """Return how often two groups go together and how often by chance; within one group each is in the table twice."""
    twice = 2.0 if own == other else 1.0
    expected = float(groups.expected(own, np.array([other]))[0])
    return float(groups.observed[own, other]) / twice, expected / twice


def _countries(pair: Pair, groups: Groups, what: str, verb: str, noun: str) -> Reason:
    country = pair.snapshot.places.country
    counted = _groups(groups, int(country[pair.subject]), int(country[pair.other]))
    here, there = pair.country(pair.subject), pair.country(pair.other)
    where = f"within {here}" if here == there else f"in {here} and {there}"
    return _against(*counted, f"{what} {where}", verb, noun)


def twin_countries(pair: Pair) -> Reason:
    """How often their countries twin."""
    world = pair.pairs.world
    groups = world.groups(world.aggregates.twin_countries, pair.snapshot.places.countries)
    return _countries(pair, groups, "cities", "twin", "twinning")


def project_countries(pair: Pair) -> Reason:
    """How often their countries share projects."""
    world = pair.pairs.world
    groups = world.groups(world.aggregates.project_countries, pair.snapshot.places.countries)
    return _countries(pair, groups, "places", "share projects", "common project")


def network_countries(pair: Pair) -> Reason:
    """How often their countries meet in small networks."""
    found = _countries(pair, pair.pairs.world.network_countries, "members", "meet in small networks", "pair of members")
    # 'pair of members' in the plural is 'pairs of members'.
    text = found.text.replace("pair of memberss", "pairs of members").replace(
        "have no pair of members", "never meet there"
    )
    return found._replace(text=text)


def region_name(pair: Pair, position: int) -> str:
    """Return the name of the NUTS 2 region of a place, its code where the graph has no such region."""
    places = pair.snapshot.places
    code = places.larger_regions[places.larger[position]]
    if "?" in code:
        return f"{pair.country_name(code.rstrip('?'))} (region not known)"
    return pair.snapshot.region_name(code) or f"the region {code}"


def _regions(pair: Pair) -> str:
    here, there = region_name(pair, pair.subject), region_name(pair, pair.other)
    return f"within {here}" if here == there else f"in {here} and {there}"


def project_regions(pair: Pair) -> Reason:
    """How often their regions share projects."""
    world, places = pair.pairs.world, pair.snapshot.places
    groups = world.groups(world.aggregates.project_regions, places.larger_regions)
    counted = _groups(groups, int(places.larger[pair.subject]), int(places.larger[pair.other]))
    return _against(*counted, f"places {_regions(pair)}", "share projects", "common project")


def twin_regions(pair: Pair) -> Reason:
    """How often their regions twin, among all twinnings of their countries."""
    world, places, counts = pair.pairs.world, pair.snapshot.places, pair.pairs.aggregates
    regions = world.groups(counts.twin_regions, places.larger_regions)
    countries = world.groups(counts.twin_countries, places.countries)
    own, other = places.larger[pair.subject], places.larger[pair.other]
    here, there = places.country[pair.subject], places.country[pair.other]
    observed = float(regions.observed[own, other])
    expected = float(
        countries.observed[here, there]
        * measures.share(float(regions.totals[own]), float(countries.totals[here]))
        * measures.share(float(regions.totals[other]), float(countries.totals[there]))
    )
    if own == other:
        observed, expected = observed / 2, expected / 2
    who = _regions(pair).removeprefix("in ")
    found = count(round(observed), "twinning")
    text = f"{sentence_case(who)} have {found}, where {amount(expected)} would be usual between their countries"
    if own == other:
        text = f"There {'is' if round(observed) < 2 else 'are'} {found} {who}, where {amount(expected)} would be usual in their country"
    return Reason(text, (), observed, expected)


def twin_region_countries(pair: Pair) -> Reason:
    """How often the region of each twins with the country of the other, among all twinnings of its own country."""
    clauses, counted = [], []
    for one, other in ((pair.subject, pair.other), (pair.other, pair.subject)):
        observed, expected = _with_country(pair, one, other)
        clauses.append(
            f"{region_name(pair, one)} has {count(round(observed), 'twinning')} with {pair.country(other)}, "
            f"where {amount(expected)} would be usual"
        )
        counted.append((observed, expected))
    observed, expected = (float(sum(values)) for values in zip(*counted, strict=True))
    return Reason(sentence_case("; ".join(clauses)), (), observed, expected)


def _with_country(pair: Pair, one: int, other: int) -> tuple[float, float]:
    world, places, counts = pair.pairs.world, pair.snapshot.places, pair.pairs.aggregates
    regions = world.groups(counts.twin_regions, places.larger_regions)
    countries = world.groups(counts.twin_countries, places.countries)
    here, there = places.country[one], places.country[other]
    usual = measures.share(float(countries.observed[here, there]), float(countries.totals[here]))
    region = places.larger[one]
    return float(world.region_countries[region, there]), float(regions.totals[region] * usual)


def programme_share(pair: Pair) -> Reason:
    """What part of the projects of their regions is in the same programmes, and in which."""
    world, region = pair.pairs.world, pair.snapshot.places.region
    shares = np.minimum(world.programme_shares[:, region[pair.subject]], world.programme_shares[:, region[pair.other]])
    names = world.aggregates.programme_regions.columns
    common = [names[at] for at in np.lexsort((np.arange(len(names)), -shares)) if shares[at] > 0]
    first = [pair.name(id_) for id_ in common[:2]]
    if not first:
        return Reason(f"No project in and around the region of {pair.ours} is in a programme of that of {pair.theirs}")
    part = 100 * float(shares.sum())
    shown = "Less than 1 %" if part < 1 else f"{part:.0f} %"
    return Reason(
        f"{shown} of the projects in and around the two regions are in the same programmes, most in {some(first)}"
    )
