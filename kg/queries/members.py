"""Who is in one or more networks or projects, and where they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from kg.database.connection import Connection
from kg.database.read import read
from kg.queries.as_graph import AsGraph, PlainGraph, node_of
from kg.queries.as_graph import Link as GraphLink
from kg.queries.display import Block, Cell, Line, Table
from kg.queries.entities import resolve
from kg.queries.evidence import Link, facts
from kg.queries.paths import check_different
from kg.queries.projection import Projection, check_side, project
from kg.queries.provenance import data_of
from kg.queries.reasons.words import some
from kg.queries.reports.behind import look_behind
from kg.queries.results import Data, Model, Partner, Result
from kg.queries.validity import parse_as_of, valid

_TIE = {"Organisation": "MEMBER_OF", "Project": "PARTICIPATES_IN"}

#: What has members or participants.
NETWORKS = tuple(_TIE)

# A body that has no place of its own stands where it is based.
_PLACE = """coalesce(m.location, COLLECT {
        MATCH (m)-[:BASED_IN]->(seat:City) WHERE seat.location IS NOT NULL RETURN seat.location ORDER BY seat.id LIMIT 1
    }[0])"""

_MEMBERS = f"""\
UNWIND $networks AS network
MATCH (t:Entity {{id: network}})<-[f:MEMBER_OF|PARTICIPATES_IN]-(m:Entity)
WHERE {valid("f")}
WITH m, collect([network, f.key]) AS ties
WITH m, ties, {_PLACE} AS place
RETURN m.id AS id, [label IN labels(m) WHERE label IN ['City', 'Region', 'Organisation', 'Person', 'Country']][0] AS label,
    m.name AS name, m.country AS country, m.population AS population, ties,
    place.latitude AS latitude, place.longitude AS longitude
ORDER BY id"""

_LOCATIONS = f"""\
UNWIND $ids AS id
MATCH (m:Entity {{id: id}})
WITH m, {_PLACE} AS place
WHERE place IS NOT NULL
RETURN m.id AS id, place.latitude AS latitude, place.longitude AS longitude"""

#: Latitude and longitude in degrees.
Location = tuple[float, float]


class Member(Partner):
    """Somebody in a network: of which it is a member (ids), and where it is in degrees, where that is known."""

    population: int | None = None
    networks: tuple[str, ...]
    latitude: float | None = None
    longitude: float | None = None


class MembersQuery(Model):
    """Which networks or projects were asked about."""

    networks: tuple[Partner, ...]
    as_of: str


class NetworkMembers(Result, AsGraph):
    """Who is in networks or projects: those in the most of them first, then by country and name.

    As a graph, the two-mode network of members (``bipartite`` 0) and what they are in (``bipartite`` 1).
    """

    frame_columns = (
        "id", "label", "name", "country", "population", "latitude", "longitude", "networks"
    )  # fmt: skip

    query: MembersQuery
    data: Data
    members: tuple[Member, ...]

    @property
    def title(self) -> str:
        """Whose members these are."""
        return f"Members of {self._names}, as of {self.query.as_of}"

    @property
    def _names(self) -> str:
        return some([network.name for network in self.query.networks])

    def blocks(self) -> list[Block]:
        """Return a row per member."""
        shown: list[Block] = [Line(self.title, "heading")]
        if not self.members:
            return [*shown, Line("Nobody: the graph has no members of it on that day."), *self.data.blocks(keys=False)]
        names = {network.id: network.name for network in self.query.networks}
        several = len(names) > 1
        rows = tuple(
            (row.name, row.country, row.label, *(("; ".join(names[id_] for id_ in row.networks),) if several else ()))
            for row in self.members
        )
        shown.append(Table(("Member", "Country", "Kind", *(("In",) if several else ())), rows))
        return shown + self.data.blocks(keys=False)

    def records(self) -> list[dict[str, Cell]]:
        """Return one row per member."""
        return [{**row.model_dump(exclude={"networks"}), "networks": " ".join(row.networks)} for row in self.members]

    def as_graph(self) -> PlainGraph:
        """Return the members and what they are in."""
        nodes = {row.id: {**row.model_dump(exclude={"id", "networks"}), "bipartite": 0} for row in self.members}
        for network in self.query.networks:
            nodes[network.id] = {**nodes.get(network.id, {}), **node_of(network), "bipartite": 1}
        types = {network.id: _TIE[network.label] for network in self.query.networks}
        links = [GraphLink(row.id, id_, {"type": types[id_]}) for row in self.members for id_ in row.networks]
        return PlainGraph(nodes, links, facts=True, about=self.about)

    def projection(self, onto: str = "networks") -> Projection:
        """Return which networks share members, or which members share networks.

        Args:
            onto: ``networks``, joined by the members that both have; or ``members``, joined by the networks that both are in.

        Raises:
            KgError: There is no such side, or there are too many pairs of members.
        """
        side = check_side(onto)
        who = (
            f"Members of {self._names} that share one" if side == "members" else f"Which of {self._names} share members"
        )
        return project(
            side,
            f"{who}, as of {self.query.as_of}",
            self.data,
            {row.id: (row, row.networks) for row in self.members},
            self.query.networks,
        )


def network_members(
    connection: Connection, networks: str | Sequence[str], *, as_of: str | date | None = None
) -> NetworkMembers:
    """Return the members of networks and the participants of projects, one or several, by name or id, on a date.

    Raises:
        KgError: If one is unknown, ambiguous or given twice, or the date cannot be read.
    """
    day = parse_as_of(as_of)
    names = (networks,) if isinstance(networks, str) else networks
    found = [resolve(connection, name, NETWORKS) for name in names]
    for index, network in enumerate(found):
        for other in found[:index]:
            check_different(network, other)
    ids = [network.id for network in found]
    rows = read(connection, _MEMBERS, {"networks": ids, "as_of": day.isoformat()})
    links = (Link(key, network, row["id"]) for row in rows for network, key in row["ties"])
    details = facts(connection, links)
    return NetworkMembers(
        query=MembersQuery(networks=tuple(network.partner for network in found), as_of=day.isoformat()),
        data=data_of(connection, details, day, look_behind(connection, found).completeness),
        members=ordered(_member(row, ids) for row in rows),
    )


def ordered(members: Iterable[Member]) -> tuple[Member, ...]:
    """Return members so that those in the most networks come first, then by country and name."""
    return tuple(sorted(members, key=lambda row: (-len(row.networks), row.country or "~", row.name, row.id)))


def locations(connection: Connection, ids: Iterable[str]) -> dict[str, Location]:
    """Return latitude and longitude of nodes in degrees, by id; those that have none are left out."""
    rows = read(connection, _LOCATIONS, {"ids": sorted(set(ids))})
    return {row["id"]: (row["latitude"], row["longitude"]) for row in rows}


def _member(row: dict[str, Any], networks: Sequence[str]) -> Member:
    within = {network for network, _ in row["ties"]}
    return Member(
        **{name: value for name, value in row.items() if name != "ties"},
        networks=tuple(network for network in networks if network in within),
    )
