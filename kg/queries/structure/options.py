"""The options of the three questions, for the verbs of the library; each question's own function says what they mean."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TypedDict


class _Shared(TypedDict, total=False):
    layer: str
    members: str
    countries: str | Sequence[str]
    min_members: int
    max_members: int | None
    past: bool
    seed: int
    top: int
    as_of: str | date | None


class CentralOptions(_Shared, total=False):
    """Options of :func:`kg.queries.structure.central.central`."""

    of: str
    measure: str
    pivots: int | None


class CommunitiesOptions(_Shared, total=False):
    """Options of :func:`kg.queries.structure.communities.communities`."""

    resolution: float
    typical: int


class BridgesOptions(_Shared, total=False):
    """Options of :func:`kg.queries.structure.bridges.bridges`."""

    by: str
    resolution: float
    pivots: int | None
