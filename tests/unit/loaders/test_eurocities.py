"""Members of EUROCITIES: cities by their items, bodies that only bear a city's name, and names without an item."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.errors import KgError
from kg.loaders.base import Outcome, Records, Rejected, Skipped
from kg.loaders.eurocities import Eurocities
from kg.loaders.fates import outcome_of
from kg.places.query import PlaceQuery, Resolution
from kg.places.resolve import Resolver

FIXTURE = Path(__file__).parents[2] / "data" / "eurocities" / "members.json"


class Unknowing(Resolver):
    """A resolver without a gazetteer."""

    def __init__(self) -> None:
        self.asked: dict[str, PlaceQuery] = {}

    def resolve(self, query: PlaceQuery) -> Resolution:
        self.asked[query.name] = query
        return Resolution("unknown", 0.0)


def outcomes(path: Path = FIXTURE, resolver: Resolver | None = None) -> list[Outcome]:
    loader = Eurocities([path], edition="2025-05", resolver=resolver or Unknowing())
    return [outcome_of(loader, row) for row in loader.extract()]


def records(outcome: Outcome) -> Records:
    assert isinstance(outcome, Records), outcome
    return outcome


def pictures(outcome: Outcome) -> list[tuple[str, str, str]]:
    return [
        (record.fact.start.partition("/")[0], record.fact.type, record.fact.end.partition("/")[0])
        for record in records(outcome).facts
    ]


def test_what_becomes_of_each_row() -> None:
    left = [outcome if not isinstance(outcome, Records) else "Records" for outcome in outcomes()]
    assert left[:5] == ["Records"] * 5
    assert isinstance(left[5], Rejected)
    assert "'wikidata:99999005' is not an id" in left[5].reason
    assert left[6:9] == [
        Rejected("no latitude, longitude, population, country, country_name"),
        Rejected("no name_on_website"),
        Rejected("no name_on_website"),
    ]
    assert left[9:] == ["Records", Skipped("a name alone: no item of Wikidata was found for it")]


def test_a_city_is_a_member_known_by_its_item() -> None:
    first = records(outcomes()[0])
    (city,) = (node for node in first.nodes if node.node.label == "City")
    assert "wikidata:Q99999001" in city.ids
    assert city.values == {
        "name": "Alderhavn",
        "names": ["Alderhaven"],
        "country": "DK",
        "population": 12500,
        "location": [9.42, 55.61],
    }
    (member,) = (record for record in first.facts if record.fact.type == "MEMBER_OF")
    assert (member.fact.end, member.values, member.row) == (
        "Organisation/own:eurocities",
        {"status": "member"},
        "Alderhaven",
    )


def test_two_names_of_one_item_are_one_member() -> None:
    one, other = (records(outcome) for outcome in outcomes()[:2])
    assert one.facts[-1].fact.start == other.facts[-1].fact.start
    assert one.facts[-1].row != other.facts[-1].row


def test_the_item_of_a_city_is_only_the_seat_of_the_body_named_after_it() -> None:
    for outcome in outcomes()[2:4]:
        assert pictures(outcome) == [
            ("City", "LOCATED_IN", "Country"),
            ("Organisation", "BASED_IN", "City"),
            ("Organisation", "MEMBER_OF", "Organisation"),
        ]
        (body,) = (
            node
            for node in records(outcome).nodes
            if node.node.label == "Organisation" and node.ids != ("own:eurocities",)
        )
        assert not [id_ for id_ in body.ids if id_.startswith("wikidata:")]


def test_a_body_that_the_starter_has_is_that_one_even_without_an_item() -> None:
    ids = [id_ for outcome in (outcomes()[2], outcomes()[9]) for node in records(outcome).nodes for id_ in node.ids]
    assert {"own:metropole-europeenne-de-lille", "own:nantes-metropole"} <= set(ids)


def test_the_name_of_a_body_is_no_name_of_its_seat() -> None:
    resolver = Unknowing()
    outcomes(resolver=resolver)
    assert resolver.asked["Lille"].names == ()
    assert resolver.asked["Yeniliman"].country == "TR"


def test_the_edition_must_be_given() -> None:
    with pytest.raises(KgError, match="--edition"):
        _ = Eurocities([FIXTURE], resolver=Unknowing()).edition


@pytest.mark.parametrize("text", ['{"cities": []}', '{"members": []}', "[]"])
def test_another_document_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(KgError, match="no list 'members'"):
        list(Eurocities([path], edition="2025", resolver=Unknowing()).extract())


def test_the_real_list(shared_data: Path) -> None:
    read = outcomes(shared_data / "eurocities" / "members-wikidata-enriched.json")
    assert len(read) == 228
    assert sum(isinstance(outcome, Records) for outcome in read) == 210
    assert not [outcome for outcome in read if isinstance(outcome, Rejected)]
