"""How the kinds of node look wherever the graph is shown as it is: the style sheet of Neo4j Browser and the picture of the model.

Both are made by ``make generate``, so that they always show the labels and relationship types that there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from kg.schema.nodes import KIND_LABELS, NODES
from kg.schema.relationships import FACTS


@dataclass(frozen=True, slots=True)
class Look:
    """A colour as ``#RRGGBB``, a diameter in pixels, and the property that a node is called by."""

    colour: str
    diameter: int
    caption: str = "name"

    @property
    def text(self) -> str:
        """White or nearly black, whichever is easier to read on the colour."""
        return max(("#FFFFFF", "#1A1A1A"), key=lambda text: contrast(text, self.colour))

    @property
    def border(self) -> str:
        """A darker shade of the colour."""
        return "#" + "".join(f"{int(int(self.colour[at : at + 2], 16) * 0.7):02X}" for at in (1, 3, 5))


#: Colours that stay apart for the colour-blind (Okabe and Ito, 'Color universal design', 2008), and shades of them where kinds
#: belong together: a network is an organisation, a call is of a programme. A later entry counts for a node with both labels.
LOOKS = {
    "Entity": Look("#DDDDDD", 50),
    "City": Look("#0072B2", 50),
    "Region": Look("#56B4E9", 65),
    "Country": Look("#5F5F5F", 65),
    "Organisation": Look("#E69F00", 50),
    "Network": Look("#7A4A00", 80),
    "Association": Look("#F2B98A", 65),
    "Person": Look("#F0E442", 50),
    "Project": Look("#009E73", 50),
    "Programme": Look("#A6D854", 65),
    "Call": Look("#C9F0DC", 50),
    "Event": Look("#CC79A7", 50),
    "Theme": Look("#D55E00", 65),
    "Source": Look("#EEEEEE", 50, "title"),
    "Load": Look("#EEEEEE", 50, "id"),
    "Change": Look("#EEEEEE", 50, "key"),
    "Identifier": Look("#EEEEEE", 50, "value"),
}


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21, as WCAG 2 defines it."""
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def style_sheet() -> str:
    """Return the style sheet in GraSS, the language of Neo4j Browser (it knows no comments)."""
    rules = [
        _rule("node", {"diameter": "50px", "color": "#DDDDDD", "border-color": "#9A9A9A", "border-width": "2px"}),
        *(_node_rule(label, look) for label, look in LOOKS.items()),
        _rule(
            "relationship",
            {
                "color": "#8A8A8A",
                "shaft-width": "1px",
                "font-size": "8px",
                "padding": "3px",
                "text-color-external": "#1A1A1A",
                "text-color-internal": "#FFFFFF",
                "caption": '"<type>"',
            },
        ),
        # What matters of a post is which one it is.
        _rule("relationship.HOLDS_POST", {"caption": '"{post}"'}),
    ]
    return "\n".join(rules)


def _node_rule(label: str, look: Look) -> str:
    return _rule(
        f"node.{label}",
        {
            "diameter": f"{look.diameter}px",
            "color": look.colour,
            "border-color": look.border,
            "border-width": "2px",
            "text-color-internal": look.text,
            "font-size": "10px",
            "caption": f'"{{{look.caption}}}"',
        },
    )


def _rule(selector: str, values: dict[str, str]) -> str:
    return f"{selector} {{\n" + "".join(f"  {name}: {value};\n" for name, value in values.items()) + "}\n"


#: Drawn as one box each: whatever joins one of them joins (nearly always) the other as well.
_BOXES = {"City": ("City", "Region"), "Organisation": ("Organisation", *KIND_LABELS.values())}
#: Where the middle of each box is. A new label needs a place here.
_PLACES = {
    "City": (170, 360),
    "Organisation": (830, 360),
    "Country": (500, 40),
    "Person": (500, 150),
    "Event": (500, 270),
    "Theme": (500, 430),
    "Project": (500, 560),
    "Programme": (500, 680),
    "Call": (800, 680),
}
_SIZE = (1000, 720)


def model_picture() -> str:
    """Return the model as an SVG picture: a box for each kind of node, a line for what may join two of them.

    Raises:
        KeyError: a label has no place or no look yet.
    """
    width, height = _SIZE
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="12" role="img">',
        "<title>The kinds of node in the graph, and what may join them</title>",
        f'<rect width="{width}" height="{height}" fill="#FFFFFF"/>',
        *_lines(),
        *(part for label in _box_labels() for part in _box(label)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _box_of(label: str) -> str:
    return next((box for box, labels in _BOXES.items() if label in labels), label)


def _box_labels() -> list[str]:
    return list(dict.fromkeys(_box_of(label) for label in NODES))


def _joins() -> dict[tuple[str, str], list[str]]:
    """The relationship types from one box to another."""
    joins: dict[tuple[str, str], list[str]] = {}
    for type_, fact in FACTS.items():
        for start, end in fact.pairs:
            types = joins.setdefault((_box_of(start), _box_of(end)), [])
            if type_ not in types:
                types.append(type_)
    return joins


def _lines() -> Iterator[str]:
    joins = _joins()
    words: list[str] = []
    for ends in dict.fromkeys(tuple(sorted(pair)) for pair in joins if pair[0] != pair[1]):
        (x1, y1), (x2, y2) = _PLACES[ends[0]], _PLACES[ends[1]]
        yield f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="#8A8A8A"/>'
        # Halfway; what would run behind the boxes in the middle is named before them.
        share = 0.27 if abs(x2 - x1) > 600 else 0.5
        x, y = x1 + (x2 - x1) * share, y1 + (y2 - y1) * share
        texts = []
        for start, end in (ends, ends[::-1]):
            if types := joins.get((start, end)):
                texts.append(_with_arrow(", ".join(types), _PLACES[start], _PLACES[end]))
        words += _words(texts, x, y)
    yield from words


def _with_arrow(text: str, start: tuple[int, int], end: tuple[int, int]) -> str:
    if start[0] == end[0]:
        return f"{text} {'▼' if end[1] > start[1] else '▲'}"
    return f"{text} ▶" if end[0] > start[0] else f"◀ {text}"


def _words(texts: list[str], x: float, y: float) -> Iterator[str]:
    for number, text in enumerate(texts):
        line = y + 15 * (number - (len(texts) - 1) / 2)
        wide = 7.2 * len(text) + 6
        yield f'<rect x="{x - wide / 2:.0f}" y="{line - 8:.0f}" width="{wide:.0f}" height="16" fill="#FFFFFF"/>'
        yield f'<text x="{x:.0f}" y="{line + 4:.0f}" text-anchor="middle" fill="#1A1A1A">{escape(text)}</text>'


def _box(label: str) -> Iterator[str]:
    x, y = _PLACES[label]
    labels = _BOXES.get(label, (label,))
    top = y - 18 * len(labels)
    for number, name in enumerate(labels):
        look = LOOKS[name]
        yield (
            f'<rect x="{x - 65}" y="{top + 36 * number}" width="130" height="36" rx="6" fill="{look.colour}" '
            f'stroke="{look.border}"/>'
        )
        yield (
            f'<text x="{x}" y="{top + 36 * number + 23}" text-anchor="middle" font-size="15" font-weight="bold" '
            f'fill="{look.text}">{escape(name)}</text>'
        )
    if inside := _joins().get((label, label)):
        for number, text in enumerate(inside):
            yield (
                f'<text x="{x}" y="{y + 18 * len(labels) + 16 + 15 * number}" text-anchor="middle" fill="#1A1A1A">'
                f"{escape(text)}</text>"
            )
