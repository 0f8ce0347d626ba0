"""Recommendations without a database: what is answered, what is said of it and what is refused."""

from __future__ import annotations

import json
import math
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kg.cli import root
from kg.errors import KgError
from kg.loaders.geonames import GeoNames
from kg.loaders.starter import Starter
from kg.offline import Offline, offline_of_loaders
from kg.queries.engines import SnapshotEngine
from kg.queries.entities import UnknownEntityError
from kg.queries.kinds.kind import weights
from kg.queries.kinds.names import KINDS, Kind
from kg.queries.ranking import Ranking
from kg.queries.snapshot.graph import Snapshot
from kg.queries.world import World

MEMBERSHIPS = Path(__file__).parents[1] / "data" / "networks" / "memberships.csv"
DAY = date(2026, 11, 22)
RIGA = "geonames:456172"
#: Nothing listens there: a command that asked a database would say so.
NOWHERE = {"NEO4J_URI": "bolt://127.0.0.1:9", "NEO4J_PASSWORD": "none"}


@pytest.fixture(scope="module")
def offline() -> Offline:
    return offline_of_loaders([Starter(), GeoNames(only_countries=["LV", "EE", "FI", "SE"])], DAY)


def run(*arguments: str) -> Result:
    return CliRunner(env=NOWHERE).invoke(root, ["recommend", *arguments])


def test_the_command_prints_partners_with_reasons_sources_and_where_they_are_from() -> None:
    result = run("Riga", "--offline", "--top", "3")
    assert result.exit_code == 0, result.output
    assert "Partners for Riga, LV (exchange)" in result.output
    assert "Both are members of" in result.output
    assert "Without a database: from the starter and GeoNames.\n" in result.output
    assert "Sources: " in result.output
    assert "kg why" not in result.output


def test_the_command_reads_files_too_and_says_so_beside_csv() -> None:
    result = run("Riga", "--offline", f"networks:{MEMBERSHIPS}", "--format", "csv", "--kind", "project")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("rank,id,")
    assert result.stderr == "Without a database: from the starter, GeoNames and 1 file.\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["Riga", "--offline", "--engine", "live"], "--engine would choose one"),
        (["Riga", "--offline", "--engine", "snapshot"], "--engine would choose one"),
        (["Riga", "--offline", "--uri", "bolt://localhost", "--database", "x"], "--uri, --database would choose one"),
        (["--all", "--offline", "--out", "x.csv"], "--all and --out need a database"),
        (["Riga", "--offline", "--out", "x.csv"], "--all and --out need a database"),
        (["--offline"], "Name a city or region"),
        (["Riga", "more.csv"], "more.csv would not be read"),
        (["Riga", "--offline", "no-such.csv"], "no-such.csv: there is no such file"),
        (["Riga", "--offline", "--as-of", "soon"], "as-of date cannot be read"),
    ],
)
def test_what_the_command_refuses(arguments: list[str], message: str) -> None:
    result = run(*arguments)
    assert isinstance(result.exception, KgError), result.output
    assert result.exception.exit_code == 2
    assert message in str(result.exception)


@pytest.mark.parametrize("kind", KINDS)
def test_scores_are_those_of_the_engine_on_the_same_tables(offline: Offline, kind: Kind) -> None:
    engine = SnapshotEngine(World.of(Snapshot.from_tables(offline.tables, DAY)))
    ranking = Ranking.of(engine.around(RIGA, weights(kind)).pairs(), weights(kind))
    ids = ranking.pairs.snapshot.places.ids
    scored = {ids[place]: ranking.score(at) for at, place in enumerate(ranking.pairs.others)}
    found = offline.recommend("Riga", kind=kind, top=20).recommendations
    assert len(found) == 20
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    for one in found:
        assert one.score == scored[one.partner.id] == math.fsum(term.value for term in one.terms)


def test_reasons_name_facts_that_are_there_and_sources_that_were_read(offline: Offline) -> None:
    answer = offline.recommend("Riga", kind="project")
    known = {fact.key for fact in offline.tables.facts} | offline.nodes.keys()
    assert {key for one in answer.recommendations for term in one.terms for key in term.evidence} <= known
    assert answer.data.facts > 10
    assert {source.id for source in answer.data.sources} <= offline.sources.keys()
    assert all(source.title != source.id and source.licence for source in answer.data.sources)
    assert any(", as of 20" in term.sentence for one in answer.recommendations for term in one.terms)


def test_json_says_what_was_read(offline: Offline) -> None:
    dumped = json.loads(offline.recommend("Riga", top=1).model_dump_json())
    assert dumped["data"]["read_from"] == "starter, geonames"
    assert dumped["data"]["as_of"] == dumped["query"]["as_of"] == "2026-11-22"


def test_filters(offline: Offline) -> None:
    member = {
        fact.start
        for fact in offline.tables.facts
        if fact.type == "MEMBER_OF" and offline.nodes[fact.end].name == "Eurocities"
    }
    answer = offline.recommend(
        "Riga", countries=["Finland", "SE"], networks="Eurocities", min_population=200_000, spread=2, top=50
    )
    partners = [one.partner for one in answer.recommendations]
    assert {partner.country for partner in partners} == {"FI", "SE"}
    assert {partner.id for partner in partners} <= member
    assert all((offline.nodes[partner.id].population or 0) >= 200_000 for partner in partners)
    assert max(sum(partner.country == code for partner in partners) for code in ("FI", "SE")) == 2
    assert answer.left_out["filters"].count + len(partners) < len(offline.nodes)


def test_themes_exclusion_and_newcomers(offline: Offline) -> None:
    answer = offline.recommend("Riga", themes="urban mobility", exclude_countries="FI", newcomers=0.5)
    assert answer.recommendations
    assert all(one.partner.country not in ("LV", "FI") for one in answer.recommendations)
    assert answer.query.themes[0].label == "Theme"
    assert answer.newcomers is not None


def test_what_is_not_known_is_said_without_a_command_that_needs_a_database(offline: Offline) -> None:
    answer = offline.recommend("Riga", top=1)
    assert answer.improve is not None
    assert answer.improve.endswith("Give files that do after --offline.")
    assert "kg load" not in answer.improve


def test_another_spelling_is_suggested(offline: Offline) -> None:
    with pytest.raises(UnknownEntityError) as raised:
        offline.recommend("Rigga")
    assert raised.value.suggestions[0].startswith(f"{RIGA}  Riga, LV")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"as_of": "2019"}, "opened as of 2026-11-22: for as_of 2019-12-31"),
        ({"engine": "live"}, "asks a database"),
        ({"countries": "Japan"}, "no city in the country 'Japan'. It has cities in: "),
        ({"themes": "mobilitty"}, "There is no theme 'mobilitty'"),
        ({"networks": "Eurocitiez"}, "The nearest spellings"),
        ({"regions": "Riga"}, "is a city, not a region"),
        ({"kind": "friendship"}, "friendship"),
        ({"top": 0}, "top"),
    ],
)
def test_what_the_library_refuses(offline: Offline, options: dict[str, object], message: str) -> None:
    with pytest.raises(KgError, match=message):
        offline.recommend("Riga", **options)  # type: ignore[arg-type]
