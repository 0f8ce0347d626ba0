"""The rules for one node and for one fact, as functions of what is stored of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from kg.database.stored import fact_row, node_row
from kg.schema.grouping import StoredFact, StoredNode
from kg.schema.identity import check_id
from kg.schema.nodes import KIND_LABELS, NODES
from kg.schema.provenance import LISTS, Assertion, from_lists, in_order
from kg.schema.relationships import FACTS, SELF_LOOP

#: The name of a rule, and how it is broken.
Breach = tuple[str, str]

#: As much of a value as is shown.
_SHOWN = 60


class Known:
    """What nodes and facts refer to: the authority of each source, and the sources that each load read."""

    def __init__(self, authorities: Mapping[str, str], loads: Mapping[str, Sequence[str]]) -> None:
        self.authorities = authorities
        self.loads = {load: frozenset(sources) for load, sources in loads.items()}


def node_breaches(labels: Sequence[str], properties: Mapping[str, Any], known: Known) -> Iterator[Breach]:
    """Yield how a node breaks the rules.

    Args:
        labels: Its labels.
        properties: Its properties; ``location`` as longitude and latitude.
        known: What it may refer to.
    """
    kinds = [label for label in labels if label in NODES]
    if len(kinds) != 1:
        yield "kind", f"an entity is of one kind, and this has the labels {', '.join(sorted(labels))}"
        return
    (label,) = kinds
    id_ = properties.get("id")
    if not isinstance(id_, str) or not id_:
        yield "kind", "it has no id"
        return
    breaches = list(_list_breaches(properties))
    yield from breaches
    if breaches:
        return
    assertions = tuple(from_lists(properties))
    breaches = [breach for one in assertions for breach in _assertion_breaches(one, known)]
    breaches += [breach for one in assertions for breach in _node_given(label, one)]
    yield from breaches
    if breaches:
        return
    created = properties.get("created")
    if not isinstance(created, int):
        yield "shown", f"created is {_short(created)}, which is no time"
        return
    row = node_row(StoredNode(label, id_, created, assertions), known.authorities)
    location = list(row["location"]) if row["location"] else None
    yield from _differences({**row["properties"], "location": location}, properties)
    second = KIND_LABELS.get(str(properties.get("kind"))) if label == "Organisation" else None
    wanted = {"Entity", label, *([second] if second else [])}
    if wanted != set(labels):
        yield "kind", f"its labels are {', '.join(sorted(labels))}, and should be {', '.join(sorted(wanted))}"


def fact_breaches(
    type_: str, start: tuple[str, str], end: tuple[str, str], properties: Mapping[str, Any], known: Known
) -> Iterator[Breach]:
    """Yield how a fact breaks the rules.

    Args:
        type_: The type of the relationship.
        start: Label and id of the node where it starts.
        end: Label and id of the node where it ends.
        properties: Its properties.
        known: What it may refer to.
    """
    kind = FACTS.get(str(properties.get("of")) if type_ == SELF_LOOP else type_)
    if kind is None:
        yield "kind", f"of is {_short(properties.get('of'))}, which is no type of fact"
        return
    if (start[0], end[0]) not in kind.pairs:
        yield "kind", f"{kind.type} does not join {start[0] or 'what is no entity'} to {end[0] or 'what is no entity'}"
        return
    if not properties.get("sources"):
        yield "source", "nobody says so: it has no source"
        return
    breaches = list(_list_breaches(properties))
    yield from breaches
    if breaches:
        return
    assertions = tuple(from_lists(properties))
    breaches = [breach for one in assertions for breach in _assertion_breaches(one, known)]
    breaches += [breach for one in assertions for breach in _fact_given(kind.type, one)]
    yield from breaches
    if breaches:
        return
    part = str(properties.get(kind.part, "")) if kind.part else ""
    fact = StoredFact(kind.type, start[1], end[1], part, str(properties.get("spell", "")), assertions)
    if (ordered := fact.ordered()).start != fact.start:
        yield "direction", f"it leads from {fact.start} to {fact.end}, and should from {ordered.start} to {ordered.end}"
    if fact.relationship != type_:
        yield "kind", f"it is stored as {type_}, and should be as {fact.relationship}"
    if properties.get("key") != fact.key:
        yield "key", f"its key is {_short(properties.get('key'))}, and should be {fact.key}"
    wanted = fact_row(fact, known.authorities)["properties"]
    yield from _differences({**wanted, "key": properties.get("key")}, properties)


def _list_breaches(properties: Mapping[str, Any]) -> Iterator[Breach]:
    lists = {name: properties.get(name) for name in LISTS}
    if all(values is None for values in lists.values()):
        yield "source", "nobody says so: it has no source"
        return
    for name, values in lists.items():
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            yield "lists", f"{name} is {_short(values)}, which is no list of texts"
            return
    if len({len(values) for values in lists.values() if values is not None}) > 1:
        yield "lists", ", ".join(f"{name} has {len(values or ())}" for name, values in lists.items())
        return
    try:
        some = from_lists({name: values or [] for name, values in lists.items()})
        if in_order(some) != some:
            yield "lists", "the sources and rows are not in order"
    except (ValueError, KeyError, TypeError, AttributeError):
        yield "given", "what is given is no JSON of the form that kg writes"


def _assertion_breaches(assertion: Assertion, known: Known) -> Iterator[Breach]:
    if assertion.source not in known.authorities:
        yield "source", f"there is no source {assertion.source}"
    if assertion.load not in known.loads:
        yield "load", f"there is no load {assertion.load}"
    elif assertion.source not in known.loads[assertion.load]:
        yield "load", f"load {assertion.load} did not read source {assertion.source}"


def _node_given(label: str, assertion: Assertion) -> Iterator[Breach]:
    kind = NODES[label]
    try:
        kind.model_validate(assertion.values)
        ids = assertion.names["i"]
        for id_ in ids:
            if check_id(id_).partition(":")[0] not in kind.schemes:
                yield "given", f"{id_} cannot be the id of a {label}"
        if not ids:
            yield "given", f"{assertion.source} gives no id in row {_short(assertion.row)}"
    except (ValueError, KeyError, TypeError) as error:
        yield "given", _why(assertion, error)


def _fact_given(type_: str, assertion: Assertion) -> Iterator[Breach]:
    try:
        names = assertion.names
        FACTS[type_].model_validate({"start": names["f"], "end": names["t"], **assertion.values})
    except (ValueError, KeyError, TypeError) as error:
        yield "given", _why(assertion, error)


def _why(assertion: Assertion, error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        said = f"{where}: {first['msg']}" if where else first["msg"]
    else:
        said = f"{type(error).__name__}: {error}"
    return f"{assertion.source}, row {_short(assertion.row)}: {said}"


def _differences(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[Breach]:
    for name in sorted({*wanted, *found}):
        should, is_ = wanted.get(name), found.get(name)
        if _plain(should) != _plain(is_):
            yield "shown", f"{name} is {_short(is_)}, and should be {_short(should)}"


def _plain(value: Any) -> Any:
    # A tuple is stored as a list; and an empty list that a load did not write is the same as none.
    return list(value) if isinstance(value, tuple) else value


def _short(value: Any) -> str:
    text = "not set" if value is None else repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
