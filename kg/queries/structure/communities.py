"""``kg communities``: which members, networks and projects belong together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from kg.database.connection import Connection
from kg.queries.filters import listed
from kg.queries.paths import DEFAULT_TOP, check_top
from kg.queries.structure.affiliations import Affiliations
from kg.queries.structure.central import how_many
from kg.queries.structure.cuts import extent_of
from kg.queries.structure.grouping import ITERATIONS, Outline, leiden, outline
from kg.queries.structure.measures import igraph
from kg.queries.structure.named import Link, Named, name_links
from kg.queries.structure.reader import data_behind, read_affiliations
from kg.queries.structure.results import Communities, CommunitiesParameters, Community
from kg.queries.structure.selection import (
    MIN_MEMBERS,
    RESOLUTION,
    SEED,
    check_drawing,
    check_resolution,
    check_whole,
    select,
)
from kg.queries.structure.sentences import age, by_country, counted, percent, several
from kg.queries.validity import parse_as_of

#: Networks and projects, and members, that are shown as typical of a community.
TYPICAL = 5

#: Networks and projects that its sentence names.
_NAMED = 3


def communities(
    connection: Connection,
    *,
    layer: str = "both",
    members: str = "places",
    countries: str | Sequence[str] = (),
    min_members: int = MIN_MEMBERS,
    max_members: int | None = None,
    past: bool = False,
    resolution: float = RESOLUTION,
    seed: int = SEED,
    typical: int = TYPICAL,
    top: int = DEFAULT_TOP,
    as_of: str | date | None = None,
) -> Communities:
    """Return the communities of the two-mode network of who is in what, found by Leiden, the largest first.

    Typical of a community is what has the most links within it beyond those expected by chance. The same graph, options and seed
    give the same communities every time; see :func:`kg.queries.structure.grouping.leiden`. Modularity does not see communities
    that are small beside the whole (Fortunato and Barthélemy 2007, Resolution limit in community detection, PNAS 104(1)): a
    higher resolution does.

    Args:
        connection: The database.
        layer: ``networks``, ``projects`` or ``both``.
        members: ``places`` (cities and regions, with what the bodies that serve them are in) or ``all`` that are members.
        countries: Only members in these (ISO codes or names; one may be given as it is).
        min_members: Leave out networks and projects with fewer such members.
        max_members: Leave out those with more.
        past: Count projects that had ended.
        resolution: Above 1 gives smaller communities, below 1 larger ones.
        seed: Where the random numbers of Leiden begin.
        typical: How many typical members, and networks and projects, of each.
        top: How many communities.
        as_of: Answer as of this date (partial: its last day); today unless given.

    Raises:
        KgError: If an option makes no sense, nothing is left to look at, or igraph (extra ``structure``) is not installed.
    """
    igraph()
    asked = select(
        parse_as_of(as_of),
        layer=layer,
        members=members,
        min_members=min_members,
        max_members=max_members,
        past=past,
    )
    resolution = check_resolution(resolution)
    check_drawing(None, seed)
    check_whole("typical (--typical)", typical, 1)
    check_top(top)
    affiliations, selection = read_affiliations(connection, asked, listed("countries (--country)", countries))
    grouping = leiden(affiliations, resolution, seed)
    outlines = outline(affiliations, grouping)
    links = [_typical_links(affiliations, one, typical) for one in outlines[:top]]
    named = name_links(connection, affiliations, selection, (link for some in links for link in some))
    return Communities(
        parameters=CommunitiesParameters.of_selection(
            selection, typical=typical, resolution=resolution, seed=seed, iterations=ITERATIONS, top=top
        ),
        extent=extent_of(affiliations),
        left_out=affiliations.left_out,
        data=data_behind(connection, affiliations, selection),
        modularity=grouping.modularity,
        found=len(outlines),
        communities=tuple(
            _community(affiliations, number, one, named, some, typical)
            for number, (one, some) in enumerate(zip(outlines[:top], links, strict=True), 1)
        ),
    )


def _typical_links(affiliations: Affiliations, one: Outline, typical: int) -> list[Link]:
    """Return the links between the typical members and the typical networks and projects of a community."""
    things = set(one.things[:typical])
    return [
        (member, thing)
        for member in one.members[:typical]
        for thing in affiliations.things_of[member]
        if thing in things
    ]


def _community(
    affiliations: Affiliations, number: int, one: Outline, named: Named, links: Sequence[Link], typical: int
) -> Community:
    countries = affiliations.countries_of(one.members)
    networks = sum(affiliations.things[thing].layer == "network" for thing in one.things)
    return Community(
        number=number,
        members=len(one.members),
        networks=networks,
        projects=len(one.things) - networks,
        countries=countries,
        inside=one.inside,
        typical_members=tuple(affiliations.members[member].partner for member in one.members[:typical]),
        typical_things=tuple(affiliations.things[thing].partner for thing in one.things[:typical]),
        sentence=_sentence(affiliations, one, countries, age(named.year(links))),
        evidence=named.keys(links),
    )


def _sentence(affiliations: Affiliations, one: Outline, countries: Mapping[str, int], known: str) -> str:
    members, things = counted(len(one.members), "member"), how_many(affiliations, one.things)
    if not one.things:
        return f"{members} of {by_country(countries)}, no more at home in one community than in another."
    around = several([affiliations.things[thing].name for thing in one.things[:_NAMED]])
    what = f"{things}{', above all' if len(one.things) > _NAMED else ':'} {around}{known}"
    if not one.members:
        return f"No members of its own, but {what}: theirs are in several communities."
    return (
        f"{members} of {by_country(countries)}, held together by {what}. "
        f"Of all that they are in, {percent(one.inside)} is within."
    )
