"""The kinds of node, one class each; the docstring of a class is its entry in ``docs/schema.md``."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Annotated, ClassVar, Literal, NamedTuple, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from kg.schema.contacts import check_no_address, check_person_name
from kg.schema.dates import SPANS, PartialDate, are_in_order

#: Of the longest text, four bytes for each character: Neo4j refuses to index a value of more than some 8,100 bytes.
MAX_TEXT = 2000

#: Characters that turn the direction of what stands around them, so that a text can look like another.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def check_text(text: str) -> str:
    """Return ``text`` in Unicode NFC with runs of white space folded.

    Raises:
        ValueError: Nothing to see is left, it is too long to be indexed, or it holds a character that controls a terminal or
            the direction of writing, or an e-mail address.
    """
    folded = " ".join(unicodedata.normalize("NFC", text).split())
    categories = {unicodedata.category(character) for character in folded}
    if categories & {"Cc", "Cs"} or not _TURNING.isdisjoint(folded):
        raise ValueError(f"control character in {folded!r}")
    if all(category.startswith(("C", "Z")) for category in categories):
        raise ValueError("empty text")
    if len(folded) > MAX_TEXT:
        raise ValueError(f"longer than {MAX_TEXT} characters: {folded[:40]!r}...")
    return check_no_address(folded)


Text = Annotated[str, AfterValidator(check_text)]
CountryCode = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
#: It becomes a link on a page: no other scheme, no user and password, nothing that ends an attribute.
Website = Annotated[
    str,
    Field(
        pattern=r"^(https?://)?[^\s\pC/:@\"'<>?#]+\.[^\s\pC/:@\"'<>?#]+(:[0-9]+)?([/?#][^\s\pC\"'<>]*)?$",
        max_length=500,
    ),
    AfterValidator(check_no_address),
]
#: What Neo4j can store as a whole number.
Count = Annotated[int, Field(ge=0, lt=2**63)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Point(NamedTuple):
    """A place on the globe (WGS 84), in degrees."""

    longitude: float
    latitude: float


def check_point(point: Point) -> Point:
    """Return ``point`` when it lies on the globe.

    Raises:
        ValueError: It does not.
    """
    if not (-180 <= point.longitude <= 180 and -90 <= point.latitude <= 90):
        raise ValueError(f"{point} is not on the globe: longitude -180 to 180, latitude -90 to 90")
    return point


Location = Annotated[Point, AfterValidator(check_point)]


class Record(BaseModel):
    """What every asserted thing has: frozen values, and the date that the source itself gives for them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    as_of: PartialDate | None = Field(
        default=None, description="date for which the source says so; the age that sentences speak of"
    )


class Node(Record):
    """What every node of the knowledge base has."""

    label: ClassVar[str]
    schemes: ClassVar[tuple[str, ...]] = ("wikidata", "own")

    name: Text = Field(description="name to show")
    names: tuple[Text, ...] = Field(default=(), description="alternate names")

    @model_validator(mode="after")
    def _check_spans(self) -> Self:
        for first, last in _spans_of(type(self)):
            begins, ends = getattr(self, first), getattr(self, last)
            if not are_in_order(begins, ends):
                raise ValueError(f"{last} {ends} is before {first} {begins}")
        return self


@cache
def _spans_of(kind: type[Node]) -> list[tuple[str, str]]:
    # Asked once: to ask a model for a field that it has not is slow.
    return [span for span in SPANS if set(span) <= kind.model_fields.keys()]


class City(Node):
    """A municipality: the local authority and its place."""

    label = "City"
    schemes = ("geonames", "wikidata", "lau", "gcom", "pic", "own")

    country: CountryCode | None = Field(default=None, description="ISO 3166-1 code")
    population: Count | None = Field(default=None, description="inhabitants")
    location: Location | None = Field(default=None, description="point, WGS 84")
    website: Website | None = Field(default=None, description="address")
    dissolved: PartialDate | None = Field(default=None, description="when it ceased to be a municipality")
    resolution: Literal["review", "unknown"] | None = Field(
        default=None, description="set where no gazetteer's place could be joined to: a person must say, or none has it"
    )
    candidates: tuple[str, ...] = Field(
        default=(), description="places that may be meant, as texts of JSON: id, name, score, evidence"
    )


