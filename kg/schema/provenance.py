"""Who says so: the assertions behind a node or a fact, and the values that follow from them.

The graph is a function of the assertions in it. An *assertion* is what one row of one source, read by one kind of load, says of
one node or fact. Each node and fact carries its assertions as five parallel lists; shown values, secondary labels and the state
'ended' are derived from them by :func:`derive`, so that the order in which sources were loaded can leave no trace.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from json.encoder import encode_basestring
from typing import Any

from pydantic_core import PydanticSerializationError, from_json, to_json

from kg.schema.dates import SPANS, are_in_order

#: Most trusted first: reviewed by a person, the network itself, the publisher of the facts, who compiled other people's facts.
AUTHORITIES = ("person", "network", "publisher", "aggregator")

#: The parallel lists, as properties of a node or relationship.
LISTS = ("sources", "rows", "loads", "given", "missing")

_FINGERPRINT_BITS = 40

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Source:
    """A publisher's data set, without edition."""

    id: str
    title: str
    publisher: str
    licence: str
    url: str
    authority: str

    def __post_init__(self) -> None:
        if self.authority not in AUTHORITIES:
            raise ValueError(f"source {self.id}: authority {self.authority!r} is none of {', '.join(AUTHORITIES)}")


#: What ``given`` looks like when :func:`compact` wrote it; the edition, a partial date, is the first of its keys.
_EDITION, _NAMES, _VALUES = '{"e":"', ('"f":"', '"i":['), ',"v":'


@dataclass(frozen=True, slots=True)
class Assertion:
    """What one row of one source says of one node or fact.

    ``load`` is the id of the load that first made it, ``scope@edition#checksum``; ``given`` compact JSON: ``v`` the values as
    given, ``e`` the edition that first gave these values, and the names by which the row called the thing: ``i`` the ids of a
    node, ``f`` and ``t`` the references of a fact's ends. ``missing`` is empty while the source lists it, else the date of the
    edition that lacked it.
    """

    source: str
    row: str
    load: str
    given: str
    missing: str = ""

    @property
    def parsed(self) -> dict[str, Any]:
        """The parsed ``given``."""
        # In half the time of the standard library's, and whole graphs are read so.
        parsed: dict[str, Any] = from_json(self.given)
        return parsed

    @property
    def values(self) -> Values:
        """The values as given."""
        values: Values = from_json(self.texts[1])
        return values

    @property
    def names(self) -> dict[str, Any]:
        """The names by which the row called the thing."""
        names: dict[str, Any] = from_json(self.texts[0])
        return names

    @property
    def texts(self) -> tuple[str, str]:
        """The names, and the values, each as compact JSON; see :func:`texts_of`."""
        return texts_of(self.given)

    @property
    def scope(self) -> str:
        """The scope of the load that made it."""
        return self.load.rpartition("@")[0]

    @property
    def identity(self) -> str:
        """What stays the same from edition to edition: scope, source, row and the names used."""
        return f"{self.scope}\x1f{self.source}\x1f{self.row}\x1f{self.texts[0]}"

    @property
    def dated(self) -> str:
        """The date that ranks it among its equals: the one that the row gives, else that of the edition."""
        return _dated(self.parsed)

    def said_again(self, other: Assertion) -> Assertion:
        """Return this assertion as the later edition ``other`` leaves it: the date of the values moves only when they do."""
        if self.given == other.given or self.texts[1] == other.texts[1] or self.values == other.values:
            return replace(self, missing="") if self.missing else self
        return replace(self, given=other.given, missing="")

    def gone(self, edition: str) -> Assertion:
        """Return this assertion as an edition leaves it that lacks it."""
        return self if self.missing else replace(self, missing=edition)

    def fingerprint(self) -> int:
        """Return 40 bits over what is asserted, by whom and whether it still is; the editions and loads are left out."""
        return fingerprint_of(self.source, self.row, self.scope, *self.texts, missing=self.missing)


def fingerprint_of(source: str, row: str, scope: str, names: str, values: str, *, missing: str = "") -> int:
    """Return the fingerprint of an assertion of these parts, see :meth:`Assertion.fingerprint`."""
    text = f"{source}\x1f{row}\x1f{scope}\x1f{values}\x1f{names}\x1f{missing}"
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=_FINGERPRINT_BITS // 8).digest(), "big")


def texts_of(given: str) -> tuple[str, str]:
    """Return what an assertion gives as names, and as values, each as compact JSON: cut out, which costs a tenth of writing it anew.

    Within a text of JSON every quotation mark has a backslash before it, and names hold texts alone: so what ends the edition, and
    what begins the values, is found by the first place where it stands.
    """
    if given.startswith(_EDITION):
        names = given.find('"', len(_EDITION)) + 2
        values = given.find(_VALUES, names)
        if values > 0 and given.startswith(_NAMES, names):
            return f"{{{given[names:values]}}}", given[values + len(_VALUES) : -1]
    parsed = from_json(given)
    return compact({name: value for name, value in parsed.items() if name in ("i", "f", "t")}), compact(parsed["v"])


def compact(value: Any) -> str:
    """Return ``value`` as JSON without white space, keys sorted: character for character what ``json.dumps`` makes of it."""
    if type(value) is str:
        return encode_basestring(value)
    # Written in a sixth of the time of the standard library's, which has the last word on what the other writes differently.
    try:
        return to_json(_sorted(value)).decode()
    except (_WrittenDifferently, PydanticSerializationError):
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


class _WrittenDifferently(Exception):  # noqa: N818 - it is no error
    """A value that the two writers of JSON write differently: a number with an exponent, a key that is no text."""


