"""The loader of tables: what a mapping makes of rows, what rows are called, and what the frame is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kg.errors import KgError
from kg.loaders.base import Outcome, Records, Rejected, Skipped
from kg.loaders.table import Table
from kg.places.query import Candidate, PlaceQuery, Resolution
from kg.schema.provenance import Source

DATA = Path(__file__).parents[2] / "data" / "table"


class Gazetteer:
    """A resolver that knows Riga, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[PlaceQuery] = []

    def resolve(self, query: PlaceQuery) -> Resolution:
        self.asked.append(query)
        if (query.name, query.country) == ("Riga", "LV"):
            riga = Candidate("geonames:456172", "Riga", "LV", (24.1, 56.9), 605_802, 1.0, ())
            return Resolution("resolved", 1.0, (riga,))
        return Resolution("unknown", 0.0)

    def region_ids(self, name: str, country: str | None, level: str | None = None) -> tuple[str, ...]:
        return ()


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., dict[str, Outcome]]:
    """Load a table written as text by a mapping written as text, and return what became of each row by its id."""

    def run(table: str | Path, mapping: str | Path, resolver: Gazetteer | None = None) -> dict[str, Outcome]:
        if isinstance(table, str):
            (tmp_path / "table.csv").write_text(table, encoding="utf-8")
            table = tmp_path / "table.csv"
        if isinstance(mapping, str):
            (tmp_path / "mapping.yaml").write_text(mapping, encoding="utf-8")
            mapping = tmp_path / "mapping.yaml"
        loader = Table([table], mapping=mapping, resolver=resolver or Gazetteer())  # type: ignore[arg-type]
        found: dict[str, Outcome] = {}
        for row in loader.extract():
            try:
                found[row.id] = loader.transform(row)
            except ValueError as error:
                found[row.id] = Rejected(str(error))
        return found

    return run


def triples(outcome: Outcome) -> set[tuple[str, str, str]]:
    assert isinstance(outcome, Records), outcome
    return {(fact.fact.start, fact.fact.type, fact.fact.end) for fact in outcome.facts}


def names(outcome: Outcome) -> dict[str, str]:
    assert isinstance(outcome, Records), outcome
    return {record.node.name: record.node.label for record in outcome.nodes}


SHORT = DATA / "short.yaml"
TOWNS = "Town,Country,Joined\nRiga,Latvia,2009\nBy,Norway,03.05.2011\n"


def test_a_mapping_of_three_lines_loads_a_list_of_members(load: Callable[..., dict[str, Outcome]]) -> None:
    found = load(TOWNS, SHORT)
    assert set(found) == {"Latvia|Riga", "Norway|By"}
    riga = found["Latvia|Riga"]
    assert isinstance(riga, Records)
    assert riga.nodes[0].ids[0] == "geonames:456172"
    own = riga.nodes[0].ids[1]
    assert triples(riga) == {
        (f"City/{own}", "MEMBER_OF", "Organisation/own:eurocities"),
        (f"City/{own}", "LOCATED_IN", "Country/iso:LV"),
    }
    assert riga.facts[-1].values["since"] == "2009"


def test_the_long_form_makes_all_that_a_row_says(load: Callable[..., dict[str, Outcome]]) -> None:
    found = load(DATA / "projects.csv", DATA / "long.yaml")
    arch = found["1"]
    assert names(arch).items() >= {
        "ARCH": "Project", "Riga": "City", "Genova": "City", "Region Skåne": "Region", "Anna Example": "Person",
        "Bridges": "Programme",
    }.items()  # fmt: skip
    assert isinstance(arch, Records)
    project = next(record for record in arch.nodes if record.node.label == "Project")
    assert {"title": "Old arches", "kind": "pilot", "budget_eur": 1234567.5, "start": "2021-02-01"}.items() <= (
        project.values.items()
    )
    roles = [fact.values.get("role") for fact in arch.facts if fact.fact.type == "PARTICIPATES_IN"]
    assert roles == ["lead partner", "partner", "partner"]
    assert {type_ for _, type_, _ in triples(arch)} == {"PARTICIPATES_IN", "FUNDED_BY", "HOLDS_POST", "LOCATED_IN"}


def test_what_a_row_lacks_it_does_not_say(load: Callable[..., dict[str, Outcome]]) -> None:
    beam = load(DATA / "projects.csv", DATA / "long.yaml")["2"]
    assert {type_ for _, type_, _ in triples(beam)} == {"PARTICIPATES_IN", "FUNDED_BY", "LOCATED_IN"}
    assert isinstance(beam, Records)
    project = next(record for record in beam.nodes if record.node.label == "Project")
    assert project.values == {"name": "BEAM", "title": "untitled", "kind": "pilot"}


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        ("3", Skipped("not under way")),
        ("4", Skipped("Project matches '^Total'")),
        ("5", Rejected("Begins: '31.02.2021' is not a date in the layout %d.%m.%Y")),
        ("6", Rejected("Countries: 2 values where 3 are needed, one for each, or one for all")),
    ],
)
def test_rows_are_skipped_or_rejected_for_a_reason_that_is_told(
    load: Callable[..., dict[str, Outcome]], row: str, outcome: Outcome
) -> None:
    assert load(DATA / "projects.csv", DATA / "long.yaml")[row] == outcome


