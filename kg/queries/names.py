"""Nodes looked up by ids and names without a database."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import pairwise

from kg.queries.entities import Entity, nearest

#: So many names, those with the most pairs of letters in common, are compared letter by letter.
_COMPARED = 200


class NamesInMemory:
    """An index of nodes by id and by name, as :class:`kg.queries.entities.Names` asks for it.

    Args:
        entities: The nodes, each with its names in ``search_names``.
        ids: Further ids of nodes, by label: (label, further id) -> the id of the node.
    """

    def __init__(self, entities: Iterable[Entity], ids: Mapping[tuple[str, str], str]) -> None:
        self._by_id = {(entity.label, entity.id): entity for entity in entities}
        self._ids = ids

    def with_id(self, id_: str, _scheme: str, _code: str, labels: Sequence[str]) -> list[Entity]:
        """Return the nodes that have an id, as their own or as a further one."""
        own = [self._by_id[label, id_] for label in labels if (label, id_) in self._by_id]
        if own:
            return own
        further = [(label, self._ids[label, id_]) for label in labels if (label, id_) in self._ids]
        return [self._by_id[key] for key in further if key in self._by_id]

    def named(self, name: str, labels: Sequence[str], country: str | None) -> list[Entity]:
        """Return the nodes that have a name."""
        return [entity for entity in self._by_name.get(name, ()) if _fits(entity, labels, country)]

    def near(self, name: str, labels: Sequence[str], country: str | None) -> list[Entity]:
        """Return those of which a name is spelt most alike, among the names with the most pairs of letters in common."""
        pairs = _pairs(name)
        common = Counter(
            {
                known: 2 * len(pairs & theirs) / (len(pairs) + len(theirs))
                for known, theirs in self._pairs.items()
                if not pairs.isdisjoint(theirs)
            }
        )
        # Sorted first, so that of as much alike names the same are taken whatever the order of the nodes.
        known = sorted(common, key=lambda one: (-common[one], one))[: 20 * _COMPARED]
        fitting = {
            entity: known
            for known in known
            for entity in reversed(self._by_name[known])
            if _fits(entity, labels, country)
        }
        return nearest(name, list(fitting)[:_COMPARED])

    def knows(self, country: str) -> bool:
        """Whether a city, a region or the country itself is there."""
        return country in self._countries

    def is_empty(self) -> bool:
        """Whether there is no node."""
        return not self._by_id

    def labelled(self, label: str) -> list[Entity]:
        """Return the nodes of a label, by id."""
        return sorted((entity for entity in self._by_id.values() if entity.label == label), key=lambda one: one.id)

    @cached_property
    def countries_of_cities(self) -> frozenset[str]:
        """The ISO codes of the countries that have a city."""
        return frozenset(entity.country for entity in self._by_id.values() if entity.label == "City" and entity.country)

    @cached_property
    def _by_name(self) -> Mapping[str, list[Entity]]:
        found: dict[str, list[Entity]] = defaultdict(list)
        for entity in self._by_id.values():
            for name in entity.search_names:
                found[name].append(entity)
        return found

    @cached_property
    def _pairs(self) -> Mapping[str, frozenset[str]]:
        return {name: _pairs(name) for name in self._by_name}

    @cached_property
    def _countries(self) -> frozenset[str]:
        places = {entity.country or "" for (label, _), entity in self._by_id.items() if label in ("City", "Region")}
        return frozenset(places | {id_.partition(":")[2] for label, id_ in self._by_id if label == "Country"})


def _fits(entity: Entity, labels: Sequence[str], country: str | None) -> bool:
    return entity.label in labels and country in (None, entity.country)


def _pairs(name: str) -> frozenset[str]:
    return frozenset(map("".join, pairwise(f" {name} ")))
