"""Every value that Neo4j stores, as JSON from which the same comes back: whole numbers, dates, points, bytes.

Text, truth values, whole numbers and finite numbers are JSON's own (a whole number never has a point or exponent, another always
has), lists are lists. All else is an object ``{"$": kind, "v": ...}``, which no stored value can be, since Neo4j stores no maps.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable, Mapping
from datetime import timedelta, timezone, tzinfo
from typing import Any

import pytz  # comes with the driver, whose zones these are
from neo4j import spatial
from neo4j.time import Date, DateTime, Duration, Time

_PLAIN = frozenset((str, bool, int))
_DIMENSIONS = {7203: 2, 9157: 3, 4326: 2, 4979: 3}
_LEAST, _MOST = -(2**63), 2**63 - 1


class NotStorableError(ValueError):
    """A value that a backup does not know how to hold, or one in a backup that Neo4j cannot store."""


class _Offset(tzinfo):
    """So many seconds from UTC. The library's own takes whole minutes only, and Python's no date of the driver's."""

    def __init__(self, seconds: int) -> None:
        self._seconds = timedelta(seconds=seconds)

    def utcoffset(self, _when: object) -> timedelta:
        return self._seconds

    def dst(self, _when: object) -> timedelta:
        return timedelta(0)

    def tzname(self, _when: object) -> None:
        return None


def encode(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return properties as they come from the driver, in values that JSON has.

    Raises:
        NotStorableError: One is of a type that is not known here.
    """
    for value in properties.values():
        kind = type(value)
        if kind in _PLAIN or (kind is list and all(type(item) in _PLAIN for item in value)):
            continue
        return {name: _encode(value) for name, value in properties.items()}
    return properties


def write_json(value: object) -> str:
    """Return the one text of JSON by which a value is written here."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _encode(value: Any) -> Any:
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is list:
        return [_encode(item) for item in value]
    if kind is float:
        return value if math.isfinite(value) else {"$": "float", "v": str(value)}
    if isinstance(value, spatial.Point):
        return {"$": "point", "srid": value.srid, "v": [_encode(float(number)) for number in value]}
    if isinstance(value, bytes | bytearray):
        return {"$": "bytes", "v": base64.b64encode(value).decode()}
    if isinstance(value, Date):
        return {"$": "date", "v": [value.year, value.month, value.day]}
    if isinstance(value, Time):
        return {"$": "time", "v": value.ticks, **_zone(value)}
    if isinstance(value, DateTime):
        parts = [value.year, value.month, value.day, value.hour, value.minute, value.second, value.nanosecond]
        return {"$": "datetime", "v": parts, **_zone(value)}
    if isinstance(value, Duration):
        return {"$": "duration", "v": [value.months, value.days, value.seconds, value.nanoseconds]}
    if kind.__name__ == "BrokenHydrationObject":  # the driver's own, not public
        raise NotStorableError("a value that the Neo4j driver cannot read, such as a date before the year 1")
    raise NotStorableError(f"a value of type {kind.__name__}")


def _zone(value: Time | DateTime) -> dict[str, Any]:
    if value.tzinfo is None:
        return {}
    offset = value.utc_offset()
    assert offset is not None
    seconds = round(offset.total_seconds())
    name = getattr(value.tzinfo, "zone", None)
    # The driver gives UTC a name where the server has an offset of 0, and the server a name where the driver says one.
    named = isinstance(value, DateTime) and name not in (None, "UTC")
    return {"offset": seconds, "zone": name} if named else {"offset": seconds}


def decode(properties: object) -> dict[str, Any]:
    """Return properties for the driver, from what :func:`encode` made of them.

    Raises:
        NotStorableError: It made no such thing: the file was made by somebody else.
    """
    if type(properties) is not dict:
        raise NotStorableError("properties that are no object")
    for value in properties.values():
        if type(value) is str or (type(value) is list and all(type(item) is str for item in value)):
            continue
        return {name: _decode(value) for name, value in properties.items()}
    return properties


def _decode(value: Any, *, in_list: bool = False) -> Any:
    kind = type(value)
    if kind is str or kind is bool or kind is float:
        return value
    if kind is int:
        if not _LEAST <= value <= _MOST:
            raise NotStorableError("a whole number of more than 64 bits")
        return value
    if kind is list and not in_list:
        items = [_decode(item, in_list=True) for item in value]
        if len({type(item) for item in items}) > 1:
            raise NotStorableError("a list of different types")
        return items
    if kind is dict and type(value.get("$")) is str and value["$"] in _DECODERS:
        try:
            return _DECODERS[value["$"]](value)
        except NotStorableError:
            raise
        except Exception as error:  # whatever it is that somebody wrote there
            raise NotStorableError(f"{value['$']} that is none") from error
    raise NotStorableError(f"a value of type {kind.__name__}")


def _point(value: dict[str, Any]) -> spatial.Point:
    numbers = [float(_decode(number)) for number in value["v"]]
    if _DIMENSIONS.get(value["srid"]) != len(numbers):
        raise NotStorableError("a point in an unknown system of coordinates")
    kind = spatial.WGS84Point if value["srid"] in (4326, 4979) else spatial.CartesianPoint
    return kind(numbers)


def _time(value: dict[str, Any]) -> Time:
    time = Time.from_ticks(value["v"])
    return time.replace(tzinfo=_Offset(value["offset"])) if "offset" in value else time


def _datetime(value: dict[str, Any]) -> DateTime:
    local = DateTime(*value["v"])
    if "offset" not in value:
        return local
    if "zone" not in value:
        return local.replace(tzinfo=_Offset(value["offset"]))
    # By the offset, as an hour in autumn comes twice.
    moment = local - timedelta(seconds=value["offset"])
    zoned: DateTime = moment.replace(tzinfo=timezone.utc).as_timezone(pytz.timezone(value["zone"]))  # noqa: UP017
    return zoned


_DECODERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "float": lambda value: {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}[value["v"]],
    "bytes": lambda value: base64.b64decode(value["v"], validate=True),
    "point": _point,
    "date": lambda value: Date(*value["v"]),
    "time": _time,
    "datetime": _datetime,
    "duration": lambda value: Duration(
        months=value["v"][0], days=value["v"][1], seconds=value["v"][2], nanoseconds=value["v"][3]
    ),
}
