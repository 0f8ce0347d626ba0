"""``kg central``: which cities, networks or projects are the most central."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from kg.database.connection import Connection
from kg.queries.filters import listed
from kg.queries.paths import DEFAULT_TOP, check_top
from kg.queries.structure.affiliations import Affiliations
from kg.queries.structure.cuts import extent_of
from kg.queries.structure.measures import betweenness, closeness, degree, igraph, pagerank, pivots_for
from kg.queries.structure.named import Link, Named, name_links
from kg.queries.structure.reader import data_behind, read_affiliations
from kg.queries.structure.results import Central, CentralParameters, CentralRow, significant
from kg.queries.structure.selection import (
    MEASURES,
    MIN_MEMBERS,
    SEED,
    Measure,
    Of,
    check_choice,
    check_drawing,
    check_of,
    select,
)
from kg.queries.structure.sentences import age, by_country, counted, percent, several
from kg.queries.validity import parse_as_of

#: Networks, projects or members that a sentence names.
NAMED = 3


def central(
    connection: Connection,
    *,
    of: str = "members",
    measure: str = "degree",
    layer: str = "both",
    members: str = "places",
    countries: str | Sequence[str] = (),
    min_members: int = MIN_MEMBERS,
    max_members: int | None = None,
    past: bool = False,
    pivots: int | None = None,
    seed: int = SEED,
    top: int = DEFAULT_TOP,
    as_of: str | date | None = None,
) -> Central:
    """Return the most central members, networks or projects in the two-mode network of who is in what; ties go by id.

    Args:
        connection: The database.
        of: ``members``, ``networks`` or ``projects``.
        measure: ``degree`` (in how much), ``betweenness`` (on how many shortest chains between others), ``closeness`` (how near to
            all others) or ``pagerank`` (in how much that few share); see :mod:`kg.queries.structure.measures`.
        layer: ``networks``, ``projects`` or ``both``.
        members: ``places`` (cities and regions, with what the bodies that serve them are in) or ``all`` that are members.
        countries: Only members in these (ISO codes or names; one may be given as it is).
        min_members: Leave out networks and projects with fewer such members.
        max_members: Leave out those with more.
        past: Count projects that had ended.
        pivots: Estimate betweenness and closeness from so many vertices; every one, thus exactly, unless the network is large.
        seed: Where the drawing of these begins.
        top: How many.
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
    checked, whose = check_choice("measure (--measure)", measure, MEASURES), check_of(of, asked.layer)
    check_top(top)
    check_drawing(pivots, seed)
    affiliations, selection = read_affiliations(connection, asked, listed("countries (--country)", countries))
    sample = pivots_for(affiliations, pivots, seed) if checked in ("betweenness", "closeness") else None
    ranking = rank(affiliations, checked, whose, sample)
    named = name_links(
        connection,
        affiliations,
        selection,
        (link for index, _ in ranking[:top] for link in _named_links(affiliations, whose, index)),
    )
    row = _member_row if whose == "members" else _thing_row
    return Central(
        parameters=CentralParameters.of_selection(
            selection, of=whose, measure=checked, top=top, starts=len(sample) if sample else None, seed=seed
        ),
        extent=extent_of(affiliations),
        left_out=affiliations.left_out,
        data=data_behind(connection, affiliations, selection),
        ranking=tuple(row(affiliations, named, index, value, checked) for index, value in ranking[:top]),
        ranked=len(ranking),
    )


def rank(
    affiliations: Affiliations, measure: Measure, of: Of, sample: Sequence[int] | None = None
) -> list[tuple[int, float]]:
    """Return the index and the centrality of each member, network or project, the most central first, ties by id.

    Args:
        affiliations: The two-mode network.
        measure: The measure of centrality.
        of: Whose; networks and projects are one side, and each is normalised by the same.
        sample: The vertices from which betweenness and closeness are estimated; all unless given.
    """
    ours, theirs = values(affiliations, measure, sample)
    if of == "members":
        chosen = list(enumerate(ours))
    else:
        chosen = [(index, value) for index, value in enumerate(theirs) if f"{affiliations.things[index].layer}s" == of]
    return sorted(chosen, key=lambda one: (-one[1], one[0]))  # indices are in the order of ids


