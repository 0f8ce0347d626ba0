"""The frame of the loaders without a database: accounting for rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pytest

from kg.database.loads import LoadHeader
from kg.database.written import Written
from kg.loaders.base import Loader, Outcome, Records, Rejected, Row, Skipped
from kg.loaders.fates import Fates, read_rows, unite
from kg.loaders.loading import LoadReport
from kg.schema.nodes import City
from kg.schema.records import FactRecord, NodeRecord
from kg.schema.relationships import MemberOf, TwinnedWith

HEADER = LoadHeader("scope", "2020", "abc", "test 1")


def city(row: str) -> NodeRecord:
    return NodeRecord(City(name="City"), (f"own:{row}",), "s", row)


def member(row: str, since: str = "2001", start: str = "a") -> FactRecord:
    return FactRecord(MemberOf(start=f"City/own:{start}", end="Organisation/own:n", since=since), "s", row)


class Made(Loader):
    """A loader whose rows have these outcomes."""

    name, scope, edition, sources = "made", "scope", "2020", ()

    def __init__(self, outcomes: Sequence[Outcome]) -> None:
        self._outcomes = outcomes

    def checksum(self) -> str:
        return "abc"

    def extract(self) -> Iterable[Row]:
        return [Row("f", line, {"cell": str(line)}, str(line)) for line in range(len(self._outcomes))]

    def transform(self, row: Row) -> Outcome:
        return self._outcomes[row.line]


def fates(*outcomes: Outcome) -> Fates:
    made = read_rows(Made(outcomes), HEADER)
    unite(made)
    return made


def test_rows_rejected_when_they_are_held_against_others_get_their_cells_back() -> None:
    loader = Made([Records(facts=[member("1")]), Records(facts=[member("1", "2002")]), Rejected("unreadable")])
    made = read_rows(loader, HEADER)
    unite(made)
    assert [bool(fate.row.cells) for fate in made] == [False, False, True]
    made.recall(loader)
    assert [fate.row.cells.get("cell") for fate in made] == [None, "1", "2"]
    assert made.unread == {"1", "2"}


def test_the_same_row_again_is_skipped_and_a_differing_one_rejected() -> None:
    first, same, differing = fates(
        Records(facts=[member("1")]), Records(facts=[member("1")]), Records(facts=[member("1", "2002")])
    )
    assert len(first.facts) == 1
    assert same.outcome == Skipped("the same as an earlier row")
    assert differing.outcome == Rejected("row '1' of s was read before with other values")


def test_one_row_that_contradicts_itself_is_rejected() -> None:
    (fate,) = fates(Records(facts=[member("1"), member("1", "2002")]))
    assert fate.outcome == Rejected("row '1' of s was read before with other values")


def test_every_row_is_counted_once() -> None:
    loop = FactRecord(TwinnedWith(start="City/own:a", end="City/own:a"), "s", "loop")
    made = fates(
        Records(nodes=[city("a")], facts=[member("1")]),
        Records(nodes=[city("b")]),
        Records(facts=[member("1")]),
        Records(facts=[loop]),
        Skipped("too small"),
        Skipped("too small"),
        Rejected("unreadable"),
        Records(),
    )
    written = Written.of(made.claims)
    written.change([made[0].facts[0]])
    written.self_loops[made[3].facts[0].number] = True
    rows, skipped = made.account(written)
    assert rows == {"read": 8, "written": 1, "unchanged": 2, "skipped": 4, "rejected": 1}
    # In the order of the rows that they come from.
    assert list(skipped.items()) == [
        ("the same as an earlier row", 1),
        ("joins a node to itself", 1),
        ("too small", 2),
    ]


def test_the_report_says_what_became_of_rows_and_graph() -> None:
    report = LoadReport(
        "scope@2020#abc", ("s",), {"read": 1200, "written": 1200}, {"rule": 3}, (), {"facts created": 7}
    )
    assert str(report) == (
        "Loaded scope@2020#abc\n  rows: 1,200 read, 1,200 written\n  graph: 7 facts created\n  skipped: 3 (rule)"
    )
    unchanged = LoadReport("scope@2020#abc", (), {"read": 1}, {}, (), {}, dry_run=True)
    assert str(unchanged).endswith("graph: nothing to change")
    assert str(unchanged).startswith("Would load")


@pytest.mark.parametrize(("scope", "edition"), [("a@b", "2020"), ("scope", "soon")])
def test_a_load_has_a_scope_and_a_date(scope: str, edition: str) -> None:
    with pytest.raises(ValueError, match="@|is not a date"):
        LoadHeader(scope, edition, "abc", "test 1")
