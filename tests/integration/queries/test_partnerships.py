"""Why not, briefs, scores of pairs and the table of everybody, on the small graph: by the library and as a user runs them."""

from __future__ import annotations

import csv
import json
import math
import re
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from click.testing import CliRunner, Result

from kg.cli import root
from kg.database.connection import Connection
from kg.errors import KgError
from kg.graph import KnowledgeGraph
from kg.queries.everybody import COLUMNS
from kg.queries.kinds.kind import Weights, weights
from kg.queries.kinds.names import KINDS
from kg.queries.kinds.shapes import Shape
from kg.queries.why_not import WhyNot

pytestmark = pytest.mark.integration

TODAY = "2026-11-22"
RIGA, ESPOO, TALLINN, REIMS = "geonames:456172", "geonames:660129", "geonames:588409", "geonames:2984114"
KYIV, AACHEN, VIDZEME = "geonames:703448", "geonames:3247449", "wikidata:Q12270"

#: The larger the better, and networks in common.
LARGE = Weights(
    terms={
        "population": Shape(at=(0.0, 5e6), worth=(0.0, 5.0)),
        "shared_networks": Shape(at=(0.0, 5.0), worth=(0.0, 0.5)),
    }
)

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def knowledge(graph: Connection) -> KnowledgeGraph:
    return KnowledgeGraph(graph)


@pytest.fixture
def run(graph: Connection, kg_environment: dict[str, str]) -> Run:
    return lambda *arguments: CliRunner().invoke(root, list(arguments))


def done(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.stdout


# Why not -------------------------------------------------------------------------------------------------------------------


def why_not(knowledge: KnowledgeGraph, other: str, **options: object) -> WhyNot:
    return knowledge.why_not("Riga", other, **{"as_of": TODAY, "weights": LARGE, "top": 3, **options})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("other", "options", "rule", "because"),
    [
        ("Rostock", {}, "current_twinning", "Rostock, since 1961"),
        ("Aachen", {"kind": "project"}, "current_project", "Aachen, in NOW"),
        ("own:altstadt", {}, "dissolved", "Altstadt, until 2011"),
        ("Vidzeme", {}, "own_country", None),
        ("Espoo", {"exclude_countries": "FI"}, "country", None),
        ("Espoo", {"countries": "EE"}, "filters", None),
        ("Reims", {"networks": "EUROCITIES"}, "filters", None),
    ],
)
def test_the_rule_that_leaves_a_place_out(
    knowledge: KnowledgeGraph, other: str, options: dict[str, object], rule: str, because: str | None
) -> None:
    found = why_not(knowledge, other, **options)
    assert (found.rule, found.because, found.rank) == (rule, because, None)
    assert f"{found.other.name} is left out: " in found.verdict
    assert f"Its score would be {found.score:.2f}" in str(found)


def test_the_rank_and_what_is_lacking(knowledge: KnowledgeGraph) -> None:
    listed = knowledge.recommend("Riga", as_of=TODAY, weights=LARGE, top=100).recommendations
    ids = [row.partner.id for row in listed]
    found = why_not(knowledge, "Reims")
    assert found.rule is None
    assert found.rank == ids.index(REIMS) + 1
    assert found.last == listed[2].score
    assert found.score == listed[ids.index(REIMS)].score == math.fsum(term.value for term in found.terms)
    gap = found.gaps[0]
    first = [next(term.value for term in row.terms if term.type == "population") for row in listed[:3]]
    assert gap.type == "population"
    assert gap.first == pytest.approx(sum(first) / 3)
    assert gap.lacks == pytest.approx(gap.first - 0.18)
    assert [each.lacks for each in found.gaps] == sorted((each.lacks for each in found.gaps), reverse=True)
    assert f"Reims has rank {found.rank} of {found.ranked} with a score of {found.score:.2f}" in found.verdict
    assert "What the first 3 have more of" in str(found)


def test_every_rank_is_that_of_the_list(knowledge: KnowledgeGraph) -> None:
    listed = knowledge.recommend("Riga", as_of=TODAY, weights=LARGE, top=1000).recommendations
    for rank, row in list(enumerate(listed, 1))[::9]:
        found = why_not(knowledge, row.partner.id)
        assert (found.rank, found.score) == (rank, row.score)


