"""The rules, and what was found against them."""

from __future__ import annotations

from dataclasses import dataclass, field

#: Each rule by its name, as a sentence that holds in every graph that kg made.
RULES = {
    "schema": "Every constraint and index of the schema is there.",
    "kind": "Every entity is of one kind of the schema and has an id, and every fact joins two kinds that its type may join.",
    "source": "Every fact has a source, and every node has one or stands at the end of a fact; the sources are known.",
    "load": "Every statement was made by a load that is known, and every load says of each attempt how it ended.",
    "lists": "The lists of who says so are equally long, hold texts alone, and are in order.",
    "given": "What each source gave is what the schema allows: no other fields, dates in order, ids of the right form.",
    "shown": "What is shown follows from what the sources gave.",
    "key": "The key of a fact follows from its type, its ends and what else tells it apart; no two facts have the same.",
    "direction": "What can be read in both directions, such as a twinning, is stored once, from the smaller id to the larger.",
    "identity": "No id belongs to two nodes of one kind, and a further id is a node of its own that names one node.",
    "change": "What a load changed is kept with a load that is known.",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that breaks a rule.

    Attributes:
        rule: The name of the rule, see :data:`RULES`.
        thing: What breaks it: ``City geonames:1`` for a node, ``MEMBER_OF`` and its key for a fact, the name of a constraint.
        says: How it breaks it.
    """

    rule: str
    thing: str
    says: str


@dataclass(slots=True)
class Checked:
    """What was looked at, and what was found.

    Attributes:
        nodes: How many entities were looked at.
        facts: How many facts.
        counts: How many findings there are for each rule that is broken.
        findings: The first of them for each rule.
        notes: What is no breach, but worth knowing: what is not kg's, and a load that was going on.
        most: How many findings of a rule are kept.
    """

    nodes: int = 0
    facts: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    most: int = 20

    def add(self, rule: str, thing: str, says: str) -> None:
        """Count a finding, and keep it when it is among the first of its rule."""
        number = self.counts[rule] = self.counts.get(rule, 0) + 1
        if number <= self.most:
            self.findings.append(Finding(rule, thing, says))

    @property
    def holds(self) -> bool:
        """Whether every rule holds."""
        return not self.counts
