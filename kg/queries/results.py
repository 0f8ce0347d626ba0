"""What the queries answer: frozen models, one and the same in the library, in JSON, in the terminal and in a notebook.

``model_dump(mode="json")`` is the JSON of ``--format json``; ``print(result)`` the table of ``--format table``; ``records()``
the rows of ``--format csv``.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from rich.console import RenderableType

from kg.queries.as_graph import AsGraph, Link, PlainGraph, node_of
from kg.queries.display import Block, Cell, Line, Table, to_html, to_rich, to_text
from kg.queries.frames import frame
from kg.queries.kinds.names import Kind

if TYPE_CHECKING:
    import pandas as pd

#: Reasons that the table shows for each partner; JSON and CSV have all.
REASONS_SHOWN = 6

#: What a term says, as columns of a row.
TERM_COLUMNS = ("type", "reason", "value", "sentence", "evidence", "observed", "expected")

#: Sources that the table names, and places for each rule that left some out.
NAMES_SHOWN = 5


class Model(BaseModel):
    """A frozen value."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Printer(Protocol):
    """The part of IPython's printer that is needed here."""

    def text(self, obj: str) -> None:
        """Print a text."""


class Shown(Model):
    """A value that shows itself: printed, on a terminal and in a notebook."""

    @abstractmethod
    def blocks(self) -> list[Block]:
        """Return it for a reader, as lines and tables."""

    def __str__(self) -> str:
        return to_text(self.blocks())

    def __rich__(self) -> RenderableType:
        return to_rich(self.blocks())

    def _repr_html_(self) -> str:
        return to_html(self.blocks())

    def _repr_pretty_(self, printer: Printer, _cycle: bool) -> None:
        # IPython on a terminal: the table, not the model with all its fields.
        printer.text(str(self))


class Result(Shown):
    """An answer."""

    #: The columns of its rows, for a table without any.
    frame_columns: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def records(self) -> list[dict[str, Cell]]:
        """Return the answer as rows of one table, all with the same columns."""

    @property
    def about(self) -> dict[str, Any]:
        """What holds for all of it: the date as of which, and the sources with the edition or date of each."""
        data = getattr(self, "data", None)
        if not isinstance(data, Data):
            return {}
        sources = {source.title: data.editions.get(source.id) or source.age or "" for source in data.sources}
        return {"as_of": data.as_of, "sources": sources}

    def to_df(self) -> pd.DataFrame:
        """Return the rows of ``--format csv`` as a pandas DataFrame; its ``attrs`` say as of when, and from which sources.

        Raises:
            KgError: pandas is not installed (extra ``notebooks``).
        """
        return frame(self.records(), self.frame_columns, self.about)


class Partner(Model):
    """A node by which a user may know it: a city or region where it is a partner."""

    id: str
    label: str
    name: str
    country: str | None = None

    @property
    def title(self) -> str:
        """The name with its country."""
        return f"{self.name}, {self.country}" if self.country else self.name


class Term(Shown):
    """One reason: of which feature, how much it adds to the score (or takes from it), in words, and the facts behind it.

    ``evidence`` are keys of facts, at most 20; where a reason is about the two places themselves, or counts over the whole graph,
    the ids of the two. ``kg why`` takes either. ``observed`` and ``expected`` are counts, where a reason holds what there is
    against what chance would give; of memberships, one through a serving body counts half.
    """

    type: str
    label: str
    value: float
    sentence: str
    evidence: tuple[str, ...]
    observed: float | None = None
    expected: float | None = None

    def blocks(self) -> list[Block]:
        """Return the value and the sentence."""
        return [Line(f"{self.value:z.2f} {self.sentence}")]


class Scored(Model):
    """A score that is the sum of its terms."""

    score: float
    terms: tuple[Term, ...]

    @model_validator(mode="after")
    def _check_sum(self) -> Self:
        if self.score != math.fsum(term.value for term in self.terms):
            raise ValueError("the score is not the sum of its terms")
        return self


class Recommendation(Shown, Scored):
    """A partner, with all the reasons."""

    partner: Partner

    def blocks(self) -> list[Block]:
        """Return the partner with its score, and all terms."""
        return [Line(f"{self.partner.title}: {self.score:.2f}", "heading"), *term_blocks(self.terms)]


