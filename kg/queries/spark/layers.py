"""Who has what, from the tables of a snapshot as Parquet: the rules of :class:`kg.queries.snapshot.graph.Snapshot`, by Spark.

What this process itself holds are the places, the things (networks, projects, events, people, themes) with how many have each, and
the twinnings; who has what stays with Spark.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kg.queries.block import lasting
from kg.queries.snapshot.graph import THROUGH_A_BODY
from kg.queries.snapshot.layers import Rows
from kg.queries.snapshot.parquet import FILES
from kg.queries.snapshot.places import PLACE_LABELS, Places, places_of
from kg.queries.snapshot.tables import FactRow, NodeRow
from kg.queries.spark.part import LAYERS, RUNNING, Things
from kg.schema.relationships import CLOSED, REQUESTS

#: The layers that places also have through bodies that serve them, by the type of their facts; for most of these counts whether a
#: fact is true on the day, for the others whether the event had begun.
_OF_FACTS = {
    "networks": "MEMBER_OF",
    "events": "TOOK_PART_IN",
    "people": "HOLDS_POST",
    "seeks": "SEEKS",
    "offers": "OFFERS",
}
_BEGUN = ("TOOK_PART_IN",)

#: Tables of so many rows go to every machine.
_EVERYWHERE = 2_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """A graph as Spark has it.

    Attributes:
        places: The places, without their rows.
        named: Of each place id, name and country as an Arrow table, in order.
        lasting: Which of them still are municipalities.
        twins: The twinnings in force, in both directions.
        things: What is in each layer.
        held: Who has what, a data frame with the columns of :class:`kg.queries.spark.part.Entries`, kept by Spark.
        programmes: The programme of each project that has one: a data frame with ``thing`` and ``programme``.
    """

    places: Places
    named: Any
    lasting: NDArray[np.bool_]
    twins: Rows
    things: tuple[Things, ...]
    held: Any
    programmes: Any


def read_graph(session: Any, folder: Path, as_of: date) -> Graph:
    """Return the graph of an exported snapshot as of a date."""
    nodes, facts = (session.read.parquet((folder.absolute() / name).as_uri()) for name in FILES)
    return _Reader(session, nodes, facts, as_of).graph()


class _Reader:
    def __init__(self, session: Any, nodes: Any, facts: Any, as_of: date) -> None:
        from pyspark.sql import functions

        self.f = functions
        self.session = session
        self.nodes = nodes
        self.facts = facts
        self.as_of = as_of
        self.day = as_of.isoformat()

    def graph(self) -> Graph:
        places, rows = self._places()
        at = self._numbered(places.ids, "place")
        held_by_id, sizes = self._held(at)
        things = self._things(sizes)
        held = self._by_position(held_by_id, things).persist()
        return Graph(
            places=places,
            named=self._named(rows),
            lasting=lasting(rows, self.as_of),
            twins=self._twins(at, len(places.ids)),
            things=things,
            held=held,
            programmes=self._programmes(things[LAYERS.index("town_projects")]),
        )

    # Rules of dates --------------------------------------------------------------------------------------------------------

    def _valid(self) -> Any:
        """The rule of :func:`kg.queries.validity.valid`."""
        listed = {"requests": sorted(REQUESTS), "closed": sorted(CLOSED)}
        requests, closed = (", ".join(f"'{one}'" for one in some) for some in listed.values())
        return self.f.expr(
            f"(since IS NULL OR since <= '{self.day}')"
            f" AND (until IS NULL OR until >= substring('{self.day}', 1, length(until)))"
            f" AND (ended IS NULL OR ended > '{self.day}')"
            f" AND (type NOT IN ({requests}) OR status IS NULL OR status NOT IN ({closed})"
            f" OR (closed IS NOT NULL AND closed > '{self.day}'))"
        )

    def _of_type(self, *types: str) -> Any:
        return self.facts.where(self.f.col("type").isin(*types))

    def _begun(self, facts: Any) -> Any:
        """Facts with projects and events that had begun by the day or have no known start, with the ``over`` of these."""
        over = f"`end` IS NOT NULL AND `end` < substring('{self.day}', 1, length(`end`))"
        begun = self.nodes.where(self.f.expr(f"start IS NULL OR start <= '{self.day}'")).select(
            self.f.col("id").alias("end"), self.f.expr(over).alias("over")
        )
        return facts.join(begun, "end")

    # Places ----------------------------------------------------------------------------------------------------------------

    def _places(self) -> tuple[Places, list[NodeRow]]:
        f = self.f
        fields = list(NodeRow._fields)
        rows = _rows(self.nodes.where(f.col("label").isin(*PLACE_LABELS)).select(*fields), NodeRow)
        located = self._of_type("LOCATED_IN")
        ends = self.nodes.where("nuts IS NOT NULL").join(
            located.select(f.col("end").alias("id")).distinct(), "id", "left_semi"
        )
        regions = {row.id: row for row in _rows(ends.select(*fields), NodeRow)}
        within = located.join(ends.select(f.col("id").alias("end")), "end", "left_semi")
        facts = sorted(_rows(within.select(*FactRow._fields), FactRow), key=lambda row: (row.start, row.end, row.key))
        places = places_of(rows, facts, regions)
        return replace(places, rows=()), list(places.rows)

    def _named(self, rows: list[NodeRow]) -> Any:
        import pyarrow as pa

        return pa.table(
            {
                "place": pa.array(range(len(rows)), pa.int32()),
                **{
                    name: pa.array([getattr(row, name) for row in rows], pa.string())
                    for name in ("id", "name", "country")
                },
            }
        )

    def _twins(self, at: Any, number: int) -> Rows:
        f = self.f
        ties = self._of_type("TWINNED_WITH").where(self._valid()).select("start", "end")
        one, other = (
            at.select(f.col("id").alias(end), f.col("place").alias(name))
            for end, name in (("start", "one"), ("end", "other"))
        )
        found = ties.join(one, "start").join(other, "end").select("one", "other").distinct().toArrow()
        a, b = (found.column(name).to_numpy().astype(np.int64) for name in ("one", "other"))
        ends, others = np.concatenate([a, b]), np.concatenate([b, a])
        return Rows.of_arrays(ends, others, np.ones(len(ends)), np.full(len(ends), -1), number, number)

    # Who has what ----------------------------------------------------------------------------------------------------------

    def _held(self, at: Any) -> tuple[Any, Any]:
        """Return who has what by ids of things (layer, place, id, weight, mark), and how many have each thing (layer, id, size)."""
        f = self.f
        types = {type_: LAYERS.index(name) for name, type_ in _OF_FACTS.items()}
        said = self._of_type(*(type_ for type_ in types if type_ not in _BEGUN)).where(self._valid())
        said = said.unionByName(self._begun(self._of_type(*_BEGUN)).select(*said.columns))
        layer = f.create_map(*[f.lit(part) for pair in types.items() for part in pair])[f.col("type")]
        post = f.col("type") == "HOLDS_POST"
        had = said.select(
            layer.cast("int").alias("layer"),
            f.when(post, f.col("end")).otherwise(f.col("start")).alias("holder"),
            f.when(post, f.col("start")).otherwise(f.col("end")).alias("id"),
        ).distinct()
        holder = at.select(f.col("id").alias("holder"), "place")
        own = had.join(holder, "holder").select("layer", "place", "id")
        through = self._through(had, at).join(own, ["layer", "place", "id"], "left_anti")
        projects, themes, running = self._projects(at)
        alone = projects.unionByName(themes)
        sizes = (
            had.groupBy("layer", "id").count().unionByName(alone.unionByName(running).groupBy("layer", "id").count())
        )
        whole = own.unionByName(alone).unionByName(running)
        whole = whole.withColumn("weight", f.lit(1.0)).withColumn("mark", f.lit(-1))
        return whole.unionByName(through), sizes

    def _through(self, had: Any, at: Any) -> Any:
        """Return what places have through bodies that serve them; the mark is that of the body, or -1 where there are several."""
        f = self.f
        serves = (
            self._of_type("SERVES")
            .where(self._valid())
            .select(f.col("start").alias("holder"), f.col("end").alias("id"))
        )
        serves = serves.join(at, "id").select("holder", "place").distinct()
        bodies = sorted(serves.select("holder").distinct().toArrow().column("holder").to_pylist())
        marked = serves.join(self._numbered(bodies, "mark").withColumnRenamed("id", "holder"), "holder")
        found = had.join(marked, "holder").groupBy("layer", "place", "id")
        counted = found.agg(f.countDistinct("mark").alias("bodies"), f.min("mark").alias("first"))
        mark = f.when(f.col("bodies") == 1, f.col("first")).otherwise(f.lit(-1)).cast("int")
        return counted.select("layer", "place", "id", f.lit(THROUGH_A_BODY).alias("weight"), mark.alias("mark"))

    def _projects(self, at: Any) -> tuple[Any, Any, Any]:
        """Return the projects of towns, the themes of places by their projects, and who is itself in which running project."""
        f = self.f
        parts = self._begun(self._of_type("PARTICIPATES_IN"))
        place = at.select(f.col("id").alias("start"), "place")
        own = parts.join(place, "start")
        seats = (
            self._of_type("BASED_IN").select("start", f.col("end").alias("id")).join(at, "id").select("start", "place")
        )
        seated = parts.join(place, "start", "left_anti").join(seats.distinct(), "start")
        towns = own.select("place", f.col("end").alias("id"))
        towns = towns.unionByName(seated.select("place", f.col("end").alias("id"))).distinct()
        about = (
            self._of_type("ABOUT")
            .where(self._valid())
            .select(f.col("start").alias("project"), f.col("end").alias("id"))
        )
        themes = (
            own.select("place", f.col("end").alias("project")).join(about, "project").select("place", "id").distinct()
        )
        running = own.where(self._valid() & ~f.col("over")).select("place", f.col("end").alias("id")).distinct()
        numbers = LAYERS.index("town_projects"), LAYERS.index("project_themes"), RUNNING
        found = zip(numbers, (towns, themes, running), strict=True)
        one, other, third = (frame.select(f.lit(number).alias("layer"), "place", "id") for number, frame in found)
        return one, other, third

    def _things(self, sizes: Any) -> tuple[Things, ...]:
        found = sizes.toArrow()
        layer = found.column("layer").to_numpy()
        ids, number = np.array(found.column("id").to_pylist(), object), found.column("count").to_numpy()
        things = []
        for at in range(RUNNING + 1):
            some = np.flatnonzero(layer == at)
            some = some[np.argsort(ids[some], kind="stable")]
            things.append(Things(tuple(ids[some].tolist()), number[some].astype(np.float64)))
        return tuple(things)

    def _by_position(self, held: Any, things: tuple[Things, ...]) -> Any:
        import pyarrow as pa

        known = pa.table(
            {
                "layer": pa.array([at for at, some in enumerate(things) for _ in some.ids], pa.int32()),
                "id": pa.array([id_ for some in things for id_ in some.ids], pa.string()),
                "thing": pa.array([at for some in things for at in range(len(some.ids))], pa.int32()),
            }
        )
        of_thing = small_frame(self.session, known)
        return held.join(of_thing, ["layer", "id"]).select("layer", "place", "thing", "weight", "mark")

    def _programmes(self, projects: Things) -> Any:
        f = self.f
        funded = self._of_type("FUNDED_BY").groupBy(f.col("start").alias("id")).agg(f.min("end").alias("programme"))
        return funded.join(self._numbered(projects.ids, "thing"), "id").select("thing", "programme")

    def _numbered(self, ids: Collection[str], name: str) -> Any:
        import pyarrow as pa

        table = {"id": pa.array(list(ids), pa.string()), name: pa.array(range(len(ids)), pa.int32())}
        return small_frame(self.session, pa.table(table))


def small_frame(session: Any, table: Any) -> Any:
    """Return a table as a data frame that every machine gets whole, unless it has too many rows: then what is joined is sorted."""
    from pyspark.sql import functions

    frame = session.createDataFrame(table)
    return functions.broadcast(frame) if table.num_rows <= _EVERYWHERE else frame


def _rows(frame: Any, kind: Any) -> list[Any]:
    table = frame.toArrow()
    return [kind(*values) for values in zip(*(column.to_pylist() for column in table.columns), strict=True)]
