"""``kg export`` and ``g.part`` on the small graph, in every format, as other programs open what is written."""

from __future__ import annotations

import csv
import json
import os
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import igraph
import networkx as nx
import pyarrow.parquet as pq
import pytest
import yaml

import kg
from kg.cli import main
from kg.database.connection import Connection
from kg.graph import KnowledgeGraph
from kg.queries.export import run as running
from kg.queries.export.reading import IDS, Reading
from kg.queries.export.run import check_target, export
from kg.queries.export.scope import check_asked, find_scope
from kg.schema.nodes import NODES
from kg.schema.relationships import FACTS
from kg.testing import small_graph

EMPTY = "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS"
HOSTILE = "=1+1 <&\"'> ]]>"


@pytest.fixture(scope="module")
def graph(connection: Connection) -> Connection:
    """The small graph, with a request of a person and a name that no format may stumble over."""
    connection.run_schema(EMPTY)
    small_graph(connection)
    g = KnowledgeGraph(connection)
    g.seek("Espoo", "Digital transformation", by="Ada", note=HOSTILE)
    connection.run_schema("CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()")
    return connection


@pytest.fixture
def g(graph: Connection) -> KnowledgeGraph:
    return KnowledgeGraph(graph)


@pytest.fixture
def run(graph: Connection, kg_environment: dict[str, str]) -> Callable[..., int]:
    def command(*arguments: str | Path) -> int:
        try:
            main(["export", *(str(argument) for argument in arguments)])
        except SystemExit as ended:
            return int(ended.code or 0)
        return 0

    return command


def stored(connection: Connection) -> tuple[Counter[str], Counter[str]]:
    """How many nodes and facts of each kind the database has, asked without what exports use."""
    nodes = connection.run_read("MATCH (n:Entity) UNWIND labels(n) AS label RETURN label, count(*) AS number")
    facts = connection.run_read("MATCH (:Entity)-[f]->(:Entity) RETURN type(f) AS type, count(*) AS number")
    return (
        Counter({row["label"]: row["number"] for row in nodes if row["label"] in NODES}),
        Counter({row["type"]: row["number"] for row in facts if row["type"] in FACTS}),
    )


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


# All of it ------------------------------------------------------------------------------------------------------------------


def test_graphml_opens_in_networkx_with_all_there_is(
    graph: Connection, run: Callable[..., int], tmp_path: Path
) -> None:
    assert run("--graphml", tmp_path / "all.graphml") == 0
    read = nx.read_graphml(tmp_path / "all.graphml")
    assert isinstance(read, nx.MultiDiGraph)
    nodes, facts = stored(graph)
    assert Counter(label for _, label in read.nodes(data="label")) == nodes
    assert Counter(type_ for _, _, type_ in read.edges(data="type")) == facts
    riga = read.nodes["geonames:456172"]
    assert riga["name"] == "Riga"
    assert riga["population"] == 600_000
    assert (riga["longitude"], riga["latitude"]) == (24.106, 56.946)
    assert "Rīga" in json.loads(riga["names"])
    assert "small-places" in json.loads(riga["sources"])
    since = [
        values["since"] for *_, values in read.edges("geonames:660158", data=True) if values.get("since") == "2015-06"
    ]
    assert since, "dates are text, also those of a month"


def test_graphml_opens_in_igraph_with_all_there_is(graph: Connection, run: Callable[..., int], tmp_path: Path) -> None:
    assert run("--graphml", tmp_path / "all.graphml") == 0
    read = igraph.Graph.Read_GraphML(str(tmp_path / "all.graphml"))
    nodes, facts = stored(graph)
    assert read.is_directed()
    assert Counter(read.vs["label"]) == nodes
    assert Counter(read.es["type"]) == facts
    assert read.vs.find(id="geonames:456172")["population"] == 600_000
    assert read["title"] == "The whole graph"


