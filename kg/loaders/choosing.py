"""From names of files to the loaders that read them, where no command says which: a file says it by its header."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from kg.errors import KgError
from kg.loaders.base import Loader
from kg.loaders.catalogue import FILE_LOADERS
from kg.loaders.files import FileLoader
from kg.loaders.geonames_dump import GeoNamesDump
from kg.loaders.table import Table

_LOADERS: tuple[type[FileLoader], ...] = (GeoNamesDump, *FILE_LOADERS)

#: The loaders by name.
BY_NAME = {loader.name: loader for loader in _LOADERS}

#: These are recognised by the header of a file. Last the one that looks through every sheet of a workbook.
_RECOGNISED = [name for name in BY_NAME if name not in ("table", "popolo", "lau")] + ["lau"]

_GIVEN = re.compile(rf"(?P<loader>{'|'.join(BY_NAME)})(?:@(?P<edition>[^:]*))?:(?P<path>.+)", re.DOTALL)


def loaders_of_files(given: Sequence[str]) -> list[Loader]:
    """Return the loaders of some files, in the order in which they are best loaded.

    Args:
        given: Each the path of a file, which is recognised by its header, or ``LOADER:FILE`` or ``LOADER@EDITION:FILE`` with a
            loader as ``kg load`` names it. Files named with one loader and edition are read together, as ``kg load`` does it. A
            table is read by the mapping that lies beside it under the same name (``members.xlsx``, ``members.yaml``).

    Raises:
        KgError: There is no such file, no loader knows it, or its edition has to be said.
    """
    groups: dict[tuple[str, str | None, Path | None], list[Path]] = defaultdict(list)
    for text in given:
        match = _GIVEN.fullmatch(text)
        path = Path(match["path"] if match else text)
        if not path.is_file():
            raise KgError(f"{path}: there is no such file" if not path.exists() else f"{path} is not a file")
        mapping = _mapping_beside(path)
        name = match["loader"] if match else "table" if mapping else _recognise(path)
        groups[name, match["edition"] if match else None, mapping if name == Table.name else None].append(path)
    order = list(BY_NAME)
    loaders: list[Loader] = []
    for (name, edition, mapping), files in sorted(groups.items(), key=lambda item: order.index(item[0][0])):
        options: dict[str, Any] = {"mapping": mapping} if name == Table.name else {}
        made = BY_NAME[name].for_files(files, edition=edition, **options)
        for loader in made:
            _check_edition(loader, name, files[0])
        loaders += made
    return loaders


def _mapping_beside(path: Path) -> Path | None:
    beside = (path.with_suffix(suffix) for suffix in (".yaml", ".yml"))
    return next((mapping for mapping in beside if mapping.is_file() and mapping != path), None)


def _recognise(path: Path) -> str:
    for name in _RECOGNISED:
        try:
            if any(list(islice(loader.extract(), 1)) for loader in BY_NAME[name].for_files([path])):
                return name
        except KgError:
            continue
    raise KgError(
        f"{path}: no loader knows its header. Say which reads it, as keep:{path.name} (there are "
        f"{', '.join(BY_NAME)}), or put a mapping beside it, as {path.with_suffix('.yaml').name} "
        f"(`kg load table --suggest {path.name}` writes a first one)."
    )


def _check_edition(loader: FileLoader, name: str, path: Path) -> None:
    try:
        _ = loader.edition
    except KgError:
        raise KgError(
            f"{path} does not say of when it is: give the day or month or year on which it was published or downloaded, as "
            f"{name}@2024-01:{path}"
        ) from None
