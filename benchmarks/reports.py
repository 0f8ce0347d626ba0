"""How fast the reports are on a graph of the size of Europe: ``python -m benchmarks.reports``.

A server of its own has the graph of ``benchmarks.europe``. Each report is run with what it asks for: a city of which the graph
knows a usual amount, and the one of which it knows the most; a network of a hundred members, and the largest. Beside it stands
what one plain count of the members of the largest network takes in the same run. ``--keep`` and ``KG_JARS`` are as in
``benchmarks.live``.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.live import prepared, started
from kg.database.connection import Connection
from kg.queries.reports.folders import list_reports
from kg.queries.reports.header import Report
from kg.queries.reports.running import run_report

#: What stands beside the reports.
PLAIN = "MATCH (:Network {id: $id})<-[f:MEMBER_OF]-(c:City) RETURN c.country AS country, count(f) AS members"

_USUAL_PLACE = """\
MATCH (c:City)-[f:MEMBER_OF|PARTICIPATES_IN|TWINNED_WITH]-() WITH c, count(f) AS facts, count(DISTINCT type(f)) AS kinds
WHERE kinds = 3 RETURN c.id AS id, facts ORDER BY facts, id"""
_NETWORKS = "MATCH (n:Network)<-[f:MEMBER_OF]-() RETURN n.id AS id, count(f) AS facts ORDER BY facts DESC, id"
_SOME = "MATCH (n:{label}) RETURN n.id AS id ORDER BY id LIMIT 1"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=float, default=1.0, help="of the graph that is made up, 1 is Europe")
    parser.add_argument("--keep", type=Path, help="folder for the server, used again when it has the graph already")
    parser.add_argument("--json", type=Path, help="write the figures to this file as well")
    parser.add_argument("--as-of", type=date.fromisoformat, default=date(2026, 11, 25))
    given = parser.parse_args()
    with started(given.keep) as connection:
        prepared(connection, given.size, given.as_of)
        rows = [*_measured(connection)]
    for row in rows:
        print(f"{row['report']:36s} {row['asked']:8s} {row['rows']:7,d} rows {1e3 * row['seconds']:9.1f} ms")
    slow = sorted({row["report"] for row in rows if row["seconds"] > 1})
    print(f"over a second: {', '.join(slow) or 'none'}")
    if given.json:
        given.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")


def _measured(connection: Connection) -> Iterator[dict[str, Any]]:
    places = [row["id"] for row in connection.run_read(_USUAL_PLACE)]
    networks = connection.run_read(_NETWORKS)
    hundred = next(row["id"] for row in networks if row["facts"] <= 100)
    largest = networks[0]["id"]
    asked = {
        "a usual": {
            "place": [places[len(places) // 2], places[len(places) // 2 + 1]],
            "network": [hundred, networks[30]["id"]],
        },
        "the most": {"place": [places[-1], places[-2]], "network": [largest, networks[1]["id"]]},
    }
    yield _row("a plain count", "the most", lambda: connection.run_read(PLAIN, {"id": largest}))
    some = {
        kind: [connection.run_read(_SOME.format(label=kind.capitalize()))[0]["id"]]
        for kind in ("region", "programme", "theme", "organisation")
    }
    for report in list_reports(False):
        for name, values in asked.items():
            parameters = _parameters(report, values | some)
            yield _row(report.name, name, partial(_rows, connection, report, parameters))
            if not parameters.keys() & {p.name for p in report.parameters if p.type in values}:
                break  # nothing else to ask it for


def _rows(connection: Connection, report: Report, parameters: dict[str, str]) -> Sequence[object]:
    return run_report(connection, report, parameters).rows


def _parameters(report: Report, values: dict[str, list[str]]) -> dict[str, str]:
    """Return a value for each parameter that must have one; of those of a network, also where there is a default."""
    given: dict[str, str] = {}
    used: dict[str, int] = {}
    for parameter in report.parameters:
        if not parameter.required and parameter.type != "network" and parameter.name != "theme":
            continue
        if parameter.type in values:
            at = used.get(parameter.type, 0)
            given[parameter.name] = values[parameter.type][at]
            used[parameter.type] = at + 1
        elif parameter.required:
            given[parameter.name] = str(parameter.example)
    return given


def _row(report: str, asked: str, run: Callable[[], Any]) -> dict[str, Any]:
    rows = run()  # once before: the server plans and reads its files then
    took = []
    for _ in range(3):
        begun = time.perf_counter()
        run()
        took.append(time.perf_counter() - begun)
    return {"report": report, "asked": asked, "rows": len(rows), "seconds": float(np.median(took))}


if __name__ == "__main__":
    main()
