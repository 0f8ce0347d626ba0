"""The bill of materials: all that is locked is in it, with its checksums, and the wheel carries it."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from kg.database.server.lock import load_lock
from tests.packaging.test_distribution import CHECKOUT, wheel
from tools.sbom import bill, locked, scopes

__all__ = ["wheel"]

LOCK = """\
# This file was made
click==8.2.0 \\
    --hash=sha256:{0} \\
    --hash=sha256:{1}
    # via
    #   localgov-kg (pyproject.toml)
    #   Some_Tool
some-tool==1.0 ; python_version < '3.12' \\
    --hash=sha256:{0}
    # via localgov-kg (pyproject.toml)
colorama==0.4 ; sys_platform == 'win32' \\
    --hash=sha256:{0}
    # via click
""".format("a" * 64, "b" * 64)


def test_a_lock_is_read_with_markers_and_who_asks() -> None:
    click, tool, colorama = locked(LOCK)
    assert (click.name, click.version, click.hashes) == ("click", "8.2.0", ["a" * 64, "b" * 64])
    assert click.asked_by == ["localgov-kg", "some-tool"]
    assert (tool.version, tool.asked_by) == ("1.0", ["localgov-kg"])
    assert colorama.asked_by == ["click"]


def test_what_only_developers_need_is_told_from_the_rest() -> None:
    project = {"dependencies": ["click>=8"], "optional-dependencies": {"dev": ["localgov-kg[x]", "some-tool"], "x": []}}
    assert scopes(locked(LOCK), project) == {"click": "required", "colorama": "required", "some-tool": "excluded"}


def test_each_package_and_jar_that_is_locked_is_in_it_with_checksums() -> None:
    components = {one["purl"]: one for one in bill()["components"]}
    text = (CHECKOUT / "requirements" / "dev.txt").read_text(encoding="utf-8")
    for package in locked(text):
        assert components[f"pkg:pypi/{package.name}@{package.version}"]["hashes"], package.name
    for line in ("5.26", "2026"):
        for jar in load_lock(line).jars:
            suffix = f"?classifier={jar.classifier}" if jar.classifier else ""
            found = components[f"pkg:maven/{jar.group}/{jar.artifact}@{jar.version}{suffix}"]
            assert [one["content"] for one in found["hashes"]] == [jar.sha256]


def test_the_core_is_required_and_an_extra_is_optional() -> None:
    scope = {one["name"]: one["scope"] for one in bill()["components"]}
    assert (scope["pydantic"], scope["pyarrow"], scope["pytest"]) == ("required", "optional", "excluded")


def test_each_component_is_named_once() -> None:
    names = [one["bom-ref"] for one in bill()["components"]]
    assert len(names) == len(set(names))


def test_the_wheel_carries_it(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [entry for entry in archive.namelist() if entry.endswith(".dist-info/sboms/sbom.cdx.json")]
        assert json.loads(archive.read(name)) == bill()
