"""Who says so, on the small graph."""

from __future__ import annotations

import pytest

from kg.database.connection import Connection
from kg.errors import KgError
from kg.queries.recommend import recommend
from kg.queries.why import why

pytestmark = pytest.mark.integration


def test_a_fact_shows_each_source_and_where_they_differ(graph: Connection) -> None:
    answer = why(graph, "m-riga-eurocities")
    assert answer.sentence == "Riga is a member of EUROCITIES (since 1999)."
    assert [
        (said.source.id, said.source.licence, said.row, said.edition, said.values.get("since"), said.missing)
        for said in answer.statements
    ] == [
        ("list", "CC BY 4.0", "12", "2025-05", "1999", ""),
        ("wiki", "CC0", "Q1773", "2017", "2001", ""),
        ("wiki", "CC0", "Q1773b", "2017", "1888", "2020"),
    ]
    # What a source no longer says is shown, but is no disagreement.
    assert answer.differences == {"since": {"list": "1999", "wiki": "2001"}}
    assert "Sources differ in since: list: 1999; wiki: 2001. Shown: 1999." in str(answer)


def test_a_node_by_id_and_by_name(graph: Connection) -> None:
    for key in ("geonames:456172", "wikidata:Q1773", "riga, lv"):
        answer = why(graph, key)
        assert (answer.key, answer.type, answer.shown["population"]) == ("geonames:456172", "City", 600_000)
        assert not {"sources", "given", "search_names", "fingerprint"} & answer.shown.keys()
        assert answer.statements[0].source.publisher == "The network"


def test_a_fact_that_ended(graph: Connection) -> None:
    answer = why(graph, "m-porto-eurocities")
    assert answer.ended == "2024-01"
    assert "History: no source lists it since 2024-01." in str(answer)


def test_all_evidence_of_a_recommendation_can_be_asked_for(graph: Connection) -> None:
    answer = recommend(graph, "Espoo", as_of="2026-11-22", top=2)
    keys = {key for row in answer.recommendations for term in row.terms for key in term.evidence}
    assert keys
    for key in keys:
        assert why(graph, key).statements


def test_a_key_that_nothing_has(graph: Connection) -> None:
    with pytest.raises(KgError, match=r"^No fact has the key 'ffffffffffffffffffffffff', and no node has it [^.]*\.$"):
        why(graph, "f" * 24)
    with pytest.raises(KgError, match=r"The nearest names:\n  geonames:456172  Riga, LV"):
        why(graph, "Rgia")


@pytest.mark.parametrize("key", ["", "  "])
def test_an_empty_key(graph: Connection, key: str) -> None:
    with pytest.raises(KgError, match=r"^The key is empty: [^.]*\.$"):
        why(graph, key)


def test_a_key_must_be_text(graph: Connection) -> None:
    with pytest.raises(KgError, match="key must be text"):
        why(graph, None)  # type: ignore[arg-type]
