"""Every value that Neo4j stores comes back from JSON as it was; what it cannot store is refused."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
import pytz
from hypothesis import given
from hypothesis import strategies as st
from neo4j.spatial import CartesianPoint, WGS84Point
from neo4j.time import Date, DateTime, Duration, Time

from kg.database.backup.values import NotStorableError, decode, encode, write_json

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
INTEGERS = st.integers(-(2**63), 2**63 - 1)
FINITE = st.floats(allow_nan=False, allow_infinity=False)
SCALARS: list[st.SearchStrategy[Any]] = [
    TEXT,
    st.booleans(),
    INTEGERS,
    st.floats(allow_nan=False),
    st.binary(),
    st.builds(WGS84Point, st.tuples(st.floats(-180, 180), st.floats(-90, 90))),
    st.builds(CartesianPoint, st.lists(FINITE, min_size=2, max_size=3)),
    st.dates().map(Date.from_native),
    st.times().map(Time.from_native),
    st.builds(DateTime.from_native, st.datetimes()),
    st.builds(
        Duration,
        months=st.integers(-1000, 1000),
        days=st.integers(-1000, 1000),
        seconds=st.integers(0, 10**9),
        nanoseconds=st.integers(0, 10**9 - 1),
    ),
]
VALUES = st.one_of(*SCALARS, *(st.lists(kind, max_size=4) for kind in SCALARS))


def there_and_back(properties: dict[str, Any]) -> dict[str, Any]:
    return decode(json.loads(write_json(encode(properties))))


@given(st.dictionaries(TEXT, VALUES, max_size=5))
def test_what_goes_in_comes_out_with_its_type(properties: dict[str, Any]) -> None:
    found = there_and_back(properties)
    assert found == properties
    assert {name: repr(value) for name, value in found.items()} == {name: repr(v) for name, v in properties.items()}


@given(st.dictionaries(TEXT, VALUES, max_size=5))
def test_equal_properties_are_written_equally_whatever_their_order(properties: dict[str, Any]) -> None:
    turned = dict(reversed(properties.items()))
    assert write_json(encode(properties)) == write_json(encode(turned))


def test_what_is_no_number_stays_so() -> None:
    assert math.isnan(there_and_back({"a": math.nan})["a"])


@pytest.mark.parametrize("hour", [2, 3])
@pytest.mark.parametrize("is_summer", [True, False])
def test_a_time_in_a_named_zone_stays_there_also_when_its_hour_comes_twice(hour: int, is_summer: bool) -> None:
    zone = pytz.timezone("Europe/Riga")
    moment = zone.localize(DateTime(2024, 10, 27, hour, 30, 0, 7), is_dst=is_summer)  # type: ignore[arg-type]
    found = there_and_back({"a": moment})["a"]
    assert found == moment
    assert (found.tzinfo.zone, found.utc_offset()) == ("Europe/Riga", moment.utc_offset())  # type: ignore[attr-defined]


def test_a_type_that_is_not_known_is_named() -> None:
    with pytest.raises(NotStorableError, match="complex"):
        encode({"a": 1j})


@pytest.mark.parametrize(
    "value",
    [
        None,
        2**63,
        [2**63],
        [1, "a"],
        [[1]],
        {},
        {"a": 1},
        {"$": "map", "v": {}},
        {"$": "date", "v": [2024, 13, 1]},
        {"$": "date"},
        {"$": "float", "v": "1"},
        {"$": "bytes", "v": "?"},
        {"$": "point", "srid": 4326, "v": [1, 2, 3]},
        {"$": "point", "srid": 1, "v": [1, 2]},
        {"$": "datetime", "v": [2024, 1, 1, 0, 0, 0, 0], "offset": 0, "zone": "Nowhere/Nothing"},
        {"$": "time", "v": "now"},
        {"$": "duration", "v": [1]},
        {"$": ["date"], "v": []},
    ],
)
def test_what_no_backup_holds_is_refused(value: object) -> None:
    with pytest.raises(NotStorableError):
        decode({"a": value})


def test_properties_are_an_object() -> None:
    with pytest.raises(NotStorableError):
        decode([])
