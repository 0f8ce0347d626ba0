"""The country partnership matrix as two heat maps with numbers: as observed, and against chance."""

from __future__ import annotations

import math
from collections.abc import Sequence

from kg.pictures.vega import Spec
from kg.places.countries import countries
from kg.queries.matrix import MEANING, CountryMatrix

#: Pixels of a cell.
CELL = 30.0
#: Where chance gives fewer than this, none or one more says nothing.
FEWEST_EXPECTED = 1.0


def cells(result: CountryMatrix) -> list[dict[str, object]]:
    """Return both halves of the matrix, a row per cell: number, lift, its logarithm to base 2 (within 3) and a sentence."""
    rows: list[dict[str, object]] = []
    for pair in result.pairs:
        lift = pair.lift if pair.expected is not None and pair.expected >= FEWEST_EXPECTED else None
        note = f"{pair.one} and {pair.other}: {pair.observed:,}"
        if pair.expected is not None:
            note += f", by chance {pair.expected:,.1f}"
        both = [(pair.one, pair.other), (pair.other, pair.one)]
        rows += [
            {
                "one": one,
                "other": other,
                "observed": pair.observed,
                "shown": f"{pair.observed}" if pair.observed else "",
                "lift": "" if lift is None else f"{lift:.1f}",
                "log": None if lift is None else max(-3.0, min(3.0, math.log2(lift) if lift > 0 else -3.0)),
                "note": note,
            }
            for one, other in dict.fromkeys(both)
        ]
    return rows


def matrix_spec(result: CountryMatrix) -> tuple[Spec, list[str]]:
    """Return the two heat maps for Vega-Lite, and the notes below the title."""
    values = cells(result)
    side = CELL * len(result.countries)
    most = max((pair.observed for pair in result.pairs), default=1)
    observed = {
        "field": "observed",
        "type": "quantitative",
        "scale": {"type": "symlog", "domain": [0, max(most, 1)], "range": ["#f7fbff", "#9ecae1", "#3182bd", "#08306b"]},
        "legend": {"title": "Number", "format": ",d", "gradientLength": 160},
    }
    lift = {
        "field": "log",
        "type": "quantitative",
        "scale": {"domain": [-3, 0, 3], "range": ["#b35806", "#f7f7f7", "#542788"]},
        "legend": {
            "title": "Times chance",
            "values": [-3, -2, -1, 0, 1, 2, 3],
            "labelExpr": "['⅛ or less', '¼', '½', '1', '2', '4', '8 or more'][datum.value + 3]",
            "gradientLength": 160,
        },
    }
    # Numbers are white where the scale is dark; the scale is logarithmic.
    dark = math.expm1(0.6 * math.log1p(most))
    spec = {
        "data": {"values": values},
        "hconcat": [
            _heat("As observed", result.countries, side, observed, "shown", f"datum.observed > {dark}"),
            _heat(
                "Against chance: how many times as many",
                result.countries,
                side,
                lift,
                "lift",
                "datum.log !== null && abs(datum.log) > 1.7",
            ),
        ],
        "spacing": 36,
        "resolve": {"scale": {"color": "independent"}},
    }
    chance = MEANING[result.query.of][1]
    notes = [f"By {chance}. Where that gives fewer than {FEWEST_EXPECTED:.0f}, nothing is said."]
    notes.append("On the diagonal: partnerships between two of the same country.")
    names = countries()
    known = [f"{code} {names[code].name}" for code in sorted(result.countries) if code in names]
    if result.left_out:
        number = result.left_out
        notes.append(f"The {len(result.countries)} countries with the most; {number} with fewer are left out.")
    if known:
        notes.append(", ".join(known) + ".")
    return spec, notes


def _heat(title: str, countries: Sequence[str], side: float, colour: Spec, text: str, light: str) -> Spec:
    axis = {"title": None, "orient": "top", "labelAngle": 0, "labelFontSize": 12, "ticks": False, "domain": False}
    order = list(countries)
    return {
        "title": {"text": title, "anchor": "start", "fontSize": 14},
        "width": side,
        "height": side,
        "encoding": {
            "x": {"field": "one", "type": "nominal", "sort": order, "axis": axis},
            "y": {"field": "other", "type": "nominal", "sort": order, "axis": {**axis, "orient": "left"}},
        },
        "layer": [
            {
                "mark": {"type": "rect", "stroke": "white", "strokeWidth": 1, "invalid": None},
                "encoding": {"color": colour, "description": {"field": "note"}},
            },
            {
                "mark": {"type": "text", "fontSize": 11, "aria": False},
                "encoding": {
                    "text": {"field": text, "type": "nominal"},
                    "color": {"condition": {"test": light, "value": "white"}, "value": "#1a1a1a"},
                },
            },
        ],
    }
