"""What commands are forked from: kg and its loaders imported, nothing opened, no thread begun."""

from __future__ import annotations

import importlib
import os
import sys

from kg import cli

# As the command itself does before it imports anything.
if not any(type(one).__name__ == "_WithoutPandas" for one in sys.meta_path):
    sys.meta_path.insert(0, cli._WithoutPandas())

_MODULES = ("kg.cli.load", "kg.graph", "kg.loaders.starter", "kg.loaders.geonames_dump", "kg.queries.live.stored")
for _module in _MODULES:
    importlib.import_module(_module)
for _module, _ in importlib.import_module("kg.cli.load").FILE_LOADERS.values():
    importlib.import_module(_module.partition(":")[0])


def run(words: list[str], environment: dict[str, str], folder: str, said: str) -> None:
    """Be the command ``kg`` with these words, in a process that was forked for it."""
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    nothing = os.open(os.devnull, os.O_RDWR)
    errors = os.open(said, os.O_WRONLY | os.O_APPEND)
    for stream, to in ((0, nothing), (1, nothing), (2, errors)):
        os.dup2(to, stream)
    sys.argv = ["kg", *words]
    cli.main()
