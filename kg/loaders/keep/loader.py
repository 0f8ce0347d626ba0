"""The loader of keep.eu: programmes, calls, projects with dates, budget and themes, and who takes part in them."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, cached_property, lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from pydantic import TypeAdapter, ValidationError

from kg.errors import KgError
from kg.loaders.base import Outcome, Records, Row, Skipped
from kg.loaders.files import Entry, FileLoader
from kg.loaders.keep.files import (
    Layout,
    layout_of,
    needed,
    participation,
    period_of,
    read_calls,
    read_partners,
    read_projects,
)
from kg.loaders.keep.names import is_person
from kg.loaders.keep.partners import Partners
from kg.loaders.keep.survey import Survey, programme_code, project_key
from kg.loaders.localities import Localities, own_id
from kg.loaders.reading.values import parse_date, parse_number, present
from kg.schema.dates import are_in_order
from kg.schema.identity import reference, slug
from kg.schema.nodes import Call, Programme, Project, Theme, Website
from kg.schema.provenance import Source
from kg.schema.records import FactRecord, NodeRecord
from kg.schema.relationships import About, FundedBy, ParticipatesIn, PartOf

if TYPE_CHECKING:
    from kg.places.resolve import Resolver

_PUBLISHER = "Interact Programme"
_LICENCE = "keep.eu terms of use: credit and link"
_URL = "https://keep.eu"

KEEP = Source("keep", "keep.eu, projects of Interreg and their partners", _PUBLISHER, _LICENCE, _URL, "publisher")
#: keep.eu is the publisher of its projects, and only passes on what the towns of partners are called and where they lie.
PLACES = Source("keep-places", "keep.eu, towns of the partners", _PUBLISHER, _LICENCE, _URL, "aggregator")

#: Programmes that the starter has under an id of its own.
_KNOWN = {"2014-2020-urbact-iii": "urbact-iii"}

_PERSON = Skipped("a natural person")
_THEMATIC = ("Thematic1", "Thematic2", "Thematic3")


class Keep(FileLoader):
    """One export of keep.eu.

    Args:
        files: An export workbook, or a table of participations.
        edition: Date of the export: the file says none.
        resolver: Finds places; the packaged one by default.

    Raises:
        KgError: The file is neither, or cannot be read.
    """

    name = "keep"
    version = 2
    entry: ClassVar[Entry] = Entry(
        id="keep",
        title=KEEP.title,
        brings="programmes, calls, projects with dates, budget and themes, lead partners and partners",
        publisher=_PUBLISHER,
        licence=_LICENCE,
        url=_URL,
        command="kg load keep EXPORT.xlsx --edition DATE",
    )

    def __init__(self, files: Sequence[Path], *, edition: str | None = None, resolver: Resolver | None = None) -> None:
        super().__init__(files, edition=edition)
        if len(self.files) != 1:
            raise KgError(f"keep.eu is loaded one export at a time, and these are {len(self.files)} files")
        self._file = self.files[0]
        self._resolver = resolver
        self._named: dict[str, tuple[tuple[NodeRecord, ...], tuple[FactRecord, ...]]] = {}

    @property
    def scope(self) -> str:
        """Layout and periods, both from the content."""
        return f"keep?layout={self._layout}&period={','.join(sorted(self._survey.periods)) or 'none'}"

    @property
    def sources(self) -> Sequence[Source]:
        """keep.eu as publisher of projects, and as who says where the partners are."""
        return KEEP, PLACES

    @cached_property
    def _layout(self) -> Layout:
        return layout_of(self._file)

    @cached_property
    def _survey(self) -> Survey:
        survey = Survey()
        if self._layout == "workbook":
            survey.add_projects(read_projects(self._file))
        survey.add_partners(read_partners(self._file, self._layout))
        return survey

    @cached_property
    def _sites(self) -> Mapping[str, str]:
        return self._survey.sites()

    @cached_property
    def _partners(self) -> Partners:
        # The gazetteer is large: it is opened when the first place is looked up.
        from kg.places.resolve import default_resolver

        return Partners(KEEP.id, PLACES.id, self._survey, Localities(PLACES.id, self._resolver or default_resolver()))

    def extract(self) -> Iterable[Row]:
        """Yield the rows of projects, calls and partners, with the cells that are used.

        Raises:
            KgError: The file cannot be read, or lacks a column.
        """
        if self._layout == "workbook":
            yield from read_projects(self._file)
            yield from read_calls(self._file)
        yield from read_partners(self._file, self._layout)

    def transform(self, row: Row) -> Outcome:
        """Return a project, a call or a participation."""
        if "Serial Number" in row.cells:
            return self._call(row)
        if "Project Name" in row.cells:
            return self._project(row)
        return self._participation(row)

    def _project(self, row: Row) -> Outcome:
        cells = row.cells
        programme = programme_record(needed(cells, "Programme"))
        acronym = needed(cells, "Acronym")
        key = project_key(needed(cells, "Programme"), acronym)
        titles = [
            text
            for column in ("Project Name", "Project Name language 2", "Project Name language 3")
            if (text := present(" ".join(cells.get(column, "").split())))
        ]
        # A project with a lead partner on either side of a border has a row for each, alike but for the partner.
        row_id = key if self._survey.projects[key] == 1 else f"{key}|{' '.join(cells['Lead Partner'].split())}"
        start, end = parse_date(cells["Project start"]), parse_date(cells["Project end"])
        project = Project(
            name=acronym,
            acronym=acronym,
            title=titles[0] if titles else None,
            names=tuple(dict.fromkeys(titles[1:])),
            kind="project",
            start=start,
            # One of the two is a slip of the pen; the project itself and its partners are not in doubt.
            end=end if are_in_order(start, end) else None,
            budget_eur=parse_number(cells["Budget"], decimal=".") or None,
            website=_website(self._sites.get(key)),
        )
        record = _project_record(project, key, row_id)
        facts = [FactRecord(FundedBy(start=record.reference, end=programme.reference), KEEP.id, row_id)]
        themes = [theme for column in _THEMATIC for theme in themes_of(cells.get(column, ""))]
        nodes = [theme_record(theme) for theme in dict.fromkeys(themes)]
        facts += [FactRecord(About(start=record.reference, end=node.reference), KEEP.id, row_id) for node in nodes]
        return Records((record, programme, *nodes), tuple(facts))

    def _call(self, row: Row) -> Outcome:
        cells = row.cells
        programme = programme_record(needed(cells, "Programme"))
        number = needed(cells, "Serial Number")
        call = Call(
            name=f"{programme.node.name}, call {number}",
            opens=parse_date(cells["Start Date"]),
            closes=parse_date(cells["End Date"]),
            budget_eur=parse_number(cells.get("Budget", ""), decimal=".") or None,
        )
        key = f"{programme_code(cells['Programme'])}|{slug(number) or number}"
        record = NodeRecord(call, (own_id(KEEP.id, f"call {key}"),), KEEP.id, row.id)
        part = PartOf(start=record.reference, end=programme.reference)
        return Records((record, programme), (FactRecord(part, KEEP.id, row.id),))

    def _participation(self, row: Row) -> Outcome:
        one = participation(row)
        if is_person(one.partner):
            return _PERSON
        programme = programme_record(one.programme)
        key = project_key(one.programme, one.acronym)
        project = _project_reference(key)
        nodes: tuple[NodeRecord, ...] = (programme,)
        facts: tuple[FactRecord, ...] = ()
        if key not in self._survey.projects:
            nodes, facts = self._named_project(one.acronym, key, programme)
        here, more_nodes, more_facts = self._partners.describe(one)
        role = "lead partner" if one.lead else "partner"
        takes_part = FactRecord(ParticipatesIn(start=here, end=project, role=role), KEEP.id, one.row)
        return Records((*nodes, *more_nodes), (*facts, *more_facts, takes_part))

    def _named_project(
        self, acronym: str, key: str, programme: NodeRecord
    ) -> tuple[tuple[NodeRecord, ...], tuple[FactRecord, ...]]:
        """Return a project of which only rows of partners tell: its acronym, and perhaps its website."""
        if key not in self._named:
            project = Project(name=acronym, acronym=acronym, kind="project", website=_website(self._sites.get(key)))
            record = _project_record(project, key, key)
            funded = FundedBy(start=record.reference, end=programme.reference)
            self._named[key] = (record, programme), (FactRecord(funded, KEEP.id, key),)
        return self._named[key]


@lru_cache(maxsize=50_000)
def _project_reference(key: str) -> str:
    return reference("Project", own_id(KEEP.id, key))


def _project_record(project: Project, key: str, row: str) -> NodeRecord:
    return NodeRecord(project, (own_id(KEEP.id, key),), KEEP.id, row)


@lru_cache(maxsize=1000)
def programme_record(text: str) -> NodeRecord:
    """Return the record of a programme: the same in both layouts, and for another period another programme.

    >>> programme_record("2014 - 2020 INTERREG VB Central Europe").ids
    ('own:2014-2020-interreg-vb-central-europe',)
    """
    period, name = period_of(text)
    code = programme_code(text)
    programme = Programme(name=f"{name} ({period})" if period else name, kind="funding programme")
    ids = (f"own:{_KNOWN.get(code, code)}",)
    return NodeRecord(programme, ids, KEEP.id, code)


@cache
def _themes() -> Mapping[str, Sequence[str]]:
    text = resources.files("kg.loaders.keep").joinpath("themes.toml").read_text(encoding="utf-8")
    themes: Mapping[str, Sequence[str]] = tomllib.loads(text)["themes"]
    return themes


def themes_of(thematic: str) -> Sequence[str]:
    """Return our themes of one of keep.eu's; none of one that our taxonomy lacks, or that is new.

    >>> themes_of("Renewable energy"), themes_of("Traditional energy")
    (['energy-transition'], [])
    """
    return _themes().get(thematic.strip(), [])


@lru_cache(maxsize=100)
def theme_record(theme: str) -> NodeRecord:
    """Return the record of one of our themes, as the starter has it."""
    text = resources.files("kg").joinpath("data", "themes.csv").read_text(encoding="utf-8")
    name = next(row["name"] for row in csv.DictReader(text.splitlines()) if row["id"] == theme)
    return NodeRecord(Theme(name=name), (f"own:{theme}",), KEEP.id, theme)


def _website(text: str | None) -> str | None:
    """Return an address that can become a link, None for what cannot: a project is not refused for it."""
    try:
        return _address().validate_python(text) if text else None
    except ValidationError:
        return None


@cache
def _address() -> TypeAdapter[str]:
    return TypeAdapter(Website)
