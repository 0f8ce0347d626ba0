"""Saying what somebody seeks or offers on a theme, and that a request is over.

Each request has a number of its own in the whole graph, under which it is a scope (``request:7``): making it is the scope's first
load, closing it the next, so that ``kg undo`` takes back the latter before the former.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from kg.database import loads, stored
from kg.database.connection import Connection
from kg.database.turn import turn
from kg.editing.statements import person_source, state
from kg.errors import KgError, quoted
from kg.places.names import normalise
from kg.schema.contacts import check_no_contact
from kg.schema.dates import last_day
from kg.schema.identity import reference, slug
from kg.schema.nodes import Theme, check_text
from kg.schema.records import FactRecord, NodeRecord
from kg.schema.relationships import CLOSED, Offers, Role, Seeks

#: The type of fact that each verb stands for.
KINDS: Mapping[str, type[Seeks] | type[Offers]] = {"seek": Seeks, "offer": Offers}
_ROLES: Mapping[str, tuple[Role, ...]] = {
    "seek": ("learner", "lead", "partner"),
    "offer": ("mentor", "lead", "partner"),
}

_NUMBERS = "MATCH ()-[r:SEEKS|OFFERS]->() RETURN DISTINCT r.request AS number"
_OF = """\
MATCH (:Entity {id: $who})-[r:SEEKS|OFFERS]->(t:Theme)
RETURN type(r) AS type, r.key AS key, r.request AS number, coalesce(r.spell, '') AS spell, r.role AS role, r.until AS until,
    r.note AS note, r.status AS status, r.closed AS closed, r.ended AS ended, r.loads AS loads, t.id AS theme, t.name AS theme_name
ORDER BY size(number), number, theme"""

_LISTED = 10


@dataclass(frozen=True, slots=True)
class Node:
    """A node that a request joins: its id, label and name."""

    id: str
    label: str
    name: str

    @property
    def reference(self) -> str:
        """The reference by which a record calls it."""
        return reference(self.label, self.id)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is sought or offered, apart from by whom and on what; made by :func:`check_wish`."""

    verb: str
    role: Role
    until: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class Requested:
    """A request that was made or closed: its number, and the scope by which ``kg undo`` takes it back.

    ``changed`` says whether anything was written: the very same open request is not made twice.
    """

    verb: str
    number: str
    place: str
    theme: str
    role: str
    scope: str
    key: str
    changed: bool = True


def check_wish(
    verb: str, *, until: str | None = None, note: str | None = None, role: str | None = None, today: date | None = None
) -> Wish:
    """Return what is sought or offered, checked; no database is needed.

    Args:
        verb: ``seek`` or ``offer``.
        until: The last day of the request, may be partial (``2026-12``).
        note: What is meant, in a sentence, without e-mail addresses and telephone numbers.
        role: What the one who makes the request would be: ``learner`` (of a seek) or ``mentor`` (of an offer) unless given;
            ``lead`` or ``partner`` of a project.
        today: The day before which ``until`` is past; today (UTC) unless given.

    Raises:
        KgError: A date is none or past, the note is empty or holds what it may not, or the role contradicts the verb.
    """
    if verb not in KINDS:
        raise KgError(f"verb must be 'seek' or 'offer', not {quoted(verb)}.")
    return Wish(verb, _role(verb, role), _until(until, today), None if note is None else _text("note (--note)", note))


def check_theme_name(name: str) -> str:
    """Return the name of a theme to be made, its white space folded.

    Raises:
        KgError: It is empty, holds a control character or a contact, or no letter and no digit.
    """
    checked = _text("theme (--theme)", name)
    if not normalise(checked):
        raise KgError(f"theme (--theme) {quoted(name)} has no letter and no digit: give the theme a name.")
    return checked


