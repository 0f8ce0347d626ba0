"""The live engine gives what the engine in memory gives: the same candidates, every feature to the last bit, the same lists."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from kg.database.connection import Connection
from kg.database.read import read
from kg.database.schema import apply_schema
from kg.queries import candidates as ways
from kg.queries import standing, world
from kg.queries.engines import SnapshotEngine, Surroundings
from kg.queries.features import FEATURES
from kg.queries.kinds.kind import KINDS, Weights, weights
from kg.queries.kinds.shapes import Shape
from kg.queries.live import engine, statements
from kg.queries.live.engine import LiveEngine
from kg.queries.scoring import best, exact, term_values
from kg.queries.scoring import features as features_of
from kg.queries.snapshot import aggregates
from kg.queries.snapshot.aggregates import Aggregates
from kg.queries.snapshot.graph import Snapshot
from kg.queries.snapshot.tables import FactRow, NodeRow, Tables, in_order
from kg.queries.world import World
from tests.integration.queries.graphs import TODAY, graphs, write

DAY = date.fromisoformat(TODAY)

_PROPERTIES = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),
)


@pytest.fixture
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits so low that graphs of a dozen places reach them."""
    for name, value in (("EACH", 2), ("COUNTRIES", 2), ("IN_EACH", 1), ("HUB", 6), ("LIKELY", 1)):
        monkeypatch.setattr(ways, name, value)
    monkeypatch.setattr(standing, "BY_STANDING", 2)
    monkeypatch.setattr(standing, "BY_NEIGHBOURS", 1)
    monkeypatch.setattr(world, "SMALL_NETWORK", 3)
    monkeypatch.setattr(aggregates, "SMALL_NETWORK", 3)
    monkeypatch.setattr(aggregates, "_NEIGHBOUR", 2)


