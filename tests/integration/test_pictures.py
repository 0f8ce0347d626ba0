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


def picture(*asked: str) -> tuple[int, str]:
    done = CliRunner().invoke(root, ["picture", *asked])
    return done.exit_code, done.stderr if done.exception is None or done.exit_code == 0 else str(done.exception)


@pytest.mark.parametrize(
    "asked",
    [
        ["neighbourhood", "Riga"],
        ["path", "Riga", "Helsinki"],
        ["network", "own:n"],
        ["partners", "Riga"],
        ["map", "own:n"],
        ["map", "Riga"],
        ["matrix", "--of", "networks"],
    ],
    ids=" ".join,
)
def test_kg_picture_draws_every_kind(graph: Connection, tmp_path: Path, asked: list[str]) -> None:
    graph.run_write("MATCH (c:City) SET c.location = point({latitude: c.population / 10000.0, longitude: 24.0})", {})
    file = tmp_path / "picture.html"
    code, said = picture(*asked, "--out", str(file))
    assert code == 0, said
    page = file.read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert re.search(r"\d facts? used", page)
    assert ("LV" if asked[0] == "matrix" else "Riga") in page


def test_kg_picture_writes_over_nothing_and_says_when_there_is_nothing_to_draw(
    graph: Connection, tmp_path: Path
) -> None:
    file = tmp_path / "picture.png"
    file.write_bytes(b"mine")
    assert "is there already" in picture("network", "own:n", "--out", str(file))[1]
    assert file.read_bytes() == b"mine"
    assert picture("network", "own:n", "--out", str(file), "--force")[0] == 0
    assert file.read_bytes().startswith(b"\x89PNG")
    new = tmp_path / "new.html"
    assert "nothing to draw: the graph has no twinnings" in picture("matrix", "--of", "twinnings", "--out", str(new))[1]
    # None of its members has a place.
    assert "nothing to draw" in picture("map", "own:n", "--out", str(new))[1]
    assert "Nothing in the graph is called" in picture("partners", "Rigaa Nowhere", "--out", str(new))[1]
    assert not new.exists()


@pytest.mark.parametrize(
    ("name", "said"), [("p.pdf", "ends in .html or .png"), ("missing/p.html", "there is no folder")]
)
def test_kg_picture_refuses_a_file_before_anything_is_asked(tmp_path: Path, name: str, said: str) -> None:
    assert said in picture("network", "own:n", "--out", str(tmp_path / name))[1]
