"""A person's answers on places: into the plain file, and, where the graph has the place, into the graph."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from kg.database import loads, stored
from kg.database.connection import Connection
from kg.editing.merge import Merged, merge
from kg.editing.undo import undo
from kg.errors import KgError
from kg.places.judgements import Judgement, append_judgement, read_judgements, withdraw
from kg.schema.identity import check_id, reference

_PLACE = "MATCH (n:City {id: $id}) RETURN n.name AS name, n.country AS country"


@dataclass(frozen=True, slots=True)
class Answered:
    """What was written down, and the nodes that became one by it."""

    judgement: Judgement
    merged: Merged | None = None


def answer(
    connection: Connection, file: Path, answer: str, subject: str, candidate: str, *, by: str, reason: str
) -> Answered:
    """Write an answer down; a yes joins the two in the graph at once, a no keeps every later load from joining them.

    Args:
        connection: The database.
        file: The file of judgements.
        answer: ``yes``, ``no`` or ``unsure``.
        subject: The source's own id of the place, as ``kg review list`` shows it.
        candidate: The id that it is held against.
        by: Who answers.
        reason: Why, in a sentence.

    Raises:
        KgError: The place is not in the graph, an id is none, or (yes) the two cannot be one.
    """
    judgements = read_judgements(file)
    for id_ in (subject, candidate):
        try:
            check_id(id_)
        except ValueError as error:
            raise KgError(f"{error}; `kg review list` shows subjects and candidates") from error
    found = stored.find_ids(connection, [reference("City", subject)])
    if not found:
        raise KgError(f"no city in the graph has the id {subject}: `kg review list` shows what there is to answer")
    (place,) = connection.run_read(_PLACE, {"id": next(iter(found.values()))})
    judgement = Judgement(
        answer,
        subject,
        candidate,
        place["name"],
        place["country"] or "",
        by,
        datetime.now(UTC).date().isoformat(),
        reason,
    )
    merged = None
    if answer == "yes":
        # What the same two were called before does not stand in the way: this answer replaces it.
        others = type(judgements)(tuple(said for said in judgements.all if said.pair != judgement.pair))
        merged = merge(connection, subject, candidate, by=by, judgements=others, label="City")
    elif scope := _scope_of(connection, subject, candidate):
        undo(connection, scope)
    append_judgement(file, judgement)
    return Answered(judgement, merged)


def take_back(connection: Connection, file: Path, subject: str, candidate: str) -> Judgement:
    """Take the answer on two ids back: in the file, where its line stays with the date, and in the graph.

    Raises:
        KgError: There is no such answer.
    """
    taken_back = withdraw(file, subject, candidate, datetime.now(UTC).date().isoformat())
    if taken_back.answer == "yes" and (scope := _scope_of(connection, taken_back.subject, taken_back.candidate)):
        undo(connection, scope)
    return taken_back


def _scope_of(connection: Connection, subject: str, candidate: str) -> str | None:
    """Return the scope of the merger of two ids, when it stands."""
    for scope in (f"merge:{subject}={candidate}", f"merge:{candidate}={subject}"):
        if any(row["status"] != loads.UNDONE for row in loads.history(connection, scope)):
            return scope
    return None