def test_csv_has_a_table_for_each_kind(graph: Connection, run: Callable[..., int], tmp_path: Path) -> None:
    assert run("--csv", tmp_path / "all") == 0
    nodes, facts = stored(graph)
    assert {file.stem: len(rows_of(file)) for file in (tmp_path / "all" / "nodes").iterdir()} == nodes
    assert {file.stem: len(rows_of(file)) for file in (tmp_path / "all" / "relationships").iterdir()} == facts
    (riga,) = (row for row in rows_of(tmp_path / "all" / "nodes" / "City.csv") if row["id"] == "geonames:456172")
    assert (riga["population"], riga["longitude"], riga["label"]) == ("600000", "24.106", "City")
    assert json.loads(riga["sources"]) == ["small-encyclopaedia", "small-places"]


def test_a_zip_has_the_same_tables(run: Callable[..., int], tmp_path: Path) -> None:
    assert run("--csv", tmp_path / "all") == 0
    assert run("--csv", tmp_path / "all.zip") == 0
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        packed = {name: archive.read(name) for name in archive.namelist()}
    files = (file for file in (tmp_path / "all").rglob("*") if file.is_file())
    assert packed == {file.relative_to(tmp_path / "all").as_posix(): file.read_bytes() for file in files}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all", "all.zip"]


def test_parquet_has_types(graph: Connection, run: Callable[..., int], tmp_path: Path) -> None:
    assert run("--parquet", tmp_path / "all") == 0
    nodes, facts = stored(graph)
    tables = {file.stem: pq.read_table(file) for file in (tmp_path / "all").rglob("*.parquet")}
    assert {kind: table.num_rows for kind, table in tables.items()} == nodes | facts
    cities = tables["City"]
    types = {name: str(cities.schema.field(name).type) for name in ("population", "latitude", "dissolved", "names")}
    assert types == {
        "population": "int64",
        "latitude": "double",
        "dissolved": "string",
        "names": "list<element: string>",
    }
    assert cities.schema.metadata[b"title"] == b"The whole graph"
    (vana,) = (row for row in cities.to_pylist() if row["id"] == "own:vana-kalda")
    assert vana["dissolved"] == "2017-10-15"
    assert vana["population"] is None


def test_every_format_says_the_same(run: Callable[..., int], tmp_path: Path) -> None:
    for form, name in (("graphml", "all.graphml"), ("csv", "tables"), ("parquet", "columns")):
        assert run(f"--{form}", tmp_path / name) == 0
    read = nx.read_graphml(tmp_path / "all.graphml")
    by_graphml = {(start, values["type"], end, values["key"]) for start, end, values in read.edges(data=True)}
    by_csv = {
        (row["start"], row["type"], row["end"], row["key"])
        for file in (tmp_path / "tables" / "relationships").iterdir()
        for row in rows_of(file)
    }
    by_parquet = {
        (row["start"], row["type"], row["end"], row["key"])
        for file in (tmp_path / "columns" / "relationships").iterdir()
        for row in pq.read_table(file).to_pylist()
    }
    assert by_graphml == by_csv == by_parquet


@pytest.mark.parametrize(("form", "name"), [("graphml", "g.graphml"), ("csv", "g.zip"), ("parquet", "g")])
def test_the_same_graph_gives_the_same_bytes(run: Callable[..., int], tmp_path: Path, form: str, name: str) -> None:
    contents = []
    for turn in ("one", "two"):
        (tmp_path / turn).mkdir()
        assert run(f"--{form}", tmp_path / turn / name) == 0
        files = sorted(file for file in (tmp_path / turn).rglob("*") if file.is_file())
        contents.append([(file.relative_to(tmp_path / turn), file.read_bytes()) for file in files])
    assert contents[0] == contents[1]


def test_what_has_ended_is_told_and_by_a_date_left_out(run: Callable[..., int], tmp_path: Path) -> None:
    assert run("--csv", tmp_path / "all") == 0
    assert run("--csv", tmp_path / "then", "--as-of", "2030") == 0

    def of(folder: str) -> set[tuple[str, str]]:
        rows = rows_of(tmp_path / folder / "relationships" / "MEMBER_OF.csv")
        return {(row["start"], row["end"]) for row in rows}

    tartu, turku = ("geonames:588335", "own:eurocities"), ("geonames:633679", "own:eurocities")
    assert of("all") - of("then") == {tartu, turku}, (
        "one that the newest list lacks, and one that ended by its own date"
    )
    (ended,) = (
        row
        for row in rows_of(tmp_path / "all" / "relationships" / "MEMBER_OF.csv")
        if (row["start"], row["end"]) == tartu
    )
    assert ended["ended"] == "2025-05"


