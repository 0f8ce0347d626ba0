"""The names of the kinds, apart from their weights, so that a command can offer them without loading anything else."""

from __future__ import annotations

from typing import Literal, get_args

from kg.errors import KgError, quoted

Kind = Literal["exchange", "project", "twinning"]
KINDS: tuple[Kind, ...] = get_args(Kind)


def check_kind(kind: str) -> Kind:
    """Return ``kind`` when it is a kind of partner.

    Raises:
        KgError: If it is not; the message lists the kinds.
    """
    for known in KINDS:
        if kind == known:
            return known
    raise KgError(f"There is no kind of recommendation {quoted(kind)}: choose one of {', '.join(KINDS)}.")
