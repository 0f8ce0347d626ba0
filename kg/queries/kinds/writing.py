"""Writing a weights file: TOML that people can read and change, each term with what it counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kg.queries.features import FEATURES
from kg.queries.kinds.kind import Kind, Weights
from kg.queries.kinds.shapes import Shape

_HEAD = """\
# {title}: what each term adds to the score of a partner.
#
# A term is a line through points: a feature with the value at[i] adds worth[i], between two points the worth runs straight, beyond
# the ends it stays. With an offset it runs straight over the logarithm of value + offset. What is not known adds nothing. The score
# is the sum of all terms. Terms 'set_by = "judgement"' could not be fitted, for want of past partnerships that show what they are
# worth. Change a number and the score changes by just that; kg fit {kind} makes such a file from a graph of your own.
"""

_TITLES: Mapping[Kind, str] = {
    "exchange": "Exchange, learning from peers",
    "project": "Project, funded cooperation",
    "twinning": "Twinning, a long-term partnership",
}


def weights_text(kind: Kind, weights: Weights) -> str:
    """Return the text of a weights file; :func:`kg.queries.kinds.kind.read_weights` reads it back equal."""
    lines = [_HEAD.format(title=_TITLES[kind], kind=kind)]
    if weights.about:
        lines += ["[about]", *_table(weights.about, "about"), ""]
    for name, shape in weights.terms.items():
        lines += [f"[terms.{name}]", f"# {_summary(name)}", *_shape(shape), ""]
    return "\n".join(lines)


def _summary(name: str) -> str:
    return (FEATURES[name].__doc__ or "").strip().splitlines()[0]


def _shape(shape: Shape) -> list[str]:
    lines = [f'set_by = "{shape.set_by}"'] if shape.set_by != "fit" else []
    if shape.offset is not None:
        lines.append(f"offset = {shape.offset!r}")
    lines.append(f"at = [{', '.join(map(repr, shape.at))}]")
    lines.append(f"worth = [{', '.join(map(repr, shape.worth))}]")
    return lines


def _table(values: Mapping[str, Any], path: str) -> list[str]:
    plain = [f"{_key(name)} = {_value(value)}" for name, value in values.items() if not isinstance(value, Mapping)]
    for name, value in values.items():
        if isinstance(value, Mapping):
            inner = f"{path}.{_key(name)}"
            plain += ["", f"[{inner}]", *_table(value, inner)]
    return plain


def _key(name: str) -> str:
    return name if name.isidentifier() and name.isascii() else _value(name)


def _value(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case _:
            escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
            return '"' + "".join(one if one.isprintable() else " " for one in escaped) + '"'
