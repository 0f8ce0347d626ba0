"""``kg check``: nothing to say of graphs that kg made, and what somebody broke by hand is named by its rule."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner

from kg.cli import root
from kg.database.check import RULES, Checked, check
from kg.database.connection import Connection
from kg.database.schema import apply_schema
from kg.editing.merge import merge
from kg.editing.undo import undo
from kg.loaders.loading import LoadReport, load
from kg.loaders.starter import Starter
from kg.places.judgements import read_judgements
from kg.schema.nodes import City, Organisation, Project
from kg.schema.records import FactRecord, NodeRecord
from kg.schema.relationships import MemberOf, ParticipatesIn, TwinnedWith
from tests.integration.conftest import Address

Say = Callable[..., LoadReport]

RIGA = NodeRecord(
    City(name="Riga", country="LV", location=(24.1, 56.9)),  # type: ignore[arg-type]
    ("geonames:1", "wikidata:Q1", "geonames:11"),
    "list",
    "r",
)
TURKU = NodeRecord(City(name="Turku", country="FI"), ("wikidata:Q2",), "list", "t")
NETWORK = NodeRecord(Organisation(name="Network", kind="network"), ("own:n",), "list", "n")
PROJECT = NodeRecord(Project(name="Project"), ("own:p",), "network", "p")
MEMBER = FactRecord(
    MemberOf(start="City/geonames:1", end="Organisation/own:n", since="2001", until="2020"), "list", "m"
)
TWINS = FactRecord(TwinnedWith(start="City/geonames:1", end="City/wikidata:Q2"), "list", "w")
PARTNER = FactRecord(ParticipatesIn(start="City/wikidata:Q2", end="Project/own:p"), "network", "x")


@pytest.fixture
def small(say: Say, database: Connection) -> Connection:
    say("list", "2020", RIGA, TURKU, NETWORK, MEMBER, TWINS)
    say("network", "2021", PROJECT, TURKU, PARTNER)
    return database


def rules_broken(checked: Checked) -> Mapping[str, int]:
    assert all(finding.rule in RULES for finding in checked.findings)
    return checked.counts


def test_the_starter_breaks_no_rule(database: Connection) -> None:
    apply_schema(database)
    load(database, Starter())
    checked = check(database)
    assert checked.findings == []
    assert checked.notes == []
    assert checked.nodes > 500
    assert checked.facts > 1_000


def test_nor_does_what_editions_mergers_and_undo_leave_behind(say: Say, small: Connection, tmp_path: Path) -> None:
    say("list", "2021", RIGA, TURKU, NETWORK)
    say("publisher", "2021", NodeRecord(City(name="Turku/Åbo"), ("geonames:3",), "publisher", "t"))
    merge(small, "wikidata:Q2", "geonames:3", by="somebody", judgements=read_judgements(tmp_path / "judgements"))
    assert check(small).findings == []
    undo(small)
    assert check(small).findings == []
    undo(small, "list")
    checked = check(small)
    assert checked.findings == []
    assert checked.holds


@pytest.mark.parametrize(
    ("edit", "rule"),
    [
        ("DROP CONSTRAINT entity_id", "schema"),
        ("DROP INDEX city_name", "schema"),
        ("MATCH (n:City {name: 'Riga'}) SET n:Project", "kind"),
        ("MATCH (n:City {name: 'Riga'}) SET n:Network", "kind"),
        ("MATCH (n:City {name: 'Riga'}) REMOVE n:City", "kind"),
        ("MATCH (n:Organisation) REMOVE n:Network", "kind"),
        ("CREATE (:Entity {id: 'mine'})", "kind"),
        ("CREATE (:Entity:City {name: 'Nowhere'})", "kind"),
        ("MATCH (a:Organisation), (b:City {name: 'Turku'}) CREATE (a)-[:MEMBER_OF {sources: ['list']}]->(b)", "kind"),
        ("MATCH (a:City {name: 'Turku'}) CREATE (a)-[:MEMBER_OF]->(:Organisation)", "kind"),
        ("MATCH (a:City {name: 'Turku'}), (b:Organisation) CREATE (a)-[:MEMBER_OF {key: 'k'}]->(b)", "source"),
        ("CREATE (:Entity:City {id: 'geonames:9', name: 'Espoo'})", "source"),
        ("MATCH (n:City {name: 'Riga'}) SET n.sources = ['nobody']", "source"),
        ("MATCH (s:Source {id: 'list'}) DETACH DELETE s", "source"),
        ("MATCH (l:Load {scope: 'list'}) DETACH DELETE l", "load"),
        ("MATCH (:Load {scope: 'list'})-[r:READ]->() DELETE r", "load"),
        ("MATCH (l:Load {scope: 'list'}) SET l.attempt_finished = []", "load"),
        ("MATCH (l:Load {scope: 'list'}) SET l.attempt_status = ['perhaps']", "load"),
        ("MATCH (l:Load {scope: 'list'}) SET l.complete = false", "load"),
        ("MATCH (n:City {name: 'Riga'}) SET n.rows = ['a', 'b']", "lists"),
        ("MATCH (n:City {name: 'Riga'}) SET n.missing = 'x'", "lists"),
        ("MATCH (n:City {name: 'Turku'}) SET n.sources = ['network', 'list'], n.rows = ['t', 't']", "lists"),
        ("MATCH ()-[r:MEMBER_OF]->() SET r.given = ['no JSON']", "given"),
        ("MATCH ()-[r:MEMBER_OF]->() SET r.given = [replace(r.given[0], '2020', '1999')]", "given"),
        ("MATCH ()-[r:MEMBER_OF]->() SET r.given = [replace(r.given[0], 'until', 'born')]", "given"),
        ("MATCH (n:City {name: 'Riga'}) SET n.given = [replace(n.given[0], 'geonames:1', 'cordis:1')]", "given"),
        ("MATCH (n:City {name: 'Riga'}) SET n.name = 'Rīga'", "shown"),
        ("MATCH (n:City {name: 'Riga'}) SET n.birth_date = '1950'", "shown"),
        ("MATCH (n:City {name: 'Riga'}) REMOVE n.location", "shown"),
        ("MATCH (n:City {name: 'Riga'}) SET n.search_names = []", "shown"),
        ("MATCH (n:City {name: 'Riga'}) SET n.created = '1970'", "shown"),
        ("MATCH ()-[r:MEMBER_OF]->() SET r.since = '2002'", "shown"),
        ("MATCH ()-[r:MEMBER_OF]->() SET r.fingerprint = 1", "shown"),
        ("MATCH ()-[r:MEMBER_OF]->() SET r.key = 'x'", "key"),
        ("MATCH (a)-[r:TWINNED_WITH]->(b) CREATE (b)-[s:TWINNED_WITH]->(a) SET s = r {.*, key: 'x'}", "direction"),
        ("MATCH (i:Identifier) DETACH DELETE i", "identity"),
        ("MATCH (i:Identifier)-[r]->() DELETE r", "identity"),
        ("CREATE (:Identifier {value: 'own:more'})", "identity"),
        ("CREATE (:Change {id: 'c', load: 'none'})", "change"),
    ],
)  # fmt: skip
def test_what_is_broken_by_hand_is_named_by_its_rule(small: Connection, edit: str, rule: str) -> None:
    small.run_schema(edit)
    assert rule in rules_broken(check(small))


def test_one_key_of_two_facts_is_found_where_the_constraint_is_missing(small: Connection) -> None:
    small.run_schema("DROP CONSTRAINT twinned_with_key")
    small.run_schema("MATCH (a)-[r:TWINNED_WITH]->(b) CREATE (b)-[s:TWINNED_WITH]->(a) SET s = properties(r)")
    assert {"schema", "key", "direction"} <= set(rules_broken(check(small)))


def test_two_nodes_with_one_id_are_found(small: Connection) -> None:
    small.run_schema("MATCH (n:City {name: 'Turku'}) SET n.given = [one IN n.given | replace(one, 'Q2', 'Q1')]")
    says = [finding.says for finding in check(small).findings if finding.rule == "identity"]
    assert any("wikidata:Q1" in one and "they are one" in one for one in says)


def test_what_is_not_ours_is_said_and_breaks_nothing(small: Connection) -> None:
    small.run_schema("MATCH (n:City {name: 'Riga'}) CREATE (n)-[:LIKES]->(:Mine)")
    checked = check(small)
    assert checked.holds
    assert checked.notes == [
        "1 nodes with label Mine are not kg's and were not looked at.",
        "1 relationships LIKES are not kg's and were not looked at.",
    ]


def test_a_load_that_was_broken_off_is_said(small: Connection) -> None:
    small.run_write(
        "MATCH (l:Load {scope: 'list'}) SET l.complete = false, l.attempt_status = ['running'], l.attempt_finished = ['']"
    )
    checked = check(small)
    assert checked.holds
    assert "was broken off" in checked.notes[0]


def test_the_first_findings_of_each_rule_are_kept_and_all_are_counted(small: Connection) -> None:
    small.run_write("MATCH (n:City) SET n.name = 'X'")
    checked = check(small, most=1)
    assert checked.counts == {"shown": 2}
    assert len(checked.findings) == 1


def test_nothing_is_written(small: Connection) -> None:
    before = small.run_read("MATCH (n) RETURN count(n) AS nodes, sum(size(keys(n))) AS properties")
    check(small)
    assert small.run_read("MATCH (n) RETURN count(n) AS nodes, sum(size(keys(n))) AS properties") == before


def test_the_command_says_that_every_rule_holds(small: Connection, address: Address) -> None:
    result = CliRunner().invoke(root, ["check"], env=dict(address.environment))
    assert result.exit_code == 0
    assert result.stdout == "Every rule holds: 4 nodes and 3 facts looked at.\n"


def test_the_command_lists_offenders_and_ends_with_1(small: Connection, address: Address) -> None:
    small.run_write("MATCH (n:City {name: 'Riga'}) SET n.country = 'EE'")
    result = CliRunner().invoke(root, ["check"], env=dict(address.environment))
    assert result.exit_code == 1
    assert "City geonames:1: country is 'EE', and should be 'LV'" in result.stdout
    assert "1 of 11 rules are broken" in result.stdout


def test_the_command_writes_json(small: Connection, address: Address) -> None:
    small.run_write("MATCH (n:City {name: 'Riga'}) SET n.country = 'EE'")
    result = CliRunner().invoke(root, ["check", "--format", "json"], env=dict(address.environment))
    assert json.loads(result.stdout)["counts"] == {"shown": 1}
