"""``compose.yaml`` is as closed as the Neo4j that kg runs itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kg.database.server.configuration import Memory, settings_text

COMPOSE = (Path(__file__).parents[3] / "compose.yaml").read_text(encoding="utf-8")
OURS = dict(
    line.split("=", 1)
    for line in settings_text((7687, 7474), Memory(2048, 1024, 1024)).splitlines()
    if not line.startswith(("#", "server.jvm.additional"))
)


@pytest.mark.parametrize(
    "name",
    [
        "dbms.security.allow_csv_import_from_file_urls",
        "internal.dbms.cypher_ip_blocklist",
        "db.transaction.timeout",
        "dbms.usage_report.enabled",
        "client.allow_telemetry",
    ],
)
def test_a_setting_has_the_same_value(name: str) -> None:
    # The official image takes settings from the environment: a dot is one underscore, an underscore is two.
    variable = "NEO4J_" + name.replace("_", "__").replace(".", "_")
    found = re.search(rf'^\s*{variable}: "?([^"\n]*)"?$', COMPOSE, re.MULTILINE)
    assert found is not None
    assert found[1] == OURS[name]


def test_every_port_is_on_the_loopback_address() -> None:
    published = re.findall(r'^\s*- "(.*:\d+)"$', COMPOSE, re.MULTILINE)
    assert published == ["127.0.0.1:7687:7687", "127.0.0.1:7474:7474"]


def test_there_is_no_default_password() -> None:
    assert re.findall(r"NEO4J_PASSWORD[^}\n]*\}", COMPOSE) == [
        "NEO4J_PASSWORD:?set NEO4J_PASSWORD to a password of your own}"
    ]
