"""The part of a graph around one place, put together from what the database answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from kg.queries.live.evidence import Evidence, LiveSnapshot
from kg.queries.live.statements import PLACE_VALUES
from kg.queries.snapshot.graph import Snapshot, Told
from kg.queries.snapshot.tables import FactRow, NodeRow, Tables

Answer = Mapping[str, Any]


class Part:
    """Collects nodes and facts of a part of a graph; a node may come in several times, with some of its values each time.

    The rows have what is counted and no more: facts no keys and dates, since all are true as of the date, and things no names.
    """

    def __init__(self) -> None:
        self._nodes: dict[str, dict[str, Any]] = defaultdict(dict)
        self._facts: list[FactRow] = []
        self._places: dict[str, int] = {}
        self._members: dict[str, list[int]] = defaultdict(list)
        self._town_projects: dict[str, list[str]] = {}
        self._town_project_counts: dict[str, int] = {}
        self._project_themes: dict[str, list[str]] = defaultdict(list)
        self._twin_counts: dict[str, int] = {}
        self._event_sizes: dict[str, int] = {}

    def snapshot(self, as_of: date, evidence: Evidence | None = None, complete: Collection[str] = ()) -> Snapshot:
        """Return the part as a snapshot; with ``evidence`` as one that can say what it rests on.

        Args:
            as_of: The date as of which facts count.
            evidence: Where facts and names come from.
            complete: The ids of the places of which all values are here.
        """
        nodes = [
            NodeRow(
                id_, values.get("label") or "City", values.get("name") or id_, *map(values.get, NodeRow._fields[3:])
            )
            for id_, values in sorted(self._nodes.items())
        ]
        told = Told(
            list(self._places),
            self._members,
            self._town_projects,
            self._town_project_counts,
            self._project_themes,
            self._twin_counts,
            self._event_sizes,
        )
        tables = Tables(nodes, self._facts)
        if evidence is None:
            return Snapshot.from_tables(tables, as_of, told)
        return LiveSnapshot(tables, as_of, told, evidence, frozenset(complete))

    def add_place(self, values: Sequence[Any], regions: Iterable[tuple[str, str]] = ()) -> str:
        """Add a place with its values, in the order of ``PLACE_VALUES``, and the regions that it lies in; return its id."""
        id_: str = values[0]
        self._nodes[id_].update(zip(PLACE_VALUES[1:], values[1:], strict=True))
        for region, code in sorted(regions):
            self._locate(id_, region, code)
        return id_

    def add_subject(self, answer: Answer) -> str:
        """Add the place that looks for partners and its networks; return its id."""
        id_ = self.add_place(answer["place"], answer["regions"])
        self._tie("MEMBER_OF", ((id_, network) for network in answer["networks"]))
        for body, network in answer["through"]:
            self._tie("SERVES", [(body, id_)])
            self._tie("MEMBER_OF", [(body, network)])
        return id_

    def add_near(self, near: Iterable[tuple[str, float, float]]) -> None:
        """Add cities with their locations."""
        for id_, longitude, latitude in near:
            self._nodes[id_].update(longitude=longitude, latitude=latitude)

    def add_alike(self, answer: Answer) -> None:
        """Add places with their countries and populations."""
        for id_, country, population in answer["alike"]:
            self._nodes[id_].update(country=country, population=population)

    def add_members(self, networks: Sequence[str], answer: Answer) -> None:
        """Add who is in some networks."""
        for id_, held, is_place, served in answer["members"]:
            if is_place:
                self._add_places([id_])
                place = self._place(id_)
                for at in held:
                    self._members[networks[at]].append(place)
            if served:
                self._tie("MEMBER_OF", ((id_, networks[at]) for at in held))
                self._serve(id_, served)

    def add_steps(self, subject: str, answer: Answer, towns: Iterable[tuple[str, Sequence[int]]]) -> None:
        """Add what lies two steps from the subject, and of its projects and those of its partners all towns."""
        twins, projects = answer["twins"], answer["projects"]
        self._add_places(twins)
        self._tie("TWINNED_WITH", ((subject, twin) for twin in twins))
        for id_, through, count in answer["beyond"]:
            self._add_places([id_])
            self._twin_counts[id_] = count
            self._tie("TWINNED_WITH", ((twins[at], id_) for at in through))
        for id_, held in towns:
            self._add_places([id_])
            self._town_projects[id_] = [projects[at] for at in held]
        for id_, size, holders, bodies in answer["events"]:
            self._nodes[id_]["label"] = "Event"
            self._event_sizes[id_] = size
            self._add_places(holders)
            self._tie("TOOK_PART_IN", ((holder, id_) for holder in holders))
            for body, served in bodies:
                self._serve(body, served)
                self._tie("TOOK_PART_IN", [(body, id_)])

    def add_rows(self, answer: Answer) -> None:
        """Add all that is compared of some places, and the twins of those that are near the subject."""
        places = [self.add_place(values) for values in answer["places"]]
        for region, code, held in sorted(answer["regions"]):
            for at in held:
                self._locate(places[at], region, code)
        place = [self._place(id_) for id_ in places]
        for network, held in answer["networks"]:
            self._members[network] += [place[at] for at in held]
        for type_, name in (("SEEKS", "seeks"), ("OFFERS", "offers")):
            for thing, held in answer[name]:
                self._tie(type_, ((places[at], thing) for at in held))
        self._tie("HOLDS_POST", answer["posts"])
        for body, served in answer["bodies"]:
            self._serve(body, [places[at] for at in served])
        for body, type_, thing in answer["of_bodies"]:
            self._tie(type_, [(body, thing)])
        for theme, held in answer["themes"]:
            for at in held:
                self._project_themes[places[at]].append(theme)
        self._town_project_counts.update((places[at], count) for at, count in answer["project_counts"])
        for id_, country, held in answer["twins"]:
            self._nodes[id_]["country"] = country
            self._tie("TWINNED_WITH", ((places[at], id_) for at in held))
        near = answer["near"]
        for values, held, regions in answer["near_twins"]:
            id_ = self.add_place(values, regions)
            self._tie("TWINNED_WITH", ((near[at], id_) for at in held))

    def _place(self, id_: str) -> int:
        """Return the position of a place among those that are members of networks."""
        return self._places.setdefault(id_, len(self._places))

    def _add_places(self, ids: Iterable[str]) -> None:
        for id_ in ids:
            self._nodes[id_]

    def _serve(self, body: str, served: Sequence[str]) -> None:
        self._add_places(served)
        self._tie("SERVES", ((body, place) for place in served))

    def _locate(self, place: str, region: str, code: str) -> None:
        self._nodes[region].update(label="Region", nuts=code)
        self._tie("LOCATED_IN", [(place, region)])

    def _tie(self, type_: str, ends: Iterable[tuple[str, str]]) -> None:
        self._facts += [FactRow(type_, "", start, end) for start, end in ends]
