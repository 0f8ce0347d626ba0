"""What the product is made of, as a CycloneDX 1.6 bill of materials: ``python -m tools.sbom > sbom.cdx.json``.

It is reckoned from what is locked, without network: the Python packages of ``requirements/dev.txt`` with the SHA-256 of each file
that may be installed, and the jars of both lines of Neo4j with theirs. A package is ``required`` when the library itself needs it,
``optional`` when an extra does, and ``excluded`` when only developers do. The wheel carries it (``.dist-info/sboms/``, PEP 770).
"""

from __future__ import annotations

import json
import re
import tomllib
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[1]
NAME = "sbom.cdx.json"

_PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(?P<version>[^\s;\\]+)")
_HASH = re.compile(r"--hash=sha256:(?P<hash>[0-9a-f]{64})")
_REQUIREMENT = re.compile(r"[A-Za-z0-9._-]+")
_ROOT = "localgov-kg"


@dataclass
class Package:
    """A package that is locked, and which others ask for it."""

    name: str
    version: str
    hashes: list[str] = field(default_factory=list)
    asked_by: list[str] = field(default_factory=list)


def normal(name: str) -> str:
    """Return a name of a package as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(text: str) -> list[Package]:
    """Return the packages of a lock file in the form of ``requirements/dev.txt``."""
    packages: list[Package] = []
    for line in text.splitlines():
        if match := _PIN.match(line):
            packages.append(Package(normal(match["name"]), match["version"]))
        elif match := _HASH.search(line):
            packages[-1].hashes.append(match["hash"])
        elif line.startswith("    #"):
            by = line.strip("# ").removeprefix("via").strip()
            if by:
                packages[-1].asked_by.append(normal(by.split()[0]))
    return packages


def scopes(packages: Iterable[Package], project: Mapping[str, Any]) -> dict[str, str]:
    """Return ``required``, ``optional`` or ``excluded`` for each package, by name."""
    asks: dict[str, set[str]] = {}
    names = set()
    for package in packages:
        names.add(package.name)
        for by in package.asked_by:
            asks.setdefault(by, set()).add(package.name)
    extras = {name: some for name, some in project["optional-dependencies"].items() if name != "dev"}
    required = _closure(_names(project["dependencies"]), asks)
    optional = _closure(_names(one for some in extras.values() for one in some), asks)
    return {name: "required" if name in required else "optional" if name in optional else "excluded" for name in names}


def _names(requirements: Iterable[str]) -> set[str]:
    found = (_REQUIREMENT.match(one) for one in requirements)
    return {normal(match[0]) for match in found if match} - {_ROOT}


def _closure(names: set[str], asks: Mapping[str, set[str]]) -> set[str]:
    found, ahead = set(names), list(names)
    while ahead:
        new = asks.get(ahead.pop(), set()) - found
        found |= new
        ahead += new
    return found


def bill(checkout: Path = CHECKOUT) -> dict[str, Any]:
    """Return the bill of materials of a checkout; the same for the same locks."""
    project = tomllib.loads((checkout / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    version = re.search(r'__version__ = "([^"]+)"', (checkout / "kg" / "__init__.py").read_text(encoding="utf-8"))
    assert version is not None
    packages = locked((checkout / "requirements" / "dev.txt").read_text(encoding="utf-8"))
    scope = scopes(packages, project)
    components = [_python(package, scope[package.name]) for package in packages]
    for lock in sorted((checkout / "kg" / "database" / "server" / "locks").glob("*.toml")):
        components += _jars(tomllib.loads(lock.read_text(encoding="utf-8")))
    components = list({one["bom-ref"]: one for one in components}.values())
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, json.dumps(components, sort_keys=True))}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": _ROOT,
                "name": _ROOT,
                "version": version[1],
                "licenses": [{"license": {"id": project["license"]}}],
            }
        },
        "components": components,
    }


def _python(package: Package, scope: str) -> dict[str, Any]:
    purl = f"pkg:pypi/{package.name}@{package.version}"
    return {
        "type": "library",
        "bom-ref": purl,
        "name": package.name,
        "version": package.version,
        "scope": scope,
        "purl": purl,
        "hashes": [{"alg": "SHA-256", "content": one} for one in sorted(set(package.hashes))],
    }


def _jars(lock: Mapping[str, Any]) -> list[dict[str, Any]]:
    jars = []
    for entry in lock["dependencies"]:
        classifier = f"?classifier={entry['classifier']}" if entry.get("classifier") else ""
        purl = f"pkg:maven/{entry['groupId']}/{entry['artifactId']}@{entry['version']}{classifier}"
        jars.append(
            {
                "type": "library",
                "bom-ref": purl,
                "group": entry["groupId"],
                "name": entry["artifactId"],
                "version": entry["version"],
                "scope": "optional",
                "purl": purl,
                "hashes": [{"alg": "SHA-256", "content": entry["sha256"]}],
            }
        )
    return jars


def main() -> None:
    """Print it."""
    print(json.dumps(bill(), indent=1))


if __name__ == "__main__":
    main()
