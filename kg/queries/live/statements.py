"""The Cypher of the live engine: lists that the server collects, each id once and else positions in lists.

What counts is what :mod:`kg.queries.snapshot.graph` counts: facts with a key, memberships, twinnings, requests and services that are
valid as of ``$as_of``, projects and events that had begun by then.
"""

from __future__ import annotations

from kg.queries.validity import begun, keyed, valid
from kg.schema.identity import SCHEME_PROPERTIES
from kg.schema.nodes import NODES
from kg.schema.relationships import REQUESTS

_NUTS = SCHEME_PROPERTIES["nuts"]
_NUTS_LABELS = "|".join(label for label, kind in NODES.items() if "nuts" in kind.schemes)

#: The values of a place, in the order of :func:`_place`.
PLACE_VALUES = ("id", "label", "name", "country", "population", "longitude", "latitude", "dissolved", "nuts")


def _place(node: str) -> str:
    return (
        f"[{node}.id, CASE WHEN {node}:City THEN 'City' ELSE 'Region' END, {node}.name, {node}.country, {node}.population, "
        f"CASE WHEN {node}:City THEN {node}.location.longitude END, CASE WHEN {node}:City THEN {node}.location.latitude END, "
        f"{node}.dissolved, CASE WHEN {node}:{_NUTS_LABELS} THEN {node}.{_NUTS} END]"
    )


def _is_place(node: str) -> str:
    return f"({node}:City OR {node}:Region)"


def _counts(fact: str, *, request: bool = False) -> str:
    return f"{keyed(fact)} AND {valid(fact, request=request)}"


def _twins(place: str, twin: str, fact: str) -> str:
    return (
        f"MATCH ({place})-[{fact}:TWINNED_WITH]-({twin}:Entity) "
        f"WHERE {_counts(fact)} AND {_is_place(twin)} AND {twin} <> {place}"
    )


def _regions(place: str) -> str:
    return (
        f"MATCH ({place})-[l:LOCATED_IN]->(r:{_NUTS_LABELS}) WHERE {keyed('l')} AND r.{_NUTS} IS NOT NULL AND r:Entity"
    )


def _projects(town: str) -> str:
    """Return the part that gives the projects ``q`` of a town, and of organisations with their seat there."""
    return f"""CALL ({town}) {{
      MATCH ({town})-[f:PARTICIPATES_IN]->(q:Entity) WHERE {keyed("f")} AND {begun("q")} RETURN q
      UNION
      MATCH ({town})<-[b:BASED_IN]-(o:Entity)-[f:PARTICIPATES_IN]->(q:Entity)
      WHERE {keyed("b")} AND {keyed("f")} AND NOT {_is_place("o")} AND {begun("q")} RETURN q
    }}"""


def _towns(project: str) -> str:
    """Return the part that gives the towns of a project.

    Organisations come first, by themselves: where few have a seat, a server would else go through all towns for each project.
    """
    return f"""CALL ({project}) {{
      MATCH (town:Entity)-[f:PARTICIPATES_IN]->({project}) WHERE {keyed("f")} AND {_is_place("town")} RETURN town
      UNION
      MATCH (o:Entity)-[f:PARTICIPATES_IN]->({project}) WHERE {keyed("f")} AND NOT {_is_place("o")}
      WITH DISTINCT o
      MATCH (town:Entity)<-[b:BASED_IN]-(o) WHERE {keyed("b")} AND {_is_place("town")} RETURN town
    }}"""


#: ``$id`` -> at most one row: the place, codes of its regions, its networks, and those of bodies that serve it.
SUBJECT = f"""\
MATCH (s:Entity {{id: $id}}) WHERE {_is_place("s")}
RETURN {_place("s")} AS place,
  COLLECT {{ {_regions("s")} RETURN [r.id, r.{_NUTS}] }} AS regions,
  COLLECT {{ MATCH (s)-[f:MEMBER_OF]->(n:Entity) WHERE {_counts("f")} RETURN DISTINCT n.id }} AS networks,
  COLLECT {{ MATCH (s)<-[v:SERVES]-(b:Entity)-[f:MEMBER_OF]->(n:Entity)
             WHERE {_counts("v")} AND {_counts("f")} RETURN DISTINCT [b.id, n.id] }} AS through"""

