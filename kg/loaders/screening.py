"""Which rows of an input can be taken, given what is known already: in a database, or from other inputs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kg.database.claims import Find
from kg.database.loads import LoadHeader
from kg.database.succession import Edition
from kg.loaders.apart import first_reason, joining_different
from kg.loaders.fates import C, Fate, unite
from kg.places.judgements import Judgements
from kg.schema.provenance import Source


def screen(fates: Sequence[Fate], find: Find, judgements: Judgements) -> None:
    """Reject the rows that cannot be taken: they differ from themselves, join what is different, or name what nobody describes.

    Args:
        fates: All rows of the input.
        find: Finds the nodes that are known from before.
        judgements: What persons decided on places.
    """
    unite(fates)
    _keep_apart(fates, find, judgements)
    _reject_unknown(fates, find)


def edition_of(fates: Sequence[Fate], header: LoadHeader, sources: Sequence[Source]) -> Edition:
    """Return all that the rows say, once they are screened."""
    return Edition(
        header,
        nodes=_first_of_each(claim for fate in fates for claim in fate.nodes),
        facts=_first_of_each(claim for fate in fates for claim in fate.facts),
        sources=sources,
        complete=True,
        unread_rows={name for fate in fates for name in fate.unread},
    )


def _first_of_each(claims: Iterable[C]) -> list[C]:
    """Keep what the first row says of a thing: a source may describe one node in many rows."""
    first: dict[str, C] = {}
    for claim in claims:
        first.setdefault(claim.key, claim)
    return list(first.values())


def _keep_apart(fates: Sequence[Fate], find: Find, judgements: Judgements) -> None:
    """Reject rows that would join what a person called different."""
    joining = joining_different(find, (claim for fate in fates for claim in fate.nodes), judgements)
    if not joining:
        return
    for fate in fates:
        if why := first_reason(fate.nodes, joining):
            fate.reject(why)


def _reject_unknown(fates: Sequence[Fate], find: Find) -> None:
    """Reject rows whose facts name a node that nobody describes; that takes their own descriptions away, so look again."""
    while unknown := _unknown_references(fates, find):
        for fate in fates:
            ends = (end for claim in fate.facts for end in claim.ends)
            if missing := next((end for end in ends if end in unknown), None):
                fate.reject(f"nothing is known of {missing}, neither in this input nor in the graph")


def _unknown_references(fates: Sequence[Fate], find: Find) -> set[str]:
    """Return the references used by facts that neither a row nor what is known describes."""
    given = {name for fate in fates for claim in fate.nodes for name in claim.references}
    asked = {end for fate in fates for claim in fate.facts for end in claim.ends} - given
    return asked - set(find(asked))
