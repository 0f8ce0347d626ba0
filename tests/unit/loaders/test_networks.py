"""Members of many networks: what they are, which GeoNames ids are theirs, and how they stand in each network."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from kg.errors import KgError
from kg.loaders.base import Outcome, Records, Rejected, Skipped
from kg.loaders.fates import outcome_of
from kg.loaders.network_terms import joined_in, network_id, standing, type_of
from kg.loaders.networks import Networks
from kg.places.query import PlaceQuery, Resolution
from kg.places.resolve import Resolver
from kg.schema.records import NodeRecord, number_spells

FIXTURE = Path(__file__).parents[2] / "data" / "networks" / "memberships.csv"


class Unknowing(Resolver):
    """A resolver without a gazetteer."""

    def __init__(self) -> None:
        self.asked: dict[str, PlaceQuery] = {}

    def resolve(self, query: PlaceQuery) -> Resolution:
        self.asked[query.name] = query
        return Resolution("unknown", 0.0)

    def region_ids(self, name: str, country: str | None, level: str | None = None) -> tuple[str, ...]:
        return ()


def outcomes(path: Path = FIXTURE, resolver: Resolver | None = None) -> dict[str, Outcome]:
    loader = Networks([path], resolver=resolver or Unknowing())
    found: dict[str, Outcome] = {}
    for row in loader.extract():
        found[row.id] = outcome_of(loader, row)
    return found


@pytest.fixture(scope="module")
def read() -> dict[str, Outcome]:
    return outcomes()


def records(outcome: Outcome) -> Records:
    assert isinstance(outcome, Records), outcome
    return outcome


def node(outcome: Outcome, label: str) -> NodeRecord:
    (found,) = (node for node in records(outcome).nodes if node.node.label == label and node.row[:8] != "network ")
    return found


def membership(outcome: Outcome) -> tuple[str, dict[str, object]]:
    (found,) = (record for record in records(outcome).facts if record.fact.type == "MEMBER_OF")
    return found.fact.start.partition("/")[0], found.values


@pytest.mark.parametrize("row", ["A1", "A21"])
def test_the_geonames_id_of_a_municipality_is_its_own_when_name_and_place_agree(
    read: dict[str, Outcome], row: str
) -> None:
    assert "geonames:9990001" in node(read[row], "City").ids


@pytest.mark.parametrize("row", ["A4", "A5", "A6", "A7"])
def test_an_id_of_another_name_or_place_or_of_two_countries_identifies_nothing(
    read: dict[str, Outcome], row: str
) -> None:
    assert not [id_ for id_ in node(read[row], "City").ids if id_.startswith("geonames:")]


def test_coordinates_far_from_the_place_in_geonames_are_not_believed() -> None:
    resolver = Unknowing()
    outcomes(resolver=resolver)
    assert resolver.asked["Lillby"].location is None
    assert resolver.asked["Växby"].location == (14.8, 56.9)


def test_a_seat_is_no_identity(read: dict[str, Outcome]) -> None:
    assert node(read["A8"], "Region").ids == node(read["A8"], "Region").ids[-1:]
    assert node(read["A9"], "Organisation").ids[0].startswith("own:etmun.")
    based = [record.fact for record in records(read["A9"]).facts if record.fact.type == "BASED_IN"]
    (start,) = (record.fact.start for record in records(read["A9"]).facts if record.fact.type == "MEMBER_OF")
    assert [(fact.start, fact.end) for fact in based] == [(start, records(read["A1"]).facts[-1].fact.start)]


@pytest.mark.parametrize(
    ("row", "label"), [("A1", "City"), ("A8", "Region"), ("A9", "Organisation"), ("A10", "Region"), ("A11", "Region")]
)
def test_a_member_is_what_its_name_and_type_say(read: dict[str, Outcome], row: str, label: str) -> None:
    assert membership(read[row])[0] == label


def test_an_organisation_of_the_starter_is_called_by_its_id(read: dict[str, Outcome]) -> None:
    assert node(read["A12"], "Organisation").ids == ("own:nantes-metropole",)
    assert "own:polis" in [id_ for node in records(read["A12"]).nodes for id_ in node.ids]


def test_an_asterisk_is_no_part_of_a_name(read: dict[str, Outcome]) -> None:
    assert node(read["A9"], "Organisation").node.name == "Energibyrån för Småmark"


def test_codes_of_the_covenant_are_commitments(read: dict[str, Outcome]) -> None:
    assert membership(read["A2"])[1] == {
        "role": "signatory",
        "commitments": ["2020", "2030", "adaptation"],
        "since": "2010",
    }


def test_rows_that_differ_in_status_are_one_fact(read: dict[str, Outcome]) -> None:
    facts = [record for row in ("A2", "A3") for record in records(read[row]).facts if record.fact.type == "MEMBER_OF"]
    assert len({(record.fact.start, record.fact.end) for record in facts}) == 1
    assert [record.spell for record in number_spells(facts)] == ["", ""]
    assert {record.row for record in facts} == {"A2", "A3"}


def test_a_span_of_years_begins_the_membership(read: dict[str, Outcome]) -> None:
    assert membership(read["A16"])[1] == {"role": "demonstration city", "status": "member", "since": "2008"}


def test_countries_that_the_table_writes_in_its_own_way(read: dict[str, Outcome]) -> None:
    assert node(read["A18"], "City").values["country"] == "XK"
    assert "country" not in node(read["A19"], "City").values


def test_what_is_left_out_and_why(read: dict[str, Outcome]) -> None:
    left = {row: outcome for row, outcome in read.items() if not isinstance(outcome, Records)}
    assert left == {
        "A13": Rejected("Full_Name, Network_Name or MembershipCode is empty"),
        "A14": Skipped("the administration of a network, not a member"),
        "A15": Skipped("a former member, without the year of leaving"),
        "A17": Rejected("Year_of_Joining '2091' is no year from 1850 to 2019"),
        "A20": left["A20"],
    }
    assert isinstance(left["A20"], Rejected)
    assert left["A20"].reason.startswith("EntitySimplified 'Kingdom' is none of city, ")


@pytest.mark.parametrize(
    ("statut", "role", "status"),
    [
        ("Full member", None, "full member"),
        ("Associated Partner", None, "associated partner"),
        ("1 Vice President", "vice president", "member"),
        ("Relatore", "rapporteur", "member"),
        ("", None, None),
    ],
)
def test_standing(statut: str, role: str | None, status: str | None) -> None:
    found = standing(statut)
    assert (found.role, found.status, found.commitments) == (role, status, None)


@pytest.mark.parametrize("year", ["20", "1066", "2020", "soon", "2008 or 2009"])
def test_years_that_cannot_be(year: str) -> None:
    with pytest.raises(ValueError, match="is no year"):
        joined_in(year, "2019")


@pytest.mark.parametrize(
    ("name", "country", "entity", "simplified", "label"),
    [
        ("Forest", "BE", "City", "City", "City"),
        ("La Unión", "ES", "City", "City", "City"),
        ("Unione Reno Galliera", "IT", "City", "City", "Organisation"),
        ("Veszprém Megyei Önkormányzat", "HU", "City", "City", "Region"),
        ("Izmir Metropolitan Municipality", "TR", "Intermunicipality", "Intermunicipality", "City"),
        ("Plaine Commune", "FR", "Intermunicipality", "Intermunicipality", "Organisation"),
        ("Diputació de Barcelona", "ES", "Intermunicipality", "Intermunicipality", "Region"),
        ("Shetland Islands Council", "GB", "County", "Region", "Region"),
        ("Tórshavnar Kommuna", "FO", "County", "Region", "City"),
        ("Sustrans", "GB", "", "", "Organisation"),
    ],
)
def test_types_that_a_name_corrects(name: str, country: str, entity: str, simplified: str, label: str) -> None:
    assert type_of(name, country, entity, simplified).label == label


def test_an_acronym_alone_names_a_network_in_this_source_only() -> None:
    assert network_id("Energy Cities", "etmun") == "own:energy-cities"
    assert network_id("MedCities", "etmun") == "own:medcities"
    assert network_id("WHO", "etmun").startswith("own:etmun.network-who.")


def test_another_collection_is_another_source_with_an_edition_of_its_own() -> None:
    with pytest.raises(KgError, match="--edition"):
        _ = Networks([FIXTURE], source_title="Members of ours", resolver=Unknowing()).edition
    loader = Networks([FIXTURE], source_title="Members of ours", edition="2024", resolver=Unknowing())
    assert [source.id for source in loader.sources] == ["members-of-ours"]
    assert loader.scope == "networks?source=members-of-ours"
    outcome = records(loader.transform(next(iter(loader.extract()))))
    assert {node.source for node in outcome.nodes} == {fact.source for fact in outcome.facts} == {"members-of-ours"}


@pytest.mark.parametrize("title", ["", "...", "etmun"])
def test_a_collection_must_have_a_title_of_its_own(title: str) -> None:
    with pytest.raises(KgError, match="--source-title"):
        Networks([FIXTURE], source_title=title, resolver=Unknowing())


def test_another_table_is_refused_and_the_columns_named(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("Full_Name,Network\nVäxby,Cittaslow\n", encoding="utf-8")
    with pytest.raises(KgError, match="Network_Name"):
        list(Networks([path], resolver=Unknowing()).extract())


def test_the_real_table(shared_data: Path) -> None:
    read = outcomes(shared_data / "etmun" / "etmun_membership.csv")
    assert Counter(type(outcome).__name__ for outcome in read.values()) == {
        "Records": 17_301,
        "Skipped": 31,
        "Rejected": 1,
    }
    networks = {
        record.fact.end
        for outcome in read.values()
        if isinstance(outcome, Records)
        for record in outcome.facts
        if record.fact.type == "MEMBER_OF"
    }
    assert len(networks) == 59
