"""Members of a network or recommended partners on the map of Europe."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kg.pictures.labels import Dot, place_labels
from kg.pictures.looks import COLOURS
from kg.pictures.middles import MIDDLES
from kg.pictures.outline import outline
from kg.pictures.projection import HEIGHT, WIDTH, Pixel, on_map, project, vega_projection
from kg.pictures.vega import Spec
from kg.queries.display import clean
from kg.queries.members import Location, Member, NetworkMembers
from kg.queries.results import Partner, Recommendations

#: As many names as there is room for, the most important first; of more than this there is none for the others.
MOST_NAMES = 250
#: The first of them may cover dots of later ones.
FIRST_NAMES = 40
SHAPES = {"City": "circle", "Region": "triangle-up", "Organisation": "diamond"}
#: What the legend says of members that stand in the middle of their country, and pixels between two of them.
IN_COUNTRY = "only the country known: in its middle"
APART = 11.0
PLACES = ("City", "Region")
SUBJECT = "The place itself"


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on the map. ``weight`` between 0 and 1 gives its size, ``name`` stands beside it where there is room."""

    kind: str
    name: str
    note: str
    weight: float
    latitude: float
    longitude: float
    #: What stands beside it where there is no room for the name.
    short: str = ""
    #: How manieth it is of those that stand in the middle of the same country; 0 where the place is its own.
    stacked: int = 0


@dataclass(frozen=True, slots=True)
class Spots:
    """What is on a map, the most important first, and what is not."""

    spots: tuple[Spot, ...]
    notes: tuple[str, ...]


_NAMED = "Named: as many as there is room for"


def spots_of_members(result: NetworkMembers) -> Spots:
    """Return the members of networks, the largest first; those without a known place are counted."""
    ordered = sorted(result.members, key=lambda row: (-(row.population or 0), row.id))
    spots = tuple(
        Spot(row.label, clean(row.name), clean(row.title), 0.25, row.latitude, row.longitude)
        for row in ordered
        if row.latitude is not None and row.longitude is not None
    )
    # Bodies that are for a whole country often have no seat in the graph.
    counts: Counter[str] = Counter()
    for row in ordered:
        if _in_middle(row):
            country = row.country or ""
            counts[country] += 1
            kind = f"{row.label}, {IN_COUNTRY}"
            note = clean(f"{row.title}: {IN_COUNTRY}")
            spots += (Spot(kind, clean(row.name), note, 0.1, *MIDDLES[country], stacked=counts[country]),)
    missing = [row for row in ordered if row.latitude is None and not _in_middle(row)]
    return Spots(spots, (_NAMED + ", the largest first.", *_missing(missing)))


def _in_middle(row: Member) -> bool:
    """Return whether a member stands in the middle of its country: a body without a seat; a place has one, if not in the graph."""
    return row.latitude is None and row.label not in PLACES and row.country in MIDDLES


def spots_of_partners(result: Recommendations, locations: Mapping[str, Location]) -> Spots:
    """Return the recommended partners, best first, and the place that they are recommended to; size is the score."""
    scores = [row.score for row in result.recommendations]
    best, least = max(scores, default=0.0), min(scores, default=0.0)
    spots = []
    missing = []
    subject = result.query.partner
    for rank, row in enumerate(result.recommendations, 1):
        if row.partner.id not in locations:
            missing.append(row.partner)
            continue
        name = clean(row.partner.name)
        note = clean(f"{rank}. {row.partner.title}: {row.score:.2f}")
        weight = (row.score - least) / (best - least) if best > least else 0.5
        place = locations[row.partner.id]
        spots.append(Spot(row.partner.label, f"{rank}. {name}", note, weight, *place, short=f"{rank}."))
    if subject.id in locations:
        # First, so that its name is placed before others.
        spots.insert(0, Spot(SUBJECT, clean(subject.name), clean(subject.title), 0.5, *locations[subject.id]))
    else:
        missing.append(subject)
    note = f"The larger, the higher the score; the number is the rank. {_NAMED}, the best first."
    return Spots(tuple(spots), (note, *_missing(missing)))


def _missing(partners: Sequence[Partner]) -> tuple[str, ...]:
    if not partners:
        return ()
    names = ", ".join(clean(partner.name) for partner in partners[:4])
    more = f" and {len(partners) - 4} more" if len(partners) > 4 else ""
    return (f"Not on the map, since the graph has no place for it: {names}{more}.",)


