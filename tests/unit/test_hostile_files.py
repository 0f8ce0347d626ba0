"""Files that are no files, and files made to do harm: one clear message and exit code 2, in a moment and in little memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from kg.cli import root
from kg.database.backup.archive import open_archive
from kg.database.passwords import read_password_file
from kg.errors import KgError
from kg.loaders.cordis import Cordis
from kg.loaders.geonames_dump import GeoNamesDump
from kg.loaders.mapping.reading import read_mapping
from kg.loaders.reading.json_files import read_json
from kg.loaders.reading.tables import read_table
from kg.places.judgements import read_judgements
from kg.queries.export.credits import CITATION_BEGINS
from kg.queries.export.placing import CITATION_FILE, LICENCE_FILE, new_files, new_folder
from kg.queries.kinds.kind import read_weights
from kg.queries.reports.folders import read_report
from kg.small_files import load_toml

pytestmark = pytest.mark.skipif(os.name != "posix", reason="pipes, devices and links as POSIX has them")
DATA = Path(__file__).parents[1] / "data"
NOWHERE = {"NEO4J_URI": "bolt://127.0.0.1:9", "NEO4J_PASSWORD": "none"}


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


def test_a_device_without_end_ends_the_command_with_a_message() -> None:
    """In a process of its own, which may have 1.5 GB of memory."""
    program = "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (3 << 29, 3 << 29)); from kg.cli import main; main(sys.argv[1:])"
    done = subprocess.run(
        [sys.executable, "-c", program, "load", "covenant", "/dev/zero", "--edition", "2024", "--dry-run"],
        env={**os.environ, **NOWHERE, "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert "/dev/zero" in done.stderr


@pytest.mark.parametrize("name", ["pipe", "link to zero", "link to the pipe", "link to nothing", "."])
def test_what_is_no_file_is_not_loaded(tmp_path: Path, pipe: Path, name: str) -> None:
    (tmp_path / "link to zero").symlink_to("/dev/zero")
    (tmp_path / "link to the pipe").symlink_to(pipe)
    (tmp_path / "link to nothing").symlink_to(tmp_path / "nothing")
    done = CliRunner(env=NOWHERE).invoke(
        root, ["load", "covenant", str(tmp_path / name), "--edition", "2024", "--dry-run"]
    )
    assert getattr(done.exception, "exit_code", getattr(done.exception, "code", None)) == 2, done.output
    assert isinstance(done.exception, KgError | SystemExit)
    assert str(tmp_path) in f"{done.output} {done.exception}".replace("\n", "")


@pytest.mark.parametrize(
    "read",
    [
        read_weights,
        read_judgements,
        read_mapping,
        read_report,
        read_password_file,
        lambda path: next(iter(Cordis.for_files([path]))),
        lambda path: next(iter(GeoNamesDump.for_files([path]))),
        lambda path: open_archive(path).__enter__(),
    ],
    ids=["weights", "judgements", "mapping", "report", "password", "cordis", "geonames", "backup"],
)
def test_a_device_without_end_is_read_no_further_than_a_file_may_be_long(read: Callable[[Path], object]) -> None:
    with pytest.raises(KgError, match="zero"):
        read(Path("/dev/zero"))


def test_a_backup_is_not_waited_for_at_a_pipe(pipe: Path) -> None:
    with pytest.raises(KgError, match="is no file"), open_archive(pipe):
        pass


# Text that is deep, long or odd ----------------------------------------------------------------------------------------------

LAUGHS = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(9)
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[" * 100_000, "nested more than 20 deep"),
        ("{a: " * 100_000, "nested more than 20 deep"),
        ("- " * 100_000 + "x", "nested more than 20 deep"),
        ("".join(f"{' ' * n}a:\n" for n in range(300)), "nested more than 20 deep"),
        (LAUGHS, "anchors .* and aliases .* are not read"),
        ("a: !!python/object/apply:os.system [id]\n", "tags .* are not read"),
        ("<<: {a: b}\nsource: x\n", "."),
        ("a: \x00b\n", "a character that cannot be in a mapping"),
        ("a: \ud800\n".encode("utf-8", "surrogatepass"), "not UTF-8"),
        ("x" * 1_100_000, "are too many for a mapping"),
        ("a: [" + "x, " * 300_000 + "]\n", "."),
        ("".join(f"k{n}: v\n" for n in range(60_000)), "."),
    ],
)
def test_a_mapping_made_to_do_harm(tmp_path: Path, text: str | bytes, message: str) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    began = time.process_time()
    with pytest.raises(KgError, match=message):
        read_mapping(path)
    assert time.process_time() - began < 10


@pytest.mark.parametrize(
    "text", ["a = " + "[" * 100_000, "a = " + "9" * 10_000, "[" + "a." * 5_000 + "a]", "a = {b = " * 10_000, "\x00"]
)
def test_weights_made_to_do_harm(tmp_path: Path, text: str) -> None:
    path = tmp_path / "weights.toml"
    path.write_text(text)
    with pytest.raises(KgError, match=r"weights.toml is (not TOML|wrong)") as caught:
        read_weights(path)
    assert len(str(caught.value)) < 2_500
    with pytest.raises(ValueError, match="."):
        load_toml(text + "\n=")


def test_a_name_twice_among_very_many_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("{" + ",".join(f'"k{n}":1' for n in range(300_000)) + ',"last":1,"last":2}')
    began = time.process_time()
    with pytest.raises(KgError, match="has the name 'last' twice"):
        read_json(path)
    assert time.process_time() - began < 10


HARD = (
    "1" * 30_000,
    "a" + " " * 30_000 + "b",
    "a " * 15_000,
    "(" * 30_000,
    "1," * 15_000,
    "a." * 15_000 + "@",
    "e" + "\u0301" * 30_000,
    "und " * 8_000,
)


@pytest.mark.parametrize("text", HARD, ids=lambda text: repr(text[:6]))
@pytest.mark.parametrize("column", ["organisation_name", "population_adhesion", "date_of_adhesion", "coordinator_name"])
def test_a_cell_of_any_length_takes_no_time(tmp_path: Path, column: str, text: str) -> None:
    from tests.unit.loaders.test_personal_data import CASES, as_table, load, written

    (case,) = (one for one in CASES if one.loader.name == "covenant")
    lines, separator = as_table(case)
    lines[1][lines[0].index(column)] = text
    began = time.process_time()
    assert load(case, tmp_path, written(lines, separator))
    assert time.process_time() - began < 5


def test_a_message_neither_controls_the_terminal_nor_is_endless(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("\x1b[2J\u202e" + "x" * 50_000 + ",b\n1,2\n")
    with pytest.raises(KgError) as caught:
        list(read_table(path, columns=["\x1b]0;owned\x07"]))
    message = str(caught.value)
    assert message.isprintable()
    assert len(message) <= 2_000
    assert "\\x1b]0;owned\\x07" in message


# Archives ---------------------------------------------------------------------------------------------------------------------


def archive(path: Path, *members: tuple[str, bytes]) -> Path:
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        warnings.simplefilter("ignore")
        for name, content in members:
            zipped.writestr(name, content)
    return path


def cordis(path: Path) -> list[object]:
    return [row for loader in Cordis.for_files([path], edition="2024") for row in loader.extract()]


TABLES = [(name, (DATA / "cordis" / name).read_bytes()) for name in ("project.csv", "organization.csv")]
BOMB = TABLES[1][1].partition(b"\n")[0] + b"\n" + b"1;" * 50_000_000


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ([TABLES[0], ("organization.csv", BOMB)], "longer than|unpacks to more than 200 times"),
        ([TABLES[0], TABLES[1], TABLES[1]], "has 2 members called"),
        ([TABLES[0], ("../../organization.csv", TABLES[1][1])], "its name leads out of the archive"),
        ([TABLES[0], ("/organization.csv", TABLES[1][1])], "its name leads out of the archive"),
        ([TABLES[0], ("C:\\x\\organization.csv", TABLES[1][1])], "its name leads out of the archive"),
        ([TABLES[0], ("..\\organization.csv", TABLES[1][1])], "its name leads out of the archive"),
        ([("x.zip", b"PK\x05\x06" + bytes(18))], "."),
        ([], "."),
    ],
)
def test_a_data_set_of_cordis_made_to_do_harm(tmp_path: Path, members: list[tuple[str, bytes]], message: str) -> None:
    path = archive(tmp_path / "cordis.zip", *members)
    with pytest.raises(KgError, match=message):
        cordis(path)
    assert [file.name for file in tmp_path.iterdir()] == ["cordis.zip"]


def test_a_dump_of_geonames_that_unpacks_without_end_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "cities500.zip", ("cities500.txt", bytes(100_000_000)))
    with pytest.raises(KgError, match="would unpack to 100,000,000 bytes"):
        list(next(iter(GeoNamesDump.for_files([path], edition="2024"))).extract())


# Links where things are written -------------------------------------------------------------------------------------------------


def test_a_folder_that_is_replaced_takes_nothing_with_it_that_a_link_in_it_leads_to(tmp_path: Path) -> None:
    elsewhere, folder = tmp_path / "elsewhere", tmp_path / "export"
    elsewhere.mkdir()
    (elsewhere / "City.csv").write_text("precious")
    folder.mkdir()
    (folder / LICENCE_FILE).write_text("x")
    (folder / CITATION_FILE).write_text(CITATION_BEGINS)
    (folder / "nodes").symlink_to(elsewhere)
    with new_folder(folder, "--csv", force=True) as draft:
        (draft / LICENCE_FILE).write_text("new")
    assert (elsewhere / "City.csv").read_text() == "precious"
    assert (folder / LICENCE_FILE).read_text() == "new"


def test_a_file_is_put_in_the_place_of_a_link_and_not_through_it(tmp_path: Path) -> None:
    precious, link = tmp_path / "precious", tmp_path / "g.graphml"
    precious.write_text("precious")
    link.symlink_to(precious)
    with new_files([link], "--graphml", force=True) as draft:
        (draft / "g.graphml").write_text("new")
    assert precious.read_text() == "precious"
    assert link.read_text() == "new"


def test_json_of_any_number_is_read_or_refused(tmp_path: Path) -> None:
    for text, fits in (
        ("1e308", True),
        ("9" * 4_000, True),
        ("9" * 10_000, False),
        ("NaN", False),
        ("-Infinity", False),
    ):
        path = tmp_path / "a.json"
        path.write_text(json.dumps({"a": "x"}).replace('"x"', text))
        if fits:
            assert read_json(path)
        else:
            with pytest.raises(KgError, match="is no JSON that can be read"):
                read_json(path)
