"""A disk that is full or may not be written."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from kg.database.server.disk import check_free_space, explain_disk_errors
from kg.errors import KgError


def test_too_little_room_is_refused_with_numbers(tmp_path: Path) -> None:
    with pytest.raises(KgError, match=r"has \d+ MB free.*needs \d+ MB.*KG_HOME"):
        check_free_space(tmp_path / "not" / "there" / "yet", 2**62)


def test_enough_room_passes(tmp_path: Path) -> None:
    check_free_space(tmp_path, 1)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_disk_that_runs_full_is_explained() -> None:
    full = Path("/dev/full")
    with pytest.raises(KgError, match=r"The disk is full: /dev/full.*KG_HOME"), explain_disk_errors(full):
        full.write_text("x")


def test_a_file_in_the_way_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(KgError, match="could not be written"), explain_disk_errors(tmp_path / "file" / "below"):
        (tmp_path / "file" / "below").mkdir()


def test_a_folder_of_somebody_else_is_explained(tmp_path: Path) -> None:
    with pytest.raises(KgError, match="may not be written by this user"), explain_disk_errors(tmp_path):
        raise PermissionError(errno.EACCES, "Permission denied")
