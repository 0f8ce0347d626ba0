"""Popolo: persons by their posts only, organisations, memberships, and the layouts in which all this is published."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kg.errors import KgError
from kg.loaders.base import Outcome, Records, Rejected, Row, Skipped
from kg.loaders.fates import outcome_of
from kg.loaders.popolo import Popolo
from kg.places.query import PlaceQuery, Resolution

COUNCIL = Path(__file__).parents[2] / "data" / "popolo" / "council.json"
CLASSES = ("areas", "organizations", "posts", "persons", "memberships")


class Nowhere:
    """A gazetteer without a place in it, which remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[PlaceQuery] = []

    def resolve(self, query: PlaceQuery) -> Resolution:
        self.asked.append(query)
        return Resolution("unknown", 0.0)

    def region_ids(self, name: str, country: str | None, level: str | None = None) -> tuple[str, ...]:
        return ()


def popolo(*files: Path, **options: Any) -> Popolo:
    given = {"publisher": "Milltown Town Council", "edition": "2024-05", "resolver": Nowhere()} | options
    (loader,) = Popolo.for_files(files or [COUNCIL], **given)
    return loader


def written(path: Path, document: Any) -> Path:
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def outcomes(loader: Popolo) -> list[tuple[Row, Outcome]]:
    return [(row, outcome_of(loader, row)) for row in loader.extract()]


def records(loader: Popolo) -> list[Records]:
    return [outcome for _, outcome in outcomes(loader) if isinstance(outcome, Records)]


def node(loader: Popolo, name: str) -> tuple[tuple[str, ...], dict[str, Any]]:
    ((ids, values),) = {
        record.ids: record.values for read in records(loader) for record in read.nodes if record.node.name == name
    }.items()
    return ids, values


def facts(loader: Popolo) -> list[tuple[str, str, str, dict[str, Any]]]:
    """Type, names of both ends, values."""
    names = {
        f"{record.node.label}/{id_}": record.node.name
        for read in records(loader)
        for record in read.nodes
        for id_ in record.ids
    }
    return [
        (record.fact.type, names[record.fact.start], names[record.fact.end], dict(record.values))
        for read in records(loader)
        for record in read.facts
    ]


def posts(loader: Popolo) -> list[tuple[str, str, dict[str, Any]]]:
    return [(start, end, values) for type_, start, end, values in facts(loader) if type_ == "HOLDS_POST"]


def test_posts_have_their_label_else_the_role_and_their_dates() -> None:
    assert posts(popolo()) == [
        (
            "Ada Miller",
            "Milltown Town Council",
            {"post": "Mayor of Milltown", "since": "2014-06-01", "until": "2019-05-31"},
        ),
        ("Ada Miller", "Milltown Town Council", {"post": "councillor", "since": "2009-06-01"}),
        ("Bob Weaver", "Planning Committee", {"post": "member", "since": "2016"}),
        ("Dee Cooper", "Milltown Town Council", {"post": "Mayor of Milltown", "since": "2019-06-01"}),
    ]


def test_a_person_has_a_name_and_ids_and_nothing_else() -> None:
    ids, values = node(popolo(), "Ada Miller")
    assert ids[0] == "wikidata:Q1000004"
    assert values == {"name": "Ada Miller"}


def test_nothing_private_leaves_the_file() -> None:
    text = repr(outcomes(popolo()))
    private = ("1971", "@milltown", "555 0100", "ada.jpg", "Born-Elsewhere", "gender")
    assert not [word for word in private if word in text]


def test_a_person_without_a_post_is_left_out() -> None:
    skipped = {
        row.cells.get("name") or row.id: outcome for row, outcome in outcomes(popolo()) if isinstance(outcome, Skipped)
    }
    assert skipped["Cyd Baker"] == Skipped("person without a post")
    assert skipped["membership:m4"] == Skipped("belongs to a party without a post in it")
    assert skipped["membership:m7"] == Skipped("candidacy, which is no post")


def test_two_publishers_persons_are_two_persons() -> None:
    mine, others = (node(popolo(publisher=name), "Bob Weaver")[0] for name in ("Milltown", "Elsewhere"))
    assert not set(mine) & set(others)


def test_an_organisation_has_its_names_kind_and_dates() -> None:
    ids, values = node(popolo(), "Milltown Town Council")
    assert ids[0] == "wikidata:Q1000003"
    assert values == {
        "name": "Milltown Town Council",
        "names": ["Comhairle Milltown"],
        "kind": "legislature",
        "founded": "1899",
    }


def test_an_association_is_one_of_the_schema() -> None:
    assert node(popolo(), "League of Mill Towns")[1]["kind"] == "association"


def test_an_organisation_of_the_starter_is_the_same_node(tmp_path: Path) -> None:
    file = written(tmp_path / "a.json", {"organizations": [{"id": "1", "name": "EUROCITIES"}]})
    assert "own:eurocities" in node(popolo(file), "EUROCITIES")[0]


def test_committees_councils_and_leagues_are_joined() -> None:
    assert [fact for fact in facts(popolo()) if fact[0] in ("PART_OF", "MEMBER_OF", "SERVES")] == [
        ("SERVES", "Milltown Town Council", "Milltown", {}),
        ("PART_OF", "Planning Committee", "Milltown Town Council", {}),
        ("MEMBER_OF", "Milltown Town Council", "League of Mill Towns", {"role": "founding member", "since": "1990"}),
    ]


def test_a_municipality_has_the_exact_id_given() -> None:
    assert node(popolo(), "Milltown")[0][0] == "geonames:1000001"


