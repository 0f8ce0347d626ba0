"""What terms are made of: for one place and some others, one number for each feature, on a scale that people know.

Each feature is a function of :class:`kg.queries.comparison.Pairs`, which counts what the graph says of one place and of those
that it is compared with. The tie between the two themselves is set aside, so that the number is the one that the pair would have
without it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from kg.queries import measures
from kg.queries.comparison import Pairs
from kg.queries.snapshot.layers import Floats, floats
from kg.queries.world import CLOSE, WIDE, WIDEST

Feature = Callable[[Pairs], Floats]

#: Features that count twinnings of neighbours, and within which part of the spacing of towns nearness falls to 1/e.
NEAR_TWINS = {"near_twins": CLOSE, "near_twins_wide": WIDE, "near_twins_widest": WIDEST}


def distance(pairs: Pairs) -> Floats:
    """Kilometres between the two."""
    return pairs.km


def size(pairs: Pairs) -> Floats:
    """How many times larger the larger one is, each with 300 inhabitants added."""
    population = pairs.snapshot.places.population
    return floats(np.exp(measures.size_difference(population[pairs.subject], population[pairs.others])))


def population(pairs: Pairs) -> Floats:
    """Inhabitants of the other place."""
    return pairs.snapshot.places.population[pairs.others]


def twin_countries(pairs: Pairs) -> Floats:
    """How many times as often as by chance the two countries twin."""
    countries = pairs.snapshot.places.country
    groups = pairs.world.groups(pairs.aggregates.twin_countries, pairs.snapshot.places.countries)
    own, others = countries[pairs.subject], countries[pairs.others]
    return _times(groups.observed[own, others], groups.expected(own, others), 2.0)


def twin_regions(pairs: Pairs) -> Floats:
    """How many times as often as others of their two countries the two regions twin."""
    places, world, counts = pairs.snapshot.places, pairs.world, pairs.aggregates
    regions = world.groups(counts.twin_regions, places.larger_regions)
    countries = world.groups(counts.twin_countries, places.countries)
    own, others = places.larger[pairs.subject], places.larger[pairs.others]
    here, there = places.country[pairs.subject], places.country[pairs.others]
    expected = (
        countries.observed[here, there]
        * measures.share(regions.totals[own], countries.totals[here])
        * measures.share(regions.totals[others], countries.totals[there])
    )
    return _times(regions.observed[own, others], expected, 1.0)


def twin_region_countries(pairs: Pairs) -> Floats:
    """How many times as often as others of its country the one's region twins with the other's country, both ways multiplied."""
    places, world, counts = pairs.snapshot.places, pairs.world, pairs.aggregates
    regions = world.groups(counts.twin_regions, places.larger_regions)
    countries = world.groups(counts.twin_countries, places.countries)
    of_region = world.region_countries
    own, others = places.larger[pairs.subject], places.larger[pairs.others]
    here, there = places.country[pairs.subject], places.country[pairs.others]
    between = countries.observed[here, there]
    usual, usual_back = (measures.share(between, countries.totals[side]) for side in (here, there))
    forth = _times(of_region[own, there], regions.totals[own] * usual, 2.0 * usual + 0.02)
    back = _times(of_region[others, here], regions.totals[others] * usual_back, 2.0 * usual_back + 0.02)
    return forth * back


def own_twins_there(pairs: Pairs) -> Floats:
    """Twins that the subject has in the other's country."""
    return pairs.own_twins_there


def their_twins_here(pairs: Pairs) -> Floats:
    """Twins that the other place has in the subject's country."""
    return pairs.their_twins_here


def twin_towns(pairs: Pairs) -> Floats:
    """Twins of the other place."""
    return pairs.other_twins


def shared_twins(pairs: Pairs) -> Floats:
    """What part of all twins of the two is common to both (Jaccard)."""
    shared = pairs.shared_twins
    return shared / np.maximum(pairs.own_twins + pairs.other_twins - shared, 1.0)


def specific_twins(pairs: Pairs) -> Floats:
    """Common twins, each as one over how many twins it has (resource allocation)."""
    return pairs.specific_twins


def twin_paths(pairs: Pairs) -> Floats:
    """Paths of three twinnings from one to the other, each less the more twins are on the way."""
    return pairs.twin_paths


def near_twins(pairs: Pairs) -> Floats:
    """Twinnings between the immediate neighbours of the two, by nearness."""
    return pairs.neighbours_twins(CLOSE)


def near_twins_wide(pairs: Pairs) -> Floats:
    """Twinnings between the surroundings of the two, by nearness."""
    return pairs.neighbours_twins(WIDE)


def near_twins_widest(pairs: Pairs) -> Floats:
    """Twinnings between the wider areas of the two, by nearness."""
    return pairs.neighbours_twins(WIDEST)


def small_networks(pairs: Pairs) -> Floats:
    """Small networks of the other place."""
    return pairs.small_networks


def network_affinity(pairs: Pairs) -> Floats:
    """How many of the other's small networks the subject would probably be in, for its country, size and other networks."""
    affinity = np.append(pairs.world.affinity(pairs.subject), 0.0)[pairs.world.named]
    return pairs.sums(pairs.snapshot.networks.held, affinity)


