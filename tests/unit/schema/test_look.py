"""Colours that can be told apart and read, and a picture of the model with everything in it."""

from __future__ import annotations

import itertools
import math
import re
from xml.etree import ElementTree as ET

import pytest

from kg.schema.look import LOOKS, contrast, model_picture, style_sheet
from kg.schema.nodes import KIND_LABELS, NODES
from kg.schema.relationships import FACTS

#: What is seen of linear red, green and blue by those who lack the cones for red, for green, for blue (Machado, Oliveira and
#: Fernandes, 'A physiologically-based model for simulation of color vision deficiency', 2009, severity 1.0).
SIGHTS = {
    "all colours": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "no green": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "no blue": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


def seen(colour: str, sight: str) -> tuple[float, float, float]:
    """The colour in CIELAB as it is seen."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    red, green, blue = (
        min(1.0, max(0.0, sum(weight * part for weight, part in zip(row, linear, strict=True))))
        for row in SIGHTS[sight]
    )
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
    fx, fy, fz = (math.cbrt(value) if value > 0.008856 else 7.787 * value + 16 / 116 for value in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


@pytest.mark.parametrize("sight", SIGHTS)
def test_the_kinds_of_node_can_be_told_apart(sight: str) -> None:
    kinds = [*NODES, *KIND_LABELS.values()]
    distances = {
        (one, other): math.dist(seen(LOOKS[one].colour, sight), seen(LOOKS[other].colour, sight))
        for one, other in itertools.combinations(kinds, 2)
    }
    # A difference of 2 is just noticeable side by side; 10 is another colour at a glance.
    assert {pair: round(distance) for pair, distance in distances.items() if distance < 10} == {}


@pytest.mark.parametrize("label", LOOKS)
def test_a_caption_can_be_read(label: str) -> None:
    assert contrast(LOOKS[label].text, LOOKS[label].colour) >= 4.5


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#FFFFFF", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_the_style_has_a_rule_for_every_label_and_the_special_ones_come_last() -> None:
    rules = re.findall(r"^node\.(\w+) \{", style_sheet(), re.MULTILINE)
    assert {*NODES, *KIND_LABELS.values(), "Source", "Load", "Change", "Identifier"} <= {*rules}
    # Of several rules that fit a node the last one counts: what all have in common stands first.
    assert rules[0] == "Entity"
    assert all(rules.index("Organisation") < rules.index(label) for label in KIND_LABELS.values())


def test_the_picture_of_the_model_has_every_label_and_every_type() -> None:
    texts = [element.text or "" for element in ET.fromstring(model_picture()).iter("{http://www.w3.org/2000/svg}text")]
    words = set(re.findall(r"\w+", " ".join(texts)))
    assert {*NODES, *KIND_LABELS.values(), *FACTS} <= words


def test_the_picture_says_the_direction() -> None:
    texts = [element.text for element in ET.fromstring(model_picture()).iter("{http://www.w3.org/2000/svg}text")]
    assert "MEMBER_OF ▶" in texts
    assert "◀ SERVES, SUPPORTS, BASED_IN" in texts