def test_a_fact_without_a_date_is_as_old_as_its_source(run: Callable[..., int], tmp_path: Path) -> None:
    assert run("--csv", tmp_path / "all") == 0
    assert {row["as_of"] for row in rows_of(tmp_path / "all" / "relationships" / "TWINNED_WITH.csv")} == {"2024-02"}


def test_pages_of_any_size_give_the_same(graph: Connection) -> None:
    scope = find_scope(graph, check_asked())
    large, small = Reading(graph, scope), Reading(graph, scope, page=3)
    assert list(large.nodes()) == list(small.nodes())
    assert list(large.facts()) == list(small.facts())


def test_the_server_need_not_sort_all_nodes_for_a_page(graph: Connection) -> None:
    explained = graph.explain(IDS, {"after": "", "page": 3})

    def operators(plan: Mapping[str, Any]) -> list[str]:
        return [plan["operatorType"], *(name for child in plan.get("children", ()) for name in operators(child))]

    found = operators(explained.plan)
    assert any("IndexSeek" in name for name in found), found
    assert not any(name.startswith(("Sort", "Top")) for name in found), found


# Parts ----------------------------------------------------------------------------------------------------------------------


def test_around_a_place(g: KnowledgeGraph) -> None:
    near = g.part(around="Rīga")
    around = g.neighbourhood("Riga", top=1000)
    ids = {row["id"] for row in near.nodes}
    assert {node.id for node in around.neighbours} | {"geonames:456172"} <= ids
    assert ids < {row["id"] for row in g.part(around="riga, lv", steps=2).nodes}
    today = g.part(around="geonames:456172", as_of=around.query.as_of)
    assert {row["id"] for row in today.nodes} == {node.id for node in around.neighbours} | {"geonames:456172"}
    assert {row["key"] for row in today.facts} == {tie.key for tie in around.ties}


def test_a_network_with_its_members(g: KnowledgeGraph, run: Callable[..., int], tmp_path: Path) -> None:
    assert run("--graphml", tmp_path / "n.graphml", "--network", "EUROCITIES", "--as-of", "2025-06") == 0
    read = nx.read_graphml(tmp_path / "n.graphml")
    members = {member.id for member in g.network_members("Eurocities", as_of="2025-06").members}
    assert set(read) == members | {"own:eurocities"}
    assert {type_ for *_, type_ in read.edges(data="type")} > {"MEMBER_OF"}, "and the facts between the members"


def test_two_networks(g: KnowledgeGraph) -> None:
    part = g.part(networks=["Eurocities", "Polis"])
    assert part.title == "Eurocities, Polis, with all members"
    assert {"own:eurocities", "own:polis", "own:hsl"} <= {row["id"] for row in part.nodes}


def test_a_part_is_the_same_in_memory_and_in_a_file(g: KnowledgeGraph, tmp_path: Path) -> None:
    g.export(tmp_path / "p.graphml", around="Espoo", steps=2)
    read, ours = nx.read_graphml(tmp_path / "p.graphml"), g.part(around="Espoo", steps=2).to_networkx()
    assert dict(read.nodes(data="name")) == dict(ours.nodes(data="name"))
    assert sorted(key for *_, key in read.edges(data="key")) == sorted(key for *_, key in ours.edges(keys=True))


def test_a_part_as_tables_and_graphs(g: KnowledgeGraph) -> None:
    part = g.part()
    nodes, facts = part.to_df(), part.facts_df()
    assert (len(nodes), len(facts)) == (len(part.nodes), len(part.facts))
    assert str(nodes["population"].dtype) == "Int64"
    assert set(facts["start"]) | set(facts["end"]) <= set(nodes["id"])
    assert part.to_igraph().ecount() == len(facts)
    assert part.data.facts == len(facts)
    assert "small-twins" in {source.id for source in part.data.sources}