def network_affinity_back(pairs: Pairs) -> Floats:
    """How many of the subject's small networks the other place would probably be in."""
    return pairs.affinity_back


def network_countries(pairs: Pairs) -> Floats:
    """How many times as often as by chance places of the two countries are in the same small network."""
    countries = pairs.snapshot.places.country
    groups = pairs.world.network_countries
    own, others = countries[pairs.subject], countries[pairs.others]
    return _times(groups.observed[own, others], groups.expected(own, others), 2.0)


def shared_small_networks(pairs: Pairs) -> Floats:
    """How many times as many small networks the two share as two places as active as these would by chance."""
    shared = pairs.shared(pairs.snapshot.networks, pairs.world.small.astype(np.float64))
    own = np.full(len(pairs.others), pairs.own_small_networks, np.float64)
    return _times(shared, measures.expected_shared(own, pairs.small_networks, pairs.world.meeting_rate), 0.5)


def shared_networks(pairs: Pairs) -> Floats:
    """Networks of both, each as one over the logarithm of one more than its members (Adamic-Adar)."""
    members = pairs.world.members
    return pairs.shared(pairs.snapshot.networks, 1.0 / np.log(1.0 + np.maximum(members, 2.0)))


def shared_projects(pairs: Pairs) -> Floats:
    """Projects in which both take or took part, or organisations seated in both towns."""
    layer = pairs.snapshot.town_projects
    return pairs.shared(layer, np.ones(len(layer.things)))


def project_activity(pairs: Pairs) -> Floats:
    """Projects in which the other place, or an organisation seated there, takes or took part."""
    return pairs.project_activity


def project_paths(pairs: Pairs) -> Floats:
    """Projects of the subject's partners in which the other place takes part, each less the more take part."""
    return pairs.project_paths


def project_countries(pairs: Pairs) -> Floats:
    """How many times as often as by chance the two countries are in the same project."""
    countries = pairs.snapshot.places.country
    groups = pairs.world.groups(pairs.aggregates.project_countries, pairs.snapshot.places.countries)
    own, others = countries[pairs.subject], countries[pairs.others]
    return _times(groups.observed[own, others], groups.expected(own, others), 2.0)


def project_regions(pairs: Pairs) -> Floats:
    """How many times as often as by chance the two regions are in the same project."""
    larger = pairs.snapshot.places.larger
    groups = pairs.world.groups(pairs.aggregates.project_regions, pairs.snapshot.places.larger_regions)
    own, others = larger[pairs.subject], larger[pairs.others]
    return _times(groups.observed[own, others], groups.expected(own, others), 1.0)


def programme_share(pairs: Pairs) -> Floats:
    """What part of the projects in and around the two NUTS 3 regions belongs to the same programmes."""
    return pairs.programme_share


def themes_matched(pairs: Pairs) -> Floats:
    """Themes that one seeks and the other offers, by specificity."""
    seeks, offers = pairs.snapshot.seeks, pairs.snapshot.offers
    return pairs.shared_themes(seeks, offers) + pairs.shared_themes(offers, seeks)


def themes_shared(pairs: Pairs) -> Floats:
    """Themes that both seek or both offer, by specificity."""
    seeks, offers = pairs.snapshot.seeks, pairs.snapshot.offers
    return pairs.shared_themes(seeks, seeks) + pairs.shared_themes(offers, offers)


def themes_in_projects(pairs: Pairs) -> Floats:
    """Themes on which both work or worked in projects, or the one does and the other seeks or offers them, by specificity."""
    seeks, offers, projects = pairs.snapshot.seeks, pairs.snapshot.offers, pairs.snapshot.project_themes
    return (
        pairs.shared_themes(projects, projects)
        + pairs.shared_themes(projects, seeks)
        + pairs.shared_themes(projects, offers)
        + pairs.shared_themes(seeks, projects)
        + pairs.shared_themes(offers, projects)
    )


def shared_events(pairs: Pairs) -> Floats:
    """Events in which both took part, by specificity."""
    layer = pairs.snapshot.events
    return pairs.shared(layer, 1.0 / np.log(1.0 + np.maximum(layer.sizes, 2.0)))


def shared_people(pairs: Pairs) -> Floats:
    """People who hold a post in both."""
    layer = pairs.snapshot.people
    return pairs.shared(layer, np.ones(len(layer.things)))


def _times(observed: Floats, expected: Floats, prior: float | Floats) -> Floats:
    return floats(np.exp(measures.lift(observed, expected, prior)))


#: Every feature, by name.
FEATURES: Mapping[str, Feature] = {
    function.__name__: function
    for function in (
        distance, size, population,
        twin_countries, twin_regions, twin_region_countries, own_twins_there, their_twins_here, twin_towns, shared_twins,
        specific_twins, twin_paths, near_twins, near_twins_wide, near_twins_widest,
        small_networks, network_affinity, network_affinity_back, network_countries, shared_small_networks, shared_networks,
        shared_projects, project_activity, project_paths, project_countries, project_regions, programme_share,
        themes_matched, themes_shared, themes_in_projects, shared_events, shared_people,
    )
}  # fmt: skip
