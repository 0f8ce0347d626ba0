"""Weights files: those that are shipped, and those of a user."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.errors import KgError
from kg.queries.features import FEATURES
from kg.queries.kinds.kind import KINDS, Kind, Weights, check_kind, read_weights, weights
from kg.queries.kinds.shapes import Shape
from kg.queries.kinds.writing import weights_text


@pytest.mark.parametrize("kind", KINDS)
def test_every_shipped_term_is_a_feature(kind: Kind) -> None:
    assert set(weights(kind).terms) <= set(FEATURES)


@pytest.mark.parametrize("kind", KINDS)
def test_shipped_weights_say_on_what_they_were_fitted(kind: Kind) -> None:
    assert {"fitted_on", "seed", "data", "measured"} <= set(weights(kind).about)


@pytest.mark.parametrize("kind", KINDS)
def test_shipped_weights_are_written_as_they_are_read(kind: Kind, tmp_path: Path) -> None:
    file = tmp_path / "weights.toml"
    file.write_text(weights_text(kind, weights(kind)), encoding="utf-8")
    assert read_weights(file) == weights(kind)


def test_nested_notes_and_odd_names_survive_writing(tmp_path: Path) -> None:
    given = Weights(
        about={"seed": 7, "data": {'a "b" \\ c': "ä", "x": {"y": 1.5}}}, terms={"distance": Shape(at=(1,), worth=(2,))}
    )
    file = tmp_path / "weights.toml"
    file.write_text(weights_text("exchange", given), encoding="utf-8")
    assert read_weights(file) == given


def test_an_unknown_kind_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(KgError, match="exchange, project, twinning"):
        check_kind("friendship")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[terms", "is not TOML"),
        ("[terms.nonsense]\nat = [0]\nworth = [1]", "there is no feature nonsense"),
        ("[terms.distance]\nat = [1, 0]\nworth = [1, 2]", "wrong at terms.distance: the points of 'at' must ascend"),
        ("[terms]", "at least 1"),
        ("hello = 1\n[terms.distance]\nat = [1]\nworth = [2]", "hello"),
    ],
)
def test_a_file_that_is_no_weights_file_is_refused_with_where(text: str, says: str, tmp_path: Path) -> None:
    file = tmp_path / "w.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(KgError, match=says):
        read_weights(file)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KgError, match="cannot be read"):
        read_weights(tmp_path / "none.toml")
