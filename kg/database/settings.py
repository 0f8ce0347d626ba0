"""Where the database is: from the environment, with the names of Neo4j Aura's credentials file."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What the environment says about the database and about the local server.

    With ``NEO4J_URI`` unset, the local server is used and the other ``NEO4J_*`` variables have no effect.
    """

    model_config = SettingsConfigDict(
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        populate_by_name=True,
        # An error that showed what it was given would show the password.
        hide_input_in_errors=True,
    )

    neo4j_uri: str | None = Field(default=None, validation_alias="NEO4J_URI", description="bolt:// or neo4j:// address")
    neo4j_username: str = Field(default="neo4j", validation_alias="NEO4J_USERNAME")
    neo4j_password: SecretStr | None = Field(default=None, validation_alias="NEO4J_PASSWORD")
    neo4j_database: str | None = Field(default=None, validation_alias="NEO4J_DATABASE")

    kg_home: Path | None = Field(default=None, validation_alias="KG_HOME", description="folder of the local server")
    kg_neo4j_version: str = Field(default="5.26", validation_alias="KG_NEO4J_VERSION", description="5.26 or 2026")
    kg_jars: Path | None = Field(
        default=None,
        validation_alias="KG_JARS",
        description="folder of the server's program files, so that several homes share them; else in the home",
    )
