"""The live engine gives what the engine in memory gives: the same candidates, every feature to the last bit, the same lists."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from kg.database.connection import Connection
from kg.database.schema import apply_schema
from kg.queries import candidates as ways
from kg.queries import features
from kg.queries.engines import SnapshotEngine, Surroundings
from kg.queries.features import FEATURES, World
from kg.queries.kinds.kind import KINDS, weights
from kg.queries.live.engine import LiveEngine
from kg.queries.scoring import best, exact, term_values
from kg.queries.scoring import features as features_of
from kg.queries.snapshot import aggregates
from kg.queries.snapshot.aggregates import Aggregates
from kg.queries.snapshot.graph import Snapshot
from kg.queries.snapshot.tables import FactRow, NodeRow, Tables, in_order
from tests.integration.queries.graphs import TODAY, graphs, write

DAY = date.fromisoformat(TODAY)

_PROPERTIES = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),
)


@pytest.fixture
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits so low that graphs of a dozen places reach them."""
    for name, value in (("EACH", 3), ("COUNTRIES", 2), ("IN_EACH", 2), ("HUB", 6), ("_NETWORKS", 1)):
        monkeypatch.setattr(ways, name, value)
    monkeypatch.setattr(features, "SMALL_NETWORK", 4)
    monkeypatch.setattr(aggregates, "SMALL_NETWORK", 4)
    monkeypatch.setattr(aggregates, "_NEIGHBOUR", 2)


@pytest.fixture
def with_schema(database: Connection) -> Iterator[Connection]:
    apply_schema(database)
    yield database
    database.run_write("MATCH (n) DETACH DELETE n")


def engines(connection: Connection, tables: Tables) -> tuple[LiveEngine, SnapshotEngine]:
    write(connection, tables)
    world = World.of(Snapshot.from_tables(tables, DAY))
    stored = Aggregates.from_json(world.aggregates.as_json())
    return LiveEngine(connection, DAY, stored), SnapshotEngine(world)


def ids_of(found: Surroundings, positions: np.ndarray) -> list[str]:
    return [found.world.snapshot.places.ids[at] for at in positions]


def assert_equal(live: Surroundings, snapshot: Surroundings) -> None:
    assert ids_of(live, live.candidates) == ids_of(snapshot, snapshot.candidates)
    for name, feature in FEATURES.items():
        assert feature(live.pairs()).tobytes() == feature(snapshot.pairs()).tobytes(), name
    for kind in KINDS:
        lists = []
        for one in (live, snapshot):
            terms = term_values(features_of(one.pairs(), weights(kind)), weights(kind))
            order = best(terms, one.candidates, 5)
            lists.append((ids_of(one, one.candidates[order]), terms.tobytes(), exact(terms[order]).tolist()))
        assert lists[0] == lists[1]


@pytest.mark.usefixtures("small_limits")
def test_both_engines_agree_on_any_graph(with_schema: Connection) -> None:
    @_PROPERTIES
    @given(graphs(), st.lists(st.integers(0, 99), min_size=4, max_size=4))
    def agree(tables: Tables, subjects: list[int]) -> None:
        live, snapshot = engines(with_schema, tables)
        ids = snapshot.world.snapshot.places.ids
        for subject in sorted({ids[at % len(ids)] for at in subjects}):
            assert_equal(live.around(subject), snapshot.around(subject))
        others = [*ids[::2], "own:nobody"]
        assert_equal(live.between(ids[0], others), snapshot.between(ids[0], others))

    agree()
