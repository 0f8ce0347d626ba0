"""Which rows of an input can be taken, given what is known already: in a database, or from other inputs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kg.database.claims import Find
from kg.database.succession import Edition, first_of_each
from kg.loaders.apart import first_reason, joining_different
from kg.loaders.fates import Fates, unite
from kg.places.judgements import Judgements
from kg.schema.provenance import Source


def screen(fates: Fates, find: Find, judgements: Judgements) -> None:
    """Reject the rows that cannot be taken: they differ from themselves, join what is different, or name what nobody describes.

    Args:
        fates: All rows of the input.
        find: Finds the nodes that are known from before.
        judgements: What persons decided on places.
    """
    unite(fates)
    _keep_apart(fates, find, judgements)
    _reject_unknown(fates, find)


def edition_of(fates: Fates, sources: Sequence[Source]) -> Edition:
    """Return all that the rows say, once they are screened; what the first row says of a thing counts.

    It is good for as long as ``fates`` is open.
    """
    nodes, facts = fates.claims.nodes.key.values, fates.claims.facts.key.values
    return Edition(
        fates.claims,
        first_of_each(nodes, np.unique(fates.rows_of_nodes[1])),
        first_of_each(facts, fates.rows_of_facts[1]),
        sources,
        complete=True,
        unread_rows=fates.unread,
    )


def _keep_apart(fates: Fates, find: Find, judgements: Judgements) -> None:
    """Reject rows that would join what a person called different."""
    if not judgements.apart():
        return
    claims = fates.claims
    rows, nodes = fates.rows_of_nodes
    joining = joining_different(find, [claims.names_of_node(node) for node in np.unique(nodes).tolist()], judgements)
    if not joining:
        return
    for row in np.unique(rows).tolist():
        if why := first_reason((claims.names_of_node(node) for node in fates.nodes_of(row)), joining):
            fates.reject(row, why)


def _reject_unknown(fates: Fates, find: Find) -> None:
    """Reject rows whose facts name a node that nobody describes; that takes their own descriptions away, so look again."""
    facts, references = fates.claims.facts, fates.claims.references
    known = np.zeros(len(references), bool)
    while True:
        rows, numbers = fates.rows_of_facts
        start, end = facts.start.values[numbers], facts.end.values[numbers]
        described = known.copy()
        described[_described(fates)] = True
        asked = np.unique(np.concatenate([start[~described[start]], end[~described[end]]])).tolist()
        found = find(references.all[code] for code in asked)
        known[[code for code in asked if references.all[code] in found]] = True
        unknown = np.zeros(len(references), bool)
        unknown[[code for code in asked if not known[code]]] = True
        if not unknown.any():
            return
        missing: dict[int, int] = {}
        for place in np.flatnonzero(unknown[start] | unknown[end]).tolist():
            missing.setdefault(int(rows[place]), int(start[place] if unknown[start[place]] else end[place]))
        for row, code in missing.items():
            fates.reject(row, f"nothing is known of {references.all[code]}, neither in this input nor in the graph")


def _described(fates: Fates) -> np.ndarray[tuple[int, ...], np.dtype[np.uint32]]:
    """Return the codes of the references that the rows that are taken give nodes."""
    references = fates.claims.nodes.references
    taken = np.zeros(len(references), bool)
    taken[fates.rows_of_nodes[1]] = True
    return np.asarray(references.flat.values[taken[references.owners]])