def test_a_municipality_without_an_id_is_looked_up_in_its_country() -> None:
    places = Nowhere()
    records(popolo(resolver=places))
    assert ("Lakeside", "IE") in {(query.name, query.country) for query in places.asked}


def test_the_country_said_is_that_of_areas_that_say_none() -> None:
    assert node(popolo(country="Ireland"), "Milltown")[1]["country"] == "IE"


def test_a_county_is_a_region() -> None:
    ids, values = node(popolo(), "The Shire")
    assert ids[0] == "wikidata:Q1000002"
    assert values["level"] == "county"


def test_what_cannot_be_joined_says_why() -> None:
    reasons = {row.id: outcome.reason for row, outcome in outcomes(popolo()) if isinstance(outcome, Rejected)}
    assert "until 2014 is before since 2019" in reasons.pop("membership:m10")
    assert reasons == {
        "parent:council/orphan>council/nowhere": "organisation 'council/nowhere' is not in these files",
        "membership:m5": "person 'person/zoe' is not in these files",
        "membership:m6": "organisation 'council/atlantis' is not in these files",
    }


def test_a_collection_in_a_file_each_is_the_same(tmp_path: Path) -> None:
    document = json.loads(COUNCIL.read_text(encoding="utf-8"))
    files = [written(tmp_path / f"{class_}.json", document[class_]) for class_ in CLASSES]
    assert facts(popolo(*files)) == facts(popolo())


def test_pages_of_an_interface_are_read_together(tmp_path: Path) -> None:
    document = json.loads(COUNCIL.read_text(encoding="utf-8"))
    people = document.pop("persons")
    rest = written(tmp_path / "rest.json", document)
    pages = [
        written(tmp_path / f"persons.{number}.json", {"result": part, "total": len(people)})
        for number, part in enumerate((people[:2], people[2:]), start=1)
    ]
    assert facts(popolo(rest, *pages)) == facts(popolo())


def test_a_missing_page_is_no_whole_edition(tmp_path: Path) -> None:
    page = written(tmp_path / "persons.json", {"total": 61, "has_more": True, "result": [{"id": "1", "name": "Ada"}]})
    with pytest.raises(KgError, match="of 61 persons only 1 are here"):
        list(popolo(page).extract())


def test_a_collection_by_id_is_read(tmp_path: Path) -> None:
    document = json.loads(COUNCIL.read_text(encoding="utf-8"))
    document["persons"] = {person.pop("id"): person for person in document["persons"]}
    assert facts(popolo(written(tmp_path / "by_id.json", document))) == facts(popolo())


def test_posts_and_memberships_inside_other_objects_are_found(tmp_path: Path) -> None:
    council = {"id": "c", "name": "Council", "posts": [{"id": "chair", "label": "Chair"}]}
    ada = {"id": "a", "name": "Ada", "memberships": [{"post_id": "chair", "organization_id": "c"}]}
    file = written(tmp_path / "embedded.json", {"organizations": [council], "people": [ada]})
    assert posts(popolo(file)) == [("Ada", "Council", {"post": "Chair"})]


def test_the_same_post_held_twice_is_two_rows(tmp_path: Path) -> None:
    spells = [
        {"person_id": "a", "organization_id": "c", "role": "mayor", "start_date": year} for year in ("2001", "2011")
    ]
    document = {
        "organizations": [{"id": "c", "name": "C"}],
        "persons": [{"id": "a", "name": "A"}],
        "memberships": spells,
    }
    read = records(popolo(written(tmp_path / "spells.json", document)))
    assert len({record.row for one in read for record in one.facts}) == 2


def test_an_entry_that_is_no_object_is_a_rejected_row(tmp_path: Path) -> None:
    file = written(tmp_path / "odd.json", {"persons": ["Ada"], "organizations": []})
    assert [outcome for _, outcome in outcomes(popolo(file))] == [Rejected("no object of the class person")]


def test_the_publisher_is_the_source_and_the_scope() -> None:
    loader = popolo(publisher="Ville de Liège", licence="CC0", url="https://liege.example")
    (source,) = loader.sources
    assert (source.id, source.title, source.licence) == (
        "popolo-ville-de-liege",
        "Popolo data of Ville de Liège",
        "CC0",
    )
    assert loader.scope == "popolo?publisher=ville-de-liege"


def test_a_publisher_in_another_script_has_a_source_of_its_own() -> None:
    one, other = (popolo(publisher=name).scope for name in ("Δήμος Αθηναίων", "Δήμος Βόλου"))
    assert one != other


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"publisher": None}, 'give --publisher "NAME"'),
        ({"publisher": "  "}, 'give --publisher "NAME"'),
        ({"country": "Atlantis"}, "--country 'Atlantis'"),
    ],
)
def test_an_option_that_cannot_be_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(KgError, match=message):
        popolo(**options)


def test_the_edition_must_be_given() -> None:
    with pytest.raises(KgError, match="give --edition DATE"):
        popolo(edition=None).edition  # noqa: B018


@pytest.mark.parametrize(
    ("name", "document", "message"),
    [
        ("other.json", {"features": []}, "is no Popolo"),
        ("list.json", [{"id": "1"}], "does not say of what"),
        ("text.json", "persons", "is no Popolo"),
    ],
)
def test_other_json_is_refused(tmp_path: Path, name: str, document: Any, message: str) -> None:
    with pytest.raises(KgError, match=message):
        list(popolo(written(tmp_path / name, document)).extract())
