"""What was asked for, checked: before a database is asked, and again when the names are resolved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from kg.errors import KgError, quoted
from kg.queries.consortium_rules import Rule, find_rule
from kg.queries.entities import Entity, check_name
from kg.queries.kinds.names import Kind, check_kind
from kg.queries.paths import is_whole
from kg.queries.validity import parse_as_of


@dataclass(frozen=True, slots=True)
class Request:
    """What can be checked without a database.

    ``theme_members`` is the number of members that must be concerned with the theme, or ``most`` for as many as possible.
    """

    rule: Rule
    size: int
    kind: Kind
    theme_members: int | Literal["most"]
    including: tuple[str, ...]
    without: tuple[str, ...]
    day: date


def check_request(
    rule: str,
    size: int,
    *,
    kind: str = "project",
    including: str | Sequence[str] = (),
    without: str | Sequence[str] = (),
    theme_members: int | str = 1,
    as_of: str | date | None = None,
) -> Request:
    """Return what was asked, as far as it can be checked without a database.

    Raises:
        KgError: If there is no such rule or kind, the size is outside the rule, or a number or date makes no sense.
    """
    found = find_rule(check_name("rule (--rule)", rule))
    if not is_whole(size):
        raise KgError(f"size (--size) must be a whole number, not {quoted(size)}.")
    found.check_size(size)
    named = _names("including (--with)", including), _names("without (--without)", without)
    return Request(found, size, check_kind(kind), _theme_members(theme_members, size), *named, parse_as_of(as_of))


def _names(parameter: str, given: str | Sequence[str]) -> tuple[str, ...]:
    names = (given,) if isinstance(given, str) or not isinstance(given, Iterable) else tuple(given)
    return tuple(check_name(parameter, name) for name in names)


def _theme_members(given: int | str, size: int) -> int | Literal["most"]:
    if given == "most":
        return "most"
    number = int(given) if isinstance(given, str) and given.isascii() and given.isdigit() else given
    if not is_whole(number) or not 0 <= int(number) <= size:
        raise KgError(
            f"theme_members (--theme-members) must be a whole number from 0 to the size ({size}), or 'most', not {quoted(given)}."
        )
    return int(number)


def check_time_limit(given: object) -> float:
    """Return a number of seconds; raise :class:`KgError` when it is none."""
    if isinstance(given, bool) or not isinstance(given, int | float) or not given >= 0:
        raise KgError(f"time_limit (--time-limit) must be a number of seconds, 0 or more, not {quoted(given)}.")
    return float(given)


def check_named(lead: Entity, asked_for: Sequence[Entity], refused: Sequence[Entity], size: int) -> None:
    """Raise :class:`KgError` when somebody is named twice, or is asked for and refused."""
    unwanted = {entity.id for entity in refused}
    if lead.id in unwanted:
        raise KgError(f"{lead.name} cannot lead and be left out (without, --without) at once.")
    seen = {lead.id}
    for entity in asked_for:
        if entity.id in unwanted:
            raise KgError(
                f"{entity.name} cannot be asked for (including, --with) and left out (without, --without) at once."
            )
        if entity.id in seen:
            what = "is the lead already" if entity.id == lead.id else "is named twice"
            raise KgError(f"{entity.name} {what}: name each other member (including, --with) once.")
        seen.add(entity.id)
    if len(unwanted) < len(refused):
        raise KgError("Somebody is named twice among those to be left out (without, --without): name each once.")
    if len(seen) > size:
        raise KgError(
            f"size (--size) {size} has no room for the lead and {len(asked_for)} more that must be members (including, --with)."
        )