def test_one_that_is_recommended_is_said_to_be(knowledge: KnowledgeGraph) -> None:
    assert "Kyiv is recommended: it is number 1 in the list" in why_not(knowledge, "Kyiv").verdict


def test_one_that_had_to_make_room_for_another_country(knowledge: KnowledgeGraph) -> None:
    second = why_not(knowledge, "Espoo", spread=1, top=60, include_existing=True)
    assert "had to make room for others: at most 1 of one country (--spread)" in second.verdict


def test_the_command_why_not(run: Run) -> None:
    assert "Rostock is left out: already twinned with Riga" in done(run("why-not", "Riga", "Rostock", "--as-of", TODAY))
    answer = json.loads(done(run("why-not", "Riga", "Reims", "--as-of", TODAY, "--top", "1", "--format", "json")))
    assert WhyNot.model_validate(answer).other.id == REIMS
    rows = list(csv.DictReader(done(run("why-not", "Riga", "Reims", "--top", "1", "--format", "csv")).splitlines()))
    assert {row["what"] for row in rows} <= {"lacks", "has"}
    assert {row["id"] for row in rows} == {REIMS}


# Brief ---------------------------------------------------------------------------------------------------------------------


def test_a_brief_has_all_that_explain_has_and_the_sources(knowledge: KnowledgeGraph) -> None:
    found = knowledge.brief("Riga", "Espoo", as_of=TODAY, weights=LARGE)
    explained = knowledge.explain("Riga", "Espoo", as_of=TODAY, weights=LARGE, top=5)
    assert found.explanation == explained
    assert [place.networks for place in found.places] == [4, 3]
    page = found.page()
    for sentence in (*(term.sentence for term in explained.terms), *(path.sentence for path in explained.paths)):
        assert sentence in page
    for text in ("A list of members", "CC BY 4.0", "2025-05", "600,000", f"As of {TODAY}"):
        assert text in page


def test_names_in_a_brief_are_never_markup(knowledge: KnowledgeGraph) -> None:
    page = knowledge.brief("Riga", "own:evil", as_of=TODAY).page()
    assert "A0&lt;b&gt;" in page
    assert "<b>" not in page
    assert not re.findall(r"<(?:script|img|link|iframe)|(?:src|href)=", page)


