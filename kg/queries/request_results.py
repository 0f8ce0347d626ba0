"""What is answered on seeks and offers: lists of requests, and who fits whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from kg.queries.display import Block, Cell, Line, Table
from kg.queries.results import Data, LeftOut, Model, Partner, Result, Shown
from kg.schema.relationships import Role

Verb = Literal["seek", "offer"]

#: ``ended`` is what its source no longer lists.
State = Literal["open", "met", "withdrawn", "expired", "ended"]

Status = Literal["open", "closed", "expired", "all"]

#: How another fits a place: it offers what the place seeks, it seeks what the place offers, or it seeks the same.
Way = Literal["offers", "seeks", "seeks_too"]


class Request(Model):
    """What somebody seeks or offers on a theme, in which role, and whether that still stands on the as-of date.

    ``key`` is that of the fact, which ``kg why`` takes; ``number`` what ``kg seek close`` takes. ``as_of`` is the age of what is
    known of it.
    """

    key: str
    number: str
    verb: Verb
    partner: Partner
    theme: Partner
    role: Role
    state: State
    since: str | None
    until: str | None
    closed: str | None
    note: str | None
    as_of: str | None
    sources: tuple[str, ...]

    @property
    def standing(self) -> str:
        """The state with its date, for a reader."""
        if self.state in ("met", "withdrawn"):
            return f"{self.state} {self.closed}" if self.closed else self.state
        return f"{self.state} {self.until}" if self.state == "expired" else self.state

    def columns(self, prefix: str = "") -> dict[str, Cell]:
        """Return it as columns of a row."""
        return {
            f"{prefix}number": self.number,
            f"{prefix}role": self.role,
            f"{prefix}state": self.state,
            f"{prefix}since": self.since,
            f"{prefix}until": self.until,
            f"{prefix}closed": self.closed,
            f"{prefix}note": self.note,
            f"{prefix}as_of": self.as_of,
            f"{prefix}sources": " ".join(self.sources),
            f"{prefix}key": self.key,
        }


_COLUMNS = ("number", "role", "state", "since", "until", "closed", "note", "as_of", "sources", "key")


class RequestQuery(Model):
    """What was asked; empty asks for all."""

    verb: Verb | None
    partner: Partner | None
    theme: Partner | None
    status: Status
    as_of: str


class RequestList(Result):
    """What is sought and offered, by whom, and until when."""

    frame_columns = ("verb", "id", "label", "name", "country", "theme_id", "theme", *_COLUMNS)

    query: RequestQuery
    data: Data
    left_out: Mapping[str, LeftOut]
    requests: tuple[Request, ...]

    def blocks(self) -> list[Block]:
        """Return the requests as a table, and what the status asked for leaves out."""
        what = {"seek": "sought", "offer": "offered", None: "sought and offered"}[self.query.verb]
        by = f" by {self.query.partner.title}" if self.query.partner else ""
        on = f" on {self.query.theme.name}" if self.query.theme else ""
        shown: list[Block] = [Line(f"What is {what}{by}{on} ({self.query.status}), as of {self.data.as_of}", "heading")]
        if self.requests:
            rows = tuple(
                (
                    request.number,
                    request.partner.title,
                    f"{request.verb}s",
                    request.theme.name,
                    request.role,
                    request.standing,
                    request.until,
                    request.note,
                    ", ".join(request.sources),
                )
                for request in self.requests
            )
            columns = ("Number", "Who", "", "Theme", "As", "State", "Until", "In their words", "Says")
            shown.append(Table(columns, rows))
        else:
            shown.append(Line("Nothing: kg seek add and kg offer add say what somebody seeks or offers."))
        return [*shown, *(left.line for left in self.left_out.values()), *self.data.blocks()]

    def records(self) -> list[dict[str, Cell]]:
        """Return one row per request."""
        return [
            {
                "verb": request.verb,
                "id": request.partner.id,
                "label": request.partner.label,
                "name": request.partner.name,
                "country": request.partner.country,
                "theme_id": request.theme.id,
                "theme": request.theme.name,
                **request.columns(),
            }
            for request in self.requests
        ]


class Match(Shown):
    """Two open requests that fit: that of the place asked about (``ours``) and that of another (``theirs``).

    ``evidence`` are the keys of both facts, ours first.
    """

    way: Way
    partner: Partner
    theme: Partner
    ours: Request
    theirs: Request
    sentence: str
    evidence: tuple[str, str]

    def blocks(self) -> list[Block]:
        """Return the sentence."""
        return [Line(self.sentence)]


class MatchQuery(Model):
    """What was asked; ``top`` counts the matches of each way."""

    partner: Partner = Field(description="who seeks and offers")
    theme: Partner | None
    top: int
    as_of: str


class Matches(Result):
    """Who offers what a place seeks, who seeks what it offers, and who seeks the same.

    ``requests`` are its own open ones; ``found`` counts the matches of each way, of which at most ``top`` are listed.
    """

    frame_columns = (
        "way", "id", "label", "name", "country", "theme_id", "theme", "sentence", *_COLUMNS,
        *(f"our_{name}" for name in _COLUMNS),
    )  # fmt: skip

    query: MatchQuery
    data: Data
    left_out: Mapping[str, LeftOut]
    requests: tuple[Request, ...]
    found: Mapping[Way, int]
    matches: tuple[Match, ...]

    def blocks(self) -> list[Block]:
        """Return a table for each way, and what was left out."""
        name = self.query.partner.name
        on = f" on {self.query.theme.name}" if self.query.theme else ""
        shown: list[Block] = [Line(f"Who fits {self.query.partner.title}{on}, as of {self.query.as_of}", "heading")]
        if not self.requests:
            shown.append(
                Line(f"{name} has no open request{on}: kg seek add and kg offer add say what it seeks and offers.")
            )
        verbs = {request.verb for request in self.requests}
        for way, (title, verb) in _HEADINGS.items():
            if verb in verbs:
                shown += self._of_way(way, title.format(name=name))
        return [*shown, *(left.line for left in self.left_out.values()), *self.data.blocks()]

    def _of_way(self, way: Way, title: str) -> list[Block]:
        listed = [match for match in self.matches if match.way == way]
        more = f" ({len(listed)} of {self.found[way]})" if len(listed) < self.found[way] else ""
        if not listed:
            return [Line(f"{title}: nobody.", "heading")]
        rows = tuple(
            (
                rank,
                match.partner.name,
                match.partner.country,
                match.sentence,
                match.theirs.until,
                match.theirs.note,
                match.theirs.number,
            )
            for rank, match in enumerate(listed, 1)
        )
        columns = ("#", "Partner", "Country", "How they fit", "Until", "In their words", "Number")
        return [Line(f"{title}{more}", "heading"), Table(columns, rows)]

    def records(self) -> list[dict[str, Cell]]:
        """Return one row per match."""
        return [
            {
                "way": match.way,
                "id": match.partner.id,
                "label": match.partner.label,
                "name": match.partner.name,
                "country": match.partner.country,
                "theme_id": match.theme.id,
                "theme": match.theme.name,
                "sentence": match.sentence,
                **match.theirs.columns(),
                **match.ours.columns("our_"),
            }
            for match in self.matches
        ]


#: The ways in the order in which they are told, each with its heading and what the place itself does.
_HEADINGS: Mapping[Way, tuple[str, Verb]] = {
    "offers": ("Who offers what {name} seeks", "seek"),
    "seeks": ("Who seeks what {name} offers", "offer"),
    "seeks_too": ("Who seeks the same as {name}", "seek"),
}