def map_spec(shown: Spots) -> tuple[Spec, list[str]]:
    """Return the map for Vega-Lite, and the notes on what is not on it."""
    pixels = [_pixel(spot) for spot in shown.spots]
    seen = [number for number, pixel in enumerate(pixels) if on_map(pixel)]
    notes = list(shown.notes)
    if len(seen) < len(pixels):
        outside = [spot.name for spot, pixel in zip(shown.spots, pixels, strict=True) if not on_map(pixel)]
        more = f" and {len(outside) - 4} more" if len(outside) > 4 else ""
        notes.append(f"Beyond the map: {', '.join(outside[:4])}{more}.")
    dots = [
        Dot(
            *pixels[number],
            radius=3.5 + 6 * shown.spots[number].weight,
            name=shown.spots[number].name,
            short=shown.spots[number].short,
        )
        for number in seen
    ]
    rows: list[Spec] = [
        {
            "x": round(dot.x, 1),
            "y": round(dot.y, 1),
            "area": round(4 * dot.radius**2, 1),
            "kind": shown.spots[number].kind,
            "note": shown.spots[number].note,
        }
        for number, dot in zip(seen, dots, strict=True)
    ]
    labels = place_labels(dots, range(min(MOST_NAMES, len(dots))), WIDTH, HEIGHT, FIRST_NAMES)
    kinds = list(dict.fromkeys(row["kind"] for row in rows))
    size = {"type": "quantitative", "scale": None, "legend": None}
    place = {"type": "quantitative", "scale": None, "axis": None}
    layers: list[Spec] = [
        _shape({"type": "sphere"}, fill="#e9f1f7", stroke=None),
        _shape(outline("land"), fill="#f7f5ee", stroke="#9aa7b0", strokeWidth=0.6),
        _shape(outline("lakes"), fill="#e9f1f7", stroke="#b5c3cc", strokeWidth=0.4),
        _shape(outline("borders"), filled=False, stroke="#a9a9a9", strokeWidth=0.7),
        {
            # The smallest last, so that none is covered whole.
            "data": {"values": sorted(rows, key=lambda row: -row["area"])},
            "mark": {"type": "point", "filled": True, "opacity": 0.85, "stroke": "white", "strokeWidth": 0.8},
            "encoding": {
                "x": {"field": "x", **place},
                "y": {"field": "y", **place},
                "size": {"field": "area", **size},
                "shape": _by_kind(kinds, [SHAPES.get(_label(kind), "square") for kind in kinds]),
                "color": _by_kind(kinds, [COLOURS.get(_label(kind), "#000000") for kind in kinds]),
                "description": {"field": "note"},
            },
        },
    ]
    for align in ("left", "right", "center"):
        values = [
            {"x": round(label.x, 1), "y": round(label.y, 1), "name": label.text}
            for label in labels
            if label.align == align
        ]
        layers += [_text(values, align, stroke, place) for stroke in ("white", None)]
    return {"width": WIDTH, "height": HEIGHT, "projection": vega_projection(), "layer": layers}, notes


def _pixel(spot: Spot) -> Pixel:
    """Return where a spot stands: those in the middle of the same country in two columns below each other."""
    x, y = project(spot.latitude, spot.longitude)
    row, column = divmod(max(spot.stacked - 1, 0), 2)
    return x + APART * column, y + APART * row


def _label(kind: str) -> str:
    return kind.partition(",")[0]


def _shape(geometry: Spec, **mark: object) -> Spec:
    return {
        "data": {"values": [{"type": "Feature", "geometry": geometry, "properties": {}}]}
        if geometry["type"] != "sphere"
        else {"sphere": True},
        "mark": {"type": "geoshape", "clip": True, "aria": False, **mark},
    }


def _by_kind(kinds: Sequence[str], values: Sequence[str]) -> Spec:
    legend = {
        "title": None,
        # Over Russia's north, where fewest are.
        "orient": "top-right",
        "offset": 12,
        "symbolSize": 110,
        "fillColor": "white",
        "padding": 8,
        "cornerRadius": 3,
    }
    return {
        "field": "kind",
        "type": "nominal",
        "scale": {"domain": list(kinds), "range": list(values)},
        "legend": legend,
    }


def _text(values: Sequence[Spec], align: str, stroke: str | None, place: Spec) -> Spec:
    """Return names, once as a light edge that keeps them readable over lines and once in dark letters."""
    edge = {"stroke": stroke, "strokeWidth": 3, "strokeOpacity": 0.9, "strokeJoin": "round"} if stroke else {}
    return {
        "data": {"values": list(values)},
        "mark": {
            "type": "text",
            "align": align,
            "baseline": "middle",
            "fontSize": 12,
            "fontWeight": 600,
            "color": "#1a1a1a",
            "aria": False,
            "limit": 440,
            **edge,
        },
        "encoding": {
            "x": {"field": "x", **place},
            "y": {"field": "y", **place},
            "text": {"field": "name", "type": "nominal"},
        },
    }
