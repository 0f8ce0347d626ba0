"""Popolo objects as flat rows: the cells that are used, and the names by which rows and things are called."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Literal

from kg.loaders.base import Row
from kg.loaders.popolo_files import Found
from kg.places.countries import country_named
from kg.places.names import normalise
from kg.schema.identity import check_id

_QID = re.compile(r"(?:.*/)?(Q[1-9][0-9]*)")
_DIVISION = re.compile(r"ocd-division/country:([a-z]{2})\b")


#: Classifications of areas, normalised: a publisher calls them in its own language.
MUNICIPALITIES = frozenset(
    [
        "municipality",
        "city",
        "town",
        "village",
        "commune",
        "parish",
        "borough",
        "gemeinde",
        "stadt",
        "comune",
        "municipio",
        "municipi",
        "concello",
        "concelho",
        "kommune",
        "kommun",
        "kunta",
        "gemeente",
        "gmina",
        "miasto",
        "obec",
        "mesto",
        "vald",
        "linn",
        "novads",
        "savivaldybe",
        "opcina",
        "grad",
        "obcina",
        "opshtina",
        "oras",
        "comuna",
        "kozseg",
        "varos",
        "dimos",
        "bashki",
        "hromada",
        "belediye",
        "lau",
        "lau2",
    ]
) | {"local authority", "local government area", "unitary authority"}
REGIONS = frozenset(
    [
        "region",
        "regione",
        "province",
        "provincia",
        "county",
        "state",
        "land",
        "canton",
        "kanton",
        "voivodeship",
        "wojewodztwo",
        "powiat",
        "oblast",
        "kraj",
        "megye",
        "maakond",
        "judet",
        "departement",
        "department",
        "fylke",
        "lan",
        "landkreis",
        "kreis",
        "nuts1",
        "nuts2",
        "nuts3",
    ]
)


def flat_row(found: Found, class_: str, name: str, cells: Mapping[str, str]) -> Row:
    """Return an object as a row of its class, called by ``name``, or by place and content where it has none."""
    row_cells = {"class": class_, **cells}
    id_ = row_name(class_, name) if name.strip(">") else Row.content_id(found.number, row_cells)
    return Row(found.file, found.number, row_cells, id_, found.defect)


def row_name(class_: str, id_: str) -> str:
    """Return the natural id of a row: classes count their objects each for themselves."""
    return f"{class_}:{id_}"


def area_label(classification: str) -> Literal["City", "Region"] | None:
    """Return what an area is by its classification.

    >>> area_label("Comune"), area_label("Landkreis"), area_label("ward")
    ('City', 'Region', None)
    """
    words = normalise(classification)
    return "City" if words in MUNICIPALITIES else "Region" if words in REGIONS else None


def area_cells(found: Found) -> dict[str, str]:
    """Return what is used of an area; its country by itself or by its Open Civic Data division."""
    division = _DIVISION.search(
        " ".join((found.id(), found.text("identifier"), *(code for _, code in _identifiers(found))))
    )
    country = country_named(found.text("country_code", "country") or (division[1] if division else ""))
    return {
        "id": found.id(),
        "name": found.text("name"),
        "classification": found.text("classification"),
        "country": country or "",
        "ids": json.dumps(sorted(_exact_ids(found))),
    }


def organisation_cells(found: Found) -> dict[str, str]:
    """Return what is used of an organisation."""
    names = (name.get("name") for name in found.objects("other_names"))
    classifications = (one.get("classification") for one in found.objects("classifications"))
    return {
        "id": found.id(),
        "name": found.text("name"),
        "names": json.dumps([name for name in names if isinstance(name, str) and name.strip()], ensure_ascii=False),
        "classification": found.text("classification") or next((str(one) for one in classifications if one), ""),
        "founded": found.text("founding_date"),
        "dissolved": found.text("dissolution_date"),
        "wikidata": wikidata_item(found),
    }


def _identifiers(found: Found) -> Iterator[tuple[str, str]]:
    """Yield the scheme, normalised, and the code of each identifier."""
    for one in found.objects("identifiers"):
        scheme, code = one.get("scheme"), one.get("identifier")
        if isinstance(scheme, str) and isinstance(code, str | int):
            yield normalise(scheme), str(code).strip()


def wikidata_item(found: Found) -> str:
    """Return the item that an object is, if it says so and is sure of it."""
    items = {
        match[1] for scheme, code in _identifiers(found) if scheme == "wikidata" and (match := _QID.fullmatch(code))
    }
    return items.pop() if len(items) == 1 else ""


def wikidata_ids(cells: Mapping[str, str]) -> tuple[str, ...]:
    """Return the id of the item that a row names."""
    return (f"wikidata:{cells['wikidata']}",) if cells["wikidata"] else ()


def _exact_ids(found: Found) -> Iterator[str]:
    if item := wikidata_item(found):
        yield f"wikidata:{item}"
    for scheme, code in _identifiers(found):
        if scheme in ("geonames", "nuts"):
            try:
                yield check_id(f"{scheme}:{code}")
            except ValueError:
                continue


def day(text: str) -> str | None:
    """Return the date of a time; nothing where none is given."""
    return text[:10] or None
