"""The answer is the same whether a database holds the loads or none does."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from kg.database.connection import Connection
from kg.database.schema import apply_schema
from kg.loaders.geonames import GeoNames
from kg.loaders.lau import Lau
from kg.loaders.loading import load
from kg.loaders.starter import Starter
from kg.offline import Offline, offline_of_loaders
from kg.queries.filters import Filters, find_wanted, fulfilling
from kg.queries.kinds.names import KINDS
from kg.queries.recommend import recommend
from kg.queries.results import Recommendations

DATA = Path(__file__).parents[2] / "data"
DAY = date(2026, 11, 22)


def test_of_the_starter_some_cities_and_regions(database: Connection) -> None:
    apply_schema(database)
    loaders = [
        Starter(),
        GeoNames(min_population=100_000, only_countries=["LV", "FI", "SE"]),
        *Lau.for_files([DATA / "lau" / "nuts_lau_2019.csv"], edition="2019"),
    ]
    for loader in loaders:
        load(database, loader)
    offline = offline_of_loaders(loaders, DAY)
    for place in ("Riga", "Gothenburg", "Tampere"):
        for kind in KINDS:
            _compare(database, offline, place, kind=kind)
    _compare(database, offline, "Riga", networks="Eurocities", countries=["Sweden", "FI"], include_existing=True)
    _compare(database, offline, "Riga", themes="urban mobility", spread=2, newcomers=0.3, min_population=50_000)
    located = {fact.end for fact in offline.tables.facts if fact.type == "LOCATED_IN"}
    regions = sorted(id_ for id_ in located if offline.nodes[id_].label == "Region")
    assert regions
    for region in regions:
        wanted = find_wanted(database, Filters(), region)
        assert find_wanted(offline.names, Filters(), region) == wanted
        assert offline.fulfilling(wanted, DAY) == fulfilling(database, wanted, DAY)


def _compare(database: Connection, offline: Offline, place: str, **options: Any) -> None:
    stored = recommend(database, place, as_of=DAY, engine="snapshot", **options)
    in_memory = offline.recommend(place, **options)
    assert stored.recommendations
    assert _told(in_memory) == _told(stored)


def _told(answer: Recommendations) -> dict[str, Any]:
    """Return all but the keys of facts, which follow from ids, and what each graph is told to do to know more."""
    dumped = answer.model_dump(mode="json", exclude={"improve": True, "data": {"read_from"}})
    for one in dumped["recommendations"]:
        for term in one["terms"]:
            term["evidence"] = len(term["evidence"])
    return dumped
