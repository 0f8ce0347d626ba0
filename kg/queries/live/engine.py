"""The live engine: for each question the part of the graph that decides on it, and the counts over the whole graph."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np

from kg.database.connection import Connection
from kg.database.read import read
from kg.errors import KgError
from kg.garbage import no_collecting
from kg.queries import candidates as ways
from kg.queries.engines import Surroundings
from kg.queries.kinds.kind import Weights
from kg.queries.live import statements
from kg.queries.live.evidence import Evidence
from kg.queries.live.part import Answer, Part
from kg.queries.snapshot.aggregates import Aggregates
from kg.queries.standing import Standing
from kg.queries.world import World, neighbourhood

Near = list[tuple[str, float, float]]
Towns = list[tuple[str, list[int]]]

#: Within so many spacings of towns the nearest are looked for first.
_FIRST_LOOK = 6.0

#: So many statements run at once, each on a processor of the server; of places so many are asked for in one.
_AT_ONCE = 2
_PLACES = 800

#: Half way around the earth, in kilometres.
_ALL_AROUND = 20_100.0

#: Neo4j's earth is larger than ours by 0.11 percent; what it finds is measured again.
_SLACK = 1.005


class LiveEngine:
    """Asks the database, in seven statements or so for a place with all its candidates and in five for given ones.

    What comes back has what is counted and no more: facts that are true as of the date, without keys, roles and dates, and projects
    not by who takes part in them but by town. Evidence for the few pairs that are shown is fetched when it is asked for.

    Args:
        connection: The database; only read.
        as_of: The date as of which facts count.
        aggregates: Counts over the whole graph as of the same date, see :mod:`kg.queries.live.stored`. Engines that are given equal
            ones give equal answers.
    """

    def __init__(self, connection: Connection, as_of: date, aggregates: Aggregates) -> None:
        self.as_of = as_of
        self.aggregates = aggregates
        self._connection = connection

    def around(self, subject: str, weights: Weights) -> Surroundings:
        """Return a place with all its candidates."""
        with no_collecting():
            own = self._subject(subject)
            world, place = self._seen(own)
            spacing = float(world.spacing[place])
            # A network that is not in the counts is of another date than these, and as small as can be.
            networks = sorted(
                {name for name in (*own["networks"], *(one[1] for one in own["through"]))
                 if self.aggregates.members.totals([name])[0] < ways.HUB}.union(ways.likely_networks(world, place))
            )  # fmt: skip
            country, population = own["place"][3], own["place"][4]
            countries = ways.alike_countries(self.aggregates, country or "") if population is not None else []
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                asked_steps = pool.submit(self._steps, subject)
                asked_near = pool.submit(self._near, own, neighbourhood(spacing), first=_FIRST_LOOK * spacing)
                members = pool.submit(self._ask, statements.MEMBERS, networks=networks)
                alike = pool.submit(
                    self._ask, statements.ALIKE, countries=countries, population=population, each=ways.IN_EACH
                )
                near, (steps, towns) = asked_near.result(), asked_steps.result()
                around = self._around(own, near)
                seen = Part()
                seen.add_subject(own)
                seen.add_near(near)
                seen.add_steps(subject, steps, towns)
                seen.add_members(networks, members.result())
                seen.add_alike(alike.result())
            # Of the neighbours the twins, to look around these.
            seen.add_rows(self._ask(statements.ROWS, places=[subject], near=around))
            world = self._world(seen)
            ids, place = world.snapshot.places.ids, world.snapshot.position[subject]
            directory = self.aggregates.directory.places.ids
            found = {ids[at] for at in ways.by_ties(world, place)}
            found.update(directory[at] for at in ways.afar(world, place, weights))
            return self._surroundings(own, steps, towns, near, around, sorted(found))

    def between(self, subject: str, others: Sequence[str]) -> Surroundings:
        """Return a place with these others as candidates."""
        with no_collecting():
            own = self._subject(subject)
            world, place = self._seen(own)
            near = self._near(own, neighbourhood(float(world.spacing[place])))
            steps, towns = self._steps(subject)
            return self._surroundings(own, steps, towns, near, self._around(own, near), sorted({*others} - {subject}))

    def _surroundings(
        self, own: Answer, steps: Answer, towns: Towns, near: Near, around: Sequence[str], others: Sequence[str]
    ) -> Surroundings:
        """Return the surroundings of which all is known but what the others have."""
        subject: str = own["place"][0]
        part, complete = Part(), set[str]()
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            asked = [
                pool.submit(self._ask, statements.ROWS, places=some, near=[] if at else around)
                for at, some in enumerate(_parts([subject, *others]))
            ]
            part.add_subject(own)
            part.add_near(near)
            part.add_steps(subject, steps, towns)
            # In their order, which is that of the places, so that whoever is asked about a place puts it together alike.
            for answer in asked:
                rows = answer.result()
                part.add_rows(rows)
                complete.update(values[0] for values in rows["places"])
        world = self._world(part, Evidence(self._connection), complete)
        position = world.snapshot.position
        known = complete - {subject}
        return Surroundings(world, position[subject], np.array(sorted(position[id_] for id_ in known), np.int64))

    def _steps(self, subject: str) -> tuple[Answer, Towns]:
        """Return what lies two steps from a place, and of the projects there all towns."""
        steps = self._ask(statements.STEPS, id=subject)
        projects = steps["projects"]
        return steps, self._ask(statements.TOWNS, projects=projects)["towns"] if projects else []

    def _around(self, own: Answer, near: Near) -> list[str]:
        """Return the places so near to one that their twins matter."""
        if not near:
            return []
        world, place = self._seen(own, near)
        found, _ = world.snapshot.near(place, neighbourhood(float(world.spacing[place])))
        return [world.snapshot.places.ids[at] for at in found]

    def _seen(self, own: Answer, near: Near | None = None) -> tuple[World, int]:
        """Return a place by itself, or with the cities nearby, as a graph, and its position in it."""
        part = Part()
        id_ = part.add_subject(own)
        part.add_near(near or [])
        world = self._world(part)
        return world, world.snapshot.position[id_]

    def _subject(self, subject: str) -> Answer:
        found = self._rows(statements.SUBJECT, id=subject)
        if not found:
            raise KeyError(subject)
        return found[0]

    def _near(self, own: Answer, around: float, first: float = 0.0) -> Near:
        """Return the cities within ``around`` kilometres; with ``first`` at least the nearest, looked for within that first."""
        longitude, latitude = own["place"][5:7]
        if longitude is None or latitude is None:
            return []
        number, radius = (ways.EACH + 1, max(around, first)) if first else (1, around)
        while True:
            near: Near = self._ask(
                statements.NEAR,
                longitude=longitude,
                latitude=latitude,
                metres=_metres(radius),
                number=number,
                around=_metres(around),
            )["near"]
            if len(near) >= number or radius >= _ALL_AROUND:
                return near
            # So much farther that there would be twice as many as needed, if they stood as thick there.
            radius = min(radius * float(np.clip(np.sqrt(2.0 * number / max(len(near), 1)), 1.5, 4.0)), _ALL_AROUND)

    @cached_property
    def _standing(self) -> Standing:
        return Standing(World(Part().snapshot(self.as_of), self.aggregates))

    def _world(self, part: Part, evidence: Evidence | None = None, complete: Collection[str] = ()) -> World:
        world = World(part.snapshot(self.as_of, evidence, complete), self.aggregates)
        world.standing = self._standing
        return world

    def _ask(self, statement: str, **parameters: Any) -> Answer:
        rows = self._rows(statement, **parameters)
        if not rows:
            raise KgError("What was asked for has just been removed from the graph by somebody else: ask again.")
        return rows[0]

    def _rows(self, statement: str, **parameters: Any) -> list[dict[str, Any]]:
        return read(self._connection, statement, {"as_of": self.as_of.isoformat(), **parameters})


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Cut ids into parts of much the same length, at most ``_PLACES`` each."""
    number = -(-len(ids) // _PLACES)
    return (ids[at * len(ids) // number : (at + 1) * len(ids) // number] for at in range(number))


def _metres(kilometres: float) -> float:
    return kilometres * 1000.0 * _SLACK + 1.0
