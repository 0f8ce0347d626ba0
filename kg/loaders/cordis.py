"""CORDIS, the research projects of the European Union and who takes part in them: the zips as published."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from kg.errors import KgError
from kg.loaders.base import Outcome, Records, Rejected, Row, Skipped
from kg.loaders.cordis_files import (
    CordisFiles,
    Participant,
    Survey,
    amount,
    call_code,
    is_natural_person,
    pair,
    seat_key,
)
from kg.loaders.files import Entry, FileLoader, Option
from kg.loaders.known_organisations import known_organisation
from kg.loaders.localities import Localities, Placed
from kg.places.authorities import Recognised, recognise
from kg.places.query import PlaceQuery
from kg.schema.identity import reference, slug
from kg.schema.nodes import Call, Organisation, Programme, Project, check_text
from kg.schema.provenance import Source
from kg.schema.records import FactRecord, NodeRecord
from kg.schema.relationships import BasedIn, FundedBy, ParticipatesIn, PartOf

if TYPE_CHECKING:
    from kg.places.resolve import Resolver

_PUBLISHER = "Publications Office of the European Union"
_LICENCE = "CC BY 4.0"
_URL = "https://data.europa.eu/data/datasets/cordish2020projects"

PROJECTS = Source(
    id="cordis-projects",
    title="CORDIS, EU research projects under the framework programmes",
    publisher=_PUBLISHER,
    licence=_LICENCE,
    url=_URL,
    authority="publisher",
)

#: CORDIS is the publisher of its projects, and only passes on what towns are called: in capitals, and where they lie.
SEATS = Source(
    id="cordis-seats",
    title="CORDIS, seats of the participants in EU research projects",
    publisher=_PUBLISHER,
    licence=_LICENCE,
    url=_URL,
    authority="aggregator",
)

#: activityType -> kind of organisation
ACTIVITIES = {
    "HES": "higher education",
    "REC": "research organisation",
    "PRC": "company",
    "PUB": "public body",
    "OTH": "other",
}

#: frameworkProgramme -> our own id (that of the starter where it has the programme), name
_PROGRAMMES = {
    "FP1": ("fp1", "First Framework Programme"),
    "FP2": ("fp2", "Second Framework Programme"),
    "FP3": ("fp3", "Third Framework Programme"),
    "FP4": ("fp4", "Fourth Framework Programme"),
    "FP5": ("fp5", "Fifth Framework Programme"),
    "FP6": ("fp6", "Sixth Framework Programme"),
    "FP7": ("fp7", "Seventh Framework Programme"),
    "H2020": ("horizon-2020", "Horizon 2020"),
    "HORIZON": ("horizon-europe", "Horizon Europe"),
}

_NATURAL_PERSON = Skipped("a natural person")
#: At the end of an association's name.
_LEGAL_FORM = re.compile(r"[\s,-]+(?:aisbl|asbl|ivzw|vzw|e\.?\s?v\.?)$", re.IGNORECASE)
_COUNTRY = re.compile(r"[A-Z]{2}")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class _Body:
    """What a participant is in the graph, and what its name says if it is a public body."""

    label: str
    recognised: Recognised | None = None


class Cordis(FileLoader):
    """One framework programme: its projects, calls and participants.

    Args:
        files: A zip as published, or a project.csv and an organization.csv.
        edition: Date of the edition; else the newest contentUpdateDate in it.
        activity: Types of organisation to which participants are limited (HES, REC, PRC, PUB, OTH); all when empty.
        resolver: Finds places; the packaged one by default.

    Raises:
        KgError: The files are no data set of CORDIS, or an option is not one of these.
    """

    name = "cordis"
    entry: ClassVar[Entry] = Entry(
        id="cordis",
        title=PROJECTS.title,
        brings="projects with dates and budget, programmes, calls, participants with their role and contribution",
        publisher=_PUBLISHER,
        licence=_LICENCE,
        url=_URL,
        command="kg load cordis cordis-h2020projects-csv.zip [--activity PUB]",
        untried=True,
    )
    options: ClassVar[tuple[Option, ...]] = (
        Option(
            "activity",
            "Only participants of this type: HES higher education, REC research organisation, PRC company, PUB public body, "
            "OTH other; and the projects they are in. Repeat for several.",
            multiple=True,
            choices=tuple(ACTIVITIES),
        ),
    )

    def __init__(
        self,
        files: Sequence[Path],
        *,
        edition: str | None = None,
        activity: Sequence[str] = (),
        resolver: Resolver | None = None,
    ) -> None:
        super().__init__(files, edition=edition)
        if unknown := sorted(set(activity) - ACTIVITIES.keys()):
            raise KgError(f"--activity {' '.join(unknown)}: give one of {', '.join(ACTIVITIES)}")
        self._tables = CordisFiles.of(self.files)
        self._activities = tuple(sorted(set(activity)))
        self._resolver = resolver
        self._bodies: dict[str, _Body] = {}
        self._towns: dict[str, Placed] = {}
        asked = f"(--activity {' '.join(self._activities)})"
        self._other_type = Skipped(f"not of the types asked for {asked}")
        self._other_project = Skipped(f"project without a participant of the types asked for {asked}")

    @classmethod
    def for_files(cls, files: Sequence[Path], *, edition: str | None = None, **options: Any) -> Sequence[Self]:
        """Return one load for each zip, and for each pair of tables or folder with them."""
        return [cls(data_set, edition=edition, **options) for data_set in pair(files)]

    @property
    def scope(self) -> str:
        """The framework programme, from the content, and the types of participant where they are limited.

        Raises:
            KgError: No project says its programme.
        """
        if not self._survey.programmes:
            raise KgError(
                f"no project in {self.files[0].name} says of which framework programme it is: is it the right file, with "
                "a column frameworkProgramme that is filled in?"
            )
        programmes = ",".join(sorted(re.sub(r"[^\w.-]", "-", code) for code in self._survey.programmes))
        part = f"&activity={','.join(self._activities)}" if self._activities else ""
        return f"cordis?programme={programmes}{part}"

    def edition_in_files(self) -> str | None:
        """Return the newest contentUpdateDate of any row."""
        return self._survey.updated

    @property
    def sources(self) -> Sequence[Source]:
        """CORDIS as publisher of projects, and as who says where their participants sit."""
        return PROJECTS, SEATS

    def extract(self) -> Iterable[Row]:
        """Yield the rows of project.csv, then of organization.csv, with the cells that are used.

        Raises:
            KgError: A table cannot be read, or lacks a column.
        """
        return self._tables.kept_rows(self._survey.repeated)

    def transform(self, row: Row) -> Outcome:
        """Return a project with its programme and call, or a participation with its organisation."""
        return self._participation(row) if "organisationID" in row.cells else self._project(row)

    @cached_property
    def _survey(self) -> Survey:
        return self._tables.survey(_is_readable)

    @cached_property
    def _localities(self) -> Localities:
        # The gazetteer is large: it is opened when the first place is looked up.
        from kg.places.resolve import default_resolver

        return Localities(SEATS.id, self._resolver or default_resolver())

    @cached_property
    def _projects_left(self) -> frozenset[str]:
        """The projects that have a participant of the types asked for."""
        survey = self._survey
        return frozenset(
            project
            for pic, participant in survey.participants.items()
            if self._unwanted(participant) is None
            for project in survey.projects_of[pic]
        )

    def _unwanted(self, participant: Participant) -> Skipped | None:
        """Return the rule by which a participant is left out, if one does."""
        if self._activities and participant.activity not in self._activities:
            return self._other_type
        return _NATURAL_PERSON if is_natural_person(participant) else None

    def _project(self, row: Row) -> Outcome:
        if self._activities and row.cells["id"] not in self._projects_left:
            return self._other_project
        return _project_records(row)

    def _participation(self, row: Row) -> Outcome:
        cells = row.cells
        pic, project = cells["organisationID"], cells["projectID"]
        if not pic:
            return Rejected(f"{cells['name'] or 'an organisation'} has no organisationID")
        if project not in self._survey.projects:
            return Rejected(f"project {project or 'without a number'} is not in project.csv, or cannot be read there")
        participant = self._survey.participants[pic]
        if skipped := self._unwanted(participant):
            return skipped
        contribution = amount(cells.get("ecContribution", ""))
        described = self._survey.described_at[pic] == row.line
        body = self._body(pic, participant)
        nodes, facts = self._describe(pic, participant, body) if described else ((), ())
        taking_part = ParticipatesIn(
            start=reference(body.label, f"pic:{pic}"),
            end=reference("Project", f"cordis:{project}"),
            role=_role(cells),
            budget_eur=contribution,
        )
        return Records(nodes, (*facts, FactRecord(taking_part, PROJECTS.id, row.id)))

    def _body(self, pic: str, participant: Participant) -> _Body:
        """Return what a participant is: a public body may be a municipality or a region, by its name."""
        if participant.activity != "PUB" or not _COUNTRY.fullmatch(participant.country):
            return _Body("Organisation")
        if pic not in self._bodies:
            recognised = recognise(participant.name, participant.country)
            label = {"municipality": "City", "region": "Region"}.get(recognised.kind, "Organisation")
            self._bodies[pic] = _Body(label, recognised)
        return self._bodies[pic]

    def _describe(
        self, pic: str, participant: Participant, body: _Body
    ) -> tuple[tuple[NodeRecord, ...], tuple[FactRecord, ...]]:
        """Return the records of an organisation, with where it sits, or of the municipality or region that it is."""
        row = f"pic:{pic}"
        if body.recognised and body.label != "Organisation":
            placed = self._authority(row, participant, body.recognised, body.label)
            return placed.nodes, placed.facts
        organisation = Organisation(
            name=participant.name,
            acronym=participant.short_name or None,
            kind=ACTIVITIES.get(participant.activity),
            country=participant.country if _COUNTRY.fullmatch(participant.country) else None,
        )
        known = known_organisation(_LEGAL_FORM.sub("", participant.name), organisation.country)
        record = NodeRecord(organisation, (row, known) if known else (row,), PROJECTS.id, row)
        seat = self._seat(participant)
        if seat is None:
            return (record,), ()
        based = FactRecord(BasedIn(start=record.reference, end=seat.reference), PROJECTS.id, row)
        return (record, *seat.nodes), (*seat.facts, based)

    def _authority(self, row: str, participant: Participant, recognised: Recognised, label: str) -> Placed:
        place = _written(recognised.place or participant.name)
        if label == "Region":
            return self._localities.region(
                row, place, participant.country, level=recognised.level, own_ids=(row,), names=(participant.name,)
            )
        query = PlaceQuery(
            place,
            participant.country,
            names=(participant.name,),
            location=participant.location,
            region=participant.nuts or None,
        )
        return self._localities.city(row, query, own_ids=(row,))

    def _seat(self, participant: Participant) -> Placed | None:
        """Return the town of an address, where both town and country are given."""
        if not _COUNTRY.fullmatch(participant.country) or not _is_text(participant.city):
            return None
        key = seat_key(participant)
        if key not in self._towns:
            query = PlaceQuery(
                _written(participant.city),
                participant.country,
                location=self._survey.seats.get(key),
                region=participant.nuts or None,
            )
            self._towns[key] = self._localities.city(key, query)
        return self._towns[key]


def _is_readable(row: Row) -> bool:
    try:
        _project_records(row)
    except ValueError:
        return False
    return True


def _project_records(row: Row) -> Records:
    """Return the records of a project, its programme and its call.

    Raises:
        ValueError: It has no id, or a value cannot be.
    """
    cells = row.cells
    if not cells["id"]:
        raise ValueError("the project has no id")
    project = Project(
        name=cells["acronym"] or cells["title"],
        title=cells["title"] or None,
        acronym=cells["acronym"] or None,
        kind="project",
        start=cells.get("startDate", "")[:10] or None,
        end=cells.get("endDate", "")[:10] or None,
        # A total of nothing is that of a lump sum, whose total is not known.
        budget_eur=amount(cells.get("totalCost", "")) or None,
    )
    record = NodeRecord(project, (f"cordis:{cells['id']}",), PROJECTS.id, cells["id"])
    programme = _programme(cells["frameworkProgramme"])
    if programme is None:
        return Records((record,))
    funded = FundedBy(start=record.reference, end=programme.reference)
    called, part = _call(call_code(cells), programme.reference)
    return Records((record, programme, *called), (FactRecord(funded, PROJECTS.id, cells["id"]), *part))


@cache
def _programme(code: str) -> NodeRecord | None:
    """Return a framework programme under the id that it has in the starter, if it is there."""
    own, name = _PROGRAMMES.get(code, (slug(code), code))
    if not own:
        return None
    programme = Programme(name=name, acronym=code if name != code else None, kind="funding programme")
    return NodeRecord(programme, (f"own:{own}",), PROJECTS.id, code)


@lru_cache(maxsize=5000)
def _call(code: str, programme: str) -> tuple[tuple[NodeRecord, ...], tuple[FactRecord, ...]]:
    """Return a call as part of its programme; nothing for a code that none can be named by."""
    if not slug(code):
        return (), ()
    record = NodeRecord(Call(name=code), (f"own:{slug(code)}",), PROJECTS.id, code)
    return (record,), (FactRecord(PartOf(start=record.reference, end=programme), PROJECTS.id, code),)


def _role(cells: Mapping[str, str]) -> str | None:
    """Return the role in words; that of one who left before the end is a former one.

    >>> _role({"role": "associatedPartner"}), _role({"role": "participant", "endOfParticipation": "true"})
    ('associated partner', 'former participant')
    """
    role = _CAMEL.sub(" ", cells["role"]).lower()
    if cells.get("endOfParticipation", "").lower() == "true":
        return f"former {role or 'participant'}"
    return role or None


def _written(name: str) -> str:
    """Return a place's name, which many rows have in capitals, as names are written.

    >>> _written("SAN SEBASTIAN"), _written("L'AQUILA"), _written("Den Haag")
    ('San Sebastian', "L'Aquila", 'Den Haag')
    """
    return name.title() if name.isupper() else name


def _is_text(text: str) -> bool:
    try:
        check_text(text)
    except ValueError:
        return False
    return True
