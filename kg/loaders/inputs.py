"""What the records of a loader follow from besides its files: the program, what it was asked for, and what persons decided."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from kg.errors import KgError
from kg.home import judgements_file
from kg.loaders.base import Loader
from kg.places.gazetteer import package_file
from kg.resources import PACKAGE

#: Files of the package that decide what records are made, or hold data: all but what Python makes itself.
_SUFFIXES = frozenset((".py", ".toml", ".csv", ".json", ".yaml", ".txt"))


def inputs_of(loader: Loader) -> str | None:
    """Return a text that is the same as long as the same files give the same records; none when that cannot be told.

    It covers the program and the data that come with it, the installed packages (the gazetteer is one) and Python itself, what the
    loader was made with, and the judgements on places. Files that it was given count by their names; what is in them is in the
    loader's own checksum. It cannot be told for a loader that was given an object, such as another resolver.
    """
    given = _plain(loader.made_with)
    if given is None:
        return None
    judgements = judgements_file()
    decided = judgements.read_bytes() if judgements.is_file() else b""
    parts = [*_own_code(type(loader)), given, _program(), _gazetteer(), hashlib.sha256(decided).hexdigest()]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _own_code(kind: type[Loader]) -> list[str]:
    """Return the name of the class, and a text that changes with the files of its own and its bases' code: it may be anybody's."""
    files = {getattr(sys.modules.get(base.__module__), "__file__", None) for base in kind.__mro__}
    code = hashlib.sha256()
    for file in sorted(file for file in files if file):
        code.update(Path(file).read_bytes() if Path(file).is_file() else b"")
    return [f"{kind.__module__}.{kind.__qualname__}", code.hexdigest()]


def _gazetteer() -> str:
    """Return what tells the file of places from another, without reading its 80 MB; its version is among those of the packages."""
    try:
        path, _ = package_file()
    except KgError:
        return ""
    status = path.stat()
    return f"{status.st_size} {status.st_mtime_ns}"


def _plain(value: Any) -> str | None:
    """Return arguments as a text; none when one of them is an object that has no text of its own."""
    match value:
        case None | bool() | int() | float() | str():
            return repr(value)
        case Path():
            return f"file {value.name!r}"
        case Mapping():
            parts = [(str(name), _plain(part)) for name, part in sorted(value.items())]
            return None if any(part is None for _, part in parts) else repr(parts)
        case list() | tuple():
            texts = [_plain(part) for part in value]
            return None if None in texts else repr(texts)
        case _:
            return None


@cache
def _program() -> str:
    """Return a text that changes with any file of the package, any installed package, and Python."""
    digest = hashlib.sha256(sys.version.encode())
    for path in sorted(path for path in PACKAGE.rglob("*") if path.suffix in _SUFFIXES and path.is_file()):
        digest.update(f"\0{path.relative_to(PACKAGE)}\0".encode())
        digest.update(path.read_bytes())
    for name, version in sorted({(str(one.name), one.version) for one in metadata.distributions()}):
        digest.update(f"\0{name} {version}".encode())
    return digest.hexdigest()
