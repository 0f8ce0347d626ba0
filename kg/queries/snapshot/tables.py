"""The graph as two plain tables, as far as recommendations need it, and how they follow from what rows claim."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import Any, NamedTuple

from kg.database.claims import FactClaim, NodeClaim
from kg.schema.grouping import Groups, new_id
from kg.schema.identity import best_first, fact_key, reference, split_reference
from kg.schema.provenance import Assertion, Source, derive
from kg.schema.relationships import FACTS


class NodeRow(NamedTuple):
    """A node with the values that scores and sentences use."""

    id: str
    label: str
    name: str
    country: str | None = None
    population: int | None = None
    longitude: float | None = None
    latitude: float | None = None
    kind: str | None = None
    start: str | None = None
    end: str | None = None
    dissolved: str | None = None
    nuts: str | None = None


class FactRow(NamedTuple):
    """A fact by its key, with the ids of its ends and the values that scores and sentences use.

    ``status`` and ``closed`` are those of a request; with ``since``, ``until`` and ``ended`` they say on which dates the fact is
    true (see :func:`kg.queries.validity.valid`).
    """

    type: str
    key: str
    start: str
    end: str
    role: str | None = None
    since: str | None = None
    until: str | None = None
    ended: str | None = None
    as_of: str | None = None
    status: str | None = None
    closed: str | None = None


class Tables(NamedTuple):
    """All nodes, by id, and all facts, by type, ends and key.

    Every end is the id of a node, no fact joins a node to itself, and one without direction begins at the smaller id.
    """

    nodes: list[NodeRow]
    facts: list[FactRow]


def in_order(nodes: Iterable[NodeRow], facts: Iterable[FactRow]) -> Tables:
    """Return the rows as tables, in their order."""
    return Tables(sorted(nodes, key=_BY_ID), sorted(facts, key=_BY_ENDS))


# By position, which is several times quicker than by name for a million rows.
_BY_ID = itemgetter(NodeRow._fields.index("id"))
_BY_ENDS = itemgetter(*map(FactRow._fields.index, ("type", "start", "end", "key")))


def tables_of_claims(nodes: Iterable[NodeClaim], facts: Iterable[FactClaim], sources: Iterable[Source]) -> Tables:
    """Return the tables that follow from what rows claim, by the rules by which a load joins nodes and derives values.

    A node is called by the best of its ids, since there is no history from which it could have another; of two nodes with the
    same best id, a city and a region of one Wikidata item say, by the rule by which a load names new nodes. Keys of facts follow
    from these ids, so they are those of a database only where its nodes have the same ids.

    Args:
        nodes: Claims of nodes; those of one label that share an id, over any number of claims, are one node.
        facts: Claims of facts; one whose end nobody describes is left out, and one that joins a node to itself, as queries do not
            see it in a database either.
        sources: The sources that the claims name; of one that stands twice the last counts.

    Returns:
        The tables; the order of the claims makes no difference, but where two have one key: there the first stands.

    Raises:
        KeyError: One of several claims on a thing names another source.
    """
    return join_claims(nodes, facts, sources).tables


class Joined(NamedTuple):
    """The tables that follow from claims, and what became of each claim.

    Attributes:
        tables: The tables.
        ids: The id of the node that each reference (``City/geonames:456172``) names.
    """

    tables: Tables
    ids: Mapping[str, str]

    def key(self, claim: FactClaim) -> str | None:
        """Return the key of the fact that a claim speaks of; ``None`` when it is not in the tables."""
        placed = _placed(claim, self.ids)
        return placed and placed[0]


def join_claims(nodes: Iterable[NodeClaim], facts: Iterable[FactClaim], sources: Iterable[Source]) -> Joined:
    """Return the tables of :func:`tables_of_claims`, and how to find in them what each claim speaks of."""
    authorities = {source.id: source.authority for source in sources}
    groups: Groups[str] = Groups()
    node_claims = _each_once(nodes)
    for claim in node_claims:
        groups.join(_names(claim))
    said: dict[str, list[Assertion]] = defaultdict(list)
    called: dict[str, set[str]] = defaultdict(set)
    for claim in node_claims:
        group = groups.find(reference(claim.label, claim.ids[0]))
        said[group].append(claim.assertion)
        called[group].update(claim.ids)
    ids = _ids(called)
    node_rows = [
        _node_row(split_reference(group)[0], ids[group], derive(said[group], authorities), called[group])
        for group in said
    ]
    by_reference = {
        reference(split_reference(group)[0], id_): ids[group] for group, some in called.items() for id_ in some
    }
    return Joined(in_order(node_rows, _fact_rows(_each_once(facts), by_reference, authorities)), by_reference)


def _each_once(claims: Iterable[Any]) -> list[Any]:
    first: dict[str, Any] = {}
    for claim in claims:
        first.setdefault(claim.key, claim)
    return list(first.values())


def _names(claim: NodeClaim) -> list[str]:
    return [reference(claim.label, id_) for id_ in claim.ids]


def _ids(called: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Return the id of each group of claims; no two have the same, and the order of the groups makes no difference."""
    best = {group: best_first(ids) for group, ids in called.items()}
    ids: dict[str, str] = {}
    taken: set[str] = set()
    for group in sorted(best, key=lambda group: reference(split_reference(group)[0], best[group][0])):
        first = best[group][0]
        ids[group] = first if first not in taken else new_id(split_reference(group)[0], best[group], taken)
        taken.add(ids[group])
    return ids


def _node_row(label: str, id_: str, values: Mapping[str, Any], ids: Iterable[str]) -> NodeRow:
    longitude, latitude = values.get("location") or (None, None)
    get = values.get
    return NodeRow(
        id_,
        label,
        get("name") or id_,
        get("country"),
        get("population"),
        longitude,
        latitude,
        get("kind"),
        get("start"),
        get("end"),
        get("dissolved"),
        # As the property holds it: without the name of the scheme.
        min((one.removeprefix("nuts:") for one in ids if one.startswith("nuts:")), default=None),
    )


_UNDIRECTED = frozenset(type_ for type_, kind in FACTS.items() if kind.undirected)


def _placed(claim: FactClaim, ids: Mapping[str, str]) -> tuple[str, str, str] | None:
    """Return the key and the ends of the fact that a claim speaks of, unless one of them is unknown or both are the same."""
    start, end = ids.get(claim.start), ids.get(claim.end)
    if start is None or end is None or start == end:
        return None
    if end < start and claim.type in _UNDIRECTED:
        start, end = end, start
    return fact_key(claim.type, start, end, part=claim.part, spell=claim.spell), start, end


def _fact_rows(
    claims: Iterable[FactClaim], by_reference: Mapping[str, str], authorities: Mapping[str, str]
) -> list[FactRow]:
    placed: dict[str, tuple[str, str, str, Assertion]] = {}
    # Most facts are claimed once; only for the others is there a list.
    again: dict[str, list[Assertion]] = defaultdict(list)
    for claim in claims:
        at = _placed(claim, by_reference)
        if at is None:
            continue
        key, start, end = at
        if key in placed:
            again[key].append(claim.assertion)
        else:
            placed[key] = (claim.type, start, end, claim.assertion)
    rows = []
    for key, (type_, start, end, assertion) in placed.items():
        get = derive((assertion, *again.get(key, ())), authorities).get
        rows.append(
            FactRow(
                type_,
                key,
                start,
                end,
                get("role"),
                get("since"),
                get("until"),
                get("ended"),
                get("as_of"),
                get("status"),
                get("closed"),
            )
        )
    return rows
