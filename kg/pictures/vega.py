"""Drawing by Vega-Lite, which vl-convert-python carries whole: no browser, no network connection."""

from __future__ import annotations

from typing import Any

from kg.errors import KgError

#: Version of Vega-Lite that the specifications are written for.
VERSION = "5.20"
#: No address may be asked for data; ours are in the specification.
NO_ADDRESSES: list[str] = []
#: Pixels of the longer side of a PNG at most.
LARGEST = 5000.0

Spec = dict[str, Any]


def lettering(width: float) -> float:
    """Return how many times as large the letters of a title are on a picture this wide (pixels): the same share of it."""
    return max(1.0, width / 1200)


def framed(spec: Spec, title: str, below: list[str], width: float) -> Spec:
    """Return a specification with title, and age, sources and notes in small letters under it; for the width in pixels."""
    times = lettering(width)
    return {
        **spec,
        "background": "white",
        "padding": 16,
        "title": {
            "text": title,
            "subtitle": below,
            "anchor": "start",
            "frame": "group",
            "fontSize": round(20 * times, 1),
            "subtitleFontSize": round(12 * times, 1),
            "subtitleColor": "#444444",
            "subtitleLineHeight": round(16 * times, 1),
            "offset": 14,
        },
        "config": {
            "font": "Liberation Sans, Arial, sans-serif",
            "view": {"stroke": None},
            "legend": {"labelFontSize": 12, "titleFontSize": 12, "labelLimit": 400},
        },
    }


def to_svg(spec: Spec) -> str:
    """Return a specification drawn, as SVG to stand in a page.

    Raises:
        KgError: vl-convert-python is not installed.
    """
    svg: str = _converter().vegalite_to_svg(spec, vl_version=VERSION, allowed_base_urls=NO_ADDRESSES)
    # In a page the element needs no namespaces, and a page without them has no address in it at all.
    for namespace in (' xmlns="http://www.w3.org/2000/svg"', ' xmlns:xlink="http://www.w3.org/1999/xlink"'):
        svg = svg.replace(namespace, "")
    return svg


def to_png(spec: Spec, longer_side: float, scale: float = 2.0) -> bytes:
    """Return a specification drawn as PNG, with ``scale`` pixels for each unit where that is not too many.

    Raises:
        KgError: vl-convert-python is not installed.
    """
    within = max(0.5, min(scale, LARGEST / longer_side))
    png: bytes = _converter().vegalite_to_png(spec, vl_version=VERSION, scale=within, allowed_base_urls=NO_ADDRESSES)
    return png


def _converter() -> Any:
    try:
        import vl_convert
    except ImportError as error:
        raise KgError(
            "Maps, matrices and PNG files need vl-convert-python: install it with pip install 'localgov-kg[pictures]' and "
            "run this again."
        ) from error
    return vl_convert
