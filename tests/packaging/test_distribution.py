"""What the wheel and the sdist contain, and that both kinds of install have their reports."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Sequence
from email import message_from_bytes
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
REPORTS = {path.name for path in (CHECKOUT / "cypher" / "reports").glob("*.cypher")}
NOT_SHIPPED = shutil.ignore_patterns(".git", ".venv", ".kg", ".*_cache", "__pycache__", ".hypothesis", "dist", "build")


def run(command: Sequence[str | Path], folder: Path) -> str:
    """Run a program away from the checkout's environment and return what it printed; fail with it when it fails."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "KG_", "NEO4J_"))
    }
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=environment | {"KG_HOME": str(folder / "kg-home")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command} gave {done.returncode}:\n{done.stdout}"
    return done.stdout


def build(kind: str, source: Path, into: Path) -> Path:
    """Build ``wheel`` or ``sdist`` of a checkout with the hatchling of this environment."""
    run([sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", into], source)
    (built,) = into.iterdir()
    return built


def empty_environment(folder: Path) -> Path:
    """A virtual environment with nothing in it, not even pip; returns its bin folder."""
    run([sys.executable, "-m", "venv", "--without-pip", folder], folder.parent)
    return folder / "bin"


def install(environment: Path, *arguments: str | Path) -> None:
    """Install into the environment of a bin folder, with the pip of this one."""
    command = [sys.executable, "-m", "pip", "--python", environment / "python", "install", "--no-input", "--quiet"]
    # What is imported is compiled then; all of numpy and scipy takes longer than the rest of the tests here.
    command.append("--no-compile")
    run([*command, "--disable-pip-version-check", *arguments], environment)


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", CHECKOUT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("sdist", CHECKOUT, tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel and what the wheel itself asks for, and nothing else; its bin folder."""
    environment = empty_environment(tmp_path_factory.mktemp("installed") / "environment")
    install(environment, wheel)
    return environment


def files_of_wheel(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_wheel_carries_reports_data_and_licence(wheel: Path) -> None:
    files = files_of_wheel(wheel)
    assert {f"kg/cypher/reports/{name}" for name in REPORTS} <= files
    assert REPORTS
    assert {f"kg/cypher/browser/{name}" for name in ("guide.html", "model.svg", "style.grass")} <= files
    assert "kg/py.typed" in files
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in files)
    data = {f"kg/data/{path.name}" for path in (CHECKOUT / "kg" / "data").glob("*.*")}
    assert data <= files
    strays = {name for name in files if not name.startswith(("kg/", "localgov_kg-")) or "__pycache__" in name}
    assert strays == set()


def test_wheel_asks_for_the_core_only(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [entry for entry in archive.namelist() if entry.endswith(".dist-info/METADATA")]
        metadata = message_from_bytes(archive.read(name))
    core = {
        re.split(r"[<>=;\[ ]", entry)[0] for entry in metadata.get_all("Requires-Dist", []) if "extra ==" not in entry
    }
    assert core == {"click", "neo4j", "numpy", "platformdirs", "pydantic", "pydantic-settings", "rich", "scipy"}
    assert set(metadata.get_all("Provides-Extra", [])) == {
        "local",
        "geonames",
        "loaders",
        "parquet",
        "arrow",
        "py2neo",
        "pictures",
        "structure",
        "embedding",
        "fast",
        "spark",
        "notebooks",
        "dev",
    }


def test_sdist_builds_the_same_wheel(sdist: Path, wheel: Path, tmp_path: Path) -> None:
    with tarfile.open(sdist) as archive:
        names = archive.getnames()
        archive.extractall(tmp_path / "source", filter="data")
    (source,) = (tmp_path / "source").iterdir()
    assert (source / "LICENSE").is_file()
    assert (source / "tests" / "packaging").is_dir()
    assert not [name for name in names if name.endswith(".pyc") or "/.kg/" in name or "/.venv/" in name]
    assert sdist.stat().st_size < 5_000_000
    again = build("wheel", source, tmp_path / "wheel")
    assert files_of_wheel(again) == files_of_wheel(wheel)


def test_installed_wheel_lists_its_reports(installed: Path, tmp_path: Path) -> None:
    listed = run([installed / "kg", "report", "list"], tmp_path)
    assert {name for name in REPORTS if name.removesuffix(".cypher") not in listed} == set()


def test_installed_wheel_names_its_sources(installed: Path, tmp_path: Path) -> None:
    assert "geonames" in run([installed / "kg", "sources"], tmp_path)


def test_every_command_of_the_installed_wheel_has_help(installed: Path, tmp_path: Path) -> None:
    """Without the extras as well: a command that needs one says so when it runs, not when it is asked for help."""
    script = (
        "import importlib, click, kg.cli\n"
        "def walk(command, name):\n"
        "    command.get_help(click.Context(command, info_name=name))\n"
        "    for sub in getattr(command, 'commands', {}).values(): walk(sub, sub.name)\n"
        "for name, (target, _) in kg.cli.COMMANDS.items():\n"
        "    module, _, attribute = target.partition(':')\n"
        "    walk(getattr(importlib.import_module(module), attribute), name)\n"
        "print(*kg.cli.COMMANDS)\n"
    )
    assert "report" in run([installed / "python", "-c", script], tmp_path).split()
    assert "Usage: kg" in run([installed / "kg", "--help"], tmp_path)


def test_editable_install_reads_the_checkout(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    shutil.copytree(CHECKOUT, checkout, ignore=NOT_SHIPPED)
    environment = empty_environment(tmp_path / "environment")
    install(environment, "--editable", checkout)
    copies = [path for path in environment.parent.rglob("*.cypher") if path.is_file()]
    assert copies == [], "an editable install must not carry reports that go stale"

    report = checkout / "cypher" / "reports" / min(REPORTS)
    title = report.read_text(encoding="utf-8").splitlines()[0].removeprefix("// ")
    assert title in run([environment / "kg", "report", "list"], tmp_path)
    report.write_text(report.read_text(encoding="utf-8").replace(title, "A title just written", 1), encoding="utf-8")
    listed = run([environment / "kg", "report", "list"], tmp_path)
    assert "A title just written" in listed
    assert title not in listed
    assert "geonames" in run([environment / "kg", "sources"], tmp_path)
