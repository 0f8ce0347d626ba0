"""What ``kg central``, ``kg communities`` and ``kg bridges`` answer: frozen models that say what was looked at, and how."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Self

from pydantic import Field

from kg.queries.display import Block, Cell, Line, Table
from kg.queries.results import Data, LeftOut, Model, Partner, Result
from kg.queries.structure.selection import By, Layer, Measure, Members, Of, Selection
from kg.queries.structure.sentences import counted, several


class Parameters(Model):
    """What was looked at."""

    layer: Layer
    members: Members
    countries: tuple[str, ...]
    min_members: int
    max_members: int | None
    past: bool
    as_of: str
    top: int

    @classmethod
    def of_selection(cls, selection: Selection, **others: object) -> Self:
        """Return the parameters of a selection, with those of a question."""
        return cls.model_validate(
            {
                "layer": selection.layer,
                "members": selection.members,
                "countries": selection.countries,
                "min_members": selection.min_members,
                "max_members": selection.max_members,
                "past": selection.past,
                "as_of": selection.as_of.isoformat(),
                **others,
            }
        )

    @property
    def line(self) -> Line:
        """All parameters that have a value."""
        return Line(f"Parameters: {parameters_of(self)}.", "dim")


class CentralParameters(Parameters):
    """What was looked at, and the measure."""

    of: Of
    measure: Measure
    starts: int | None = Field(
        description="vertices, drawn at random, to which the estimate is owed; none when it is exact"
    )
    seed: int


class CommunitiesParameters(Parameters):
    """What was looked at, and how it was grouped."""

    typical: int
    resolution: float
    seed: int
    iterations: int


class BridgesParameters(Parameters):
    """What was looked at, how it was grouped, and by what bridges are ranked."""

    by: By
    resolution: float
    seed: int
    iterations: int
    starts: int | None = Field(
        description="vertices, drawn at random, to which the estimate is owed; none when it is exact"
    )


class Extent(Model):
    """How large the two-mode network is that was looked at."""

    members: int
    networks: int
    projects: int
    links: int
    links_through_bodies: int = Field(description="of these, links that a place has by a body that serves it alone")
    parts: int = Field(description="parts without any link between them")
    largest_part: int = Field(description="members in the largest part")
    largest: Partner = Field(description="the network or project with the most members")
    largest_members: int

    def blocks(self) -> list[Block]:
        """Return a sentence, and one on the largest network when nearly everybody is in it."""
        things = several([counted(self.networks, "network"), counted(self.projects, "project")])
        bodies = f", {self.links_through_bodies:,} of them through a body that serves the place"
        parts = (
            f"They fall into {self.parts:,} separate parts; the largest has {counted(self.largest_part, 'member')}."
            if self.parts > 1
            else "All hang together."
        )
        text = (
            f"{counted(self.members, 'member')} in {things}, {counted(self.links, 'link')}"
            f"{bodies if self.links_through_bodies else ''}. {parts}"
        )
        lines: list[Block] = [Line(text, "dim")]
        if 2 * self.largest_members > self.members and self.networks + self.projects > 1:
            lines.append(
                Line(
                    f"More than half are in {self.largest.name} ({counted(self.largest_members, 'member')}), which brings nearly "
                    f"everybody near to everybody: --max-members {self.largest_members - 1} leaves it out.",
                    "dim",
                )
            )
        return lines


class Structure(Result):
    """An answer on the structure of a two-mode network."""

    parameters: Parameters
    extent: Extent
    left_out: Mapping[str, LeftOut]
    data: Data

    @abstractmethod
    def answer(self) -> list[Block]:
        """Return the answer itself."""

    def blocks(self) -> list[Block]:
        """Return the answer, what was looked at and how, what was left out, and the age of the data."""
        return [
            *self.answer(),
            self.parameters.line,
            *self.extent.blocks(),
            *(left_out.line for left_out in self.left_out.values()),
            *self.data.blocks(),
        ]


class CentralRow(Model):
    """A member, network or project with its centrality."""

    node: Partner
    value: float
    links: int = Field(description="of a member: networks and projects; of one of these: members")
    others: int = Field(
        description="of a member: others with whom it shares something; of a network or project: others that its members are in"
    )
    sentence: str
    evidence: tuple[str, ...]


class Central(Structure):
    """The most central members, networks or projects, the most central first."""

    parameters: CentralParameters
    ranking: tuple[CentralRow, ...]
    ranked: int = Field(description="how many there are in all")

    def answer(self) -> list[Block]:
        """Return the ranking."""
        asked = self.parameters
        rows = tuple(
            (rank, row.node.name, row.node.country, significant(row.value), row.links, row.sentence)
            for rank, row in enumerate(self.ranking, 1)
        )
        return [
            Line(f"The most central {asked.of} by {asked.measure}, as of {asked.as_of}", "heading"),
            Table(("#", "Name", "Country", asked.measure.capitalize(), "Links", "In words"), rows),
            *more_of(self.ranked - len(rows)),
        ]

    def records(self) -> list[dict[str, Cell]]:
        """Return one row for each that is ranked."""
        return [
            {
                "rank": rank,
                **row.node.model_dump(),
                "measure": self.parameters.measure,
                "value": row.value,
                "links": row.links,
                "others": row.others,
                "sentence": row.sentence,
                "evidence": " ".join(row.evidence),
            }
            for rank, row in enumerate(self.ranking, 1)
        ]


class Community(Model):
    """Members, networks and projects that have more links with each other than chance would give them."""

    number: int
    members: int
    networks: int
    projects: int
    countries: Mapping[str, int] = Field(description="members by country, most first; without those of unknown country")
    inside: float = Field(description="share of the links of its members that lead to networks and projects of its own")
    typical_members: tuple[Partner, ...]
    typical_things: tuple[Partner, ...] = Field(description="the networks and projects that are most typical of it")
    sentence: str
    evidence: tuple[str, ...] = Field(description="facts that join the typical members with the typical networks")


class Communities(Structure):
    """The communities, the largest first."""

    parameters: CommunitiesParameters
    modularity: float = Field(description="of Barber 2007, at the resolution of the parameters")
    found: int = Field(description="how many communities there are in all")
    communities: tuple[Community, ...]

    def answer(self) -> list[Block]:
        """Return the communities, and how well they are told apart."""
        rows = tuple(
            (
                one.number,
                one.members,
                one.networks + one.projects,
                "\n".join(thing.name for thing in one.typical_things),
                "\n".join(member.title for member in one.typical_members),
                one.sentence,
            )
            for one in self.communities
        )
        blocks: list[Block] = [
            Line(
                f"{counted(self.found, 'community', 'communities')}, modularity {significant(self.modularity)}, "
                f"as of {self.parameters.as_of}",
                "heading",
            ),
            Table(("#", "Members", "Networks, projects", "Most typical", "Typical members", "In words"), rows),
        ]
        return [*blocks, *more_of(self.found - len(rows))]

    def records(self) -> list[dict[str, Cell]]:
        """Return one row for each community."""
        return [
            {
                "community": one.number,
                "members": one.members,
                "networks": one.networks,
                "projects": one.projects,
                "countries": "; ".join(f"{country} {count}" for country, count in one.countries.items()),
                "inside": one.inside,
                "typical_things": "; ".join(thing.name for thing in one.typical_things),
                "typical_thing_ids": " ".join(thing.id for thing in one.typical_things),
                "typical_members": "; ".join(member.title for member in one.typical_members),
                "typical_member_ids": " ".join(member.id for member in one.typical_members),
                "modularity": self.modularity,
                "sentence": one.sentence,
                "evidence": " ".join(one.evidence),
            }
            for one in self.communities
        ]


class Joined(Model):
    """A community that a bridge belongs to."""

    community: int
    around: str = Field(description="the network or project that is most typical of it")
    links: int = Field(description="networks and projects of this community that the bridge is in")


class Bridge(Model):
    """A member that joins what otherwise lies apart."""

    member: Partner
    participation: float = Field(description="participation coefficient of Guimerà and Amaral 2005")
    betweenness: float | None = Field(
        description="normalised as by kg central; none when bridges are ranked by participation"
    )
    joins: tuple[Joined, ...]
    also: int = Field(description="other members that join the first two communities")
    cuts_off: int = Field(description="other members who would be cut off from the rest without it")
    sentence: str
    evidence: tuple[str, ...]


class Bridges(Structure):
    """The members that join communities, the strongest bridge first."""

    frame_columns = (
        "rank", "id", "label", "name", "country", "betweenness", "participation", "joins", "also", "cuts_off", "sentence", "evidence"
    )  # fmt: skip

    parameters: BridgesParameters
    modularity: float
    communities: int
    found: int = Field(description="members that join several communities, or without whom somebody is cut off")
    bridges: tuple[Bridge, ...]

    def answer(self) -> list[Block]:
        """Return the bridges."""
        asked = self.parameters
        blocks: list[Block] = [
            Line(
                f"Who joins the {counted(self.communities, 'community', 'communities')}, by {asked.by}, as of {asked.as_of}",
                "heading",
            )
        ]
        if not self.bridges:
            return [
                *blocks,
                Line("Nobody: no member is in more than one of them, and without none is another cut off."),
            ]
        rows = tuple(
            (
                rank,
                row.member.name,
                row.member.country,
                "" if row.betweenness is None else significant(row.betweenness),
                significant(row.participation),
                row.cuts_off,
                row.sentence,
            )
            for rank, row in enumerate(self.bridges, 1)
        )
        blocks.append(
            Table(("#", "Bridge", "Country", "Betweenness", "Participation", "Cuts off", "In words"), rows),
        )
        return [*blocks, *more_of(self.found - len(rows))]

    def records(self) -> list[dict[str, Cell]]:
        """Return one row for each bridge."""
        return [
            {
                "rank": rank,
                **row.member.model_dump(),
                "betweenness": row.betweenness,
                "participation": row.participation,
                "joins": "; ".join(f"{one.community} {one.around} {one.links}" for one in row.joins),
                "also": row.also,
                "cuts_off": row.cuts_off,
                "sentence": row.sentence,
                "evidence": " ".join(row.evidence),
            }
            for rank, row in enumerate(self.bridges, 1)
        ]


def significant(value: float) -> str:
    """Return a number with three digits that count: most normalised values are small.

    >>> significant(0.000123456), significant(12.3456)
    ('0.000123', '12.3')
    """
    return f"{value:.3g}"


def more_of(rest: int) -> list[Block]:
    """Return a line on those that are not shown, if there are any."""
    return [Line(f"And {rest:,} more (--top shows more).", "dim")] if rest > 0 else []


def parameters_of(model: Model) -> str:
    """Return all parameters that have a value, as one phrase."""
    said = []
    for name in type(model).model_fields:
        value = getattr(model, name)
        if isinstance(value, tuple):
            value = ", ".join(one.name if isinstance(one, Partner) else one for one in value) or None
        elif isinstance(value, bool):
            value = "yes" if value else "no"
        if value is not None:
            said.append(f"{name.replace('_', '-')} {value}")
    return "; ".join(said)
