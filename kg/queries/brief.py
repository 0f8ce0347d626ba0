"""``kg brief``: one page about two places for a meeting, with the reasons, what joins them, and where all of it comes from."""

from __future__ import annotations

import html
from pathlib import Path
from string import Template
from typing import TypedDict, Unpack

from kg.database.connection import Connection
from kg.errors import KgError
from kg.places.countries import countries
from kg.queries.choose import check_engine, choose_engine
from kg.queries.display import Block, Cell, Line, Table, clean, to_html
from kg.queries.explain import explain
from kg.queries.kinds.kind import Weights
from kg.queries.path_results import Explanation
from kg.queries.recommend import partner_of
from kg.queries.results import Model, Partner, Result
from kg.queries.validity import parse_as_of
from kg.queries.word import to_docx

#: Endings of files that can be written.
ENDINGS = (".html", ".htm", ".docx")

_PURPOSE = {
    "exchange": "learning from each other",
    "project": "a project together",
    "twinning": "a twinning",
}

_PAGE = Template("""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>
@page { size: A4; margin: 1.6cm; }
body { margin: 0 auto; padding: 1rem; max-width: 50rem; font-family: sans-serif; font-size: .92rem; color: #222; }
h1 { font-size: 1.4rem; margin: 0 0 .2rem; }
h4 { font-size: 1.05rem; margin: 1rem 0 .3rem; }
p { margin: .2rem 0; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: .15rem .5rem; text-align: left; vertical-align: top; border-top: 1px solid #ddd; }
th { font-weight: normal; color: #666; border-top: none; }
</style>
</head>
<body>
<h1>$title</h1>
$content
</body>
</html>
""")


class BriefOptions(TypedDict, total=False):
    """Options of :func:`kg.queries.explain.explain`, which says what they mean."""

    kind: str
    top: int
    as_of: str | None
    engine: str
    weights: str | Path | Weights | None


class PlaceInBrief(Model):
    """A place in a few numbers; what is not known is None."""

    partner: Partner
    population: int | None
    networks: int
    projects: int
    twins: int


class Brief(Result):
    """Two places on one page."""

    places: tuple[PlaceInBrief, PlaceInBrief]
    explanation: Explanation

    @property
    def title(self) -> str:
        """Who and what for."""
        one, other = (place.partner.name for place in self.places)
        return f"{one} and {other}: {_PURPOSE[self.explanation.query.kind or 'exchange']}"

    def blocks(self) -> list[Block]:
        """Return the page: the places, the reasons, what joins them, the sources."""
        found = self.explanation
        rows = tuple(
            (
                place.partner.name,
                _country(place.partner),
                place.population,
                place.networks,
                place.projects,
                place.twins,
            )
            for place in self.places
        )
        shown: list[Block] = [
            Table(("", "Country", "Inhabitants", "Networks", "Projects", "Twin towns"), rows),
            *_reasons(found),
        ]
        shown.append(Line("What joins them", "heading"))
        shown += [Line(path.sentence) for path in found.paths] or [Line("No path that says something.")]
        shown.append(Line("Sources", "heading"))
        sources = tuple(
            (
                source.title,
                source.publisher or "",
                source.licence or "not stated",
                found.data.editions.get(source.id, "not stated"),
                source.url or "",
            )
            for source in found.data.sources
        )
        if sources:
            shown.append(Table(("Source", "Publisher", "Licence", "Edition", "Address"), sources))
        undated = ""
        if found.data.facts_without_since:
            undated = f" {found.data.facts_without_since} of them have no known beginning and are taken as true."
        shown.append(Line(f"As of {found.data.as_of}; {found.data.facts} facts used.{undated}", "dim"))
        return shown

    def records(self) -> list[dict[str, Cell]]:
        """Return one row per reason."""
        return self.explanation.records()

    def page(self) -> str:
        """Return the page as HTML that fetches nothing."""
        return _PAGE.substitute(title=html.escape(clean(self.title)), content=to_html(self.blocks()))

    def docx(self) -> bytes:
        """Return the page as a document of Word."""
        return to_docx(self.title, self.blocks())


def brief(connection: Connection, start: str, end: str, **options: Unpack[BriefOptions]) -> Brief:
    """Return two places on one page: their reasons as ``explain`` gives them, and the sources with licence and age.

    Args:
        connection: The database.
        start: The city or region that looks for partners, by name or id.
        end: Another.
        options: Those of :func:`kg.queries.explain.explain`; five paths unless ``top`` says otherwise.

    Raises:
        KgError: If a name is unknown or ambiguous, both are the same, or an option makes no sense.
    """
    options.setdefault("top", 5)
    found = explain(connection, start, end, **options)
    day = parse_as_of(options.get("as_of"))
    engine = choose_engine(connection, check_engine(options.get("engine", "live")), day)
    surroundings = engine.between(found.query.start.id, [found.query.end.id])
    snapshot = surroundings.world.snapshot
    places = []
    for at in (surroundings.subject, int(surroundings.candidates[0])):
        row = snapshot.places.rows[at]
        places.append(
            PlaceInBrief(
                partner=partner_of(row),
                population=row.population,
                networks=int(snapshot.networks.held.counts[at]),
                projects=int(snapshot.town_project_counts[at]),
                twins=int(snapshot.twin_counts[at]),
            )
        )
    return Brief(places=(places[0], places[1]), explanation=found)


def check_brief(file: Path) -> None:
    """Refuse a file of another kind than can be written.

    Raises:
        KgError: It is called neither .html nor .docx.
    """
    if file.suffix.lower() not in ENDINGS:
        raise KgError(
            f"--out {file}: its ending does not say how to write it. Name a file that ends in .html or .docx."
        )


def write_brief(found: Brief, file: Path) -> None:
    """Write the page as its ending says: .html, or .docx for Word.

    Raises:
        KgError: The file has another ending, or cannot be written.
    """
    check_brief(file)
    content = found.docx() if file.suffix.lower() == ".docx" else found.page().encode()
    try:
        file.write_bytes(content)
    except OSError as error:
        raise KgError(f"--out {file} cannot be written: {error.strerror}. Name another file.") from error


def _country(partner: Partner) -> str:
    known = countries().get(partner.country or "")
    return known.name if known else partner.country or "not known"


def _reasons(found: Explanation) -> list[Block]:
    """Return the reasons that speak for it and those against, each with what it adds."""
    shown: list[Block] = [Line(f"Reasons, {found.score:+.2f} in all", "heading")]
    for_it = tuple((term.sentence, f"{term.value:+.2f}") for term in found.terms if term.value > 0)
    against = tuple((term.sentence, f"{term.value:+.2f}") for term in found.terms if term.value < 0)
    if for_it:
        shown.append(Table(("Speaks for it", ""), for_it))
    if against:
        shown.append(Table(("Speaks against it", ""), against))
    if not for_it and not against:
        shown.append(Line("Nothing in the graph speaks for or against it."))
    return shown
