"""A first load by Neo4j's offline importer: the frame of every loader, but for the last step.

Rows are read, checked and screened as ever (:mod:`kg.loaders.loading`). What is new is written to files instead of a database, all of
it, since there is nothing yet that it could be compared with; and the importer makes the database of these.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from kg.database import loads
from kg.database.bulk.command import import_options, write_instructions
from kg.database.bulk.edition import Prepared, reckon, write_edition
from kg.database.bulk.empty import check_empty
from kg.database.bulk.files import ImportFiles
from kg.database.connection import Connection
from kg.database.layout import record
from kg.database.schema import apply_schema
from kg.database.server.importing import put_in_place, run_importer, take_back, workshop
from kg.database.writer import Progress
from kg.errors import KgError
from kg.loaders.base import Loader
from kg.loaders.fates import header_of, read_rows
from kg.loaders.inputs import inputs_of
from kg.loaders.loading import LoadReport, seldom_collecting, understand


def load_bulk(
    connection: Connection,
    loader: Loader,
    *,
    dry_run: bool = False,
    strict: bool = False,
    progress: Progress | None = None,
) -> LoadReport:
    """Bring a first edition into the empty database of the local server, by the importer; constraints are made as well.

    Whatever goes wrong before all is there, the database is as it was.

    Args:
        connection: To the local server. It is restarted, which the connection outlives; others to it do not.
        loader: What to load.
        dry_run: Say what would happen, and write nothing.
        strict: Refuse the whole edition when a row is rejected.
        progress: Who hears how far it is: phase, number done, number in all.

    Raises:
        KgError: The database is not empty or not one of kg's own local server, the input cannot be read, or the importer fails.
    """
    server = connection.server
    if server is None:
        raise KgError(
            "--bulk starts Neo4j's importer, which kg can do for its own local server only, and this database is another's: write "
            "the files with --files FOLDER, which says what to do with them there; or leave NEO4J_URI and --uri unset"
        )
    if connection.database != server.database:
        raise KgError(
            f"--bulk makes the database {server.database} of the local server; the one named is {connection.database}"
        )
    check_empty(connection)
    inputs = inputs_of(loader)
    if dry_run:
        return prepare(loader, None, strict=strict, progress=progress)[0]
    with workshop(server.home) as shop:
        # Another, which had the workshop until now, may have filled it.
        check_empty(connection)
        with ImportFiles(shop.files) as files:
            report, prepared = prepare(loader, files, strict=strict, progress=progress)
        heard = None if progress is None else lambda done, total: progress("the database", done, total)
        run_importer(shop, import_options(files), files.size(), heard)
        check_empty(connection)
        connection.reopen(put_in_place(shop))
        try:
            _complete(connection, loader, files, report, prepared, inputs)
        except BaseException:
            connection.reopen(take_back(shop))
            raise
    return report


def write_files(
    loader: Loader, folder: Path, load_command: str, *, strict: bool = False, progress: Progress | None = None
) -> tuple[LoadReport, Path]:
    """Write a first edition as files for the importer of a Neo4j that runs elsewhere, with what has to be done there.

    Args:
        loader: What to load.
        folder: For the files; made where it is not there.
        load_command: The command that loads the edition into a database, as the instructions name it.
        strict: Refuse the whole edition when a row is rejected.
        progress: Who hears how far it is.

    Returns:
        What became of every row, and the file with the instructions.

    Raises:
        KgError: The folder has something in it, or the input cannot be read.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        taken = any(folder.iterdir())
    except OSError as error:
        raise _not_written(error, folder) from error
    if taken:
        raise KgError(f"{folder} is not empty: name a new folder, so that nothing that is there is taken for data")
    try:
        with ImportFiles(folder) as files:
            report, _ = prepare(loader, files, strict=strict, progress=progress)
        return report, write_instructions(files, load_command)
    except OSError as error:
        # One about a file elsewhere is not about this place.
        if error.filename is None or str(error.filename).startswith(str(folder)):
            raise _not_written(error, folder) from error
        raise


def _not_written(error: OSError, folder: Path) -> KgError:
    return KgError(f"the files cannot be written to {folder}: {error.strerror or error}. Name another folder")


def prepare(
    loader: Loader, files: ImportFiles | None, *, strict: bool = False, progress: Progress | None = None
) -> tuple[LoadReport, Prepared]:
    """Return what the edition comes to in an empty database; it is written to files, where there are any."""
    header = header_of(loader)
    with seldom_collecting(), read_rows(loader, header) as fates:
        edition = understand(loader, fates, _nothing, strict=strict)
        prepared = write_edition(files, edition, progress) if files else reckon(edition)
        rows, skipped = fates.account(prepared.written)
        rejects = fates.rejects
    sources = tuple(source.id for source in loader.sources)
    counts = dict(+prepared.written.counts)
    report = LoadReport(header.id, sources, rows, skipped, rejects, counts, dry_run=files is None)
    return report, prepared


def _nothing(_: Iterable[str]) -> Mapping[str, str]:
    """Find what is known from before: nothing."""
    return {}


def _complete(
    connection: Connection,
    loader: Loader,
    files: ImportFiles,
    report: LoadReport,
    prepared: Prepared,
    inputs: str | None,
) -> None:
    """Make the constraints, see to it that all has arrived, and close the load."""
    apply_schema(connection)
    for statement, parameters in files.afterwards():
        connection.run_write(statement, parameters)
    (row,) = connection.run_read("MATCH (n) RETURN count(n) AS nodes", {})
    there = row["nodes"], loads.fact_totals(connection)
    if there != (prepared.nodes, prepared.totals):
        raise KgError(
            f"the importer did not bring everything into the database: {there} instead of {(prepared.nodes, prepared.totals)}. "
            "The database is as it was; load without --bulk"
        )
    connection.write_many([record()])
    loads.finish(
        connection,
        header_of(loader),
        report.sources,
        counts=report.rows,
        stated=prepared.stated,
        skipped=report.skipped,
        inputs=inputs,
    )
