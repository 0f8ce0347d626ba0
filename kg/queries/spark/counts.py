"""The counts over the whole graph, :class:`kg.queries.snapshot.aggregates.Aggregates`, of who has what by Spark.

Only counts come back: by country, region, programme, network and place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy import sparse

from kg.queries.snapshot.aggregates import (
    SIZE_CLASSES,
    SMALL_NETWORK,
    Aggregates,
    Counts,
    counts_of_twins,
    size_class,
    spacing_of,
)
from kg.queries.snapshot.directory import Directory
from kg.queries.snapshot.layers import Floats, Indices
from kg.queries.spark.layers import Graph, small_frame
from kg.queries.spark.part import LAYERS

_NETWORKS, _TOWNS = LAYERS.index("networks"), LAYERS.index("town_projects")
_OF_THEMES = tuple(LAYERS.index(name) for name in ("seeks", "offers", "project_themes"))


def count(session: Any, graph: Graph) -> Aggregates:
    """Return the counts over a whole graph."""
    from pyspark.sql import functions as f

    places, networks = graph.places, graph.things[_NETWORKS]
    groups = _groups(session, graph)
    small = _small(session, networks.sizes)
    member = graph.held.where(f.col("layer") == _NETWORKS).select("place", "thing").join(small, "thing", "left")
    member = member.withColumn("small", f.coalesce("small", f.lit(0))).persist()
    town = graph.held.where(f.col("layer") == _TOWNS).select("place", "thing").join(groups, "place").persist()
    try:
        in_small = member.where("small = 1").join(groups, "place")
        of_place = _of_places(member, town, len(places.ids))
        classes = size_class(places.population)
        active = of_place["networks"] + of_place["projects"] + graph.twins.counts > 0
        names = tuple(map(str, range(len(SIZE_CLASSES) + 1)))
        small_ids = networks.ids
        pairs = member.select("place", "thing").join(
            member.where("small = 1").select("place", f.col("thing").alias("other")), "place"
        )
        themes = graph.held.where(f.col("layer").isin(*_OF_THEMES)).groupBy("layer", "thing").count().toArrow()
        return Aggregates(
            **counts_of_twins(places, graph.twins),
            project_countries=_together(town, "country", places.countries),
            project_regions=_together(town, "larger", places.larger_regions),
            programme_regions=_programmes(town, graph.programmes, places.regions),
            network_countries=_table(in_small, ("thing", "country"), small_ids, places.countries),
            network_sizes=_table(in_small, ("thing", "size"), small_ids, names),
            network_pairs=_table(pairs.where("thing <> other"), ("thing", "other"), networks.ids, small_ids),
            active=Counts.of(_sum(places.country[active], classes[active], (len(places.countries), len(names))), places.countries, names),
            spacing=spacing_of(places),
            members=Counts.of(networks.sizes[:, None], networks.ids, ("",)),
            themes=_themes(themes, graph),
            directory=Directory.of_counts(
                places, graph.twins, small_networks=of_place["small"], projects=of_place["projects"]
            ),
        )  # fmt: skip
    finally:
        member.unpersist()
        town.unpersist()


def _groups(session: Any, graph: Graph) -> Any:
    """Return of each place the numbers of its country, regions and size class."""
    import pyarrow as pa

    places = graph.places
    values: Mapping[str, Indices] = {
        "place": np.arange(len(places.ids)),
        "country": places.country,
        "region": places.region,
        "larger": places.larger,
        "size": size_class(places.population),
    }
    return small_frame(session, pa.table({name: pa.array(some, pa.int32()) for name, some in values.items()}))


def _small(session: Any, sizes: Floats) -> Any:
    import pyarrow as pa

    some = np.flatnonzero(sizes < SMALL_NETWORK)
    ones = pa.array(np.ones(len(some)), pa.int32())
    return small_frame(session, pa.table({"thing": pa.array(some, pa.int32()), "small": ones}))


def _of_places(member: Any, town: Any, number: int) -> dict[str, Floats]:
    """Return for each place in how many networks, small networks and projects it is."""
    from pyspark.sql import functions as f

    found = {name: np.zeros(number) for name in ("networks", "small", "projects")}
    networks = member.groupBy("place").agg(f.count("*").alias("networks"), f.sum("small").alias("small")).toArrow()
    projects = town.groupBy("place").agg(f.count("*").alias("projects")).toArrow()
    for table in (networks, projects):
        for name in table.column_names[1:]:
            found[name][table.column("place").to_numpy()] = table.column(name).to_numpy()
    return found


def _together(town: Any, group: str, names: Sequence[str]) -> Counts:
    """Return in how many projects two groups both are."""
    present = town.select(group, "thing").distinct()
    other = present.withColumnRenamed(group, "other")
    return _table(present.join(other, "thing").where(f"{group} <> other"), (group, "other"), names, names)


def _programmes(town: Any, programmes: Any, regions: Sequence[str]) -> Counts:
    """Return the projects of each NUTS 3 region by programme."""
    found = (
        town.select("region", "thing")
        .distinct()
        .join(programmes, "thing")
        .groupBy("region", "programme")
        .count()
        .toArrow()
    )
    funded = found.column("programme").to_pylist()
    names = sorted(set(funded))
    at = {name: position for position, name in enumerate(names)}
    column = np.array([at[name] for name in funded], np.int64)
    cells = _sum(
        found.column("region").to_numpy(), column, (len(regions), len(names)), found.column("count").to_numpy()
    )
    return Counts.of(cells, regions, names)


def _themes(found: Any, graph: Graph) -> Counts:
    """Return how many places are concerned with each theme."""
    concerned: dict[str, float] = {}
    for layer, thing, number in zip(*(column.to_pylist() for column in found.columns), strict=True):
        name = graph.things[layer].ids[thing]
        concerned[name] = concerned.get(name, 0.0) + number
    names = sorted(concerned)
    return Counts.of(np.array([concerned[name] for name in names], np.float64).reshape(-1, 1), names, ("",))


def _table(frame: Any, of: tuple[str, str], rows: Sequence[str], columns: Sequence[str]) -> Counts:
    """Return how often each two numbers stand in two columns, as a table with the names of these numbers."""
    found = frame.groupBy(*of).count().toArrow()
    row, column, number = (found.column(name).to_numpy() for name in (*of, "count"))
    return Counts.of(_sum(row, column, (len(rows), len(columns)), number), rows, columns)


def _sum(row: Any, column: Any, shape: tuple[int, int], number: Any = None) -> sparse.csr_array:
    values = np.ones(len(row)) if number is None else np.asarray(number, np.float64)
    return sparse.csr_array((values, (row, column)), shape=shape)