class LeftOutPartner(Partner):
    """A place that was left out, and why."""

    because: str


class LeftOut(Model):
    """What one rule left out. ``partners`` names them where the rule is about each one (``count`` of them); a filter only counts."""

    reason: str
    count: int
    partners: tuple[LeftOutPartner, ...] = ()

    @property
    def line(self) -> Line:
        """The rule with its count and the first of those named."""
        names = "; ".join(partner.because for partner in self.partners[:NAMES_SHOWN])
        more = "; ..." if len(self.partners) > NAMES_SHOWN else ""
        return Line(f"Left out, {self.reason}: {self.count:,}{f' ({names}{more})' if names else ''}.", "dim")


class SourceData(Model):
    """A publisher's data set."""

    id: str
    title: str
    publisher: str | None = None
    licence: str | None = None
    url: str | None = None
    age: str | None = Field(
        default=None, description="how old what it says here is, in words: May 2025, 2019 to May 2025"
    )

    @property
    def aged(self) -> str:
        """Title and age."""
        return f"{self.title} (as of {self.age})" if self.age else self.title


class Data(Model):
    """What an answer rests on: sources and their loaded editions, the as-of date, how much is undated and what is missing."""

    sources: tuple[SourceData, ...]
    editions: Mapping[str, str]
    as_of: str
    facts: int = Field(description="facts used as evidence")
    facts_without_since: int = Field(
        description="of these, facts that could have a beginning but have none; taken as true"
    )
    read_from: str | None = Field(default=None, description="without a database: what was read instead of it, in words")
    completeness: tuple[str, ...] = Field(default=(), description="what is known to be missing, in sentences")

    def blocks(self, *, keys: bool = True) -> list[Block]:
        """Return the date, the sources with their ages, and what is missing; ``keys``: whether its JSON has the keys of facts."""
        undated = ""
        if self.facts_without_since:
            undated = f", {self.facts_without_since} of them without a known beginning and taken as true"
        lines: list[Block] = [Line(f"As of {self.as_of}. {_count(self.facts, 'fact')} used{undated}.", "dim")]
        if self.read_from is not None:
            lines.insert(0, Line(f"Without a database: from {self.read_from}."))
        if self.sources:
            names = "; ".join(source.aged for source in self.sources[:NAMES_SHOWN])
            rest = len(self.sources) - NAMES_SHOWN
            names += f"; and {rest} more" if rest > 0 else ""
            why = keys and self.read_from is None
            how = " The source of each fact: kg why KEY, with a key from --format json." if why else ""
            lines.append(Line(f"Sources: {names}.{how}", "dim"))
        return [*lines, *(Line(sentence, "dim") for sentence in self.completeness)]


class RecommendQuery(Model):
    """What was asked."""

    partner: Partner = Field(description="the city or region that looks for partners")
    kind: Kind
    top: int
    countries: tuple[str, ...]
    exclude_countries: tuple[str, ...]
    min_population: int | None
    max_population: int | None
    as_of: str
    include_existing: bool
    regions: tuple[Partner, ...] = ()
    networks: tuple[Partner, ...] = ()
    themes: tuple[Partner, ...] = ()
    newcomers: float | None = Field(default=None, description="share of the list for places with few partnerships")
    spread: int | None = Field(default=None, description="so many of one country at most")
    weights: str | None = Field(default=None, description="the file of the weights; those of the package unless given")


class Newcomers(Model):
    """How many places with few partnerships are in a list of which a share is for them."""

    rule: str = Field(description="who is one")
    share: float = Field(description="what part of the list is for them, as far as there are any")
    partners: tuple[str, ...] = Field(description="ids of those in the list")

    @property
    def line(self) -> Line:
        """How many, and the rule."""
        return Line(
            f"Newcomers: {len(self.partners)} ({self.rule}); at least {100 * self.share:.0f} % of the list is for them.",
            "dim",
        )