def test_the_command_brief(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "brief.html"
    result = run("brief", "Riga", "Espoo", "--as-of", TODAY, "--kind", "twinning", "--out", str(file))
    done(result)
    assert str(file) in result.stderr
    assert "<h1>Riga and Espoo: a twinning</h1>" in file.read_text(encoding="utf-8")


def test_a_brief_for_word(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "brief.docx"
    done(run("brief", "Riga", "own:evil", "--as-of", TODAY, "--out", str(file)))
    with zipfile.ZipFile(file) as archive:
        text = "".join(ET.fromstring(archive.read("word/document.xml")).itertext())
    assert "=cmd|' /C calc'!A0<b>" in text
    assert "A list of members" in text


# Scores of pairs -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_pair_scores_are_those_of_explain(knowledge: KnowledgeGraph, kind: str) -> None:
    pairs = [(RIGA, ESPOO), (RIGA, TALLINN), (ESPOO, RIGA), ("own:lonely", REIMS), (RIGA, VIDZEME), (RIGA, ESPOO)]
    scores = knowledge.score_pairs(pairs, kind=kind, as_of=TODAY)
    assert (scores.shape, scores.dtype) == ((6,), np.float64)
    for (one, other), score in zip(pairs, scores, strict=True):
        assert score == knowledge.explain(one, other, kind=kind, as_of=TODAY, top=1).score
    assert knowledge.score_pairs([]).shape == (0,)
    for odd in ([(RIGA,)], [(RIGA, ESPOO, TALLINN)], [5], "ab"):
        with pytest.raises(KgError, match="pairs must be pairs of ids"):
            knowledge.score_pairs(odd)  # type: ignore[arg-type]


def test_a_pair_with_an_unknown_city_has_no_score_and_is_warned_of(knowledge: KnowledgeGraph) -> None:
    pairs = [(RIGA, "own:nobody"), (RIGA, ESPOO), ("x", "y"), (RIGA, RIGA), (RIGA, "own:eurocities")]
    with pytest.warns(UserWarning, match=f"4 of 5 pairs have no score, such as {RIGA}, own:nobody"):
        scores = knowledge.score_pairs(pairs, as_of=TODAY)
    assert np.isnan(scores).tolist() == [True, False, True, True, True]


def test_scores_are_those_of_their_date(knowledge: KnowledgeGraph) -> None:
    then, now = (knowledge.score_pairs([(RIGA, REIMS)], as_of=day, weights=LARGE)[0] for day in ("2009", TODAY))
    assert then > now  # a member of EUROCITIES until 2010


# Everybody -----------------------------------------------------------------------------------------------------------------


def test_the_table_of_everybody_has_the_lists_of_each(knowledge: KnowledgeGraph) -> None:
    calls: list[tuple[int, int]] = []
    table = knowledge.recommend_all(
        kind="twinning", top=3, as_of=TODAY, progress=lambda done, total: calls.append((done, total))
    )
    terms = tuple(weights("twinning").terms)
    assert table.column_names == [*COLUMNS, *terms]
    rows = table.to_pylist()
    assert all(row["score"] == math.fsum(row[term] for term in terms) for row in rows)
    for place in (RIGA, ESPOO, "own:lonely", "own:evil"):
        listed = knowledge.recommend(place, kind="twinning", top=3, as_of=TODAY).recommendations
        own = [row for row in rows if row["id"] == place]
        assert [(row["partner_id"], row["score"]) for row in own] == [(row.partner.id, row.score) for row in listed]
        assert [row["rank"] for row in own] == [1, 2, 3]
        for row, one in zip(own, listed, strict=True):
            assert {term: row[term] for term in terms if row[term]} == {term.type: term.value for term in one.terms}
    assert "own:altstadt" not in {row["id"] for row in rows} | {row["partner_id"] for row in rows}
    assert calls[-1][0] == calls[-1][1] > 60


@pytest.mark.parametrize("ending", ["csv", "parquet", "arrow"])
def test_everybody_in_a_file(run: Run, tmp_path: Path, ending: str) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    file = tmp_path / f"all.{ending}"
    result = run("recommend", "--all", "--top", "2", "--as-of", TODAY, "--out", str(file))
    done(result)
    assert f"rows in {file}" in result.stderr
    if ending == "csv":
        rows = list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))
        assert [float(row["score"]) for row in rows if row["id"] == RIGA]
        assert {row["name"] for row in rows if row["id"] == "own:evil"} == {"'=cmd|' /C calc'!A0<b>"}
    else:
        table = parquet.read_table(file) if ending == "parquet" else pa.ipc.open_file(file).read_all()
        rows = table.to_pylist()
    terms = tuple(weights("exchange").terms)
    assert list(rows[0]) == [*COLUMNS, *terms]
    assert all(float(row["score"]) == math.fsum(float(row[term]) for term in terms) for row in rows)
    assert len([row for row in rows if row["id"] == RIGA]) == 2


def test_without_pyarrow_only_csv_can_be_written(knowledge: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(KgError, match=r"pip install 'localgov-kg\[arrow\]'"):
        knowledge.recommend_all(as_of=TODAY)


def test_an_answer_follows_the_graph(knowledge: KnowledgeGraph) -> None:
    """The graph that is kept in memory is read again when it has changed, by whatever hand."""
    before = knowledge.score_pairs([(RIGA, KYIV)], as_of=TODAY, weights=LARGE)[0]
    knowledge.connection.run_write(
        "MATCH (a:City {id: $id}), (n:Organisation {id: 'own:eurocities'}) CREATE (a)-[:MEMBER_OF {key: 'new', sources: ['list'], "
        "rows: ['1'], loads: [''], given: ['{}'], missing: ['']}]->(n)",
        {"id": KYIV},
    )
    try:
        assert knowledge.score_pairs([(RIGA, KYIV)], as_of=TODAY, weights=LARGE)[0] > before
    finally:
        knowledge.connection.run_write("MATCH ()-[r:MEMBER_OF {key: 'new'}]->() DELETE r")
    assert knowledge.score_pairs([(RIGA, KYIV)], as_of=TODAY, weights=LARGE)[0] == before