def test_an_unknown_name_leaves_nothing(
    run: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--csv", tmp_path / "x", "--around", "Rigga") == 2
    assert "Riga" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


# Licences, persons and hostile text -----------------------------------------------------------------------------------------


def test_licences_and_sources_are_beside_it(run: Callable[..., int], tmp_path: Path) -> None:
    assert run("--graphml", tmp_path / "n.graphml", "--network", "Polis") == 0
    assert sorted(file.name for file in tmp_path.iterdir()) == ["n.CITATION.cff", "n.LICENCE.txt", "n.graphml"]
    licence = (tmp_path / "n.LICENCE.txt").read_text(encoding="utf-8")
    assert licence.startswith("Polis, with all members: 3 nodes and ")
    assert "Small graph: other member lists" in licence
    assert "CC0 1.0" in licence
    assert "The graph has 2 of the 60 members that Polis states." in licence
    assert "twin towns" not in licence, "a source of nothing that is in it"
    cited = yaml.safe_load((tmp_path / "n.CITATION.cff").read_text(encoding="utf-8"))
    assert cited["type"] == "dataset"
    assert cited["authors"] == [{"name": "Example Gazetteer"}, {"name": "Example Networks"}]
    assert "Small graph: other member lists" in {one["title"] for one in cited["references"]}


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_licences_are_in_the_folder(run: Callable[..., int], tmp_path: Path, form: str) -> None:
    assert run(f"--{form}", tmp_path / "x") == 0
    assert {file.name for file in (tmp_path / "x").iterdir()} == {
        "nodes",
        "relationships",
        "LICENCE.txt",
        "CITATION.cff",
    }
    assert "own:ada\n" in (tmp_path / "x" / "LICENCE.txt").read_text(encoding="utf-8")


def test_what_a_person_said_survives_and_no_spreadsheet_runs_it(run: Callable[..., int], tmp_path: Path) -> None:
    assert run("--csv", tmp_path / "c", "--around", "Espoo") == 0
    assert run("--graphml", tmp_path / "c.graphml", "--around", "Espoo") == 0
    (sought,) = (row for row in rows_of(tmp_path / "c" / "relationships" / "SEEKS.csv") if "own:ada" in row["sources"])
    assert sought["note"] == f"'{HOSTILE}"
    read = nx.read_graphml(tmp_path / "c.graphml")
    assert HOSTILE in {note for *_, note in read.edges(data="note")}
    assert ["own:ada"] in [json.loads(sources) for *_, sources in read.edges(data="sources")]


# Refused --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "in one way"),
        (["--graphml", "a.graphml", "--csv", "b"], "in one way"),
        (["--csv", "x", "--around", "Riga", "--network", "Polis"], "not both"),
        (["--csv", "x", "--steps", "2"], "give around (--around)"),
        (["--csv", "x", "--as-of", "soon"], "as-of date"),
        (["--csv", "missing/x"], "there is no folder missing"),
        (["--graphml", "missing/x.graphml"], "there is no folder missing"),
        (["--graphml", "."], "name a file"),
        (["--csv", "/"], "name a file"),
        (["--csv", "/proc/x"], "cannot be written"),
    ],
)
def test_what_makes_no_sense_is_said_before_a_database_is_asked(
    given: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NEO4J_URI", "bolt://127.0.0.1:1")
    with pytest.raises(SystemExit) as ended:
        main(["export", *given])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_replaced_only_with_force(
    run: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for form, name in (("graphml", "g.graphml"), ("csv", "z.zip"), ("csv", "c"), ("parquet", "p")):
        assert run(f"--{form}", tmp_path / name, "--network", "Polis") == 0
        capsys.readouterr()
        assert run(f"--{form}", tmp_path / name) == 2
        assert "--force" in capsys.readouterr().err
        assert run(f"--{form}", tmp_path / name, "--force") == 0
    assert len(rows_of(tmp_path / "c" / "nodes" / "Organisation.csv")) > 1
    assert len(list(tmp_path.iterdir())) == 6, "nothing of the writing is left"


def test_the_licences_of_another_export_are_not_replaced(
    run: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "g.LICENCE.txt").write_text("mine", encoding="utf-8")
    assert run("--graphml", tmp_path / "g.graphml") == 2
    assert "g.LICENCE.txt, which is there already" in capsys.readouterr().err
    assert (tmp_path / "g.LICENCE.txt").read_text(encoding="utf-8") == "mine"


def test_a_folder_with_other_things_is_never_replaced(
    run: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    assert run("--csv", tmp_path, "--force") == 2
    assert "never replaced" in capsys.readouterr().err
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("added", ["nodes/thesis.txt", "nodes/mine.csv", "relationships/old/MEMBER_OF.csv"])
def test_an_export_that_somebody_has_put_something_into_is_never_replaced(
    run: Callable[..., int], tmp_path: Path, added: str
) -> None:
    assert run("--csv", tmp_path / "c", "--network", "Polis") == 0
    (tmp_path / "c" / added).parent.mkdir(exist_ok=True)
    (tmp_path / "c" / added).write_text("mine", encoding="utf-8")
    assert run("--csv", tmp_path / "c", "--force") == 2
    assert (tmp_path / "c" / added).read_text(encoding="utf-8") == "mine"


def test_a_folder_that_only_looks_like_an_export_is_never_replaced(run: Callable[..., int], tmp_path: Path) -> None:
    for name in ("LICENCE.txt", "CITATION.cff"):
        (tmp_path / name).write_text("of my own software", encoding="utf-8")
    assert run("--csv", tmp_path, "--force") == 2
    assert (tmp_path / "LICENCE.txt").read_text(encoding="utf-8") == "of my own software"


def test_an_empty_folder_is_used(run: Callable[..., int], tmp_path: Path) -> None:
    assert run("--csv", tmp_path, "--network", "Polis") == 0
    assert (tmp_path / "LICENCE.txt").is_file()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_is_said(
    run: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tmp_path.chmod(0o500)
    assert run("--csv", tmp_path / "x") == 2
    assert "Permission denied" in capsys.readouterr().err


def test_a_graph_that_is_changed_meanwhile_leaves_what_was_there(
    graph: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "x"
    export(graph, check_asked(networks="Polis"), check_target(target, "csv"))
    before = (target / "LICENCE.txt").read_bytes()

    def change(what: str, number: int) -> None:
        graph.run_write("MERGE (:Entity:Theme {id: 'own:meanwhile', name: 'Meanwhile'})")

    monkeypatch.setattr(running, "_TOLD", 1)
    with pytest.raises(kg.KgError, match="changed while it was read"):
        export(graph, check_asked(), check_target(target, "csv", force=True), progress=change)
    graph.run_write("MATCH (n:Theme {id: 'own:meanwhile'}) DETACH DELETE n")
    assert (target / "LICENCE.txt").read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["x"]


def test_an_ending_that_says_nothing_needs_a_form(g: KnowledgeGraph, tmp_path: Path) -> None:
    with pytest.raises(kg.KgError, match="form must be one of graphml, csv, parquet"):
        g.export(tmp_path / "x.gexf")
    assert g.export(tmp_path / "x.zip", networks="Polis").nodes["City"] == 1


# Last, since it changes the graph by hand.
def test_nothing_that_the_schema_does_not_know_gets_out(graph: Connection, g: KnowledgeGraph, tmp_path: Path) -> None:
    graph.run_write(
        "MATCH (p:Person {id: 'own:small.anna'}) SET p.email = 'anna@example.org' WITH p "
        "MATCH ()-[f:SEEKS]->() WITH f LIMIT 1 SET f.note = 'Write to anna@example.org'"
    )
    g.export(tmp_path / "x", "csv")
    text = "".join(file.read_text(encoding="utf-8-sig") for file in (tmp_path / "x").rglob("*") if file.is_file())
    assert "Anna Invented" in text
    assert "@example.org" not in text
