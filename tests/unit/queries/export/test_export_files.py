"""What exports write, without a database: whatever the text, and whatever goes wrong."""

from __future__ import annotations

import csv
import doctest
import sys
import tempfile
from pathlib import Path
from typing import Any

import igraph
import networkx as nx
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import KgError
from kg.queries.export import columns, sink
from kg.queries.export.columns import FACT_COLUMNS, NODE_COLUMNS, Row
from kg.queries.export.credits import CITATION_BEGINS
from kg.queries.export.graphml import GraphML
from kg.queries.export.parquet import GROUP, ParquetTables
from kg.queries.export.placing import new_files, new_folder
from kg.queries.export.run import check_target
from kg.queries.export.scope import check_asked
from kg.queries.export.sink import Sink
from kg.queries.export.tables import CsvTables
from kg.schema.nodes import NODES
from kg.schema.relationships import FACTS


def city(id_: str, **values: Any) -> Row:
    row: Row = {column.name: None for column in NODE_COLUMNS["City"]}
    return {**row, "id": id_, "label": "City", "name": "Riga", "names": [], "sources": [], **values}


def twins(start: str, end: str, **values: Any) -> Row:
    row: Row = {column.name: None for column in FACT_COLUMNS["TWINNED_WITH"]}
    return {**row, "key": "k", "type": "TWINNED_WITH", "start": start, "end": end, "sources": [], **values}


def write(sink_: Sink, nodes: list[Row], facts: list[Row]) -> None:
    for row in nodes:
        sink_.node(row)
    for row in facts:
        sink_.fact(row)
    sink_.finish()


def test_the_examples_in_the_documentation() -> None:
    assert doctest.testmod(sink).attempted
    assert doctest.testmod(sink).failed == 0


def test_every_property_of_the_schema_has_a_column() -> None:
    for kinds, tables in ((NODES, NODE_COLUMNS), (FACTS, FACT_COLUMNS)):
        for name, kind in kinds.items():
            names = {column.name for column in tables[name]}
            assert set(kind.model_fields) - {"location"} <= names, name
            assert len(names) == len(tables[name])


