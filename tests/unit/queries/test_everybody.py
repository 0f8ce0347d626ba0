"""The table of all recommendations, written to a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.queries.everybody import ENDINGS, Row, write_everybody

ROW: Row = ("own:a", "A", "LV", 1, "own:b", "B", None, 0.1)


def broken_off() -> Iterator[Row]:
    yield ROW
    raise KeyboardInterrupt


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_is_broken_off_leaves_the_old_table_and_nothing_else(ending: str, tmp_path: Path) -> None:
    file = tmp_path / f"all{ending}"
    file.write_text("old", encoding="utf-8")
    with pytest.raises(KeyboardInterrupt):
        write_everybody(broken_off(), file)
    assert [(one.name, one.read_text(encoding="utf-8")) for one in tmp_path.iterdir()] == [(file.name, "old")]


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_new_table_takes_the_place_of_the_old_one_also_behind_a_link(ending: str, tmp_path: Path) -> None:
    file, link = tmp_path / f"all{ending}", tmp_path / f"link{ending}"
    file.write_text("old", encoding="utf-8")
    link.symlink_to(file)
    assert write_everybody(iter([ROW]), link) == 1
    assert link.is_symlink()
    assert file.read_bytes() != b"old"
    assert {one.name for one in tmp_path.iterdir()} == {file.name, link.name}