class Recommendations(Result, AsGraph):
    """The best partners for a city or region, best first.

    As a graph, a star: who asks, joined to each partner by the score as ``weight`` and what each type of term adds to it.
    """

    frame_columns = ("rank", "id", "label", "name", "country", "score")

    query: RecommendQuery
    data: Data
    left_out: Mapping[str, LeftOut]
    recommendations: tuple[Recommendation, ...]
    newcomers: Newcomers | None = None
    improve: str | None = Field(default=None, description="what the graph does not know of the place, and what to load")

    def blocks(self) -> list[Block]:
        """Return the partners with their main reasons, and what was left out."""
        place = self.query.partner.title
        shown: list[Block] = [Line(f"Partners for {place} ({self.query.kind}), as of {self.query.as_of}", "heading")]
        if self.recommendations:
            rows = tuple(
                (rank, row.partner.name, row.partner.country, row.score, _reasons(row.terms))
                for rank, row in enumerate(self.recommendations, 1)
            )
            shown.append(Table(("#", "Partner", "Country", "Score", "Reasons"), rows))
        else:
            shown.append(Line("Nobody: the graph has no other city or region that was not left out."))
        if self.newcomers is not None:
            shown.append(self.newcomers.line)
        shown += [left_out.line for left_out in self.left_out.values()]
        if self.improve is not None:
            shown.append(Line(self.improve))
        return shown + self.data.blocks()

    def records(self) -> list[dict[str, Cell]]:
        """Return one row per partner and term."""
        return [
            {"rank": rank, **_partner_columns(row.partner), "score": row.score, **term_columns(term)}
            for rank, row in enumerate(self.recommendations, 1)
            for term in row.terms
        ]

    def to_df(self, *, terms: bool = False) -> pd.DataFrame:
        """Return a DataFrame with one row per partner, and a column per type of term with what it adds to the score.

        Args:
            terms: One row per partner and term instead, with the sentences: the rows of ``--format csv``.

        Raises:
            KgError: pandas is not installed (extra ``notebooks``).
        """
        if terms:
            return frame(self.records(), (*self.frame_columns, *TERM_COLUMNS), self.about)
        types = dict.fromkeys(term.type for row in self.recommendations for term in row.terms)
        rows = [
            {
                "rank": rank,
                **_partner_columns(row.partner),
                "score": row.score,
                **dict.fromkeys(types, 0.0),
                **_by_type(row.terms),
            }
            for rank, row in enumerate(self.recommendations, 1)
        ]
        return frame(rows, self.frame_columns, self.about)

    def as_graph(self) -> PlainGraph:
        """Return the place that asks, its partners, and a link to each."""
        place = self.query.partner
        nodes = {place.id: node_of(place)} | {
            row.partner.id: {**node_of(row.partner), "rank": rank} for rank, row in enumerate(self.recommendations, 1)
        }
        links = [
            Link(place.id, row.partner.id, {"weight": row.score, **_by_type(row.terms)}) for row in self.recommendations
        ]
        return PlainGraph(nodes, links, facts=False, about=self.about)


def _by_type(terms: tuple[Term, ...]) -> dict[str, float]:
    """Return what the terms of each type add to the score."""
    types = dict.fromkeys(term.type for term in terms)
    return {type_: math.fsum(term.value for term in terms if term.type == type_) for type_ in types}


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def term_blocks(terms: tuple[Term, ...]) -> list[Block]:
    """Return terms as a table, or a word that there is none."""
    if not terms:
        return [Line("Nothing in the graph speaks for or against it.")]
    return [Table(("Value", "Reason", "In words"), tuple((term.value, term.label, term.sentence) for term in terms))]


def _reasons(terms: tuple[Term, ...]) -> str:
    lines = [f"{term.value:z.2f} {term.sentence}" for term in terms[:REASONS_SHOWN]]
    rest = terms[REASONS_SHOWN:]
    if rest:
        lines.append(f"{math.fsum(term.value for term in rest):z.2f} and {_count(len(rest), 'more reason')}.")
    return "\n".join(lines)


def _partner_columns(partner: Partner) -> dict[str, Cell]:
    return {"id": partner.id, "label": partner.label, "name": partner.name, "country": partner.country}


def term_columns(term: Term) -> dict[str, Cell]:
    """Return a term as the columns of a row."""
    return {
        "type": term.type,
        "reason": term.label,
        "value": term.value,
        "sentence": term.sentence,
        "evidence": " ".join(term.evidence),
        "observed": term.observed,
        "expected": term.expected,
    }
