"""What a person called different is never joined by a load."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kg.database.claims import Find
from kg.places.judgements import Judgement, Judgements
from kg.schema.grouping import Groups
from kg.schema.identity import reference
from kg.schema.nodes import NODES


def joining_different(find: Find, claims: Iterable[Sequence[str]], judgements: Judgements) -> Mapping[str, Judgement]:
    """Return, by reference, the things that claims, each given by all its references, would join with what a person called different, and that judgement.

    Joined is whatever shares an id, over any number of rows and over what is in the graph; what is one node there already,
    because the judgement came later, is not looked at.
    """
    apart = judgements.apart()
    if not apart:
        return {}
    named = [names for names in claims if len(names) > 1]
    asked = {name for names in named for name in names}
    asked |= {reference(label, id_) for label in NODES for said in apart for id_ in said.pair}
    held = find(asked)
    groups: Groups[str] = Groups()
    for names in named:
        groups.join(names)
    for name, id_ in held.items():
        groups.join([name, f"={id_}"])
    offending: dict[str, Judgement] = {}
    for said in apart:
        for label in NODES:
            one, other = (reference(label, id_) for id_ in sorted(said.pair))
            if groups.find(one) == groups.find(other) and not (one in held and held[one] == held.get(other)):
                offending[groups.find(one)] = said
    return {name: offending[groups.find(name)] for name in asked if groups.find(name) in offending}


def first_reason(claims: Iterable[Sequence[str]], joining: Mapping[str, Judgement]) -> str | None:
    """Return why a row cannot be taken: one of its claims joins what is different."""
    for names in claims:
        if len(names) > 1 and (said := joining.get(names[0])):
            return (
                f"it would join {said.subject} and {said.candidate}, which {said.by} called different on {said.date}: "
                f"{said.reason or 'no reason given'}"
            )
    return None