def add(connection: Connection, wish: Wish, who: Node, theme: Node | str, *, by: str) -> Requested:
    """Write down that somebody seeks or offers something on a theme; the same open request is there once.

    Args:
        connection: The database.
        wish: What is sought or offered.
        who: The city, region or organisation.
        theme: The theme; a text is the name of one to be made.
        by: Who says so.

    Raises:
        KgError: ``by`` is no name.
    """
    source = person_source(by).id
    today = datetime.now(UTC).date().isoformat()
    with turn(connection) as mine:
        records: list[NodeRecord | FactRecord] = []
        if isinstance(theme, str):
            made = Theme(name=check_theme_name(theme), as_of=today)
            topic = Node(_theme_id(connection, made.name), "Theme", made.name)
            records.append(NodeRecord(made, (topic.id,), source, f"theme {made.name}"))
        else:
            topic = theme
        kind = KINDS[wish.verb]
        standing = _the_same(connection, wish, who, topic)
        if standing and _is_finished(connection, standing):
            told = wish.verb, standing["number"], who.name, topic.name, wish.role, _scope(standing), standing["key"]
            return Requested(*told, changed=False)
        # What was cut off is finished under the number that it has.
        number = standing["number"] if standing else _next_number(connection)
        scope = f"request:{number}"
        fact = kind.model_validate(
            {
                "start": who.reference,
                "end": topic.reference,
                "request": number,
                "role": wish.role,
                "since": today,
                "until": wish.until,
                "note": wish.note,
                "as_of": today,
            }
        )
        state(mine, scope, by, [*records, FactRecord(fact, source, f"request {number}")])
        key = next(row["key"] for row in _of(connection, who) if row["number"] == number)
    return Requested(wish.verb, number, who.name, topic.name, wish.role, scope, key)


def close(
    connection: Connection, verb: str, who: Node, number: str, status: str, *, by: str, theme: Node | None = None
) -> Requested:
    """Write down that a request was met or withdrawn; it stays in the graph, as closed.

    Args:
        connection: The database.
        verb: ``seek`` or ``offer``.
        who: Whose request it is.
        number: Its number.
        status: ``met`` or ``withdrawn``.
        by: Who says so.
        theme: Its theme, where numbers of other sources are used for several.

    Raises:
        KgError: There is no such request, several have the number, it is closed already, or ``status`` is neither.
    """
    source = person_source(by).id
    if status not in CLOSED:
        raise KgError(f"status (--status) must be {' or '.join(CLOSED)}, not {quoted(status)}.")
    if verb not in KINDS:
        raise KgError(f"verb must be 'seek' or 'offer', not {quoted(verb)}.")
    today = datetime.now(UTC).date().isoformat()
    with turn(connection) as mine:
        row = _find(_of(connection, who), verb, who, str(number).strip(), theme)
        topic = Node(row["theme"], "Theme", row["theme_name"])
        what = f"{_what(row)} of {who.name}"
        if row["status"] in CLOSED:
            when = f" on {row['closed']}" if row["closed"] else ""
            raise KgError(f"{what} is closed already: {row['status']}{when}. `kg undo` takes that back.")
        if row["ended"]:
            raise KgError(f"{what} is over already: its source no longer lists it since {row['ended']}.")
        scope = _scope(row)
        fact = KINDS[verb].model_validate(
            {
                "start": who.reference,
                "end": topic.reference,
                "request": row["number"],
                "status": status,
                "closed": today,
                "as_of": today,
            }
        )
        record = FactRecord(fact, source, f"request {row['number']} closed", row["spell"])
        state(mine, scope, by, [record], adds=True)
    role = row["role"] or KINDS[verb].usual_role
    return Requested(verb, row["number"], who.name, topic.name, role, scope, row["key"])


def _role(verb: str, role: str | None) -> Role:
    if role is None:
        return KINDS[verb].usual_role
    for known in _ROLES[verb]:
        if role == known:
            return known
    other = "offer" if verb == "seek" else "seek"
    if role in _ROLES[other]:
        raise KgError(
            f"role (--role) {role} does not go with {verb}: who {verb}s is the {KINDS[verb].usual_role}, unless it is lead or "
            f"partner of a project. To be the {role}, use: kg {other} add"
        )
    raise KgError(f"role (--role) must be one of {', '.join(_ROLES[verb])}, not {quoted(role)}.")


def _until(until: str | None, today: date | None) -> str | None:
    if until is None:
        return None
    if not isinstance(until, str):
        raise KgError(f"until (--until) must be text such as '2026-12-31' or '2026-12', not {quoted(until)}.")
    text = until.strip()
    try:
        last = last_day(text)
    except ValueError as error:
        raise KgError(f"until (--until) cannot be read: {quoted(until)}: write 2026, 2026-12 or 2026-12-31.") from error
    if last < (today or datetime.now(UTC).date()):
        raise KgError(f"until (--until) {text} is past: give a day to come, or leave it out.")
    return text


