"""What may be in the graph: nodes, facts, ids and provenance, and the Cypher made from them."""

from __future__ import annotations
