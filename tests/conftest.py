"""What all tests share: an environment in which no setting of the developer's own leads to a database of theirs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes says how busy the machine is, not whether it holds.
settings.register_profile("kg", deadline=None)
settings.load_profile("kg")

#: Of the environment, what the Neo4j under test is made of; the rest is hidden below.
JARS = Path(os.environ.get("KG_JARS") or Path(__file__).parents[1] / ".kg" / "jars").absolute()
NEO4J_VERSION = os.environ.get("KG_NEO4J_VERSION") or "5.26"

# Java's thorough compiler takes half of a start's processor time and pays off long after a test is over. Without it Java keeps 48 MB
# for compiled code, which a whole run of the tests on 2026.x fills: statements fail from then on, so it gets what it has by default.
os.environ.setdefault("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m")


#: Files of tests that take the longest, the longest first.
LONG = (
    "test_faults.py",
    "test_injection.py",
    "test_injection_library.py",
    "test_interrupted.py",
    "test_server.py",
    "test_public_sources.py",
    "test_bulk.py",
    "test_live_engine.py",
    "test_notebooks.py",
    "test_backup.py",
    "test_distribution.py",
)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """How many processes ``-n auto`` means: each starts a Neo4j of its own, and a database that is given has one user."""
    if os.environ.get("KG_TEST_NEO4J_URI") or os.environ.get("KG_TEST_CONTAINERS") == "1":
        return 0
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(available, 4) if available > 1 else 0


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a case of bytes by its argument: packed ones hold the time, and several processes must call a test the same."""
    return argname if isinstance(val, bytes) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lies in ``tests/integration``, so that no file there has to, and begin with what takes long.

    Of several processes none is then left alone with a long file at the end.
    """
    for item in items:
        if "integration" in item.path.parts:
            item.add_marker("integration")
    place = {name: number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: place.get(item.path.name, len(LONG)))


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No ``NEO4J_*`` from outside, and a home that nobody else has; program files are shared by all homes of tests."""
    for name in ("NEO4J_URI", "NEO4J_USERNAME", "NEO4J_PASSWORD", "NEO4J_DATABASE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KG_HOME", str(tmp_path_factory.getbasetemp() / "unused-home"))
    monkeypatch.setenv("KG_JARS", str(JARS))
    monkeypatch.setenv("KG_NEO4J_VERSION", NEO4J_VERSION)
