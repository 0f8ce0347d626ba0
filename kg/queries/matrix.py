"""Which countries work together: partnerships of each two, and how many chance alone would give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import combinations
from typing import Literal

from kg.database.connection import Connection
from kg.database.read import read
from kg.errors import KgError, quoted
from kg.queries.as_graph import AsGraph, Link, PlainGraph
from kg.queries.display import Block, Cell, Line, Table
from kg.queries.paths import is_whole
from kg.queries.provenance import data_from
from kg.queries.results import Data, Model, Result
from kg.queries.validity import begun, not_over, parse_as_of, valid

Of = Literal["twinnings", "projects", "networks"]
OF: tuple[Of, ...] = ("twinnings", "projects", "networks")
#: Countries that are shown unless told otherwise.
DEFAULT_TOP = 25
MOST = 60

_TWINNINGS = f"""\
MATCH (a:Entity)-[f:TWINNED_WITH]->(b:Entity)
WHERE a.country IS NOT NULL AND b.country IS NOT NULL AND {valid("f")}
RETURN a.country AS one, b.country AS other, count(*) AS number,
    count(CASE WHEN f.since IS NULL THEN 1 END) AS undated ORDER BY one, other"""

_THINGS = {
    "projects": f"""\
MATCH (t:Project)<-[f:PARTICIPATES_IN]-(m:Entity)
WHERE m.country IS NOT NULL AND {valid("f")} AND {begun("t")} AND ($past OR {not_over("t")})
WITH t, m.country AS country, count(DISTINCT m) AS members, count(f) AS facts,
    count(CASE WHEN f.since IS NULL THEN 1 END) AS undated
RETURN collect([country, members]) AS countries, sum(facts) AS facts, sum(undated) AS undated, t.id AS id ORDER BY id""",
    "networks": f"""\
MATCH (t:Organisation)<-[f:MEMBER_OF]-(m:Entity)
WHERE m.country IS NOT NULL AND {valid("f")}
WITH t, m.country AS country, count(DISTINCT m) AS members, count(f) AS facts,
    count(CASE WHEN f.since IS NULL THEN 1 END) AS undated
