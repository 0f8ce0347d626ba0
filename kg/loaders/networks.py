"""Members of many networks in one table, in the layout of the collection of European municipal networks by P. Gourdon."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from kg.errors import KgError, quoted
from kg.loaders.base import Outcome, Records, Rejected, Row, Skipped
from kg.loaders.bodies import Body, read_member
from kg.loaders.files import Entry, FileLoader, Option
from kg.loaders.known_organisations import known_organisation
from kg.loaders.localities import Localities, Placed, own_id
from kg.loaders.network_terms import joined_in, network_id, standing, type_of
from kg.loaders.reading.tables import read_table
from kg.places.authorities import recognise
from kg.places.countries import country_named
from kg.places.distance import kilometres
from kg.places.names import normalise
from kg.places.query import PlaceQuery
from kg.schema.identity import slug
from kg.schema.nodes import Organisation
from kg.schema.provenance import Source
from kg.schema.records import FactRecord, NodeRecord
from kg.schema.relationships import BasedIn, MemberOf

if TYPE_CHECKING:
    from kg.places.resolve import Resolver

ETMUN = Source(
    id="etmun",
    title="European transnational municipal networks and their members",
    publisher="P. Gourdon",
    licence="none stated; single facts with their source",
    url="",
    authority="aggregator",
)

#: When the lists of members were collected ended in this year; the file itself carries no date.
EDITION = "2019"

_COLUMNS = (
    "Full_Name",
    "Locality_Siege",
    "CountryCode",
    "Statut",
    "Entity",
    "Year_of_Joining",
    "Network_Name",
    "Code_Network",
    "EntitySimplified",
    "MembershipCode",
    "lon",
    "lat",
    "geonameId",
    "asciiName",
    "lng_GN",
    "lat_GN",
)

#: Codes that stand for countries in such tables and are not those of ISO 3166-1.
_CODES = {"RKS": "XK"}
_COUNTRY_CODE = re.compile(r"(?!ZZ)[A-Z]{2}")

#: A GeoNames place further than this from where the address was found is another place of the same name.
_FARTHEST_KM = 25.0


class Networks(FileLoader):
    """Members of networks: municipalities, regions and organisations, with standing and year of joining.

    Args:
        files: A table in the layout of ``etmun_membership.csv``.
        edition: Partial date of the collection; of that of P. Gourdon 2019, when it ended, unless given.
        source_title: Title of another collection in the same layout, which is a source of its own then.
        resolver: What finds the places; the packaged gazetteer unless given.

    Raises:
        KgError: The file is not there, or the title has no letter or digit.
    """

    name = "networks"
    entry = Entry(
        id="networks",
        title=ETMUN.title,
        brings="members of some sixty European networks, with standing and year of joining",
        publisher=ETMUN.publisher,
        licence=ETMUN.licence,
        url=ETMUN.url,
        command="kg load networks etmun_membership.csv",
    )
    options: ClassVar[tuple[Option, ...]] = (
        Option(
            "source_title",
            "Title of the collection, when it is another one than P. Gourdon's in the same layout; give --edition then.",
            metavar="TITLE",
        ),
    )

    def __init__(
        self,
        files: Sequence[Path],
        *,
        edition: str | None = None,
        source_title: str | None = None,
        resolver: Resolver | None = None,
    ) -> None:
        super().__init__(files, edition=edition)
        if resolver is None:
            from kg.places.resolve import default_resolver

            resolver = default_resolver()
        self._source = ETMUN if source_title is None else _other_source(source_title)
        self._localities = Localities(self._source.id, resolver)

    @property
    def scope(self) -> str:
        """The layout, and which collection it is."""
        return "networks" if self._source is ETMUN else f"networks?source={self._source.id}"

    @property
    def sources(self) -> Sequence[Source]:
        """The collection."""
        return (self._source,)

    def edition_in_files(self) -> str | None:
        """Return the year in which the collection of P. Gourdon ended; another does not say."""
        return EDITION if self._source is ETMUN else None

    def extract(self) -> Iterable[Row]:
        """Yield the memberships.

        Raises:
            KgError: The file cannot be read or has not the columns.
        """
        return self._rows

    @cached_property
    def _rows(self) -> tuple[Row, ...]:
        return tuple(row for path in self.files for row in read_table(path, columns=_COLUMNS, row_id=_membership_code))

    @cached_property
    def _countries_of(self) -> Mapping[str, frozenset[str]]:
        """In which countries rows say that each GeoNames place lies."""
        countries: dict[str, set[str]] = {}
        for row in self._rows:
            if code := _country(row.cells):
                countries.setdefault(row.cells["geonameId"], set()).add(code)
        return {place: frozenset(codes) for place, codes in countries.items()}

    def transform(self, row: Row) -> Outcome:
        """Return the member and its membership."""
        cells = row.cells
        if cells["Entity"] == "Network Administration":
            return Skipped("the administration of a network, not a member")
        name = _tidy(cells["Full_Name"])
        if not name or not cells["Network_Name"] or not cells["MembershipCode"]:
            return Rejected("Full_Name, Network_Name or MembershipCode is empty")
        how = standing(cells["Statut"])
        if how.status == "former member":
            return Skipped("a former member, without the year of leaving")
        member, nodes, facts = self._member(name, cells)
        network = _network(cells["Network_Name"], self._source.id)
        membership = MemberOf(
            start=member,
            end=network.reference,
            role=how.role,
            status=how.status,
            commitments=how.commitments,
            since=joined_in(cells["Year_of_Joining"], self.edition),
        )
        return Records((network, *nodes), (*facts, FactRecord(membership, self._source.id, row.id)))

    def _member(self, name: str, cells: Mapping[str, str]) -> tuple[str, Sequence[NodeRecord], Sequence[FactRecord]]:
        body, country = type_of(name, _country(cells), cells["Entity"], cells["EntitySimplified"]), _country(cells)
        match body.label:
            case "City":
                placed = self._city(body, cells)
            case "Region":
                key = f"{country or ''}|{name}|{body.level or ''}"
                own = own_id(self._source.id, f"region {country or ''}|{normalise(name) or name}")
                placed = self._localities.region(key, name, country, level=body.level, own_ids=(own,))
            case _:
                return self._organisation(body, cells)
        return placed.reference, placed.nodes, placed.facts

    def _organisation(
        self, body: Body, cells: Mapping[str, str]
    ) -> tuple[str, Sequence[NodeRecord], Sequence[FactRecord]]:
        """Return an organisation, based in the town that the table gives as its seat."""
        name, country = body.name, _country(cells)
        key = f"{country or ''}|{name}|{body.kind or ''}"
        id_ = known_organisation(name, country) or own_id(self._source.id, f"{country or ''}|{normalise(name) or name}")
        node = NodeRecord(Organisation(name=name, kind=body.kind, country=country), (id_,), self._source.id, key)
        town = _tidy(cells["Locality_Siege"])
        if not town or read_member(town, country).label != "City":
            return node.reference, (node,), ()
        seat = self._city(Body("City", town), cells)
        based = FactRecord(BasedIn(start=node.reference, end=seat.reference), self._source.id, key)
        return node.reference, (node, *seat.nodes), (*seat.facts, based)

    def _city(self, body: Body, cells: Mapping[str, str]) -> Placed:
        """Return the municipality of this name; the GeoNames id is its own only when nothing speaks against it."""
        name = body.name
        country, place = _country(cells), cells["geonameId"]
        found, listed = _point(cells, "lon", "lat"), _point(cells, "lng_GN", "lat_GN")
        apart = kilometres(found, listed) if found and listed else 0.0
        is_it = (
            bool(place)
            and apart <= _FARTHEST_KM
            and any(_same_name(one, cells["asciiName"]) for one in _names(name, country))
            and len(self._countries_of.get(place, ())) <= 1
        )
        query = PlaceQuery(
            name,
            country,
            ids=(f"geonames:{place}",) if is_it else (),
            location=found if apart <= _FARTHEST_KM else None,
            region=body.lies_in,
        )
        key = "|".join((country or "", name, body.lies_in or "", place, cells["lon"], cells["lat"]))
        # With an id of its own, another spelling leaves it the same place.
        own = own_id(self._source.id, place if is_it else f"{country or ''}|{normalise(name) or name}|{place}")
        return self._localities.city(key, query, own_ids=(own,))


@lru_cache(maxsize=1000)
def _network(name: str, source: str) -> NodeRecord:
    node = Organisation(name=name, kind="network")
    return NodeRecord(node, (network_id(name, source),), source, f"network {name}")


def _other_source(title: str) -> Source:
    id_ = slug(title)[:60].strip("-")
    if not id_ or id_ == ETMUN.id:
        raise KgError(f"--source-title {quoted(title)}: give the title of the collection, in letters or digits")
    return Source(id_, title, "not stated", "none stated", "", "aggregator")


def _membership_code(cells: Mapping[str, str]) -> str:
    return cells["MembershipCode"]


def _tidy(name: str) -> str:
    """Return a name without the white space and the asterisk (a partner, not a member) around it."""
    return " ".join(name.split()).rstrip("* ")


def _country(cells: Mapping[str, str]) -> str | None:
    """Return the ISO code, also of a country that is not in the list; a code that the table has no country for says nothing."""
    given = cells["CountryCode"].strip()
    code = country_named(_CODES.get(given, given))
    if code:
        return code
    return given if cells.get("CountryName") and _COUNTRY_CODE.fullmatch(given) else None


def _point(cells: Mapping[str, str], longitude: str, latitude: str) -> tuple[float, float] | None:
    """Return a point, None where the cells are empty.

    Raises:
        ValueError: They hold something else than numbers.
    """
    if not cells[longitude] or not cells[latitude]:
        return None
    return float(cells[longitude]), float(cells[latitude])


def _names(name: str, country: str | None) -> tuple[str, ...]:
    """Return the name, and what is left of it without the words of the authority."""
    found = recognise(name, country)
    return (name, *found.places) if found.kind == "municipality" else (name,)


#: How the column asciiName writes letters of German and the Nordic languages.
_TWO_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "a", "ø": "o", "æ": "ae"})


def _same_name(name: str, ascii_name: str) -> bool:
    """Whether a name is the one that GeoNames has for the place, letters beyond ASCII apart.

    >>> _same_name("Växjö", "Vaexjoe"), _same_name("Torà", "Tora"), _same_name("Stichtse Vecht", "Breukelen")
    (True, True, False)
    """
    there = normalise(ascii_name)
    return bool(there) and there in (normalise(name), normalise(name.casefold().translate(_TWO_LETTERS)))