def test_the_frame_learns_source_scope_and_edition() -> None:
    loader = Table([DATA / "projects.csv"], mapping=DATA / "long.yaml")
    assert (loader.scope, loader.edition) == ("table:bridge-projects?part=pilots", "2023")
    assert loader.sources == (
        Source(
            "bridge-projects",
            "Bridges between towns",
            "Bridge Office",
            "CC BY 4.0",
            "https://bridges.example",
            "publisher",
        ),
    )


def test_an_edition_given_by_hand_counts_more_than_the_mapping() -> None:
    assert Table([DATA / "projects.csv"], mapping=DATA / "long.yaml", edition="2024").edition == "2024"


def test_an_edition_must_come_from_somewhere(tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(SHORT.read_text().replace("edition: 2024-05\n", ""))
    with pytest.raises(KgError, match="--edition"):
        _ = Table([DATA / "projects.csv"], mapping=mapping).edition


def test_without_a_mapping_it_says_how_to_get_one() -> None:
    with pytest.raises(KgError, match="kg load table --suggest projects.csv"):
        Table([DATA / "projects.csv"])


def test_another_mapping_is_another_load(tmp_path: Path) -> None:
    mapping = tmp_path / "short.yaml"
    mapping.write_text(SHORT.read_text())
    same = Table([DATA / "projects.csv"], mapping=mapping).checksum()
    assert same == Table([DATA / "projects.csv"], mapping=SHORT).checksum()
    mapping.write_text(SHORT.read_text() + "\n")
    assert same != Table([DATA / "projects.csv"], mapping=mapping).checksum()


def test_several_files_are_one_edition() -> None:
    loads = Table.for_files([DATA / "projects.csv", DATA / "projects.csv"], mapping=SHORT)
    assert [len(load.files) for load in loads] == [2]


def test_rows_are_called_alike_wherever_they_stand(load: Callable[..., dict[str, Outcome]]) -> None:
    moved = "Joined,Country,Town\n2011,Norway,By\n2009,Latvia,Riga\n"
    assert set(load(TOWNS, SHORT)) == set(load(moved, SHORT))


def test_a_row_of_the_same_name_and_other_content_gets_a_number(load: Callable[..., dict[str, Outcome]]) -> None:
    again = TOWNS + "Riga,Latvia,1999\nRiga,Latvia,2009\n"
    assert list(load(again, SHORT)) == ["Latvia|Riga", "Norway|By", "Latvia|Riga#2"]


def test_a_row_without_a_member_is_rejected_and_says_which_column_is_empty(
    load: Callable[..., dict[str, Outcome]],
) -> None:
    found = load("Town,Country,Joined\n,Latvia,2009\n", SHORT)
    assert list(found.values()) == [Rejected("Town: empty, so this row has no member")]


def test_an_unknown_country_rejects_the_row_and_says_what_to_do(load: Callable[..., dict[str, Outcome]]) -> None:
    (outcome,) = load("Town,Country,Joined\nUr,Sumer,2009\n", SHORT).values()
    assert isinstance(outcome, Rejected)
    assert outcome.reason.startswith("Country: no country is called 'Sumer'; 'values' in the mapping can say")


HEAD = "source: {id: s, title: S, publisher: P}\nedition: 2024\n"


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("Bilbao", "City"),
        ("Comune di Genova", "City"),
        ("Region Skåne", "Region"),
        ("Rotterdam Transport Authority", "Organisation"),
    ],
)
def test_members_are_told_apart_by_the_words_in_their_names(
    load: Callable[..., dict[str, Outcome]], name: str, label: str
) -> None:
    (outcome,) = load(f"Town\n{name}\n", HEAD + "members: {of: own:eurocities, name: Town}").values()
    assert isinstance(outcome, Records)
    assert outcome.nodes[0].node.label == label


def test_a_code_of_a_town_is_never_that_of_a_region(load: Callable[..., dict[str, Outcome]]) -> None:
    mapping = HEAD + "members: {of: own:eurocities, name: Town, geonames: Id}"
    (outcome,) = load("Town,Id\nRegion Skåne,2711537\n", mapping).values()
    assert isinstance(outcome, Records)
    assert all("geonames" not in id_ for record in outcome.nodes for id_ in record.ids)


