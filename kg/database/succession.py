"""What an edition makes of what its scope said before: said again, ended, withdrawn, or left as it is.

Nothing here looks at a database, so that what is written to one and what is reckoned without any cannot differ.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from kg.database.claims import FactClaim, NodeClaim, claim_key
from kg.database.loads import LoadHeader
from kg.errors import KgError
from kg.schema.identity import reference
from kg.schema.provenance import Assertion, Source

#: Of the assertions that a source makes in a scope, the share that one edition may end without being told to.
MAX_ENDED_SHARE = 0.2

#: Below this number of assertions a share says nothing.
_FEW = 10


class RefusedError(KgError):
    """The edition lacks too much of what its source asserted before; nothing of it was written."""


@dataclass(frozen=True)
class Edition:
    """All that one edition says, and the rows whose assertions are left as they are because they could not be read.

    ``complete`` says that the whole edition was read, so that what it lacks is gone; ``header`` names the load.
    """

    header: LoadHeader
    nodes: Sequence[NodeClaim]
    facts: Sequence[FactClaim]
    sources: Sequence[Source]
    complete: bool
    unread_rows: Collection[str] = ()


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
        self._said_by_row: dict[tuple[str, str, str], dict[str, set[str]]] = defaultdict(dict)
        for claim in edition.nodes:
            row = claim.label, claim.assertion.source, claim.assertion.row
            self._said_by_row[row][claim.assertion.identity] = set(claim.ids)

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
        now = self._said_by_row.get((label, assertion.source, assertion.row), {})
        if not now or assertion.identity in now:
            return False
        before = set(assertion.names["i"])
        return any(
            not ids.isdisjoint(before) and not any(reference(label, id_) in self._calling for id_ in before - ids)
            for ids in now.values()
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
        again = {claim.key for claim in self._edition.nodes} | {claim.key for claim in self._edition.facts}
        before: Counter[str] = Counter(said_again or {})
        ended: Counter[str] = Counter()
        for subject, assertion in said:
            if assertion.scope == self._scope and not assertion.missing:
                before[assertion.source] += 1
                lacking = claim_key(subject, assertion) not in again and not self.is_superseded(subject, assertion)
                ended[assertion.source] += self._can_go(assertion) and lacking
        for source, number in sorted(ended.items()):
            if before[source] >= _FEW and number > max_ended_share * before[source]:
                raise RefusedError(
                    f"edition {self._edition.header.edition} of {self._scope} lacks {number} of the {before[source]} "
                    f"statements that {source} made before, more than {max_ended_share:.0%}: is the file complete? "
                    "Nothing was written. If they are really gone, load it with --allow-shrink"
                )

    def _can_go(self, assertion: Assertion) -> bool:
        """Whether the edition can end an assertion that it does not repeat."""
        return (
            self._edition.complete
            and assertion.scope == self._scope
            and not assertion.missing
            and assertion.row not in self._edition.unread_rows
        )
