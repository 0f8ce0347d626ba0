"""The notebooks, run as a user runs them, on a real Neo4j with the starter: they show what is committed.

All texts and tables must be equal, since nothing in them is a matter of chance: the questions name their day, ties go by id, random
numbers begin at a seed. Of a picture only that there is one, since its pixels depend on the fonts of the machine.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError

from kg.database.connection import Connection
from kg.database.schema import apply_schema
from kg.loaders.loading import load
from kg.loaders.starter import Starter
from kg.queries.choose import forget
from tools.notebooks import execute, paths, read, shown

from .conftest import Address


@pytest.fixture(scope="module")
def starter(connection: Connection, address: Address, snapshots: Path) -> dict[str, str]:
    """The starter, loaded once; the environment by which a kernel finds it."""
    connection.run_schema("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS")
    forget(connection)
    shutil.rmtree(snapshots, ignore_errors=True)
    apply_schema(connection)
    load(connection, Starter())
    return address.environment


@pytest.mark.parametrize("path", paths(), ids=lambda path: path.name)
def test_notebook_runs_and_shows_what_is_committed(starter: dict[str, str], path: Path) -> None:
    committed = read(path)
    ran = execute(committed, starter)
    for now, before in zip(shown(ran), shown(committed), strict=True):
        assert now == before, "what the notebook shows has changed: run make notebooks, and look at it"


def test_a_cell_that_fails_is_an_error(starter: dict[str, str]) -> None:
    cell = nbformat.v4.new_code_cell("1 / 0")
    with pytest.raises(CellExecutionError, match="division by zero"):
        execute(nbformat.v4.new_notebook(cells=[cell]), starter)
