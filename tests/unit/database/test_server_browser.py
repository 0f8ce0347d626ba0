"""What the local server serves beside Neo4j Browser, and the files for one that runs elsewhere."""

from __future__ import annotations

import base64
import re
import zipfile
from pathlib import Path

import pytest

from kg.database.server import guide
from kg.database.server.browser import add_guide, browser_settings, serves_guide
from kg.database.server.home import Home
from kg.database.server.lock import BROWSER_VERSION
from kg.errors import KgError
from kg.resources import cypher_directory


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home", "for a test", "5.26", tmp_path / "jars")


@pytest.fixture
def jars(tmp_path: Path) -> list[Path]:
    """One of the server's, and that of Neo4j Browser."""
    browser = tmp_path / f"neo4j-browser-{BROWSER_VERSION}.jar"
    with zipfile.ZipFile(browser, "w") as archive:
        archive.writestr("browser/", "")
        archive.writestr("browser/index.html", "the page")
    return [tmp_path / "neo4j.jar", browser]


def test_the_guide_and_the_style_stand_beside_the_page_of_the_browser(home: Home, jars: list[Path]) -> None:
    first, browser = add_guide(home, jars)
    assert first == jars[0]
    with zipfile.ZipFile(browser) as archive:
        assert archive.read("browser/index.html") == b"the page"
        assert archive.read("browser/kg/guide/index.html").decode() == guide.guide()
        assert archive.read("browser/kg/style.grass").decode() == guide.style()


def test_the_jar_that_came_from_its_makers_stays_as_it_was(home: Home, jars: list[Path]) -> None:
    before = jars[1].read_bytes()
    assert add_guide(home, jars)[1] != jars[1]
    assert jars[1].read_bytes() == before


def test_each_start_makes_the_copy_anew(home: Home, jars: list[Path]) -> None:
    copy = add_guide(home, jars)[1]
    copy.write_text("half a copy, of a run that was killed")
    assert zipfile.is_zipfile(add_guide(home, jars)[1])
    assert [path.name for path in copy.parent.iterdir()] == [copy.name]


def test_the_settings_name_this_server_and_no_other_host() -> None:
    settings = dict(line.split("=", 1) for line in browser_settings((7690, 7480)) if not line.startswith("#"))
    assert settings["browser.post_connect_cmd"] == (
        "style http://localhost:7480/browser/kg/style.grass; play http://localhost:7480/browser/kg/guide"
    )
    policy = settings["dbms.security.http_static_content_security_policy_header"]
    assert policy.startswith("default-src 'none'; script-src 'self';")
    assert set(re.findall(r"\w+://([^ :;]+):(\d+)", policy)) == {
        (host, port) for host in ("localhost", "127.0.0.1") for port in ("7690", "7480")
    }
    assert "*" not in policy
    assert "unsafe-eval" not in policy


def test_no_server_serves_no_guide() -> None:
    assert not serves_guide(1)


def test_the_guide_has_ten_steps_with_their_queries() -> None:
    steps = guide.steps()
    assert [title.partition(". ")[0] for title, _ in steps] == [str(number) for number in range(1, 11)]
    assert [title for title, queries in steps if not queries] == ["2. The picture of the model"]


def test_no_query_of_the_guide_changes_anything() -> None:
    for _, queries in guide.steps():
        for query in queries:
            assert not re.search(r"\b(CREATE|MERGE|SET|DELETE|REMOVE|LOAD|CALL|DROP)\b", query)


def test_the_guide_as_it_is_played_asks_nobody_for_anything() -> None:
    played = guide.guide()
    assert re.findall(r"(?:src|href)=\"([^\"]{,26})", played) == ["data:image/svg+xml;base64,"]
    assert "://" not in played
    assert "<script" not in played


def test_the_picture_in_the_guide_is_that_of_the_model() -> None:
    found = re.search(r"base64,([^\"]+)", guide.guide())
    assert found
    assert base64.b64decode(found[1]) == (cypher_directory() / "browser" / "model.svg").read_bytes()


def test_the_files_for_a_server_elsewhere(tmp_path: Path) -> None:
    written = guide.write_files(tmp_path / "new" / "folder")
    texts = {path.name: path.read_text(encoding="utf-8") for path in written}
    assert [name for name in texts if name != "README.txt" and name not in texts["README.txt"]] == []
    assert texts["style.grass"] == guide.style()
    assert texts["queries.cypher"].count(";\n") == sum(len(queries) for _, queries in guide.steps())
    assert "-[membership:MEMBER_OF]-" in texts["queries.cypher"]
    assert "&lt;" not in texts["queries.cypher"]
    assert texts["read-me-first.html"].startswith("<!DOCTYPE html>")
    assert guide.guide() in texts["read-me-first.html"]


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "style.grass").write_text("mine")
    with pytest.raises(KgError, match="style.grass is there already.*--force"):
        guide.write_files(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["style.grass"]
    guide.write_files(tmp_path, force=True)
    assert (tmp_path / "style.grass").read_text(encoding="utf-8") == guide.style()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(KgError, match="file.* cannot be written .*name a folder"):
        guide.write_files(tmp_path / "file" / "below")
