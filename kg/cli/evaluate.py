"""``kg evaluate``: how good the answers are, measured."""

from __future__ import annotations

import csv
import json
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kg.cli.graph_data import graph_options, graph_tables
from kg.cli.options import check_writable, connection_options
from kg.cli.present import as_of_option, format_option, present
from kg.errors import KgError
from kg.queries.kinds.names import KINDS
from kg.spreadsheets import written

if TYPE_CHECKING:
    from kg.places.evaluate import Tried
    from kg.queries.evaluation.results import Ablation, Evaluation

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_COLUMNS = (
    "set", "row", "name", "country", "gold_id", "gold_name", "gold_location", "answer_id", "answer_name", "answer_location",
    "kilometres", "rule",
)  # fmt: skip


@click.group()
def evaluate() -> None:
    """Measure how good the answers are."""


@evaluate.command("places")
@click.option("--etmun", type=_FILE, help="Table of memberships with GeoNames ids, in the layout of etmun.")
@click.option("--keep", type=_FILE, help="Table of participations with GeoNames ids, keep.eu's older layout.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True, help="How.")
@click.option("--disagreements", type=click.IntRange(min=1), metavar="N", help="Draw N wrong answers of each file.")
@click.option("--seed", type=int, default=2026, show_default=True, help="Seed of that draw.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="CSV to write the drawn answers to.")
def places_command(
    etmun: Path | None, keep: Path | None, form: str, disagreements: int | None, seed: int, out: Path | None
) -> None:
    """Measure how well municipalities are found by name and country alone. Needs no database.

    An answer within 15 km of the place that the file says is right. Recall is given over all rows, and over those whose place the
    gazetteer has.
    """
    from kg.places.evaluate import SETS, draw_disagreements, trial
    from kg.places.gazetteer import open_gazetteer
    from kg.places.resolve import Resolver

    files = {name: path for name, path in (("etmun", etmun), ("keep", keep)) if path}
    if not files:
        raise KgError("Nothing to measure on: give a file with --etmun, --keep or both.")
    if (disagreements is None) != (out is None):
        raise KgError("--disagreements N and --out FILE go together: how many to draw, and where to write them.")
    if out is not None:
        check_writable(out, "--out")
    gazetteer = open_gazetteer()
    resolver = Resolver(gazetteer)  # without anybody's judgements, so that the figures are the same everywhere
    results, drawn = {}, []
    for name, path in files.items():
        cases = list(SETS[name](path, gazetteer))
        start = time.perf_counter()
        tried = trial(cases, resolver)
        results[name] = _measured(tried, time.perf_counter() - start)
        drawn += [(name, one) for one in draw_disagreements(tried, disagreements or 0, seed)]
    click.echo(json.dumps(results, ensure_ascii=False, indent=2) if form == "json" else _as_text(results))
    if out is not None:
        _write(drawn, out)
        click.echo(f"{len(drawn)} wrong answers in {out}", err=True)


@evaluate.command("recommend")
@graph_options
@click.option("--kind", "kinds", type=click.Choice(KINDS), multiple=True, help="Only this kind; repeatable (else all).")
@click.option("--ablation", is_flag=True, help="Instead: what is left without each term, and with the best 6 and 10.")
@click.option("--with-embedding", is_flag=True, help="Beside node2vec too; needs the extra embedding.")
@as_of_option
@click.option("--seed", type=click.IntRange(min=0), default=7, show_default=True, help="Seed of splits and samples.")
@click.option(
    "--processes",
    type=click.IntRange(min=1),
    metavar="N",
    help="Measure so many tasks at once, each in memory of its own.  [default: 2]",
)
@format_option
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="JSON file to write all figures to.")
@connection_options
def recommend_command(
    files: tuple[str, ...],
    offline: bool,
    kinds: tuple[str, ...],
    ablation: bool,
    with_embedding: bool,
    as_of: str | None,
    seed: int,
    processes: int | None,
    form: str,
    out: Path | None,
    connect: dict[str, Any],
) -> None:
    """Measure how well recommendations foretell partnerships, beside every known score.

    Twinnings, memberships and projects of the graph are held out; shapes are fitted on the rest; the true partner of each is ranked
    among 100 places as active, and among all. See docs/evaluation.md for the protocol.
    """  # fmt: skip
    from kg.queries.evaluation.processes import USUAL
    from kg.queries.evaluation.run import ablate, evaluate
    from kg.queries.validity import parse_as_of

    if ablation and with_embedding:
        raise KgError("--ablation and --with-embedding do not go together: an ablation compares our terms only.")
    if out is not None:
        check_writable(out, "--out")
    day = parse_as_of(as_of)
    tables, data = graph_tables(files, offline, day, connect)
    asked: dict[str, Any] = {
        "kinds": kinds or KINDS, "seed": seed, "data": data, "processes": processes or USUAL, "say": partial(click.echo, err=True)
    }  # fmt: skip
    if ablation:
        result: Ablation | Evaluation = ablate(tables, day, **asked)
    else:
        result = evaluate(tables, day, with_embedding=with_embedding, **asked)
    present(result, form)
    if out is not None:
        out.write_text(result.model_dump_json(indent=2) + "\n", encoding="utf-8")
        click.echo(f"All figures in {out}", err=True)


def _measured(tried: list[Tried], seconds: float) -> dict[str, Any]:
    from kg.places.evaluate import by_cause, by_country, summary

    return {
        **summary(tried).as_json(),
        "seconds": round(seconds, 1),
        "causes": {cause: {"rows": every, "held": held} for cause, (every, held) in by_cause(tried).items()},
        "countries": {country: one.as_json() for country, one in by_country(tried).items()},
    }


def _as_text(results: dict[str, dict[str, Any]]) -> str:
    lines = []
    for name, result in results.items():
        lines += [
            f"{name}: {result['rows']:,} rows in {result['seconds']} s",
            f"  precision                         {_share(result['precision'])}",
            f"  recall over all rows              {_share(result['recall'])}",
            f"  recall where the gazetteer has it {_share(result['recall_held'])}  ({result['held']:,} rows)",
            f"  right {result['right']:,}, wrong {result['wrong']:,}, left to a person {result['review']:,}, not found {result['unknown']:,}",
            "",
            "  missed because                                          rows  in gazetteer",
            *(
                f"  {cause:<54} {counts['rows']:>5,} {counts['held']:>13,}"
                for cause, counts in result["causes"].items()
            ),
            "",
            "  country   rows  precision  recall  recall in gazetteer",
            *(_line(country, one) for country, one in result["countries"].items()),
            "",
        ]
    return "\n".join(lines).rstrip()


def _line(country: str, one: dict[str, Any]) -> str:
    return (
        f"  {country:<7} {one['rows']:>6,}  {_share(one['precision']):>9}  {_share(one['recall']):>6}  "
        f"{_share(one['recall_held']):>19}"
    )


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


def _write(drawn: list[tuple[str, Tried]], out: Path) -> None:
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_COLUMNS)
        for name, one in drawn:
            best, case = one.resolution.best, one.case
            assert best is not None
            writer.writerow(
                (
                    name, case.row, written(case.name), case.country, f"geonames:{case.gold_id}", written(case.gold_name),
                    written(_point(case.location)), best.id, written(best.name), written(_point(best.location)), round(one.kilometres or 0),
                    best.evidence[-1].found,
                )
            )  # fmt: skip


def _point(location: tuple[float, float]) -> str:
    return "{:.3f} {:.3f}".format(*location)
