"""A clock that goes back between loads: nothing breaks, and history keeps its order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from random import Random
from types import SimpleNamespace
from unittest.mock import patch

from kg.database.digest import digest
from kg.editing.undo import undo
from kg.graph import KnowledgeGraph
from kg.loaders.loading import load
from tests.integration.loaders.test_interrupted import Broken
from tests.soak.editions import REAL, Members, called
from tests.soak.ground import Ground, tell_the_truth

TRIALS = 10
SAMPLE = (0,)

_START = dt.datetime(2026, 6, 15, 12, tzinfo=dt.UTC)
#: Where kg asks what time it is when it writes.
_ASKED = ("kg.database.loads", "kg.editing.statements", "kg.editing.requests", "kg.editing.review", "kg.counting")


@contextmanager
def at(moment: dt.datetime) -> Iterator[None]:
    """Have kg believe that it is this moment."""

    class Moved(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> Moved:
            return cls.fromtimestamp(moment.timestamp(), tz)

    with ExitStack() as patched:
        for module in _ASKED:
            patched.enter_context(patch(f"{module}.datetime", Moved))
        patched.enter_context(patch("kg.database.writer.time", SimpleNamespace(time=moment.timestamp)))
        yield


def run(ground: Ground, number: int, chance: Random) -> dict[str, object]:
    """Make one trial: the same loads by a clock that goes on and by one that jumps, and a person's requests by the latter."""
    editions = [sorted(chance.sample(range(40), 20)) for _ in range(chance.randint(3, 6))]
    undone = chance.random() < 0.5
    expected = _loads(ground, editions, undone, [_START + dt.timedelta(days=one) for one in range(len(editions) * 2)])
    jumps = [_START + dt.timedelta(hours=chance.uniform(-200, 200)) for _ in range(len(editions) * 2)]
    # The last of them goes back for certain.
    jumps[-1] = min(jumps) - dt.timedelta(days=1)
    found = _loads(ground, editions, undone, jumps)
    assert found == expected, "a clock that jumps makes another graph"
    wanted = [Members(one, ()).edition for one in range(len(editions))]
    assert [row["edition"] for row in ground.attempts()] == wanted
    if not undone:
        ground.verify(found)
        for row in ground.attempts():
            tell_the_truth(row)
    place = called(next(member for member in editions[0] if member >= len(REAL)))
    with KnowledgeGraph(ground.connect()) as graph:
        with at(_START):
            made = graph.seek(place, "Invented theme", by="Soak", new_theme=True)
        with at(_START - dt.timedelta(days=2)):
            graph.close_request("seek", place, made.number, status="met", by="Soak")
        (closed,) = [row for row in graph.standing_loads() if row["scope"] == made.scope][-1:]
        finished = graph.requests("seek", place, status="closed").requests
        checked = graph.check()
    assert closed["complete"]
    assert [one.number for one in finished] == [made.number], "a request that was closed is still open"
    assert checked.holds, checked.findings
    return {"editions": len(editions), "undone": undone}


def _loads(ground: Ground, editions: list[list[int]], undone: bool, moments: list[dt.datetime]) -> str:
    """Load the editions, every second one in two attempts, by a clock that stands at these moments."""
    connection = ground.fresh()
    clock = iter(moments)
    for number, members in enumerate(editions):
        loader = Members(number, members)
        if number % 2:
            with at(next(clock)), suppress(ConnectionError):
                load(Broken(connection, 3), loader)  # type: ignore[arg-type]
        with at(next(clock)):
            load(connection, loader)
    if undone:
        with at(moments[-1]):
            undo(connection, "soak")
    return digest(connection).value
