"""What a question about structure looks at: layers, members, countries and the sizes of networks and projects."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, TypeVar, get_args

from kg.errors import KgError, quoted
from kg.queries.paths import is_whole

Layer = Literal["networks", "projects", "both"]
Members = Literal["places", "all"]
Of = Literal["members", "networks", "projects"]
Measure = Literal["degree", "betweenness", "closeness", "pagerank"]
By = Literal["betweenness", "participation"]

LAYERS: tuple[Layer, ...] = get_args(Layer)
MEMBERS: tuple[Members, ...] = get_args(Members)
OF: tuple[Of, ...] = get_args(Of)
MEASURES: tuple[Measure, ...] = get_args(Measure)
BY: tuple[By, ...] = get_args(By)

#: A network or project with a single member joins nobody.
MIN_MEMBERS = 2

#: Where a random number generator begins unless told otherwise: any fixed number does.
SEED = 7

RESOLUTION = 1.0

_C = TypeVar("_C", bound=str)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which memberships and partnerships are looked at.

    Args:
        as_of: The day as of which.
        layer: Memberships of networks, partnerships in projects, or both.
        members: ``places`` (cities and regions, with what the bodies that serve them are in) or ``all`` (every member as it is
            listed, organisations too, without any body's memberships being counted for places).
        countries: ISO codes; only members there. Empty: everywhere.
        min_members: Leave out networks and projects with fewer members among those looked at.
        max_members: Leave out those with more, such as a hub that nearly everybody is in.
        past: Count projects that had ended by then.

    Raises:
        KgError: If a value makes no sense.
    """

    as_of: date
    layer: Layer = "both"
    members: Members = "places"
    countries: tuple[str, ...] = ()
    min_members: int = MIN_MEMBERS
    max_members: int | None = None
    past: bool = False

    def __post_init__(self) -> None:
        check_whole("min_members (--min-members)", self.min_members, 1)
        if self.max_members is not None:
            check_whole("max_members (--max-members)", self.max_members, 1)
            if self.max_members < self.min_members:
                raise KgError(
                    f"min_members (--min-members) {self.min_members} is more than max_members (--max-members) "
                    f"{self.max_members}: no network or project can be between."
                )
        if self.past and self.layer == "networks":
            raise KgError(
                "past (--past) counts projects that had ended, and layer (--layer) networks leaves all projects out."
            )

    def within(self, countries: Sequence[str]) -> Selection:
        """Return the same within these countries (ISO codes)."""
        return replace(self, countries=tuple(countries))

    @property
    def has_networks(self) -> bool:
        """Whether memberships of networks are looked at."""
        return self.layer != "projects"

    @property
    def has_projects(self) -> bool:
        """Whether partnerships in projects are looked at."""
        return self.layer != "networks"


def select(
    as_of: date,
    *,
    layer: object = "both",
    members: object = "places",
    min_members: int = MIN_MEMBERS,
    max_members: int | None = None,
    past: bool = False,
) -> Selection:
    """Return the selection that options ask for, in all countries.

    Raises:
        KgError: If there is no such layer or kind of member, or a value makes no sense.
    """
    return Selection(
        as_of,
        check_choice("layer (--layer)", layer, LAYERS),
        check_choice("members (--members)", members, MEMBERS),
        min_members=min_members,
        max_members=max_members,
        past=past,
    )


def check_choice(parameter: str, given: object, choices: tuple[_C, ...]) -> _C:
    """Return ``given`` when it is one of the choices.

    Raises:
        KgError: If it is not; the message lists them.
    """
    for choice in choices:
        if given == choice:
            return choice
    raise KgError(f"{parameter} must be one of {', '.join(choices)}, not {quoted(given)}.")


def check_whole(parameter: str, given: object, least: int) -> None:
    """Raise :class:`KgError` unless ``given`` is a whole number of at least ``least``."""
    if not isinstance(given, int) or not is_whole(given) or given < least:
        raise KgError(f"{parameter} must be a whole number, {least} or more, not {quoted(given)}.")


def check_drawing(pivots: object, seed: object) -> None:
    """Raise :class:`KgError` unless so many vertices can be drawn, from this beginning."""
    if pivots is not None:
        check_whole("pivots (--pivots)", pivots, 1)
    check_whole("seed (--seed)", seed, 0)


def check_resolution(given: object) -> float:
    """Return a resolution as a number.

    Raises:
        KgError: If it is not a finite number above 0.
    """
    if isinstance(given, int | float) and not isinstance(given, bool) and math.isfinite(given) and given > 0:
        return float(given)
    raise KgError(f"resolution (--resolution) must be a number above 0, not {quoted(given)}.")


def check_of(of: object, layer: Layer) -> Of:
    """Return whose centrality is asked for.

    Raises:
        KgError: If there is no such kind, or the layer leaves it out.
    """
    checked = check_choice("of (--of)", of, OF)
    if (checked, layer) in (("networks", "projects"), ("projects", "networks")):
        raise KgError(
            f"of (--of) {checked} cannot be asked of layer (--layer) {layer}, which leaves all {checked} out."
        )
    return checked
