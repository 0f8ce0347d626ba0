"""Wikidata in: twinned bodies, members of networks and heads of government, in the layouts in which they are passed on."""

from __future__ import annotations

from kg.loaders.wikidata.loader import Wikidata

__all__ = ["Wikidata"]
