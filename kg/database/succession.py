"""What an edition makes of what its scope said before: said again, ended, withdrawn, or left as it is.

Nothing here looks at a database, so that what is written to one and what is reckoned without any cannot differ.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from kg.database.claim_store import Chosen, ClaimStore, Numbers, repeated, row_number
from kg.database.claims import FactClaim, NodeClaim, claim_number
from kg.database.loads import LoadHeader
from kg.errors import KgError
from kg.schema.identity import reference
from kg.schema.provenance import Assertion, Source
from kg.schema.records import FactRecord, NodeRecord

#: Of the assertions that a source makes in a scope, the share that one edition may end without being told to.
MAX_ENDED_SHARE = 0.2

#: Below this number of assertions a share says nothing.
_FEW = 10


class RefusedError(KgError):
    """The edition lacks too much of what its source asserted before; nothing of it was written."""


@dataclass(frozen=True)
class Edition:
    """All that one edition says, and the rows whose assertions are left as they are because they could not be read.

    ``complete`` says that the whole edition was read, so that what it lacks is gone. What it says are those claims of the store
    that have the numbers, ascending, each key once.
    """

    claims: ClaimStore
    node_numbers: Numbers
    fact_numbers: Numbers
    sources: Sequence[Source]
    complete: bool
    unread_rows: Collection[str] = ()

    @classmethod
    def of_records(
        cls,
        header: LoadHeader,
        records: Iterable[NodeRecord | FactRecord],
        sources: Sequence[Source],
        *,
        complete: bool,
    ) -> Self:
        """Return the edition that says all these records; close its claims when it is written."""
        claims = ClaimStore(header)
        for record in records:
            if isinstance(record, NodeRecord):
                claims.add_node(record)
            else:
                claims.add_fact(record)
        nodes, facts = (first_of_each(columns.key.values) for columns in (claims.nodes, claims.facts))
        return cls(claims, nodes, facts, sources, complete)

    @property
    def header(self) -> LoadHeader:
        """The load."""
        return self.claims.header

    @property
    def authorities(self) -> dict[str, str]:
        """The authority of each of its sources, by its id."""
        return {source.id: source.authority for source in self.sources}

    @property
    def nodes(self) -> Sequence[NodeClaim]:
        """What it says of nodes."""
        return Chosen(self.claims.node, self.node_numbers)

    @property
    def facts(self) -> Sequence[FactClaim]:
        """What it says of facts."""
        return Chosen(self.claims.fact, self.fact_numbers)

    @cached_property
    def ends(self) -> Numbers:
        """The codes of the references by which its facts call their ends, ascending."""
        facts = self.claims.facts
        return np.unique(np.concatenate([column.values[self.fact_numbers] for column in (facts.start, facts.end)]))

    def says(self, key: int) -> bool:
        """Whether it makes the claim of this :func:`~kg.database.claims.claim_number`."""
        return any(_holds(keys, key) for keys in self._keys)

    def said_by_row(self, label: str, source: str, row: str) -> list[int]:
        """Return the numbers of the claims that a row makes of nodes of a label."""
        rows, numbers = self._rows
        wanted = row_number(label, source, row)
        first, last = np.searchsorted(rows, wanted, "left"), np.searchsorted(rows, wanted, "right")
        return [int(number) for number in numbers[first:last]]

    @cached_property
    def _keys(self) -> tuple[Numbers, Numbers]:
        nodes, facts = self.claims.nodes.key.values, self.claims.facts.key.values
        return np.sort(nodes[self.node_numbers]), np.sort(facts[self.fact_numbers])

    @cached_property
    def _rows(self) -> tuple[Numbers, Numbers]:
        rows = self.claims.nodes.row.values[self.node_numbers]
        order = np.argsort(rows)
        return rows[order], self.node_numbers[order]


def first_of_each(keys: Numbers, among: Numbers | None = None) -> Numbers:
    """Return the places of the first of all that are equal, ascending; looked for ``among`` some places, ascending, else all."""
    places = (np.arange(len(keys)) if among is None else among).astype(np.uint32)
    again = repeated(keys[places])
    if not len(again):
        return places
    _, first = np.unique(keys[places[again]], return_index=True)
    dropped = np.ones(len(again), bool)
    dropped[first] = False
    return np.delete(places, again[dropped])


def _holds(ordered: Numbers, key: int) -> bool:
    place = int(np.searchsorted(ordered, key))
    return place < len(ordered) and bool(ordered[place] == key)


class Succession:
    """How one edition follows what was said before.

    Args:
        edition: The edition.
        calling: The references by which facts of its scope, so far, call their ends.
    """

    def __init__(self, edition: Edition, calling: Iterable[str]) -> None:
        self._edition = edition
        self._scope = edition.header.scope
        self._calling = set(calling)

    def after(self, subject: str, before: Assertion, again: Assertion | None) -> Assertion | None:
        """Return an earlier assertion as the edition leaves it; None when it is withdrawn.

        Args:
            subject: What it is about; see :func:`kg.database.claims.subject_of`.
            before: The assertion.
            again: What the edition itself says of the same, by the same identity, if anything.
        """
        if self.is_superseded(subject, before):
            return None
        if again is not None:
            return before.said_again(again)
        if self._can_go(before):
            return before.gone(self._edition.header.edition)
        return before

    def is_superseded(self, label: str, assertion: Assertion) -> bool:
        """Whether the same row of the edition describes the same node by other ids: what it said of the ids before is withdrawn.

        It is the same node when the row still gives one of the ids that it gave (a source's own id of the thing, say), and those
        that it no longer gives are no names in facts of this scope, which would then name nothing.
        """
        if assertion.scope != self._scope or "i" not in assertion.names:
            return False
        claims = self._edition.claims
        now = self._edition.said_by_row(label, assertion.source, assertion.row)
        same = claim_number(label, assertion.source, assertion.row, assertion.texts[0])
        if not now or any(claims.nodes.key[number] == same for number in now):
            return False
        before = {reference(label, id_) for id_ in assertion.names["i"]}
        return any(
            not names.isdisjoint(before) and self._calling.isdisjoint(before - names)
            for names in (set(claims.names_of_node(number)) for number in now)
        )

    def check_ended_share(
        self, said: Iterable[tuple[str, Assertion]], max_ended_share: float, said_again: Mapping[str, int] | None = None
    ) -> None:
        """Refuse an edition that lacks too much.

        Args:
            said: What was asserted before, each with its subject; what is of another scope does not count.
            max_ended_share: How much of what one of its sources asserted in this scope the edition may lack.
            said_again: How many more assertions each source made in this scope before, all of which the edition repeats.

        Raises:
            RefusedError: It lacks more.
        """
        if not self._edition.complete:
            return
        before: Counter[str] = Counter(said_again or {})
        ended: Counter[str] = Counter()
        for subject, assertion in said:
            if assertion.scope == self._scope and not assertion.missing:
                before[assertion.source] += 1
                ended[assertion.source] += self._can_go(assertion) and self._lacks(subject, assertion)
        for source, number in sorted(ended.items()):
            if before[source] >= _FEW and number > max_ended_share * before[source]:
                raise RefusedError(
                    f"edition {self._edition.header.edition} of {self._scope} lacks {number} of the {before[source]} "
                    f"statements that {source} made before, more than {max_ended_share:.0%}: is the file complete? "
                    "Nothing was written. If they are really gone, load it with --allow-shrink"
                )

    def _lacks(self, subject: str, assertion: Assertion) -> bool:
        key = claim_number(subject, assertion.source, assertion.row, assertion.texts[0])
        return not self._edition.says(key) and not self.is_superseded(subject, assertion)

    def _can_go(self, assertion: Assertion) -> bool:
        """Whether the edition can end an assertion that it does not repeat."""
        return (
            self._edition.complete
            and assertion.scope == self._scope
            and not assertion.missing
            and assertion.row not in self._edition.unread_rows
        )
