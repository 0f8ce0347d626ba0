"""All public sources in one graph: whatever the order, however often, and taken back again."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from kg.database.connection import Connection
from kg.database.digest import digest
from kg.database.schema import apply_schema
from kg.editing.undo import undo
from kg.loaders.base import Loader
from kg.loaders.cordis import Cordis
from kg.loaders.covenant import Covenant
from kg.loaders.eurocities import Eurocities
from kg.loaders.geonames_dump import GeoNamesDump
from kg.loaders.keep import Keep
from kg.loaders.lau import Lau
from kg.loaders.loading import load
from kg.loaders.mayors import Mayors
from kg.loaders.networks import Networks
from kg.loaders.popolo import Popolo
from kg.loaders.table import Table
from kg.loaders.wikidata.loader import Wikidata

DATA = Path(__file__).parents[2] / "data"

_EMPTY = "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS"


def cordis_zip(folder: Path) -> Path:
    path = folder / "cordis-h2020projects-csv.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("project.csv", "organization.csv"):
            archive.write(DATA / "cordis" / name, name)
    return path


def every_loader(folder: Path) -> list[Loader]:
    """Return the loads of all fixtures, in the order of the catalogue."""
    twins = [DATA / "wikidata" / name for name in ("denmark.tsv", "latvia.tsv", "names.tsv", "relations.tsv")]
    loads: list[Sequence[Loader]] = [
        GeoNamesDump.for_files([DATA / "geonames" / "cities500.txt"], min_population=500),
        Covenant.for_files([DATA / "covenant" / "signatories.csv"], edition="2024-01"),
        Networks.for_files([DATA / "networks" / "memberships.csv"]),
        Eurocities.for_files([DATA / "eurocities" / "members.json"], edition="2025-05"),
        Keep.for_files([DATA / "keep" / "participations.csv"], edition="2021"),
        Cordis.for_files([cordis_zip(folder)], edition="2024"),
        Wikidata.for_files(twins, edition="2017"),
        Wikidata.for_files([DATA / "wikidata" / "twins.json"], edition="2026-11"),
        Lau.for_files([DATA / "lau" / "nuts_lau_2019.csv"], edition="2019"),
        Popolo.for_files([DATA / "popolo" / "council.json"], edition="2025", publisher="Invented Council"),
        Mayors.for_files([DATA / "mayors" / "mayors.csv"], edition="2018"),
        Table.for_files([DATA / "table" / "towns.csv"], mapping=DATA / "table" / "towns.yaml"),
    ]
    return [loader for some in loads for loader in some]


@pytest.fixture
def loads(tmp_path: Path) -> list[Loader]:
    return every_loader(tmp_path)


@pytest.fixture(scope="module")
def ready(connection: Connection) -> Connection:
    apply_schema(connection)
    return connection


def graph_of(connection: Connection, loads: Sequence[Loader]) -> str:
    connection.run_schema(_EMPTY)
    for loader in loads:
        load(connection, loader)
    return digest(connection).value


def test_the_order_in_which_sources_are_loaded_makes_no_difference(ready: Connection, loads: list[Loader]) -> None:
    forwards = graph_of(ready, loads)
    assert forwards == graph_of(ready, loads[::-1])
    middle = len(loads) // 2
    assert forwards == graph_of(ready, [*loads[middle:], *loads[:middle]])


def test_all_of_it_again_changes_nothing_and_each_can_be_taken_back(ready: Connection, loads: list[Loader]) -> None:
    states = []
    ready.run_schema(_EMPTY)
    for loader in loads:
        states.append(digest(ready).value)
        load(ready, loader)
    whole = digest(ready).value
    for loader in loads:
        report = load(ready, loader)
        assert (report.rows["written"], dict(report.changes)) == (0, {}), loader.scope
    assert digest(ready).value == whole
    for loader, before in zip(reversed(loads), reversed(states), strict=True):
        undo(ready, loader.scope)
        assert digest(ready).value == before, loader.scope


def test_every_fact_and_node_is_followed_back_to_a_row(ready: Connection, loads: list[Loader]) -> None:
    graph_of(ready, loads)
    for pattern in ("(x:Entity)", "()-[x]->() WHERE x.key IS NOT NULL"):
        bad = ready.run_read(
            f"MATCH {pattern} WITH x WHERE size(x.sources) = 0 OR size(x.sources) <> size(x.rows) "
            "OR size(x.rows) <> size(x.loads) OR any(row IN x.rows WHERE row = '') RETURN count(x) AS number",
            {},
        )
        assert bad == [{"number": 0}]
    unknown = ready.run_read(
        "MATCH (x:Entity) UNWIND x.sources AS source WITH DISTINCT source "
        "WHERE NOT EXISTS { (:Source {id: source}) } RETURN source",
        {},
    )
    assert unknown == []
