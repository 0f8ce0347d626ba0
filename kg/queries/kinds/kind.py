"""The weights file of a kind of recommendation, read and checked."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from kg.errors import KgError
from kg.queries.features import FEATURES
from kg.queries.kinds.names import KINDS, Kind, check_kind
from kg.queries.kinds.shapes import Shape
from kg.small_files import load_toml, read_small

__all__ = ["KINDS", "MOST_TERMS", "Kind", "Weights", "check_kind", "read_weights", "weights"]

#: A person reads and writes it.
LARGEST_FILE = 1_000_000
#: So many terms can still be read.
MOST_TERMS = 20


class Weights(BaseModel):
    """The terms of one kind: the name of each is that of a feature.

    Attributes:
        about: On what the shapes were fitted, when and with what result, for people.
        terms: For each feature what it is worth.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    about: Mapping[str, Any] = Field(default_factory=dict)
    terms: Mapping[str, Shape] = Field(min_length=1, max_length=MOST_TERMS)

    @model_validator(mode="after")
    def _check(self) -> Self:
        unknown = sorted(self.terms.keys() - FEATURES.keys())
        if unknown:
            raise ValueError(f"there is no feature {', '.join(unknown)}; there are {', '.join(FEATURES)}")
        return self


@cache
def weights(kind: Kind) -> Weights:
    """Return the weights that the package ships for a kind of partner."""
    text = resources.files("kg.queries.kinds").joinpath(f"{kind}.toml").read_text(encoding="utf-8")
    return Weights.model_validate(tomllib.loads(text))


def read_weights(path: Path) -> Weights:
    """Return the weights of a file.

    Raises:
        KgError: If it cannot be read, or is not a weights file; the message says where.
    """
    try:
        return Weights.model_validate(load_toml(read_small(path, "weights file", LARGEST_FILE).decode()))
    except OSError as error:
        raise KgError(f"The weights file {path} cannot be read: {error.strerror or error}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise KgError(f"The weights file {path} is not TOML: {error}.") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        # What our own checks say stands after these words of pydantic.
        what = first["msg"].removeprefix("Value error, ")
        raise KgError(f"The weights file {path} is wrong{f' at {where}' if where else ''}: {what}.") from None
