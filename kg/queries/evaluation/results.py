"""What an evaluation answers: the tables of ``docs/evaluation.md``, and the same as JSON and CSV."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict

from pydantic import Field

from kg.queries.display import Block, Cell, Line, Table
from kg.queries.evaluation.measure import MATCHINGS, OURS, Measured
from kg.queries.results import Model, Result

_PARTS = ("all", "newcomers", "over 150 km", "unknown partners as misses")
_ASKED = tuple((matching, part) for matching in MATCHINGS for part in _PARTS)


class Figure(Model):
    """How well one score ranks the true partners of one task among 100 other places each."""

    task: str
    score: str
    matching: str = Field(
        description="in what the 100 are like the true partner, then in total activity, then in population"
    )
    part: str
    cases: int
    mrr: float
    low: float
    high: float
    hit_1: float
    hit_3: float
    hit_10: float
    auc: float


class ListFigure(Model):
    """How good and how fair the lists of one score are when all active cities abroad are ranked."""

    task: str
    score: str
    part: str
    queries: int
    mrr: float
    low: float
    high: float
    hit_10: float
    cities: int
    countries: float
    gini: float


class Evaluation(Result):
    """All figures, with what they were measured on."""

    measured_on: str
    as_of: str
    seed: int
    data: Mapping[str, str]
    seconds: Mapping[str, float]
    figures: tuple[Figure, ...]
    lists: tuple[ListFigure, ...]

    def blocks(self) -> list[Block]:
        """Return two tables for each task."""
        shown: list[Block] = [
            Line(f"Measured on {self.measured_on}, graph as of {self.as_of}, seed {self.seed}", "heading"),
            *(Line(f"{id_}: {edition}", "dim") for id_, edition in sorted(self.data.items())),
        ]
        for task in dict.fromkeys(figure.task for figure in self.figures):
            of_task = [figure for figure in self.figures if figure.task == task]
            cases = next(figure.cases for figure in of_task if figure.part == "all")
            shown.append(
                Line(f"{task}: MRR among 100 places matched on total activity or on activity in the kind", "heading")
            )
            shown.append(_score_table(of_task))
            shown.append(
                Line(
                    f"{cases:,} cases, {self.seconds.get(task, 0):.0f} s. In brackets: 95 % bootstrap interval.", "dim"
                )
            )
            lists = [one for one in self.lists if one.task == task]
            if lists:
                shown.append(Line(f"{task}: all active cities abroad ranked", "heading"))
                shown.append(_list_table(lists))
        return shown

    def records(self) -> list[dict[str, Cell]]:
        """Return one row per figure of the first tables."""
        return [figure.model_dump() for figure in self.figures]


class AblationRow(Model):
    """What is left when only some terms count."""

    task: str
    terms: str
    mrr: float
    mrr_in_kind: float
    loss: float


class Ablation(Result):
    """What each term is good for."""

    measured_on: str
    as_of: str
    seed: int
    data: Mapping[str, str]
    rows: tuple[AblationRow, ...]

    def blocks(self) -> list[Block]:
        """Return one table for each task."""
        shown: list[Block] = [
            Line(f"Measured on {self.measured_on}, graph as of {self.as_of}, seed {self.seed}", "heading")
        ]
        for task in dict.fromkeys(row.task for row in self.rows):
            shown.append(Line(task, "heading"))
            rows = tuple(
                (row.terms, f"{row.mrr:.3f}", f"{row.mrr_in_kind:.3f}", f"{row.loss:.4f}")
                for row in self.rows
                if row.task == task
            )
            shown.append(Table(("Terms", "MRR, total activity", "MRR, activity in the kind", "Loss of the fit"), rows))
        return shown

    def records(self) -> list[dict[str, Cell]]:
        """Return one row per set of terms."""
        return [row.model_dump() for row in self.rows]


def evaluation(
    measured: Iterable[Measured], *, measured_on: str, as_of: str, seed: int, data: Mapping[str, str]
) -> Evaluation:
    """Return what was measured as one answer."""
    some = list(measured)
    return Evaluation(
        measured_on=measured_on,
        as_of=as_of,
        seed=seed,
        data=data,
        seconds={one.task: round(sum(one.seconds.values()), 1) for one in some},
        figures=tuple(
            Figure(task=one.task, score=row.score, matching=row.matching, part=row.part, **asdict(row.figures))
            for one in some
            for row in one.rows
        ),
        lists=tuple(
            ListFigure(task=one.task, score=score, part=part, **asdict(found))
            for one in some
            for part, lists in (("all", one.lists), ("newcomers", one.newcomer_lists))
            for score, found in lists.items()
        ),
    )


def _score_table(figures: list[Figure]) -> Table:
    by_key = {(figure.score, figure.matching, figure.part): figure for figure in figures}
    scores = dict.fromkeys(figure.score for figure in figures)
    rows = []
    for score in sorted(scores, key=lambda name: (name != OURS, -by_key[name, MATCHINGS[0], "all"].mrr)):
        cells: list[Cell] = [score]
        for matching, part in _ASKED:
            figure = by_key.get((score, matching, part))
            cells.append("-" if figure is None else f"{figure.mrr:.3f}")
        first = by_key[score, MATCHINGS[0], "all"]
        cells[1] = f"{first.mrr:.3f} [{first.low:.3f}-{first.high:.3f}]"
        second = by_key[score, MATCHINGS[1], "all"]
        cells[1 + len(_PARTS)] = f"{second.mrr:.3f} [{second.low:.3f}-{second.high:.3f}]"
        rows.append((*cells, f"{first.hit_10:.2f}", f"{first.auc:.3f}"))
    columns = (
        "Score",
        *("Total", "newcomers", "over 150 km", "unknown = miss"),
        *("In the kind", "newcomers", "over 150 km", "unknown = miss"),
        "hit@10",
        "AUC",
    )
    return Table(columns, tuple(rows))


def _list_table(lists: list[ListFigure]) -> Table:
    rows = tuple(
        (
            one.score,
            one.part,
            one.queries,
            f"{one.mrr:.3f} [{one.low:.3f}-{one.high:.3f}]",
            f"{one.hit_10:.3f}",
            one.cities,
            f"{one.countries:.1f}",
            f"{one.gini:.3f}",
        )
        for one in lists
    )
    return Table(("Score", "Query cities", "n", "MRR", "hit@10", "Cities named", "Countries a list", "Gini"), rows)