RETURN collect([country, members]) AS countries, sum(facts) AS facts, sum(undated) AS undated, t.id AS id ORDER BY id""",
}

_SOURCES = {
    "twinnings": "MATCH ()-[f:TWINNED_WITH]->() UNWIND f.sources AS source RETURN collect(DISTINCT source) AS ids",
    "projects": "MATCH ()-[f:PARTICIPATES_IN]->() UNWIND f.sources AS source RETURN collect(DISTINCT source) AS ids",
    "networks": "MATCH ()-[f:MEMBER_OF]->() UNWIND f.sources AS source RETURN collect(DISTINCT source) AS ids",
}

#: What a number is, and what chance would give.
MEANING: Mapping[Of, tuple[str, str]] = {
    "twinnings": (
        "Twinnings between places of two countries",
        "chance: every end of a twinning is as likely to meet any other",
    ),
    "projects": (
        "Projects with participants from both countries",
        "chance: the two countries are in projects independently of each other",
    ),
    "networks": (
        "Networks with members in both countries",
        "chance: the two countries are in networks independently of each other",
    ),
}

#: Two countries, the smaller code first, or one twice.
Pair = tuple[str, str]


class CountryPair(Model):
    """Two countries, or one with itself: partnerships, and as many as chance would give (none where that says nothing)."""

    one: str
    other: str
    observed: int
    expected: float | None

    @property
    def lift(self) -> float | None:
        """How many times what chance would give."""
        return self.observed / self.expected if self.expected else None


class MatrixQuery(Model):
    """What was asked."""

    of: Of
    top: int
    past: bool
    as_of: str


class CountryMatrix(Result, AsGraph):
    """Partnerships of each two countries; ``countries`` in the order of their partnerships, most first."""

    frame_columns = ("one", "other", "observed", "expected", "lift")

    query: MatrixQuery
    data: Data
    found: int
    countries: tuple[str, ...]
    pairs: tuple[CountryPair, ...]

    @property
    def title(self) -> str:
        """What is counted."""
        return f"{MEANING[self.query.of][0]}, as of {self.query.as_of}"

    @property
    def left_out(self) -> int:
        """How many countries with partnerships are not shown."""
        return self.found - len(self.countries)

    def blocks(self) -> list[Block]:
        """Return one row per two countries, most partnerships first."""
        shown: list[Block] = [Line(self.title, "heading")]
        if not self.pairs:
            return [
                *shown,
                Line(f"None: the graph has no {self.query.of} with a country."),
                *self.data.blocks(keys=False),
            ]
        rows = tuple(
            (pair.one, pair.other, pair.observed, pair.expected, pair.lift)
            for pair in sorted(self.pairs, key=lambda pair: (-pair.observed, pair.one, pair.other))
        )
        shown.append(Table(("Country", "Country", "Observed", "By chance", "Lift"), rows))
        shown.append(Line(f"By {MEANING[self.query.of][1]}. Lift: observed by expected.", "dim"))
        if self.left_out:
            shown.append(Line(f"{self.left_out} countries with fewer are left out.", "dim"))
        return shown + self.data.blocks(keys=False)

    def records(self) -> list[dict[str, Cell]]:
        """Return one row per two countries."""
        return [{**pair.model_dump(), "lift": pair.lift} for pair in self.pairs]

    def as_graph(self) -> PlainGraph:
        """Return the countries, joined by their partnerships; those within a country are its attribute ``inside``."""
        inside = {pair.one: pair.observed for pair in self.pairs if pair.one == pair.other}
        nodes = {
            country: {"name": country, "label": "Country", "inside": inside.get(country)} for country in self.countries
        }
        links = [
            Link(pair.one, pair.other, {"weight": pair.observed, "expected": pair.expected, "lift": pair.lift})
            for pair in self.pairs
            if pair.one != pair.other and pair.observed
        ]
        return PlainGraph(nodes, links, facts=False, about=self.about)


def matrix(
    connection: Connection,
    of: str = "twinnings",
    *,
    top: int = DEFAULT_TOP,
    past: bool = True,
    as_of: str | date | None = None,
) -> CountryMatrix:
    """Return how many partnerships each two countries have, and how many chance would give.

    Args:
        connection: The database.
        of: ``twinnings``, ``projects`` (those with participants from both) or ``networks`` (those with members in both).
        top: Countries at most, those with the most partnerships.
        past: Count projects that had ended.
        as_of: As of this date (partial: its last day); today unless given.

    Raises:
        KgError: If an option makes no sense.
    """
    chosen = next((known for known in OF if known == of), None)
    if chosen is None:
        raise KgError(f"of (--of) must be one of {', '.join(OF)}, not {quoted(of)}.")
    if not is_whole(top) or not 2 <= top <= MOST:
        raise KgError(f"top (--top) must be a whole number between 2 and {MOST}, not {quoted(top)}.")
    day = parse_as_of(as_of)
    given = {"as_of": day.isoformat(), "past": past}
    if chosen == "twinnings":
        rows = read(connection, _TWINNINGS, given)
        observed, expected = of_twinnings({(row["one"], row["other"]): row["number"] for row in rows})
        facts, undated = sum(row["number"] for row in rows), sum(row["undated"] for row in rows)
    else:
        rows = read(connection, _THINGS[chosen], given)
        observed, expected = of_things(dict(row["countries"]) for row in rows)
        facts, undated = sum(row["facts"] for row in rows), sum(row["undated"] for row in rows)
    countries = most_active(observed)
    shown = countries[:top]
    ids = read(connection, _SOURCES[chosen])[0]["ids"] if rows else []
    return CountryMatrix(
        query=MatrixQuery(of=chosen, top=top, past=past, as_of=day.isoformat()),
        data=data_from(connection, ids, facts=facts, undated=undated, as_of=day),
        found=len(countries),
        countries=tuple(shown),
        pairs=tuple(
            CountryPair(
                one=one, other=other, observed=observed.get((one, other), 0), expected=expected.get((one, other))
            )
            for one, other in _pairs(shown)
        ),
    )


def of_twinnings(counts: Mapping[Pair, int]) -> tuple[dict[Pair, int], dict[Pair, float]]:
    """Return observed and expected twinnings of each two countries.

    Of ``m`` twinnings with ``2m`` ends, of which ``d`` are in a country, chance gives two countries ``d1 d2 / 2m`` and one country
    with itself ``d² / 4m`` (the configuration model).

    >>> of_twinnings({("FI", "SE"): 2, ("SE", "FI"): 1, ("FI", "FI"): 1})
    ({('FI', 'SE'): 3, ('FI', 'FI'): 1}, {('FI', 'FI'): 1.5625, ('FI', 'SE'): 1.875, ('SE', 'SE'): 0.5625})
    """
    observed: Counter[Pair] = Counter()
    ends: Counter[str] = Counter()
    for (one, other), number in counts.items():
        observed[_pair(one, other)] += number
        ends[one] += number
        ends[other] += number
    total = sum(ends.values())
    expected = {
        (one, other): ends[one] * ends[other] / total / (2 if one == other else 1)
        for one, other in _pairs(sorted(ends))
    }
    return dict(observed), expected


def of_things(things: Iterable[Mapping[str, int]]) -> tuple[dict[Pair, int], dict[Pair, float]]:
    """Return in how many things (projects, networks) two countries both are, and in how many by chance.

    Args:
        things: For each of them the number of participants by country. One country is with itself in those in which it has two.

    Of ``n`` things chance gives two countries that are in ``n1`` and ``n2`` of them ``n1 n2 / n``; of a country with itself it
    says nothing.

    >>> of_things([{"FI": 2, "SE": 1}, {"FI": 1, "LV": 1}])
    ({('FI', 'FI'): 1, ('FI', 'SE'): 1, ('FI', 'LV'): 1}, {('FI', 'LV'): 1.0, ('FI', 'SE'): 1.0, ('LV', 'SE'): 0.5})
    """
    observed: Counter[Pair] = Counter()
    within: Counter[str] = Counter()
    number = 0
    for thing in things:
        number += 1
        within.update(thing.keys())
        observed.update((country, country) for country, members in sorted(thing.items()) if members > 1)
        observed.update(combinations(sorted(thing), 2))
    expected = {(one, other): within[one] * within[other] / number for one, other in combinations(sorted(within), 2)}
    return dict(observed), expected


def most_active(observed: Mapping[Pair, int]) -> list[str]:
    """Return the countries, those with the most partnerships with others and themselves first."""
    number: Counter[str] = Counter()
    for (one, other), count in observed.items():
        number[one] += count
        if other != one:
            number[other] += count
    return sorted(number, key=lambda country: (-number[country], country))


def _pair(one: str, other: str) -> Pair:
    return (one, other) if one <= other else (other, one)


def _pairs(countries: Iterable[str]) -> list[Pair]:
    ordered = sorted(countries)
    return [(one, other) for index, one in enumerate(ordered) for other in ordered[index:]]