#: ``$longitude``, ``$latitude``, ``$metres``, ``$number``, ``$around`` -> of the cities within ``$metres`` as many as asked for, those
#: nearest and all as far away as the last of them, and all within ``$around`` metres: id, longitude, latitude. Fewer are all there.
#: Both ways of measuring take the earth as a sphere, so that a thousandth more is enough for what is rounded.
NEAR = """\
WITH point({longitude: $longitude, latitude: $latitude}) AS here
CALL (here) {
  MATCH (n:City) WHERE point.distance(n.location, here) <= $metres AND n:Entity
  WITH point.distance(n.location, here) AS apart ORDER BY apart LIMIT $number
  WITH count(apart) AS found, max(apart) AS last
  RETURN CASE WHEN found < $number THEN $metres
              WHEN last * 1.001 + 1 < $around THEN $around
              ELSE last * 1.001 + 1 END AS metres
}
MATCH (n:City) WHERE point.distance(n.location, here) <= metres AND n:Entity
RETURN collect([n.id, n.location.longitude, n.location.latitude]) AS near"""

#: ``$networks`` -> who is in them: id, positions of the networks, whether it is a place, the places that it serves.
MEMBERS = f"""\
UNWIND range(0, size($networks) - 1) AS at
MATCH (n:Entity {{id: $networks[at]}})<-[f:MEMBER_OF]-(m:Entity)
WHERE {_counts("f")} AND ({_is_place("m")} OR EXISTS {{ (m)-[:SERVES]->() }})
WITH m, collect(DISTINCT at) AS networks
RETURN collect([m.id, networks, {_is_place("m")},
  COLLECT {{ MATCH (m)-[v:SERVES]->(p:Entity) WHERE {_counts("v")} AND {_is_place("p")} RETURN DISTINCT p.id }}]) AS members"""


def _alike(label: str, sign: str, order: str, last: str) -> str:
    """Return the part that finds the nearest by population on one side, and all that have the population of the last of them."""
    side = f"MATCH (n:{label}) WHERE n.country = country AND n.population {sign} $population"
    back = ">=" if sign == "<=" else "<="
    return f"""CALL (country) {{
    {side}
    WITH n.population AS population ORDER BY n.country {order}, n.population {order} LIMIT $each
    WITH {last}(population) AS last
    {side} AND n.population {back} last AND n:Entity
    RETURN n
  }}"""


#: ``$countries``, ``$population``, ``$each`` -> the cities and regions of each country that are nearest in population.
ALIKE = (
    "UNWIND $countries AS country\nCALL (country) {\n  "
    + "\n  UNION\n  ".join(
        f"{_alike(label, sign, order, last)}\n  RETURN n"
        for label in ("City", "Region")
        for sign, order, last in ((">=", "ASC", "max"), ("<=", "DESC", "min"))
    )
    + """
}
WITH DISTINCT n
RETURN collect([n.id, n.country, n.population]) AS alike"""
)

#: ``$id`` -> what lies two steps from a place: its twins and theirs, its events, its project partners and their projects.
STEPS = f"""\
MATCH (s:Entity {{id: $id}})
WITH s, COLLECT {{ {_twins("s", "w", "t")} RETURN DISTINCT w }} AS twins, COLLECT {{ {_projects("s")} RETURN q }} AS own
WITH s, twins, COLLECT {{ UNWIND own AS p {_towns("p")} RETURN DISTINCT town }} AS partners
WITH s, twins, COLLECT {{ UNWIND partners AS k {_projects("k")} RETURN DISTINCT q }} AS projects
RETURN [w IN twins | w.id] AS twins,
  COLLECT {{
    UNWIND range(0, size(twins) - 1) AS at
    WITH at, twins[at] AS w
    {_twins("w", "x", "t")}
    WITH x, collect(DISTINCT at) AS through
    RETURN [x.id, through, COUNT {{ {_twins("x", "y", "u")} RETURN DISTINCT y }}]
  }} AS beyond,
  [q IN projects | q.id] AS projects,
  COLLECT {{
    CALL (s) {{
      MATCH (s)-[f:TOOK_PART_IN]->(e:Entity) WHERE {keyed("f")} AND {begun("e")} RETURN e
      UNION
      MATCH (s)<-[v:SERVES]-(b:Entity)-[f:TOOK_PART_IN]->(e:Entity)
      WHERE {_counts("v")} AND {keyed("f")} AND {begun("e")} RETURN e
    }}
    WITH e,
      COUNT {{ MATCH (m:Entity)-[f:TOOK_PART_IN]->(e) WHERE {keyed("f")} RETURN DISTINCT m }} AS size,
      COLLECT {{ MATCH (m:Entity)-[f:TOOK_PART_IN]->(e) WHERE {keyed("f")} AND {_is_place("m")} RETURN DISTINCT m.id }} AS held,
      COLLECT {{
        MATCH (p:Entity)<-[v:SERVES]-(b:Entity)-[f:TOOK_PART_IN]->(e)
        WHERE {_counts("v")} AND {keyed("f")} AND {_is_place("p")}
        WITH b, collect(DISTINCT p.id) AS served
        RETURN [b.id, served]
      }} AS bodies
    RETURN [e.id, size, held, bodies]
  }} AS events"""


