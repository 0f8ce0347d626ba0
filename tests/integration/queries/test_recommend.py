"""Recommendations on the small graph, against an oracle that counts on the raw facts, and against their own evidence."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pytest
from kg.queries.weights import KINDS, Kind, Weights, weights

from kg.database.connection import Connection
from kg.errors import KgError
from kg.queries.recommend import recommend
from kg.queries.results import Recommendations, Term

pytestmark = pytest.mark.integration

TODAY = "2026-11-22"
RIGA, ESPOO, TALLINN, AACHEN = "geonames:456172", "geonames:660129", "geonames:588409", "geonames:3247449"
ROSTOCK, FLORENCE, REIMS = "geonames:2844588", "geonames:3176959", "geonames:2984114"
PORTO, KYIV, VIDZEME = "geonames:2735943", "geonames:703448", "wikidata:Q12270"
SUBJECTS = [RIGA, ESPOO, TALLINN, AACHEN, ROSTOCK, FLORENCE, REIMS, PORTO, KYIV, VIDZEME, "own:town-7", "own:evil"]


@dataclass(frozen=True)
class Raw:
    """The whole graph as plain lists."""

    nodes: dict[str, dict[str, Any]]
    facts: list[dict[str, Any]]

    def among(self, *types: str) -> Iterable[dict[str, Any]]:
        return (fact for fact in self.facts if fact["type"] in types)


@pytest.fixture(scope="module")
def raw(graph: Connection) -> Raw:
    nodes = graph.run_read("MATCH (n:Entity) RETURN n.id AS id, labels(n) AS labels, properties(n) AS p")
    facts = graph.run_read(
        "MATCH (a:Entity)-[r]->(b:Entity) RETURN type(r) AS type, a.id AS start, b.id AS end, properties(r) AS p"
    )
    return Raw({row["id"]: {**row["p"], "labels": row["labels"]} for row in nodes}, facts)


def is_true(fact: dict[str, Any]) -> bool:
    """Whether a fact is true today, by the year: enough for the dates of the small graph."""
    since, until, ended = (fact["p"].get(name) for name in ("since", "until", "ended"))
    return (
        (since is None or since[:4] <= "2026")
        and (until is None or until[:4] >= "2026")
        and (ended is None or ended[:4] > "2026")
    )


def has_begun(raw: Raw, id_: str) -> bool:
    return str(raw.nodes[id_].get("start", "0")) <= TODAY


def common(raw: Raw, one: str, other: str, type_: str) -> Iterable[tuple[str, int, bool]]:
    """Yield each thing that both have by a type of fact, with its number of members and whether a body comes in."""
    serving: dict[str, set[str]] = {one: set(), other: set()}
    for fact in raw.among("SERVES"):
        if fact["end"] in serving:
            serving[fact["end"]].add(fact["start"])
    having: dict[str, set[str]] = {}
    for fact in raw.among(type_):
        if is_true(fact) and has_begun(raw, fact["end"]):
            having.setdefault(fact["end"], set()).add(fact["start"])
    for thing, members in having.items():
        if one in members and other in members:
            yield thing, len(members), False
            continue
        ours = {one} if one in members else serving[one] & members
        theirs = {other} if other in members else serving[other] & members
        if any(mine != yours for mine in ours for yours in theirs):
            yield thing, len(members), True


def twins(raw: Raw, id_: str) -> dict[str, bool]:
    """Return the places that are, or were (False), twinned with one."""
    found: dict[str, bool] = {}
    for fact in raw.among("TWINNED_WITH"):
        if id_ in (fact["start"], fact["end"]):
            other = fact["end"] if fact["start"] == id_ else fact["start"]
            found[other] = found.get(other, False) or is_true(fact)
    return found


def themes(raw: Raw, id_: str) -> dict[str, set[tuple[str, str]]]:
    """Return for each theme how a node is concerned with it: ('SEEKS', ''), ('OFFERS', '') or ('PROJECT', project)."""
    found: dict[str, set[tuple[str, str]]] = {}
    for fact in raw.among("SEEKS", "OFFERS"):
        if fact["start"] == id_ and is_true(fact):
            found.setdefault(fact["end"], set()).add((fact["type"], ""))
    for part in raw.among("PARTICIPATES_IN"):
        if part["start"] == id_ and has_begun(raw, part["end"]):
            for about in raw.among("ABOUT"):
                if about["start"] == part["end"]:
                    found.setdefault(about["end"], set()).add(("PROJECT", part["end"]))
    return found


def shared_themes(raw: Raw, one: str, other: str) -> Iterable[tuple[str, int]]:
    """Yield the type of each theme that two places share, and how many are concerned with it."""
    my_themes, your_themes = themes(raw, one), themes(raw, other)
    for theme in my_themes.keys() & your_themes.keys():
        members = sum(theme in themes(raw, id_) for id_ in raw.nodes)
        mine = {how for how in my_themes[theme] if how[0] != "PROJECT" or how not in your_themes[theme]}
        yours = {how for how in your_themes[theme] if how[0] != "PROJECT" or how not in my_themes[theme]}
        ways = {(how[0], way[0]) for how in mine for way in yours}
        if {("SEEKS", "OFFERS"), ("OFFERS", "SEEKS")} & ways:
            yield "theme_matched", members
        elif {("SEEKS", "SEEKS"), ("OFFERS", "OFFERS")} & ways:
            yield "theme_shared", members
        elif ways:
            yield "theme_in_projects", members


def expected(raw: Raw, one: str, other: str, weighting: Weights) -> list[tuple[str, float]]:
    """Return type and value of each reason for two places, counted on the raw facts."""
    terms: list[tuple[str, float]] = []

    def add(type_: Any, members: int, *, by_body: bool = False) -> None:
        factor = weighting.serving_body if by_body else 1
        terms.append((type_, weighting.of(type_) * factor / math.log(1 + members)))

    for _, members, by_body in common(raw, one, other, "MEMBER_OF"):
        add("shared_network", members, by_body=by_body)
    for project, members, by_body in common(raw, one, other, "PARTICIPATES_IN"):
        over = str(raw.nodes[project].get("end", "9999"))[:4] < "2026"
        add("worked_together" if over else "shared_project", members, by_body=by_body)
    for _, members, by_body in common(raw, one, other, "TOOK_PART_IN"):
        add("shared_event", members, by_body=by_body)
    ours, theirs = twins(raw, one), twins(raw, other)
    if other in ours:
        add("twinned" if ours[other] else "worked_together", 2)
    for third in ours.keys() & theirs.keys():
        if ours[third] and theirs[third]:
            add("shared_twin", sum(twins(raw, third).values()))
    for type_, members in shared_themes(raw, one, other):
        add(type_, members)
    if terms:
        sizes = [raw.nodes[id_].get("population") for id_ in (one, other)]
        if all(sizes):
            terms.append(("similar_size", weighting.similar_size * min(sizes) / max(sizes)))
    return sorted(terms)


def ask(graph: Connection, place: str, kind: str = "exchange", **options: Any) -> Recommendations:
    return recommend(graph, place, kind=kind, **{"as_of": TODAY, "top": 1000, **options})


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_reason_of_every_partner_is_the_one_counted_on_the_raw_facts(
    graph: Connection, raw: Raw, subject: str, kind: Kind
) -> None:
    answer = ask(graph, subject, kind, include_existing=True)
    places = [
        id_
        for id_, node in raw.nodes.items()
        if {"City", "Region"} & set(node["labels"]) and "dissolved" not in node and id_ != subject
    ]
    wanted = {id_: terms for id_ in places if (terms := expected(raw, subject, id_, weights(kind)))}
    found = {row.partner.id: sorted((term.type, term.value) for term in row.terms) for row in answer.recommendations}
    assert found.keys() == wanted.keys()
    for id_, terms in wanted.items():
        assert [type_ for type_, _ in found[id_]] == [type_ for type_, _ in terms], id_
        assert [value for _, value in found[id_]] == pytest.approx([value for _, value in terms], rel=1e-12), id_


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("subject", SUBJECTS)
def test_scores_are_sums_in_order_and_nobody_is_recommended_to_itself(
    graph: Connection, subject: str, kind: Kind
) -> None:
    answer = ask(graph, subject, kind, top=7)
    order = [(-row.score, row.partner.id) for row in answer.recommendations]
    assert order == sorted(order)
    assert len(order) <= 7
    for row in answer.recommendations:
        assert row.partner.id != subject
        assert row.partner.label in ("City", "Region")
        assert row.score == math.fsum(term.value for term in row.terms)


# Written apart from the queries of the package, to recompute what they say from the evidence alone.
_EVIDENCE = "MATCH (a)-[r]->(b) WHERE r.key IN $keys RETURN type(r) AS type, a.id AS start, b.id AS end"
_NOW = (
    "coalesce(r.since, '0') <= '2026-11-22' AND coalesce(r.until, '9999') >= left('2026-11-22', size(coalesce(r.until, '9999')))"
    " AND coalesce(r.ended, '9999') > '2026-11-22'"
)
_COUNT = (
    f"MATCH (x)-[r:MEMBER_OF|PARTICIPATES_IN|TOOK_PART_IN]->(t {{id: $id}}) WHERE {_NOW} RETURN count(DISTINCT x) AS n"
)
_COUNT_TWINS = f"MATCH (x)-[r:TWINNED_WITH]-(t {{id: $id}}) WHERE {_NOW} RETURN count(DISTINCT x) AS n"
_COUNT_CONCERNED = f"""\
MATCH (t:Theme {{id: $id}})
OPTIONAL MATCH (x)-[r:SEEKS|OFFERS]->(t) WHERE {_NOW}
WITH t, collect(x.id) AS stated
OPTIONAL MATCH (y)-[:PARTICIPATES_IN]->(p:Project)-[:ABOUT]->(t) WHERE coalesce(p.start, '0') <= '2026-11-22'
WITH stated, collect(y.id) AS working
UNWIND stated + working AS id RETURN count(DISTINCT id) AS n"""
_POPULATIONS = "MATCH (n:Entity) WHERE n.id IN $keys RETURN n.population AS population"


def recomputed(graph: Connection, term: Term, weighting: Weights) -> float:
    """Return what a reason adds, from its type and its evidence alone."""
    keys = list(term.evidence)
    if term.type == "similar_size":
        sizes = [row["population"] for row in graph.run_read(_POPULATIONS, {"keys": keys})]
        return weighting.similar_size * min(sizes) / max(sizes)
    facts = graph.run_read(_EVIDENCE, {"keys": keys})
    assert len(facts) == len(keys) > 0
    types = {fact["type"] for fact in facts}
    if types == {"TWINNED_WITH"}:
        if len(facts) == 1:
            members = 2
        else:
            (third,) = {facts[0]["start"], facts[0]["end"]} & {facts[1]["start"], facts[1]["end"]}
            members = graph.run_read(_COUNT_TWINS, {"id": third})[0]["n"]
    elif types & {"SEEKS", "OFFERS", "ABOUT"}:
        (theme,) = {fact["end"] for fact in facts if fact["type"] in ("SEEKS", "OFFERS", "ABOUT")}
        members = graph.run_read(_COUNT_CONCERNED, {"id": theme})[0]["n"]
    else:
        (thing,) = {fact["end"] for fact in facts if fact["type"] != "SERVES"}
        members = graph.run_read(_COUNT, {"id": thing})[0]["n"]
    factor = weighting.serving_body if "SERVES" in types else 1
    return weighting.of(term.type) * factor / math.log(1 + members)


@pytest.mark.parametrize("kind", KINDS)
def test_every_value_follows_from_its_evidence(graph: Connection, kind: Kind) -> None:
    terms = [term for row in ask(graph, "Riga", kind, include_existing=True).recommendations for term in row.terms]
    distinct = {(term.type, term.evidence): term for term in terms if "own:town" not in " ".join(term.evidence)}
    assert {term.type for term in terms} == set(Weights.model_fields) - {"serving_body"}
    for term in distinct.values():
        assert term.value == pytest.approx(recomputed(graph, term, weights(kind)), rel=1e-12), term


def partners(answer: Recommendations) -> set[str]:
    return {row.partner.id for row in answer.recommendations}


def left_out(answer: Recommendations) -> dict[str, set[str]]:
    return {rule: {partner.id for partner in left.partners} for rule, left in answer.left_out.items()}


def test_current_partners_are_left_out_by_kind(graph: Connection) -> None:
    twinned, together = {ROSTOCK, FLORENCE}, {AACHEN, PORTO}
    exchange = ask(graph, "Riga", "exchange")
    assert left_out(exchange)["current_twinning"] == twinned
    assert left_out(exchange)["current_project"] == together
    assert not partners(exchange) & (twinned | together)
    project = ask(graph, "Riga", "project")
    assert left_out(project)["current_project"] == together
    assert twinned <= partners(project)
    twinning = ask(graph, "Riga", "twinning")
    assert left_out(twinning)["current_twinning"] == twinned
    assert together <= partners(twinning)
    kept = ask(graph, "Riga", include_existing=True)
    assert twinned | together <= partners(kept)
    assert not {"current_twinning", "current_project"} & kept.left_out.keys()


def test_left_out_says_how_many_and_why(graph: Connection) -> None:
    answer = ask(graph, "Riga")
    assert {rule: left.count for rule, left in answer.left_out.items()} == {
        "dissolved": 1,
        "current_twinning": 2,
        "current_project": 2,
        "no_evidence": 7,
    }
    assert [partner.because for partner in answer.left_out["current_project"].partners] == [
        "Aachen, in NOW",
        "Porto, in UNDATED (no known end)",
    ]
    assert "Altstadt, until 2011" in str(answer)


def sentences(answer: Recommendations, partner: str) -> set[str]:
    (row,) = [row for row in answer.recommendations if row.partner.id == partner]
    return {term.sentence for term in row.terms}


def test_ended_cooperation_and_old_lists_say_so(graph: Connection) -> None:
    answer = ask(graph, "Riga")
    assert "They worked together before, in THEN (3 partners, 2015 to 2019)." in sentences(answer, ESPOO)
    assert "They worked together before, as twin towns until 2012." in sentences(answer, TALLINN)
    assert "Both are twinned with Florence (2 twin towns), as of 2017." in sentences(answer, REIMS)
    assert (
        "Both are served by members of European Metropolitan Transport Authorities (4 members): Riga by Baltic Bus,"
        " Espoo by Helsinki Region Transport, as of 2019."
    ) in sentences(answer, ESPOO)
    assert "Both are members of EUROCITIES (4 members)." in sentences(answer, ESPOO)


def test_a_fact_without_a_date_is_as_old_as_the_edition_of_its_source(graph: Connection) -> None:
    assert "Both are members of Culture Forum (3 members), as of 2017." in sentences(ask(graph, "Riga"), "own:evil")


def test_the_same_body_serving_both_is_no_shared_network(graph: Connection) -> None:
    """Vidzeme is served by Baltic Bus alone, as Riga is too: what counts is that Rīgas satiksme is a member as well."""
    (row,) = [row for row in ask(graph, "Riga").recommendations if row.partner.id == VIDZEME]
    (served,) = [term for term in row.terms if "served" in term.sentence]
    assert set(served.evidence) == {"m-rs-emta", "s-rs-riga", "m-bus-emta", "s-bus-vidzeme"}


def test_as_of_an_earlier_date(graph: Connection) -> None:
    then = ask(graph, "Riga", as_of="2009")
    assert then.query.as_of == then.data.as_of == "2009-12-31"
    reims = sentences(then, REIMS)  # a member until 2010
    assert "Both are members of EUROCITIES (6 members)." in reims
    tallinn = next(left for left in then.left_out["current_twinning"].partners if left.id == TALLINN)
    assert tallinn.because == "Tallinn, since 1990"  # twinned until 2012
    assert not any("THEN" in sentence for row in then.recommendations for sentence in (t.sentence for t in row.terms))
    assert then.left_out["no_evidence"].count > 60  # the sixty towns joined in 2012


def test_facts_without_a_beginning_are_counted(graph: Connection) -> None:
    answer = ask(graph, "Riga", countries=["EE"])
    (tallinn,) = answer.recommendations
    keys = {key for term in tallinn.terms for key in term.evidence if not key.startswith("geonames:")}
    assert answer.data.facts == len(keys)
    assert (
        answer.data.facts_without_since == 1
    )  # Tallinn's membership of EUROCITIES; participation has no beginning to give
    assert "1 of them without a known beginning" in str(answer)


def test_filters(graph: Connection) -> None:
    assert partners(ask(graph, "Riga", countries=["fi", "EE"])) == {ESPOO, TALLINN}
    assert partners(ask(graph, "Riga", countries=["Finland"])) == {ESPOO}
    # Estonia is no node of this graph: the list of countries knows its name.
    assert partners(ask(graph, "Riga", countries=["estonia"])) == {TALLINN}
    assert ESPOO not in partners(ask(graph, "Riga", exclude_countries=["FI"]))
    sized = ask(graph, "Riga", min_population=200_000, max_population=460_000)
    assert partners(sized) == {ESPOO, TALLINN, VIDZEME}
    assert sized.left_out["population"].count > 60
    assert ask(graph, "Riga", countries=["FI"]).left_out["country"].partners == ()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kind": "marriage"}, "choose one of exchange, project, twinning"),
        ({"countries": ["ZZ"]}, "It has cities in: CH, DE, EE"),
        ({"countries": ["FI"], "exclude_countries": ["FI"]}, "cannot be both asked for"),
        ({"min_population": 5, "max_population": 4}, "nobody can be between"),
        ({"min_population": -1}, "0 or more"),
        ({"top": 0}, "between 1 and 1000"),
        ({"top": "5"}, r"top \(--top\) must be a whole number"),
        ({"top": 2.5}, r"top \(--top\) must be a whole number"),
        ({"min_population": "10"}, r"min_population \(--min-population\) must be a whole number"),
        ({"max_population": 1.5}, r"max_population \(--max-population\) must be a whole number"),
        ({"as_of": 2019}, r"as_of \(--as-of\) must be a date"),
        ({"countries": 5}, r"countries \(--country\) must be codes"),
        ({"countries": None}, r"countries \(--country\) must be codes"),
        ({"exclude_countries": ["FI", 5]}, r"exclude_countries \(--exclude-country\) must be codes"),
        ({"as_of": "soon"}, "write 2009, 2009-05 or 2009-05-03"),
    ],
)
def test_an_option_that_makes_no_sense(graph: Connection, options: dict[str, Any], message: str) -> None:
    with pytest.raises(KgError, match=message):
        ask(graph, "Riga", **options)


@pytest.mark.parametrize("place", [None, 123, ["Riga"]])
def test_a_place_must_be_text(graph: Connection, place: Any) -> None:
    with pytest.raises(KgError, match="place must be text"):
        recommend(graph, place)


def test_one_country_may_be_given_as_it_is(graph: Connection) -> None:
    assert partners(ask(graph, "Riga", countries="FI")) == {ESPOO}
    assert ESPOO not in partners(ask(graph, "Riga", exclude_countries="FI"))


def test_a_city_of_which_nothing_is_known(graph: Connection) -> None:
    answer = ask(graph, "Lonely")
    assert answer.recommendations == ()
    assert "Nobody" in str(answer)


def test_the_json_has_the_documented_shape(graph: Connection) -> None:
    answer = json.loads(ask(graph, "Riga", top=1).model_dump_json())
    assert list(answer) == ["query", "data", "left_out", "recommendations"]
    assert {"sources", "editions", "as_of"} <= answer["data"].keys()
    assert answer["data"]["editions"] == {"list": "2025-05", "wiki": "2017"}
    (row,) = answer["recommendations"]
    assert list(row) == ["partner", "score", "terms"] or set(row) == {"partner", "score", "terms"}
    assert list(row["partner"]) == ["id", "label", "name", "country"]
    assert list(row["terms"][0]) == ["type", "label", "value", "sentence", "evidence"]
    assert row["score"] == math.fsum(term["value"] for term in row["terms"])
    assert Recommendations.model_validate(answer) == ask(graph, "Riga", top=1)
