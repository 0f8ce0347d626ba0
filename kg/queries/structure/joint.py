"""``kg bridges NETWORK NETWORK``: who links given networks or projects, itself or by a body that serves it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kg.database.connection import Connection
from kg.database.read import read
from kg.errors import KgError
from kg.queries.entities import Entity, check_name, resolve
from kg.queries.evidence import FactDetail, Link, facts
from kg.queries.filters import country_codes, listed
from kg.queries.paths import DEFAULT_TOP, check_different, check_top
from kg.queries.provenance import data_of
from kg.queries.results import LeftOut
from kg.queries.structure.affiliations import Who
from kg.queries.structure.joint_results import Joint, JointMembers, JointParameters, Tie
from kg.queries.structure.reader import read_who
from kg.queries.structure.selection import MEMBERS, check_choice
from kg.queries.structure.sentences import age, counted, several
from kg.queries.validity import begun, is_over, not_over, old_year, parse_as_of, valid

# A partnership is not dated: where ended projects count, so does a partner that its source no longer lists.
_HOLDS = f"(CASE WHEN f:MEMBER_OF THEN {valid('f')} ELSE $past OR {valid('f')} END)"

_ENDED = f"""\
UNWIND $things AS thing
MATCH (t:Project {{id: thing}})
WHERE NOT ({begun("t")} AND ($past OR {not_over("t")}))
RETURN t.name AS name, t.start AS start, t.end AS end ORDER BY name"""

_DIRECT = f"""\
UNWIND $things AS thing
MATCH (t:Entity {{id: thing}})<-[f:MEMBER_OF|PARTICIPATES_IN]-(m)
WHERE {_HOLDS}
RETURN collect([thing, m.id, f.key]) AS ties"""

_BY_BODY = f"""\
UNWIND $things AS thing
MATCH (t:Entity {{id: thing}})<-[f:MEMBER_OF|PARTICIPATES_IN]-(b:Organisation)-[v:SERVES]->(p)
WHERE {_HOLDS} AND {valid("v")}
RETURN collect([thing, p.id, b.id, f.key, v.key]) AS ties"""

_MEMBERSHIPS = f"""\
UNWIND $ids AS id
MATCH (m:Entity {{id: id}})
RETURN collect([id, COUNT {{
    MATCH (m)-[f:MEMBER_OF]->(:Organisation) WHERE {valid("f")}
}} + COUNT {{
    MATCH (m)-[f:PARTICIPATES_IN]->(t:Project) WHERE {_HOLDS} AND {begun("t")} AND ($past OR {not_over("t")})
}}]) AS counts"""


@dataclass(frozen=True, slots=True, order=True)
class Way:
    """How somebody is in a network: directly (``body`` empty, which sorts first) or by a body that serves it."""

    body: str
    links: tuple[Link, ...]


#: For each network, by id, how somebody is in it.
Ways = Mapping[str, Way]


def joint(
    connection: Connection,
    networks: Sequence[str],
    *,
    members: str = "all",
    countries: str | Sequence[str] = (),
    past: bool = False,
    top: int = DEFAULT_TOP,
    as_of: str | date | None = None,
) -> JointMembers:
    """Return who is in at least two of the given networks or projects: itself, or by a body that serves it.

    Whoever links the most of them comes first; then those that need no body, and those in whom two bodies meet before those that
    one and the same body serves; then by the number of networks and projects that they are in; then by id.

    Args:
        connection: The database.
        networks: Two or more networks or projects, by name or id.
        members: ``all``, or ``places`` (cities and regions) only.
        countries: Only those in these (ISO codes or names; one may be given as it is).
        past: Count projects that had ended.
        top: How many.
        as_of: Answer as of this date (partial: its last day); today unless given.

    Raises:
        KgError: If a network is unknown or ambiguous, given twice, a project does not run on that day, or an option makes
            no sense.
    """
    checked = check_choice("members (--members)", members, MEMBERS)
    check_top(top)
    day = parse_as_of(as_of)
    for name in networks:
        check_name("a network", name)
    found = [resolve(connection, name, ("Organisation", "Project")) for name in networks]
    for index, network in enumerate(found):
        for other in found[:index]:
            check_different(network, other)
    asked = listed("countries (--country)", countries)
    codes = country_codes(connection, asked) if asked else ()
    given = {"things": [network.id for network in found], "as_of": day.isoformat(), "past": past}
    _check_running(read(connection, _ENDED, given), day)
    every = ways(read(connection, _DIRECT, given)[0]["ties"], read(connection, _BY_BODY, given)[0]["ties"])
    who = read_who(connection, {*every, *(way.body for some in every.values() for way in some.values() if way.body)})
    kept, left_out = _sort_out(every, who, codes, day, places_only=checked == "places")
    counts = dict(read(connection, _MEMBERSHIPS, {**given, "ids": sorted(kept)})[0]["counts"]) if kept else {}
    ordered = sorted(kept, key=lambda id_: (_strength(kept[id_]), -counts[id_], id_))
    details = facts(connection, (link for id_ in ordered[:top] for way in kept[id_].values() for link in way.links))
    rows = tuple(_joint(who, found, who[id_], kept[id_], counts[id_], details, day) for id_ in ordered[:top])
    return JointMembers(
        parameters=JointParameters(
            networks=tuple(network.partner for network in found),
            members=checked,
            countries=codes,
            past=past,
            as_of=day.isoformat(),
            top=top,
        ),
        left_out=left_out,
        data=data_of(connection, details, day),
        found=len(kept),
        in_all=sum(len(some) == len(found) for some in kept.values()),
        joint=rows,
    )


def ways(direct: Iterable[Sequence[str]], by_body: Iterable[Sequence[str]]) -> dict[str, dict[str, Way]]:
    """Return for each member, by id, how it is in each of the networks that it is in; only of those in two or more.

    A membership of its own counts before one by a body, and the body with the smallest id before others.

    Args:
        direct: Rows of network, member and key of the fact.
        by_body: Rows of network, place, body, key of the body's fact and of that by which it serves.
    """
    found: dict[str, dict[str, Way]] = defaultdict(dict)

    def keep(member: str, thing: str, way: Way) -> None:
        found[member][thing] = min(way, found[member].get(thing, way))

    for thing, member, key in direct:
        keep(member, thing, Way("", (Link(key, member, thing),)))
    for thing, place, body, key, serves in by_body:
        keep(place, thing, Way(body, (Link(key, body, thing), Link(serves, body, place))))
    return {member: some for member, some in found.items() if len(some) > 1}


def _strength(some: Ways) -> tuple[int, int, int]:
    """Sorts who links the most first; then who needs the fewest bodies, and then who joins the most of these."""
    bodies = [way.body for way in some.values() if way.body]
    return (-len(some), len(bodies), -len(set(bodies)))


def _check_running(ended: Sequence[Mapping[str, str | None]], day: date) -> None:
    if not ended:
        return
    project = ended[0]
    over = is_over(day, project["end"])
    advice = (
        f"ended in {project['end']}: --past counts it" if over else f"begins in {project['start']}: ask --as-of then"
    )
    raise KgError(f"As of {day.isoformat()} the project {project['name']} does not run; it {advice}.")


def _sort_out(
    every: Mapping[str, Ways], who: Mapping[str, Who], countries: Sequence[str], day: date, *, places_only: bool
) -> tuple[dict[str, Ways], dict[str, LeftOut]]:
    reasons = {
        "organisations": "neither city nor region (--members all counts them)",
        "country": "not in a country asked for",
        "dissolved": "no longer a municipality",
    }
    kept: dict[str, Ways] = {}
    counts: Counter[str] = Counter()
    for id_, some in every.items():
        one = who[id_]
        if places_only and one.label == "Organisation":
            counts["organisations"] += 1
        elif countries and one.country not in countries:
            counts["country"] += 1
        elif is_over(day, None, one.dissolved):
            counts["dissolved"] += 1
        else:
            kept[id_] = some
    return kept, {rule: LeftOut(reason=reason, count=counts[rule]) for rule, reason in reasons.items() if counts[rule]}


def _joint(
    who: Mapping[str, Who],
    networks: Sequence[Entity],
    member: Who,
    some: Ways,
    memberships: int,
    details: Mapping[str, FactDetail],
    day: date,
) -> Joint:
    ties = []
    clauses: dict[str, list[str]] = defaultdict(list)
    for network in networks:
        way = some.get(network.id)
        if way is None:
            continue
        first = details.get(way.links[0].key)
        since = first.since if first else None
        ties.append(
            Tie(
                network=network.partner,
                body=who[way.body].partner if way.body else None,
                since=since,
                evidence=tuple(link.key for link in way.links),
            )
        )
        clauses[way.body].append(f"{network.name}{f' (since {since[:4]})' if since else ''}")
    parts = []
    for body, names in clauses.items():
        by = f", through {who[body].name}, which serves it," if body else ""
        parts.append(f"{several(names)}{by}")
    year = old_year(day, *(details[key].as_of for tie in ties for key in tie.evidence if key in details))
    # Between two of them stands one comma, also where the first ends in one.
    joined = several(parts).removesuffix(",").replace(",,", ",")
    return Joint(
        member=member.partner,
        ties=tuple(ties),
        memberships=memberships,
        sentence=f"{member.name} is in {joined}{age(year)}; in all it is itself in "
        f"{counted(memberships, 'network or project', 'networks and projects')}.",
    )
