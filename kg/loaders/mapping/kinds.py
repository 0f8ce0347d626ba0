"""The kinds of value that fields of the schema take, found from the models, and how a text becomes one of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal, get_args, get_origin

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from kg.errors import quoted
from kg.loaders.mapping.layouts import letters
from kg.loaders.reading.values import parse_date, parse_number, parse_whole
from kg.places.country_names import country_code
from kg.schema.dates import PartialDate
from kg.schema.nodes import Amount, Count, CountryCode, Location, Text, Website
from kg.schema.relationships import Note

Kind = Literal["text", "texts", "date", "count", "amount", "country", "website", "location"]

#: Fields that are found, not given: what the resolver says of a place.
DERIVED = ("resolution", "candidates")

_KINDS: tuple[tuple[Any, Kind], ...] = (
    (Text, "text"),
    (Note, "text"),
    (PartialDate, "date"),
    (Count, "count"),
    (Amount, "amount"),
    (CountryCode, "country"),
    (Website, "website"),
    (Location, "location"),
    (tuple[Text, ...], "texts"),
)

_WEBSITE: TypeAdapter[str] = TypeAdapter(Website)


def kind_of(field: FieldInfo) -> Kind:
    """Return the kind of a field of a node or a relationship.

    Raises:
        TypeError: The schema has a field of a kind that mappings do not know.
    """
    options = [option for option in get_args(field.annotation) if option is not type(None)]
    for annotation in (field.annotation, *options):
        for known, kind in _KINDS:
            if annotation == known:
                return kind
    if field.annotation is str or choices_of(field):
        return "text"
    raise TypeError(f"mappings do not know how to fill a field of the type {field.annotation}")


def choices_of(field: FieldInfo) -> tuple[str, ...]:
    """Return the texts that a field can hold, where they are few and known."""
    options = (field.annotation, *get_args(field.annotation))
    return next((get_args(option) for option in options if get_origin(option) is Literal), ())


def read_as(kind: Kind, text: str, *, layouts: tuple[str, ...] = (), decimal: str | None = None) -> Any:
    """Return a text, which is not empty, as a value of this kind.

    Raises:
        ValueError: It is none; the message says which text, and what was expected.
    """
    match kind:
        case "date":
            return as_date(text, layouts)
        case "count":
            return parse_whole(text, decimal=decimal, missing=())
        case "amount":
            return parse_number(text, decimal=decimal, missing=())
        case "location":
            return as_degrees(text, decimal)
        case "country":
            return as_country(text)
        case "website":
            return as_website(text)
    return text


def as_date(text: str, layouts: tuple[str, ...] = ()) -> str:
    """Return a partial date, as precise as the layout that fits; without layouts, the usual ones of Europe are known.

    >>> as_date("03.05.2009", ("%Y", "%d.%m.%Y")), as_date("5/2009", ("M/YYYY",)), as_date("3/5/09", ("%d/%m/%y",))
    ('2009-05-03', '2009-05', '2009-05-03')
    """
    short_years = [layout for layout in layouts if "%y" in layout]
    for layout in short_years:
        try:
            return datetime.strptime(text, layout).date().isoformat()  # noqa: DTZ007 - a day has no time zone
        except ValueError:
            continue
    # A workbook keeps days as days, whatever they look like in it.
    known = [*(letters(layout) for layout in layouts if layout not in short_years), "YYYY-MM-DD"] if layouts else None
    try:
        found = parse_date(text, known, missing=())
    except ValueError as error:
        if layouts:
            raise ValueError(f"{quoted(text)} is not a date in the layout {' or '.join(layouts)}") from error
        raise
    assert found is not None
    return found


def as_degrees(text: str, decimal: str | None = None) -> float:
    """Return degrees of latitude or longitude: what stands between two groups of digits marks the decimals.

    >>> as_degrees("24,105"), as_degrees("-0.5")
    (24.105, -0.5)
    """
    if decimal is None:
        decimal = "," if "," in text and "." not in text else "."
    number = parse_number(text.removesuffix("°"), decimal=decimal, missing=())
    assert number is not None
    return number


def as_country(text: str) -> str:
    """Return the ISO 3166-1 code of a country given by code or name."""
    found = country_code(text)
    if found is None:
        raise ValueError(
            f"no country is called {quoted(text)}; 'values' in the mapping can say which one is meant "
            f"(values: {{{text}: CODE}}), and 'skip' leaves such rows out"
        )
    return found


def as_website(text: str) -> str:
    """Return an address as the schema takes it."""
    try:
        return _WEBSITE.validate_python(text)
    except ValidationError as error:
        raise ValueError(f"{quoted(text)} is not the address of a website") from error


_LINKS: dict[str, Callable[[str], re.Match[str] | None]] = {
    "geonames": re.compile(r"(?:geonames\.org/|geonames:)(\d+)", re.IGNORECASE).search,
    "wikidata": re.compile(r"(?:wikidata\.org/(?:wiki|entity)/|wikidata:|^wd:)(Q\d+)", re.IGNORECASE).search,
}


def as_code(scheme: str, text: str) -> str:
    """Return the id in a scheme that a code, an id or a link to it gives.

    >>> as_code("wikidata", "http://www.wikidata.org/entity/Q1773"), as_code("geonames", "456172")
    ('wikidata:Q1773', 'geonames:456172')
    """
    search = _LINKS.get(scheme)
    link = search(text) if search else None
    if link:
        text = link[1]
    text = text.removeprefix(f"{scheme}:")
    return f"{scheme}:{text.upper() if scheme == 'wikidata' else text}"
