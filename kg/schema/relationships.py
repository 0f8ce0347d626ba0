"""The kinds of fact, one class each: a relationship type, what it may join, and its values.

The picture in each docstring is the entry in ``docs/schema.md``.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from kg.schema.contacts import check_no_contact, check_words
from kg.schema.dates import PartialDate, are_in_order
from kg.schema.identity import check_id, references_of, split_reference
from kg.schema.nodes import NODES, Amount, Record, Text

MEMBERS = ("City", "Region", "Organisation")
PLACES = ("City", "Region")

#: The part that who makes a request takes itself: in an exchange mentor or learner, in a project lead or partner.
Role = Literal["mentor", "learner", "lead", "partner"]

#: A person's own words, without contacts.
Note = Annotated[Text, AfterValidator(check_no_contact)]

#: What is said of the one who stands at the start of a fact: short words, none of them a contact.
_WORDS = ("role", "status", "post")

#: What a request is once it is over: somebody was found, or nobody is looked for any more.
CLOSED = ("met", "withdrawn")

#: Facts of which a status can say that they are over.
REQUESTS = ("SEEKS", "OFFERS")


def _pairs(starts: tuple[str, ...], ends: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((start, end) for start in starts for end in ends)


class Fact(Record):
    """What every fact has: its two ends, as references (``City/geonames:456172``)."""

    type: ClassVar[str]
    pairs: ClassVar[tuple[tuple[str, str], ...]]
    #: Stored once, read in both directions.
    undirected: ClassVar[bool] = False
    #: The value that tells two facts between the same ends apart, besides the spell.
    part: ClassVar[str | None] = None

    start: str = Field(description="reference of the start node")
    end: str = Field(description="reference of the end node")

    @model_validator(mode="after")
    def _check_ends(self) -> Self:
        start, end = self.start.partition("/")[0], self.end.partition("/")[0]
        if (start, end) not in self.pairs:
            raise ValueError(f"{self.type} does not join {start} to {end}")
        for name in (self.start, self.end):
            if not _REFERENCE.fullmatch(name):
                _check_end(name)
        given = self.__dict__  # to look for a field that a class has not takes pydantic longer than all else here
        for name in _WORDS:
            if words := given.get(name):
                check_words(words)
        return self


#: Nearly all ends are as they should be; what is wrong with another, :func:`_check_end` says.
_REFERENCE = references_of({label: kind.schemes for label, kind in NODES.items()})


def _check_end(name: str) -> None:
    label, id_ = split_reference(name)
    if check_id(id_).partition(":")[0] not in NODES[label].schemes:
        raise ValueError(f"{id_} cannot be the id of a {label} (only {', '.join(NODES[label].schemes)})")


class Spell(Fact):
    """A fact that lasts: valid from the first day of ``since`` to the last day of ``until``."""

    since: PartialDate | None = Field(default=None, description="from the first day of")
    until: PartialDate | None = Field(default=None, description="to the last day of")

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if not are_in_order(self.since, self.until):
            raise ValueError(f"until {self.until} is before since {self.since}")
        return self


class MemberOf(Spell):
    """(City|Region|Organisation)-[:MEMBER_OF]->(Organisation)"""

    type = "MEMBER_OF"
    pairs = _pairs(MEMBERS, ("Organisation",))

    role: Text | None = Field(default=None, description="president, board member, ...")
    status: Text | None = Field(default=None, description="full member, associate, on hold, ...")
    commitments: tuple[Text, ...] | None = Field(
        default=None,
        description="what a signatory committed itself to: 2020, 2030, 2050, adaptation; united over its rows",
    )


class HoldsPost(Spell):
    """(Person)-[:HOLDS_POST]->(Organisation|City|Region)"""

    type = "HOLDS_POST"
    pairs = _pairs(("Person",), ("Organisation", *PLACES))
    part = "post"

    post: Text = Field(description="mayor, secretary general, ...")


class ParticipatesIn(Fact):
    """(City|Region|Organisation)-[:PARTICIPATES_IN]->(Project)"""

    type = "PARTICIPATES_IN"
    pairs = _pairs(MEMBERS, ("Project",))

    role: Text | None = Field(default=None, description="lead partner, partner, lighthouse city, ...")
    budget_eur: Amount | None = Field(default=None, description="this partner's share, euro")


class TwinnedWith(Spell):
    """(City|Region)-[:TWINNED_WITH]->(City|Region), stored once, read in both directions"""

    type = "TWINNED_WITH"
    pairs = _pairs(PLACES, PLACES)
    undirected = True


class Request(Spell):
    """What seeks and offers have in common; not a kind of fact itself. Its ``role`` is that of who makes the request."""

    pairs = _pairs(MEMBERS, ("Theme",))
    part = "request"
    #: Who seeks or offers an exchange, where no role is given.
    usual_role: ClassVar[Role]

    request: Text = Field(description="number of the request")
    note: Note | None = Field(default=None, description="in the words of who makes the request, without contacts")
    status: Literal["open", "met", "withdrawn"] | None = Field(default=None, description="open unless given")
    closed: PartialDate | None = Field(default=None, description="day on which it was met or withdrawn")

    @model_validator(mode="after")
    def _check_closed(self) -> Self:
        if self.closed and self.status not in CLOSED:
            raise ValueError(f"closed {self.closed}, but its status is not one of {', '.join(CLOSED)}")
        return self


class Seeks(Request):
    """(City|Region|Organisation)-[:SEEKS]->(Theme)"""

    type = "SEEKS"
    usual_role = "learner"

    role: Literal["learner", "lead", "partner"] | None = Field(
        default=None, description="learner, unless given: from a mentor; lead or partner: of a project"
    )


class Offers(Request):
    """(City|Region|Organisation)-[:OFFERS]->(Theme)"""

    type = "OFFERS"
    usual_role = "mentor"

    role: Literal["mentor", "lead", "partner"] | None = Field(
        default=None, description="mentor, unless given: to a learner; lead or partner: of a project"
    )


class Serves(Fact):
    """(Organisation)-[:SERVES]->(City|Region): a transport authority, an intermunicipal body, a group"""

    type = "SERVES"
    pairs = _pairs(("Organisation",), PLACES)


class Represents(Fact):
    """(Organisation)-[:REPRESENTS]->(Country): which national association speaks for this country's municipalities"""

    type = "REPRESENTS"
    pairs = (("Organisation", "Country"),)


