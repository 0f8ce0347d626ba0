"""From loaders to tables without a database: rows are refused, joined and ended as by a load."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from kg.database.succession import RefusedError
from kg.errors import KgError
from kg.loaders.base import Loader, Outcome, Records, Row
from kg.loaders.starter import Starter
from kg.offline import tables_of_loaders
from kg.places.judgements import COLUMNS
from kg.queries.snapshot.tables import FactRow, Tables
from kg.schema.nodes import City, Organisation
from kg.schema.provenance import Source
from kg.schema.records import FactRecord, NodeRecord
from kg.schema.relationships import MemberOf, TwinnedWith

LIST = Source("list", "List", "List", "CC0", "", "aggregator")


class Said(Loader):
    """An edition whose rows say these things."""

    name = "said"
    max_ended_share = 1

    def __init__(self, scope: str, edition: str, *rows: Sequence[NodeRecord | FactRecord]) -> None:
        self._scope, self._edition, self._rows = scope, edition, rows

    @property
    def scope(self) -> str:
        return self._scope

    @property
    def edition(self) -> str:
        return self._edition

    @property
    def sources(self) -> Sequence[Source]:
        return (LIST,)

    def checksum(self) -> str:
        return hashlib.sha256(repr(self._rows).encode()).hexdigest()

    def extract(self) -> Iterable[Row]:
        return [Row("said", line, {}, str(line)) for line in range(len(self._rows))]

    def transform(self, row: Row) -> Outcome:
        records = self._rows[row.line]
        return Records(
            [record for record in records if isinstance(record, NodeRecord)],
            [record for record in records if isinstance(record, FactRecord)],
        )


@pytest.fixture(autouse=True)
def judgements(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where persons would have decided something; nobody did."""
    monkeypatch.setenv("KG_JUDGEMENTS", str(tmp_path / "judgements.csv"))
    return tmp_path / "judgements.csv"


def city(*ids: str, row: str = "", population: int | None = None) -> NodeRecord:
    return NodeRecord(City(name=ids[0], population=population), ids, "list", row or ids[0])


def member(id_: str, since: str | None = None, row: str = "") -> FactRecord:
    return FactRecord(MemberOf(start=f"City/{id_}", end="Organisation/own:n", since=since), "list", row or id_)


NETWORK = (NodeRecord(Organisation(name="Network"), ("own:n",), "list", "n"),)


def starts(tables: Tables) -> dict[str, FactRow]:
    return {row.start: row for row in tables.facts}


def test_nothing_makes_empty_tables() -> None:
    assert tables_of_loaders([]) == Tables([], [])


def test_the_starter_needs_no_database() -> None:
    tables = tables_of_loaders([Starter()])
    riga = next(row for row in tables.nodes if row.id == "geonames:456172")
    assert (riga.label, riga.name, riga.country) == ("City", "Riga", "LV")
    assert any(row.type == "MEMBER_OF" and row.start == riga.id and row.as_of for row in tables.facts)


def test_a_row_that_names_what_nobody_describes_is_refused_with_all_that_it_says() -> None:
    known = Said("known", "2020", NETWORK)
    rows = Said(
        "rows",
        "2020",
        [city("own:a"), member("own:a"), member("own:unknown", row="u")],
        [city("own:b"), member("own:b")],
        # Only the refused row describes this one.
        [city("own:c"), member("own:c"), FactRecord(TwinnedWith(start="City/own:a", end="City/own:c"), "list", "t")],
    )
    assert [row.id for row in tables_of_loaders([known, rows]).nodes] == ["own:b", "own:n"]
    # What a load does not find in the graph yet, it cannot take.
    assert [row.id for row in tables_of_loaders([rows, known]).nodes] == ["own:n"]


def test_a_row_that_differs_from_itself_is_refused_and_the_same_again_counts_once() -> None:
    loader = Said(
        "s",
        "2020",
        [*NETWORK, city("own:a")],
        [member("own:a", "2001")],
        [member("own:a", "2001")],
        [city("own:b"), member("own:a", "2002")],
    )
    tables = tables_of_loaders([loader])
    assert [row.id for row in tables.nodes] == ["own:a", "own:n"]
    assert [row.since for row in tables.facts] == ["2001"]


