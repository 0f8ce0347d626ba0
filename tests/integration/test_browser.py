"""Neo4j Browser in a real Chromium: it connects, plays the guide, runs queries, has our colours, and asks no other host.

Chromium is looked for on the path, or named by ``KG_CHROMIUM``. Without it the tests are skipped, or fail where
``KG_REQUIRE_BROWSER=1``. Screenshots are kept in ``KG_TEST_ARTEFACTS``, else in ``.kg/artefacts``.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request, expect, sync_playwright

from kg.database.connection import Connection
from kg.database.schema import apply_schema
from kg.database.server import guide, has_guide, home_of, running, wait_for_browser
from kg.loaders.loading import load
from kg.loaders.starter import Starter
from kg.resources import cypher_directory
from kg.schema.look import LOOKS

from .conftest import Address, local_settings

#: Milliseconds; everything that is waited for is there in a fraction of it, unless the machine is very busy.
PATIENCE = 30_000
ARTEFACTS = Path(os.environ.get("KG_TEST_ARTEFACTS") or Path(__file__).parents[2] / ".kg" / "artefacts")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
OURS = {"localhost", "127.0.0.1"}
STEPS = guide.steps()
QUERIES = [
    pytest.param(query, id=f"{title.partition('.')[0]}-{number}")
    for title, queries in STEPS
    for number, query in enumerate(queries, start=1)
]


@dataclass
class Visit:
    """A page with Neo4j Browser in it, connected, and all that it asked for since it was opened."""

    page: Page
    requests: list[Request] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    sockets: list[str] = field(default_factory=list)

    def run(self, command: str) -> None:
        """Type a command into the line at the top, run it, and wait until its answer is the first of all."""
        answers = self.page.get_by_test_id("frame")
        before = answers.count()
        self.page.get_by_test_id("activeEditor").click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(command)
        self.page.get_by_test_id("editor-Run").click()
        expect(answers).to_have_count(before + 1, timeout=PATIENCE)

    def answer(self) -> str:
        """What stands under the newest answer, once it has come."""
        bar = self.page.get_by_test_id("frame").first.get_by_test_id("frameStatusbar")
        expect(bar).to_contain_text(re.compile("streaming|Displaying|Query failed"), timeout=PATIENCE)
        return bar.inner_text()

    def nodes(self) -> dict[str, set[str]]:
        """The colours of the circles of the newest answer, each with the captions in circles of that colour."""
        frame = self.page.get_by_test_id("frame").first
        expect(frame.locator("g.node circle.b-outline").first).to_be_visible(timeout=PATIENCE)
        drawn: list[tuple[str, str]] = frame.evaluate(
            """frame => [...frame.querySelectorAll('g.node')].map(node => [
                getComputedStyle(node.querySelector('circle.b-outline')).fill,
                [...node.querySelectorAll('text')].map(text => text.textContent.trim()).filter(text => text).join(' '),
            ])"""
        )
        found: dict[str, set[str]] = {}
        for colour, caption in drawn:
            found.setdefault(colour, set()).add(caption)
        return found

    def keep_picture(self, name: str) -> None:
        """Keep a screenshot."""
        ARTEFACTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=ARTEFACTS / name, timeout=PATIENCE)


def chromium() -> str:
    """The program, or the end of this test."""
    names = ("chromium", "chromium-browser", "google-chrome")
    program = os.environ.get("KG_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if not program:
        _without("no Chromium on the path (Debian: apt-get install chromium), and KG_CHROMIUM names none")
    return program


def _without(missing: str) -> NoReturn:
    """End a test that lacks what it needs: CI has to have it; a developer need not install a browser, nor use our server."""
    if os.environ.get("KG_REQUIRE_BROWSER") == "1":
        pytest.fail(missing)
    pytest.skip(missing)


def css(label: str) -> str:
    """The colour of a label as a style sheet's computed value shows it."""
    colour = LOOKS[label].colour
    return f"rgb({', '.join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))})"


@pytest.fixture(scope="module")
def starter(connection: Connection) -> Connection:
    """The session's Neo4j with the starter and nothing else."""
    connection.run_schema("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS")
    apply_schema(connection)
    load(connection, Starter())
    return connection


