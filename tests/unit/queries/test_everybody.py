"""The table of all recommendations: the lists of ``recommend`` for each place, and how it is written to a file."""

from __future__ import annotations

import csv
import math
import multiprocessing
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.queries import candidates, everybody
from kg.queries.block import Everyone
from kg.queries.block_scores import Finder
from kg.queries.engines import SnapshotEngine
from kg.queries.everybody import COLUMNS, ENDINGS, Everybody, Row, rows_of, write_everybody
from kg.queries.kinds.kind import KINDS, Kind, Weights, weights
from kg.queries.ranking import EXISTING, Ranking, Rule, sort_out
from kg.queries.validity import is_over
from kg.queries.world import World
from tests.unit.queries.drawn import ALL, DAY, made

TERMS = ("size", "twin_towns")
ROW: Row = ("own:a", "A", "LV", 1, "own:b", "B", None, 0.3, 0.1, 0.2)


def each_by_itself(
    world: World, of: Weights, existing: Sequence[Rule], top: int
) -> dict[str, list[tuple[str, list[float]]]]:
    """Return the lists as ``recommend`` makes them, one place after the other."""
    engine, snapshot, found = SnapshotEngine(world), world.snapshot, {}
    for at, row in enumerate(snapshot.places.rows):
        around = engine.around(row.id, of)
        kept, _ = sort_out(snapshot, at, around.candidates, existing=existing)
        ranking = Ranking.of(around.pairs(kept), of)
        listed = [
            (snapshot.places.ids[kept[best]], ranking.worth[best].tolist()) for best in ranking.order(top).tolist()
        ]
        if listed and not (row.dissolved is not None and is_over(DAY, None, row.dissolved)):
            found[row.id] = listed
    return found


def all_at_once(
    world: World, of: Weights, existing: Sequence[Rule], top: int
) -> dict[str, list[tuple[str, list[float]]]]:
    found: dict[str, list[tuple[str, list[float]]]] = {}
    for id_, _, _, rank, other, _, _, score, *terms in rows_of(world, of, existing, top):
        found.setdefault(id_, []).append((other, terms))
        assert rank == len(found[id_])
        assert score == math.fsum(terms)
    return found


def check_same(world: World, of: Weights, existing: Sequence[Rule], top: int) -> None:
    expected, found = each_by_itself(world, of, existing, top), all_at_once(world, of, existing, top)
    assert found.keys() == expected.keys()
    for id_, listed in expected.items():
        assert [other for other, _ in found[id_]] == [other for other, _ in listed]
        np.testing.assert_allclose([t for _, t in found[id_]], [t for _, t in listed], rtol=0, atol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.usefixtures("few")
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), number=st.integers(0, 40), top=st.integers(1, 4), keep=st.booleans())
def test_everybody_has_the_lists_that_each_has_by_itself(
    kind: Kind, seed: int, number: int, top: int, keep: bool
) -> None:
    check_same(made(seed, number), weights(kind), () if keep else EXISTING[kind], top)


@pytest.mark.parametrize("of", ALL)
@pytest.mark.usefixtures("few")
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), keep=st.booleans())
def test_so_it_is_with_any_term_of_any_shape(of: Weights, seed: int, keep: bool) -> None:
    check_same(made(seed, 40), of, () if keep else EXISTING["exchange"], 2)


@pytest.mark.usefixtures("few")
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_whom_a_block_is_compared_with_are_the_candidates_of_each(seed: int) -> None:
    world = made(seed, 40)
    country = world.snapshot.places.country
    for some in Everyone(world).blocks():
        found = some.candidates(weights("twinning"))
        for row, one in zip(found, some.subjects.tolist(), strict=True):
            expected = candidates.candidates(world, one, weights("twinning"))
            # Those of its own country are left out at once, but for a place of which no country is known.
            at_home = (country[expected] == country[one]) & (country[one] > 0)
            assert np.flatnonzero(row).tolist() == expected[~at_home].tolist()


def test_every_place_is_in_one_block() -> None:
    world = made(1, 40)
    subjects = np.concatenate([some.subjects for some in Everyone(world).blocks()])
    assert sorted(subjects.tolist()) == list(range(len(world.snapshot.places.ids)))


def test_progress_is_told_up_to_the_last_place() -> None:
    world, told = made(1, 30), list[tuple[int, int]]()
    total = len(world.snapshot.places.ids)
    list(rows_of(world, weights("exchange"), (), 2, lambda done, of: told.append((done, of))))
    assert told[0] == (0, total)
    assert told[-1] == (total, total)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_more_than_there_are_is_all_that_there_are() -> None:
    world = made(2, 12)
    finder = Finder(Everyone(world), weights("exchange"), (), 1_000)
    lists = [found for some in Everyone(world).blocks() for found in finder.best(some)]
    assert all(len(found.others) < len(world.snapshot.places.ids) for found in lists)
    check_same(world, weights("exchange"), (), 1_000)


@pytest.mark.usefixtures("few")
def test_two_processes_give_what_one_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(everybody, "_WORTH_IT", 0)
    world, of = made(3, 40), weights("project")
    one, two = (list(rows_of(world, of, (), 3, processes=number)) for number in (1, 2))
    assert one == two
    assert one


@pytest.mark.usefixtures("few")
def test_who_stops_listening_leaves_no_process_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(everybody, "_WORTH_IT", 0)
    rows = rows_of(made(3, 40), weights("project"), (), 3, processes=2)
    for _ in range(40):
        next(rows)
    rows.close()  # type: ignore[attr-defined]
    assert not multiprocessing.active_children()


def broken_off() -> Iterator[Row]:
    yield ROW
    raise KeyboardInterrupt


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_is_broken_off_leaves_the_old_table_and_nothing_else(ending: str, tmp_path: Path) -> None:
    file = tmp_path / f"all{ending}"
    file.write_text("old", encoding="utf-8")
    with pytest.raises(KeyboardInterrupt):
        write_everybody(Everybody(TERMS, broken_off()), file)
    assert [(one.name, one.read_text(encoding="utf-8")) for one in tmp_path.iterdir()] == [(file.name, "old")]


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_new_table_takes_the_place_of_the_old_one_also_behind_a_link(ending: str, tmp_path: Path) -> None:
    file, link = tmp_path / f"all{ending}", tmp_path / f"link{ending}"
    file.write_text("old", encoding="utf-8")
    link.symlink_to(file)
    assert write_everybody(Everybody(TERMS, iter([ROW])), link) == 1
    assert link.is_symlink()
    assert file.read_bytes() != b"old"
    assert {one.name for one in tmp_path.iterdir()} == {file.name, link.name}


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_file_has_all_columns_also_without_rows(ending: str, tmp_path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    for rows in ([], [ROW, ROW]):
        file = tmp_path / f"all{ending}"
        assert write_everybody(Everybody(TERMS, iter(rows)), file) == len(rows)
        if ending == ".csv":
            header, *lines = csv.reader(file.read_text(encoding="utf-8-sig").splitlines())
            assert [(*line[:3], *line[-3:]) for line in lines] == [("own:a", "A", "LV", "0.3", "0.1", "0.2")] * len(
                rows
            )
        else:
            table = parquet.read_table(file) if ending == ".parquet" else pa.ipc.open_file(file).read_all()
            header = table.column_names
            assert [tuple(row.values()) for row in table.to_pylist()] == rows
        assert header == [*COLUMNS, *TERMS]