def test_loads_join_what_shares_an_id() -> None:
    first = Said("first", "2020", NETWORK, [city("own:a", "wikidata:Q1"), member("own:a")])
    second = Said("second", "2020", [city("geonames:1", "wikidata:Q1", population=5), member("wikidata:Q1", "2001")])
    tables = tables_of_loaders([first, second])
    assert [(row.id, row.population) for row in tables.nodes] == [("geonames:1", 5), ("own:n", None)]
    assert [(row.start, row.since) for row in tables.facts] == [("geonames:1", "2001")]


def test_a_later_edition_ends_what_it_lacks_and_changes_what_it_says_otherwise() -> None:
    older = Said("s", "2019", NETWORK, *([city(f"own:{name}"), member(f"own:{name}", "2001")] for name in "abc"))
    newer = Said(
        "s", "2021", NETWORK, [city("own:a"), member("own:a", "2002")], [city("own:b"), member("own:b", "2001")]
    )
    found = starts(tables_of_loaders([older, newer]))
    assert {start: (row.since, row.ended) for start, row in found.items()} == {
        "own:a": ("2002", None),
        "own:b": ("2001", None),
        "own:c": ("2001", "2021"),
    }
    again = Said("s", "2022", NETWORK, [city("own:c"), member("own:c", "2001")])
    assert {start: row.ended for start, row in starts(tables_of_loaders([older, newer, again])).items()} == {
        "own:a": "2022",
        "own:b": "2022",
        "own:c": None,
    }


def test_what_a_refused_row_said_before_stays() -> None:
    older = Said("s", "2019", NETWORK, [city("own:a"), member("own:a")])
    newer = Said("s", "2021", NETWORK, [city("own:a"), member("own:a"), member("own:unknown", row="u")])
    assert [row.ended for row in tables_of_loaders([older, newer]).facts] == [None]


def test_an_id_that_a_row_no_longer_gives_is_withdrawn() -> None:
    other = Said("other", "2020", [city("wikidata:Q1", population=5)])
    older = Said("s", "2019", NETWORK, [city("own:a", "wikidata:Q1", row="a"), member("own:a")])
    newer = Said("s", "2021", NETWORK, [city("own:a", "wikidata:Q2", row="a"), member("own:a")])
    assert [row.id for row in tables_of_loaders([other, older]).nodes] == ["own:n", "wikidata:Q1"]
    tables = tables_of_loaders([other, older, newer])
    assert [(row.id, row.population) for row in tables.nodes] == [
        ("own:n", None),
        ("wikidata:Q1", 5),
        ("wikidata:Q2", None),
    ]
    assert starts(tables).keys() == {"wikidata:Q2"}


def test_editions_out_of_order_and_such_that_lack_too_much_are_refused() -> None:
    cities = [[city(f"own:c{number}")] for number in range(20)]
    whole, part = Said("s", "2019", *cities), Said("s", "2021", *cities[:15])
    with pytest.raises(KgError, match="edition 2019 of s is older than edition 2021"):
        tables_of_loaders([part, whole])
    assert len(tables_of_loaders([whole, part]).nodes) == 20
    part.max_ended_share = 0.2  # type: ignore[misc]
    with pytest.raises(RefusedError, match="lacks 5 of the 20"):
        tables_of_loaders([whole, part])


def test_an_input_without_rows_is_refused() -> None:
    with pytest.raises(KgError, match="not a single row"):
        tables_of_loaders([Said("s", "2020")])


@pytest.mark.parametrize("together", [True, False])
def test_what_a_person_called_different_is_not_joined(judgements: Path, together: bool) -> None:
    decided = ["no", "own:a", "wikidata:Q1", "A", "LV", "somebody", "2026-01-01", "two villages", ""]
    with judgements.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([COLUMNS, decided])
    rows = ([city("own:a", "geonames:1")], [city("wikidata:Q1", "geonames:1")], [city("own:b")])
    loaders = (
        [Said("s", "2020", *rows)] if together else [Said(f"s{number}", "2020", row) for number, row in enumerate(rows)]
    )
    # In one input it cannot be known which of the two rows is wrong.
    expected = ["own:b"] if together else ["geonames:1", "own:b"]
    assert [row.id for row in tables_of_loaders(loaders).nodes] == expected
