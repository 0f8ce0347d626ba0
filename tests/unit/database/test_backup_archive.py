"""The file of a backup: whole and in its place or not there, and nothing is taken for one that is none."""

from __future__ import annotations

import json
import struct
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kg.database.backup import archive as archives
from kg.database.backup.archive import check_place, new_archive, open_archive
from kg.errors import KgError
from tests.backups import write_backup

NODES = [[["City"], {"name": f"Mörk {number}"}] for number in range(5)]
RELATIONSHIPS = [["TWINNED_WITH", 0, number, {}] for number in range(1, 5)]

Change = Callable[[dict[str, bytes], dict[str, Any]], None]


def write(path: Path, *, force: bool = False) -> Path:
    return write_backup(path, {"nodes": NODES, "relationships": RELATIONSHIPS}, force=force)


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    return write(tmp_path / "a.kgbackup")


def read(path: Path) -> tuple[list[object], list[object]]:
    with open_archive(path) as archive:
        archive.check()
        nodes, relationships = ([row for _, row in archive.rows(kind)] for kind in ("nodes", "relationships"))
    return nodes, relationships


def changed(path: Path, change: Change) -> Path:
    """Write the archive anew, its members and manifest changed, and everything else as zip has it."""
    with zipfile.ZipFile(path) as old:
        members = {name: old.read(name) for name in old.namelist()}
    manifest = json.loads(members.pop("manifest.json"))
    change(members, manifest)
    target = path.with_name("changed.kgbackup")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in members.items():
            new.writestr(name, content)
        new.writestr("manifest.json", json.dumps(manifest))
    return target


def test_what_was_written_is_read(backup: Path) -> None:
    assert read(backup) == (NODES, RELATIONSHIPS)


def test_many_parts_are_read_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "PART", 30)
    path = write(tmp_path / "a.kgbackup")
    with open_archive(path) as archive:
        assert len(archive.manifest.parts) > 3
    assert read(path) == (NODES, RELATIONSHIPS)


def test_it_is_for_its_owner_alone(backup: Path) -> None:
    assert backup.stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_there_is_kept(backup: Path) -> None:
    before = backup.read_bytes()
    with pytest.raises(KgError, match="is there already.*--force"):
        check_place(backup, force=False)
    assert backup.read_bytes() == before


def test_a_file_that_comes_meanwhile_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.kgbackup"
    with pytest.raises(KgError, match="by somebody else meanwhile"), new_archive(path, force=False):
        path.write_text("other")
    assert path.read_text() == "other"
    assert list(tmp_path.iterdir()) == [path]


def test_with_force_it_is_replaced(backup: Path) -> None:
    backup.write_text("old")
    write(backup, force=True)
    assert read(backup) == (NODES, RELATIONSHIPS)


def test_when_it_fails_nothing_is_left_and_what_was_there_stays(backup: Path) -> None:
    before = backup.read_bytes()

    def fail() -> None:
        with new_archive(backup, force=True) as archive:
            archive.row("nodes", b"[[],{}]\n")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert backup.read_bytes() == before
    assert list(backup.parent.iterdir()) == [backup]


def test_a_folder_and_what_is_no_file_are_refused(tmp_path: Path) -> None:
    for path, said in (
        (tmp_path, "is a folder"),
        (Path("/dev/null"), "no ordinary file"),
        (tmp_path / "no" / "a", "no folder"),
    ):
        with pytest.raises(KgError, match=said):
            check_place(path, force=True)


def test_any_byte_that_is_lost_or_turned_is_found(backup: Path) -> None:
    whole = backup.read_bytes()
    other = backup.with_name("other")
    for position in range(len(whole)):
        other.write_bytes(whole[:position])
        with pytest.raises(KgError, match="no backup|damaged"):
            read(other)
        other.write_bytes(whole[:position] + bytes([whole[position] ^ 0x41]) + whole[position + 1 :])
        try:
            found = read(other)
        except KgError:
            continue
        # A byte that says nothing, such as one of the date or of the rights of a member.
        assert found == (NODES, RELATIONSHIPS)


