"""Signatories of the Covenant of Mayors, from the workbook or table that the Joint Research Centre publishes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import KgError
from kg.loaders.base import Outcome, Records, Rejected, Row
from kg.loaders.bodies import read_member
from kg.loaders.commitments import COVENANT_ID, SIGNATORY, tell_commitments
from kg.loaders.files import Entry, FileLoader
from kg.loaders.known_organisations import known_organisation
from kg.loaders.localities import Localities, Placed, own_id
from kg.loaders.reading.tables import read_table
from kg.loaders.reading.values import parse_date, parse_number
from kg.places.authorities import recognise
from kg.places.countries import country_named
from kg.places.names import normalise
from kg.places.query import PlaceQuery
from kg.schema.identity import reference
from kg.schema.nodes import Organisation, Person
from kg.schema.provenance import Source
from kg.schema.records import FactRecord, NodeRecord
from kg.schema.relationships import Fact, HoldsPost, MemberOf, Serves, Supports

if TYPE_CHECKING:
    from kg.places.resolve import Resolver

#: The same data set of which the starter holds single facts.
COVENANT = Source(
    id="jrc-covenant",
    title="GCoM - MyCovenant: signatories",
    publisher="European Commission, Joint Research Centre",
    licence="CC BY 4.0",
    url="https://data.jrc.ec.europa.eu/collection/id-00354",
    authority="publisher",
)

GROUP_KIND = "group of municipalities"
#: Of coordinators that are provinces and regions: here they act as a body, and only an organisation can support.
AUTHORITY_KIND = "regional authority"
MAYOR = "mayor at adhesion"

_COLUMNS = (
    "organisation_id",
    "organisation_name",
    "coordinator_name",
    "supporter_name",
    "country_code",
    "country_name",
    "population_adhesion",
    "organisation_latitude",
    "organisation_longitude",
    "group_organisation_id",
    "group_name",
    "commitment_CoM2020_flag",
    "commitment_CoM2030_flag",
    "commitment_CoM2050_flag",
    "commitment_mayoradapt_flag",
    "signatory_status",
    "mayor",
    "date_of_adhesion",
    "group_profile",
    "gcom_id",
)
_FLAGS = {
    "commitment_CoM2020_flag": "2020",
    "commitment_CoM2030_flag": "2030",
    "commitment_CoM2050_flag": "2050",
    "commitment_mayoradapt_flag": "adaptation",
}
_SUPPORT = {"coordinator_name": "coordinator", "supporter_name": "supporter"}

#: What stands in a cell that says nothing.
_NOTHING = frozenset({"", "-", "null"})
_YES_OR_NO = {"true": True, "1": True, "false": False, "0": False}
#: A date with the day in the middle, which can only be so when it is more than twelve.
_MONTH_FIRST = re.compile(r"\d{1,2}/(?:1[3-9]|2\d|3[01])/\d{4}.*")

#: Behind the name of a municipality that signed again, for the commitments of later years.
_AGAIN = re.compile(r" 20[235]0$")

#: Coordinates of more rows than this are the middle of a country or of a square of the grid, not those of a town.
_MOST_AT_ONE_PLACE = 5

_MONTHS = [
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
]
_RELEASE = re.compile(rf"release\W+({'|'.join(_MONTHS)})\W+(\d{{4}})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Table:
    """The rows, and what must be known of all before one can be understood."""

    rows: tuple[Row, ...]
    #: Coordinates that tell nothing.
    shared: frozenset[tuple[str, str]]
    #: The rows of groups, by organisation id.
    groups: Mapping[str, Mapping[str, str]]
    #: Whether 03/05 is the third of May, in a table saved where dates are written so.
    day_first: bool


class Covenant(FileLoader):
    """Signatories, their groups, coordinators, supporters and the mayors who signed.

    Args:
        files: The workbook ``df1_Signatories_*.xlsx``, or its table of signatories as CSV.
        edition: Partial date of the release; a workbook says it itself, in its sheet README.
        resolver: What finds the places; the packaged gazetteer unless given.

    Raises:
        KgError: The file is not there.
    """

    name = "covenant"
    scope = "covenant"
    sources: Sequence[Source] = (COVENANT,)
    entry = Entry(
        id="covenant",
        title="Covenant of Mayors: signatories",
        brings="signatories with date, status and commitments; groups, coordinators, supporters; mayors at adhesion",
        publisher=COVENANT.publisher,
        licence=COVENANT.licence,
        url=COVENANT.url,
        command="kg load covenant df1_Signatories_2024.xlsx",
    )

    def __init__(self, files: Sequence[Path], *, edition: str | None = None, resolver: Resolver | None = None) -> None:
        super().__init__(files, edition=edition)
        if resolver is None:
            from kg.places.resolve import default_resolver

            resolver = default_resolver()
        self._localities = Localities(COVENANT.id, resolver)

    def edition_in_files(self) -> str | None:
        """Return the month of the release that the sheet README names."""
        (path,) = self.files
        try:
            rows = list(read_table(path, sheet="README", names=("field", "value")))
        except KgError:
            return None
        for row in rows:
            if row.cells["field"] == "Dataset" and (found := _RELEASE.search(row.cells["value"])):
                return f"{found[2]}-{_MONTHS.index(found[1].lower()) + 1:02}"
        return None

    def extract(self) -> Iterable[Row]:
        """Yield the rows of the table of signatories.

        Raises:
            KgError: The file cannot be read or has no such table.
        """
        return self._table.rows

    @cached_property
    def _table(self) -> _Table:
        rows = tuple(row for path in self.files for row in read_table(path, columns=_COLUMNS, row_id=_organisation_id))
        places = Counter(_coordinates(row.cells) for row in rows)
        return _Table(
            rows,
            frozenset(place for place, number in places.items() if number > _MOST_AT_ONE_PLACE),
            {row.id: row.cells for row in rows if _YES_OR_NO.get(row.cells["group_profile"].lower())},
            not any(_MONTH_FIRST.fullmatch(row.cells["date_of_adhesion"]) for row in rows),
        )

    def transform(self, row: Row) -> Outcome:
        """Return the signatory, its membership, and who supports it and signed for it."""
        cells = row.cells
        if not _said(cells["organisation_id"]) or not _said(cells["organisation_name"]):
            return Rejected("organisation_id or organisation_name is empty")
        day = _date_of(cells, self._table.day_first)
        signatory = self._signatory(row.id, cells, day)
        nodes, facts = [_covenant(), *signatory.nodes], list(signatory.facts)
        told: list[tuple[NodeRecord, Fact]] = []
        if not signatory.reference.startswith("Organisation/"):
            told += self._group_of(cells, signatory.reference)
        if signatory.reference.startswith("City/"):
            told += _supports(cells, signatory.reference)
            told += _signed(row.id, cells, signatory.reference, day)
        for node, fact in told:
            nodes.append(node)
            facts.append(FactRecord(fact, COVENANT.id, row.id))
        member = MemberOf(
            start=signatory.reference,
            end=nodes[0].reference,
            role=SIGNATORY,
            status=_said(cells["signatory_status"]).replace("_", " ") or None,
            since=day,
            commitments=tell_commitments([made for flag, made in _FLAGS.items() if _yes(cells, flag)]),
        )
        return Records(nodes, (*facts, FactRecord(member, COVENANT.id, row.id)))

    def _signatory(self, id_: str, cells: Mapping[str, str], day: str) -> Placed:
        """Return who signed, as it declared itself when it joined: its number of inhabitants is that of then."""
        country = _country(cells)
        if _is_group(cells):
            return _body(id_, cells["organisation_name"], GROUP_KIND, country, _said(cells["gcom_id"]))
        body = read_member(_AGAIN.sub("", cells["organisation_name"]), country)
        inhabitants = _inhabitants(cells)
        match body.label:
            case "Organisation":
                return _body(id_, body.name, body.kind, country, _said(cells["gcom_id"]))
            case "Region":
                ids = _ids(id_, _said(cells["gcom_id"]))
                return self._localities.region(
                    id_, body.name, country, level=body.level, own_ids=ids, population=inhabitants, as_of=day
                )
        query = PlaceQuery(
            body.name,
            country,
            location=None if _coordinates(cells) in self._table.shared else _location(cells),
            region=body.lies_in,
            population=inhabitants,
        )
        return self._localities.city(id_, query, own_ids=_ids(id_, _said(cells["gcom_id"])), as_of=day)

    def _group_of(self, cells: Mapping[str, str], member: str) -> Iterator[tuple[NodeRecord, Fact]]:
        """Yield the group that acts for a municipality; where it has no row of its own, its name is all that is known of it."""
        if not (id_ := _said(cells["group_organisation_id"])):
            return
        own = self._table.groups.get(id_)
        name, country = (own["organisation_name"], _country(own)) if own else (_said(cells["group_name"]), None)
        if not name:
            raise ValueError(f"group_organisation_id {id_} has neither a row nor a group_name")
        group = _body(id_, name, GROUP_KIND, country, _said(own["gcom_id"]) if own else "")
        yield group.nodes[0], Serves(start=group.reference, end=member)


@cache
def _covenant() -> NodeRecord:
    node = Organisation(name="Covenant of Mayors for Climate and Energy", kind="network")
    return NodeRecord(node, (COVENANT_ID,), COVENANT.id, "covenant-of-mayors")


def _ids(id_: str, gcom: str) -> tuple[str, ...]:
    """Return the ids of a signatory, first the one by which facts call it.

    The platform's number is always there and unique; two of its signatories may share an id of the global Covenant.
    """
    return own_id(COVENANT.id, id_), *((f"gcom:{gcom}",) if gcom else ())


def _body(id_: str, name: str, kind: str | None, country: str | None, gcom: str) -> Placed:
    """Return a signatory that is no place: a group, or a body of several municipalities."""
    ids = _ids(id_, gcom)
    known = known_organisation(name, country)
    node = Organisation(name=name, kind=kind, country=country)
    record = NodeRecord(node, (*ids, *((known,) if known else ())), COVENANT.id, id_)
    return Placed(reference("Organisation", ids[0]), (record,), ())


def _supports(cells: Mapping[str, str], city: str) -> Iterator[tuple[NodeRecord, Fact]]:
    """Yield the coordinator and the supporter of a signatory."""
    for column, role in _SUPPORT.items():
        if name := _said(cells[column]):
            organisation = _supporter(name, role)
            yield organisation, Supports(start=organisation.reference, end=city, role=role)


@lru_cache(maxsize=1000)
def _supporter(name: str, role: str) -> NodeRecord:
    """Return a coordinator or supporter, known by its name alone: some support signatories in many countries."""
    key = normalise(name) or name
    id_ = known_organisation(name) or own_id(COVENANT.id, key)
    kind = AUTHORITY_KIND if recognise(name, None).kind == "region" else None
    return NodeRecord(Organisation(name=name, kind=kind), (id_,), COVENANT.id, f"{role} {key}")


def _signed(id_: str, cells: Mapping[str, str], city: str, day: str) -> Iterator[tuple[NodeRecord, Fact]]:
    """Yield who was mayor on the day of adhesion; nothing is known of the days before and after.

    A person is known by name, municipality and post together: the same name at another municipality is another person.
    """
    name = _said(cells["mayor"])
    # Several mayors in one cell cannot be told from a surname and its first name.
    if not name or name.count(",") > 1 or "@" in name:
        return
    key = f"mayor {id_} {normalise(name) or name}"
    person = NodeRecord(Person(name=name, as_of=day), (own_id(COVENANT.id, key),), COVENANT.id, f"mayor {id_}")
    yield person, HoldsPost(start=person.reference, end=city, post=MAYOR, as_of=day)


def _organisation_id(cells: Mapping[str, str]) -> str:
    return cells["organisation_id"]


def _said(cell: str) -> str:
    return "" if cell.lower() in _NOTHING else cell


def _is_group(cells: Mapping[str, str]) -> bool:
    return _yes(cells, "group_profile")


def _yes(cells: Mapping[str, str], column: str) -> bool:
    said = cells[column].lower()
    if said not in _YES_OR_NO:
        raise ValueError(f"{column} is {cells[column]!r}, neither true nor false")
    return _YES_OR_NO[said]


def _country(cells: Mapping[str, str]) -> str | None:
    """Return the ISO code, also of a country that is not in the list: there are signatories in Lebanon and Morocco."""
    code = _said(cells["country_code"]).upper()
    return country_named(code) or code or None


def _date_of(cells: Mapping[str, str], day_first: bool) -> str:
    try:
        day = parse_date(cells["date_of_adhesion"], day_first=day_first)
    except ValueError as error:
        raise ValueError(f"date_of_adhesion: {error}") from error
    if day is None:
        raise ValueError("date_of_adhesion is empty")
    return day


def _inhabitants(cells: Mapping[str, str]) -> int | None:
    try:
        number = parse_number(cells["population_adhesion"])
    except ValueError as error:
        raise ValueError(f"population_adhesion: {error}") from error
    return round(number) or None if number else None


def _coordinates(cells: Mapping[str, str]) -> tuple[str, str]:
    return cells["organisation_latitude"], cells["organisation_longitude"]


def _location(cells: Mapping[str, str]) -> tuple[float, float] | None:
    """Return longitude and latitude; whole degrees are the corner of a square of the grid, up to 70 km from the town."""
    try:
        latitude, longitude = (float(text.replace(",", ".")) for text in _coordinates(cells))
    except ValueError:
        return None
    if latitude.is_integer() and longitude.is_integer():
        return None
    return longitude, latitude