@pytest.fixture
def plans_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server plans each statement once, and not again for each graph: most of the time would go into that."""
    monkeypatch.setattr(
        engine,
        "read",
        lambda connection, cypher, parameters: read(connection, f"CYPHER replan=skip {cypher}", parameters),
    )


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


#: One term: who is near.
NEAR = Weights(terms={"distance": Shape(at=(0.0, 1_000.0), worth=(1.0, 0.0))})


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


@pytest.mark.usefixtures("small_limits", "plans_kept")
def test_both_engines_agree_on_any_graph(with_schema: Connection) -> None:
    @_PROPERTIES
    @given(graphs(), st.lists(st.integers(0, 99), min_size=4, max_size=4))
    def agree(tables: Tables, subjects: list[int]) -> None:
        live, snapshot = engines(with_schema, tables)
        ids = snapshot.world.snapshot.places.ids
        for subject in sorted({ids[at % len(ids)] for at in subjects}):
            for kind in KINDS:
                of_kind = weights(kind)
                assert_equal(live.around(subject, of_kind), snapshot.around(subject, of_kind))
        others = [*ids[::2], "own:nobody"]
        assert_equal(live.between(ids[0], others), snapshot.between(ids[0], others))

    agree()


def city(
    number: int, *, country: str = "FI", population: int | None = 1_000, spot: tuple[float, float] | None = None
) -> NodeRow:
    return NodeRow(f"own:{number:05}", "City", f"City {number}", country, population, *(spot or (None, None)))


def test_a_place_that_is_not_there_is_a_key_error(with_schema: Connection) -> None:
    for tables in (Tables([], []), Tables([NodeRow("own:net", "Organisation", "Net")], [])):
        live, snapshot = engines(with_schema, tables)
        for one in (live, snapshot):
            with pytest.raises(KeyError, match="own:net"):
                one.around("own:net", NEAR)
            with pytest.raises(KeyError, match="own:net"):
                one.between("own:net", [])


def test_a_city_without_any_link_is_compared_with_the_nearest_and_the_most_alike(with_schema: Connection) -> None:
    near = [city(number, spot=(20.0 + number / 10, 60.0), population=None) for number in range(1, 4)]
    alike = [city(number, population=1_000 * number) for number in range(4, 8)]
    foreign = [city(8, country="XK")]
    alone = city(0, spot=(20.0, 60.0))
    live, snapshot = engines(with_schema, in_order([alone, *near, *alike, *foreign], []))
    found = live.around(alone.id, NEAR)
    # The foreign one comes in since no other place is abroad.
    assert ids_of(found, found.candidates) == [row.id for row in (*near, *alike, *foreign)]
    assert_equal(found, snapshot.around(alone.id, NEAR))


def test_a_city_of_which_nothing_is_known_has_no_candidates(with_schema: Connection) -> None:
    live, snapshot = engines(with_schema, in_order([city(0, population=None), city(1)], []))
    assert len(live.around("own:00000", NEAR).candidates) == 0
    assert_equal(live.around("own:00000", NEAR), snapshot.around("own:00000", NEAR))


def test_members_of_a_hub_come_in_by_other_ways_only(with_schema: Connection) -> None:
    cities = [city(number, population=None) for number in range(10_001)]
    hub, small = NodeRow("own:hub", "Organisation", "Hub"), NodeRow("own:small", "Organisation", "Small")
    facts = [FactRow("MEMBER_OF", f"hub-{row.id}", row.id, hub.id) for row in cities[:10_000]]
    facts += [
        FactRow("MEMBER_OF", f"small-{row.id}", row.id, small.id) for row in (cities[0], cities[7], cities[10_000])
    ]
    live, snapshot = engines(with_schema, in_order([*cities, hub, small], facts))
    found = live.around("own:00000", NEAR)
    assert ids_of(found, found.candidates) == ["own:00007", "own:10000"]
    assert_equal(found, snapshot.around("own:00000", NEAR))


def test_a_town_whose_partners_have_thousands_of_projects_is_no_matter_of_memory(with_schema: Connection) -> None:
    partners, each = 30, 250
    towns = [city(number, population=None) for number in range(1 + partners + 2 * partners * each)]
    projects = [NodeRow(f"own:p{at:05}", "Project", f"P{at}") for at in range(partners * each + 1)]
    pairs = [(town.id, projects[0].id) for town in towns[: partners + 1]]
    for at, project in enumerate(projects[1:]):
        own = 1 + partners + 2 * at
        pairs += [(town.id, project.id) for town in (towns[1 + at % partners], towns[own], towns[own + 1])]
    facts = [FactRow("PARTICIPATES_IN", f"{town} {project}", town, project) for town, project in pairs]
    live, snapshot = engines(with_schema, in_order([*towns, *projects], facts))
    # Plans that were made for the few nodes of another test would be used for some seconds more.
    with_schema.run_read("CALL db.clearQueryCaches()", {})
    assert_equal(live.around(towns[0].id, NEAR), snapshot.around(towns[0].id, NEAR))


def test_as_many_as_asked_for_are_nearest_where_cities_stand_thin_and_thick(with_schema: Connection) -> None:
    rng = np.random.default_rng(7)
    spots = [
        *rng.normal((20.0, 55.0), 0.5, (400, 2)).tolist(),
        *rng.uniform((-20.0, 35.0), (40.0, 70.0), (400, 2)).tolist(),
    ]
    cities = [city(number, population=None, spot=(spot[0], spot[1])) for number, spot in enumerate(spots)]
    live, snapshot = engines(with_schema, in_order(cities, []))
    for row in (cities[0], cities[399], cities[400], cities[-1]):
        found = live.around(row.id, NEAR)
        assert len(found.candidates) == ways.EACH
        assert_equal(found, snapshot.around(row.id, NEAR))


_PARAMETERS = {
    "as_of": TODAY, "id": "own:00000", "longitude": 20.0, "latitude": 60.0, "metres": 1.0, "number": 1, "around": 1.0,
    "networks": [], "countries": [], "population": 1, "each": 1, "projects": [], "places": [], "near": [],
}  # fmt: skip


def test_no_statement_goes_through_all_facts_of_a_kind(with_schema: Connection) -> None:
    # What the server counts lags behind a load: of a kind of which it counts few it would take all, if an index let it.
    write(with_schema, in_order([city(0), city(1)], []))
    with_schema.run_read("CALL db.clearQueryCaches()", {})
    for name in ("SUBJECT", "NEAR", "MEMBERS", "ALIKE", "STEPS", "TOWNS", "ROWS"):
        plan = str(with_schema.explain(getattr(statements, name), _PARAMETERS))
        assert "ProduceResults" in plan, name
        assert "RelationshipIndexScan" not in plan, name