@pytest.mark.parametrize("content", [b"", b"PK", b"kg backup", b"\0" * 1000])
def test_what_is_no_archive_is_no_backup(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(content)
    with pytest.raises(KgError, match="no backup of kg"):
        read(path)


def test_a_folder_or_nothing_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(KgError, match="cannot be read"):
            read(path)


def test_another_archive_is_no_backup(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("letter.txt", "Dear kg")
    with pytest.raises(KgError, match="no backup of kg: it has no manifest"):
        read(path)


def _tell(members: dict[str, bytes], manifest: dict[str, Any], name: str) -> None:
    """Say in the manifest that there is such a member too."""
    members[name] = b"[[],{}]\n"
    manifest["parts"].append({**manifest["parts"][0], "name": name})


def _shorten(members: dict[str, bytes], manifest: dict[str, Any]) -> None:
    members["nodes/00001.jsonl"] = members["nodes/00001.jsonl"][:-10]


def _turn(members: dict[str, bytes], manifest: dict[str, Any]) -> None:
    members["nodes/00001.jsonl"] = members["nodes/00001.jsonl"].replace(b"rk 1", b"rk 9")


CHANGES: dict[str, tuple[Change, str]] = {
    "newer form": (lambda _, manifest: manifest.update(version=2), "of a newer kg"),
    "other format": (lambda _, manifest: manifest.update(format="tar"), "no backup of kg"),
    "unknown field": (lambda _, manifest: manifest.update(more=1), "more.*is wrong"),
    "text for a number": (lambda _, manifest: manifest.update(layout="1"), "layout.*is wrong"),
    "negative number": (lambda _, manifest: manifest["contents"]["nodes"].update(City=-1), "is wrong"),
    "part without member": (lambda members, _: members.pop("nodes/00001.jsonl") and None, "is missing"),
    "member without part": (lambda members, _: members.update({"more.txt": b""}), "does not belong"),
    "member that leads out": (lambda members, _: members.update({"../../evil": b""}), "does not belong"),
    "part that leads out": (lambda members, manifest: _tell(members, manifest, "../../evil"), "is wrong"),
    "part of the root": (lambda members, manifest: _tell(members, manifest, "/etc/passwd"), "is wrong"),
    "shortened": (_shorten, "bytes and should have"),
    "other content": (_turn, "is not what was written"),
    "part too large": (lambda _, manifest: manifest["parts"][0].update(bytes=1 << 40), "is wrong"),
    "more rows than room": (lambda _, manifest: manifest["parts"][0].update(rows=10**9), "more rows"),
    "more nodes than rows": (lambda _, manifest: manifest["contents"]["nodes"].update(City=10**12), "number of nodes"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_an_archive_that_was_changed_is_refused(backup: Path, name: str) -> None:
    change, said = CHANGES[name]
    with pytest.raises(KgError, match=said):
        read(changed(backup, change))


def test_two_members_of_one_name_are_refused(backup: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(backup, "a") as archive:
            archive.writestr("nodes/00001.jsonl", "[[],{}]\n")
    with pytest.raises(KgError, match="one name"):
        read(backup)


def test_a_member_that_says_to_be_smaller_than_it_is_is_no_bomb(backup: Path) -> None:
    """Ten million zeros in a part that says, in the archive and in the manifest, to have as many bytes as before."""

    def zeros(members: dict[str, bytes], manifest: dict[str, Any]) -> None:
        members["nodes/00001.jsonl"] = b"0" * 10_000_000

    bomb = changed(backup, zeros)
    with zipfile.ZipFile(backup) as archive:
        size = archive.getinfo("nodes/00001.jsonl").file_size
    bomb.write_bytes(bomb.read_bytes().replace(struct.pack("<L", 10_000_000), struct.pack("<L", size)))
    with pytest.raises(KgError, match="damaged"):
        read(bomb)


def test_members_that_lie_over_each_other_are_refused(backup: Path) -> None:
    """One member of the archive that two names lead to, so that it counts twice."""

    def more(members: dict[str, bytes], manifest: dict[str, Any]) -> None:
        content = bytes(f"[[],{{}}]{' ' * 100_000}\n", "ascii")
        for number in range(2, 60):
            members[f"nodes/{number:05}.jsonl"] = content
            manifest["parts"].append(
                {**manifest["parts"][0], "name": f"nodes/{number:05}.jsonl", "bytes": len(content), "rows": 1}
            )
        manifest["contents"]["nodes"]["City"] += 58

    packed = changed(backup, more).read_bytes()
    with zipfile.ZipFile(backup.with_name("changed.kgbackup")) as archive:
        first = archive.getinfo("nodes/00002.jsonl").header_offset
        begin = archive.start_dir
        offsets = [archive.getinfo(f"nodes/{number:05}.jsonl").header_offset for number in range(3, 60)]
    end = bytearray(packed)
    for offset in offsets:
        where = packed.index(struct.pack("<L", offset), begin)
        end[where : where + 4] = struct.pack("<L", first)
    backup.write_bytes(bytes(end))
    with pytest.raises(KgError, match="damaged|no backup"):
        read(backup)
