"""The password in nothing that is shown: errors with the values of variables, logs, results, representations."""

from __future__ import annotations

import logging
import pickle
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import kg
from kg.cli import main
from kg.database.connection import Connection
from kg.database.driver_connection import DriverConnection
from kg.database.opening import open_connection
from kg.database.passwords import Password
from kg.database.settings import Settings
from kg.errors import KgError

from .conftest import Address

#: What is a part of no other text.
SECRET = "correct-horse-battery-staple"
NOWHERE = "bolt://127.0.0.1:9"


def shown(error: BaseException) -> str:
    """All that a debugger or a notebook would show of an error: with the values of the variables, and of what caused it.

    Without the first frame, which is that of the test.
    """
    whole = traceback.TracebackException.from_exception(error, capture_locals=True)
    ours: list[traceback.TracebackException | None] = [whole, whole.__cause__, whole.__context__]
    for one in ours:
        if one is not None:
            one.stack = traceback.StackSummary.from_list(
                [frame for frame in one.stack if not frame.filename.endswith("test_secrets.py")]
            )
    return "".join(whole.format())


WAYS: dict[str, Callable[[str, str], Any]] = {
    "connect": lambda uri, password: kg.connect(uri, "neo4j", password),
    "open_connection": lambda uri, password: open_connection(uri, "neo4j", password),
    "settings": lambda uri, password: open_connection(settings=Settings(NEO4J_URI=uri, NEO4J_PASSWORD=password)),
}


@pytest.mark.parametrize("way", WAYS)
def test_an_error_shows_no_password_though_it_shows_variables(way: str, address: Address) -> None:
    # Once: after three wrong ones in a row the server lets nobody in for some seconds.
    for uri in [NOWHERE, address.uri] if way == "connect" else [NOWHERE]:
        with pytest.raises(KgError) as raised:
            WAYS[way](uri, SECRET)
        text = shown(raised.value)
        assert "_open(uri, auth, database" in text, "the frames are not there"
        assert SECRET not in text


@pytest.mark.parametrize("way", WAYS)
def test_an_interrupt_shows_no_password_though_it_shows_variables(
    way: str, address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: DriverConnection) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(DriverConnection, "server_version", interrupted)
    with pytest.raises(KeyboardInterrupt) as raised:
        WAYS[way](address.uri, address.password)
    text = shown(raised.value)
    assert "_open(uri, auth, database" in text, "the frames are not there"
    assert address.password not in text


def test_the_command_shows_none(
    address: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "password"
    file.write_text(SECRET)
    file.chmod(0o600)
    for arguments in (["--uri", NOWHERE], ["--uri", "no address"], ["--uri", "bolt://there:port"]):
        with pytest.raises(SystemExit) as ended:
            main(["digest", *arguments, "--password-file", str(file)])
        assert ended.value.code == 2
        monkeypatch.setenv("NEO4J_PASSWORD", SECRET)
        with pytest.raises(SystemExit):
            main(["digest", *arguments])
    printed = capsys.readouterr()
    assert SECRET not in printed.out + printed.err


def test_the_most_talkative_log_has_none(address: Address, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with open_connection(address.uri, address.username, address.password, address.database) as opened:
        opened.run_read("RETURN 1 AS one")
    said = "\n".join(
        [record.getMessage() for record in caplog.records] + [str(record.args) for record in caplog.records]
    )
    assert "LOGON" in said, "the log has not been kept"
    assert address.password not in said


def test_the_log_has_no_rows_of_a_batch(connection: Connection, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    rows = connection.run_read("UNWIND $rows AS row RETURN row.name AS name", {"rows": [{"name": SECRET}]})
    assert rows == [{"name": SECRET}]
    sent = [record.getMessage() for record in caplog.records if "RUN" in record.getMessage()]
    assert any("UNWIND $rows" in message and "<a list of 1>" in message for message in sent)
    assert not any(SECRET in message for message in sent)


def test_nothing_that_is_kept_open_shows_it(connection: Connection, address: Address) -> None:
    graph = kg.KnowledgeGraph(connection)
    for one in (graph, connection, connection.driver):
        assert address.password not in f"{one} {one!r} {vars(one)}"


def test_a_password_is_a_text_in_all_but_its_look() -> None:
    password = Password(SECRET)
    assert password == SECRET
    assert f"{password}" == SECRET
    assert pickle.loads(pickle.dumps(password)) == SECRET
    assert SECRET not in f"{password!r} {[password]} { {'password': password} }"
    assert Password.of(None) is None
