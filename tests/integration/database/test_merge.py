"""Two nodes are said to be one, and it is taken back; what a person called different stays apart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kg.database.connection import Connection
from kg.database.digest import digest
from kg.editing.merge import merge
from kg.editing.review import answer, take_back
from kg.editing.undo import undo
from kg.errors import KgError
from kg.loaders.loading import LoadReport
from kg.places.judgements import Judgements, read_judgements
from kg.queries.review import open_places
from kg.schema.identity import reference
from kg.schema.nodes import City, Organisation
from kg.schema.records import FactRecord, NodeRecord
from kg.schema.relationships import MemberOf, TwinnedWith

Say = Callable[..., LoadReport]

NETWORK = NodeRecord(Organisation(name="Net", kind="network"), ("own:net",), "list", "net")
CANDIDATES = ('{"id":"geonames:1","name":"Riga","score":0.7,"evidence":[["similar name","Rigga","Riga"]]}',)


def city(name: str, *ids: str, source: str = "list") -> NodeRecord:
    return NodeRecord(City(name=name), ids, source, name)


def member(id_: str, since: str | None = None, source: str = "list") -> FactRecord:
    fact = MemberOf(start=reference("City", id_), end=reference("Organisation", "own:net"), since=since)
    return FactRecord(fact, source, id_)


def twins(one: str, other: str) -> FactRecord:
    return FactRecord(TwinnedWith(start=reference("City", one), end=reference("City", other)), "list", f"{one}={other}")


OPEN = NodeRecord(
    City(name="Rigga", country="LV", resolution="review", candidates=CANDIDATES), ("own:rigga",), "list", "r"
)


@pytest.fixture
def judgements_csv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "judgements.csv"
    monkeypatch.setenv("KG_JUDGEMENTS", str(path))
    return path


def test_a_merger_moves_the_facts_unites_those_that_coincide_and_keeps_the_other_id(
    say: Say, database: Connection
) -> None:
    cities = [city("Riga", "geonames:1"), city("Rigga", "own:rigga"), city("Turku", "geonames:3")]
    facts = [member("geonames:1", "1999"), member("own:rigga"), twins("own:rigga", "geonames:3")]
    say("list", "2020", NETWORK, *cities, *facts)
    merged = merge(database, "geonames:1", "own:rigga", by="Anna", judgements=Judgements())
    assert (merged.kept, merged.name, merged.changed) == ("geonames:1", "Riga", True)
    rows = database.run_read(
        "MATCH (n:City {geonames_id: '1'})-[r]-() RETURN n.own_id AS own, type(r) AS type, size(r.rows) AS rows "
        "ORDER BY type, rows"
    )
    assert [(row["own"], row["type"], row["rows"]) for row in rows] == [
        ("rigga", "MEMBER_OF", 2),
        ("rigga", "TWINNED_WITH", 1),
    ]
    assert database.run_read("MATCH (n:City) RETURN count(n) AS number") == [{"number": 2}]
    said = database.run_read("MATCH (n:City {geonames_id: '1'}) RETURN n.sources AS sources")
    assert said == [{"sources": ["list", "list", "own:anna"]}]


def test_a_merger_can_be_taken_back(say: Say, database: Connection) -> None:
    cities = [city("Riga", "geonames:1"), city("Rigga", "own:rigga")]
    say("list", "2020", NETWORK, *cities, member("geonames:1"), member("own:rigga"), twins("own:rigga", "geonames:1"))
    before = digest(database).value
    merged = merge(database, "own:rigga", "geonames:1", by="Anna", judgements=Judgements())
    assert digest(database).value != before
    undo(database, merged.scope)
    assert digest(database).value == before


def test_what_cannot_be_one_is_refused(say: Say, database: Connection) -> None:
    say("list", "2020", NETWORK, city("Riga", "geonames:1"))
    before = digest(database).value
    for first, second, message in (
        ("geonames:1", "geonames:1", "one node already"),
        ("geonames:9", "geonames:1", "nothing in the graph has the id 'geonames:9'"),
        ("geonames:1", "own:net", "only nodes of one kind"),
        ("Riga", "own:net", "not an id"),
    ):
        with pytest.raises(KgError, match=message):
            merge(database, first, second, by="Anna", judgements=Judgements())
    assert digest(database).value == before


def test_a_yes_joins_and_taking_it_back_parts(say: Say, database: Connection, judgements_csv: Path) -> None:
    say("list", "2020", NETWORK, OPEN, member("own:rigga"))
    say("gazetteer", "2020", city("Riga", "geonames:1", source="publisher"))
    before = digest(database).value
    (place,) = open_places(database, Judgements()).places
    assert (place.subject, place.facts, [choice.id for choice in place.choices]) == ("own:rigga", 1, ["geonames:1"])
    done = answer(database, judgements_csv, "yes", "own:rigga", "geonames:1", by="Anna", reason="same coordinates")
    assert done.merged is not None
    assert open_places(database, read_judgements(judgements_csv)).places == ()
    assert database.run_read("MATCH (:City {geonames_id: '1'})-[r:MEMBER_OF]->() RETURN count(r) AS n") == [{"n": 1}]
    take_back(database, judgements_csv, "own:rigga", "geonames:1")
    assert digest(database).value == before
    (said,) = read_judgements(judgements_csv).all
    assert (said.answer, said.by, bool(said.withdrawn)) == ("yes", "Anna", True)


def test_a_no_rules_the_candidate_out_and_forbids_the_merger(
    say: Say, database: Connection, judgements_csv: Path
) -> None:
    say("list", "2020", NETWORK, OPEN)
    answer(database, judgements_csv, "no", "own:rigga", "geonames:1", by="Anna", reason="another country")
    assert open_places(database, read_judgements(judgements_csv)).places == ()
    with pytest.raises(KgError, match=r"called different by Anna on \S+ \(another country\)"):
        merge(database, "own:rigga", "geonames:1", by="Bert", judgements=read_judgements(judgements_csv))


@pytest.mark.parametrize("through", [("own:rigga", "geonames:1"), ("own:rigga", "wikidata:Q1")])
def test_no_load_joins_what_was_called_different(
    say: Say, database: Connection, judgements_csv: Path, through: tuple[str, ...]
) -> None:
    say("list", "2020", NETWORK, OPEN, city("Riga", "geonames:1", "wikidata:Q1"))
    answer(database, judgements_csv, "no", "own:rigga", "geonames:1", by="Anna", reason="another country")
    report = say(
        "other",
        "2020",
        city("Riga again", *through, source="publisher"),
        city("Turku", "geonames:3", source="publisher"),
    )
    assert (report.rows["written"], report.rows["rejected"]) == (1, 1)
    ((_, reason),) = report.rejects
    assert "it would join own:rigga and geonames:1, which Anna called different" in reason
    assert database.run_read("MATCH (n:City) RETURN count(n) AS number") == [{"number": 3}]


def test_an_answer_on_an_unknown_place_writes_nothing(say: Say, database: Connection, judgements_csv: Path) -> None:
    say("list", "2020", NETWORK)
    with pytest.raises(KgError, match="no city in the graph has the id own:nowhere"):
        answer(database, judgements_csv, "yes", "own:nowhere", "geonames:1", by="Anna", reason="")
    assert not judgements_csv.exists()
