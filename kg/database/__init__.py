"""The only room that talks to Neo4j."""

from __future__ import annotations
