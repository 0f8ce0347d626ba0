"""Members of a network or recommended partners on the map of Europe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kg.pictures.labels import Dot, place_labels
from kg.pictures.looks import COLOURS
from kg.pictures.outline import outline
from kg.pictures.projection import HEIGHT, WIDTH, on_map, project, vega_projection
from kg.pictures.vega import Spec
from kg.queries.display import clean
from kg.queries.members import Location, NetworkMembers
from kg.queries.results import Partner, Recommendations

#: Names on a map of partners; on one of members as many as there is room for, the largest first, up to the second number.
MOST_RANKED, MOST_NAMES = 10, 40
SHAPES = {"City": "circle", "Region": "triangle-up", "Organisation": "diamond"}
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


@dataclass(frozen=True, slots=True)
class Spots:
    """What is on a map, the most important first, what is not, and how many of them should have a name."""

    spots: tuple[Spot, ...]
    notes: tuple[str, ...]
    named: int


def spots_of_members(result: NetworkMembers) -> Spots:
    """Return the members of networks, the largest first; those without a known place are counted."""
    ordered = sorted(result.members, key=lambda row: (-(row.population or 0), row.id))
    spots = tuple(
        Spot(row.label, clean(row.name), clean(row.title), 0.25, row.latitude, row.longitude)
        for row in ordered
        if row.latitude is not None and row.longitude is not None
    )
    missing = [row for row in ordered if row.latitude is None]
    named = f"Named: the largest, up to {MOST_NAMES}, where there is room."
    return Spots(spots, (named, *_missing(missing)), MOST_NAMES)


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
        spots.append(Spot(row.partner.label, f"{rank} {name}", note, weight, *locations[row.partner.id]))
    if subject.id in locations:
        # First, so that its name is placed before others.
        spots.insert(0, Spot(SUBJECT, clean(subject.name), clean(subject.title), 0.5, *locations[subject.id]))
    else:
        missing.append(subject)
    notes = ["The larger, the higher the score; the number is the rank."]
    if len(spots) > MOST_RANKED + 1:
        notes.append(f"Named: the first {MOST_RANKED}, where there is room.")
    return Spots(tuple(spots), (" ".join(notes), *_missing(missing)), MOST_RANKED + 1)


def _missing(partners: Sequence[Partner]) -> tuple[str, ...]:
    if not partners:
        return ()
    names = ", ".join(clean(partner.name) for partner in partners[:4])
    more = f" and {len(partners) - 4} more" if len(partners) > 4 else ""
    return (f"Not on the map, since the graph has no place for it: {names}{more}.",)


def map_spec(shown: Spots) -> tuple[Spec, list[str]]:
    """Return the map for Vega-Lite, and the notes on what is not on it."""
    pixels = [project(spot.latitude, spot.longitude) for spot in shown.spots]
    seen = [number for number, pixel in enumerate(pixels) if on_map(pixel)]
    notes = list(shown.notes)
    if len(seen) < len(pixels):
        outside = [spot.name for spot, pixel in zip(shown.spots, pixels, strict=True) if not on_map(pixel)]
        more = f" and {len(outside) - 4} more" if len(outside) > 4 else ""
        notes.append(f"Beyond the map: {', '.join(outside[:4])}{more}.")
    dots = [
        Dot(*pixels[number], radius=3.5 + 6 * shown.spots[number].weight, name=shown.spots[number].name)
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
    labels = place_labels(dots, range(min(shown.named, len(dots))), WIDTH, HEIGHT)
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
                "shape": _by_kind(kinds, [SHAPES.get(kind, "square") for kind in kinds]),
                "color": _by_kind(kinds, [COLOURS.get(kind, "#000000") for kind in kinds]),
                "description": {"field": "note"},
            },
        },
    ]
    for align in ("left", "right", "center"):
        values = [
            {"x": round(label.x, 1), "y": round(label.y, 1), "name": dots[label.dot].name}
            for label in labels
            if label.align == align
        ]
        layers += [_text(values, align, stroke, place) for stroke in ("white", None)]
    return {"width": WIDTH, "height": HEIGHT, "projection": vega_projection(), "layer": layers}, notes


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
        "orient": "none",
        "legendX": 12,
        "legendY": 300,
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
    edge = {"stroke": stroke, "strokeWidth": 3, "strokeOpacity": 0.9} if stroke else {}
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
            "limit": 320,
            **edge,
        },
        "encoding": {
            "x": {"field": "x", **place},
            "y": {"field": "y", **place},
            "text": {"field": "name", "type": "nominal"},
        },
    }
