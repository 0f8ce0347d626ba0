"""Which stored node each reference of a load names, and which claims speak of one thing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from kg.database.claim_store import TYPES, ClaimStore, Numbers
from kg.database.stored import BATCH
from kg.schema.grouping import Groups
from kg.schema.relationships import FACTS

_UNDIRECTED = np.array([FACTS[type_].undirected for type_ in TYPES])
#: The place of each type in their order by name.
_TYPE_RANKS = np.argsort(np.argsort(np.array(TYPES))).astype(np.uint8)


class Names:
    """The stored ids by reference, as far as they are known."""

    def __init__(self, claims: ClaimStore) -> None:
        self._claims = claims
        self._ids: list[str | None] = [None] * len(claims.references)

    def __getitem__(self, code: int) -> str | None:
        return self._ids[code]

    def set(self, codes: Iterable[int], id_: str) -> None:
        """Let references, by their codes, name a node."""
        for code in codes:
            self._ids[code] = id_

    def learn(self, ids: Mapping[str, str]) -> None:
        """Let references name nodes, those that the load does not use left out."""
        for name, id_ in ids.items():
            if (code := self._claims.references.known(name)) is not None:
                self._ids[code] = id_

    def unknown(self, codes: Iterable[int]) -> Iterator[str]:
        """Yield those of some references that name nothing yet."""
        for code in codes:
            if self._ids[code] is None:
                yield self._claims.references.all[code]

    def ranked(self, codes: Numbers) -> tuple[Numbers, list[str]]:
        """Return, by the code of each reference, the place of its node among ``ids``, and the ids in order.

        Args:
            codes: Those that are wanted; of others the place is -1.

        Raises:
            KeyError: One of them names nothing.
        """
        for name in self.unknown(codes.tolist()):
            raise KeyError(name)
        found = [self._ids[code] or "" for code in codes.tolist()]
        ids = sorted(set(found))
        places = {id_: place for place, id_ in enumerate(ids)}
        ranks = np.full(len(self._ids), -1, np.int32)
        ranks[codes] = [places[id_] for id_ in found]
        return ranks, ids


@dataclass(frozen=True, slots=True)
class SameNode:
    """The claims that speak of one node, by their numbers, and the stored nodes that already are that one."""

    claims: Sequence[int]
    existing: Sequence[str]


class NodeGroups:
    """Claims of nodes together with those with which they share an id, directly or over others, or over what is stored.

    Groups are in the order of their first claims, and claims in theirs.
    """

    def __init__(self, claims: ClaimStore, numbers: Numbers, names: Names) -> None:
        self._claims, self._names = claims, names
        references = claims.nodes.references
        mine = np.zeros(len(references), bool)
        mine[numbers] = True
        owners, flat = references.owners, references.flat.values
        owners, flat = owners[mine[owners]], flat[mine[owners]]
        used = np.bincount(flat, minlength=len(claims.references))
        stored = np.array([names[code] is not None for code in range(len(claims.references))], bool)
        linked = np.unique(owners[(used[flat] > 1) | stored[flat]])
        # Nearly all are alone, and those need not be looked at one by one.
        groups: Groups[int | str] = Groups()
        for number in linked.tolist():
            codes = references[number]
            groups.join([*codes, *(id_ for code in codes if (id_ := names[code]) is not None)])
        first: dict[int | str, int] = {}
        leader = np.arange(len(references))
        for number in linked.tolist():
            leader[number] = first.setdefault(groups.find(references[number][0]), number)
        self._order = numbers[np.argsort(leader[numbers], kind="stable")]
        leaders = leader[self._order]
        begins = np.flatnonzero(np.diff(leaders, prepend=-1))
        self._bounds = np.append(begins, len(self._order))

    def __len__(self) -> int:
        return len(self._bounds) - 1

    def __getitem__(self, place: int) -> SameNode:
        numbers = self._order[self._bounds[place] : self._bounds[place + 1]].tolist()
        codes = {code for number in numbers for code in self._claims.nodes.references[number]}
        found = {self._claims.references.all[code]: id_ for code in codes if (id_ := self._names[code]) is not None}
        return SameNode(numbers, list(dict.fromkeys(found[name] for name in sorted(found))))


class SameFact(NamedTuple):
    """The claims, by their numbers, that speak of one fact, and what they agree on.

    Attributes:
        type: The code of its type (:data:`kg.database.claim_store.TYPES`).
        told_by: That of what tells it from others between the same nodes.
        start: The id of its start.
        end: That of its end.
        claims: The numbers of the claims.
    """

    type: int
    told_by: int
    start: str
    end: str
    claims: Sequence[int]


class FactGroups:
    """Claims of facts together with those that speak of the same fact.

    They are in the order of their start nodes, then of type and end: that spares the server most of the work of finding the dense
    ends again.
    """

    def __init__(self, claims: ClaimStore, numbers: Numbers, ranks: Numbers, ids: Sequence[str]) -> None:
        self._ids = ids
        facts = claims.facts
        start, end = ranks[facts.start.values[numbers]], ranks[facts.end.values[numbers]]
        types = facts.type.values[numbers]
        turned = _UNDIRECTED[types] & (end < start)
        start[turned], end[turned] = end[turned], start[turned]
        # The first counts least. Each takes the place of what it was, so that only one of them is there twice at a time.
        columns = [facts.told_by.values[numbers], end, types, start]
        del start, end, types, turned
        order = np.lexsort((*columns[:2], _TYPE_RANKS[columns[2]], columns[3]))
        begins = np.zeros(len(order), bool)
        begins[:1] = True
        for place in range(len(columns)):
            ordered = columns[place] = columns[place][order]
            begins[1:] |= ordered[1:] != ordered[:-1]
        self._told_by, self._end, self._type, self._start = columns
        self._numbers = numbers[order].astype(np.uint32)
        self._bounds = np.flatnonzero(np.append(begins, True)).astype(np.uint32)

    def __len__(self) -> int:
        return len(self._bounds) - 1

    def batches(self, size: int = BATCH) -> Iterator[list[SameFact]]:
        """Yield all, so many at a time."""
        for begin in range(0, len(self), size):
            yield list(self._some(begin, min(begin + size, len(self))))

    def _some(self, begin: int, stop: int) -> Iterator[SameFact]:
        # What they are made of is looked up once for all of them.
        bounds = self._bounds[begin : stop + 1]
        first = int(bounds[0])
        numbers = self._numbers[first : bounds[-1]].tolist()
        heads, ids = bounds[:-1], self._ids
        common = (column[heads] for column in (self._type, self._told_by, self._start, self._end))
        columns = (bounds[:-1] - first, bounds[1:] - first, *common)
        for one, next_, type_, told_by, start, end in zip(*(column.tolist() for column in columns), strict=True):
            yield SameFact(type_, told_by, ids[start], ids[end], numbers[one:next_])