def test_a_column_means_the_same_in_every_table() -> None:
    for tables in (NODE_COLUMNS, FACT_COLUMNS):
        kinds = {(column.name, column.kind) for some in tables.values() for column in some}
        assert len(kinds) == len(columns.every(tables))


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_graphml_opens_whatever_a_name_is(name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "g.graphml"
        write(GraphML(file, {"title": name}), [city("own:a", name=name, names=[name])], [])
        assert list(nx.read_graphml(file)) == ["own:a"]
        assert igraph.Graph.Read_GraphML(str(file)).vcount() == 1


def test_ids_and_text_survive_graphml(tmp_path: Path) -> None:
    file = tmp_path / "g.graphml"
    odd = "lau:LV 0001 <\"'>é"
    write(GraphML(file, {}), [city(odd), city("own:a", name="a & b\x00\x1b]]>")], [twins(odd, "own:a", since="2009")])
    ours, theirs = nx.read_graphml(file), igraph.Graph.Read_GraphML(str(file))
    assert list(ours) == theirs.vs["id"] == [odd, "own:a"]
    assert ours.nodes["own:a"]["name"] == theirs.vs["name"][1] == "a & b]]>"
    assert ours.edges[odd, "own:a"]["since"] == theirs.es["since"][0] == "2009"


def test_two_facts_between_the_same_nodes_are_two_edges(tmp_path: Path) -> None:
    facts = [twins("own:a", "own:b", key="1"), twins("own:a", "own:b", key="2")]
    write(GraphML(tmp_path / "g.graphml", {}), [city("own:a"), city("own:b")], facts)
    read = nx.read_graphml(tmp_path / "g.graphml")
    assert sorted(key for *_, key in read.edges(data="key")) == ["1", "2"]


def test_nothing_at_all_is_a_graph_as_well(tmp_path: Path) -> None:
    write(GraphML(tmp_path / "g.graphml", {}), [], [])
    assert len(nx.read_graphml(tmp_path / "g.graphml")) == 0
    assert igraph.Graph.Read_GraphML(str(tmp_path / "g.graphml")).vcount() == 0


@pytest.mark.parametrize("name", ["=1+1", "+49", "-1", "@a", "\t=1", "＝1"])
def test_no_cell_is_one_that_a_spreadsheet_would_run(tmp_path: Path, name: str) -> None:
    write(CsvTables(tmp_path), [city("own:a", name=name, longitude=-3.5)], [])
    with (tmp_path / "nodes" / "City.csv").open(encoding="utf-8-sig", newline="") as opened:
        (row,) = csv.DictReader(opened)
    assert row["name"].startswith("'")
    assert row["longitude"] == "-3.5", "a number is a number"
    assert row["population"] == ""
    assert row["names"] == ""


def test_parquet_is_written_in_groups(tmp_path: Path) -> None:
    rows = [city(f"own:{number}", population=number) for number in range(GROUP + 5)]
    write(ParquetTables(tmp_path, {}), rows, [])
    file = pq.ParquetFile(tmp_path / "nodes" / "City.parquet")
    assert file.metadata.num_row_groups == 2
    assert file.read().column("population").to_pylist() == list(range(GROUP + 5))


# Putting in place -----------------------------------------------------------------------------------------------------------


def half(folder: Path, *, force: bool = False) -> None:
    with new_folder(folder, "--csv", force=force) as draft:
        (draft / "LICENCE.txt").write_text("half")
        raise OSError(28, "No space left on device")


def whole(folder: Path) -> None:
    with new_folder(folder, "--csv", force=False) as draft:
        (draft / "LICENCE.txt").write_text("whole")
        (draft / "CITATION.cff").write_text(CITATION_BEGINS)
        assert not folder.exists()


def test_a_folder_is_put_in_place_whole_or_not_at_all(tmp_path: Path) -> None:
    with pytest.raises(KgError, match="cannot be written: No space"):
        half(tmp_path / "x")
    assert list(tmp_path.iterdir()) == []
    whole(tmp_path / "x")
    assert [file.name for file in tmp_path.iterdir()] == ["x"]


def test_the_old_one_stays_when_the_new_one_fails(tmp_path: Path) -> None:
    whole(tmp_path / "x")
    with pytest.raises(KgError, match="cannot be written: No space"):
        half(tmp_path / "x", force=True)
    assert (tmp_path / "x" / "LICENCE.txt").read_text() == "whole"
    assert [file.name for file in tmp_path.iterdir()] == ["x"]


def test_what_somebody_else_made_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    file = tmp_path / "g.graphml"

    def write_beside() -> None:
        with new_files([file], "--graphml", force=False) as draft:
            (draft / "g.graphml").write_text("ours")
            file.write_text("theirs")

    with pytest.raises(KgError, match="is there already"):
        write_beside()
    assert file.read_text() == "theirs"
    assert [path.name for path in tmp_path.iterdir()] == ["g.graphml"]


def test_a_link_still_is_one_afterwards(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "here").symlink_to(tmp_path / "there")
    target = check_target(tmp_path / "here", "csv")
    with new_folder(target.path, "--csv", force=False) as draft:
        (draft / "LICENCE.txt").write_text("ours")
    assert (tmp_path / "here").is_symlink()
    assert (tmp_path / "there" / "LICENCE.txt").read_text() == "ours"


def test_parquet_without_pyarrow_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(KgError, match="localgov-kg\\[parquet\\]"):
        check_target(tmp_path / "x", "parquet")


@pytest.mark.parametrize("steps", [0, 7, 1.5, "two", True])
def test_steps_that_make_no_sense_are_refused(steps: Any) -> None:
    with pytest.raises(KgError, match="whole number between 1 and 6"):
        check_asked(around="Riga", steps=steps)
