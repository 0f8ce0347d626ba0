"""``kg why-not``: why one place was not recommended to another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Unpack

import numpy as np
from pydantic import Field

from kg.database.connection import Connection
from kg.queries.choose import choose_engine
from kg.queries.display import Block, Cell, Line, Table
from kg.queries.entities import PLACES, Entity, check_name, resolve
from kg.queries.paths import check_different
from kg.queries.provenance import data_of
from kg.queries.ranking import EXISTING, LeftOutPlace, Ranking, sort_out
from kg.queries.reasons.build import REASONS, terms
from kg.queries.recommend import (
    Answer,
    Question,
    RecommendOptions,
    ask,
    details_of,
    gone,
    partner_of,
    rule_reason,
    search,
)
from kg.queries.results import Data, Model, Partner, RecommendQuery, Result, Term

#: A place is compared with so many of the first in the list.
FIRST = 3


class Gap(Model):
    """A reason that the first in the list have more of: what it is worth for them on average, and for this place."""

    type: str
    label: str
    value: float
    first: float = Field(description="mean of the first in the list")
    lacks: float = Field(description="first less value, above 0")
    example: str = Field(description="the reason of the first in the list that has most of it, in words")


class WhyNot(Result):
    """Why a place is not in the list of another one, or where in it it is."""

    query: RecommendQuery
    other: Partner
    data: Data
    verdict: str = Field(description="in a sentence")
    rule: str | None = Field(description="the rule that leaves it out, None when none does")
    because: str | None
    score: float
    rank: int | None = Field(description="its place among all who were not left out; None when a rule leaves it out")
    ranked: int = Field(description="so many were not left out")
    last: float | None = Field(description="the score of the last one in the list")
    terms: tuple[Term, ...]
    gaps: tuple[Gap, ...] = Field(description="what it has less of than the first in the list, the largest first")

    def blocks(self) -> list[Block]:
        """Return the verdict, what it lacks, and its own reasons."""
        title = f"{self.other.title} as a partner of {self.query.partner.title} ({self.query.kind}), as of {self.query.as_of}"
        shown: list[Block] = [Line(title, "heading"), Line(self.verdict)]
        if self.gaps:
            shown.append(Line(f"What the first {FIRST} have more of", "heading"))
            rows = tuple((gap.lacks, gap.label, gap.value, gap.first, gap.example) for gap in self.gaps)
            shown.append(Table(("Lacks", "Reason", "Has", "They have", "For example"), rows))
        if self.terms:
            shown.append(Line(f"Its own reasons: {self.score:.2f}", "heading"))
            rows_of_terms = tuple((term.value, term.label, term.sentence) for term in self.terms)
            shown.append(Table(("Value", "Reason", "In words"), rows_of_terms))
        return shown + self.data.blocks()

    def records(self) -> list[dict[str, Cell]]:
        """Return one row for each reason that it lacks, and each that it has."""
        base: dict[str, Cell] = {"id": self.other.id, "rank": self.rank, "rule": self.rule, "verdict": self.verdict}
        return [
            *(
                {**base, "what": "lacks", "type": gap.type, "value": gap.lacks, "sentence": gap.example}
                for gap in self.gaps
            ),
            *(
                {**base, "what": "has", "type": term.type, "value": term.value, "sentence": term.sentence}
                for term in self.terms
            ),
        ]


def why_not(connection: Connection, place: str, other: str, **options: Unpack[RecommendOptions]) -> WhyNot:
    """Return why a place is not recommended to another: the rule that leaves it out, or its rank and what it lacks.

    Args:
        connection: The database.
        place: The city or region that looks for partners, by name or id.
        other: The one that was not recommended.
        options: Those of :func:`kg.queries.recommend.recommend`, with which the list was asked for.

    Raises:
        KgError: If a name is unknown or ambiguous, both are the same, or an option makes no sense.
    """
    check_name("other", other)
    question = ask(connection, place, **options)
    entity = resolve(connection, other, PLACES)
    check_different(question.subject, entity)
    return _Comparison(connection, question, entity).result()


class _Comparison:
    """One place against the list of another."""

    def __init__(self, connection: Connection, question: Question, entity: Entity) -> None:
        self.connection, self.question, self.entity = connection, question, entity
        try:
            between = choose_engine(connection, question.engine, question.as_of).between(
                question.subject.id, [entity.id]
            )
        except KeyError:
            raise gone(question.subject) from None
        if not len(between.candidates):
            raise gone(entity)
        self.answer: Answer = search(connection, question)
        self.between = between
        self.own = Ranking.of(between.pairs(), question.weights)

    def result(self) -> WhyNot:
        """Return the answer."""
        question, ranking = self.question, self.answer.ranking
        score = self.own.score(0)
        refused = self._refused()
        rank = None if refused else 1 + sum(better for better in self._better(score))
        chosen = self.answer.chosen
        listed = [ranking.pairs.snapshot.places.ids[ranking.pairs.others[at]] for at in chosen]
        last = ranking.score(chosen[-1]) if len(chosen) else None
        (found,) = self.own.reasons_of([0])
        first = ranking.reasons_of(
            [at for at, id_ in zip(chosen, listed, strict=True) if id_ != self.entity.id][:FIRST]
        )
        details = details_of(self.connection, [found, *first])
        built = terms(found, details, question.as_of)
        return WhyNot(
            query=question.query,
            other=partner_of(self.between.world.snapshot.places.rows[self.between.candidates[0]]),
            data=data_of(self.connection, details, question.as_of),
            verdict=self._verdict(refused, rank, score, last, listed),
            rule=refused.rule if refused else None,
            because=refused.because if refused else None,
            score=math.fsum(term.value for term in built),
            rank=rank,
            ranked=len(ranking.pairs.others),
            last=last,
            terms=built,
            gaps=_gaps(built, [terms(each, details, question.as_of) for each in first]),
        )

    def _refused(self) -> LeftOutPlace | None:
        """Return the rule that leaves the place out, whether it was among those compared or not."""
        question, filters = self.question, self.question.wanted.filters
        snapshot = self.between.world.snapshot
        _, left_out = sort_out(
            snapshot,
            self.between.subject,
            self.between.candidates,
            countries=filters.countries,
            exclude_countries=filters.exclude_countries,
            existing=() if question.include_existing else EXISTING[question.kind],
        )
        if question.wanted.narrows and not self._was_compared():
            return LeftOutPlace(int(self.between.candidates[0]), "filters")
        return left_out[0] if left_out else None

    def _was_compared(self) -> bool:
        surroundings = self.answer.surroundings
        place = surroundings.world.snapshot.position.get(self.entity.id)
        return place is not None and bool(np.isin(place, surroundings.candidates))

    def _better(self, score: float) -> Sequence[bool]:
        """Return for each of the ranking whether it comes before the place."""
        ranking = self.answer.ranking
        ids = ranking.pairs.snapshot.places.ids
        others = [ids[place] for place in ranking.pairs.others.tolist()]
        return [
            (-ranking.score(at), id_) < (-score, self.entity.id)
            for at, id_ in enumerate(others)
            if id_ != self.entity.id
        ]

    def _verdict(
        self, refused: LeftOutPlace | None, rank: int | None, score: float, last: float | None, listed: Sequence[str]
    ) -> str:
        name, question = self.entity.name, self.question
        if refused is not None:
            because = f" ({refused.because})" if refused.because else ""
            return (
                f"{name} is left out: {rule_reason(refused.rule, question)}{because}. Its score would be {score:.2f}."
            )
        where = f"{name} has rank {rank:,} of {len(self.answer.ranking.pairs.others):,} with a score of {score:.2f}"
        if self.entity.id in listed:
            return f"{name} is recommended: it is number {listed.index(self.entity.id) + 1} in the list, with a score of {score:.2f}."
        if not self._was_compared():
            return f"{name} was not compared: it is neither near, nor alike, nor joined to {question.subject.name} by much. {where}."
        if last is not None and rank is not None and rank <= question.top:
            return f"{where}, but had to make room for others: {self._room()}."
        end = "" if last is None else f"; the last of the {len(listed)} in the list has {last:.2f}"
        return f"{where}{end}."

    def _room(self) -> str:
        filters = self.question.wanted.filters
        rules = []
        if filters.spread is not None:
            rules.append(f"at most {filters.spread} of one country (--spread)")
        if filters.newcomers is not None:
            rules.append(f"at least {100 * filters.newcomers:.0f} % newcomers (--newcomers)")
        return " and ".join(rules)


def _gaps(own: Sequence[Term], first: Sequence[Sequence[Term]]) -> tuple[Gap, ...]:
    """Return what the first have more of, the largest difference first, then by type."""
    value = {term.type: term.value for term in own}
    gaps = []
    for type_ in {term.type for each in first for term in each} | value.keys():
        having = [term for each in first for term in each if term.type == type_]
        mean = math.fsum(term.value for term in having) / len(first) if first else 0.0
        lacks = mean - value.get(type_, 0.0)
        if lacks > 0:
            best = max(having, key=lambda term: (term.value, term.sentence), default=None)
            gaps.append(
                Gap(
                    type=type_,
                    label=REASONS[type_][0],
                    value=value.get(type_, 0.0),
                    first=mean,
                    lacks=lacks,
                    example=best.sentence if best is not None and best.value > 0 else "",
                )
            )
    return tuple(sorted(gaps, key=lambda gap: (-gap.lacks, gap.type)))
