"""Rows on their way, whether they fit into memory or not: the same becomes of them, in whatever order, and nothing stays on disk."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.database import spool
from kg.database.claims import claim_fact, claim_node
from kg.database.loads import LoadHeader
from kg.database.spool import Spool
from kg.errors import KgError
from kg.loaders import fates as fates_module
from kg.loaders.base import Loader, Outcome, Records, Rejected, Row, Skipped
from kg.loaders.fates import read_rows
from kg.loaders.screening import edition_of, screen
from kg.places.judgements import Judgements
from kg.schema.nodes import City, Organisation
from kg.schema.records import FactRecord, NodeRecord, number_spells
from kg.schema.relationships import MemberOf, TwinnedWith

HEADER = LoadHeader("scope", "2020", "abc", "test 1")

TEXTS = st.lists(st.text(st.characters(exclude_categories=[]), max_size=20), max_size=30)


class Made(Loader):
    """A loader whose rows have these outcomes, and that may fail at the end."""

    name, scope, edition, sources = "made", "scope", "2020", ()

    def __init__(self, outcomes: Sequence[Outcome], *, failing: bool = False) -> None:
        self._outcomes, self._failing = outcomes, failing

    def checksum(self) -> str:
        return "abc"

    def extract(self) -> Iterable[Row]:
        for line in range(len(self._outcomes)):
            yield Row(f"file {line % 3}", line, {"cell": str(line)}, f"row {line}")
        if self._failing:
            raise OSError("the disk is gone")

    def transform(self, row: Row) -> Outcome:
        return self._outcomes[row.line]


def city(number: int, name: str) -> NodeRecord:
    ids = (f"geonames:{number + 1}", f"own:{number}") if number % 2 else (f"own:{number}",)
    return NodeRecord(City(name=name), ids, "s", f"c{number}")


def member(number: int, since: str | None, row: str) -> FactRecord:
    return FactRecord(MemberOf(start=f"City/own:{number}", end="Organisation/own:n", since=since), "s", row)


def twins(one: int, other: int) -> FactRecord:
    return FactRecord(TwinnedWith(start=f"City/own:{one}", end=f"City/own:{other}"), "s", f"t{one}")


NUMBERS = st.integers(0, 3)
SINCE = st.sampled_from([None, "1999", "2001"])
NETWORK = NodeRecord(Organisation(name="N"), ("own:n",), "s", "n")


@st.composite
def outcomes(draw: st.DrawFn) -> list[Outcome]:
    one = st.one_of(
        st.builds(lambda number, name: Records(nodes=(city(number, name),)), NUMBERS, st.sampled_from("AB")),
        st.builds(
            lambda *given: Records((NETWORK,), (member(*given),)), NUMBERS, SINCE, st.sampled_from(["m1", "m2", "m3"])
        ),
        st.builds(lambda *given: Records(facts=(twins(*given),)), NUMBERS, NUMBERS),
        st.just(Skipped("too small")),
        st.just(Rejected("unreadable")),
    )
    return draw(st.lists(one, min_size=1, max_size=12))


def become(rows: Sequence[Outcome]) -> tuple[list[object], list[object]]:
    """Return what becomes of rows, and what their edition says."""
    loader = Made(rows)
    with read_rows(loader, HEADER) as fates:
        screen(fates, lambda names: {name: name for name in names if name.endswith("own:3")}, Judgements())
        fates.recall(loader)
        edition = edition_of(fates, ())
        became: list[object] = [(fate.row, fate.outcome, fate.nodes, fate.facts) for fate in fates]
        return became, [list(edition.nodes), list(edition.facts), edition.unread_rows]


@given(outcomes())
@settings(max_examples=150, deadline=None)
def test_what_is_put_aside_on_disk_is_what_would_stay_in_memory(rows: list[Outcome]) -> None:
    in_memory = become(rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spool, "IN_MEMORY", 1)
        patch.setattr(spool, "_CHUNK", 50)
        patch.setattr(fates_module, "_TOGETHER", 2)
        assert become(rows) == in_memory


@given(outcomes())
@settings(max_examples=150, deadline=None)
def test_claims_are_those_of_the_records(rows: list[Outcome]) -> None:
    with read_rows(Made(rows), HEADER) as fates:
        made = [(list(fate.nodes), list(fate.facts)) for fate in fates]
    facts = [record for row in rows if isinstance(row, Records) for record in row.facts]
    numbered = iter(number_spells(facts))
    for row, (nodes, claims) in zip(rows, made, strict=True):
        records = row if isinstance(row, Records) else Records()
        assert [(c.key, c.assertion) for c in nodes] == [
            (c.key, c.assertion) for c in (claim_node(record, HEADER) for record in records.nodes)
        ]
        assert claims == [claim_fact(next(numbered), HEADER) for _ in records.facts]


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_the_order_of_rows_makes_no_difference_where_none_contradicts_another(data: st.DataObject) -> None:
    rows = data.draw(outcomes())
    nodes = {row.nodes[0].row: row.nodes[0] for row in rows if isinstance(row, Records) and row.nodes}
    facts = {row.facts[0].row: row.facts[0] for row in rows if isinstance(row, Records) and row.facts}
    told: list[Outcome] = [Records(nodes=(node,)) for node in nodes.values()]
    told += [Records(facts=(fact,)) for fact in facts.values()]
    told = told or [Skipped("nothing")]

    def says(order: Sequence[Outcome]) -> object:
        with read_rows(Made(order), HEADER) as fates:
            screen(fates, lambda _: {}, Judgements())
            edition = edition_of(fates, ())
            return (
                sorted(claim.key for claim in edition.nodes),
                sorted((claim.key, claim.assertion.given) for claim in edition.facts),
                sorted(reason for _, reason in fates.rejects),
            )

    assert says(data.draw(st.permutations(told))) == says(told)


@given(TEXTS, st.integers(1, 40))
def test_texts_come_back_as_they_were_put(texts: list[str], room: int) -> None:
    with pytest.MonkeyPatch.context() as patch, Spool() as kept:
        patch.setattr(spool, "IN_MEMORY", room)
        patch.setattr(spool, "_CHUNK", 10)
        for number, text in enumerate(texts):
            kept.put(text)
            assert kept[number // 2] == texts[number // 2]
        assert [kept[number] for number in range(len(texts))] == texts


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files are made, all of them on disk from the first text."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(spool, "IN_MEMORY", 1)
    return tmp_path


def test_nothing_stays_on_disk_after_an_error(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []
    made = tempfile.TemporaryFile
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **given: opened.append(made(**given)) or opened[-1])
    with pytest.raises(OSError, match="the disk is gone"):
        read_rows(Made([Records((NETWORK,), (member(1, None, "m"),))], failing=True), HEADER)
    assert len(opened) == 3
    assert all(file.closed for file in opened)
    assert list(folder.iterdir()) == []


def test_nothing_stays_on_disk_after_the_block(folder: Path) -> None:
    with read_rows(Made([Records(nodes=(NETWORK,))]), HEADER) as fates:
        assert not fates.closed
    assert fates.closed
    assert list(folder.iterdir()) == []


def test_no_room_on_disk_is_one_clear_error(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(folder / "gone"))
    with pytest.raises(KgError, match="cannot be put aside in .*gone.*TMPDIR"):
        read_rows(Made([Records(nodes=(NETWORK,))]), HEADER)
