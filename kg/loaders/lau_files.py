"""Eurostat's files of local administrative units and of NUTS regions: their layouts, and what a row of each says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kg.errors import KgError, quoted
from kg.loaders.base import Row
from kg.loaders.reading.tables import read_table
from kg.places.countries import country_named
from kg.places.names import normalise

#: Versions of NUTS so far, newest first; columns are called after them.
_VERSIONS = ("2024", "2021", "2016", "2013", "2010")

#: What stands where no number is known.
_NO_NUMBER = frozenset({"", "-", ":", "n.a.", "na", "nan"})
_NUTS = re.compile(r"[A-Z]{2}[A-Z0-9]{0,3}", re.ASCII)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_LAU_YEAR = re.compile(r"lau[^0-9]{0,2}((?:19|20)\d\d)(?!\d)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is laid out: its name, the columns by which it is known, and for units the columns of what we take of them.

    ``sheets``: each sheet of a workbook is a part of the table, one for each country.
    """

    name: str
    columns: tuple[str, ...]
    units: Mapping[str, str] | None = None
    sheets: bool = False


def _table(version: str) -> Layout:
    taken = {"nuts": f"code_{version}", "code": "lau_code", "name": "lau_name_national", "population": "population"}
    return Layout("table", tuple(taken.values()), {**taken, "latin": "lau_name_latin", "id": "gisco_id"})


_IN_WORKBOOK = {"nuts": "NUTS 3 CODE", "code": "LAU CODE", "name": "LAU NAME NATIONAL", "population": "POPULATION"}

