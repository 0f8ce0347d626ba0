"""A knowledge base of European local-government networks on Neo4j: who should we work with, and why?

``kg.connect()`` opens a :class:`KnowledgeGraph`; its verbs are those of the command ``kg``.
``kg.open_offline()`` recommends without a server, from files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kg.errors import KgError

if TYPE_CHECKING:
    from kg.graph import KnowledgeGraph, connect
    from kg.offline import open_offline
    from kg.queries.brief import Brief
    from kg.queries.consortium_results import Consortium
    from kg.queries.path_results import Explanation, Paths
    from kg.queries.results import Recommendation, Recommendations, Term
    from kg.queries.why_not import WhyNot
    from kg.queries.why_results import Why

__version__ = "0.1.0"

__all__ = [
    "Brief",
    "Consortium",
    "Explanation",
    "KgError",
    "KnowledgeGraph",
    "Paths",
    "Recommendation",
    "Recommendations",
    "Term",
    "Why",
    "WhyNot",
    "connect",
    "open_offline",
]

_HOMES = {
    "Brief": "kg.queries.brief",
    "Consortium": "kg.queries.consortium_results",
    "Explanation": "kg.queries.path_results",
    "KnowledgeGraph": "kg.graph",
    "connect": "kg.graph",
    "open_offline": "kg.offline",
    "Paths": "kg.queries.path_results",
    "Why": "kg.queries.why_results",
    "WhyNot": "kg.queries.why_not",
}


def __dir__() -> list[str]:
    """Return the public names alone, for completion."""
    return [*__all__, "__version__"]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that importing ``kg`` stays light."""
    if name not in __all__:
        raise AttributeError(f"module 'kg' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_HOMES.get(name, "kg.queries.results")), name)
