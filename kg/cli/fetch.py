"""``kg fetch``: asking public end points, and keeping the answers as files to load."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from kg.cli.options import check_writable
from kg.errors import KgError, quoted


@click.group(no_args_is_help=True)
def fetch() -> None:
    """Fetch an edition of a source from a public end point, as a file to load."""


@fetch.command()
@click.argument("what", type=click.Choice(["twins", "members", "mayors"]))
@click.option(
    "--country", "countries", multiple=True, metavar="CODE", help="Only this one: ISO code or name; repeatable."
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write (else wikidata-WHAT.json in this folder).",
)
@click.option(
    "--contact",
    envvar="KG_CONTACT",
    metavar="TEXT",
    help="Web page, e-mail address or Wikimedia user name that Wikimedia may write to (else KG_CONTACT).",
)
@click.option("--endpoint", metavar="URL", hidden=True, help="Another end point with the same data.")
def wikidata(
    what: str, countries: tuple[str, ...], out: Path | None, contact: str | None, endpoint: str | None
) -> None:
    """Ask Wikidata for twinned bodies, members of organisations or heads of government.

    One question at a time, country by country (those of the Council of Europe's members and Kosovo, unless --country says
    otherwise). An interrupted fetch goes on when the same command is run again. Load the file with kg load wikidata FILE.
    """
    from kg.fetching.endpoint import WIKIDATA, Endpoint
    from kg.fetching.wikidata import fetch as fetch_all
    from kg.fetching.wikidata import part_of
    from kg.places.countries import mission_area

    out = out or Path(f"wikidata-{what}.json")
    codes = _codes(countries) or mission_area()
    check_writable(out, "--out")

    def tell(text: str) -> None:
        click.echo(text, err=True)

    if contact is None:
        tell("Without --contact (or KG_CONTACT) Wikimedia cannot tell who asks, and may allow fewer questions.")
    try:
        with Endpoint(endpoint or WIKIDATA, contact=contact, tell=tell) as asked:
            done = fetch_all(what, codes, out, endpoint=asked, today=datetime.now(UTC).date().isoformat(), tell=tell)
    except KeyboardInterrupt:
        click.echo(
            f"\nInterrupted. What is finished is in {part_of(out)}: the same command goes on from there.", err=True
        )
        sys.exit(130)
    empty = [country for country, number in done.solutions.items() if not number]
    click.echo(f"{sum(done.solutions.values()):,} solutions as of {done.date} in {done.path}")
    if empty:
        click.echo(f"None for {', '.join(empty)}", err=True)
    click.echo(f"Load them with: kg load wikidata {done.path}", err=True)


def _codes(given: tuple[str, ...]) -> tuple[str, ...]:
    """Return the codes of countries given by code or name; raise unless all are in the list."""
    from kg.places.countries import countries, country_named

    found = {text: country_named(text) for text in given}
    if unknown := [quoted(text) for text, code in found.items() if code is None]:
        raise KgError(
            f"--country {' '.join(unknown)}: not in the list of countries. Give names or ISO 3166-1 codes of these: "
            f"{' '.join(sorted(countries()))}."
        )
    return tuple(sorted({code for code in found.values() if code}))