def _sorted(value: Any) -> Any:
    kind = type(value)
    if kind is str or kind is int or kind is bool or value is None:
        return value
    if kind is dict:
        ordered = {}
        for name in sorted(value) if len(value) > 1 else value:
            if type(name) is not str:
                raise _WrittenDifferently
            item = value[name]
            ordered[name] = item if type(item) is str else _sorted(item)
        return ordered
    if kind is list or kind is tuple:
        return [_sorted(item) for item in value]
    if kind is float and (1e-4 <= abs(value) < 1e15 or value == 0):
        return value
    raise _WrittenDifferently


def in_order(assertions: Iterable[Assertion]) -> list[Assertion]:
    """Sort by source, then row, then what else tells assertions apart."""
    some = list(assertions)
    if len(some) > 1:
        some.sort(key=lambda assertion: (assertion.source, assertion.row, assertion.identity))
    return some


def to_lists(assertions: Iterable[Assertion]) -> dict[str, list[str]]:
    """Return the five parallel lists, as stored."""
    ordered = in_order(assertions)
    return {
        "sources": [assertion.source for assertion in ordered],
        "rows": [assertion.row for assertion in ordered],
        "loads": [assertion.load for assertion in ordered],
        "given": [assertion.given for assertion in ordered],
        "missing": [assertion.missing for assertion in ordered],
    }


def from_lists(properties: Mapping[str, Sequence[str]]) -> list[Assertion]:
    """Return the assertions behind a stored node or relationship, from its five lists."""
    return [Assertion(*row) for row in zip(*(properties[name] for name in LISTS), strict=True)]


def fingerprint(assertions: Iterable[Assertion]) -> int:
    """Return the sum of the assertions' fingerprints modulo 2**40: equal for equal sets, whatever their order."""
    return sum(assertion.fingerprint() for assertion in assertions) % (1 << _FINGERPRINT_BITS)


def derive(assertions: Iterable[Assertion], authorities: Mapping[str, str]) -> Values:
    """Return the values to show, from all that is asserted and the authority of each source.

    What a source still lists outranks what only older editions had; then by authority (``AUTHORITIES``), then the newer
    statement, then source and row, so that the result does not depend on load order. Each value comes from the first that has
    one. Lists are united over all that is still listed; names that lost become alternate names. ``as_of`` is the newest date
    that a row itself gives, unset as soon as one source's own edition dates the fact. ``ended`` is the date of the last edition
    that lacked it, set only when no source lists it any more. Of a beginning and an end that cannot both be true, the one
    that is more to be believed is shown.
    """
    some = list(assertions)
    if not some:
        return {}
    if len(some) == 1 and not some[0].missing:
        # What most nodes and all but few facts are.
        return shown_by_one(some[0].values)
    ranked = _rank(some, authorities)
    present = [parsed["v"] for assertion, parsed in ranked if not assertion.missing]
    speaking: list[Values] = present or [parsed["v"] for _, parsed in ranked]
    shown: Values = {}
    lists: dict[str, set[str]] = {}
    for values in speaking:
        for name, value in values.items():
            if isinstance(value, list) and name != "location":
                lists.setdefault(name, set()).update(value)
            else:
                shown.setdefault(name, value)
    if "name" in shown:
        others = {str(values["name"]) for values in speaking if "name" in values}
        lists["names"] = (lists.get("names", set()) | others) - {shown["name"]}
    shown |= {name: sorted(some) for name, some in lists.items() if some}
    for first, last in SPANS:
        if first in shown and last in shown and not are_in_order(shown[first], shown[last]):
            # Two sources, two spans that cannot be one: the end that the more trusted one gives stands.
            order = [name for values in speaking for name in (first, last) if name in values]
            del shown[last if order[0] == first else first]
    dates = [values.get("as_of") for values in speaking]
    shown.pop("as_of", None)
    if all(dates):
        shown["as_of"] = max(str(date) for date in dates)
    if not present:
        shown["ended"] = max(assertion.missing for assertion, _ in ranked)
    return shown


def shown_by_one(values: Values) -> Values:
    """Return what :func:`derive` does of a single assertion that stands."""
    shown: Values = {}
    for name, value in values.items():
        if isinstance(value, list) and name != "location":
            if listed := {*value} - {values.get("name") if name == "names" else None}:
                shown[name] = sorted(listed)
        else:
            shown[name] = value
    if shown.get("as_of") is None:
        shown.pop("as_of", None)
    for first, last in SPANS:
        if first in shown and last in shown and not are_in_order(shown[first], shown[last]):
            del shown[last]
    return shown


def rank(assertions: Iterable[Assertion], authorities: Mapping[str, str]) -> list[Assertion]:
    """Sort assertions by precedence, the one to believe first (see :func:`derive`)."""
    return [assertion for assertion, _ in _rank(assertions, authorities)]


def _rank(assertions: Iterable[Assertion], authorities: Mapping[str, str]) -> list[tuple[Assertion, dict[str, Any]]]:
    """Sort assertions by precedence, each with what it says, so that nothing is parsed twice."""
    some = in_order(assertions)
    ranked = [(assertion, assertion.parsed) for assertion in some]
    if len(some) > 1:
        ranked.sort(key=lambda pair: _dated(pair[1]), reverse=True)
        ranked.sort(key=lambda pair: AUTHORITIES.index(authorities[pair[0].source]))
        ranked.sort(key=lambda pair: bool(pair[0].missing))
    return ranked


def _dated(parsed: Mapping[str, Any]) -> str:
    return str(parsed["v"].get("as_of") or parsed["e"])
