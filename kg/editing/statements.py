"""What a person states: a load of its own, of the Source ``own:<person>``, so that it has provenance and can be taken back."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime

from kg.database import loads
from kg.database.connection import Connection
from kg.database.loads import LoadHeader
from kg.database.succession import Edition
from kg.database.writer import EditionWriter
from kg.database.written import Written
from kg.errors import KgError
from kg.schema.dates import first_day
from kg.schema.identity import slug
from kg.schema.provenance import Source
from kg.schema.records import FactRecord, NodeRecord


def person_source(person: str) -> Source:
    """Return the source of what a person states.

    Raises:
        KgError: The name holds no letter or digit.
    """
    code = slug(person)
    if not code:
        raise KgError(f"{person!r} is no name to state something under: give --by NAME, with letters or digits in it")
    return Source(f"own:{code}", f"Statements of {person}", person, "", "", "person")


def state(
    connection: Connection,
    scope: str,
    person: str,
    records: Sequence[NodeRecord | FactRecord],
    *,
    adds: bool = False,
) -> Written:
    """Write what a person states as the latest load of ``scope``, as of today; or of the day of the one before, if that is later.

    The clock may have been put back since: what is stated now is the latest all the same.

    What earlier loads of the scope said and this one does not say, ends; unless it ``adds`` to what they said. The caller has
    the turn (:func:`kg.database.turn.turn`).
    """
    source = person_source(person)
    text = "\n".join(repr(record) for record in records)
    today = datetime.now(UTC).date().isoformat()
    past = [row["edition"] for row in loads.history(connection, scope) if row["complete"]]
    header = LoadHeader(
        scope,
        max([today, *past], key=first_day),
        hashlib.sha256(text.encode()).hexdigest(),
        "statement 1",
        dates_facts=False,
    )
    header = loads.place_in_history(connection, header)
    edition = Edition.of_records(header, records, [source], complete=not adds)
    with closing(edition.claims):
        editor = EditionWriter(connection, edition)
        loads.begin(connection, header, [source])
        written = editor.write()
    stated = {"nodes": len(edition.node_numbers), "facts": len(edition.fact_numbers)}
    loads.finish(connection, header, [source.id], counts={"read": len(records)}, stated=stated)
    return written
