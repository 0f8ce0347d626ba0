"""Memberships and partnerships out of Neo4j, as lists that the server collects: rows for each of a million would take minutes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from kg.database.connection import Connection
from kg.database.read import read
from kg.queries.evidence import FactDetail, Link, facts
from kg.queries.filters import country_codes
from kg.queries.provenance import data_from
from kg.queries.results import Data, LeftOut
from kg.queries.structure.affiliations import Affiliations, Listed, Who, affiliate, check_not_empty
from kg.queries.structure.selection import Selection
from kg.queries.validity import begun, not_over, valid
from kg.schema.nodes import NODES

#: Seconds for one of the large reads; 938,000 memberships and partnerships took 15 in all on two shared cores.
_TIMEOUT = 300

# Four lists for each thing rather than one of records: whether a fact has a beginning, and whether its member is a place,
# then costs nothing to send.
_IN_THING = """\
    collect(DISTINCT CASE WHEN NOT m:Organisation AND f.since IS NOT NULL THEN m.id END) AS places,
    collect(DISTINCT CASE WHEN NOT m:Organisation AND f.since IS NULL THEN m.id END) AS undated_places,
    collect(DISTINCT CASE WHEN m:Organisation AND f.since IS NOT NULL THEN m.id END) AS organisations,
    collect(DISTINCT CASE WHEN m:Organisation AND f.since IS NULL THEN m.id END) AS undated_organisations,
    collect(DISTINCT f.sources) AS sources
RETURN collect([t.id, t.name, places, undated_places, organisations, undated_organisations, sources]) AS things"""

_NETWORKS = f"""\
MATCH (m:Entity)-[f:MEMBER_OF]->(t:Organisation)
WHERE {valid("f")}
WITH t,
{_IN_THING}"""

# A partnership is not dated: where ended projects count, so does a partner that its source no longer lists.
_PROJECTS = f"""\
MATCH (m:Entity)-[f:PARTICIPATES_IN]->(t:Project)
WHERE {begun("t")} AND ($past OR ({not_over("t")} AND {valid("f")}))
WITH t,
{_IN_THING}"""

_ENDED_PROJECTS = f"""\
MATCH (t:Project)
WHERE {begun("t")} AND NOT {not_over("t")} AND EXISTS {{ (:Entity)-[:PARTICIPATES_IN]->(t) }}
RETURN count(t) AS ended"""

_SERVED = f"""\
MATCH (b:Organisation)-[v:SERVES]->(p:Entity)
WHERE {valid("v")}
RETURN collect([b.id, p.id]) AS served"""

_WHO = """\
MATCH (n:Entity) WHERE n.id IN $ids
RETURN collect([n.id, [label IN labels(n) WHERE label IN $labels][0], n.name, n.country, n.dissolved]) AS who"""

_BETWEEN = f"""\
UNWIND $pairs AS pair
MATCH (a:Entity {{id: pair[0]}})-[f:MEMBER_OF|PARTICIPATES_IN|SERVES]->(b:Entity {{id: pair[1]}})
WHERE {valid("f")} OR ($past AND f:PARTICIPATES_IN)
RETURN collect([a.id, b.id, f.key]) AS facts"""


def read_affiliations(
    connection: Connection, selection: Selection, countries: Sequence[str] = ()
) -> tuple[Affiliations, Selection]:
    """Return the two-mode network that a question looks at, and the selection with the codes of its countries.

    Args:
        connection: The database.
        selection: What to look at.
        countries: Codes or names of the only countries wanted, instead of those of the selection.

    Raises:
        KgError: If a country is unknown, or nothing is left to look at; the message says what was left out.
    """
    if countries:
        selection = selection.within(country_codes(connection, countries))
    given = {"as_of": selection.as_of.isoformat(), "past": selection.past}
    listed: list[Listed] = []
    left_out: dict[str, LeftOut] = {}
    if selection.has_networks:
        listed += _listed("network", read(connection, _NETWORKS, given, timeout=_TIMEOUT))
    if selection.has_projects:
        listed += _listed("project", read(connection, _PROJECTS, given, timeout=_TIMEOUT))
        ended = 0 if selection.past else read(connection, _ENDED_PROJECTS, given)[0]["ended"]
        if ended:
            left_out["past"] = LeftOut(reason="projects that had ended (--past counts them)", count=ended)
    serves: dict[str, list[str]] = {}
    if selection.members == "places":
        serves = read_served(connection, selection)
    who = read_who(connection, _members(listed, serves, selection))
    affiliations = affiliate(listed, who, serves, selection, left_out)
    check_not_empty(affiliations, selection)
    return affiliations, selection


def read_served(connection: Connection, selection: Selection) -> dict[str, list[str]]:
    """Return for each body, by id, the ids of the places that it serves."""
    serves: dict[str, list[str]] = {}
    (row,) = read(connection, _SERVED, {"as_of": selection.as_of.isoformat()}, timeout=_TIMEOUT)
    for body, place in sorted(row["served"]):
        serves.setdefault(body, []).append(place)
    return serves


def read_who(connection: Connection, ids: Collection[str]) -> dict[str, Who]:
    """Return who has these ids, by id."""
    if not ids:
        return {}
    (row,) = read(connection, _WHO, {"ids": sorted(ids), "labels": list(NODES)}, timeout=_TIMEOUT)
    return {
        id_: Who(id_, label, name or id_, country, dissolved) for id_, label, name, country, dissolved in row["who"]
    }


def facts_between(
    connection: Connection, pairs: Iterable[tuple[str, str]], selection: Selection
) -> tuple[dict[tuple[str, str], tuple[str, ...]], dict[str, FactDetail]]:
    """Return the facts from a member to a network or project, or from a body to a place that it serves.

    Args:
        connection: The database.
        pairs: The ids of start and end of each.
        selection: As of when, and whether ended partnerships count.

    Returns:
        The keys of the facts of each pair, and the facts by key.
    """
    wanted = sorted(set(pairs))
    if not wanted:
        return {}, {}
    given = {
        "pairs": [list(pair) for pair in wanted],
        "as_of": selection.as_of.isoformat(),
        "past": selection.past,
    }
    keys: dict[tuple[str, str], tuple[str, ...]] = {}
    links = []
    for start, end, key in sorted(read(connection, _BETWEEN, given)[0]["facts"]):
        keys[start, end] = (*keys.get((start, end), ()), key)
        links.append(Link(key, start, end))
    return keys, facts(connection, links)


def data_behind(connection: Connection, affiliations: Affiliations, selection: Selection) -> Data:
    """Return what an answer from this network rests on."""
    return data_from(
        connection,
        affiliations.sources,
        facts=affiliations.facts,
        undated=affiliations.undated,
        as_of=selection.as_of,
    )


def _listed(layer: Any, rows: Iterable[Mapping[str, Any]]) -> list[Listed]:
    (row,) = rows
    return [
        Listed(
            id_,
            name or id_,
            layer,
            places,
            undated_places,
            organisations,
            undated_organisations,
            tuple(sorted({source for some in sources for source in some})),
        )
        for id_, name, places, undated_places, organisations, undated_organisations, sources in row["things"]
    ]


def _members(listed: Iterable[Listed], serves: Mapping[str, Collection[str]], selection: Selection) -> set[str]:
    found: set[str] = set()
    for one in listed:
        found.update(one.places, one.undated_places)
        for body in (*one.organisations, *one.undated_organisations):
            found.update((body,) if selection.members == "all" else serves.get(body, ()))
    return found
