"""Tables in zip archives: read where they lie, and never more than that."""

from __future__ import annotations

import stat
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from kg.errors import KgError
from kg.loaders.reading import archives
from kg.loaders.reading.archives import Member, list_members, read_zipped_table

PROJECTS = '\ufeff"id";"title"\r\n"101";"Ström; öl"\r\n'


def archive(tmp_path: Path, **members: str | bytes) -> Path:
    path = tmp_path / "projects-csv.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in members.items():
            zipped.writestr(name, content)
    return path


def read(path: Path, member: str = "project.csv") -> list[dict[str, str]]:
    return [dict(row.cells) for row in read_zipped_table(path, member, columns=["id"])]


def test_a_member_is_found_by_its_name_in_any_folder(tmp_path: Path) -> None:
    path = archive(tmp_path, **{"csv/Project.csv": PROJECTS, "csv/organization.csv": "x", "readme.pdf": "%PDF"})
    (row,) = read_zipped_table(path, "project.csv", columns=["id"], row_id=lambda cells: cells["id"])
    assert (row.file, row.line, row.id) == ("projects-csv.zip/Project.csv", 2, "101")
    assert row.cells == {"id": "101", "title": "Ström; öl"}
    assert [found.name for found in tmp_path.iterdir()] == ["projects-csv.zip"]


def test_what_is_not_wanted_may_be_anything(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    path = archive(tmp_path, **{"project.csv": PROJECTS, "../evil.csv": "x", "/etc/passwd": "x", "C:\\evil.csv": "x"})
    with zipfile.ZipFile(path, "a") as zipped:
        zipped.writestr(link, "/etc/passwd")
    assert read(path) == [{"id": "101", "title": "Ström; öl"}]
    assert [(member.name, member.ignored) for member in list_members(path)] == [
        ("project.csv", ""),
        ("../evil.csv", "its name leads out of the archive"),
        ("/etc/passwd", "its name leads out of the archive"),
        ("C:\\evil.csv", "its name leads out of the archive"),
        ("link.csv", "it is a link to another file"),
    ]
    for member, reason in (("evil.csv", r"2 members called"), ("link.csv", "a link to another file")):
        with pytest.raises(KgError, match=reason):
            read(path, member)


def test_a_member_whose_name_leads_out_is_refused_when_it_is_wanted(tmp_path: Path) -> None:
    with pytest.raises(KgError, match=r"member '../project.csv' is not read, for its name leads out of the archive"):
        read(archive(tmp_path, **{"../project.csv": PROJECTS}))


def test_a_member_that_is_not_there_is_an_error_that_names_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(KgError, match=r"has no member project.csv.* Its members are 'a.csv', 'b.csv'"):
        read(archive(tmp_path, **{"a.csv": "", "b.csv": ""}))
    with pytest.raises(KgError, match="Its members are none at all"):
        read(archive(tmp_path))


def test_two_members_of_the_name_cannot_be_told_apart(tmp_path: Path) -> None:
    path = archive(tmp_path, **{"a/project.csv": PROJECTS, "b/project.csv": PROJECTS})
    with pytest.raises(KgError, match="has 2 members called project.csv"):
        read(path)
    assert len(read(path, "a/project.csv")) == 1


def flip(content: bytes, marks: tuple[bytes, ...], offset: int) -> bytes:
    changed = bytearray(content)
    for mark in marks:
        changed[content.index(mark) + offset] |= 1
        offset += 2
    return bytes(changed)


def test_an_encrypted_member_is_told(tmp_path: Path) -> None:
    path = archive(tmp_path, **{"project.csv": PROJECTS})
    path.write_bytes(flip(path.read_bytes(), (b"PK\x03\x04", b"PK\x01\x02"), 6))
    assert list_members(path) == [Member("project.csv", len(PROJECTS.encode()), "it is encrypted")]
    with pytest.raises(KgError, match="is not read, for it is encrypted"):
        read(path)


@pytest.mark.parametrize(
    ("cut", "message"),
    [(slice(0, 60), "is no zip archive that can be read"), (slice(0, -5), "is no zip archive that can be read")],
)
def test_a_truncated_archive_is_told(tmp_path: Path, cut: slice, message: str) -> None:
    path = archive(tmp_path, **{"project.csv": PROJECTS * 50})
    path.write_bytes(path.read_bytes()[cut])
    with pytest.raises(KgError, match=message):
        read(path)


def test_a_damaged_member_is_told(tmp_path: Path) -> None:
    path = archive(tmp_path, **{"project.csv": "".join(f'"{n}";"{n * 7919}"\n' for n in range(5_000))})
    content = bytearray(path.read_bytes())
    content[5_000:5_040] = bytes(40)
    path.write_bytes(content)
    with pytest.raises(KgError, match="project.csv") as caught:
        read(path)
    assert "download" in str(caught.value)


@pytest.mark.parametrize("content", ["id,name\n1,Riga\n", "", "<html>"])
def test_what_is_no_archive_is_told(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.zip"
    path.write_text(content)
    with pytest.raises(KgError, match="is no zip archive that can be read"):
        read(path)


def test_a_bomb_is_stopped_by_what_it_unpacks_to_and_not_by_what_it_says(tmp_path: Path) -> None:
    path = archive(tmp_path, **{"project.csv": b"id;title\n" + b"1;x\n" * 20_000_000})
    # The archive claims that the member is small.
    content = path.read_bytes()
    size = len(b"id;title\n") + 80_000_000
    path.write_bytes(content.replace(size.to_bytes(4, "little"), (2**27).to_bytes(4, "little")))
    tracemalloc.start()
    try:
        with pytest.raises(KgError, match="unpacks to more than 200 times its size"):
            read(path)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 50_000_000


def test_an_archive_with_very_many_members_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_MEMBERS", 2)
    with pytest.raises(KgError, match="has more than 2 members"):
        list_members(archive(tmp_path, a="", b="", c=""))


def test_an_archive_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(KgError, match="cannot read .*absent.zip"):
        read(tmp_path / "absent.zip")


def test_a_member_that_is_no_table_of_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(KgError, match=r"projects-csv.zip, member project.csv has no column id"):
        read(archive(tmp_path, **{"project.csv": "a;b\n1;2\n"}))
