"""What ``kg consortium`` answers: the members with their reasons, how the rule is satisfied, and how good the set is."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from kg.queries.consortium_rules import Rule
from kg.queries.display import Block, Cell, Line, Table
from kg.queries.kinds.names import Kind
from kg.queries.results import Data, LeftOut, Model, Partner, Result, Term

#: Reasons and ways to the theme that the table shows for each member; JSON and CSV have all.
SHOWN = 2


class ConsortiumQuery(Model):
    """What was asked."""

    lead: Partner
    theme: Partner
    kind: Kind
    size: int
    including: tuple[Partner, ...]
    without: tuple[Partner, ...]
    theme_members: int = Field(description="how many members at least must be concerned with the theme")
    as_of: str


class ThemeReason(Model):
    """How a member is concerned with the theme, in words, and the keys of the facts behind it."""

    sentence: str
    evidence: tuple[str, ...]


class Tie(Model):
    """The score of a member with another one."""

    partner: Partner
    score: float


class Alternative(Model):
    """Who could take a seat instead, with the sum of pair scores that the consortium then has."""

    partner: Partner
    value: float
    change: float = Field(description="against the consortium as it is")


class Member(Model):
    """A member. The ``terms`` are the reasons of its score with the lead, as ``kg explain`` gives them."""

    partner: Partner
    role: Literal["lead", "asked for", "chosen"]
    contribution: float = Field(description="sum of its scores with all other members")
    score: float | None = Field(description="score with the lead; none for the lead itself")
    terms: tuple[Term, ...]
    theme: tuple[ThemeReason, ...]
    conditions: tuple[str, ...] = Field(description="what the rule asks and it satisfies")
    ties: tuple[Tie, ...] = Field(description="scores with all other members, the best first")
    alternatives: tuple[Alternative, ...] = Field(description="the two best replacements that keep the rule satisfied")


class ConditionMet(Model):
    """What the rule or the theme asks of all members together, and what there is."""

    asked: str
    found: str
    members: tuple[str, ...] = Field(description="ids of the members that count for it")


class Consortium(Result):
    """A consortium that satisfies a rule, with the greatest sum of pair scores that was found."""

    query: ConsortiumQuery
    rule: Rule
    data: Data
    members: tuple[Member, ...]
    conditions: tuple[ConditionMet, ...]
    value: float = Field(description="sum of the scores of all pairs of members")
    bound: float = Field(description="no consortium of these candidates has a greater sum")
    gap: float = Field(description="bound less value; 0 when this one is proven to be the best")
    proven: bool
    candidates: int = Field(description="of so many places the members were chosen, the lead among them")
    considered: int = Field(description="so many places were looked at for that")
    refused: LeftOut | None = Field(description="places that the rule does not allow as members")

    @property
    def verdict(self) -> str:
        """How good it is, in a sentence."""
        pairs = len(self.members) * (len(self.members) - 1) // 2
        total = f"Sum of the scores of its {pairs} {'pair' if pairs == 1 else 'pairs'}: {self.value:.2f}"
        among = f"{self.candidates} candidates (of {self.considered} places looked at)"
        if self.proven:
            return f"{total}. Proven: no other set of the {among} has more."
        share = f", {100 * self.gap / abs(self.bound):.1f} %" if self.bound else ""
        return (
            f"{total}. Not proven to be the best: the search was cut short, and another set of the {among} could have at most "
            f"{self.bound:.2f} (gap {self.gap:.2f}{share})."
        )

    def blocks(self) -> list[Block]:
        """Return the members with their main reasons, the conditions, and how good the set is."""
        query = self.query
        title = f"A consortium of {query.size} led by {query.lead.title}, on {query.theme.name} ({query.kind}), as of {query.as_of}"
        rows = tuple(
            (
                number,
                member.partner.title,
                member.contribution,
                _why(member),
                "\n".join(member.conditions),
                _instead(member),
            )
            for number, member in enumerate(self.members, 1)
        )
        shown: list[Block] = [
            Line(title, "heading"),
            Table(("#", "Member", "Adds", "Why", "Satisfies", "Else (sum of scores)"), rows),
            Line(self.verdict),
            Line(f"Rule {self.rule.id}: {self.rule.title}", "heading"),
            Table(("Asked", "Found"), tuple((condition.asked, condition.found) for condition in self.conditions)),
            Line(f"Rule as of {self.rule.checked_on}, from {self.rule.source}. {self.rule.note}", "dim"),
        ]
        if self.refused is not None:
            shown.append(self.refused.line)
        return shown + self.data.blocks()

    def records(self) -> list[dict[str, Cell]]:
        """Return one row for each member and reason, way to the theme, condition, tie and alternative."""
        return [
            {
                "seat": seat,
                "id": member.partner.id,
                "label": member.partner.label,
                "name": member.partner.name,
                "country": member.partner.country,
                "role": member.role,
                "contribution": member.contribution,
                **detail,
            }
            for seat, member in enumerate(self.members, 1)
            for detail in _details(member)
        ]


def _why(member: Member) -> str:
    lines = [f"{term.value:z.2f} {term.sentence}" for term in member.terms[:SHOWN]]
    if len(member.terms) > SHOWN:
        lines.append(f"and {len(member.terms) - SHOWN} more, {member.score:.2f} with the lead in all")
    lines += [reason.sentence for reason in member.theme[:SHOWN]]
    if len(member.theme) > SHOWN:
        lines.append(f"and {len(member.theme) - SHOWN} more about it")
    if member.role == "lead":
        lines.insert(0, "Leads.")
    elif member.role == "asked for":
        lines.insert(0, "Asked for.")
    if not member.terms and member.role != "lead" and member.ties:
        lines.append(f"Nothing joins it to the lead; fits {member.ties[0].partner.name} ({member.ties[0].score:.2f}).")
    return "\n".join(lines)


def _instead(member: Member) -> str:
    if member.role == "lead":
        return ""
    lines = [f"{one.partner.title} ({one.value:.2f}, {one.change:+.2f})" for one in member.alternatives]
    return "\n".join(lines) or "nobody without breaking the rule"


def _details(member: Member) -> list[dict[str, Cell]]:
    def row(what: str, value: float | None, sentence: str, evidence: tuple[str, ...] = ()) -> dict[str, Cell]:
        return {"what": what, "value": value, "sentence": sentence, "evidence": " ".join(evidence)}

    return [
        *(row(term.type, term.value, term.sentence, term.evidence) for term in member.terms),
        *(row("theme", None, reason.sentence, reason.evidence) for reason in member.theme),
        *(row("condition", None, condition) for condition in member.conditions),
        *(row("tie", tie.score, tie.partner.title, (tie.partner.id,)) for tie in member.ties),
        *(row("alternative", one.value, one.partner.title, (one.partner.id,)) for one in member.alternatives),
    ]