class Region(Node):
    """An elected or state tier above municipalities: province, county, voivodeship, Land, Diputació."""

    label = "Region"
    schemes = ("wikidata", "nuts", "gcom", "pic", "own")

    level: Text | None = Field(default=None, description="province, county, ...")
    country: CountryCode | None = Field(default=None, description="ISO 3166-1 code")
    population: Count | None = Field(default=None, description="inhabitants")
    website: Website | None = Field(default=None, description="address")


class Country(Node):
    """A country."""

    label = "Country"
    schemes = ("iso", "wikidata", "nuts")

    eu_since: PartialDate | None = Field(default=None, description="joined the European Union")
    eu_until: PartialDate | None = Field(default=None, description="left the European Union")
    council_of_europe: PartialDate | None = Field(
        default=None, description="joined the Council of Europe; unset when not a member"
    )


class Organisation(Node):
    """A network, association, agency, company or institution; intermunicipal, metropolitan and transport bodies; a Covenant group."""

    label = "Organisation"
    schemes = ("wikidata", "gcom", "pic", "own")

    acronym: Text | None = Field(default=None, description="acronym")
    kind: Text | None = Field(
        default=None, description="network, association, agency, institution, ...; the first two are labels as well"
    )
    country: CountryCode | None = Field(default=None, description="ISO 3166-1 code of the seat")
    founded: PartialDate | None = Field(default=None, description="founded")
    dissolved: PartialDate | None = Field(default=None, description="dissolved")
    website: Website | None = Field(default=None, description="address")
    members_stated: Count | None = Field(default=None, description="how many members it has by its own account")


class Person(Node):
    """A person in a public role that a source states. No birth date and no contact: there is no field for them."""

    label = "Person"
    schemes = ("wikidata", "own")

    @model_validator(mode="after")
    def _check_names(self) -> Self:
        for name in (self.name, *self.names):
            check_person_name(name)
        return self


class Project(Node):
    """A funded or named cooperation; also one named pairing of cities in a programme (kind ``pairing``)."""

    label = "Project"
    schemes = ("wikidata", "cordis", "own")

    title: Text | None = Field(default=None, description="full title; the name is the acronym where there is one")
    acronym: Text | None = Field(default=None, description="acronym")
    kind: Text | None = Field(default=None, description="project, network, pairing, ...")
    start: PartialDate | None = Field(default=None, description="first day")
    end: PartialDate | None = Field(default=None, description="last day")
    budget_eur: Amount | None = Field(default=None, description="total budget, euro")
    website: Website | None = Field(default=None, description="address")


class Programme(Node):
    """A funding programme, initiative, charter or declaration."""

    label = "Programme"

    acronym: Text | None = Field(default=None, description="acronym")
    kind: Text | None = Field(default=None, description="funding programme, initiative, charter, ...")
    website: Website | None = Field(default=None, description="address")


class Call(Node):
    """One call of a programme."""

    label = "Call"
    schemes = ("own",)

    opens: PartialDate | None = Field(default=None, description="opens")
    closes: PartialDate | None = Field(default=None, description="closes")
    budget_eur: Amount | None = Field(default=None, description="budget, euro")
    rule: Text | None = Field(default=None, description="who may apply")


class Event(Node):
    """A congress, session, seminar, webinar or training."""

    label = "Event"

    start: PartialDate | None = Field(default=None, description="first day")
    end: PartialDate | None = Field(default=None, description="last day")


class Theme(Node):
    """A policy theme or shared challenge; a small taxonomy of our own."""

    label = "Theme"

    definition: Text | None = Field(default=None, description="what belongs to it")


#: Every kind of node that a source can assert, by label.
NODES: dict[str, type[Node]] = {
    kind.label: kind for kind in (City, Region, Country, Organisation, Person, Project, Programme, Call, Event, Theme)
}

#: Labels that an Organisation carries besides, by its kind.
KIND_LABELS = {"network": "Network", "association": "Association"}
