"""The loads of all public sources, by the fixtures in ``tests/data``."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from kg.loaders.base import Loader
from kg.loaders.cordis import Cordis
from kg.loaders.covenant import Covenant
from kg.loaders.eurocities import Eurocities
from kg.loaders.geonames_dump import GeoNamesDump
from kg.loaders.keep import Keep
from kg.loaders.lau import Lau
from kg.loaders.mayors import Mayors
from kg.loaders.networks import Networks
from kg.loaders.popolo import Popolo
from kg.loaders.table import Table
from kg.loaders.wikidata.loader import Wikidata

DATA = Path(__file__).parents[2] / "data"


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


@pytest.fixture(scope="module")
def loads(tmp_path_factory: pytest.TempPathFactory) -> list[Loader]:
    return every_loader(tmp_path_factory.mktemp("sources"))
