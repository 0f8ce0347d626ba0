"""Recommendations on the small graph, against counts on the raw facts, and against their own evidence.

What the package's weights files say is no matter of these tests: they use weights of their own, or hold whatever those say.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kg.database.connection import Connection
from kg.errors import KgError
from kg.queries.explain import explain
from kg.queries.kinds.kind import Weights
from kg.queries.kinds.names import KINDS, Kind
from kg.queries.kinds.shapes import Shape
from kg.queries.recommend import recommend
from kg.queries.results import Recommendations

pytestmark = pytest.mark.integration

TODAY = "2026-11-22"
RIGA, ESPOO, TALLINN, AACHEN = "geonames:456172", "geonames:660129", "geonames:588409", "geonames:3247449"
ROSTOCK, FLORENCE, REIMS = "geonames:2844588", "geonames:3176959", "geonames:2984114"
PORTO, KYIV, VIDZEME = "geonames:2735943", "geonames:703448", "wikidata:Q12270"
UUSIMAA = "wikidata:Q5692"
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


#: What a feature is worth is its own number.
PLAIN = (
    "shared_networks", "shared_events", "shared_projects", "project_activity", "twin_towns", "own_twins_there",
    "their_twins_here", "size", "population",
)  # fmt: skip
MOST = 5_000_000.0


def plain(*features: str) -> Weights:
    return Weights(terms={name: Shape(at=(0.0, MOST), worth=(0.0, MOST)) for name in features})


def projects(raw: Raw, id_: str) -> set[str]:
    facts = raw.among("PARTICIPATES_IN")
    return {fact["end"] for fact in facts if fact["start"] == id_ and has_begun(raw, fact["end"])}


def counted(raw: Raw, one: str, other: str) -> dict[str, float]:
    """Return the numbers behind the reasons for two places, counted on the raw facts."""

    def shared(type_: str) -> float:
        return math.fsum(
            (0.5 if by_body else 1.0) / math.log(1 + max(members, 2))
            for _, members, by_body in common(raw, one, other, type_)
        )

    def twins_in(id_: str, country: Any, without: str) -> int:
        current = {twin for twin, is_current in twins(raw, id_).items() if is_current and twin != without}
        return sum(country is ... or raw.nodes[twin].get("country") == country for twin in current)

    sizes = [raw.nodes[id_].get("population") for id_ in (one, other)]
    return {
        "shared_networks": shared("MEMBER_OF"),
        "shared_events": shared("TOOK_PART_IN"),
        "shared_projects": len(projects(raw, one) & projects(raw, other)),
        "project_activity": len(projects(raw, other)),
        "twin_towns": twins_in(other, ..., one),
        "own_twins_there": twins_in(one, raw.nodes[other].get("country"), other),
        "their_twins_here": twins_in(other, raw.nodes[one].get("country"), one),
        "size": (max(sizes) + 300) / (min(sizes) + 300) if all(sizes) else 0,
        "population": sizes[1] or 0,
    }


def ask(graph: Connection, place: str, kind: str = "exchange", **options: Any) -> Recommendations:
    return recommend(graph, place, kind=kind, **{"as_of": TODAY, "top": 1000, **options})


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_number_is_the_one_counted_on_the_raw_facts(graph: Connection, raw: Raw, subject: str) -> None:
    answer = ask(graph, subject, include_existing=True, weights=plain(*PLAIN))
    assert answer.recommendations
    for row in answer.recommendations:
        wanted = {name: value for name, value in counted(raw, subject, row.partner.id).items() if value}
        assert {term.type: term.value for term in row.terms} == pytest.approx(wanted, rel=1e-9), row.partner.name


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
        assert [(-term.value, term.type) for term in row.terms] == sorted(
            (-term.value, term.type) for term in row.terms
        )


def test_a_shorter_list_is_the_beginning_of_a_longer_one(graph: Connection) -> None:
    assert ask(graph, "Riga", top=3).recommendations == ask(graph, "Riga").recommendations[:3]


def test_ties_go_by_id(graph: Connection) -> None:
    everywhere = Weights(terms={"population": Shape(at=(0.0,), worth=(1.0,))})
    found = [row.partner.id for row in ask(graph, "Riga", weights=everywhere, max_population=3_000_000).recommendations]
    assert len(found) > 60
    assert found == sorted(found)


@pytest.mark.parametrize("kind", KINDS)
def test_all_evidence_is_in_the_graph(graph: Connection, raw: Raw, kind: Kind) -> None:
    keys = {fact["p"]["key"] for fact in raw.facts}
    terms = [
        (row.partner.id, term)
        for row in ask(graph, "Riga", kind, include_existing=True).recommendations
        for term in row.terms
    ]
    assert any(set(term.evidence) <= keys for _, term in terms)
    for partner, term in terms:
        assert set(term.evidence) <= keys or term.evidence == (RIGA, partner), term


@pytest.mark.parametrize("kind", KINDS)
def test_both_engines_and_explain_say_the_same(graph: Connection, kind: Kind) -> None:
    live, snapshot = (ask(graph, "Riga", kind, top=5, engine=engine) for engine in ("live", "snapshot"))
    assert live == snapshot
    for row in live.recommendations:
        explained = explain(graph, "Riga", row.partner.id, kind=kind, as_of=TODAY, top=1)
        assert (explained.score, explained.terms) == (row.score, row.terms)


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


def test_left_out_says_how_many_and_why(graph: Connection, raw: Raw) -> None:
    answer = ask(graph, "Riga")
    assert [partner.because for partner in answer.left_out["current_project"].partners] == [
        "Aachen, in NOW",
        "Porto, in UNDATED (no known end)",
    ]
    assert "Altstadt, until 2011" in str(answer)
    places = sum(bool({"City", "Region"} & set(node["labels"])) for node in raw.nodes.values())
    assert sum(left.count for left in answer.left_out.values()) + len(answer.recommendations) == places - 1


def test_partners_are_abroad_unless_the_own_country_is_asked_for(graph: Connection) -> None:
    abroad = ask(graph, "Riga")
    assert VIDZEME not in partners(abroad)
    assert abroad.left_out["own_country"].count == 1
    assert "Left out, in the same country (ask for them with --country LV): 1." in str(abroad)
    assert partners(ask(graph, "Riga", countries=["LV", "EE"])) == {VIDZEME, TALLINN}


def sentences(answer: Recommendations, partner: str) -> set[str]:
    (row,) = [row for row in answer.recommendations if row.partner.id == partner]
    return {term.sentence for term in row.terms}


def test_old_lists_say_how_old_they_are(graph: Connection) -> None:
    answer = ask(graph, "Riga", weights=plain("shared_networks", "shared_projects", "shared_twins"))
    assert "One common twin town of 2 that the two have: Florence, as of 2017." in sentences(answer, REIMS)
    assert "One common project, until 2019: THEN." in sentences(answer, ESPOO)
    assert (
        "Both are members of EUROCITIES and Covenant of Mayors; both are served by members of European Metropolitan Transport "
        "Authorities (Riga by Baltic Bus, Espoo by Helsinki Region Transport), as of 2019."
    ) in sentences(answer, ESPOO)


def test_a_fact_without_a_date_is_as_old_as_the_edition_of_its_source(graph: Connection) -> None:
    answer = ask(graph, "Riga", weights=plain("shared_networks"))
    assert "Both are members of Culture Forum, as of 2017." in sentences(answer, "own:evil")


def test_as_of_an_earlier_date(graph: Connection) -> None:
    weighting = plain("shared_networks", "shared_projects", "population")
    then = ask(graph, "Riga", as_of="2009", weights=weighting)
    assert then.query.as_of == then.data.as_of == "2009-12-31"
    assert "Both are members of EUROCITIES." in sentences(then, REIMS)  # a member until 2010
    assert not any("EUROCITIES" in sentence for sentence in sentences(ask(graph, "Riga", weights=weighting), REIMS))
    tallinn = next(left for left in then.left_out["current_twinning"].partners if left.id == TALLINN)
    assert tallinn.because == "Tallinn, since 1990"  # twinned until 2012
    assert not any("THEN" in sentence for row in then.recommendations for sentence in (t.sentence for t in row.terms))
    assert "own:altstadt" in partners(then)  # a municipality until 2011


def test_facts_without_a_beginning_are_counted(graph: Connection) -> None:
    answer = ask(graph, "Riga", countries=["EE"], weights=plain("shared_networks"))
    (tallinn,) = answer.recommendations
    assert answer.data.facts == len({key for term in tallinn.terms for key in term.evidence})
    assert answer.data.facts_without_since == 1  # Tallinn's membership of EUROCITIES
    assert "1 of them without a known beginning" in str(answer)


def test_filters_give_all_who_fulfil_them(graph: Connection) -> None:
    assert partners(ask(graph, "Riga", countries=["fi", "EE"])) == {ESPOO, TALLINN, UUSIMAA}
    assert partners(ask(graph, "Riga", countries=["Finland"])) == {ESPOO, UUSIMAA}
    # Estonia is no node of this graph: the list of countries knows its name.
    assert partners(ask(graph, "Riga", countries=["estonia"])) == {TALLINN}
    assert not {ESPOO, UUSIMAA} & partners(ask(graph, "Riga", exclude_countries=["FI"]))
    sized = ask(graph, "Riga", min_population=200_000, max_population=460_000, include_existing=True)
    assert partners(sized) == {ESPOO, TALLINN, AACHEN, ROSTOCK, FLORENCE, PORTO}
    assert sized.left_out["filters"].count > 60
    assert sized.left_out["filters"].reason == "not what was asked for (population)"
    assert len(partners(ask(graph, "Riga", countries=["PL"]))) == 60
    assert ask(graph, "Riga", countries=["FI"]).left_out["filters"].partners == ()


def test_regions_networks_and_themes(graph: Connection) -> None:
    assert partners(ask(graph, "Riga", regions="Uusimaa")) == {ESPOO}
    assert partners(ask(graph, "Riga", networks="EUROCITIES")) == {ESPOO, TALLINN}
    assert partners(ask(graph, "Riga", "twinning", networks="EUROCITIES", as_of="2009")) == {ESPOO, REIMS, PORTO}
    assert partners(ask(graph, "Riga", networks=["EUROCITIES", "Culture Forum"])) == {ESPOO, TALLINN, "own:evil"}
    assert partners(ask(graph, "Riga", themes="Housing")) == {REIMS}
    assert partners(ask(graph, "Riga", themes="Housing", include_existing=True)) == {REIMS, AACHEN}
    assert partners(ask(graph, "Riga", themes="Heat planning")) == {REIMS, KYIV, TALLINN}
    assert partners(ask(graph, "Riga", themes="Heat planning", networks="EUROCITIES")) == {TALLINN}
    found = ask(graph, "Riga", networks="EUROCITIES", regions="Uusimaa")
    assert (partners(found), found.query.networks[0].name) == ({ESPOO}, "EUROCITIES")


def test_a_filter_changes_nobodys_score(graph: Connection) -> None:
    scores = {row.partner.id: row.score for row in ask(graph, "Riga").recommendations}
    for row in ask(graph, "Riga", networks="EUROCITIES").recommendations:
        assert row.score == scores[row.partner.id]


def test_at_most_so_many_of_one_country(graph: Connection) -> None:
    large = Weights(terms={"population": Shape(at=(0.0, MOST), worth=(0.0, 1.0))})
    plainly = ask(graph, "Rostock", top=5, weights=large, countries=["PL", "FI", "EE"])
    spread = ask(graph, "Rostock", top=5, weights=large, countries=["PL", "FI", "EE"], spread=1)
    assert [row.partner.country for row in plainly.recommendations] == ["FI", "EE", "FI", "PL", "PL"]
    assert [row.partner.country for row in spread.recommendations] == ["FI", "EE", "PL"]
    assert spread.left_out["spread"].count == 1
    assert "better placed, but the list has 1 of their country already" in str(spread)


def test_a_share_of_the_list_is_for_newcomers(graph: Connection) -> None:
    large = Weights(terms={"population": Shape(at=(0.0, MOST), worth=(0.0, 1.0))})
    asked = {
        "kind": "project",
        "top": 4,
        "weights": large,
        "countries": ["FR", "EE", "UA", "PL"],
        "include_existing": True,
    }
    assert KYIV in partners(ask(graph, "Riga", **asked))
    found = ask(graph, "Riga", newcomers=0.5, **asked)
    assert found.newcomers is not None
    assert set(found.newcomers.partners) <= partners(found)
    assert len(found.newcomers.partners) >= 2
    assert found.newcomers.rule == "a place with at most one project"
    assert "at least 50 % of the list is for them" in str(found)
    assert ask(graph, "Riga").newcomers is None


def test_weights_of_ones_own(graph: Connection, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("[terms.population]\nat = [0.0, 1000000.0]\nworth = [0.0, -1.0]\n", encoding="utf-8")
    found = ask(graph, "Riga", weights=file)
    assert found.query.weights == str(file)
    assert {term.type for row in found.recommendations for term in row.terms} == {"population"}
    assert all(row.score <= 0 for row in found.recommendations)
    (tmp_path / "broken.toml").write_text("[terms.nonsense]\nat = [0.0]\nworth = [1.0]\n", encoding="utf-8")
    with pytest.raises(KgError, match="there is no feature nonsense"):
        ask(graph, "Riga", weights=str(tmp_path / "broken.toml"))
    with pytest.raises(KgError, match="cannot be read"):
        ask(graph, "Riga", weights="no-such-file.toml")


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
        ({"engine": "steam"}, "choose one of live, snapshot"),
        ({"newcomers": 2}, "above 0 and at most 1"),
        ({"spread": 0}, "1 or more"),
        ({"regions": ["Espoo"]}, "not a region"),
        ({"regions": 5}, r"regions \(--region\) must be names or ids"),
        ({"networks": ["Nothing of the kind"]}, "Nothing in the graph is called"),
        ({"themes": ["fishing"]}, "There is no theme 'fishing'"),
        ({"regions": ["Uusimaa"], "countries": ["EE"]}, "Nobody can be in both"),
        ({"weights": 5}, "must be the path of a weights file"),
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
    assert partners(ask(graph, "Riga", countries="FI")) == {ESPOO, UUSIMAA}
    assert ESPOO not in partners(ask(graph, "Riga", exclude_countries="FI"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_city_of_which_nothing_is_known_gets_an_answer(graph: Connection, kind: Kind) -> None:
    answer = ask(graph, "Lonely", kind, min_population=1)
    assert len(answer.recommendations) > 60
    assert answer.improve is not None
    assert "Nothing in the graph joins Lonely to anybody" in answer.improve
    assert "kg load" in str(answer)


def test_nobody_is_said_to_be_nobody(graph: Connection) -> None:
    answer = ask(graph, "Riga", countries="LV", networks="Culture Forum")
    assert answer.recommendations == ()
    assert "Nobody" in str(answer)


def test_the_json_has_the_documented_shape(graph: Connection) -> None:
    answer = json.loads(ask(graph, "Riga", top=1).model_dump_json())
    assert list(answer) == ["query", "data", "left_out", "recommendations", "newcomers", "improve"]
    assert {"sources", "editions", "as_of"} <= answer["data"].keys()
    (row,) = answer["recommendations"]
    assert set(row) == {"partner", "score", "terms"}
    assert list(row["partner"]) == ["id", "label", "name", "country"]
    assert list(row["terms"][0]) == ["type", "label", "value", "sentence", "evidence", "observed", "expected"]
    assert row["score"] == math.fsum(term["value"] for term in row["terms"])
    assert Recommendations.model_validate(answer) == ask(graph, "Riga", top=1)
