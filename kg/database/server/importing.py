"""Neo4j's offline importer on the local server: into a store beside its own, which then takes the place of that one.

The importer needs half a minute and may fail; the server runs on meanwhile. Only when a whole store is there, the server is stopped,
the two change places, which is a matter of renaming, and it is started again.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kg.database.server import configuration
from kg.database.server.disk import check_free_space, disk_error, explain_disk_errors
from kg.database.server.exclusive import only_one
from kg.database.server.home import Home, write_whole
from kg.database.server.java import find_java
from kg.database.server.lock import load_lock
from kg.database.server.progress import Quiet, Reporter
from kg.database.server.running import DATABASE, ServerInfo
from kg.database.server.stopping import restart
from kg.errors import KgError

#: The importer as such; Neo4j's own command starts it in a second Java, which takes seconds.
_MAIN_CLASS = "org.neo4j.cli.AdminTool"

#: Where a database lies below the data folder: the store, and the log of its transactions.
_PARTS = ("databases", "transactions")

#: Room that the importer needs for the store: so many times the size of the files, and bytes for an empty one.
_TIMES, _AT_LEAST = 5, 100 * 1024**2

#: As kg has them for its server; else 256 MB are reserved for a log of transactions of which there are none.
_SETTINGS = """\
# Written by kg for one import.
db.tx_log.preallocate=false
db.tx_log.rotation.size=64m
dbms.usage_report.enabled=false
"""

#: Seconds for which another import on the same server is waited for.
_PATIENCE = 3600

#: Hears how far the importer is: percent done, percent in all.
Heard = Callable[[int, int], None]


@dataclass(frozen=True)
class Workshop:
    """Folders beside the data of a server: for the files to be imported, and for the store that is made of them."""

    home: Home

    @property
    def folder(self) -> Path:
        """All of it; among the data, so that it goes with them."""
        return self.home.data / "bulk"

    @property
    def files(self) -> Path:
        """For the files, and what is said about them."""
        return self.folder / "files"

    @property
    def made(self) -> Path:
        """What the importer takes for its server."""
        return self.folder / "made"

    @property
    def before(self) -> Path:
        """For the store that was the server's."""
        return self.folder / "before"


@contextmanager
def workshop(home: Home) -> Iterator[Workshop]:
    """Have the folders for an import, empty, and to oneself; they are removed afterwards.

    Raises:
        KgError: another import has been using them for an hour, or the disk refuses.
    """
    shop = Workshop(home)
    with only_one(home.server / "bulk.lock", _PATIENCE):
        with explain_disk_errors(shop.folder):
            shutil.rmtree(shop.folder, ignore_errors=True)  # of one that was killed
            shop.files.mkdir(parents=True)
        try:
            yield shop
        except OSError as error:
            # One about a file elsewhere is not about this place.
            if error.filename is None or str(error.filename).startswith(str(shop.folder)):
                raise disk_error(error, shop.folder) from error
            raise
        finally:
            shutil.rmtree(shop.folder, ignore_errors=True)


def run_importer(shop: Workshop, options: Sequence[str], size: int, heard: Heard | None = None) -> None:
    """Make a store of files.

    Args:
        shop: Where the files are, and where the store will be.
        options: See :func:`kg.database.bulk.command.import_options`.
        size: Of the files, in bytes.
        heard: Who hears how far it is.

    Raises:
        KgError: There is not the room for it, or the importer fails; with what it says.
    """
    check_free_space(shop.folder, _TIMES * size + _AT_LEAST)
    home = shop.home
    conf = shop.made / "conf"
    write_whole(conf / "neo4j.conf", _SETTINGS)
    memory = configuration.size_memory(configuration.machine_memory())
    command = [
        str(find_java(load_lock(home.line)).program),
        f"-Xmx{memory.heap}m",
        *configuration.OPENED,
        "-Dfile.encoding=UTF-8",
        f"@{configuration.class_path_file(home)}",
        _MAIN_CLASS,
        "database",
        "import",
        "full",
        DATABASE,  # here, since the option of files takes all that follow it
        f"--report-file={shop.folder / 'import.report'}",
        *options,
    ]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NEO4J_")}
    environment |= {"NEO4J_HOME": str(shop.made), "NEO4J_CONF": str(conf)}
    said = []
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=shop.files,
        env=environment,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as importer:
        assert importer.stdout is not None
        try:
            stage = 0
            for line in importer.stdout:
                said.append(line.rstrip())
                if found := re.match(r"\((\d)/(\d)\) ", line):
                    stage = int(found[1])
                if heard and stage and (found := re.search(r" (\d+)% ", line)):
                    heard(100 * (stage - 1) + int(found[1]), 400)
        except BaseException:
            importer.terminate()
            raise
    if importer.returncode:
        raise KgError(
            f"Neo4j's importer failed, and the database is as it was. It says: {_reason(said)}. Load without --bulk, and "
            "please report this with what it says"
        )


def _reason(said: Sequence[str]) -> str:
    """Return the words that matter among what the importer printed: what follows its last rule, without frames of Java."""
    lines = [line for line in said if line.strip() and not re.match(r"\s*(at |\.\.\. |[.\s]+\d+%)", line)]
    failed = next((place for place, line in enumerate(lines) if re.search("fail|error|exception", line.lower())), None)
    told = lines[failed:] if failed is not None else lines[-5:]
    return (
        " / ".join(line.strip() for line in told if not set(line.strip()) <= set("-"))[:1500].rstrip(".") or "nothing"
    )


def put_in_place(shop: Workshop, report: Reporter | None = None) -> ServerInfo:
    """Restart the server with the store that was made in place of its own, which is kept until the workshop is left.

    Raises:
        KgError: The server does not start with it; then it runs with its own again.
    """
    report = report or Quiet()
    try:
        return restart(shop.home, lambda: _exchange(shop.home.data, shop.before, shop.made / "data"), report)
    except BaseException:
        take_back(shop, report)
        raise


def take_back(shop: Workshop, report: Reporter | None = None) -> ServerInfo:
    """Restart the server with the store that it had before."""

    def back() -> None:
        for part in _PARTS:
            if (shop.before / part / DATABASE).exists():
                shutil.rmtree(shop.home.data / part / DATABASE, ignore_errors=True)
                _move(shop.before / part / DATABASE, shop.home.data / part / DATABASE)

    return restart(shop.home, back, report or Quiet())


def _exchange(data: Path, before: Path, made: Path) -> None:
    for part in _PARTS:
        if (data / part / DATABASE).exists():
            _move(data / part / DATABASE, before / part / DATABASE)
        _move(made / part / DATABASE, data / part / DATABASE)


def _move(source: Path, target: Path) -> None:
    with explain_disk_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        source.rename(target)
