"""What editions, one after another, come to: the graph before it is written, held in memory instead of a database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from kg.database.claims import FactClaim, NodeClaim, subject_of
from kg.database.loads import LoadHeader, refuse_older
from kg.database.succession import Edition, Succession
from kg.schema.grouping import Groups
from kg.schema.provenance import Assertion, Source


class Claimed:
    """All that stands claimed, and ended, after some editions; the same as :class:`kg.database.writer.EditionWriter` leaves it."""

    def __init__(self) -> None:
        self._nodes: dict[str, NodeClaim] = {}
        self._facts: dict[str, FactClaim] = {}
        self._sources: dict[str, Source] = {}
        self._editions: dict[str, list[str]] = defaultdict(list)
        self._keys: dict[str, set[str]] = defaultdict(set)
        self._groups: Groups[str] = Groups()
        self._known: set[str] = set()

    @property
    def nodes(self) -> Collection[NodeClaim]:
        """The claims of nodes, each once."""
        return self._nodes.values()

    @property
    def facts(self) -> Collection[FactClaim]:
        """The claims of facts, each once."""
        return self._facts.values()

    @property
    def sources(self) -> Collection[Source]:
        """The sources that the editions named, as the last of them described each."""
        return self._sources.values()

    def find(self, references: Iterable[str]) -> dict[str, str]:
        """Return a name of the node that each reference names, the same for all that name it; unknown ones are left out."""
        return {name: self._groups.find(name) for name in references if name in self._known}

    def check_order(self, header: LoadHeader) -> None:
        """Refuse an edition that comes after a newer one of its scope.

        Raises:
            KgError: It does.
        """
        refuse_older(header, reversed(self._editions[header.scope]))

    def add(self, edition: Edition, *, max_ended_share: float) -> None:
        """Let an edition follow what was claimed before.

        Args:
            edition: What it says; every reference of its facts is known.
            max_ended_share: How much of what one of its sources claimed in its scope before it may lack.

        Raises:
            RefusedError: It lacks more; nothing of it was added.
        """
        scope = edition.header.scope
        calling = {end for key in self._keys[scope] if key in self._facts for end in self._facts[key].ends}
        succession = Succession(edition, calling)
        succession.check_ended_share(self._said_in(scope), max_ended_share)
        self._sources |= {source.id: source for source in edition.sources}
        self._editions[scope].append(edition.header.edition)
        nodes = {claim.key: claim for claim in edition.nodes}
        facts = {claim.key: claim for claim in edition.facts}
        withdrawn = []
        for key in self._keys[scope]:
            if key in self._facts:
                fact = self._facts[key]
                again = facts.pop(key, None)
                after = succession.after(_subject(fact), fact.assertion, again.assertion if again else None)
                if after is not None:
                    self._facts[key] = replace(fact, assertion=after)
            else:
                node = self._nodes[key]
                said = nodes.pop(key, None)
                after = succession.after(_subject(node), node.assertion, said.assertion if said else None)
                if after is None:
                    withdrawn.append(key)
                else:
                    self._nodes[key] = replace(node, assertion=after)
        for key in withdrawn:
            del self._nodes[key]
        self._keys[scope] = (self._keys[scope] - set(withdrawn)) | set(nodes) | set(facts)
        self._nodes |= nodes
        self._facts |= facts
        if withdrawn:
            self._groups, self._known = Groups(), set()
            self._join(self._nodes.values())
        else:
            self._join(nodes.values())

    def _said_in(self, scope: str) -> Iterator[tuple[str, Assertion]]:
        for key in self._keys[scope]:
            claim = self._facts.get(key) or self._nodes[key]
            yield _subject(claim), claim.assertion

    def _join(self, claims: Iterable[NodeClaim]) -> None:
        for claim in claims:
            references = claim.references
            self._groups.join(references)
            self._known.update(references)


def _subject(claim: NodeClaim | FactClaim) -> str:
    return claim.label if isinstance(claim, NodeClaim) else subject_of(claim.type, claim.part, claim.spell)
