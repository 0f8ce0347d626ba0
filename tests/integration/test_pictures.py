"""Pictures of what a real database answers, asked for as a user does."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from kg.cli import root
from kg.database.connection import Connection
from kg.database.schema import apply_schema

HOSTILE = "Rank & File</script><script>alert(1)</script>"
GRAPH = """
CREATE (riga:Entity:City {id: 'geonames:456172', name: 'Riga', search_names: ['riga'], country: 'LV', population: 600000}),
       (helsinki:Entity:City
           {id: 'geonames:658225', name: 'Helsinki', search_names: ['helsinki'], country: 'FI', population: 660000}),
       (network:Entity:Organisation:Network {id: 'own:n', name: $hostile, search_names: ['rank file']}),
       (riga)-[:MEMBER_OF {key: 'a', as_of: '2019', sources: ['own:s']}]->(network),
       (helsinki)-[:MEMBER_OF {key: 'b', as_of: '2019', sources: ['own:s']}]->(network)
"""


@pytest.fixture
def graph(database: Connection, kg_environment: dict[str, str]) -> Connection:
    apply_schema(database)
    database.run_write(GRAPH, {"hostile": HOSTILE})
    database.run_schema("CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()")
    return database


@pytest.mark.parametrize(
    "asked", [["recommend", "Riga"], ["explain", "Riga", "Helsinki"], ["path", "Riga", "Helsinki"]]
)
def test_picture_shows_what_was_answered(graph: Connection, tmp_path: Path, asked: list[str]) -> None:
    file = tmp_path / "picture.html"
    done = CliRunner().invoke(root, [*asked, "--format", "json", "--picture", str(file)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["query"]
    assert str(file) in done.stderr
    page = file.read_text(encoding="utf-8")
    (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    nodes = json.loads(data)["nodes"]
    assert {"geonames:456172", "geonames:658225"} <= {node["id"] for node in nodes}
    assert any("File</script>" in node["title"] for node in nodes), "the network is not drawn, or its name is not whole"
    assert "<script>alert" not in page


def test_a_folder_that_is_not_there_is_said_before_anything_is_asked(tmp_path: Path) -> None:
    done = CliRunner().invoke(root, ["recommend", "Riga", "--picture", str(tmp_path / "missing" / "p.html")])
    assert "there is no folder" in str(done.exception)