def values(
    affiliations: Affiliations, measure: Measure, sample: Sequence[int] | None = None
) -> tuple[list[float], list[float]]:
    """Return the centrality of members and of things, by any of the measures."""
    match measure:
        case "degree":
            return degree(affiliations)
        case "pagerank":
            return pagerank(affiliations)
        case "betweenness":
            return betweenness(affiliations, sample)
        case "closeness":
            return closeness(affiliations, sample)


def named_things(affiliations: Affiliations, things: Sequence[int]) -> list[int]:
    """Return the smallest of some things: these say the most of whoever is in them."""
    return sorted(things, key=lambda thing: (len(affiliations.members_of[thing]), thing))[:NAMED]


def _named_links(affiliations: Affiliations, of: Of, index: int) -> list[Link]:
    if of == "members":
        return [(index, thing) for thing in named_things(affiliations, affiliations.things_of[index])]
    members = affiliations.members_of[index]
    most = sorted(members, key=lambda member: (-len(affiliations.things_of[member]), member))[:NAMED]
    return [(member, index) for member in most]


def _member_row(affiliations: Affiliations, named: Named, index: int, value: float, measure: Measure) -> CentralRow:
    member, things = affiliations.members[index], affiliations.things_of[index]
    links = _named_links(affiliations, "members", index)
    others = affiliations.reached_from(index)
    smallest = several(
        [
            f"{affiliations.things[thing].name} "
            f"({counted(len(affiliations.members_of[thing]), 'member')}{named.through((index, thing))})"
            for _, thing in links
        ]
    )
    few = "the smallest are " if len(things) > len(links) else "namely "
    whole = len(affiliations.things)
    return CentralRow(
        node=member.partner,
        value=value,
        links=len(things),
        others=others,
        sentence=(
            f"{member.name} is in {how_many(affiliations, things)}, with {counted(others, 'other')}: {few}{smallest}"
            f"{age(named.year(links))}. {_in_words(measure, value, f'of the {whole:,} there are')}"
        ),
        evidence=named.keys(links),
    )


def _thing_row(affiliations: Affiliations, named: Named, index: int, value: float, measure: Measure) -> CentralRow:
    thing, members = affiliations.things[index], affiliations.members_of[index]
    links = _named_links(affiliations, "networks", index)
    others = len({other for member in members for other in affiliations.things_of[member]} - {index})
    most = several([affiliations.members[member].name + named.through((member, index)) for member, _ in links])
    few = "the most connected are " if len(members) > len(links) else "namely "
    whole = len(affiliations.members)
    return CentralRow(
        node=thing.partner,
        value=value,
        links=len(members),
        others=others,
        sentence=(
            f"{thing.name} has {counted(len(members), 'member')} of {by_country(affiliations.countries_of(members))}, who are in "
            f"{counted(others, 'other network or project', 'other networks and projects')}: {few}{most}"
            f"{age(named.year(links))}. {_in_words(measure, value, f'of the {whole:,} members there are')}"
        ),
        evidence=named.keys(links),
    )


def how_many(affiliations: Affiliations, things: Sequence[int]) -> str:
    """Return how many networks and projects some things are."""
    networks = sum(affiliations.things[thing].layer == "network" for thing in things)
    counts = ((networks, "network"), (len(things) - networks, "project"))
    return several([counted(number, noun) for number, noun in counts if number])


def _in_words(measure: Measure, value: float, whole: str) -> str:
    match measure:
        case "degree":
            return f"That is {percent(value)} {whole}."
        case "betweenness":
            return f"As a link between others it has {percent(value)} of what one could have at most."
        case "closeness":
            return f"Its nearness to all others is {percent(value)} of what it could be at most."
        case "pagerank":
            return (
                f"Who goes from one to the next at random meets it {significant(value)} times as often as the average."
            )
