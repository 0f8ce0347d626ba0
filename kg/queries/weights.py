"""The weights of ``weights.toml``, checked."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from kg.errors import KgError, quoted

Kind = Literal["exchange", "project", "twinning"]
TermType = Literal[
    "shared_network",
    "shared_project",
    "worked_together",
    "shared_twin",
    "twinned",
    "shared_event",
    "theme_matched",
    "theme_shared",
    "theme_in_projects",
    "similar_size",
]

KINDS: tuple[Kind, ...] = get_args(Kind)
TERM_TYPES: tuple[TermType, ...] = get_args(TermType)


class Weights(BaseModel):
    """The weight of each type of term for one kind of partner, and the factor for what only a serving body has."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shared_network: float = Field(gt=0)
    shared_project: float = Field(gt=0)
    worked_together: float = Field(gt=0)
    shared_twin: float = Field(gt=0)
    twinned: float = Field(gt=0)
    shared_event: float = Field(gt=0)
    theme_matched: float = Field(gt=0)
    theme_shared: float = Field(gt=0)
    theme_in_projects: float = Field(gt=0)
    similar_size: float = Field(gt=0)
    serving_body: float = Field(gt=0, le=1)

    def of(self, term_type: TermType) -> float:
        """Return the weight of a type of term."""
        weight = getattr(self, term_type)
        assert isinstance(weight, float)
        return weight


@cache
def _all_weights() -> dict[str, Weights]:
    text = resources.files("kg.queries").joinpath("weights.toml").read_text(encoding="utf-8")
    return {kind: Weights.model_validate(table) for kind, table in tomllib.loads(text).items()}


def check_kind(kind: str) -> Kind:
    """Return ``kind`` when it is a kind of partner.

    Raises:
        KgError: If it is not; the message lists the kinds.
    """
    for known in KINDS:
        if kind == known:
            return known
    raise KgError(f"There is no kind of recommendation {quoted(kind)}: choose one of {', '.join(KINDS)}.")


def weights(kind: Kind) -> Weights:
    """Return the weights for a kind of partner."""
    return _all_weights()[kind]
