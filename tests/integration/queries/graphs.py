"""Small graphs that hypothesis draws, as tables, and how they get into a database."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from hypothesis import strategies as st

from kg.database.connection import Connection
from kg.queries.snapshot.tables import FactRow, NodeRow, Tables, in_order
from kg.schema.cypher import create_facts, create_nodes, kinds_of_facts, new_fact
from kg.schema.identity import SCHEME_PROPERTIES

#: The date as of which the tests ask; those below lie around it.
TODAY = "2026-05-01"

COUNTRIES = (None, "DE", "FI", "LV")
POPULATIONS = (None, 0, 900, 1_000, 1_000, 5_000, 60_000, 60_001, 700_000)
#: Some share one spot, some are near each other, one is across the date line from another.
PLACES = (
    None,
    (24.0, 60.0),
    (24.0, 60.0),
    (24.1, 60.0),
    (24.0, 60.1),
    (24.4, 60.2),
    (25.0, 61.0),
    (179.9, 10.0),
    (-179.9, 10.0),
)
STARTS = (None, None, "2019", "2026-05", "2026-05-01", "2026-05-02", "2031")

_LASTING: tuple[dict[str, str], ...] = (
    {}, {}, {}, {"since": "2019"}, {"since": "2026-05-01", "until": "2026-05"}, {"since": "2026-06"}, {"since": "2031"},
    {"until": "2019"}, {"until": "2026"}, {"until": "2026-04-30"}, {"ended": "2020-01"}, {"ended": "2026-05-01"},
    {"ended": "2026-06"}, {"status": "withdrawn"},
)  # fmt: skip
_REQUESTS = (*_LASTING, {"status": "met", "closed": "2026-05-02"}, {"status": "met", "closed": "2026-04"})

#: Each kind of fact: what it joins and which values it may have.
_KINDS: dict[str, tuple[str, str, tuple[dict[str, str], ...]]] = {
    "member": ("MEMBER_OF", "place-network", _LASTING),
    "body-member": ("MEMBER_OF", "body-network", _LASTING),
    "twin": ("TWINNED_WITH", "place-place", _LASTING),
    "participant": ("PARTICIPATES_IN", "place-project", ({},)),
    "organisation": ("PARTICIPATES_IN", "body-project", ({},)),
    "seat": ("BASED_IN", "body-city", ({}, {"ended": "2020"})),
    "serves": ("SERVES", "body-place", _LASTING),
    "seeks": ("SEEKS", "place-theme", _REQUESTS),
    "offers": ("OFFERS", "place-theme", _REQUESTS),
    "body-offers": ("OFFERS", "body-theme", _REQUESTS),
    "about": ("ABOUT", "project-theme", _LASTING),
    "funded": ("FUNDED_BY", "project-programme", ({},)),
    "event": ("TOOK_PART_IN", "place-event", ({},)),
    "body-event": ("TOOK_PART_IN", "body-event", ({},)),
    "person": ("TOOK_PART_IN", "person-event", ({},)),
    "post": ("HOLDS_POST", "person-place", _LASTING),
    "body-post": ("HOLDS_POST", "person-body", _LASTING),
    "region": ("LOCATED_IN", "city-region", ({},)),
}
_OFTEN = ("member", "member", "member", "twin", "twin", "twin", "twin", "participant", "participant")


@st.composite
def graphs(draw: st.DrawFn) -> Tables:
    """Draw a graph of a few cities and regions, with all kinds of fact that scores look at, ended and future ones too."""
    nodes: dict[str, list[NodeRow]] = defaultdict(list)
    for at in range(draw(st.integers(*draw(st.sampled_from(((1, 8), (16, 24))))))):
        spot = draw(st.sampled_from(PLACES))
        nodes["city"].append(
            NodeRow(
                f"own:c{at}",
                "City",
                f"City {at}",
                draw(st.sampled_from(COUNTRIES)),
                draw(st.sampled_from(POPULATIONS)),
                *(spot or (None, None)),
            )
        )
    for at, code in enumerate((None, "FI1", "FI1B1", "LV00")[: draw(st.integers(0, 4))]):
        country = draw(st.sampled_from(COUNTRIES))
        population = draw(st.sampled_from(POPULATIONS))
        nodes["region"].append(NodeRow(f"own:r{at}", "Region", f"Region {at}", country, population, nuts=code))
    for kind, label, number in (
        ("network", "Organisation", 4), ("body", "Organisation", 3), ("person", "Person", 2), ("project", "Project", 5),
        ("event", "Event", 2), ("theme", "Theme", 3), ("programme", "Programme", 2),
    ):  # fmt: skip
        for at in range(number):
            start = draw(st.sampled_from(STARTS)) if kind in ("project", "event") else None
            nodes[kind].append(NodeRow(f"own:{kind}{at}", label, f"{kind} {at}", start=start))
    nodes["place"] = nodes["city"] + nodes["region"]
    some = st.tuples(st.sampled_from((*_KINDS, *_OFTEN)), st.integers(0, 99), st.integers(0, 99), st.integers(0, 99))
    facts = []
    for number, (kind, first, last, which) in enumerate(
        draw(st.lists(some, min_size=draw(st.sampled_from((0, 40, 100))), max_size=130))
    ):
        type_, joins, values = _KINDS[kind]
        left, right = (nodes[name] for name in joins.split("-"))
        if left and right:
            start, end = left[first % len(left)].id, right[last % len(right)].id
            if type_ == "TWINNED_WITH":
                start, end = min(start, end), max(start, end)
            if start != end:
                facts.append(FactRow(type_, f"key-{number}", start, end, **values[which % len(values)]))
    return in_order((row for kind, rows in nodes.items() if kind != "place" for row in rows), facts)


def write(connection: Connection, tables: Tables) -> None:
    """Make a database hold these tables and nothing else, by the statements of the writer."""
    statements: list[tuple[str, dict[str, Any]]] = [("MATCH (n) DETACH DELETE n", {})]
    nodes: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in tables.nodes:
        values = {name: value for name, value in row._asdict().items() if value is not None}
        spot = [values.pop("longitude"), values.pop("latitude")] if "longitude" in values else None
        if "nuts" in values:
            values[SCHEME_PROPERTIES["nuts"]] = values.pop("nuts")
        nodes[values.pop("label")].append({"properties": values, "location": spot})
    facts: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for fact in tables.facts:
        values = {name: value for name, value in fact._asdict().items() if value is not None}
        facts[values.pop("type")].append({"start": values.pop("start"), "end": values.pop("end"), "properties": values})
    statements += [(create_nodes(label), {"rows": rows}) for label, rows in nodes.items()]
    statements += [
        (create_facts(type_), {"kinds": kinds_of_facts(new_fact(type_, row) for row in rows)})
        for type_, rows in facts.items()
    ]
    connection.write_many(statements)
