"""``kg central``, ``communities`` and ``bridges`` on the small graph, from Neo4j to the command's output."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kg.cli import root
from kg.database.connection import Connection
from kg.errors import KgError
from kg.graph import KnowledgeGraph
from kg.queries.structure.joint_results import JointMembers
from kg.queries.structure.reader import read_affiliations
from kg.queries.structure.results import Bridges
from kg.queries.structure.selection import Selection

pytestmark = pytest.mark.integration

TODAY = "2026-11-22"
DAY = date(2026, 11, 22)
EUROCITIES = {"Riga", "Espoo", "Tallinn", "Vidzeme"}


@pytest.fixture
def g(graph: Connection) -> KnowledgeGraph:
    return KnowledgeGraph(graph)


Run = Callable[..., Result]


@pytest.fixture
def run(graph: Connection, kg_environment: dict[str, str]) -> Run:
    return lambda *arguments: CliRunner().invoke(root, list(arguments))


def done(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.stdout


def members_of(connection: Connection, name: str, selection: Selection, countries: tuple[str, ...] = ()) -> set[str]:
    found, _ = read_affiliations(connection, selection, countries)
    (index,) = [index for index, thing in enumerate(found.things) if thing.name == name]
    return {found.members[member].name for member in found.members_of[index]}


def test_memberships_valid_on_the_day(graph: Connection) -> None:
    assert members_of(graph, "EUROCITIES", Selection(DAY)) == EUROCITIES
    assert members_of(graph, "EUROCITIES", Selection(date(2009, 5, 1))) == {*EUROCITIES, "Reims", "Porto"}
    assert members_of(graph, "EUROCITIES", Selection(DAY), ("Finland", "LV")) == {"Riga", "Espoo", "Vidzeme"}


def test_places_through_the_bodies_that_serve_them(graph: Connection) -> None:
    emta = "European Metropolitan Transport Authorities"
    assert members_of(graph, emta, Selection(DAY)) == {"Riga", "Espoo", "Vidzeme", "Kyiv"}
    everyone = {"Rīgas satiksme", "Helsinki Region Transport", "Baltic Bus", "Kyiv"}
    assert members_of(graph, emta, Selection(DAY, members="all")) == everyone


def test_projects_that_run_and_those_that_had_ended(graph: Connection) -> None:
    found, _ = read_affiliations(graph, Selection(DAY, layer="projects"))
    assert {thing.name for thing in found.things} == {"NOW", "UNDATED", "HEAT TWO"}
    assert found.left_out["past"].count == 3
    found, _ = read_affiliations(graph, Selection(DAY, layer="projects", past=True))
    assert {thing.name for thing in found.things} == {
        "NOW", "UNDATED", "HEAT TWO", "THEN", "HEAT ONE", "SUN4Ukraine: Kyiv and Riga",
    }  # fmt: skip
    assert "past" not in found.left_out


def test_who_is_left_out(graph: Connection) -> None:
    found, _ = read_affiliations(graph, Selection(DAY, layer="networks", max_members=50))
    assert found.left_out["dissolved"].partners[0].because == "Altstadt, until 2011"
    assert found.left_out["large"].partners[0].because == "Covenant of Mayors, 62 members"
    assert found.left_out["alone"].count == 60


def test_the_most_central(g: KnowledgeGraph) -> None:
    answer = g.central(as_of=TODAY)
    first = answer.ranking[0]
    assert first.node.name == "Riga"
    # EUROCITIES, EMTA, Culture and the Covenant; NOW and UNDATED. HEAT TWO is of Tallinn, and Espoo through its body.
    assert first.links == 6
    assert answer.extent.networks == 4
    assert answer.extent.projects == 3
    assert first.value == pytest.approx(6 / 7)
    assert first.sentence.startswith("Riga is in 4 networks and 2 projects, with ")
    assert "m-riga-culture" in first.evidence
    assert [row.value for row in answer.ranking] == sorted((row.value for row in answer.ranking), reverse=True)
    assert answer.data.sources
    assert answer.data.facts_without_since > 0


def test_every_measure_of_every_kind(g: KnowledgeGraph) -> None:
    for of in ("members", "networks", "projects"):
        for measure in ("degree", "betweenness", "closeness", "pagerank"):
            answer = g.central(of=of, measure=measure, as_of=TODAY, past=True)
            label = {"members": {"City", "Region"}, "networks": {"Organisation"}, "projects": {"Project"}}[of]
            assert {row.node.label for row in answer.ranking} <= label
            assert all(row.value >= 0 and row.sentence.endswith(".") for row in answer.ranking)
    estimate = g.central(measure="betweenness", pivots=5, as_of=TODAY)
    assert estimate.parameters.starts == 5


def test_old_lists_have_their_year_in_the_sentence(g: KnowledgeGraph) -> None:
    (emta,) = [row for row in g.central(of="networks", as_of=TODAY).ranking if row.node.id == "own:emta"]
    assert "as of 2019" in emta.sentence
    assert "through Helsinki Region Transport" in emta.sentence
    assert {"m-hsl-emta", "s-hsl-espoo"} <= set(emta.evidence)


def test_communities(g: KnowledgeGraph) -> None:
    answer = g.communities(as_of=TODAY)
    assert answer == g.communities(as_of=TODAY), "the same every time"
    largest = answer.communities[0]
    assert largest.members >= 60
    assert largest.typical_things[0].name == "Covenant of Mayors"
    assert largest.countries["PL"] == 60
    assert sum(one.members for one in answer.communities) == answer.extent.members
    assert 0 < answer.modularity < 1
    finer = g.communities(as_of=TODAY, resolution=5, typical=1)
    assert finer.found >= answer.found
    assert all(len(one.typical_members) <= 1 for one in finer.communities)


def test_bridges_between_communities(g: KnowledgeGraph) -> None:
    answer = g.bridges(as_of=TODAY)
    assert isinstance(answer, Bridges)
    assert answer.bridges[0].member.name == "Riga"
    assert answer.bridges[0].cuts_off > 0
    assert "Riga joins" in answer.bridges[0].sentence
    assert answer.bridges[0].evidence
    even = g.bridges(as_of=TODAY, by="participation")
    assert isinstance(even, Bridges)
    assert [row.participation for row in even.bridges] == sorted(
        (row.participation for row in even.bridges), reverse=True
    )
    assert {row.betweenness for row in even.bridges} == {None}


def test_who_links_two_networks(g: KnowledgeGraph) -> None:
    answer = g.bridges(["EMTA", "EUROCITIES"], as_of=TODAY)
    assert isinstance(answer, JointMembers)
    # Riga and Espoo and Vidzeme are in EUROCITIES themselves and in EMTA by bodies; Riga is in the most.
    assert [row.member.name for row in answer.joint] == ["Riga", "Espoo", "Vidzeme"]
    assert answer.in_all == answer.found == 3
    espoo = answer.joint[1]
    assert "EUROCITIES (since 2005)" in espoo.sentence
    assert "through Helsinki Region Transport, which serves it" in espoo.sentence
    assert "as of 2019" in espoo.sentence
    assert set(espoo.evidence) == {"m-hsl-emta", "s-hsl-espoo", "m-espoo-eurocities"}


def test_who_links_more_than_two_comes_first(g: KnowledgeGraph) -> None:
    answer = g.bridges(["EUROCITIES", "Covenant of Mayors", "Culture Forum", "NOW"], as_of=TODAY, top=1)
    assert isinstance(answer, JointMembers)
    assert (answer.joint[0].member.name, len(answer.joint[0].ties), answer.in_all) == ("Riga", 4, 1)
    assert answer.found == 2, "and Espoo, in two"
    assert "And 1 more" in str(answer)


def test_nobody_links_two_networks(g: KnowledgeGraph) -> None:
    answer = g.bridges(["EMTA", "UNDATED"], as_of=TODAY, countries="PT")
    assert isinstance(answer, JointMembers)
    assert (answer.found, answer.joint) == (0, ())
    assert "Nobody is in two of them" in str(answer)
    assert answer.left_out["country"].count == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["central", "--as-of", TODAY],
        ["central", "--of", "networks", "--measure", "closeness", "--members", "all"],
        ["communities", "--max-members", "50", "--as-of", TODAY],
        ["bridges", "--resolution", "2", "--as-of", TODAY],
        ["bridges", "--by", "participation", "--layer", "projects", "--past"],
        ["bridges", "EMTA", "EUROCITIES", "--as-of", TODAY],
    ],
)
def test_table_csv_and_json(run: Run, arguments: list[str]) -> None:
    assert "Parameters: " in done(run(*arguments))
    rows = list(csv.DictReader(io.StringIO(done(run(*arguments, "--format", "csv")))))
    assert rows
    assert all(row["sentence"] for row in rows)
    answer: dict[str, Any] = json.loads(done(run(*arguments, "--format", "json")))
    assert answer["parameters"]["as_of"]
    assert answer["data"]["sources"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["bridges", "EMTA", "Nosuch"], "Nothing in the graph is called 'Nosuch'"),
        (["bridges", "EMTA", "Riga"], "Riga is a city, not "),
        (["bridges", "EMTA", "emta"], "give two different ones"),
        (["bridges", "EMTA", "THEN", "--as-of", TODAY], "ended in 2019: --past counts it"),
        (["bridges", "EMTA", "LATER", "--as-of", TODAY], "begins in 2027-01"),
        (["central", "--country", "Atlantis"], "It has cities in"),
        (["communities", "--min-members", "500"], "fewer than 500 such members: "),
        (["central", "--country", "MT"], "There are no cities and regions in networks and projects"),
    ],
)
def test_an_error_is_one_that_main_prints_with_exit_code_2(run: Run, arguments: list[str], message: str) -> None:
    result = run(*arguments)
    assert isinstance(result.exception, KgError), result.output
    assert result.exception.exit_code == 2
    assert message in str(result.exception)


@pytest.fixture
def small(database: Connection) -> Iterator[Connection]:
    """Nothing at all; what a test writes is gone after it, and so is the graph of the module, so these tests stand last."""
    yield database
    database.run_schema("MATCH (n) DETACH DELETE n")


def test_an_empty_graph(small: Connection) -> None:
    g = KnowledgeGraph(small)
    for ask in (g.central, g.communities, g.bridges):
        with pytest.raises(KgError, match="load some first"):
            ask()


def test_a_graph_of_one_member_and_one_network(small: Connection) -> None:
    g = KnowledgeGraph(small)
    small.run_write("CREATE (:Entity:City {id: 'own:a', name: 'A'})")
    with pytest.raises(KgError, match="load some first"):
        g.central()
    small.run_write(
        "MATCH (c:City) CREATE (c)-[:MEMBER_OF {key: 'k', sources: [], missing: []}]->"
        "(:Entity:Organisation {id: 'own:n', name: 'N'})"
    )
    with pytest.raises(KgError, match="fewer than 2 such members: 1"):
        g.central()
    answer = g.central(min_members=1)
    assert (answer.ranking[0].value, answer.ranking[0].evidence) == (1.0, ("k",))
    assert g.communities(min_members=1).found == 1
    bridges = g.bridges(min_members=1)
    assert isinstance(bridges, Bridges)
    assert bridges.bridges == ()
    assert "Nobody: no member is in more than one" in str(bridges)
