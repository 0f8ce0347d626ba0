"""What trials stand on: a local server of their own, the sources that they load, and what these amount to when undisturbed."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Self

from kg.database.check import check
from kg.database.connection import Connection
from kg.database.digest import digest
from kg.database.opening import open_connection
from kg.database.schema import apply_schema
from kg.database.server import Quiet, ensure_running, home_of, running, stop
from kg.database.settings import Settings
from kg.loaders.base import Loader
from kg.loaders.cordis import Cordis
from kg.loaders.covenant import Covenant
from kg.loaders.eurocities import Eurocities
from kg.loaders.geonames_dump import GeoNamesDump
from kg.loaders.keep import Keep
from kg.loaders.lau import Lau
from kg.loaders.loading import load
from kg.loaders.mayors import Mayors
from kg.loaders.networks import Networks
from kg.loaders.popolo import Popolo
from kg.loaders.starter import Starter
from kg.loaders.table import Table
from kg.loaders.wikidata.loader import Wikidata
from kg.queries.choose import forget
from tests.integration.proxy import Fail, Proxy
from tests.soak.commands import Command

DATA = Path(__file__).parents[1] / "data"

_ROOT = Path(__file__).parents[2]
_EMPTY = "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS"
_ATTEMPTS = """\
MATCH (l:Load) RETURN l.id AS id, l.scope AS scope, l.edition AS edition, l.complete AS complete,
    l.attempt_started AS started, l.attempt_finished AS finished, l.attempt_status AS status ORDER BY l.sequence"""

#: Seconds that a command may take before a trial gives it up: another process may have the machine.
PATIENCE = 300


@dataclass(frozen=True)
class Given:
    """A source: the words after ``kg load``, and the loads that this amounts to."""

    words: tuple[str, ...]
    loaders: Callable[[], Sequence[Loader]]


def sources(folder: Path) -> dict[str, Given]:
    """Return the starter and the fixtures of all other loaders, by name."""
    cordis = folder / "cordis-h2020projects-csv.zip"
    with zipfile.ZipFile(cordis, "w") as archive:
        for name in ("project.csv", "organization.csv"):
            archive.write(DATA / "cordis" / name, name)
    twins = [DATA / "wikidata" / name for name in ("denmark.tsv", "latvia.tsv", "names.tsv", "relations.tsv")]
    towns = DATA / "table" / "towns.yaml"
    council = "Invented Council"
    dump = {"min_population": 500}
    return {
        "starter": Given(("starter",), lambda: [Starter()]),
        "geonames": _files("geonames", GeoNamesDump, [DATA / "geonames" / "cities500.txt"], **dump),
        "covenant": _files("covenant", Covenant, [DATA / "covenant" / "signatories.csv"], edition="2024-01"),
        "networks": _files("networks", Networks, [DATA / "networks" / "memberships.csv"]),
        "eurocities": _files("eurocities", Eurocities, [DATA / "eurocities" / "members.json"], edition="2025-05"),
        "keep": _files("keep", Keep, [DATA / "keep" / "participations.csv"], edition="2021"),
        "cordis": _files("cordis", Cordis, [cordis], edition="2024"),
        "twins": _files("wikidata", Wikidata, twins, edition="2017"),
        "wikidata": _files("wikidata", Wikidata, [DATA / "wikidata" / "twins.json"], edition="2026-11"),
        "lau": _files("lau", Lau, [DATA / "lau" / "nuts_lau_2019.csv"], edition="2019"),
        "popolo": _files("popolo", Popolo, [DATA / "popolo" / "council.json"], edition="2025", publisher=council),
        "mayors": _files("mayors", Mayors, [DATA / "mayors" / "mayors.csv"], edition="2018"),
        "table": _files("table", Table, [DATA / "table" / "towns.csv"], mapping=towns),
    }


#: The order in which one trial after the other loads them, each on top of those before.
CHAIN = (
    "table",
    "twins",
    "covenant",
    "geonames",
    "eurocities",
    "popolo",
    "starter",
    "keep",
    "wikidata",
    "cordis",
    "networks",
    "mayors",
    "lau",
)


def _files(command: str, loader: type, files: Sequence[Path], **options: object) -> Given:
    words = [command, *map(str, files)]
    for name, value in options.items():
        words += [f"--{name.replace('_', '-')}", str(value)]
    return Given(tuple(words), lambda: loader.for_files(files, **options))


class Ground:
    """A local server in a folder of its own that trials may kill. Use it as a context manager: it stops the server.

    Args:
        folder: Where its files are.
        known: A file that keeps, from one run to the next, what undisturbed loads amount to.
        links: How many sources of the chain the trials are going to load.
    """

    def __init__(self, folder: Path, known: Path | None = None, links: int = len(CHAIN)) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.settings = Settings(
            NEO4J_URI=None,
            NEO4J_PASSWORD=None,
            NEO4J_DATABASE=None,
            KG_HOME=folder / "home",
            KG_JARS=Path(os.environ.get("KG_JARS") or _ROOT / ".kg" / "jars").absolute(),
            KG_NEO4J_VERSION=os.environ.get("KG_NEO4J_VERSION") or "5.26",
        )
        self.home = home_of(self.settings)
        self.sources = sources(folder)
        #: By the names that are loaded, in their order: the digest, and how many statements the last of them takes as a command.
        self._links = links
        self._known = Known(known, f"{code_digest()} {self.settings.kg_neo4j_version}")
        self._connection: Connection | None = None
        #: The sources that are in the database, in the order of their loads, where it is known that nothing else is.
        self._holds: tuple[str, ...] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.disconnect()
        stop(self.home)

    # The server ---------------------------------------------------------------------------------------------------------------

    @property
    def connection(self) -> Connection:
        """A connection to the server, which is started where it does not run."""
        if self._connection is None:
            self._connection = self.connect()
        return self._connection

    def connect(self) -> Connection:
        """Open one more connection."""
        return open_connection(settings=self.settings, report=Quiet())

    def disconnect(self) -> None:
        """Close the connection, if there is one: the next to ask for it gets a new one."""
        if self._connection is not None:
            forget(self._connection)
            self._connection.close()
            self._connection = None

    def kill_server(self) -> None:
        """Kill the server, and wait until another may open its files."""
        self.disconnect()
        server = running(self.home)
        assert server is not None, "the server does not run"
        os.kill(server.pid, signal.SIGKILL)
        deadline = time.monotonic() + 60
        while running(self.home) is not None:
            assert time.monotonic() < deadline, f"process {server.pid} is still there after SIGKILL"
            time.sleep(0.05)

    @contextmanager
    def proxy(self, *, fail: Fail | None = None, cut_after: list[int] | None = None) -> Iterator[Proxy]:
        """Open a door to the server that trials can slam."""
        server = ensure_running(self.settings, Quiet())
        with Proxy(("localhost", server.bolt_port), fail=fail, cut_after=cut_after) as proxy:
            yield proxy

    def environment(self, proxy: Proxy | None = None) -> dict[str, str]:
        """Return the environment of a command that finds the server by itself, or through a proxy."""
        found = {name: value for name, value in os.environ.items() if not name.startswith("NEO4J_")}
        found |= {
            "KG_HOME": str(self.settings.kg_home),
            "KG_JARS": str(self.settings.kg_jars),
            "KG_NEO4J_VERSION": self.settings.kg_neo4j_version,
            "KG_JUDGEMENTS": str(self.folder / "judgements.csv"),
            "PYTHONPATH": os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH")))),
        }
        if proxy is not None:
            server = ensure_running(self.settings, Quiet())
            found |= {
                "NEO4J_URI": f"bolt://127.0.0.1:{proxy.port}",
                "NEO4J_USERNAME": server.username,
                "NEO4J_PASSWORD": server.password,
                "NEO4J_DATABASE": server.database,
            }
        return found

    # Loads --------------------------------------------------------------------------------------------------------------------

    def fresh(self, names: Iterable[str] = ()) -> Connection:
        """Have these sources, and nothing else, in the database: loaded in this process, undisturbed, where they are not there yet."""
        names, holds = tuple(names), self._holds
        self._holds = None
        connection = self.connection
        if holds is None or names[: len(holds)] != holds:
            holds = ()
            connection.run_schema(_EMPTY)
            forget(connection)
            apply_schema(connection)
        for name in names[len(holds) :]:
            for loader in self.sources[name].loaders():
                load(connection, loader)
        return connection

    def start(self, name: str, proxy: Proxy | None = None) -> Command:
        """Start ``kg load`` as a process of its own."""
        return Command(("load", *self.sources[name].words), self.environment(proxy), self.folder)

    def finish(self, name: str, proxy: Proxy | None = None) -> None:
        """Run ``kg load`` to its end, which must be a good one."""
        with self.start(name, proxy) as process:
            code, errors = ended(process)
        assert code == 0, f"kg load {name} ended with {code}: {errors}"

    def link(self, number: int) -> tuple[tuple[str, ...], str]:
        """Return what trial ``number`` finds in the database, and what it loads: round by round through all sources.

        Before the first, all that they amount to is found out, for there each is the start of the next.
        """
        for length in range(1, self._links + 1):
            self.undisturbed(*CHAIN[:length])
        place = number % len(CHAIN)
        return CHAIN[:place], CHAIN[place]

    def undisturbed(self, *names: str) -> tuple[str, int]:
        """Return the digest of these sources, loaded one after the other, and the statements of the last as a command."""
        known = self._known.get(names)
        if known is None:
            counted = Counted()
            self.fresh(names[:-1])
            with self.proxy(fail=counted) as proxy:
                self.finish(names[-1], proxy)
            known = digest(self.connection).value, counted.number
            self._known.put(names, known)
            self._holds = names
        return known

    # What must hold -----------------------------------------------------------------------------------------------------------

    def attempts(self) -> list[dict[str, object]]:
        """Return what is recorded of all loads and their attempts, the first load first."""
        return self.connection.run_read(_ATTEMPTS, {})

    def status_beyond(self, loads: int) -> list[str]:
        """Return how the attempts stand of the latest load, if there are more than so many loads; else nothing."""
        found = self.attempts()
        return list(found[-1]["status"]) if len(found) > loads else []  # type: ignore[call-overload]

    def verify(self, expected: str, holds: tuple[str, ...] | None = None) -> None:
        """See that nothing is lost or doubled, that the rules hold, and that the record of loads is true.

        Args:
            expected: The digest that the graph must have.
            holds: The sources that it then is known to hold, in the order of their loads: the next trial may go on from it.
        """
        found = digest(self.connection)
        assert found.value == expected, f"digest {found}, not {expected}: something is lost or doubled"
        checked = check(self.connection)
        assert checked.holds, "; ".join(f"{one.rule}: {one.thing}: {one.says}" for one in checked.findings)
        for row in self.attempts():
            tell_the_truth(row)
        self._holds = holds


def tell_the_truth(row: dict[str, object]) -> None:
    """See that a load, of which no attempt is under way, says of each attempt how it ended."""
    started, finished, status = row["started"], row["finished"], row["status"]
    assert isinstance(started, list)
    assert isinstance(finished, list)
    assert isinstance(status, list)
    said = f"load {row['id']} says {status}, finished {finished}"
    assert len(started) == len(finished) == len(status) > 0, said
    assert row["complete"] is True, said
    assert status[-1] == "complete", said
    assert set(status) <= {"complete", "interrupted"}, said
    assert [bool(one) for one in finished] == [one == "complete" for one in status], said


class Known:
    """What undisturbed loads amount to, by the names that are loaded, in their order: the digest, and the statements of the last.

    Args:
        file: Where it is kept for later runs; nowhere unless given.
        of: What it depends on: what was found under another is not used.
    """

    def __init__(self, file: Path | None, of: str) -> None:
        self._file, self._of = file, of
        self._found: dict[tuple[str, ...], tuple[str, int]] = {}
        if file is not None and file.exists():
            for line in file.read_text(encoding="utf-8").splitlines():
                with suppress(ValueError):  # what was being written when the run was cut off
                    kept_of, names, value, statements = json.loads(line)
                    if kept_of == of:
                        self._found[tuple(names)] = value, statements

    def get(self, names: tuple[str, ...]) -> tuple[str, int] | None:
        """Return what is known of these loads."""
        return self._found.get(names)

    def put(self, names: tuple[str, ...], found: tuple[str, int]) -> None:
        """Keep what was found."""
        self._found[names] = found
        if self._file is not None:
            with self._file.open("a", encoding="utf-8") as file:
                file.write(json.dumps([self._of, names, *found]) + "\n")


@cache
def code_digest() -> str:
    """Return twelve digits that are others when kg or the sources of the tests are."""
    found = hashlib.sha256()
    for path in sorted([*(_ROOT / "kg").rglob("*.*"), *DATA.rglob("*.*")]):
        if path.is_file() and path.suffix != ".pyc":
            found.update(f"{path.relative_to(_ROOT)} {path.stat().st_size} ".encode() + path.read_bytes())
    return found.hexdigest()[:12]


class Counted:
    """Counts the statements that go through a proxy, and calls ``then`` with the number of each."""

    def __init__(self, then: Callable[[int], str | None] | None = None) -> None:
        self.number = 0
        self._then = then

    def __call__(self, statement: bytes) -> str | None:
        self.number += 1
        return self._then(self.number) if self._then else None


def ended(process: Command) -> tuple[int, str]:
    """Wait for a process; return its exit code and what it said of errors, in which no traceback may be."""
    try:
        code = process.wait(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        raise AssertionError(f"still at work after {PATIENCE} seconds: {process.said()}") from None
    errors = process.said()
    assert "Traceback" not in errors, errors
    return code, errors
