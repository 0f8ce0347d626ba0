"""``kg bridges``: who joins communities, or, where networks are given, who links these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from kg.database.connection import Connection
from kg.errors import KgError
from kg.queries.paths import DEFAULT_TOP
from kg.queries.structure.community_bridges import community_bridges
from kg.queries.structure.joint import joint
from kg.queries.structure.joint_results import JointMembers
from kg.queries.structure.results import Bridges

#: Options that shape the communities, and so mean nothing where networks are given.
_OF_COMMUNITIES = ("by", "layer", "min_members", "max_members", "resolution", "pivots", "seed")


def bridges(
    connection: Connection,
    networks: Sequence[str] = (),
    *,
    members: str | None = None,
    countries: str | Sequence[str] = (),
    past: bool = False,
    top: int = DEFAULT_TOP,
    as_of: str | date | None = None,
    **of_communities: Any,
) -> Bridges | JointMembers:
    """Return who joins communities that otherwise lie apart or, where networks are given, who links these.

    Args:
        connection: The database.
        networks: Two or more networks or projects, by name or id; none to ask about communities.
        members: ``places`` or ``all``; unless given, places for communities, and all where networks are given.
        countries: Only members in these (ISO codes or names; one may be given as it is).
        past: Count projects that had ended.
        top: How many.
        as_of: Answer as of this date (partial: its last day); today unless given.
        **of_communities: ``by``, ``layer``, ``min_members``, ``max_members``, ``resolution``, ``pivots`` and ``seed`` of
            :func:`kg.queries.structure.community_bridges.community_bridges`; not with networks.

    Raises:
        KgError: As :func:`kg.queries.structure.community_bridges.community_bridges` and :func:`kg.queries.structure.joint.joint`;
            and if an option for communities is given with networks.
    """
    check_asked(networks, of_communities)
    shared: dict[str, Any] = {"countries": countries, "past": past, "top": top, "as_of": as_of}
    if members is not None:
        shared["members"] = members
    if networks:
        return joint(connection, networks, **shared)
    return community_bridges(
        connection, **shared, **{name: value for name, value in of_communities.items() if value is not None}
    )


def check_asked(networks: object, options: Mapping[str, object]) -> None:
    """Raise :class:`KgError` for a single network, or for networks with an option that shapes communities."""
    if not networks:
        return
    if isinstance(networks, str) or not isinstance(networks, Sequence) or len(networks) < 2:
        raise KgError("Name two or more networks to ask who links them, or none to ask who joins communities.")
    given = [name for name in _OF_COMMUNITIES if options.get(name) is not None]
    if given:
        names = ", ".join(f"{name} (--{name.replace('_', '-')})" for name in given)
        raise KgError(f"{names}: this shapes communities, and with networks none are made. Leave it out.")
