"""Recommendations on graphs that are hardly any, or hardly fit: empty, with nothing known, with a hub, with a circle."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from kg.cli import root
from kg.database.connection import Connection
from kg.database.schema import apply_schema
from kg.errors import KgError
from kg.graph import KnowledgeGraph
from kg.queries.kinds.names import KINDS

pytestmark = pytest.mark.integration

CITIES = """\
UNWIND $rows AS row
CREATE (n:Entity:City) SET n = row, n.search_names = [toLower(row.name)]"""
HUB = """\
CREATE (hub:Entity:Organisation {id: 'own:hub', name: 'Hub'}), (a:Entity:Organisation {id: 'own:a', name: 'A'}),
    (b:Entity:Organisation {id: 'own:b', name: 'B'}),
    (a)-[:MEMBER_OF {key: 'a-b', sources: []}]->(b), (b)-[:MEMBER_OF {key: 'b-a', sources: []}]->(a),
    (a)-[:SERVES {key: 's', sources: []}]->(:Entity:City {id: 'own:served', name: 'Served', search_names: ['served'], country: 'FI'})
WITH hub
MATCH (n:City) WHERE n.id STARTS WITH 'own:city'
CREATE (n)-[:MEMBER_OF {key: n.id, sources: []}]->(hub)"""


@pytest.fixture
def knowledge(database: Connection) -> KnowledgeGraph:
    apply_schema(database)
    return KnowledgeGraph(database)


def cities(knowledge: KnowledgeGraph, *rows: dict[str, object]) -> None:
    knowledge.connection.run_write(CITIES, {"rows": list(rows)})
    knowledge.connection.run_schema("CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()")


def test_an_empty_graph(knowledge: KnowledgeGraph, kg_environment: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(
        KgError, match="Nothing in the graph is called 'Riga', for the graph is empty: `kg load starter`"
    ):
        knowledge.recommend("Riga")
    with pytest.warns(UserWarning, match="1 of 1 pairs have no score"):
        knowledge.score_pairs([("a", "b")])
    assert knowledge.recommend_all().num_rows == 0
    file = tmp_path / "all.csv"
    result = CliRunner().invoke(root, ["recommend", "--all", "--out", str(file)])
    assert result.exit_code == 0, result.output
    assert file.read_text(encoding="utf-8-sig").startswith("id,name,country,rank,partner_id")


@pytest.mark.parametrize("kind", KINDS)
def test_a_place_of_which_only_the_name_is_known(knowledge: KnowledgeGraph, kind: str) -> None:
    cities(knowledge, {"id": "own:1", "name": "Nothing"}, {"id": "own:2", "name": "Else", "country": "FI"})
    found = knowledge.recommend("Nothing", kind=kind)
    assert [row.partner.name for row in found.recommendations] == ["Else"]
    assert found.improve is not None
    assert "no number of inhabitants" in found.improve
    assert [row.partner.name for row in knowledge.recommend("Nothing", kind=kind, countries="FI").recommendations] == [
        "Else"
    ]
    assert knowledge.explain("Nothing", "Else", kind=kind).paths == ()
    assert "Else" in knowledge.why_not("Nothing", "Else", kind=kind).verdict
    assert "Nothing and Else" in knowledge.brief("Nothing", "Else").page()


@pytest.mark.parametrize("kind", KINDS)
def test_a_hub_of_ten_thousand_and_networks_in_a_circle(knowledge: KnowledgeGraph, kind: str) -> None:
    rows = [
        {
            "id": f"own:city-{number:05}",
            "name": f"City {number}",
            "country": "FI" if number % 2 else "SE",
            "population": number,
        }
        for number in range(10_000)
    ]
    cities(knowledge, *rows)
    knowledge.connection.run_write(HUB)
    found = knowledge.recommend("own:city-00007", kind=kind, top=3)
    assert [row.partner.country for row in found.recommendations] == ["SE"] * 3
    all_of_them = knowledge.recommend("own:city-00007", kind=kind, top=3, networks="own:hub", countries=["FI", "SE"])
    assert all_of_them.left_out["filters"].count == 1
    assert knowledge.recommend("own:served", kind=kind, countries="SE", top=3).recommendations
