"""What the environment says about the database."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from kg.database.settings import Settings

AURA = {
    "NEO4J_URI": "neo4j+s://1234.databases.neo4j.io",
    "NEO4J_USERNAME": "anna",
    "NEO4J_PASSWORD": "correct horse",
    "NEO4J_DATABASE": "networks",
}


def test_the_names_of_auras_credentials_file_are_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in AURA.items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert settings.neo4j_password is not None
    assert {
        "NEO4J_URI": settings.neo4j_uri,
        "NEO4J_USERNAME": settings.neo4j_username,
        "NEO4J_PASSWORD": settings.neo4j_password.get_secret_value(),
        "NEO4J_DATABASE": settings.neo4j_database,
    } == AURA


def test_a_variable_set_to_nothing_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEO4J_URI", "")
    monkeypatch.setenv("KG_HOME", "")
    monkeypatch.setenv("KG_NEO4J_VERSION", "")
    settings = Settings()
    assert (settings.neo4j_uri, settings.kg_home, settings.kg_neo4j_version) == (None, None, "5.26")


def test_the_password_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEO4J_PASSWORD", "correct horse")
    settings = Settings()
    assert "correct horse" not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"


@pytest.mark.parametrize("given", [["correct horse"], {"it": "correct horse"}, 5])
def test_nor_by_an_error_on_what_was_given(given: object) -> None:
    with pytest.raises(ValidationError) as raised:
        Settings.model_validate({"NEO4J_PASSWORD": given})
    assert "NEO4J_PASSWORD" in str(raised.value)
    assert "correct horse" not in f"{raised.value} {raised.value!r}"


def test_the_home_is_a_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KG_HOME", "/somewhere/else")
    assert Settings().kg_home == Path("/somewhere/else")
