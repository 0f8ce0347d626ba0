"""The folders of an import and the change of stores, on files alone; the importer itself runs in the integration tests."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

import pytest

from kg.database.server import importing
from kg.database.server.home import Home
from kg.database.server.importing import Workshop, put_in_place, run_importer, take_back, workshop
from kg.errors import KgError


@pytest.fixture
def home(tmp_path: Path) -> Home:
    found = Home(tmp_path, "given", "5.26", tmp_path / "jars")
    found.data.mkdir(parents=True)
    return found


def store(data: Path, content: str) -> None:
    for part in ("databases", "transactions"):
        (data / part / "neo4j").mkdir(parents=True)
        (data / part / "neo4j" / "store").write_text(content)
        (data / part / "system").mkdir()


def stored(home: Home) -> set[str]:
    return {(home.data / part / "neo4j" / "store").read_text() for part in ("databases", "transactions")}


@pytest.fixture
def restarts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What happened to the server, which is none: between its end and its start, files are changed."""
    happened: list[str] = []

    def restart(_: Home, between: Callable[[], None], __: object) -> None:
        happened.append("restarted")
        between()

    monkeypatch.setattr(importing, "restart", restart)
    return happened


def test_what_an_import_leaves_is_removed_and_what_a_killed_one_left(home: Home) -> None:
    left = home.data / "bulk" / "made" / "old"
    left.mkdir(parents=True)
    with workshop(home) as shop:
        assert not left.exists()
        assert list(shop.files.iterdir()) == []
    assert list(home.data.iterdir()) == []


def test_a_full_disk_is_said_in_words(home: Home) -> None:
    with pytest.raises(KgError, match="disk is full"), workshop(home):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert list(home.data.iterdir()) == []


def test_an_input_that_is_gone_is_no_matter_of_the_disk(home: Home, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), workshop(home):
        (tmp_path / "gone.csv").open()


def test_without_room_the_importer_is_not_started(home: Home) -> None:
    with workshop(home) as shop, pytest.raises(KgError, match=r"MB free, and the local Neo4j needs"):
        run_importer(shop, [], 10**18)


def test_the_stores_change_places_and_back(home: Home, restarts: list[str]) -> None:
    store(home.data, "before")
    with workshop(home) as shop:
        store(shop.made / "data", "made")
        put_in_place(shop)
        assert stored(home) == {"made"}
        take_back(shop)
        assert stored(home) == {"before"}
    assert len(restarts) == 2
    assert (home.data / "databases" / "system").is_dir()


def test_a_server_that_does_not_start_with_the_new_store_gets_its_own_back(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(home.data, "before")
    seen = []

    def restart(_: Home, between: Callable[[], None], __: object) -> None:
        between()
        seen.append(stored(home))
        if len(seen) == 1:
            raise KgError("it does not start")

    monkeypatch.setattr(importing, "restart", restart)
    with workshop(home) as shop:
        store(shop.made / "data", "made")
        with pytest.raises(KgError, match="does not start"):
            put_in_place(shop)
    assert seen == [{"made"}, {"before"}]


def test_half_an_exchange_is_undone(home: Home, restarts: list[str]) -> None:
    store(home.data, "before")
    with workshop(home) as shop:
        store(shop.made / "data", "made")
        (shop.made / "data" / "transactions" / "neo4j" / "store").unlink()
        (shop.made / "data" / "transactions" / "neo4j").rmdir()
        with pytest.raises(KgError):
            put_in_place(shop)
    assert stored(home) == {"before"}


def test_what_the_importer_says_is_told_without_its_frames() -> None:
    said = [
        "Import starting 2026-01-01",
        ".......... ..........   5% ∆0ms [1s]",
        "Import error: ERROR in input",
        "  data source: BufferedCharSeeker[source:./nodes.tsv]",
        "Caused by:ERROR in input",
        "\tat org.neo4j.Something(Something.java:1)",
        "\t... 9 more",
    ]
    told = importing._reason(said)
    assert told.startswith("Import error: ERROR in input / data source: BufferedCharSeeker")
    assert "java" not in told


def test_folders_of_an_import_lie_among_the_data(home: Home) -> None:
    shop = Workshop(home)
    assert {shop.files.parent, shop.made.parent, shop.before.parent} == {home.data / "bulk"}