def test_an_exact_id_names_a_place_whatever_else_its_row_says(load: Callable[..., dict[str, Outcome]]) -> None:
    mapping = HEAD + "members: {of: {name: {column: Net}}, label: City, name: Town, wikidata: Id}"
    link = "http://www.wikidata.org/entity/Q1773"
    found = load(f"Net,Town,Id\nA,Riga,{link}\nB,Rīga,Q1773\n", mapping)
    first, second = (
        {start for start, type_, _ in triples(outcome) if type_ == "MEMBER_OF"} for outcome in found.values()
    )
    assert first == second
    assert {outcome.nodes[0].values["name"] for outcome in found.values() if isinstance(outcome, Records)} == {"Riga"}


def test_namesakes_apart_on_the_map_stay_apart(load: Callable[..., dict[str, Outcome]]) -> None:
    mapping = HEAD + "members: {of: own:eurocities, label: City, name: Town, latitude: Lat, longitude: Lon}"
    found = load("Town,Lat,Lon\nFrankfurt,50.11,8.68\nFrankfurt,52.34,14.55\n", mapping)
    assert len({start for outcome in found.values() for start, *_ in triples(outcome)}) == 2


def test_the_resolver_is_asked_all_that_the_mapping_knows() -> None:
    gazetteer = Gazetteer()
    loader = Table([DATA / "towns.csv"], mapping=DATA / "towns.yaml", resolver=gazetteer)  # type: ignore[arg-type]
    for row in loader.extract():
        loader.transform(row)
    (asked,) = gazetteer.asked
    assert (asked.name, asked.country, asked.names, asked.ids) == (
        "Frankfurt",
        "DE",
        ("Francfort",),
        ("geonames:2925533",),
    )
    assert (asked.location, asked.region, asked.population) == ((8.68333, 50.11552), "Hessen", 750_000)


PERSONS = (
    HEAD
    + """
nodes:
  town: {label: City, name: {column: Town}}
  mayor: {label: Person, name: {column: Mayor}, ids: {wikidata: {column: Id}}}
facts:
  - {type: HOLDS_POST, start: mayor, end: town, post: mayor}
"""
)


def test_persons_of_one_name_are_never_one_person(load: Callable[..., dict[str, Outcome]]) -> None:
    found = load("Town,Mayor,Id\nBilbao,Ana Sol,\nVitoria,Ana Sol,\n", PERSONS)
    persons = {record.reference for outcome in found.values() if isinstance(outcome, Records) for record in outcome.nodes
               if record.node.label == "Person"}  # fmt: skip
    assert len(persons) == 2


def test_a_person_with_an_id_is_that_person(load: Callable[..., dict[str, Outcome]]) -> None:
    (outcome,) = load("Town,Mayor,Id\nBilbao,Ana Sol,Q42\n", PERSONS).values()
    assert any(start == "Person/wikidata:Q42" for start, *_ in triples(outcome))


def test_a_network_of_the_starter_is_called_by_the_id_it_has_there(load: Callable[..., dict[str, Outcome]]) -> None:
    (outcome,) = load("Net,Town\nEUROCITIES,Riga\n", HEAD + "members: {of: {name: {column: Net}}, name: Town}").values()
    assert {end for _, type_, end in triples(outcome) if type_ == "MEMBER_OF"} == {"Organisation/own:eurocities"}


def test_a_network_that_exists_nowhere_is_described(load: Callable[..., dict[str, Outcome]]) -> None:
    mapping = HEAD + "members: {of: {name: River Towns, website: rivers.example}, name: Town}"
    (outcome,) = load("Town\nRiga\n", mapping).values()
    assert isinstance(outcome, Records)
    network = next(record for record in outcome.nodes if record.node.label == "Organisation")
    assert (network.ids, network.values) == (
        ("own:river-towns",),
        {"name": "River Towns", "kind": "network", "website": "rivers.example"},
    )


def test_a_fact_holds_only_when_its_conditions_do(load: Callable[..., dict[str, Outcome]]) -> None:
    mapping = (
        HEAD
        + """
members:
  - {of: own:eurocities, name: Town, when: {column: EC, equals: x}}
  - {of: own:emta, name: Town, when: {column: EMTA, empty: false}}
"""
    )
    found = load("Town,EC,EMTA\nRiga,X,\nOslo,x,1\nBonn,,-\n", mapping)
    ends = {row: {end for _, type_, end in triples(outcome) if type_ == "MEMBER_OF"}
            for row, outcome in found.items() if isinstance(outcome, Records)}  # fmt: skip
    assert ends == {
        "Riga": {"Organisation/own:eurocities"},
        "Oslo": {"Organisation/own:eurocities", "Organisation/own:emta"},
    }
    assert found["Bonn"] == Skipped("no condition 'when' holds")
