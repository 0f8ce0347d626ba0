"""Run the fuzzing of some targets or all, in turns; see ``python -m tests.fuzz --help``."""

from __future__ import annotations

import faulthandler
import hashlib
import json
import os
import resource
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import click

from tests.fuzz.run import Tried
from tests.fuzz.targets import TARGETS
from tests.fuzz.trial import CORPUS, MOST_MB, MOST_SECONDS, smaller

#: Seconds of processor time that a target is given at a time.
_TURN = 10.0
#: Of memory for the whole process: what asks for more is refused, and that is a finding.
_MOST_MEMORY = 4 << 30


@click.command()
@click.argument("names", metavar="[TARGET]...", nargs=-1, type=click.Choice(list(TARGETS)))
@click.option(
    "--minutes", type=float, default=60.0, show_default=True, help="Of processor time, for all targets together."
)
@click.option("--seed", type=int, default=None, help="Of chance; else another each time, which is told.")
@click.option("--json", "figures", type=click.Path(path_type=Path), help="Also write the figures to this file.")
@click.option("--list", "listed", is_flag=True, help="Name the targets.")
def main(names: tuple[str, ...], minutes: float, seed: int | None, figures: Path | None, *, listed: bool) -> None:
    """Give whatever reads files broken ones, and write what it does not stand to tests/fuzz/corpus, as small as can be.

    A fault is any error but kg's own, a message that cannot be printed, more than 5 seconds of processor time, or 300 MB more memory.
    """
    if listed:
        click.echo("\n".join(TARGETS))
        return
    faulthandler.enable()
    seed = seed if seed is not None else int.from_bytes(os.urandom(4), "big")
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, resource.RLIM_INFINITY))
    chosen = [TARGETS[name] for name in names or TARGETS]
    click.echo(f"seed {seed}, {len(chosen)} targets, {minutes:g} minutes; faults: {MOST_SECONDS:g} s, {MOST_MB} MB")
    began = time.process_time()
    with tempfile.TemporaryDirectory(prefix="kg-fuzz-") as above:
        # The judgements of who runs this are nobody's concern here.
        os.environ["KG_HOME"] = str(Path(above) / "home")
        all_tried = [Tried(target, seed) for target in chosen]
        folders = {}
        for tried in all_tried:
            folders[tried.target.name] = folder = Path(above) / tried.target.name
            folder.mkdir()
            tried.begin(folder)
            _tell(tried, set(), folder)
        with suppress(KeyboardInterrupt):
            while (left := minutes * 60 - (time.process_time() - began)) > 0:
                # Who had least comes next.
                tried = min(all_tried, key=lambda one: one.seconds)
                known = set(tried.findings)
                tried.go_on(folders[tried.target.name], seconds=min(_TURN, max(0.5, left / len(all_tried))))
                _tell(tried, known, folders[tried.target.name])
                if figures is not None:
                    _write(all_tried, seed, figures)
    _sum_up(all_tried)
    sys.exit(1 if any(tried.findings for tried in all_tried) else 0)


def _tell(tried: Tried, known: set[str], folder: Path) -> None:
    """Write and tell of what was found since."""
    for finding in tried.findings.keys() - known:
        content, outcome = tried.findings[finding]
        small = smaller(tried.target, content, finding, folder)
        name = f"{hashlib.sha256(finding.encode()).hexdigest()[:12]}{Path(tried.target.file).suffix}"
        place = CORPUS / tried.target.name / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(small)
        click.echo(f"{tried.target.name}: {finding} ({len(small):,} bytes, {place.name})\n{outcome.detail}", err=False)
        sys.stdout.flush()


def _write(all_tried: list[Tried], seed: int, figures: Path) -> None:
    """Write what was tried so far, after each turn, so that a run that is stopped has told what it did."""
    told = {
        one.target.name: {
            "inputs": one.inputs,
            "seconds": round(one.seconds, 1),
            "outcomes": len(one.words),
            "findings": list(one.findings),
        }
        for one in all_tried
    }
    figures.write_text(json.dumps({"seed": seed, "targets": told}, indent=1) + "\n", encoding="utf-8")


def _sum_up(all_tried: list[Tried]) -> None:
    for tried in all_tried:
        click.echo(
            f"{tried.target.name:<24}{tried.inputs:>9,} inputs{tried.seconds:>8,.0f} s{len(tried.words):>6,} outcomes"
            f"{len(tried.findings):>3} findings"
        )
    inputs, seconds = sum(one.inputs for one in all_tried), sum(one.seconds for one in all_tried)
    click.echo(
        f"{inputs:,} inputs in {seconds / 60:,.1f} minutes of processor time, {sum(len(one.findings) for one in all_tried)} findings"
    )


if __name__ == "__main__":
    main()
