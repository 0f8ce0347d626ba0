"""The knowledge graph as one object: its verbs are the words of the command."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, date, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, Unpack, overload

from kg.counting import Change, counted
from kg.database import schema
from kg.database.connection import Connection
from kg.database.layout import remark, standing
from kg.database.loads import loaded_sources, standing_loads
from kg.database.opening import open_connection
from kg.database.passwords import Password
from kg.database.writer import Progress
from kg.exports import Exports
from kg.home import judgements_file
from kg.partnerships import Partnerships
from kg.places.judgements import read_judgements
from kg.requests import Requests
from kg.upkeep import Upkeep

if TYPE_CHECKING:
    import neo4j
    import py2neo

    from kg.database.server import Reporter
    from kg.database.settings import Settings
    from kg.editing.forget import Forgot
    from kg.editing.merge import Merged
    from kg.editing.review import Answered
    from kg.editing.undo import Undone
    from kg.loaders.base import Loader
    from kg.loaders.loading import LoadReport
    from kg.places.judgements import Judgement
    from kg.queries.coverage import Coverage
    from kg.queries.matrix import CountryMatrix
    from kg.queries.members import NetworkMembers
    from kg.queries.neighbourhood import Neighbourhood
    from kg.queries.path_results import Paths
    from kg.queries.report_results import ReportResult
    from kg.queries.review import ReviewList
    from kg.queries.structure.joint_results import JointMembers
    from kg.queries.structure.options import BridgesOptions, CentralOptions, CommunitiesOptions
    from kg.queries.structure.results import Bridges, Central, Communities
    from kg.queries.why_results import Why, WhyBetween

_LOG = logging.getLogger("kg")


def connect(
    uri: str | None = None,
    username: str | None = None,
    password: str | None = None,
    database: str | None = None,
    *,
    driver: neo4j.Driver | None = None,
    graph: py2neo.Graph | None = None,
    settings: Settings | None = None,
    report: Reporter | None = None,
) -> KnowledgeGraph:
    """Open a knowledge graph.

    Args:
        uri: Address, ``bolt://`` or ``neo4j://`` or their ``+s`` and ``+ssc`` forms; ``NEO4J_URI`` unless given, and the local
            server, started on demand, when that is not set either.
        username: User; ``NEO4J_USERNAME`` unless given.
        password: Password; ``NEO4J_PASSWORD`` unless given.
        database: Name of the database; ``NEO4J_DATABASE`` unless given.
        driver: An open driver to use instead, which stays open.
        graph: An open ``py2neo.Graph`` to use instead (extra ``py2neo``).
        settings: What the environment would say.
        report: Who hears of the start of a local server.

    Raises:
        KgError: The database cannot be reached, refuses the password, is not Neo4j or is older than 5.26.
    """
    password = Password.of(password)
    connection = open_connection(
        uri, username, password, database, driver=driver, graph=graph, settings=settings, report=report
    )
    try:
        said = remark(standing(connection))
    except BaseException:
        connection.close()
        raise
    if said:
        # To whoever listens, and to stderr when nobody does: what only reads goes on.
        _LOG.warning("%s", said)
    return KnowledgeGraph(connection)


class KnowledgeGraph(Partnerships, Requests, Exports, Upkeep):
    """A knowledge graph of local-government networks, its database and what can be asked of it.

    Use it as a context manager, or close it: ``with kg.connect() as g: print(g.recommend("Riga"))``.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._changes: list[Change] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection, unless it was handed in open."""
        self.connection.close()

    @property
    def driver(self) -> neo4j.Driver:
        """The Neo4j driver, for Cypher of one's own."""
        return self.connection.driver

    @property
    def database(self) -> str | None:
        """The name of the database; ``None`` is the server's default."""
        return self.connection.database

    # Answers out -----------------------------------------------------------------------------------------------------------

    def path(self, start: str, end: str, *, top: int = 10, as_of: str | date | None = None) -> Paths:
        """Return the most specific paths between any two entities; see :func:`kg.queries.paths.path`."""
        from kg.queries.paths import path

        return path(self.connection, start, end, top=top, as_of=as_of)

    def neighbourhood(self, name: str, *, top: int = 100, as_of: str | date | None = None) -> Neighbourhood:
        """Return what a node has facts with; see :func:`kg.queries.neighbourhood.neighbourhood`."""
        from kg.queries.neighbourhood import neighbourhood

        return neighbourhood(self.connection, name, top=top, as_of=as_of)

    def network_members(self, *networks: str | Sequence[str], as_of: str | date | None = None) -> NetworkMembers:
        """Return who is in networks or projects, and where; see :func:`kg.queries.members.network_members`.

        ``g.network_members("EMTA", "Polis")``; a list of them will do as well.
        """
        from kg.queries.members import network_members

        names = [name for one in networks for name in ((one,) if isinstance(one, str) else one)]
        return network_members(self.connection, names, as_of=as_of)

    def matrix(
        self, of: str = "projects", *, top: int = 25, past: bool = True, as_of: str | date | None = None
    ) -> CountryMatrix:
        """Return how many partnerships each two countries have; see :func:`kg.queries.matrix.matrix`."""
        from kg.queries.matrix import matrix

        return matrix(self.connection, of, top=top, past=past, as_of=as_of)

    @overload
    def why(self, key: str) -> Why: ...

    @overload
    def why(self, key: str, other: str) -> WhyBetween: ...

    def why(self, key: str, other: str | None = None) -> Why | WhyBetween:
        """Return who says so, of a fact (by key), a node (by id) or all facts that join two; see :mod:`kg.queries.why`."""
        from kg.queries.why import why, why_between

        return why(self.connection, key) if other is None else why_between(self.connection, key, other)

    def central(self, **options: Unpack[CentralOptions]) -> Central:
        """Return the most central members, networks or projects; options of :func:`kg.queries.structure.central.central`."""
        from kg.queries.structure.central import central

        return central(self.connection, **options)

    def communities(self, **options: Unpack[CommunitiesOptions]) -> Communities:
        """Return what belongs together; options of :func:`kg.queries.structure.communities.communities`."""
        from kg.queries.structure.communities import communities

        return communities(self.connection, **options)

    @overload
    def bridges(self, networks: tuple[()] = (), **options: Unpack[BridgesOptions]) -> Bridges: ...

    @overload
    def bridges(self, networks: Sequence[str], **options: Unpack[BridgesOptions]) -> Bridges | JointMembers: ...

    def bridges(self, networks: Sequence[str] = (), **options: Unpack[BridgesOptions]) -> Bridges | JointMembers:
        """Return who joins communities, or who links given networks; options of :func:`kg.queries.structure.bridges.bridges`."""
        from kg.queries.structure.bridges import bridges

        return bridges(self.connection, networks, **options)

    def report(
        self,
        name: str,
        parameters: Mapping[str, str] | None = None,
        /,
        *,
        limit: int | None = None,
        timeout: float = 60,
        **named: str | float | bool | date | None,
    ) -> ReportResult:
        """Run a canned report, ``g.report("network-members", network="EUROCITIES", country="FI")``.

        Parameters as a person would type them, by name or in a mapping; see
        :func:`kg.queries.reports.running.run_report`, which says what ``limit`` (rows) and ``timeout`` (seconds) do.
        """
        from kg.queries.reports import find_report
        from kg.queries.reports.parameters import as_typed
        from kg.queries.reports.running import run_report

        given = {**(parameters or {}), **as_typed(named)}
        return run_report(self.connection, find_report(name), given, limit=limit, timeout=timeout)

    # Data in ---------------------------------------------------------------------------------------------------------------

    def load(
        self,
        loader: Loader,
        *,
        dry_run: bool = False,
        strict: bool = False,
        max_ended_share: float | None = None,
        progress: Progress | None = None,
        bulk: bool = False,
    ) -> LoadReport:
        """Bring an edition in, making the schema first where it is missing; see :func:`kg.loaders.loading.load`.

        With ``bulk``, a first edition goes into an empty local database by Neo4j's importer; see :func:`kg.loaders.bulk.load_bulk`.
        """
        from kg.loaders.loading import load

        if bulk:
            from kg.loaders.bulk import load_bulk

            with nullcontext() if dry_run else self._change():
                return load_bulk(self.connection, loader, dry_run=dry_run, strict=strict, progress=progress)
        if dry_run:
            return load(
                self.connection,
                loader,
                dry_run=True,
                strict=strict,
                max_ended_share=max_ended_share,
                progress=progress,
            )
        if schema.check_schema(self.connection):
            schema.apply_schema(self.connection)
        with self._change() as change:
            report = load(self.connection, loader, strict=strict, max_ended_share=max_ended_share, progress=progress)
            change.changed_nothing = not report.changes
        return report

    @contextmanager
    def several_changes(self) -> Iterator[None]:
        """Make the counts over the whole graph once, after all loads and other changes in the block, and not after each."""
        with counted(self.connection) as change:
            self._changes = []
            try:
                yield
            finally:
                changes, self._changes = self._changes, None
            change.changed_nothing = all(one.changed_nothing for one in changes)

    @contextmanager
    def _change(self) -> Iterator[Change]:
        if self._changes is None:
            with counted(self.connection) as change:
                yield change
        else:
            self._changes.append(Change())
            yield self._changes[-1]

    def undo(self, source: str | None = None) -> Undone:
        """Take the latest load of a source or scope, or of all, back; see :func:`kg.editing.undo.undo`."""
        from kg.editing.undo import undo

        with self._change():
            return undo(self.connection, source)

    def forget(self, person: str, *, everyone: bool = False) -> Forgot:
        """Remove a person and keep them out of later loads; see :func:`kg.editing.forget.forget`."""
        from kg.editing.forget import forget
        from kg.queries.snapshot.store import drop

        with self._change():
            forgot = forget(self.connection, person, everyone=everyone)
        drop(self.connection)
        return forgot

    def remember(self, id_: str) -> bool:
        """Let a person who was forgotten into later loads again; see :func:`kg.editing.forget.remember`."""
        from kg.editing.forget import remember

        return remember(self.connection, id_)

    # What persons decide --------------------------------------------------------------------------------------------------

    def review(self, *, source: str = "", status: str = "review", top: int = 20) -> ReviewList:
        """Return the places that a person must decide on; see :func:`kg.queries.review.open_places`."""
        from kg.queries.review import open_places

        return open_places(self.connection, read_judgements(judgements_file()), status=status, source=source, top=top)

    def answer(self, answer: str, subject: str, candidate: str, *, by: str, reason: str) -> Answered:
        """Write down whether a place is a candidate (yes, no, unsure); see :func:`kg.editing.review.answer`."""
        from kg.editing import review

        with self._change() as change:
            answered = review.answer(
                self.connection, judgements_file(), answer, subject, candidate, by=by, reason=reason
            )
            change.changed_nothing = answered.merged is None or not answered.merged.changed
        return answered

    def withdraw(self, subject: str, candidate: str) -> Judgement:
        """Take the answer on a place and a candidate back; see :func:`kg.editing.review.take_back`."""
        from kg.editing import review

        return review.take_back(self.connection, judgements_file(), subject, candidate)

    def merge(self, first: str, second: str, *, by: str, label: str | None = None) -> Merged:
        """Say that two nodes are one; see :func:`kg.editing.merge.merge`."""
        from kg.editing.merge import merge

        judgements = read_judgements(judgements_file())
        with self._change() as change:
            merged = merge(self.connection, first, second, by=by, judgements=judgements, label=label)
            change.changed_nothing = not merged.changed
        return merged

    # Looking after it ------------------------------------------------------------------------------------------------------

    def coverage(self) -> Coverage:
        """Return how complete and how old the graph is; see :func:`kg.queries.coverage.coverage`."""
        from kg.queries.coverage import coverage

        return coverage(self.connection, datetime.now(UTC).date())

    def loaded_sources(self) -> list[dict[str, Any]]:
        """Return the sources that the graph was loaded from, with the editions loaded."""
        return loaded_sources(self.connection)

    def standing_loads(self) -> list[dict[str, Any]]:
        """Return the loads that stand in the graph; see :func:`kg.database.loads.standing_loads`."""
        return standing_loads(self.connection)