class Supports(Fact):
    """(Organisation)-[:SUPPORTS]->(City): coordinators and supporters of Covenant signatories"""

    type = "SUPPORTS"
    pairs = (("Organisation", "City"),)
    part = "role"

    role: Text = Field(description="coordinator or supporter")


class PartOf(Fact):
    """(Organisation)-[:PART_OF]->(Organisation), (Event)-[:PART_OF]->(Event), (Call)-[:PART_OF]->(Programme)"""

    type = "PART_OF"
    pairs = (("Organisation", "Organisation"), ("Event", "Event"), ("Call", "Programme"))


class BasedIn(Fact):
    """(Organisation)-[:BASED_IN]->(City): the seat, which is never an identity"""

    type = "BASED_IN"
    pairs = (("Organisation", "City"),)


class LocatedIn(Fact):
    """(City)-[:LOCATED_IN]->(Region)-[:LOCATED_IN]->(Country), (City)-[:LOCATED_IN]->(Country)"""

    type = "LOCATED_IN"
    pairs = (("City", "Region"), ("Region", "Country"), ("City", "Country"), ("Region", "Region"))


class SucceededBy(Fact):
    """(City)-[:SUCCEEDED_BY]->(City): merged municipalities"""

    type = "SUCCEEDED_BY"
    pairs = (("City", "City"),)

    date: PartialDate | None = Field(default=None, description="day of the merger")


class About(Fact):
    """(Project|Organisation|Event|Call)-[:ABOUT]->(Theme)"""

    type = "ABOUT"
    pairs = _pairs(("Project", "Organisation", "Event", "Call"), ("Theme",))


class FundedBy(Fact):
    """(Project)-[:FUNDED_BY]->(Programme)"""

    type = "FUNDED_BY"
    pairs = (("Project", "Programme"),)


class RunBy(Fact):
    """(Programme|Project)-[:RUN_BY]->(Organisation)"""

    type = "RUN_BY"
    pairs = _pairs(("Programme", "Project"), ("Organisation",))


class Signed(Fact):
    """(City|Region)-[:SIGNED]->(Programme): a charter or declaration, such as the Equality Charter"""

    type = "SIGNED"
    pairs = _pairs(PLACES, ("Programme",))

    date: PartialDate | None = Field(default=None, description="day of signature")


class TookPartIn(Fact):
    """(Person|Organisation|City)-[:TOOK_PART_IN]->(Event)"""

    type = "TOOK_PART_IN"
    pairs = _pairs(("Person", "Organisation", "City"), ("Event",))

    role: Text | None = Field(default=None, description="speaker, moderator, ...")


class Organised(Fact):
    """(Organisation)-[:ORGANISED]->(Event)"""

    type = "ORGANISED"
    pairs = (("Organisation", "Event"),)


class HeldIn(Fact):
    """(Event)-[:HELD_IN]->(City)"""

    type = "HELD_IN"
    pairs = (("Event", "City"),)


#: The relationship that keeps a fact whose two ends turned out to be one node: nobody is a twin of oneself, so no query sees it,
#: but what its source said is not lost, and it is a fact again when the two are parted.
SELF_LOOP = "SELF_LOOP"

#: Every kind of fact, by relationship type.
FACTS: dict[str, type[Fact]] = {
    kind.type: kind
    for kind in (
        MemberOf,
        HoldsPost,
        ParticipatesIn,
        TwinnedWith,
        Seeks,
        Offers,
        Serves,
        Represents,
        Supports,
        PartOf,
        BasedIn,
        LocatedIn,
        SucceededBy,
        About,
        FundedBy,
        RunBy,
        Signed,
        TookPartIn,
        Organised,
        HeldIn,
    )
}