@pytest.fixture(scope="module")
def visit(address: Address, starter: Connection, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    program = chromium()
    server = next(
        (
            server
            for home in tmp_path_factory.getbasetemp().glob("home*")
            if (server := running(home_of(local_settings(home)))) and server.uri == address.uri
        ),
        None,
    )
    if server is None:
        _without("this Neo4j was not started by kg, so its Browser has neither our style nor our guide")
    wait_for_browser(server)
    assert has_guide(server)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS, timeout=PATIENCE)
        page = browser.new_page(viewport={"width": 1400, "height": 1050})
        page.set_default_timeout(PATIENCE)
        visit = Visit(page)
        page.on("request", lambda request: visit.requests.extend([request]))
        page.on("response", lambda response: visit.answered.append(response.url))
        page.on("websocket", lambda socket: visit.sockets.append(socket.url))
        page.goto(server.browser_address)
        page.get_by_test_id("password").fill(address.password)
        page.get_by_test_id("connect").click()
        expect(page.get_by_role("heading", name=STEPS[0][0])).to_be_visible(timeout=PATIENCE)
        yield visit
        browser.close()


@pytest.mark.parametrize("query", QUERIES)
def test_every_query_of_the_guide_has_rows_on_the_starter(query: str, starter: Connection) -> None:
    assert starter.run_read(query, {})


def test_the_guide_is_played_step_by_step_with_the_picture_of_the_model(visit: Visit) -> None:
    card = visit.page.get_by_test_id("frame").filter(has=visit.page.get_by_test_id("carousel")).last
    for title, queries in STEPS:
        expect(card.get_by_role("heading", name=title)).to_be_visible()
        expect(card.locator(".runnable")).to_have_count(len(queries))
        if title == STEPS[1][0]:
            picture = card.locator("img")
            expect(picture).to_have_js_property("complete", True)
            assert picture.evaluate("image => image.naturalWidth") == 1000
            visit.keep_picture("browser-model.png")
        if title != STEPS[-1][0]:
            card.get_by_test_id("nextSlide").first.click()


def test_a_query_of_the_guide_is_put_where_it_runs_and_its_answer_has_our_colours_and_captions(visit: Visit) -> None:
    visit.run(":play " + visit.page.url.partition("/browser/")[0] + "/browser/kg/guide")
    card = visit.page.get_by_test_id("frame").first
    for _ in range(3):
        card.get_by_test_id("nextSlide").first.click()
    card.locator(".runnable").first.click()
    visit.page.get_by_test_id("editor-Run").click()
    command = visit.page.get_by_test_id("frame").first.get_by_test_id("frameCommand")
    expect(command).to_contain_text("MATCH (city:City {name: 'Riga'})", timeout=PATIENCE)
    nodes = visit.nodes()
    assert nodes.keys() == {css(label) for label in ("City", "Country", "Network", "Person", "Project", "Event")}
    assert nodes[css("City")] == {"Riga"}
    assert nodes[css("Country")] == {"Latvia"}
    assert "Eurocities" in nodes[css("Network")]
    visit.keep_picture("browser.png")


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("network-members", {"network": "own:eurocities", "country": None}),
        ("projects-of-place", {"place": "geonames:456172", "running": False}),
        ("themes", {}),
    ],
)
def test_a_report_runs_unchanged(name: str, values: dict[str, object], visit: Visit, starter: Connection) -> None:
    text = (cypher_directory() / "reports" / f"{name}.cypher").read_text(encoding="utf-8")
    report = text[: text.index(";\n")]  # what follows, if anything, is the query for a picture
    expected = len(starter.run_read(report, values))
    for parameter, value in values.items():
        literal = {None: "null", False: "false"}.get(value, f"'{value}'")  # type: ignore[call-overload]
        visit.run(f":param {parameter} => {literal}")
    visit.run(report)
    assert expected > 10
    assert f"streaming {expected} records" in visit.answer()


def test_no_other_host_is_asked(visit: Visit) -> None:
    """What the page would load from elsewhere, the policy that the server sends stops before it leaves Chromium.

    Chromium tells of these as requests that failed for the reason `csp`; no such request has an answer.
    """
    elsewhere = [
        request
        for request in visit.requests
        if urlsplit(request.url).scheme not in ("data", "blob") and urlsplit(request.url).hostname not in OURS
    ]
    assert {request.url: request.failure for request in elsewhere if request.failure != "csp"} == {}
    assert {urlsplit(url).hostname for url in visit.answered if url.startswith("http")} <= OURS
    assert visit.sockets
    assert {urlsplit(url).hostname for url in visit.sockets} <= OURS
