"""``kg load table``, ``review``, ``merge``, ``coverage``, ``why A B`` and ``undo`` as a user calls them, on one member list."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kg.cli import root
from kg.database.connection import Connection

MEMBERS = "Town;Country;Since\nRiga;Latvia;1998\nNeustadt;Germany;2001\nXyzzyville;France;\n"
MAPPING = """\
source: {id: river-towns, title: Members of River Towns, publisher: River Towns}
edition: 2024-05
members:
  of: {id: "own:river-towns", name: River Towns}
  label: City
  name: Town
  country: Country
  since: Since
"""


def kg(*arguments: str) -> Result:
    return CliRunner().invoke(root, arguments)


@pytest.fixture
def loaded(
    database: Connection, kg_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Connection:
    """A database with the list, and a folder of this test alone to work in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KG_JUDGEMENTS", str(tmp_path / "judgements.csv"))
    Path("members.csv").write_text(MEMBERS, encoding="cp1252")
    Path("members.yaml").write_text(MAPPING, encoding="utf-8")
    result = load()
    assert result.exit_code == 0, result.output
    assert "3 read, 3 written, 0 unchanged, 0 skipped, 0 rejected" in result.stdout
    return database


def load() -> Result:
    return kg("load", "table", "members.csv", "--mapping", "members.yaml")


def test_a_suggestion_is_written_and_never_over_a_mapping(loaded: Connection) -> None:
    told = kg("load", "table", "--suggest", "members.csv", "--out", "first.yaml")
    assert told.exit_code == 0, told.output
    assert "name: Town" in Path("first.yaml").read_text(encoding="utf-8")
    again = kg("load", "table", "--suggest", "members.csv", "--out", "first.yaml")
    assert "is there already" in str(again.exception)


def test_what_is_sure_is_joined_what_is_not_waits_and_nothing_is_lost(loaded: Connection) -> None:
    members = loaded.run_read(
        "MATCH (c:City)-[r:MEMBER_OF]->(:Network) "
        "RETURN c.name AS name, c.geonames_id AS id, c.resolution AS open, r.since AS since ORDER BY name",
        {},
    )
    assert members == [
        {"name": "Neustadt", "id": None, "open": "review", "since": "2001"},
        {"name": "Riga", "id": "456172", "open": None, "since": "1998"},
        {"name": "Xyzzyville", "id": None, "open": "unknown", "since": None},
    ]


def test_an_answer_joins_stays_over_loads_and_can_be_taken_back(loaded: Connection) -> None:
    before = kg("digest").stdout
    rows = json.loads(kg("review", "list", "--format", "json").stdout)["places"]
    (place,) = rows
    assert place["name"] == "Neustadt"
    subject, candidate = place["subject"], place["choices"][0]["id"]
    assert place["choices"][0]["evidence"]
    noted = kg("review", "yes", subject, candidate, "--by", "Anna", "--reason", "the river tells")
    assert noted.exit_code == 0, noted.output
    assert "Nothing is to be decided." in kg("review", "list").stdout
    assert load().exit_code == 0
    assert "Anna" in kg("why", candidate).stdout
    assert "the river tells" in kg("review", "judged").stdout
    taken = kg("review", "withdraw", subject, candidate)
    assert taken.exit_code == 0, taken.output
    assert load().exit_code == 0
    assert kg("digest").stdout == before


def test_a_merger_is_said_and_taken_back(loaded: Connection) -> None:
    before = kg("digest").stdout
    (unknown,) = json.loads(kg("review", "list", "--status", "unknown", "--format", "json").stdout)["places"]
    merged = kg("merge", "geonames:456172", unknown["subject"], "--by", "Anna")
    assert merged.exit_code == 0, merged.output
    assert "are one now: Riga" in merged.stdout
    assert kg("merge", "geonames:456172", unknown["subject"], "--by", "Anna").stdout.startswith("geonames:456172 and")
    undone = kg("undo")
    assert undone.exit_code == 0, undone.output
    assert kg("digest").stdout == before


def test_two_ends_name_their_facts_with_load_and_row(loaded: Connection) -> None:
    told = json.loads(kg("why", "Riga", "River Towns", "--format", "json").stdout)
    (fact,) = told["facts"]
    assert (fact["type"], fact["shown"]["since"]) == ("MEMBER_OF", "1998")
    (statement,) = fact["statements"]
    assert statement["load"].startswith("table:river-towns@2024-05#")
    assert "No fact joins Riga and Neustadt directly" in kg("why", "Riga", "Neustadt").stdout


def test_coverage_counts_members_fields_and_age(loaded: Connection) -> None:
    told = json.loads(kg("coverage", "--format", "json").stdout)
    (network,) = told["networks"]
    assert (network["members"], network["dated"], network["unplaced"], network["stated"]) == (3, 2, 2, None)
    filled = {(one["kind"], one["field"]): (one["filled"], one["total"]) for one in told["fields"]}
    assert filled["City", "geonames_id"] == (1, 3)
    assert filled["MEMBER_OF", "since"] == (2, 3)
    (edition,) = told["editions"]
    assert (edition["source"], edition["edition"]) == ("river-towns", "2024-05")
    assert edition["days"] > 500
    assert "River Towns" in kg("coverage").stdout


def test_a_file_that_lost_most_rows_is_refused_unless_it_is_said(loaded: Connection) -> None:
    Path("members.csv").write_text("Town;Country;Since\nRiga;Latvia;1998\n", encoding="utf-8")
    refused = kg("load", "table", "members.csv", "--mapping", "members.yaml", "--edition", "2025")
    assert "load it with --allow-shrink" in str(refused.exception)
    done = kg("load", "table", "members.csv", "--mapping", "members.yaml", "--edition", "2025", "--allow-shrink")
    assert done.exit_code == 0, done.output
    ended = loaded.run_read("MATCH (:City)-[r:MEMBER_OF]->() RETURN r.ended AS ended ORDER BY ended", {})
    assert [row["ended"] for row in ended] == ["2025", "2025", None]
