"""What cities seek and offer on a real graph: made, listed, matched, closed and taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from kg.database.connection import Connection
from kg.editing.requests import Node, Requested, add, check_wish
from kg.errors import KgError
from kg.graph import KnowledgeGraph
from kg.loaders.loading import LoadReport
from kg.queries.kinds.kind import Weights
from kg.queries.kinds.shapes import Shape
from kg.queries.request_results import Matches
from kg.schema.identity import reference
from kg.schema.nodes import City, Organisation, Theme
from kg.schema.records import FactRecord, NodeRecord
from kg.schema.relationships import Offers, Seeks

Say = Callable[..., LoadReport]

TODAY = datetime.now(UTC).date()
IN_A_MONTH = (TODAY + timedelta(days=31)).isoformat()
AFTERWARDS = (TODAY + timedelta(days=32)).isoformat()

NODES = [
    NodeRecord(City(name="Riga", country="LV"), ("geonames:1",), "list", "riga"),
    NodeRecord(City(name="Espoo", names=("Esbo",), country="FI"), ("geonames:2",), "list", "espoo"),
    NodeRecord(City(name="Turku", country="FI"), ("geonames:3",), "list", "turku"),
    NodeRecord(Organisation(name="Riga"), ("own:riga-company",), "list", "company"),
    NodeRecord(Organisation(name="HSL"), ("own:hsl",), "list", "hsl"),
    NodeRecord(Theme(name="Urban mobility", definition="Buses and trams."), ("own:mobility",), "list", "mobility"),
    NodeRecord(Theme(name="Housing"), ("own:housing",), "list", "housing"),
]


def requested(type_: type[Seeks] | type[Offers], id_: str, number: str, **values: str) -> FactRecord:
    """A request as a public list states it."""
    ends = {"start": reference("City", id_), "end": reference("Theme", "own:mobility")}
    return FactRecord(type_.model_validate({**ends, "request": number, **values}), "list", f"r{number}")


@pytest.fixture
def graph(say: Say, database: Connection) -> KnowledgeGraph:
    say("list", "2020", *NODES)
    return KnowledgeGraph(database)


def ways(matches: Matches) -> list[tuple[str, str, str, str]]:
    """Return each match as its way, the partner, and the roles of partner and place."""
    return [(one.way, one.partner.name, one.theirs.role, one.ours.role) for one in matches.matches]


def standing(graph: KnowledgeGraph, status: str = "all", as_of: str | None = None) -> list[tuple[str, str, str]]:
    listed = graph.requests("seek", status=status, as_of=as_of).requests
    return [(one.partner.name, one.number, one.state) for one in listed]


# Making ----------------------------------------------------------------------------------------------------------------


def test_a_request_is_a_fact_with_who_says_so_since_when(graph: KnowledgeGraph) -> None:
    made = graph.seek("Esbo", "urban mobility", by="Anna", until=IN_A_MONTH, note=" Night\nbuses ")
    assert (made.number, made.place, made.theme, made.role, made.changed) == (
        *("1", "Espoo", "Urban mobility", "learner"),
        True,
    )
    told = graph.why(made.key)
    assert {name: told.shown[name] for name in ("request", "role", "since", "until", "note", "as_of")} == {
        "request": "1",
        "role": "learner",
        "since": TODAY.isoformat(),
        "until": IN_A_MONTH,
        "note": "Night buses",
        "as_of": TODAY.isoformat(),
    }
    assert [(one.source.id, one.source.publisher, one.missing) for one in told.statements] == [("own:anna", "Anna", "")]


@pytest.mark.parametrize("verb", ["seek", "offer"])
def test_making_a_request_can_be_taken_back(graph: KnowledgeGraph, verb: str) -> None:
    before = graph.digest().value
    made = (graph.seek if verb == "seek" else graph.offer)("Riga", "Housing", by="Anna")
    assert graph.digest().value != before
    graph.undo(made.scope)
    assert graph.digest().value == before


def test_a_new_theme_is_made_only_when_told_and_goes_with_its_request(graph: KnowledgeGraph) -> None:
    before = graph.digest().value
    with pytest.raises(KgError, match="There is no theme 'Night mayors'.*kg report run themes.*--new-theme"):
        graph.seek("Riga", "Night mayors", by="Anna")
    assert graph.digest().value == before
    graph.seek("Riga", "Night mayors", by="Anna", new_theme=True)
    graph.seek("Espoo", "night  MAYORS", by="Bert", new_theme=True)
    listed = graph.requests("seek", theme="own:night-mayors").requests
    assert [one.partner.name for one in listed] == ["Espoo", "Riga"]
    graph.undo()
    graph.undo()
    assert graph.digest().value == before


def test_a_new_theme_never_becomes_one_that_only_has_its_id(graph: KnowledgeGraph) -> None:
    assert graph.seek("Riga", "Mobility", by="Anna", new_theme=True).theme == "Mobility"
    (listed,) = graph.requests(theme="Mobility").requests
    assert listed.theme.id != "own:mobility"


def test_the_nearest_themes_are_those_with_a_word_in_common(graph: KnowledgeGraph) -> None:
    with pytest.raises(KgError) as caught:
        graph.seek("Riga", "trams at night", by="Anna")
    assert str(caught.value).splitlines()[1:] == ["  own:mobility  Urban mobility"]


def test_the_same_request_is_made_once_another_gets_a_number_of_its_own(graph: KnowledgeGraph) -> None:
    graph.seek("Espoo", "Housing", by="Anna")
    before = graph.digest().value
    again = graph.seek("Espoo", "Housing", by="Bert")
    assert (again.number, again.changed, graph.digest().value) == ("1", False, before)
    assert graph.seek("Espoo", "Housing", by="Anna", note="For students").number == "2"
    assert graph.offer("Espoo", "Housing", by="Anna").number == "3"


def test_what_was_cut_off_is_finished_under_its_number(graph: KnowledgeGraph) -> None:
    made = graph.seek("Espoo", "Housing", by="Anna")
    done = graph.digest().value
    graph.connection.run_write("MATCH (l:Load {scope: $scope}) SET l.complete = false", {"scope": made.scope})
    again = graph.seek("Espoo", "Housing", by="Anna")
    assert (again.number, again.changed, graph.digest().value) == ("1", True, done)
    assert graph.connection.run_read("MATCH (l:Load {scope: $s}) RETURN l.complete AS done", {"s": made.scope}) == [
        {"done": True}
    ]


def test_a_city_comes_before_an_organisation_of_the_same_name_and_organisations_seek_as_well(
    graph: KnowledgeGraph,
) -> None:
    graph.seek("Riga", "Housing", by="Anna")
    graph.offer("HSL", "Urban mobility", by="Anna")
    labels = {one.partner.name: one.partner.label for one in graph.requests().requests}
    assert labels == {"Riga": "City", "HSL": "Organisation"}


def test_what_cannot_be_written_leaves_the_graph_as_it_was(graph: KnowledgeGraph) -> None:
    before = graph.digest().value
    for arguments, options, message in (
        (("Rigaa", "Housing"), {}, "Nothing in the graph is called 'Rigaa'. The nearest spellings"),
        (("Housing", "Housing"), {}, "Housing is a theme, not"),
        (("", "Housing"), {}, "'' is not a name"),
        (("Riga", ""), {}, "There is no theme ''"),
        (("Riga", " "), {"new_theme": True}, "theme \\(--theme\\) is empty"),
        (("Riga", "anna@example.org"), {"new_theme": True}, "e-mail address"),
        (("Riga", "x\x07y"), {"new_theme": True}, "control character"),
        (("Riga", "Housing"), {"role": "mentor"}, "kg offer add"),
        (("Riga", "Housing"), {"by": "!"}, "give --by NAME"),
    ):
        with pytest.raises(KgError, match=message):
            graph.seek(*arguments, **{"by": "Anna", **options})  # type: ignore[arg-type]
    assert graph.digest().value == before


# Closing ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["met", "withdrawn"])
def test_a_closed_request_stays_with_who_closed_it_and_is_opened_by_undo(graph: KnowledgeGraph, status: str) -> None:
    made = graph.seek("Espoo", "Housing", by="Anna", until=IN_A_MONTH, note="For students")
    before = graph.digest().value
    closed = graph.close_request("seek", "Espoo", made.number, status=status, by="Bert")
    told = graph.why(made.key)
    assert (told.shown["status"], told.shown["closed"]) == (status, TODAY.isoformat())
    assert (told.shown["note"], told.ended) == ("For students", None)
    assert [one.source.id for one in told.statements] == ["own:anna", "own:bert"]
    assert standing(graph) == [("Espoo", "1", status)]
    graph.undo(closed.scope)
    assert graph.digest().value == before
    assert standing(graph, "open") == [("Espoo", "1", "open")]


def test_closing_is_taken_back_before_making(graph: KnowledgeGraph) -> None:
    before = graph.digest().value
    made = graph.seek("Espoo", "Housing", by="Anna")
    graph.close_request("seek", "Espoo", "1", status="met", by="Anna")
    graph.undo(made.scope)
    assert standing(graph) == [("Espoo", "1", "open")]
    graph.undo(made.scope)
    assert graph.digest().value == before


def test_what_cannot_be_closed_is_told(graph: KnowledgeGraph) -> None:
    graph.seek("Espoo", "Housing", by="Anna")
    graph.offer("Espoo", "Urban mobility", by="Anna")
    graph.seek("Turku", "Housing", by="Anna")
    graph.close_request("seek", "Turku", "3", status="met", by="Anna")
    before = graph.digest().value
    for verb, place, number, status, message in (
        ("seek", "Espoo", "9", "met", "Espoo seeks nothing under the number '9'. It has:\n  1  Housing"),
        ("seek", "Riga", "1", "met", "kg seek list --status all"),
        ("seek", "Espoo", "2", "met", "offer 2 \\(Urban mobility\\) of Espoo is no seek: use kg offer close"),
        ("seek", "Turku", "3", "met", f"seek 3 \\(Housing\\) of Turku is closed already: met on {TODAY}"),
        ("seek", "Espoo", "1", "open", "must be met or withdrawn"),
        ("want", "Espoo", "1", "met", "verb must be 'seek' or 'offer'"),
    ):
        with pytest.raises(KgError, match=message):
            graph.close_request(verb, place, number, status=status, by="Anna")
    assert graph.digest().value == before


def test_a_request_of_a_public_list_is_closed_by_a_person_and_stays_so_over_editions(
    graph: KnowledgeGraph, say: Say
) -> None:
    graph.seek("Espoo", "Housing", by="Anna")
    say("requests", "2024", *NODES, requested(Seeks, "geonames:1", "1"))
    before = graph.digest().value
    closed = graph.close_request("seek", "Riga", "1", status="met", by="Anna")
    say("requests", "2025", *NODES, requested(Seeks, "geonames:1", "1", status="open"))
    assert standing(graph) == [("Espoo", "1", "open"), ("Riga", "1", "met")]
    graph.undo("requests")
    graph.undo(closed.scope)
    assert graph.digest().value == before


def test_a_request_that_its_source_no_longer_lists_cannot_be_closed(graph: KnowledgeGraph, say: Say) -> None:
    say("requests", "2024", *NODES, requested(Seeks, "geonames:1", "1"))
    say("requests", "2025", *NODES)
    assert standing(graph, "closed") == [("Riga", "1", "ended")]
    with pytest.raises(KgError, match="no longer lists it since 2025"):
        graph.close_request("seek", "Riga", "1", status="met", by="Anna")


# Listing ---------------------------------------------------------------------------------------------------------------


def test_open_closed_and_expired_differ_by_the_date(graph: KnowledgeGraph) -> None:
    graph.seek("Espoo", "Housing", by="Anna", until=IN_A_MONTH)
    graph.seek("Riga", "Housing", by="Anna")
    graph.seek("Turku", "Housing", by="Anna")
    graph.close_request("seek", "Turku", "3", status="withdrawn", by="Anna")
    assert standing(graph, "open") == [("Espoo", "1", "open"), ("Riga", "2", "open")]
    assert standing(graph, "closed") == [("Turku", "3", "withdrawn")]
    assert standing(graph, "open", AFTERWARDS) == [("Riga", "2", "open")]
    assert standing(graph, "expired", AFTERWARDS) == [("Espoo", "1", "expired")]
    assert standing(graph, "all", (TODAY - timedelta(days=1)).isoformat()) == []


def test_a_list_says_what_it_leaves_out_and_what_it_rests_on(graph: KnowledgeGraph, say: Say) -> None:
    say("requests", "2024", *NODES, requested(Seeks, "geonames:1", "7", until="2025"))
    graph.seek("Espoo", "Housing", by="Anna")
    listed = graph.requests("seek")
    assert {name: left.count for name, left in listed.left_out.items()} == {"expired": 1}
    assert listed.left_out["expired"].partners[0].because == "Riga seeks Urban mobility as learner, expired 2025"
    assert [source.id for source in listed.data.sources] == ["own:anna"]
    (own,) = listed.requests
    assert (own.number, own.as_of, own.sources) == ("8", TODAY.isoformat(), ("own:anna",))
    (old,) = graph.requests(status="expired").requests
    assert old.as_of == "2024"


# Matching --------------------------------------------------------------------------------------------------------------


def test_who_offers_what_it_seeks_who_seeks_what_it_offers_and_who_seeks_the_same(graph: KnowledgeGraph) -> None:
    graph.seek("Espoo", "Housing", by="Anna")
    graph.offer("Espoo", "Urban mobility", by="Anna")
    offered = graph.offer("Riga", "Housing", by="Bert", note="Ten years of it")
    graph.seek("HSL", "Urban mobility", by="Bert")
    graph.seek("Turku", "Housing", by="Bert")
    found = graph.match("Espoo")
    assert ways(found) == [
        ("offers", "Riga", "mentor", "learner"),
        ("seeks", "HSL", "learner", "mentor"),
        ("seeks_too", "Turku", "learner", "learner"),
    ]
    best = found.matches[0]
    assert best.sentence == "Riga offers and Espoo seeks Housing: Riga as mentor, Espoo as learner."
    assert best.evidence == (best.ours.key, offered.key)
    assert [source.id for source in found.data.sources] == ["own:anna", "own:bert"]
    assert found.data.facts == 5


def test_lead_goes_with_partner_and_no_project_with_an_exchange(graph: KnowledgeGraph) -> None:
    graph.seek("Espoo", "Housing", by="Anna", role="lead")
    graph.offer("Riga", "Housing", by="Anna", role="partner")
    graph.offer("Turku", "Housing", by="Anna")
    graph.seek("HSL", "Housing", by="Anna", role="partner")
    found = graph.match("Espoo")
    assert ways(found) == [("offers", "Riga", "partner", "lead"), ("seeks_too", "HSL", "partner", "lead")]
    assert {name: left.count for name, left in found.left_out.items()} == {"role": 1}


def test_closed_and_expired_are_left_out_of_a_match_and_counted(graph: KnowledgeGraph, say: Say) -> None:
    say("requests", "2024", *NODES, requested(Offers, "geonames:3", "5", until="2025"))
    graph.seek("Espoo", "Urban mobility", by="Anna")
    graph.seek("Espoo", "Housing", by="Anna")
    graph.close_request("seek", "Espoo", "7", status="met", by="Anna")
    graph.offer("Riga", "Urban mobility", by="Anna")
    graph.close_request("offer", "Riga", "8", status="withdrawn", by="Anna")
    found = graph.match("Espoo")
    assert (found.matches, [one.number for one in found.requests]) == ((), ["6"])
    assert {name: left.count for name, left in found.left_out.items()} == {"own_closed": 1, "closed": 1, "expired": 1}
    then = graph.match("Turku", as_of="2025")
    assert [(one.number, one.state) for one in then.requests] == [("5", "open")]
    assert then.data.facts_without_since == 1


def test_an_old_offer_says_how_old_it_is(graph: KnowledgeGraph, say: Say) -> None:
    say("requests", "2019", *NODES, requested(Offers, "geonames:3", "5", as_of="2019"))
    graph.seek("Espoo", "Urban mobility", by="Anna")
    (found,) = graph.match("Espoo").matches
    assert found.sentence.endswith("Turku as mentor, Espoo as learner, as of 2019.")


def test_who_neither_seeks_nor_offers_is_told_so(graph: KnowledgeGraph) -> None:
    told = str(graph.match("Turku"))
    assert "Turku has no open request: kg seek add and kg offer add say" in told


def test_a_closed_request_is_no_reason_to_recommend(graph: KnowledgeGraph) -> None:
    graph.seek("Espoo", "Housing", by="Anna")
    graph.offer("Riga", "Housing", by="Anna")
    matched = Weights(terms={"themes_matched": Shape(at=(0.0, 1.0), worth=(0.0, 1.0))})
    (term,) = graph.explain("Espoo", "Riga", weights=matched).terms
    assert term.sentence == "Espoo seeks and Riga offers Housing."
    graph.close_request("offer", "Riga", "2", status="met", by="Anna")
    found = graph.explain("Espoo", "Riga", weights=matched)
    assert (found.terms, found.paths) == ((), ())


def test_a_node_that_was_merged_meanwhile_is_the_one_that_seeks(graph: KnowledgeGraph) -> None:
    graph.seek("Espoo", "Housing", by="Anna")
    graph.merge("geonames:3", "geonames:2", by="Anna")
    wish = check_wish("seek", today=date(2026, 1, 1))
    again = add(
        graph.connection, wish, Node("geonames:2", "City", "Espoo"), Node("own:housing", "Theme", "Housing"), by="B"
    )
    assert (again.number, again.changed) == ("1", False)
    assert isinstance(again, Requested)
