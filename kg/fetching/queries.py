"""The questions put to Wikidata: one ``.rq`` file each, with places for the country and the page."""

from __future__ import annotations

from functools import cache
from importlib import resources
from string import Template

#: What can be asked, each in a file of its own.
QUESTIONS = ("twins", "members", "mayors")


@cache
def question(what: str) -> str:
    """Return the text of a query with ``$country``, ``$limit`` and ``$offset`` in it."""
    return resources.files("kg.fetching").joinpath(f"{what}.rq").read_text(encoding="utf-8")


def page_query(what: str, country: str, *, limit: int, offset: int) -> str:
    """Return the query for one page of one country.

    Args:
        what: One of ``QUESTIONS``.
        country: ISO 3166-1 code, two capital letters.
        limit: The most statements of a page.
        offset: How many come before it.

    Raises:
        ValueError: The country is no such code.
    """
    if not (len(country) == 2 and country.isascii() and country.isupper() and country.isalpha()):
        raise ValueError(f"{country!r} is no ISO 3166-1 code")
    return Template(question(what)).substitute(country=country, limit=limit, offset=offset)