#: ``$projects`` -> who takes part in them: the id of each town, positions of the projects. By itself, since in a larger statement the
#: server would keep the list of projects once more for each town, which of a town with hundreds of partners is more than it may.
TOWNS = f"""\
UNWIND range(0, size($projects) - 1) AS at
MATCH (q:Entity {{id: $projects[at]}})
{_towns("q")}
WITH town, collect(at) AS held
RETURN collect([town.id, held]) AS towns"""


def _of_each(match: str, thing: str = "n") -> str:
    """Return the list of things, each with the positions of the places ``p`` that have it."""
    return (
        "COLLECT { UNWIND range(0, size(places) - 1) AS at WITH at, places[at] AS p "
        f"{match} WITH {thing}, collect(DISTINCT at) AS held RETURN [{thing}.id, held] }}"
    )


def _direct(type_: str) -> str:
    counted = _counts("f", request=type_ in REQUESTS)
    return _of_each(f"MATCH (p)-[f:{type_}]->(n:Entity) WHERE {counted}")


#: ``$places``, ``$near`` -> all that is compared of the places, and the twins of those that are near the subject.
ROWS = f"""\
WITH COLLECT {{ UNWIND $places AS id MATCH (p:Entity {{id: id}}) WHERE {_is_place("p")} RETURN p }} AS places,
  COLLECT {{ UNWIND $near AS id MATCH (p:Entity {{id: id}}) WHERE {_is_place("p")} RETURN p }} AS near
RETURN [p IN places | {_place("p")}] AS places,
  COLLECT {{
    UNWIND range(0, size(places) - 1) AS at
    WITH at, places[at] AS p
    {_regions("p")}
    WITH r, collect(DISTINCT at) AS held
    RETURN [r.id, r.{_NUTS}, held]
  }} AS regions,
  {_direct("MEMBER_OF")} AS networks,
  {_direct("SEEKS")} AS seeks,
  {_direct("OFFERS")} AS offers,
  COLLECT {{
    UNWIND range(0, size(places) - 1) AS at
    WITH at, places[at] AS p
    MATCH (p)<-[v:SERVES]-(b:Entity) WHERE {_counts("v")}
    WITH b, collect(DISTINCT at) AS served
    RETURN [b.id, served]
  }} AS bodies,
  COLLECT {{
    UNWIND places AS p
    MATCH (p)<-[v:SERVES]-(b:Entity)-[f:MEMBER_OF|SEEKS|OFFERS]->(n:Entity) WHERE {_counts("v")} AND {
    _counts("f", request=True)
}
    RETURN DISTINCT [b.id, type(f), n.id]
  }} AS of_bodies,
  COLLECT {{
    UNWIND places AS p
    CALL (p) {{
      MATCH (p)<-[f:HOLDS_POST]-(n:Entity) WHERE {_counts("f")} RETURN n, p AS at
      UNION
      MATCH (p)<-[v:SERVES]-(b:Entity)<-[f:HOLDS_POST]-(n:Entity) WHERE {_counts("v")} AND {
    _counts("f")
} RETURN n, b AS at
    }}
    RETURN DISTINCT [n.id, at.id]
  }} AS posts,
  {
    _of_each(
        f"MATCH (p)-[f:PARTICIPATES_IN]->(q:Entity)-[a:ABOUT]->(n:Entity) "
        f"WHERE {keyed('f')} AND {begun('q')} AND {_counts('a')}"
    )
} AS themes,
  COLLECT {{
    UNWIND range(0, size(places) - 1) AS at
    WITH at, places[at] AS p
    {_projects("p")}
    WITH at, count(q) AS held
    RETURN [at, held]
  }} AS project_counts,
  COLLECT {{
    UNWIND range(0, size(places) - 1) AS at
    WITH at, places[at] AS p
    {_twins("p", "y", "t")}
    WITH y, collect(DISTINCT at) AS held
    RETURN [y.id, y.country, held]
  }} AS twins,
  [p IN near | p.id] AS near,
  COLLECT {{
    UNWIND range(0, size(near) - 1) AS at
    WITH at, near[at] AS p
    {_twins("p", "y", "t")}
    WITH y, collect(DISTINCT at) AS held
    RETURN [{_place("y")}, held, COLLECT {{ {_regions("y")} RETURN [r.id, r.{_NUTS}] }}]
  }} AS near_twins"""
