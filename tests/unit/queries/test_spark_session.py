"""What is refused before Spark is started, with or without it installed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from kg.database.server.java import Java
from kg.errors import KgError
from kg.queries.spark import session


@pytest.mark.parametrize("missing", ["pyspark", "pandas"])
def test_without_a_package_the_extra_is_named(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(KgError, match=rf"needs .*{missing}.*pip install 'localgov-kg\[spark\]'"):
        session.check_spark()


@pytest.fixture
def unpackaged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.database.server.java.packaged_java", lambda: None)


def home(folder: Path, version: str) -> dict[str, str]:
    (folder / "bin").mkdir()
    (folder / "bin" / ("java.exe" if sys.platform == "win32" else "java")).touch()
    (folder / "release").write_text(f'JAVA_VERSION="{version}"\n')
    return {"JAVA_HOME": str(folder)}


@pytest.mark.usefixtures("unpackaged")
def test_without_java_it_is_said_where_one_comes_from() -> None:
    with pytest.raises(KgError, match=r"needs Java 17 or 21, and none was found: pip install 'localgov-kg\[local\]'"):
        session.find_java({})


@pytest.mark.usefixtures("unpackaged")
@pytest.mark.parametrize(("version", "major"), [("1.8.0_402", 8), ("25", 25)])
def test_a_java_that_spark_does_not_run_on_is_refused(version: str, major: int, tmp_path: Path) -> None:
    with pytest.raises(KgError, match=rf"JAVA_HOME is .*, a Java {major}: "):
        session.find_java(home(tmp_path, version))


@pytest.mark.usefixtures("unpackaged")
def test_a_folder_without_java_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KgError, match="is none that runs"):
        session.find_java({"JAVA_HOME": str(tmp_path)})


@pytest.mark.usefixtures("unpackaged")
def test_the_java_of_java_home_is_taken(tmp_path: Path) -> None:
    assert session.find_java(home(tmp_path, "17.0.15")).parent == tmp_path / "bin"


def test_the_packaged_java_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packaged = Java(tmp_path / "packaged", 21)
    monkeypatch.setattr("kg.database.server.java.packaged_java", lambda: packaged)
    assert session.find_java({"JAVA_HOME": str(tmp_path)}) == packaged.program
