"""Run the suite, in parts or in whole; see ``python -m tests.soak --help``."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import ExitStack, closing
from functools import cache, partial
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import click

from tests.soak import clock, disk, flat, kill, net, read, two, users
from tests.soak.disk import NotHereError
from tests.soak.ground import Ground, code_digest

PARTS: dict[str, ModuleType] = {
    "kill": kill,
    "disk": disk,
    "net": net,
    "two": two,
    "clock": clock,
    "read": read,
    "flat": flat,
    "users": users,
}

#: What says how fast something is, or how much it takes.
MEASURED = ("flat", "users")

Result = dict[str, Any]


def trial(ground: Ground, part: str, number: int, seed: int) -> Result:
    """Make one trial and return what became of it: ``ok``, ``failed`` or ``skipped``, how long it took, and what it tells."""
    began = time.monotonic()
    result: Result = {"part": part, "trial": number, "seed": seed, "code": code_digest()}
    try:
        told = PARTS[part].run(ground, number, Random(f"{seed}/{part}/{number}"))
        result |= {"outcome": "ok", "told": told}
    except NotHereError as reason:
        result |= {"outcome": "skipped", "reason": str(reason)}
    except Exception as error:  # noqa: BLE001 - whatever it is, the other trials go on and this one is told of
        said = f"{type(error).__name__}: {error}"
        # Of a traceback the end is what tells.
        result |= {"outcome": "failed", "error": said if len(said) < 3000 else f"{said[:500]} [...] {said[-2500:]}"}
        result["where"] = traceback.format_exc(limit=-3)[-2000:]
    return result | {"seconds": round(time.monotonic() - began, 1)}


def in_turns(parts: list[str]) -> Iterator[tuple[str, int]]:
    """Return the trials of parts so that each is about as far as the others at any time: a short run has some of all."""
    places = [
        ((number + 0.5) / PARTS[part].TRIALS, part, number) for part in parts for number in range(PARTS[part].TRIALS)
    ]
    return ((part, number) for _, part, number in sorted(places))


def finished(file: Path) -> dict[tuple[str, int, int], Result]:
    """Return the results in a file of an earlier run, without those that failed, which are tried again."""
    results: dict[tuple[str, int, int], Result] = {}
    if file.exists():
        for line in file.read_text(encoding="utf-8").splitlines():
            try:
                result = json.loads(line)
            except ValueError:
                continue  # what was being written when the run was cut off
            results[result["part"], result["trial"], result["seed"]] = result
    return {key: result for key, result in results.items() if result["outcome"] != "failed"}


def summary(results: Mapping[tuple[str, int, int], Result]) -> dict[str, dict[str, Any]]:
    """Return how many trials of each part were made and what became of them."""
    summed: dict[str, dict[str, Any]] = {}
    for part, module in PARTS.items():
        some = [result for result in results.values() if result["part"] == part]
        if some:
            outcomes = Counter(result["outcome"] for result in some)
            seconds = round(sum(result["seconds"] for result in some), 1)
            summed[part] = {"of": module.TRIALS, "seconds": seconds} | outcomes
    return summed


def _grounds(parts: list[str], known: Path) -> Generator[tuple[Callable[[], Ground], str, int]]:
    """Return the trials of parts, each with what makes its ground, a server, when it is first asked for.

    What measures comes last, on a server of its own with all of Java's compiler; where servers are killed and started again, its
    thorough half takes half of a start and pays off long after.
    """
    given = os.environ.get("JDK_JAVA_OPTIONS")
    for some in ([one for one in parts if one not in MEASURED], [one for one in parts if one in MEASURED]):
        with (
            tempfile.TemporaryDirectory(prefix="kg-soak-", ignore_cleanup_errors=True) as folder,
            ExitStack() as opened,
        ):
            os.environ["KG_HOME"] = str(Path(folder) / "home")
            os.environ["KG_JUDGEMENTS"] = str(Path(folder) / "judgements.csv")
            if given is None and some and some[0] in MEASURED:
                os.environ.pop("JDK_JAVA_OPTIONS", None)
            elif given is None:
                os.environ["JDK_JAVA_OPTIONS"] = "-XX:TieredStopAtLevel=1"
            ground = cache(partial(_ground, opened, Path(folder), known))
            for part, number in in_turns(some):
                yield ground, part, number


def _ground(opened: ExitStack, folder: Path, known: Path) -> Ground:
    return opened.enter_context(Ground(folder, known))


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice(list(PARTS)), metavar="[PART]...")
@click.option(
    "--minutes", type=click.FloatRange(min=0), default=120, show_default=True, help="Begin no trial after so long."
)
@click.option(
    "--seed", type=int, default=1, show_default=True, help="What chance begins with: the same makes the same trials."
)
@click.option(
    "--resume",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("soak.jsonl"),
    show_default=True,
    help="Results of finished trials; trials that are in it are not made again.",
)
@click.option("--json", "out", type=click.Path(dir_okay=False, path_type=Path), help="Write the summary there as well.")
def main(parts: tuple[str, ...], minutes: float, seed: int, resume: Path, out: Path | None) -> None:
    """Break things on purpose: PART is one of kill, disk, net, two, clock, read, flat, users; all of them unless given."""
    deadline = time.monotonic() + 60 * minutes
    results = finished(resume)
    chosen = list(dict.fromkeys(parts)) or list(PARTS)
    failed = 0
    with (
        resume.open("a", encoding="utf-8") as kept,
        closing(_grounds(chosen, resume.with_suffix(".known.jsonl"))) as trials,
    ):
        for ground, part, number in trials:
            if (part, number, seed) in results:
                continue
            if time.monotonic() > deadline:
                break
            result = trial(ground(), part, number, seed)
            results[part, number, seed] = result
            kept.write(json.dumps(result, ensure_ascii=False, default=str) + "\n")
            kept.flush()
            failed += result["outcome"] == "failed"
            said = result.get("error") or result.get("reason") or json.dumps(result["told"], default=str)
            print(f"{part} {number}: {result['outcome']}, {result['seconds']} s: {said}", flush=True)
    table = summary(results)
    for part, row in table.items():
        print(part, json.dumps(row))
    if out is not None:
        out.write_text(json.dumps(table, indent=2) + "\n", encoding="utf-8")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
