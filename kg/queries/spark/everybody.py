"""``kg recommend --all --engine spark``: the table of all recommendations, block by block of places, by Spark.

Each of the three steps of :mod:`kg.queries.spark.part` is a join, which brings every block what it asked for, and a function of
Python over the blocks: there the same functions score as on one machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from kg.errors import KgError
from kg.queries.block import blocks_of
from kg.queries.everybody import COLUMNS, Everybody, Row
from kg.queries.kinds.kind import Weights
from kg.queries.ranking import Rule
from kg.queries.scoring import exact
from kg.queries.snapshot.parquet import FILES
from kg.queries.spark.counts import count
from kg.queries.spark.layers import Graph, read_graph, small_frame
from kg.queries.spark.part import RUNNING, Entries, Shared, best_of, places_of, things_of

#: The types of the columns by which blocks are told what they asked for.
_ENTRIES = "layer int, place int, thing int, weight double, mark int"

#: A number that no layer has: of a row that only says that there is a block.
_NO_LAYER = -1

#: In each partition so many blocks at most, so that all processors have something to do to the end.
_BLOCKS = 8


def check_snapshot(folder: Path) -> None:
    """Refuse a folder that holds no exported snapshot.

    Raises:
        KgError: A file is missing.
    """
    for name in FILES:
        if not (folder / name).exists():
            raise KgError(
                f"--snapshot {folder} holds no snapshot, as there is no {name} in it: kg snapshot export FOLDER writes one."
            )


def recommend_by_spark(
    session: Any,
    folder: Path,
    out: Path,
    *,
    weights: Weights,
    existing: Sequence[Rule],
    top: int,
    as_of: date,
    report: Callable[[str], None] | None = None,
) -> int:
    """Write the best partners of every place to a new folder of Parquet files, and return how many rows there are.

    Files and rows are in the order of :func:`kg.queries.everybody.rows_of`.

    Args:
        session: The session of Spark; all its machines see both folders.
        folder: The exported snapshot.
        out: The new folder.
        weights: What makes the scores.
        existing: Which existing ties leave a place out.
        top: How many partners for each place.
        as_of: The day as of which.
        report: Hears what is done next.

    Raises:
        KgError: There is no snapshot in the folder.
    """
    check_snapshot(folder)
    tell = report or (lambda _: None)
    tell("Reading the snapshot")
    graph = read_graph(session, folder, as_of)
    try:
        tell("Counting over the whole graph")
        shared = _shared(session, graph, weights, existing, top, as_of)
        tell("Comparing places")
        _rows(session, graph, shared).write.parquet(out.absolute().as_uri())
    finally:
        graph.held.unpersist()
    return int(session.read.parquet(out.absolute().as_uri()).count())


def _shared(session: Any, graph: Graph, weights: Weights, existing: Sequence[Rule], top: int, as_of: date) -> Shared:
    aggregates = count(session, graph)
    return Shared(
        as_of=as_of,
        places=graph.places,
        lasting=graph.lasting,
        twins=graph.twins,
        things=graph.things,
        aggregates=aggregates,
        blocks=tuple(blocks_of(aggregates.directory)),
        weights=weights,
        existing=tuple(existing),
        top=top,
    )


def _rows(session: Any, graph: Graph, shared: Shared) -> Any:
    """Return the data frame of the table."""
    from pyspark.sql import functions as f

    told = session.sparkContext.broadcast(shared)
    number = len(shared.blocks)
    partitions = max(1, min(number, max(2 * session.sparkContext.defaultParallelism, -(-number // _BLOCKS))))
    blocks, every = _blocks(session, shared)
    columns = [name.split()[0] for name in _ENTRIES.split(", ")]

    def together(*frames: Any) -> Any:
        found = every
        for frame in frames:
            found = found.unionByName(frame.select("block", *columns))
        return found.repartition(partitions, "block").groupBy("block")

    own = graph.held.join(blocks, "place")
    things = together(own).applyInArrow(_things(told), "block int, layer int, thing int")
    first = graph.held.join(things, ["layer", "thing"]).select("block", *columns).persist()
    places = together(own, first).applyInArrow(_places(told), "block int, place int")
    second = graph.held.where(f.col("layer") < RUNNING).join(places, "place")
    terms = ", ".join(f"`{name}` double" for name in shared.weights.terms)
    found = together(first, second).applyInArrow(
        _best(told), f"at int, place int, rank int, partner int, score double, {terms}"
    )
    return _named(session, graph, found, list(shared.weights.terms))


def _blocks(session: Any, shared: Shared) -> tuple[Any, Any]:
    """Return in which block each place is, and a row for each block that says only that there is one."""
    import pyarrow as pa

    counts = [len(subjects) for subjects in shared.blocks]
    numbers = np.arange(len(counts))
    places = np.concatenate([np.zeros(0, np.int64), *shared.blocks])
    of_place = {"place": pa.array(places, pa.int32()), "block": pa.array(np.repeat(numbers, counts), pa.int32())}
    nothing = pa.array(np.zeros(len(counts)), pa.int32())
    every = {
        "block": pa.array(numbers, pa.int32()),
        "layer": pa.array(np.full(len(counts), _NO_LAYER), pa.int32()),
        **dict.fromkeys(("place", "thing"), nothing),
        "weight": pa.array(np.zeros(len(counts)), pa.float64()),
        "mark": nothing,
    }
    return small_frame(session, pa.table(of_place)), session.createDataFrame(pa.table(every))


def _named(session: Any, graph: Graph, found: Any, terms: list[str]) -> Any:
    """Return rows with ids, names and countries in place of positions, in order."""
    from pyspark.sql import functions as f

    known = small_frame(session, graph.named)
    own = known.select("place", *(f.col(name) for name in ("id", "name", "country")))
    other = known.select(
        f.col("place").alias("partner"), *(f.col(name).alias(f"partner_{name}") for name in ("id", "name", "country"))
    )
    named = found.join(own, "place").join(other, "partner")
    return named.orderBy("at", "rank").select(*COLUMNS, *(f"`{name}`" for name in terms))


# What the machines run --------------------------------------------------------------------------------------------------------


def _given(table: Any) -> tuple[int, Entries]:
    """Return the number of a block and what it was brought."""
    layer = table.column("layer").to_numpy()
    some = np.flatnonzero(layer != _NO_LAYER)
    values = {name: table.column(name).to_numpy()[some] for name in Entries._fields}
    whole = {name: values[name].astype(np.float64 if name == "weight" else np.int64) for name in Entries._fields}
    return int(table.column("block")[0].as_py()), Entries(**whole)


def _things(told: Any) -> Callable[[Any], Any]:
    def ask(table: Any) -> Any:
        import pyarrow as pa

        number, entries = _given(table)
        layers, things = things_of(told.value, number, entries)
        return pa.table(
            {
                "block": pa.array(np.full(len(things), number), pa.int32()),
                "layer": pa.array(layers, pa.int32()),
                "thing": pa.array(things, pa.int32()),
            }
        )

    return ask


def _places(told: Any) -> Callable[[Any], Any]:
    def ask(table: Any) -> Any:
        import pyarrow as pa

        number, entries = _given(table)
        places = places_of(told.value, number, entries)
        block = pa.array(np.full(len(places), number), pa.int32())
        return pa.table({"block": block, "place": pa.array(places, pa.int32())})

    return ask


def _best(told: Any) -> Callable[[Any], Any]:
    def ask(table: Any) -> Any:
        import pyarrow as pa

        number, entries = _given(table)
        shared: Shared = told.value
        before = sum(len(subjects) for subjects in shared.blocks[:number])
        at = {place: before + position for position, place in enumerate(shared.blocks[number].tolist())}
        found = list(best_of(shared, number, entries))
        counts = [len(one.others) for one in found]
        subjects = [one.subject for one in found]
        terms = np.concatenate([np.zeros((0, len(shared.weights.terms))), *(one.terms for one in found)])
        whole = {
            "at": np.repeat(np.array([at[one] for one in subjects], np.int64), counts),
            "place": np.repeat(np.array(subjects, np.int64), counts),
            "rank": np.concatenate([np.zeros(0, np.int64), *(np.arange(1, number + 1) for number in counts)]),
            "partner": np.concatenate([np.zeros(0, np.int64), *(one.others for one in found)]),
        }
        return pa.table(
            {
                **{name: pa.array(values, pa.int32()) for name, values in whole.items()},
                "score": pa.array(exact(terms), pa.float64()),
                **{name: pa.array(terms[:, at], pa.float64()) for at, name in enumerate(shared.weights.terms)},
            }
        )

    return ask


# From the folder into one file ------------------------------------------------------------------------------------------------


def everybody_of(folder: Path, weights: Weights) -> Everybody:
    """Return the rows that :func:`recommend_by_spark` wrote, as they are read."""
    return Everybody(tuple(weights.terms), _rows_of(folder))


def _rows_of(folder: Path) -> Iterator[Row]:
    from pyarrow.parquet import ParquetFile

    for file in sorted(folder.glob("part-*.parquet")):
        with ParquetFile(file) as opened:
            for batch in opened.iter_batches():
                yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)
