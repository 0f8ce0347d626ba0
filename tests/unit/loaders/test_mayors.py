"""The table of mayors: one post for a person and a city, since the earliest start, and never said to be current."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from kg.errors import KgError
from kg.loaders.base import Outcome, Records, Rejected, Skipped
from kg.loaders.fates import outcome_of
from kg.loaders.mayors import Mayors
from kg.places.query import PlaceQuery, Resolution

FIXTURE = Path(__file__).parents[2] / "data" / "mayors" / "mayors.csv"


class Unknowing:
    """A resolver without a gazetteer."""

    def resolve(self, query: PlaceQuery) -> Resolution:
        return Resolution("unknown", 0.0)

    def region_ids(self, name: str, country: str | None, level: str | None = None) -> tuple[str, ...]:
        return ()


def outcomes(path: Path = FIXTURE) -> list[Outcome]:
    loader = Mayors([path], edition="2018", resolver=Unknowing())
    return [outcome_of(loader, row) for row in loader.extract()]


def test_what_becomes_of_each_row() -> None:
    again = Skipped("the mayor of an earlier row, with another population, coordinate or start")
    assert [outcome if not isinstance(outcome, Records) else "Records" for outcome in outcomes()] == [
        "Records",
        again,
        again,
        "Records",
        "Records",
        Rejected("'Domažlice' is no Wikidata item"),
        Rejected("'in spring' is no date"),
    ]


def test_a_mayor_holds_the_post_since_the_earliest_start_and_until_no_known_day() -> None:
    first = outcomes()[0]
    assert isinstance(first, Records)
    post = first.facts[0]
    assert post.values == {"post": "mayor", "since": "2011-06-02"}
    assert (post.fact.start, post.fact.end, post.row) == (
        "Person/wikidata:Q88888881",
        "City/wikidata:Q1773",
        "Q1773>Q88888881",
    )


def test_a_city_has_one_description_however_many_rows_it_has() -> None:
    first = outcomes()[0]
    assert isinstance(first, Records)
    assert first.nodes[1].values == {
        "name": "Riga",
        "country": "LV",
        "population": 641007,
        "location": [24.106388888, 56.948888888],
    }


def test_two_persons_of_one_name_stay_two_and_one_without_a_label_is_a_number() -> None:
    people = [outcome.nodes[0] for outcome in outcomes() if isinstance(outcome, Records)]
    assert [(person.node.name, person.ids) for person in people] == [
        ("Jane Example", ("wikidata:Q88888881",)),
        ("Q88888882", ("wikidata:Q88888882",)),
        ("Jane Example", ("wikidata:Q88888883",)),
    ]


def test_an_empty_start_leaves_the_post_without_one() -> None:
    outcome = outcomes()[4]
    assert isinstance(outcome, Records)
    assert outcome.facts[0].values == {"post": "mayor"}


def test_the_table_carries_no_edition() -> None:
    with pytest.raises(KgError, match="give --edition"):
        _ = Mayors([FIXTURE], resolver=Unknowing()).edition


def test_another_table_is_refused_with_the_columns_that_it_lacks(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("country,city\nLatvia,Riga\n", encoding="utf-8")
    with pytest.raises(KgError, match="no column cityLabel, population, mayor"):
        outcomes(path)


def test_the_real_table(shared_data: Path) -> None:
    found = outcomes(shared_data / "wikidata-mayors" / "european_mayors.csv")
    assert Counter(type(outcome).__name__ for outcome in found) == {"Records": 695, "Skipped": 33}
