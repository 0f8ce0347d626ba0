"""``kg bridges`` without networks: who joins communities that otherwise lie apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from kg.database.connection import Connection
from kg.queries.filters import listed
from kg.queries.paths import DEFAULT_TOP, check_top
from kg.queries.structure.affiliations import Affiliations
from kg.queries.structure.central import named_things
from kg.queries.structure.cuts import cut_off, extent_of
from kg.queries.structure.grouping import ITERATIONS, Grouping, Outline, leiden, outline, participation
from kg.queries.structure.measures import betweenness, igraph, pivots_for
from kg.queries.structure.named import Link, Named, name_links
from kg.queries.structure.reader import data_behind, read_affiliations
from kg.queries.structure.results import Bridge, Bridges, BridgesParameters, Joined
from kg.queries.structure.selection import (
    BY,
    MIN_MEMBERS,
    RESOLUTION,
    SEED,
    By,
    check_choice,
    check_drawing,
    check_resolution,
    select,
)
from kg.queries.structure.sentences import age, counted, several
from kg.queries.validity import parse_as_of

#: Communities of a bridge that its sentence names.
_NAMED = 3


def community_bridges(
    connection: Connection,
    *,
    by: str = "betweenness",
    layer: str = "both",
    members: str = "places",
    countries: str | Sequence[str] = (),
    min_members: int = MIN_MEMBERS,
    max_members: int | None = None,
    past: bool = False,
    resolution: float = RESOLUTION,
    pivots: int | None = None,
    seed: int = SEED,
    top: int = DEFAULT_TOP,
    as_of: str | date | None = None,
) -> Bridges:
    """Return the members that join communities, or without whom others would be cut off; ties go by id.

    The communities are those of ``kg communities`` with the same options.

    Args:
        connection: The database.
        by: ``betweenness`` (on how many shortest chains between others a member lies) or ``participation`` (how evenly what it
            is in is spread over communities).
        layer: ``networks``, ``projects`` or ``both``.
        members: ``places`` (cities and regions, with what the bodies that serve them are in) or ``all`` that are members.
        countries: Only members in these (ISO codes or names; one may be given as it is).
        min_members: Leave out networks and projects with fewer such members.
        max_members: Leave out those with more.
        past: Count projects that had ended.
        resolution: Above 1 gives smaller communities, below 1 larger ones.
        pivots: Estimate betweenness from so many vertices; every one, thus exactly, unless the network is large.
        seed: Where all random numbers begin.
        top: How many bridges.
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
    ranked_by = check_choice("by (--by)", by, BY)
    resolution = check_resolution(resolution)
    check_drawing(pivots, seed)
    check_top(top)
    affiliations, selection = read_affiliations(connection, asked, listed("countries (--country)", countries))
    grouping = leiden(affiliations, resolution, seed)
    sample = pivots_for(affiliations, pivots, seed) if ranked_by == "betweenness" else None
    spans = find_spans(affiliations, grouping, ranked_by, sample)
    pairs = joined_pairs(spans)
    around = [_around(affiliations, one) for one in outline(affiliations, grouping)]
    named = name_links(
        connection,
        affiliations,
        selection,
        (link for span in spans[:top] for link in _named_links(affiliations, grouping, span)),
    )
    return Bridges(
        parameters=BridgesParameters.of_selection(
            selection,
            by=ranked_by,
            resolution=resolution,
            seed=seed,
            iterations=ITERATIONS,
            starts=len(sample) if sample else None,
            top=top,
        ),
        extent=extent_of(affiliations),
        left_out=affiliations.left_out,
        data=data_behind(connection, affiliations, selection),
        modularity=grouping.modularity,
        communities=grouping.count,
        found=len(spans),
        bridges=tuple(_bridge(affiliations, grouping, span, named, around, pairs) for span in spans[:top]),
    )


@dataclass(frozen=True, slots=True)
class Span:
    """What a member joins: (community, number of links), the most links first."""

    member: int
    joins: tuple[tuple[int, int], ...]
    participation: float
    betweenness: float | None
    cuts_off: int


