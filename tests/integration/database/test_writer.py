"""What the writer leaves in the database: identifiers, endings, refusals, and nothing touched without a reason."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from kg.database.connection import Connection
from kg.database.digest import digest
from kg.database.stored import find_ids
from kg.database.succession import RefusedError
from kg.database.turn import turn
from kg.errors import KgError
from kg.loaders.base import Loader, Outcome, Records, Row
from kg.loaders.loading import LoadReport, load
from kg.schema.nodes import City, Organisation, Region
from kg.schema.provenance import Source
from kg.schema.records import FactRecord, NodeRecord
from kg.schema.relationships import MemberOf, TwinnedWith

Say = Callable[..., LoadReport]

NETWORK = "Organisation/own:network"


def city(source: str, row: str, *ids: str, name: str = "City", population: int | None = None) -> NodeRecord:
    return NodeRecord(City(name=name, population=population), ids, source, row)


def network(source: str, kind: str | None = "network") -> NodeRecord:
    return NodeRecord(Organisation(name="Network", kind=kind), ("own:network",), source, "network")


def member(source: str, number: int) -> FactRecord:
    return FactRecord(MemberOf(start=f"City/geonames:{number}", end=NETWORK), source, f"m{number}")


def members(source: str, numbers: range) -> list[NodeRecord | FactRecord]:
    cities = [city(source, str(number), f"geonames:{number}") for number in numbers]
    return [network(source), *cities, *(member(source, number) for number in numbers)]


def test_ids_that_joining_retired_are_identifiers_and_still_found(say: Say, database: Connection) -> None:
    say("list", "2020", city("list", "a", "geonames:10"), city("list", "b", "geonames:2", "wikidata:Q2"))
    say("publisher", "2020", city("publisher", "x", "geonames:10", "geonames:2"))
    (node,) = database.run_read(
        "MATCH (n:City) OPTIONAL MATCH (i:Identifier)-[:IDENTIFIES]->(n) "
        "RETURN n.id AS id, n.geonames_id AS geonames, n.wikidata_id AS wikidata, collect(i.value) AS further"
    )
    assert (node["geonames"], node["wikidata"], node["further"]) == ("2", "Q2", ["geonames:10"])
    names = {f"City/{id_}" for id_ in ("geonames:10", "geonames:2", "wikidata:Q2")}
    assert find_ids(database, names) == dict.fromkeys(names, node["id"])
    # What is said later by the retired id is said of the joined node.
    say("network", "2021", network("network"), member("network", 10))
    assert database.run_read("MATCH (n:City)-[:MEMBER_OF]->() RETURN n.id AS id") == [{"id": node["id"]}]


def test_one_wikidata_item_may_be_a_city_and_a_region(say: Say, database: Connection) -> None:
    region = NodeRecord(Region(name="Basel-Stadt"), ("wikidata:Q1",), "list", "r")
    report = say("list", "2020", city("list", "c", "wikidata:Q1"), region)
    assert report.rows["written"] == 2
    assert find_ids(database, ["City/wikidata:Q1", "Region/wikidata:Q1"]).keys() == {
        "City/wikidata:Q1",
        "Region/wikidata:Q1",
    }


def test_clean_up_ends_what_one_source_asserted_and_nothing_else(say: Say, database: Connection) -> None:
    say("list", "2020", *members("list", range(1, 3)))
    say("publisher", "2020", *members("publisher", range(1, 3)))
    say("list", "2021", *members("list", range(1, 2)))
    of = "MATCH (n:City {geonames_id: '2'})-[r:MEMBER_OF]->() RETURN n.ended AS node, r.ended AS fact, r.missing AS missing"
    assert database.run_read(of) == [{"node": None, "fact": None, "missing": ["2021", ""]}]
    say("publisher", "2022", *members("publisher", range(1, 2)))
    assert database.run_read(of) == [{"node": "2022", "fact": "2022", "missing": ["2021", "2022"]}]
    say("list", "2023", *members("list", range(1, 3)))
    assert database.run_read(of) == [{"node": None, "fact": None, "missing": ["", "2022"]}]


def test_another_part_of_the_source_is_left_alone(say: Say, database: Connection) -> None:
    say("list?country=LV", "2020", *members("list", range(1, 2)))
    say("list?country=FI", "2020", *members("list", range(2, 3)))
    say("list?country=FI", "2021", network("list"))
    ended = database.run_read("MATCH (n:City) RETURN n.geonames_id AS id, n.ended AS ended ORDER BY id")
    assert ended == [{"id": "1", "ended": None}, {"id": "2", "ended": "2021"}]


def test_an_edition_that_lacks_too_much_is_refused_and_changes_nothing(say: Say, database: Connection) -> None:
    say("list", "2020", *members("list", range(1, 11)))
    before = digest(database).value
    with pytest.raises(RefusedError, match="lacks 6 of the 21 statements that list made before, more than 20%"):
        say("list", "2021", *members("list", range(1, 8)), max_ended_share=0.2)
    assert digest(database).value == before
    assert database.run_read("MATCH (s:Source) RETURN s.edition AS edition") == [{"edition": "2020"}]
    report = say("list", "2021", *members("list", range(1, 10)), max_ended_share=0.2)
    assert (report.changes["nodes ended"], report.changes["facts ended"]) == (1, 1)


def test_a_refused_repeat_leaves_the_load_that_stands(say: Say, database: Connection) -> None:
    say("list", "2020", *members("list", range(1, 11)))
    with pytest.raises(RefusedError):
        say("list", "2021", network("list"), max_ended_share=0.2)
    standing = database.run_read("MATCH (l:Load {complete: true}) RETURN l.edition AS edition")
    assert standing == [{"edition": "2020"}]
    assert say("list", "2020", *members("list", range(1, 11))).rows["written"] == 0


def test_editions_load_in_their_order(say: Say, database: Connection) -> None:
    say("list", "2021-05", *members("list", range(1, 3)))
    before = digest(database).value
    for older in ("2020", "2021", "2021-04-30"):
        with pytest.raises(KgError, match=f"edition {older} of list is older than edition 2021-05.*kg undo 'list'"):
            say("list", older, *members("list", range(1, 3)))
    assert digest(database).value == before
    say("list", "2021-05-01", *members("list", range(1, 3)))


def test_a_repeated_edition_sets_no_property_of_any_node_or_fact(say: Say, database: Connection) -> None:
    say("list", "2020", *members("list", range(1, 5)))
    every_key = "MATCH (n:Entity) SET n.fingerprint = -n.fingerprint"
    every_fact = "MATCH ()-[r:MEMBER_OF]->() SET r.fingerprint = -r.fingerprint"
    # Marks that any write of the node or fact would set right.
    database.write_many([(every_key, {}), (every_fact, {})])
    say("list", "2020", *members("list", range(1, 5)))
    say("list", "2021", *members("list", range(1, 5)))
    untouched = database.run_read(
        "MATCH (n:Entity) OPTIONAL MATCH (n)-[r]->() WHERE r.key IS NOT NULL "
        "RETURN max(n.fingerprint) < 0 AS nodes, max(r.fingerprint) < 0 AS facts"
    )
    assert untouched == [{"nodes": True, "facts": True}]


def test_a_row_that_joins_a_node_to_itself_is_skipped(say: Say, database: Connection) -> None:
    loop = FactRecord(TwinnedWith(start="City/geonames:1", end="City/wikidata:Q1"), "list", "t")
    report = say("list", "2020", city("list", "a", "geonames:1", "wikidata:Q1"), loop)
    assert report.skipped == {"joins a node to itself": 1}
    assert database.run_read("MATCH ()-[r:TWINNED_WITH]->() RETURN count(r) AS n") == [{"n": 0}]


def test_twinning_is_stored_once_whoever_says_it_in_which_direction(say: Say, database: Connection) -> None:
    cities = (city("list", "a", "geonames:1"), city("list", "b", "geonames:2"))
    say("list", "2020", *cities, FactRecord(TwinnedWith(start="City/geonames:1", end="City/geonames:2"), "list", "t"))
    say("publisher", "2020", FactRecord(TwinnedWith(start="City/geonames:2", end="City/geonames:1"), "publisher", "t"))
    found = database.run_read("MATCH (a)-[r:TWINNED_WITH]->(b) RETURN a.id AS a, b.id AS b, r.sources AS sources")
    assert found == [{"a": "geonames:1", "b": "geonames:2", "sources": ["list", "publisher"]}]


def test_a_second_label_follows_the_kind(say: Say, database: Connection) -> None:
    labels = "MATCH (n:Organisation) RETURN labels(n) AS labels"
    for year, kind, second in (
        ("2019", "network", {"Network"}),
        ("2020", "association", {"Association"}),
        ("2021", None, set()),
    ):
        say("list", year, network("list", kind))
        assert set(database.run_read(labels)[0]["labels"]) == {"Entity", "Organisation"} | second


def test_the_more_trusted_source_is_shown_whoever_came_first(say: Say, database: Connection) -> None:
    shown = "MATCH (n:City) RETURN n.population AS population, n.name AS name, n.names AS names"
    say("list", "2022", city("list", "a", "geonames:1", name="Rīga", population=1))
    say("network", "2020", city("network", "a", "geonames:1", name="Riga", population=2))
    expected = [{"population": 2, "name": "Riga", "names": ["Rīga"]}]
    assert database.run_read(shown) == expected
    say("network", "2021", network("network"))
    assert database.run_read(shown) == [{"population": 1, "name": "Rīga", "names": None}]


def test_an_unknown_end_rejects_the_row_alone(say: Say) -> None:
    report = say("list", "2020", *members("list", range(1, 3)), member("list", 99))
    assert (report.rows["written"], report.rows["rejected"]) == (5, 1)
    ((row, reason),) = report.rejects
    assert row.id == "m99"
    assert reason == "nothing is known of City/geonames:99, neither in this input nor in the graph"


def test_fact_totals_of_a_load_are_whole_numbers(say: Say, database: Connection) -> None:
    say("list", "2020", *members("list", range(1, 40)))
    (row,) = database.run_read("MATCH (l:Load) RETURN l.fact_types AS t, l.fact_counts AS n, l.fact_fingerprints AS f")
    assert (row["t"], row["n"]) == (["MEMBER_OF"], [39])
    assert isinstance(row["f"][0], int)


def test_an_edition_refused_under_the_name_of_the_one_that_stands_leaves_it_standing(
    say: Say, said: type[Loader], database: Connection
) -> None:
    """A loader that reads less of the same file than it did before: the refusal must not touch the record of the load."""

    class SameFile(said):  # type: ignore[misc,valid-type]
        def checksum(self) -> str:
            return "0123"

    load(database, SameFile("list", "2020", members("list", range(1, 11))))
    before = database.run_read("MATCH (l:Load) RETURN properties(l) AS load")
    with pytest.raises(RefusedError):
        load(database, SameFile("list", "2020", [network("list")]), max_ended_share=0.2)
    assert database.run_read("MATCH (l:Load) RETURN properties(l) AS load") == before


def test_a_source_of_another_authority_is_believed_accordingly(
    say: Say, said: type[Loader], database: Connection
) -> None:
    shown = "MATCH (n:City) RETURN n.population AS population"
    say("list", "2020", city("list", "a", "geonames:1", population=1), city("list", "c", "geonames:3"))
    say("network", "2020", city("network", "b", "geonames:1", population=2))
    assert database.run_read(f"{shown} ORDER BY n.id LIMIT 1") == [{"population": 2}]

    class Reviewed(said):  # type: ignore[misc,valid-type]
        @property
        def sources(self) -> list[Source]:
            return [replace(source, authority="person") for source in super().sources]

    # The row itself is not in the edition any more: what it said before counts for more all the same.
    load(database, Reviewed("other", "2021", [city("list", "c", "geonames:3")]))
    assert database.run_read(f"{shown} ORDER BY n.id LIMIT 1") == [{"population": 1}]


def test_a_row_that_cannot_be_resolved_does_not_end_what_it_said_before(
    say: Say, said: type[Loader], database: Connection
) -> None:
    base = [network("list"), city("list", "1", "geonames:1")]
    say("list", "2020", *base, member("list", 1))

    class TwoFacts(said):  # type: ignore[misc,valid-type]
        """Calls the row otherwise than the fact, and says with it something of a network that nobody knows."""

        def extract(self) -> list[Row]:
            return [replace(row, id=f"row {row.line}") for row in super().extract()]

        def transform(self, row: Row) -> Outcome:
            outcome = super().transform(row)
            unknown = MemberOf(start="City/geonames:1", end="Organisation/own:nobody")
            return Records(facts=(*outcome.facts, FactRecord(unknown, "list", "x"))) if outcome.facts else outcome

    report = load(database, TwoFacts("list", "2021", [*base, member("list", 1)]))
    assert report.rows["rejected"] == 1
    assert database.run_read("MATCH ()-[r:MEMBER_OF]->() RETURN r.ended AS ended") == [{"ended": None}]


def test_who_comes_second_waits_for_the_turn(say: Say, database: Connection) -> None:
    say("list", "2020", network("list"))
    order = []

    def second() -> None:
        with turn(database):
            order.append("second")

    with turn(database):
        other = threading.Thread(target=second)
        other.start()
        other.join(timeout=1)
        order.append("first")
    other.join(timeout=30)
    assert order == ["first", "second"]
    assert database.run_read("MATCH (l:Load {id: 'turn'}) RETURN l") == []