#: In the order in which they are tried.
LAYOUTS = (
    Layout("workbook", tuple(_IN_WORKBOOK.values()), {**_IN_WORKBOOK, "latin": "LAU NAME LATIN"}, sheets=True),
    *(_table(version) for version in _VERSIONS),
    Layout("nuts-label", ("NUTS Code", "NUTS label")),
    *(
        Layout("nuts-levels", (f"Code {version}", "NUTS level 1", "NUTS level 2", "NUTS level 3"))
        for version in _VERSIONS
    ),
    Layout("nuts-gisco", ("NUTS_ID", "NAME_LATN")),
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A local administrative unit; ``nuts`` is the deepest region given, ``country`` the ISO code."""

    id: str
    country: str
    nuts: str
    name: str
    names: tuple[str, ...]
    population: int | None


def find_layout(path: Path) -> Layout:
    """Return how a file is laid out.

    Raises:
        KgError: It cannot be read, or is none of Eurostat's.
    """
    said = set()
    for layout in LAYOUTS:
        try:
            next(read_table(path, columns=layout.columns))
        except KgError as error:
            said.add(str(error))
        else:
            return layout
    if len(said) == 1:
        # Not about columns: it is empty, damaged, protected.
        raise KgError(said.pop())
    wanted = "; ".join(sorted({", ".join(layout.columns) for layout in LAYOUTS if _VERSIONS[2] in str(layout.columns)}))
    raise KgError(
        f"{path} is neither Eurostat's correspondence of local administrative units and NUTS (columns "
        f"{', '.join(_IN_WORKBOOK.values())}, or {wanted}) nor its table of NUTS regions (columns NUTS Code, NUTS label; or "
        f"NUTS_ID, NAME_LATN): is it the right file? {min(said).removeprefix(f'{path} ')[:300]}"
    )


def read_layout(path: Path, layout: Layout) -> Iterator[Row]:
    """Yield the rows of a file, of every sheet of a workbook that has the columns; of units only the cells that are taken.

    A row of units is called by its unit, one of regions by its region.

    Raises:
        KgError: The file cannot be read, or has not a single row.
    """
    for sheet in _sheets(path, layout) if layout.sheets else (None,):
        for row in read_table(path, columns=layout.columns, sheet=sheet, row_id=lambda cells: _row_id(cells, layout)):
            if layout.units is None:
                yield row
            else:
                cells = {name: row.cells.get(name, "") for name in layout.units.values()}
                yield Row(row.file, row.line, cells, row.id, row.defect)


def _row_id(cells: Mapping[str, str], layout: Layout) -> str:
    """Return what the source calls a row: the unit by GISCO's id, which a workbook does not spell out, or the region."""
    if layout.units is None:
        return cells[layout.columns[0]] or "-"
    return cells.get(layout.units.get("id", "")) or f"{cells[layout.units['nuts']][:2]}_{cells[layout.units['code']]}"


def _sheets(path: Path, layout: Layout) -> tuple[str | None, ...]:
    """Return the sheets that have the columns: a workbook has some of remarks as well."""
    with path.open("rb") as file:
        if not file.read(8).startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
            return (None,)
    from python_calamine import load_workbook

    return tuple(name for name in load_workbook(str(path)).sheet_names if _is_table(path, layout, name))


def _is_table(path: Path, layout: Layout, sheet: str) -> bool:
    try:
        next(read_table(path, columns=layout.columns, sheet=sheet))
    except KgError:
        return False
    return True


def unit_of(row: Row, layout: Layout) -> Unit:
    """Return the unit that a row of :func:`read_layout` describes.

    Raises:
        ValueError: It has no code or name, its region is none, its country is not in the list, or its population no number.
    """
    taken = layout.units or {}
    cells = {name: row.cells.get(column, "") for name, column in taken.items()}
    nuts, name = cells["nuts"], cells["name"] or cells.get("latin", "")
    if not cells["code"] or not name:
        raise ValueError("a unit without code or name")
    country = check_nuts(nuts)
    shown = tidy(name, country)
    names = [tidy(cells.get("latin", ""), country), cells.get("latin", ""), name]
    return Unit(
        row.id,
        country,
        nuts,
        shown,
        tuple(dict.fromkeys(other for other in names if other and other != shown)),
        _count(cells["population"]),
    )


@cache
def check_nuts(code: str) -> str:
    """Return the ISO code of the country of a NUTS code.

    Raises:
        ValueError: It is no NUTS code, or its country is not in the list.
    """
    if not _NUTS.fullmatch(code):
        raise ValueError(f"{quoted(code)} is not a NUTS code")
    country = country_named(code[:2])
    if country is None:
        raise ValueError(f"no country of the list has the code {code[:2]!r}")
    return country


def is_extra_regio(nuts: str) -> bool:
    """Whether a code stands for what lies in no region: embassies, the continental shelf, Mount Athos."""
    return nuts[2:].strip("Z") == "" and len(nuts) > 2


def levels(nuts: str) -> list[str]:
    """Return the codes of a region and of those it lies in, smallest first.

    >>> levels("LV006")
    ['LV006', 'LV00', 'LV0']
    """
    return [nuts[:length] for length in range(len(nuts), 2, -1)]


def name_of_region(cells: Mapping[str, str], layout: Layout) -> tuple[str, tuple[str, ...]]:
    """Return the name of a region, and its other names.

    Raises:
        ValueError: There is none.
    """
    if layout.name == "nuts-levels":
        names = [cells.get(column, "") for column in ("NUTS level 3", "NUTS level 2", "NUTS level 1", "Country")]
    elif layout.name == "nuts-gisco":
        names = [cells.get("NUTS_NAME", ""), cells["NAME_LATN"]]
    else:
        names = [cells["NUTS label"]]
    given = list(dict.fromkeys(filter(None, names)))
    if not given:
        raise ValueError("a region without a name")
    return given[0], tuple(given[1:]) if layout.name == "nuts-gisco" else ()


def year_of(path: Path, layout: Layout) -> str | None:
    """Return the year that a file's name tells, as Eurostat names its files.

    Of ``EU-27-LAU-2021-NUTS-2021.xlsx`` and ``nuts_lau_2019.csv.gz`` it is that of the units, of ``NUTS2016-NUTS2021.xlsx`` the
    last, which is that of the regions.
    """
    if layout.units:
        found = _LAU_YEAR.search(path.name)
        return found[1] if found else None
    years = _YEAR.findall(path.name)
    return str(years[-1]) if years else None


_COMMUNES = re.compile(r"(?:Δημοτική|Τοπική) Κοινότητα |(?:Municipal|Local) Commune of ", re.IGNORECASE)
_ARTICLE = re.compile(r"(.+), ((?:[AEO]|[AEO]s|[EL]l|L[aeo]s?|Els|Sa|Ses|[LS]')|[a-z]{1,3}|[ls]')")
_CUT = {
    "DE": re.compile(r",.*"),
    "GB": re.compile(r", (?:City|County) of$"),
    "SK": re.compile(r", okres .*"),
}


def tidy(name: str, country: str) -> str:
    """Return the name of a unit as one writes it: without its rank, its article before it, and not all in capitals.

    >>> tidy("Flensburg, Stadt", "DE"), tidy("Coruña, A", "ES"), tidy("Hospitalet de Llobregat, L'", "ES")
    ('Flensburg', 'A Coruña', "L'Hospitalet de Llobregat")
    >>> tidy("DEMİRCİ", "TR"), tidy("VELIKA GORICA", "HR"), tidy("Local Commune of Milies", "GR")
    ('Demirci', 'Velika Gorica', 'Milies')
    """
    if country == "GR":
        name = _COMMUNES.sub("", name)
    if cut := _CUT.get(country):
        name = cut.sub("", name)
    if country == "ES" and (article := _ARTICLE.fullmatch(name)):
        name = f"{article[2]}{'' if article[2].endswith(chr(39)) else ' '}{article[1]}"
    if name.isupper() and len(name) > 1:
        name = re.sub(r"[^\W\d_]+", lambda word: _capitalised(word[0], country), name)
    return " ".join(name.split())


def _capitalised(word: str, country: str) -> str:
    rest = word[1:].replace("I", "ı").replace("İ", "i") if country == "TR" else word[1:]
    return word[0] + rest.lower()


def is_same_name(unit: Unit, name: str) -> bool:
    """Whether a place of a gazetteer has just the name of a unit."""
    return normalise(name) in {normalise(one) for one in (unit.name, *unit.names)}


def _count(text: str) -> int | None:
    if text.strip().casefold() in _NO_NUMBER:
        return None
    try:
        number = float(text.replace(" ", ""))
    except ValueError:
        number = -1
    if not 0 <= number < 1e10 or number % 1:
        raise ValueError(f"population {quoted(text)} is not a number")
    return int(number)