def find_spans(
    affiliations: Affiliations, grouping: Grouping, by: By, sample: Sequence[int] | None = None
) -> list[Span]:
    """Return the members that are in networks or projects of several communities, or cut others off; the strongest first.

    Args:
        affiliations: The two-mode network.
        grouping: Its communities.
        by: What they are ranked by; equal ones by the number of their links, then by id.
        sample: The vertices from which betweenness is estimated; all unless given.
    """
    lost = cut_off(affiliations)
    between = betweenness(affiliations, sample)[0] if by == "betweenness" else None
    spans = []
    for member, things in enumerate(affiliations.things_of):
        counts = Counter(grouping.things[thing] for thing in things)
        if len(counts) > 1 or member in lost:
            spans.append(
                Span(
                    member,
                    tuple(sorted(counts.items(), key=lambda one: (-one[1], one[0]))),
                    participation(counts.values()),
                    between[member] if between else None,
                    lost.get(member, 0),
                )
            )
    return sorted(
        spans,
        key=lambda span: (
            -(span.participation if span.betweenness is None else span.betweenness),
            -len(affiliations.things_of[span.member]),
            span.member,
        ),
    )


def joined_pairs(spans: Sequence[Span]) -> Counter[tuple[int, int]]:
    """Return how many members join each pair of communities."""
    return Counter(pair for span in spans for pair in combinations(sorted(community for community, _ in span.joins), 2))


def _around(affiliations: Affiliations, one: Outline) -> str:
    """Return the name of what is most typical of a community; one without a network or project goes by its first member."""
    return affiliations.things[one.things[0]].name if one.things else affiliations.members[one.members[0]].name


def _named_links(affiliations: Affiliations, grouping: Grouping, span: Span) -> list[Link]:
    """Return the links of a bridge to the smallest thing in each of its main communities."""
    own = affiliations.things_of[span.member]
    return [
        (span.member, named_things(affiliations, [thing for thing in own if grouping.things[thing] == community])[0])
        for community, _ in span.joins[:_NAMED]
    ]


def _bridge(
    affiliations: Affiliations,
    grouping: Grouping,
    span: Span,
    named: Named,
    around: Sequence[str],
    pairs: Mapping[tuple[int, int], int],
) -> Bridge:
    links = _named_links(affiliations, grouping, span)
    also = 0
    if len(span.joins) > 1:
        first, second = sorted(community for community, _ in span.joins[:2])
        also = pairs[first, second] - 1
    return Bridge(
        member=affiliations.members[span.member].partner,
        participation=span.participation,
        betweenness=span.betweenness,
        joins=tuple(
            Joined(community=community + 1, around=around[community], links=count) for community, count in span.joins
        ),
        also=also,
        cuts_off=span.cuts_off,
        sentence=_sentence(affiliations, span, named, links, around, also),
        evidence=named.keys(links),
    )


def _sentence(
    affiliations: Affiliations,
    span: Span,
    named: Named,
    links: Sequence[Link],
    around: Sequence[str],
    also: int,
) -> str:
    name = affiliations.members[span.member].name
    groups = [
        f"that around {around[community]}{_by(affiliations, named, link, count, around[community])}"
        for (community, count), link in zip(span.joins, links, strict=False)  # the first few communities have one
    ]
    more = len(span.joins) - len(groups)
    if more:
        groups.append(counted(more, "other"))
    known = age(named.year(links))
    if len(span.joins) > 1:
        text = f"{name} joins {len(span.joins):,} communities: {several(groups)}{known}."
        text += f" {_also(also)} the first two." if len(span.joins) > 2 else f" {_also(also)} the two."
    else:
        text = f"{name} is in one community, {several(groups)}{known}."
    if span.cuts_off:
        text += f" Without it, {counted(span.cuts_off, 'other')} would be cut off from the rest."
    return text


def _by(affiliations: Affiliations, named: Named, link: Link, count: int, around: str) -> str:
    """Return by what a bridge belongs to a community, as a clause; empty when by what the community is named after."""
    thing, through = affiliations.things[link[1]].name, named.through(link)
    if count > 1:
        return f" (by {count:,} networks and projects, such as {thing}{through})"
    return through if thing == around else f" (by {thing}{through})"


def _also(also: int) -> str:
    return "Nobody else joins" if not also else f"{also:,} {'other joins' if also == 1 else 'others join'}"
