"""How many of the ten best of all places are among the candidates: ``python -m benchmarks.recall``.

For each kind, some places are scored against all others, current partners left out, and against their candidates only. What is
missed is broken down: by which terms the missed ones would have come, and how large the best of the candidates' ways in would have
to be. With ``--snapshot`` on a graph of one's own (``kg snapshot show`` names its file), with ``--offline FILE...`` on the starter,
GeoNames and these files, as ``kg evaluate`` reads them, else on one of the size of Europe.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np

from benchmarks.graphs import some_places, tables
from kg.offline import open_offline
from kg.queries.candidates import candidates
from kg.queries.comparison import Pairs
from kg.queries.features import FEATURES
from kg.queries.kinds.kind import KINDS, Kind, Weights, check_kind, weights
from kg.queries.scoring import best, term_values
from kg.queries.snapshot.graph import Snapshot
from kg.queries.snapshot.layers import Floats, Indices
from kg.queries.world import World

TOP = 10


@dataclass
class Recall:
    """What of the best was found, for one kind."""

    found: int = 0
    wanted: int = 0
    whole: int = 0
    places: int = 0
    #: Term -> how often it gave a missed place more than the last of the list that was found has.
    by_term: Counter[str] = field(default_factory=Counter)
    #: Which group (active or not) -> found, wanted.
    by_group: dict[str, list[int]] = field(default_factory=dict)
    missed: list[str] = field(default_factory=list)
    #: How many candidates there were, and how many seconds it took to find them.
    sizes: list[int] = field(default_factory=list)
    took: list[float] = field(default_factory=list)

    @property
    def share(self) -> float:
        """Recall at ten."""
        return self.found / max(self.wanted, 1)


def measure(world: World, places: Indices, kinds: dict[Kind, Weights]) -> dict[Kind, Recall]:
    """Return the recall at ten of the candidates of some places among all places abroad, for each kind."""
    snapshot = world.snapshot
    everyone = np.arange(len(snapshot.places.ids))
    found = {kind: Recall() for kind in kinds}
    wanted = {name for one in kinds.values() for name in one.terms}
    for place in places.tolist():
        country = snapshot.places.country
        others = everyone[(country != country[place]) & ~np.isin(everyone, snapshot.twins.row(place))]
        pairs = Pairs(world, place, others)
        values: dict[str, Floats] = {name: FEATURES[name](pairs) for name in wanted}
        for kind, of_kind in kinds.items():
            terms = term_values(np.column_stack([values[name] for name in of_kind.terms]), of_kind)
            started = time.process_time()
            among = np.isin(others, candidates(world, place, of_kind))
            found[kind].took.append(time.process_time() - started)
            found[kind].sizes.append(int(among.sum()))
            _add(found[kind], snapshot, place, others, among, terms, tuple(of_kind.terms))
    return found


def _add(
    recall: Recall,
    snapshot: Snapshot,
    place: int,
    others: Indices,
    chosen: np.typing.NDArray[np.bool_],
    terms: np.typing.NDArray[np.float64],
    names: tuple[str, ...],
) -> None:
    top = best(terms, others, TOP)
    hit = chosen[top]
    recall.places += 1
    recall.found += int(hit.sum())
    recall.wanted += len(top)
    recall.whole += bool(hit.all())
    held = (
        snapshot.networks.held.counts[place] + snapshot.town_projects.held.counts[place] + snapshot.twins.counts[place]
    )
    group = "no link" if held == 0 else "one or two" if held < 3 else "more"
    counted = recall.by_group.setdefault(group, [0, 0])
    counted[0] += int(hit.sum())
    counted[1] += len(top)
    kept = top[hit]
    rows = snapshot.places.rows
    for at in top[~hit]:
        # By which terms it is better than those of the list that are among the candidates are on average.
        usual = terms[kept].mean(axis=0) if len(kept) else terms.mean(axis=0)
        more = terms[at] - usual
        recall.by_term.update([names[term] for term in np.argsort(-more)[:2] if more[term] > 0])
        recall.missed.append(f"{rows[place].name} - {rows[others[at]].name}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--snapshot", type=Path, help="file of a graph, as kg snapshot show names it")
    parser.add_argument("--offline", nargs="+", metavar="FILE", help="the starter, GeoNames and these files")
    parser.add_argument("--size", type=float, default=1.0, help="of the graph that is made up, 1 is Europe")
    parser.add_argument("--places", type=int, default=200, help="how many places are asked for")
    parser.add_argument("--kind", help="one kind only")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--as-of", type=date.fromisoformat, default=date(2026, 11, 25))
    parser.add_argument("--missed", action="store_true", help="name the pairs that were missed")
    given = parser.parse_args()
    kinds = {kind: weights(kind) for kind in ([check_kind(given.kind)] if given.kind else KINDS)}
    rows = open_offline(given.offline, given.as_of).tables if given.offline else tables(given.snapshot, given.size)
    world = World.of(Snapshot.from_tables(rows, given.as_of))
    places = some_places(world.snapshot, given.places, given.seed)
    started = time.perf_counter()
    print(f"{len(world.snapshot.places.ids):,} places, {len(places)} of them asked for, seed {given.seed}")
    for kind, recall in measure(world, places, kinds).items():
        groups = ", ".join(f"{name} {one / of:.3f}" for name, (one, of) in sorted(recall.by_group.items()))
        print(
            f"{kind:9s} recall@{TOP} {recall.share:.4f}; whole lists {recall.whole} of {recall.places}; links: {groups}"
        )
        took = f", {1e3 * float(np.median(recall.took)):.1f} ms of processor to find them" if recall.took else ""
        print(f"          {float(np.median(recall.sizes)):,.0f} candidates{took}")
        if recall.by_term:
            print("          missed by", ", ".join(f"{name} {count}" for name, count in recall.by_term.most_common(6)))
        if given.missed:
            print("         ", "; ".join(recall.missed))
    print(f"{time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
