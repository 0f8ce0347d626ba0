"""``kg seek``, ``kg offer`` and ``kg match`` as a user runs them, on the starter's themes."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner, Result

from kg.cli import main, root
from kg.database.connection import Connection
from kg.database.schema import apply_schema

GRAPH = """\
CREATE (:Entity:City {id: 'geonames:660129', geonames_id: '660129', name: 'Espoo', search_names: ['espoo'], country: 'FI'}),
       (:Entity:City {id: 'geonames:456172', geonames_id: '456172', name: 'Riga', search_names: ['riga'], country: 'LV'}),
       (:Entity:Theme {id: 'own:artificial-intelligence', own_id: 'artificial-intelligence',
           name: 'Artificial intelligence', search_names: ['generative ai in services', 'artificial intelligence']})"""
AI = "generative AI in services"
IN_A_MONTH = (datetime.now(UTC).date() + timedelta(days=31)).isoformat()


def kg(*arguments: str) -> Result:
    return CliRunner().invoke(root, arguments, env={"KG_USER": "Anna"})


def done(*arguments: str) -> str:
    result = kg(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def graph(database: Connection, kg_environment: dict[str, str]) -> Connection:
    apply_schema(database)
    database.run_write(GRAPH)
    database.run_schema("CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()")
    return database


def test_from_a_wish_to_a_match_and_back(graph: Connection) -> None:
    before = done("digest")
    told = done("seek", "add", "Espoo", "--theme", AI, "--until", IN_A_MONTH, "--note", "Chat for residents")
    assert told == (
        "Noted as seek 1: Espoo seeks Artificial intelligence (as learner). To take it back: kg undo request:1. "
        "Who fits: kg match Espoo\n"
    )
    done("offer", "add", "Riga", "--theme", AI, "--by", "Bert")
    table = done("match", "Espoo")
    assert "Who offers what Espoo seeks" in table
    assert "Riga as mentor, Espoo as learner" in table
    assert "Who seeks the same as Espoo: nobody." in table
    assert "Espoo seeks" in done("why", "Espoo", "own:artificial-intelligence")
    closed = done("seek", "close", "Espoo", "1", "--status", "met")
    assert closed.startswith("Closed as met: seek 1, Espoo seeks Artificial intelligence.")
    assert "Espoo has no open request" in done("match", "Espoo")
    for _ in range(3):
        done("undo")
    assert done("digest") == before


def test_a_list_as_table_json_and_csv(graph: Connection) -> None:
    done("seek", "add", "Espoo", "--theme", AI, "--note", "=1+1", "--role", "lead")
    assert "What is sought (open)" in done("seek", "list")
    assert "Nothing: kg seek add" in done("offer", "list")
    (request,) = json.loads(done("seek", "list", "Espoo", "--format", "json"))["requests"]
    assert (request["number"], request["role"], request["state"], request["sources"]) == (
        *("1", "lead", "open"),
        ["own:anna"],
    )
    (row,) = csv.DictReader(io.StringIO(done("seek", "list", "--theme", AI, "--format", "csv")))
    assert (row["name"], row["note"], row["key"]) == ("Espoo", "'=1+1", request["key"])


def test_a_match_as_json_and_csv(graph: Connection) -> None:
    done("seek", "add", "Espoo", "--theme", AI)
    done("offer", "add", "Riga", "--theme", AI)
    (found,) = json.loads(done("match", "Riga", "--format", "json"))["matches"]
    assert (found["way"], found["partner"]["name"]) == ("seeks", "Espoo")
    (row,) = csv.DictReader(io.StringIO(done("match", "Riga", "--theme", AI, "--format", "csv")))
    assert [row["key"], row["our_key"]] == found["evidence"][::-1]
    assert "Espoo seeks" in done("why", row["key"])


def test_the_themes_with_what_is_open_on_each(graph: Connection) -> None:
    for place in ("Espoo", "Riga"):
        done("seek", "add", place, "--theme", AI)
    done("offer", "add", "Riga", "--theme", AI)
    done("seek", "close", "Riga", "2", "--status", "met")
    (row,) = csv.DictReader(io.StringIO(done("report", "run", "themes", "--format", "csv")))
    assert (row["theme"], row["sought"], row["offered"]) == ("Artificial intelligence", "1", "1")


def test_the_same_again_writes_nothing(graph: Connection) -> None:
    done("seek", "add", "Espoo", "--theme", AI)
    assert done("seek", "add", "Espoo", "--theme", AI).endswith("Nothing was written.\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("seek", "add", "Espo", "--theme", AI), "Nothing in the graph is called 'Espo'. The nearest spellings:\n  geonames:660129"),
        (("seek", "add", "Espoo", "--theme", "artificial inteligence"), "own:artificial-intelligence  Artificial intelligence"),
        (("seek", "close", "Espoo", "1", "--status", "met"), "Espoo seeks nothing under the number '1'"),
        (("match", "Nowhere"), "Nothing in the graph is called 'Nowhere'"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_without_a_traceback(
    graph: Connection, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert message in capsys.readouterr().err
