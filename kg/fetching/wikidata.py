"""``kg fetch wikidata``: twinned bodies, members of organisations and heads of government, country by country."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg.errors import KgError
from kg.fetching.endpoint import Endpoint, TookTooLong
from kg.fetching.pages import PartFile, Progress, Task
from kg.fetching.queries import QUESTIONS, page_query, question

#: Statements asked for at a time; a page that takes too long is halved, down to the least.
PAGE = 2000
LEAST_PAGE = 50


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a fetch wrote: the file, and for each country the number of solutions."""

    path: Path
    date: str
    solutions: dict[str, int]


def part_of(out: Path) -> Path:
    """Return the file beside ``out`` in which finished pages are kept."""
    return out.with_name(f"{out.name}.part")


def fetch(
    what: str,
    countries: Sequence[str],
    out: Path,
    *,
    endpoint: Endpoint,
    today: str,
    page: int = PAGE,
    tell: Callable[[str], None] = lambda _: None,
) -> Fetched:
    """Ask for all countries, a page at a time, and write one file of SPARQL results that ``kg load wikidata`` reads.

    What is finished stays in ``out`` + ``.part`` until the whole is there, so that the same call goes on after an interruption.

    Args:
        what: ``twins``, ``members`` or ``mayors``.
        countries: ISO 3166-1 codes.
        out: The file to write.
        endpoint: Whom to ask.
        today: The day, as an ISO date; it becomes the edition.
        page: Statements asked for at a time.
        tell: Hears how far it is.

    Raises:
        KgError: There is no such question, the file is there already, or no answer can be had.
    """
    if what not in QUESTIONS:
        raise KgError(f"{what!r} cannot be fetched: ask for {', '.join(QUESTIONS)}")
    if out.exists():
        raise KgError(f"{out} is there already: name another file with --out, or remove it first")
    part = PartFile(part_of(out), Task.of(what, endpoint.address, question(what)), today)
    for country in dict.fromkeys(countries):
        _fetch_country(what, country, endpoint, part, page, tell)
    solutions = _write(out, what, part, dict.fromkeys(countries))
    part.path.unlink()
    return Fetched(out, part.date, solutions)


def _fetch_country(
    what: str, country: str, endpoint: Endpoint, part: PartFile, size: int, tell: Callable[[str], None]
) -> None:
    while not (progress := part.progress.get(country, Progress())).done:
        try:
            answer = endpoint.ask(page_query(what, country, limit=size, offset=progress.offset))
        except TookTooLong as error:
            if size <= LEAST_PAGE:
                raise KgError(
                    f"{endpoint.address} gives up even on {size} statements of {country}: it is busy, go on later"
                ) from error
            size = max(LEAST_PAGE, size // 2)
            tell(f"{country}: the service gave up, asking for {size} statements at a time")
            continue
        number = _statements(answer.bindings)
        offset = progress.offset + number
        part.add(country, offset, answer.variables, answer.bindings, done=number < size)
        tell(f"{country}: {offset:,} statements")


def _statements(bindings: Iterable[dict[str, Any]]) -> int:
    """Return how many statements the solutions come to: a page is full when it has as many as were asked for."""
    try:
        return len({binding["statement"]["value"] for binding in bindings})
    except (KeyError, TypeError) as error:
        raise KgError(
            "the answer lacks the variable statement, which was asked for: is it a SPARQL end point?"
        ) from error


def _write(out: Path, what: str, part: PartFile, countries: Iterable[str]) -> dict[str, int]:
    """Write the pages of these countries as one answer, whole or not at all."""
    solutions = dict.fromkeys(countries, 0)
    variables: dict[str, None] = {}
    for page in part.pages():
        variables |= dict.fromkeys(page["vars"])
    draft = out.with_name(f"{out.name}.draft")
    about = {"what": what, "date": part.date, "countries": list(solutions)}
    try:
        with draft.open("w", encoding="utf-8") as file:
            file.write(
                f'{{"fetched":{json.dumps(about)},\n"head":{{"vars":{json.dumps(list(variables))}}},\n"results":{{"bindings":['
            )
            separator = "\n"
            for page in part.pages():
                if page["country"] not in solutions:
                    continue
                for binding in page["bindings"]:
                    file.write(separator + json.dumps(binding, ensure_ascii=False, separators=(",", ":")))
                    separator = ",\n"
                solutions[page["country"]] += len(page["bindings"])
            file.write("\n]}}\n")
        draft.replace(out)
    except OSError as error:
        raise KgError(f"cannot write {out}: {error.strerror or error}") from error
    return solutions
