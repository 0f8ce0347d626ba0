"""Answers that are graphs, as graphs of networkx and igraph.

Both have the same attributes as a GraphML file of ``kg export``: of a node ``name``, ``label`` (its kind) and what else is known of
it, of a link ``type``, ``key`` and its values; what is not known is not there in networkx and ``None`` in igraph.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kg.queries.frames import package

if TYPE_CHECKING:
    import igraph
    import networkx as nx

    from kg.queries.results import Partner

#: Values by their name.
Attributes = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Link:
    """A link from one node to another, by their ids. ``key`` is that of the fact, where it stands for one alone."""

    start: str
    end: str
    attributes: Attributes
    key: str | None = None


@dataclass(frozen=True, slots=True)
class PlainGraph:
    """Nodes by id, and links between them.

    ``facts`` says that links are facts, so that there may be several between two nodes, each with a direction; else there is one at
    most, without a direction.
    """

    nodes: Mapping[str, Attributes]
    links: Sequence[Link]
    facts: bool
    about: Attributes = field(default_factory=dict)


class AsGraph:
    """An answer that is a graph."""

    @abstractmethod
    def as_graph(self) -> PlainGraph:
        """Return its nodes and links."""

    def to_networkx(self) -> nx.Graph[str]:
        """Return it as a graph of networkx, its nodes by id.

        Returns:
            A ``MultiDiGraph`` where links are facts, in the direction in which they are stored, by their keys; or a ``Graph``
            where links are counts (of a projection, of countries), with the count as ``weight``.

        Raises:
            KgError: networkx is not installed (extra ``notebooks``).
        """
        networkx = package("networkx")
        plain = self.as_graph()
        made = networkx.MultiDiGraph() if plain.facts else networkx.Graph()
        made.graph.update(plain.about)
        made.add_nodes_from((id_, _known(attributes)) for id_, attributes in plain.nodes.items())
        if plain.facts:
            # The key is an attribute as well: many functions forget by what key a link is held.
            made.add_edges_from(
                (link.start, link.end, link.key, {**_known(link.attributes), "key": link.key}) for link in plain.links
            )
        else:
            made.add_edges_from((link.start, link.end, _known(link.attributes)) for link in plain.links)
        return made

    def to_igraph(self) -> igraph.Graph:
        """Return it as a graph of igraph; a vertex has its id as ``id`` and its name as ``name``.

        Returns:
            A directed graph where edges are facts; or an undirected one where edges are counts, with the count as ``weight``.

        Raises:
            KgError: igraph is not installed (extra ``structure``).
        """
        library = package("igraph")
        plain = self.as_graph()
        at = {id_: number for number, id_ in enumerate(plain.nodes)}
        made = library.Graph(
            n=len(at), edges=[(at[link.start], at[link.end]) for link in plain.links], directed=plain.facts
        )
        for name, value in plain.about.items():
            made[name] = value
        made.vs["id"] = list(at)
        for name, values in _columns(plain.nodes.values()).items():
            made.vs[name] = values
        keys = [{"key": link.key} if plain.facts else {} for link in plain.links]
        links = [{**link.attributes, **key} for link, key in zip(plain.links, keys, strict=True)]
        for name, values in _columns(links).items():
            made.es[name] = values
        return made


def node_of(partner: Partner) -> dict[str, Any]:
    """Return the attributes of a node as answers show it."""
    return partner.model_dump(exclude={"id"})


def _known(attributes: Attributes) -> dict[str, Any]:
    return {name: value for name, value in attributes.items() if value is not None}


def _columns(items: Iterable[Attributes]) -> dict[str, list[Any]]:
    """Return for each name that any item has a value of the values of all items."""
    rows = list(items)
    names = dict.fromkeys(name for row in rows for name, value in row.items() if value is not None)
    return {name: [row.get(name) for row in rows] for name in names}