def _text(what: str, given: str) -> str:
    if not isinstance(given, str):
        raise KgError(f"{what} must be text, not {quoted(given)}.")
    if not given.strip():
        raise KgError(f"{what} is empty: say something, or leave it out.")
    try:
        check_no_contact(given)
    except ValueError as error:
        raise KgError(
            f"{what} is not written down: {error}. Contacts of persons have no place in the graph; say it without them, or name "
            "an office instead."
        ) from error
    try:
        return check_text(given)
    except ValueError as error:
        raise KgError(f"{what} cannot be stored: {error}. Correct it and try again.") from error


def _theme_id(connection: Connection, name: str) -> str:
    """Return an id for a theme to be made: its name, where an id can spell that and no theme has it; else digits made from it."""
    spelt, normal = slug(name), normalise(name)
    id_ = f"own:{spelt}"
    if spelt and spelt == normal.replace(" ", "-") and not stored.find_ids(connection, [reference("Theme", id_)]):
        return id_
    return f"own:theme-{hashlib.blake2b(normal.encode(), digest_size=6).hexdigest()}"


def _of(connection: Connection, who: Node) -> list[dict[str, Any]]:
    """Return all requests of one, in whatever state; under the id that it has now, should it have been merged meanwhile."""
    now = stored.find_ids(connection, [who.reference]).get(who.reference, who.id)
    return connection.run_read(_OF, {"who": now})


def _the_same(connection: Connection, wish: Wish, who: Node, theme: Node) -> dict[str, Any] | None:
    kind = KINDS[wish.verb]
    for row in _of(connection, who):
        same = (row["type"], row["theme"], row["role"] or kind.usual_role, row["until"], row["note"])
        open_ = row["status"] not in CLOSED and not row["ended"]
        if open_ and same == (kind.type, theme.id, wish.role, wish.until, wish.note):
            return row
    return None


def _next_number(connection: Connection) -> str:
    numbers = (row["number"] for row in connection.run_read(_NUMBERS, {}))
    return str(1 + max((int(number) for number in numbers if number.isascii() and number.isdigit()), default=0))


def _find(rows: list[dict[str, Any]], verb: str, who: Node, number: str, theme: Node | None) -> dict[str, Any]:
    kind = KINDS[verb].type
    of_number = [row for row in rows if row["number"] == number and (theme is None or row["theme"] == theme.id)]
    found = [row for row in of_number if row["type"] == kind]
    if len(found) == 1:
        return found[0]
    if found:
        raise KgError(
            f"{len(found)} requests of {who.name} have the number {quoted(number)}: say which with --theme."
            + _list(found)
        )
    if of_number:
        other = "offer" if verb == "seek" else "seek"
        raise KgError(f"{_what(of_number[0])} of {who.name} is no {verb}: use kg {other} close")
    have = [row for row in rows if row["type"] == kind and row["status"] not in CLOSED]
    none = f" It has none that is open; `kg {verb} list --status all` shows all." if not have else " It has:"
    raise KgError(f"{who.name} {verb}s nothing under the number {quoted(number)}.{none}{_list(have)}")


def _list(rows: list[dict[str, Any]]) -> str:
    more = f"\n  and {len(rows) - _LISTED} more" if len(rows) > _LISTED else ""
    return "".join(f"\n  {row['number']}  {row['theme_name']}" for row in rows[:_LISTED]) + more


def _what(row: Mapping[str, Any]) -> str:
    verb = next(verb for verb, kind in KINDS.items() if kind.type == row["type"])
    return f"{verb} {row['number']} ({row['theme_name']})"


def _scope(row: Mapping[str, Any]) -> str:
    """Return the scope of a request: by its number where it was made here; else, since others' numbers may be any, by its key."""
    scope = f"request:{row['number']}"
    return scope if any(load.startswith(f"{scope}@") for load in row["loads"]) else f"request:{row['key']}"


def _is_finished(connection: Connection, row: Mapping[str, Any]) -> bool:
    past = loads.history(connection, _scope(row))
    return not past or bool(past[0]["complete"])
