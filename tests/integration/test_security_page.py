"""The statements of docs/security.md are read by Neo4j as what they are, though Community Edition has no roles."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from neo4j.exceptions import ClientError

from kg.database.connection import Connection
from tests.integration.test_read_only import ATTEMPTS, BY_TEXT_ALONE

PAGE = (Path(__file__).parents[2] / "docs" / "security.md").read_text(encoding="utf-8")
STATEMENTS = [
    statement.strip()
    for block in re.findall(r"```cypher\n(.*?)```", PAGE, re.DOTALL)
    for statement in block.split(";")
    if statement.strip()
]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_it_is_a_statement_on_roles(statement: str, connection: Connection) -> None:
    if statement.startswith("CREATE USER"):
        assert connection.explain(statement, {"password": "only explained"}).type == "s"
        return
    # What Community Edition says once it has read the statement.
    with pytest.raises(ClientError, match="Unsupported administration command"):
        connection.explain(statement)


def test_the_figures_are_those_of_the_tests() -> None:
    assert f"tries {len(ATTEMPTS)} ways round this" in PAGE
    words = {4: "four", 5: "five", 6: "six"}
    assert f"For all but\n{words[len(BY_TEXT_ALONE)]} of them the plan, or" in PAGE
