"""Which folder the local server lives in, and what it keeps there."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import platformdirs
import pytest

from kg.database.server.home import (
    Home,
    ServerState,
    find_home,
    make_password,
    neighbours_ports,
    read_password,
    read_state,
    write_state,
    write_whole,
)
from kg.database.server.running import _info
from kg.database.settings import Settings
from kg.errors import KgError


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return find_home(Settings(KG_HOME=tmp_path / "home", KG_JARS=None), "5.26")


def test_kg_home_comes_before_a_folder_nearby(tmp_path: Path) -> None:
    (tmp_path / ".kg").mkdir()
    found = find_home(Settings(KG_HOME=tmp_path / "mine", KG_JARS=None), "5.26", start=tmp_path)
    assert found.folder == tmp_path / "mine"
    assert "KG_HOME" in found.reason


def test_the_nearest_folder_upward_is_found(tmp_path: Path) -> None:
    (tmp_path / ".kg").mkdir()
    (tmp_path / "project" / ".kg").mkdir(parents=True)
    deep = tmp_path / "project" / "notebooks" / "2026"
    deep.mkdir(parents=True)
    found = find_home(Settings(KG_HOME=None, KG_JARS=None), "5.26", start=deep)
    assert found.folder == tmp_path / "project" / ".kg"
    assert str(deep) in found.reason


def test_else_it_is_the_users_data_folder(tmp_path: Path) -> None:
    found = find_home(Settings(KG_HOME=None, KG_JARS=None), "5.26", start=tmp_path)
    assert found.folder == Path(platformdirs.user_data_dir("kg", appauthor=False))


def test_looking_for_a_home_makes_nothing(home: Home) -> None:
    assert not home.folder.exists()


def test_lines_share_program_files_and_nothing_else(tmp_path: Path) -> None:
    settings = Settings(KG_HOME=tmp_path, KG_JARS=None)
    old, new = find_home(settings, "5.26"), find_home(settings, "2026")
    assert old.jars == new.jars == tmp_path / "jars"
    assert {old.server, old.data, old.password_file}.isdisjoint({new.server, new.data, new.password_file})


def test_program_files_can_be_kept_elsewhere(tmp_path: Path) -> None:
    assert find_home(Settings(KG_HOME=tmp_path, KG_JARS=tmp_path / "shared"), "5.26").jars == tmp_path / "shared"


def test_only_the_owner_can_read_the_password(home: Home) -> None:
    before = os.umask(0)
    try:
        password = make_password(home)
    finally:
        os.umask(before)
    assert stat.S_IMODE(home.password_file.stat().st_mode) == 0o600
    assert read_password(home) == password


def test_a_password_that_everybody_can_read_is_refused(home: Home) -> None:
    make_password(home)
    home.password_file.chmod(0o644)
    with pytest.raises(KgError, match="Every user of this machine may read or change .*chmod 600"):
        read_password(home)


def test_a_server_is_shown_without_its_password(home: Home) -> None:
    password = make_password(home)
    info = _info(home, ServerState(1, 7687, 7474, "5.26.30"), password)
    assert password in info.password
    assert password not in f"{info} {info!r} {vars(info)} {password!r}"


def test_passwords_are_long_and_each_is_another(home: Home) -> None:
    passwords = {make_password(home) for _ in range(20)}
    assert len(passwords) == 20
    assert min(map(len, passwords)) >= 32


def test_there_is_no_password_before_the_first_start(home: Home) -> None:
    assert read_password(home) is None


def test_state_is_kept(home: Home) -> None:
    state = ServerState(pid=17, bolt_port=7690, http_port=7477, version="5.26.30")
    write_state(home, state)
    assert read_state(home) == state


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"pid": 1}', '{"pid": "x", "bolt_port": 1, "http_port": 2, "version": ""}']
)
def test_a_damaged_state_counts_as_none(home: Home, text: str) -> None:
    write_whole(home.state_file, text)
    assert read_state(home) is None


def test_the_other_lines_ports_are_known(home: Home, tmp_path: Path) -> None:
    other = find_home(Settings(KG_HOME=tmp_path / "home", KG_JARS=None), "2026")
    write_state(home, ServerState(1, 7687, 7474, "5.26.30"))
    assert neighbours_ports(home) == set()
    assert neighbours_ports(other) == {(7687, 7474)}


def test_writing_leaves_no_temporary_file(home: Home) -> None:
    write_whole(home.state_file, "first")
    write_whole(home.state_file, "second")
    assert [path.name for path in home.server.iterdir()] == ["server.json"]
