"""All recommendations by Spark are those of the graph in memory. Needs the extra ``spark``: ``make test-spark``."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyarrow.parquet import read_table

from benchmarks.europe import europe
from kg.cli import main
from kg.errors import KgError
from kg.queries.everybody import Row, rows_of
from kg.queries.kinds.kind import KINDS, Kind, weights
from kg.queries.ranking import EXISTING, Rule
from kg.queries.snapshot import parquet
from kg.queries.snapshot.graph import Snapshot
from kg.queries.snapshot.tables import Tables
from kg.queries.spark.part import LAYERS, RUNNING
from kg.queries.world import World
from tests.unit.queries.drawn import DAY, dated, tables

pytest.importorskip("pyspark", reason="the extra `spark` is not installed: make test-spark")

# pyspark warns of pandas 3, and leaves its sockets to the collector.
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    """A session that all tests share, since to start one takes longer than most of them."""
    from kg.queries.spark.session import spark_session

    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("KG_SPARK_MASTER", "local[2]")
        with spark_session() as started:
            yield started


def kept(given: Tables, folder: Path) -> Path:
    parquet.write(folder, given, {})
    return folder


def table(folder: Path) -> list[Row]:
    """Return the rows of a folder that Spark wrote, in the order of its files."""
    files = [read_table(file) for file in sorted(folder.glob("part-*.parquet"))]
    return [row for file in files for row in zip(*(column.to_pylist() for column in file.columns), strict=True)]


def check_same(found: Sequence[Row], expected: Sequence[Row]) -> None:
    assert [row[:7] for row in found] == [row[:7] for row in expected]
    numbers = ([row[7:] for row in rows] for rows in (found, expected))
    np.testing.assert_allclose(*(np.array(some, np.float64) for some in numbers), rtol=0, atol=1e-9)


@pytest.mark.parametrize("seed", [3, 11])
def test_who_has_what_and_all_counts_are_those_in_memory(session: Any, seed: int, tmp_path: Path) -> None:
    from kg.queries.spark.counts import count
    from kg.queries.spark.layers import read_graph

    given = dated(tables(seed, 40), seed)
    world = World.of(Snapshot.from_tables(given, DAY))
    snapshot = world.snapshot
    graph = read_graph(session, kept(given, tmp_path), DAY)
    assert graph.places.ids == snapshot.places.ids
    assert graph.places.regions == snapshot.places.regions
    for name in ("country", "region", "larger", "population", "xyz"):
        np.testing.assert_array_equal(getattr(graph.places, name), getattr(snapshot.places, name))
    np.testing.assert_array_equal(graph.twins.starts, snapshot.twins.starts)
    np.testing.assert_array_equal(graph.twins.columns, snapshot.twins.columns)
    found = sorted(tuple(row) for row in graph.held.where(f"layer < {RUNNING}").collect())
    expected = []
    for number, name in enumerate(LAYERS):
        layer = getattr(snapshot, name)
        assert graph.things[number].ids == layer.things
        np.testing.assert_array_equal(graph.things[number].sizes, layer.sizes)
        held = layer.held
        place = np.repeat(np.arange(held.height), held.counts).tolist()
        rest = held.columns.tolist(), held.weights.tolist(), held.marks.tolist()
        expected += [(number, *entry) for entry in zip(place, *rest, strict=True)]
    assert found == sorted(expected)
    assert count(session, graph).as_json() == world.aggregates.as_json()


@pytest.mark.parametrize("kind", KINDS)
def test_lists_and_terms_are_those_in_memory(session: Any, kind: Kind, tmp_path: Path) -> None:
    from kg.queries.spark.run import recommend_all_by_spark

    given = dated(tables(5, 35), 5)
    number = recommend_all_by_spark(kept(given, tmp_path), tmp_path / "out", kind=kind, top=4, as_of=DAY)
    found = table(tmp_path / "out")
    assert number == len(found) > 50
    world = World.of(Snapshot.from_tables(given, DAY))
    check_same(found, list(rows_of(world, weights(kind), EXISTING[kind], 4)))


def test_it_is_so_for_an_eighth_of_europe(session: Any, tmp_path: Path) -> None:
    from kg.queries.spark.run import recommend_all_by_spark

    given, day, existing = europe(1 / 8), date(2026, 11, 25), EXISTING["exchange"]
    recommend_all_by_spark(kept(given, tmp_path), tmp_path / "out", as_of=day)
    expected = list(rows_of(World.of(Snapshot.from_tables(given, day)), weights("exchange"), existing, 10))
    assert len(expected) > 160_000
    check_same(table(tmp_path / "out"), expected)


def test_the_command_writes_one_file_from_a_folder_without_a_database(
    session: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given, out = tables(5, 20), tmp_path / "all.csv"
    snapshot = kept(given, tmp_path)
    arguments = [
        "recommend",
        "--all",
        "--engine",
        "spark",
        "--snapshot",
        str(snapshot),
        "--top",
        "2",
        "--as-of",
        "2026-05-01",
    ]
    with pytest.raises(SystemExit, match="^0$"):
        main([*arguments, "--include-existing", "--out", str(out)])
    existing: tuple[Rule, ...] = ()
    expected = list(rows_of(World.of(Snapshot.from_tables(given, DAY)), weights("exchange"), existing, 2))
    assert f"{len(expected)} rows in {out}." in capsys.readouterr().err
    with out.open(encoding="utf-8-sig", newline="") as file:
        head, *found = csv.reader(file)
    assert head[:3] == ["id", "name", "country"]
    assert [(row[0], row[4]) for row in found] == [(row[0], row[4]) for row in expected]
    assert {path.name for path in tmp_path.iterdir()} == {"all.csv", *parquet.FILES}, "nothing else is left"


def test_a_graph_without_places_has_no_rows(session: Any, tmp_path: Path) -> None:
    from kg.queries.spark.run import recommend_all_by_spark

    assert recommend_all_by_spark(kept(Tables([], []), tmp_path), tmp_path / "all.csv") == 0
    assert (tmp_path / "all.csv").read_text(encoding="utf-8-sig").startswith("id,name,country,rank,")


def test_what_breaks_off_is_told_and_leaves_nothing(session: Any, tmp_path: Path) -> None:
    from kg.queries.spark.run import recommend_all_by_spark

    for name in parquet.FILES:
        (tmp_path / name).write_text("not Parquet")
    with pytest.raises(KgError, match="Spark broke off"):
        recommend_all_by_spark(tmp_path, tmp_path / "out")
    assert {path.name for path in tmp_path.iterdir()} == {*parquet.FILES}
