"""Both engines give the same answer to the last word: partners, scores, sentences, evidence, and who is left out and why."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import kg.queries.entities
import kg.queries.evidence
import kg.queries.knowledge
import kg.queries.paths
import kg.queries.provenance
from kg.database.connection import Connection
from kg.database.read import read
from kg.database.schema import apply_schema
from kg.queries.brief import brief
from kg.queries.choose import choose_engine, forget
from kg.queries.explain import explain
from kg.queries.features import FEATURES
from kg.queries.kinds.kind import Weights
from kg.queries.kinds.names import KINDS
from kg.queries.kinds.shapes import Shape
from kg.queries.live import engine, evidence
from kg.queries.live.engine import LiveEngine
from kg.queries.recommend import recommend
from kg.queries.snapshot import reader
from kg.queries.snapshot.tables import Tables
from kg.queries.validity import parse_as_of
from kg.queries.why_not import why_not
from kg.schema.relationships import FACTS
from tests.integration.queries import conftest as small
from tests.integration.queries.graphs import TODAY, graphs, write

pytestmark = pytest.mark.integration

#: Every feature is worth something whatever its number is, so that every sentence is said; a kind has no room for all.
EVENS, ODDS = (
    Weights(terms={name: Shape(at=(0.0, 1.0, 100.0), worth=(0.125, 0.5, 1.0)) for name in list(FEATURES)[first::2]})
    for first in (0, 1)
)


_OF_NO_SOURCE = "MATCH (:Entity)-[f]->(:Entity) SET f.sources = [], f.missing = []"


@pytest.fixture
def plans_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server plans each statement once, and not again for each graph: most of the time would go into that."""

    def kept(connection: Connection, cypher: str, parameters: object = None, **options: object) -> object:
        return read(connection, f"CYPHER replan=skip {cypher}", parameters, **options)  # type: ignore[arg-type]

    for module in (
        engine,
        evidence,
        reader,
        kg.queries.evidence,
        kg.queries.provenance,
        kg.queries.paths,
        kg.queries.entities,
        kg.queries.knowledge,
    ):
        monkeypatch.setattr(module, "read", kept)


@pytest.fixture
def with_schema(database: Connection) -> Iterator[Connection]:
    apply_schema(database)
    yield database
    database.run_write("MATCH (n) DETACH DELETE n")


def test_live_is_the_engine_that_asks_the_database(graph: Connection) -> None:
    assert isinstance(choose_engine(graph, "live", parse_as_of(small.TODAY)), LiveEngine)


@pytest.mark.parametrize(
    ("kind", "weights"), [*((kind, None) for kind in KINDS), ("exchange", EVENS), ("project", ODDS)]
)
def test_lists_on_the_small_graph_are_equal(graph: Connection, kind: str, weights: Weights | None) -> None:
    for place, existing in ((small.RIGA, False), (small.KYIV, True), ("wikidata:Q12270", False)):
        live, snapshot = (
            recommend(
                graph, place, kind=kind, weights=weights, as_of=small.TODAY, include_existing=existing, engine=name
            )
            for name in ("live", "snapshot")
        )
        assert live == snapshot


def test_reasons_of_a_pair_and_why_not_are_equal_on_the_small_graph(graph: Connection) -> None:
    for place, other in ((small.RIGA, small.ESPOO), (small.RIGA, small.ROSTOCK)):
        for asked in (explain, brief, why_not):
            for weights in (EVENS, ODDS):
                live, snapshot = (
                    asked(graph, place, other, as_of=small.TODAY, weights=weights, engine=name)
                    for name in ("live", "snapshot")
                )
                assert live == snapshot


def test_a_list_of_those_who_fulfil_something_is_equal(graph: Connection) -> None:
    live, snapshot = (
        recommend(graph, small.RIGA, countries=["FI", "PL"], newcomers=0.5, spread=2, as_of=small.TODAY, engine=name)
        for name in ("live", "snapshot")
    )
    assert live == snapshot


#: Values that drawn facts may have and those of the schema have not: the snapshot does not read them.
_NOT_OF_THE_SCHEMA = {
    type_: values
    for type_, kind in FACTS.items()
    if (values := [name for name in ("role", "since", "until", "status", "closed") if name not in kind.model_fields])
}


def compare(connection: Connection, ids: Sequence[str]) -> None:
    for kind, weights, existing in (("exchange", EVENS, False), ("project", ODDS, False), ("twinning", None, True)):
        live, snapshot = (
            recommend(
                connection, ids[0], kind=kind, weights=weights, as_of=TODAY, include_existing=existing, engine=name
            )
            for name in ("live", "snapshot")
        )
        for one, other in zip(live.recommendations, snapshot.recommendations, strict=True):
            assert one.partner == other.partner
            assert {term.type: (term.value, term.sentence, term.evidence) for term in one.terms} == {
                term.type: (term.value, term.sentence, term.evidence) for term in other.terms
            }
        assert live == snapshot
    for weights in (EVENS, ODDS):
        for other in ids[1:]:
            live_pair, pair = (
                explain(connection, ids[0], other, weights=weights, as_of=TODAY, engine=name)
                for name in ("live", "snapshot")
            )
            assert live_pair == pair


@pytest.mark.usefixtures("plans_kept")
def test_answers_are_equal_on_any_graph(with_schema: Connection, snapshots: Path) -> None:
    @settings(
        max_examples=4,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.generate),
    )
    @given(graphs(), st.integers(0, 99), st.integers(1, 99))
    def agree(tables: Tables, first: int, apart: int) -> None:
        write(with_schema, tables)
        with_schema.run_write(_OF_NO_SOURCE)
        for type_, values in _NOT_OF_THE_SCHEMA.items():
            with_schema.run_write(f"MATCH ()-[f:{type_}]->() REMOVE {', '.join(f'f.{name}' for name in values)}")
        # Drawn graphs may be alike in all that tells of a change.
        forget(with_schema)
        shutil.rmtree(snapshots, ignore_errors=True)
        ids = [row.id for row in tables.nodes if row.label in ("City", "Region")]
        order = [ids[first % len(ids)], ids[(first + apart) % len(ids)]]
        compare(with_schema, list(dict.fromkeys(order)))

    agree()
