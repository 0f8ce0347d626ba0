"""Fetching from an end point on this machine: pages, waits, faults, interruptions, and what is asked again after them."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from click.testing import CliRunner

from kg import __version__
from kg.cli import root
from kg.errors import KgError
from kg.fetching.endpoint import Endpoint
from kg.fetching.wikidata import Fetched, fetch, part_of
from kg.loaders.base import Records
from kg.loaders.wikidata import Wikidata
from kg.places.query import PlaceQuery, Resolution

JSON = {"Content-Type": "application/sparql-results+json"}


@dataclass(frozen=True)
class Reply:
    status: int = 200
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    #: How many bytes less than promised are sent before the connection is closed.
    short: int = 0


@dataclass
class Service:
    """What the end point knows, and what it was asked: it answers from ``twins`` unless ``replies`` says otherwise."""

    twins: dict[str, int]
    replies: list[Reply | None] = field(default_factory=list)
    asked: list[tuple[str, int, int]] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    address: str = ""

    def reply(self, query: str) -> Reply:
        (country,) = re.findall(r'VALUES \?country \{ "(..)" \}', query)
        (limit,), (offset,) = re.findall(r"LIMIT (\d+)", query), re.findall(r"OFFSET (\d+)", query)
        self.asked.append((country, int(limit), int(offset)))
        special = self.replies.pop(0) if self.replies else None
        return special or self.answer(country, int(limit), int(offset))

    def answer(self, country: str, limit: int, offset: int) -> Reply:
        numbers = range(offset, min(offset + limit, self.twins.get(country, 0)))
        bindings = [
            {
                "item": uri(f"Q{ord(country[0])}{number + 1}"),
                "country": {"type": "literal", "value": country},
                "statement": uri(f"statement/Q1-{country}-{number}"),
                "target": uri(f"Q{2000 + number}"),
                "population": {"type": "literal", "value": str(again)},
            }
            for number in numbers
            for again in range(2)
        ]
        document = {"head": {"vars": ["item", "statement", "target"]}, "results": {"bindings": bindings}}
        return Reply(200, json.dumps(document), JSON)


def uri(end: str) -> dict[str, str]:
    return {"type": "uri", "value": f"http://www.wikidata.org/entity/{end}"}


@pytest.fixture
def service() -> Iterator[Service]:
    known = Service({"LV": 5, "EE": 2, "LT": 0})

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            known.agents.add(self.headers["User-Agent"])
            assert "application/sparql-results+json" in self.headers["Accept"]
            reply = known.reply(parse_qs(text)["query"][0])
            body = reply.body.encode()
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) - reply.short])
            self.close_connection = bool(reply.short)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    known.address = f"http://127.0.0.1:{server.server_port}/sparql"
    yield known
    server.shutdown()
    thread.join()
    server.server_close()


Run = Callable[..., Fetched]


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def run(service: Service, waits: list[float], tmp_path: Path) -> Run:
    """Fetch twins from the end point, three statements a page; waiting is only noted."""

    def fetched(*countries: str, address: str = "", page: int = 3, today: str = "2026-11-23") -> Fetched:
        with Endpoint(address or service.address, sleep=waits.append) as endpoint:
            return fetch(
                "twins", countries or ("LV",), tmp_path / "twins.json", endpoint=endpoint, today=today, page=page
            )

    return fetched


def statements(path: Path) -> list[str]:
    document = json.loads(path.read_text(encoding="utf-8"))
    return [binding["statement"]["value"].rpartition("/")[2] for binding in document["results"]["bindings"]][::2]


LATVIAN = [f"Q1-LV-{number}" for number in range(5)]


def test_pages_follow_each_other_until_one_is_not_full(run: Run, service: Service, tmp_path: Path) -> None:
    done = run("LV", "EE", "LT")
    assert service.asked == [("LV", 3, 0), ("LV", 3, 3), ("EE", 3, 0), ("LT", 3, 0)]
    assert done.solutions == {"LV": 10, "EE": 4, "LT": 0}
    assert statements(done.path) == [*LATVIAN, "Q1-EE-0", "Q1-EE-1"]
    assert [path.name for path in tmp_path.iterdir()] == ["twins.json"]


def test_a_full_last_page_is_followed_by_an_empty_one(run: Run, service: Service) -> None:
    run("LV", page=5)
    assert service.asked == [("LV", 5, 0), ("LV", 5, 5)]


def test_it_pauses_between_questions(run: Run, waits: list[float]) -> None:
    run("LV", "EE")
    assert waits == [1.0, 1.0]


def test_it_says_who_it_is(run: Run, service: Service) -> None:
    run()
    (agent,) = service.agents
    assert re.fullmatch(rf"localgov-kg/{re.escape(__version__)} \(.+\) httpx/[0-9.]+", agent)


def test_a_contact_is_sent_along(service: Service, tmp_path: Path) -> None:
    with Endpoint(service.address, contact="https://example.org/us", sleep=lambda _: None) as endpoint:
        fetch("twins", ["EE"], tmp_path / "twins.json", endpoint=endpoint, today="2026-11-23")
    (agent,) = service.agents
    assert "(https://example.org/us)" in agent


@pytest.mark.parametrize("contact", ["", " ", "a\nb", "Rīga", "a) (b"])
def test_a_contact_that_cannot_stand_in_a_header_is_refused(contact: str) -> None:
    with pytest.raises(KgError, match="--contact"):
        Endpoint(contact=contact)


@pytest.mark.parametrize(
    ("headers", "wait"), [({"Retry-After": "7"}, 7.0), ({}, 60.0), ({"Retry-After": "when it pleases"}, 60.0)]
)
def test_it_waits_as_long_as_it_is_told(
    run: Run, service: Service, waits: list[float], headers: dict[str, str], wait: float
) -> None:
    service.replies = [Reply(429, "slow down", headers)]
    assert statements(run("EE").path) == ["Q1-EE-0", "Q1-EE-1"]
    assert waits == [wait]


def test_a_date_to_wait_for_may_be_over(run: Run, service: Service, waits: list[float]) -> None:
    service.replies = [Reply(429, "", {"Retry-After": "Fri, 31 Dec 1999 23:59:59 GMT"})]
    run("EE")
    assert waits == [0.0]


def test_a_wait_of_hours_is_left_to_the_user(run: Run, service: Service, waits: list[float]) -> None:
    service.replies = [Reply(429, "", {"Retry-After": "86400"})]
    with pytest.raises(KgError, match="asks to wait 86,400 seconds"):
        run()
    assert waits == []


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_fault_is_waited_out_ever_longer(run: Run, service: Service, waits: list[float], status: int) -> None:
    service.replies = [Reply(status, "oops")] * 3
    assert len(statements(run("EE").path)) == 2
    assert waits == [5.0, 10.0, 20.0]


def test_after_six_faults_it_gives_up_and_keeps_what_is_finished(run: Run, service: Service, tmp_path: Path) -> None:
    service.replies = [None, *[Reply(503, "down")] * 6]
    with pytest.raises(KgError, match="no answer in 6 attempts.*status 503"):
        run("LV")
    assert not (tmp_path / "twins.json").exists()
    service.asked.clear()
    assert statements(run("LV").path) == LATVIAN
    assert service.asked == [("LV", 3, 3)]


def test_a_connection_that_breaks_in_the_middle_is_tried_again(run: Run, service: Service, waits: list[float]) -> None:
    whole = service.answer("EE", 3, 0)
    service.replies = [Reply(200, whole.body, JSON, short=40)]
    assert statements(run("EE").path) == ["Q1-EE-0", "Q1-EE-1"]
    assert waits == [5.0]


def test_json_that_ends_too_early_is_asked_for_again(run: Run, service: Service) -> None:
    service.replies = [Reply(200, service.answer("EE", 3, 0).body[:-30], JSON)]
    assert statements(run("EE").path) == ["Q1-EE-0", "Q1-EE-1"]


@pytest.mark.parametrize(
    "reply",
    [
        Reply(500, "java.util.concurrent.TimeoutException: ..."),
        Reply(200, '{"head":{"vars":["item"]},"results":{"bindings":[\njava.util.concurrent.TimeoutException', JSON),
    ],
    ids=["as a fault", "in the middle of an answer"],
)
def test_a_query_that_takes_too_long_is_asked_in_smaller_pages(run: Run, service: Service, reply: Reply) -> None:
    service.replies = [reply]
    assert statements(run("LV", page=200).path) == LATVIAN
    assert service.asked == [("LV", 200, 0), ("LV", 100, 0)]


def test_pages_do_not_become_ever_smaller(run: Run, service: Service) -> None:
    service.replies = [Reply(500, "TimeoutException")] * 9
    with pytest.raises(KgError, match="gives up even on 50 statements of LV"):
        run("LV", page=200)
    assert [limit for _, limit, _ in service.asked] == [200, 100, 50]


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(200, "<!DOCTYPE html><p>Log in", {"Content-Type": "text/html"}), "a web page and not with data"),
        (Reply(301, "", {"Location": "https://example.org/"}), "redirects to 'https://example.org/'.*not followed"),
        (Reply(400, "\nbad aggregate\n    at java"), r"refused \(status 400\): 'bad aggregate'"),
        (Reply(403, "Set a user-agent"), r"refused \(status 403\): 'Set a user-agent'"),
        (Reply(200, "[]", JSON), "no result of a SPARQL query"),
        (Reply(200, '{"head":{"vars":[]},"results":{"bindings":[1]}}', JSON), "no objects"),
        (Reply(200, '{"head":{"vars":[]},"results":{"bindings":[{}]}}', JSON), "lacks the variable statement"),
    ],
)
def test_an_answer_that_will_not_get_better_is_one_clear_error_at_once(
    run: Run, service: Service, waits: list[float], reply: Reply, said: str
) -> None:
    service.replies = [reply]
    with pytest.raises(KgError, match=said):
        run()
    assert waits == []


def test_without_a_network_it_says_so(run: Run, waits: list[float]) -> None:
    # Port 9 of this machine: nobody listens there.
    with pytest.raises(KgError, match="the connection failed.*connection to the internet"):
        run(address="http://127.0.0.1:9/sparql")
    assert waits == [5.0, 10.0]


@pytest.mark.parametrize("address", ["sparql", "ftp://127.0.0.1/", "http://", "http://[::1/"])
def test_what_is_no_address_is_refused(run: Run, address: str) -> None:
    with pytest.raises(KgError, match="--endpoint"):
        run(address=address)


def test_an_interrupted_fetch_asks_only_for_what_is_missing(run: Run, service: Service, tmp_path: Path) -> None:
    def interrupted(seconds: float) -> None:
        if len(service.asked) == 2:
            raise KeyboardInterrupt

    out = tmp_path / "twins.json"
    with pytest.raises(KeyboardInterrupt), Endpoint(service.address, sleep=interrupted) as endpoint:
        fetch("twins", ["EE", "LV"], out, endpoint=endpoint, today="2026-11-23", page=3)
    assert part_of(out).exists()
    service.asked.clear()
    done = run("EE", "LV", today="2026-11-24")
    assert service.asked == [("LV", 3, 3)]
    assert statements(done.path) == ["Q1-EE-0", "Q1-EE-1", *LATVIAN]
    assert done.date == "2026-11-23"


def test_a_page_that_was_half_written_is_asked_for_again(run: Run, service: Service, tmp_path: Path) -> None:
    service.replies = [None, None, Reply(400, "no more")]
    with pytest.raises(KgError, match="400"):
        run("LV", "EE")
    part = part_of(tmp_path / "twins.json")
    part.write_bytes(part.read_bytes()[:-20])
    service.asked.clear()
    assert statements(run("LV", "EE").path) == [*LATVIAN, "Q1-EE-0", "Q1-EE-1"]
    assert service.asked == [("LV", 3, 3), ("EE", 3, 0)]


@pytest.mark.parametrize("content", ["", "no JSON\n", '{"task":{"what":"members"},"date":"2026"}\n', "[]\n"])
def test_pages_of_another_fetch_are_not_mixed_in(run: Run, tmp_path: Path, content: str) -> None:
    part_of(tmp_path / "twins.json").write_text(content, encoding="utf-8")
    with pytest.raises(KgError, match="pages of another fetch"):
        run()


def test_a_file_that_is_there_is_not_written_over(run: Run, service: Service, tmp_path: Path) -> None:
    (tmp_path / "twins.json").write_text("mine", encoding="utf-8")
    with pytest.raises(KgError, match="is there already"):
        run()
    assert service.asked == []


def test_what_is_fetched_can_be_loaded(run: Run) -> None:
    class Unknowing:
        def resolve(self, query: PlaceQuery) -> Resolution:
            return Resolution("unknown", 0.0)

        def region_ids(self, name: str, country: str | None, level: str | None = None) -> tuple[str, ...]:
            return ()

    loads = Wikidata.for_files([run("LV", "EE").path], resolver=Unknowing())
    assert [(load.scope, load.edition) for load in loads] == [
        ("wikidata-twins?country=EE", "2026-11-23"),
        ("wikidata-twins?country=LV", "2026-11-23"),
    ]
    written = [
        outcome for load in loads for row in load.extract() if isinstance(outcome := load.transform(row), Records)
    ]
    assert len(written) == 7


def invoke(service: Service, *arguments: str) -> Any:
    return CliRunner().invoke(root, ["fetch", "wikidata", *arguments, "--endpoint", service.address])


def test_the_command_writes_the_file_and_says_how_to_load_it(service: Service, tmp_path: Path) -> None:
    out = tmp_path / "estonia.json"
    result = invoke(service, "twins", "--country", "Estonia", "--country", "LT", "--out", str(out))
    assert result.exit_code == 0, result.output
    assert "4 solutions as of" in result.output
    assert "None for LT" in result.output
    assert f"kg load wikidata {out}" in result.output
    assert statements(out) == ["Q1-EE-0", "Q1-EE-1"]


def test_the_command_knows_no_other_country(service: Service, tmp_path: Path) -> None:
    result = invoke(service, "twins", "--country", "Atlantis", "--out", str(tmp_path / "twins.json"))
    assert isinstance(result.exception, KgError)
    assert "'Atlantis'" in str(result.exception)


def test_an_interrupted_command_says_how_to_go_on(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Endpoint, "ask", interrupted)
    out = tmp_path / "twins.json"
    result = invoke(service, "twins", "--country", "LV", "--out", str(out))
    assert result.exit_code == 130
    assert f"{out}.part: the same command goes on" in result.output
