"""The graph to measure on: made up, or one that is kept beside a database."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.europe import europe
from kg.queries.snapshot import arrow
from kg.queries.snapshot.graph import Snapshot
from kg.queries.snapshot.layers import Indices
from kg.queries.snapshot.tables import Tables


def tables(snapshot: Path | None, size: float) -> Tables:
    """Return the tables of a file as ``kg snapshot show`` names it, else those of a graph of a size, see ``europe``."""
    if snapshot is None:
        return europe(size)
    found = arrow.read(snapshot)
    if found is None:
        raise SystemExit(f"{snapshot} is no snapshot that this version of kg wrote: kg snapshot refresh")
    return found


def some_places(snapshot: Snapshot, number: int, seed: int = 7) -> Indices:
    """Return so many places to ask for: half of those in a network, a project or a twinning, half of all."""
    random = np.random.default_rng(seed)
    active = (
        (snapshot.networks.held.counts > 0) | (snapshot.town_projects.held.counts > 0) | (snapshot.twins.counts > 0)
    )
    everyone = np.arange(len(active))
    chosen = [
        random.choice(group, min(number // 2, len(group)), replace=False)
        for group in (np.flatnonzero(active), everyone)
    ]
    return np.asarray(np.unique(np.concatenate(chosen)), np.int64)
