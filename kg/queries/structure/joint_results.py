"""What ``kg bridges NETWORK NETWORK`` answers."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from kg.queries.display import Block, Cell, Line, Table
from kg.queries.results import Data, LeftOut, Model, Partner, Result
from kg.queries.structure.results import more_of, parameters_of
from kg.queries.structure.selection import Members
from kg.queries.structure.sentences import several


class JointParameters(Model):
    """Which networks were asked about."""

    networks: tuple[Partner, ...]
    members: Members
    countries: tuple[str, ...]
    past: bool
    as_of: str
    top: int

    @property
    def line(self) -> Line:
        """All parameters that have a value."""
        return Line(f"Parameters: {parameters_of(self)}.", "dim")


class Tie(Model):
    """How somebody is in one of the networks: as member, or by a body that serves it."""

    network: Partner
    body: Partner | None
    since: str | None
    evidence: tuple[str, ...]


class Joint(Model):
    """Somebody in several of the networks."""

    member: Partner
    ties: tuple[Tie, ...]
    memberships: int = Field(description="networks and projects that it is itself in")
    sentence: str

    @property
    def evidence(self) -> tuple[str, ...]:
        """The keys of all facts behind it, each once."""
        return tuple(dict.fromkeys(key for tie in self.ties for key in tie.evidence))


class JointMembers(Result):
    """Who links given networks or projects, whoever links the most of them first."""

    frame_columns = (
        "rank", "id", "label", "name", "country", "networks", "network_ids", "bodies", "memberships", "sentence", "evidence"
    )  # fmt: skip

    parameters: JointParameters
    left_out: Mapping[str, LeftOut]
    data: Data
    found: int = Field(description="how many link at least two of them")
    in_all: int = Field(description="how many of these link all")
    joint: tuple[Joint, ...]

    def blocks(self) -> list[Block]:
        """Return who links them."""
        names = several([network.name for network in self.parameters.networks])
        blocks: list[Block] = [Line(f"Who links {names}, as of {self.parameters.as_of}", "heading")]
        if self.joint:
            rows = tuple(
                (rank, row.member.name, row.member.country, len(row.ties), row.memberships, row.sentence)
                for rank, row in enumerate(self.joint, 1)
            )
            blocks.append(Table(("#", "Link", "Country", "Of them", "Memberships", "In words"), rows))
            blocks += more_of(self.found - len(rows))
        else:
            blocks.append(
                Line("Nobody is in two of them, itself or by a body that serves it; kg path A B shows longer ways.")
            )
        return [
            *blocks,
            self.parameters.line,
            *(left_out.line for left_out in self.left_out.values()),
            *self.data.blocks(),
        ]

    def records(self) -> list[dict[str, Cell]]:
        """Return one row for each that links some."""
        return [
            {
                "rank": rank,
                **row.member.model_dump(),
                "networks": "; ".join(tie.network.name for tie in row.ties),
                "network_ids": " ".join(tie.network.id for tie in row.ties),
                "bodies": "; ".join(dict.fromkeys(tie.body.name for tie in row.ties if tie.body)),
                "memberships": row.memberships,
                "sentence": row.sentence,
                "evidence": " ".join(row.evidence),
            }
            for rank, row in enumerate(self.joint, 1)
        ]
