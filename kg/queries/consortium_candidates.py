"""Who may be a member: the best partners of the lead and those on the theme, few enough to score all their pairs at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from kg.database.connection import Connection
from kg.database.read import read
from kg.errors import KgError
from kg.queries.consortium_problem import Candidate, Scores
from kg.queries.pairs import ScorePairs

#: Candidates of whom a consortium is chosen, the lead among them: 780 pairs to score, and a search of seconds.
CANDIDATES = 40

#: Partners of the lead, and places on the theme, from among whom the candidates come.
LOOKED_AT = 200

#: Of the candidates, so many are the best of their country, and so many the best on the theme; the others the best of all.
COUNTRIES = 12
ON_THEME = 12

_PLACES = """\
MATCH (n:City|Region) WHERE n.id IN $ids
RETURN n.id AS id, CASE WHEN n:City THEN 'City' ELSE 'Region' END AS label, n.name AS name, n.country AS country,
    n.dissolved AS dissolved"""

# A pairing that is over still counts: the two are no new acquaintance.
_PAIRED = """\
MATCH (a:Entity)-[:PARTICIPATES_IN]->(p:Project {kind: 'pairing'})<-[:PARTICIPATES_IN]-(b:Entity)
WHERE a.id IN $ids AND b.id IN $ids AND a.id < b.id AND (p.start IS NULL OR p.start <= $as_of)
RETURN DISTINCT a.id AS one, b.id AS other ORDER BY one, other"""


def places(connection: Connection, ids: Iterable[str]) -> dict[str, Mapping[str, Any]]:
    """Return label, name, country and dissolution of cities and regions, by id."""
    return {row["id"]: {**row, "name": row["name"] or row["id"]} for row in read(connection, _PLACES, {"ids": [*ids]})}


def pairings(connection: Connection, ids: Sequence[str], as_of: str) -> list[tuple[str, str]]:
    """Return which of some places are or were a pairing, the smaller id first."""
    rows = read(connection, _PAIRED, {"ids": list(ids), "as_of": as_of})
    return [(row["one"], row["other"]) for row in rows]


def choose(named: Sequence[Candidate], others: Sequence[Candidate], most: int = CANDIDATES) -> tuple[Candidate, ...]:
    """Return at most ``most`` candidates: those named, then the best of their countries, on the theme, and of all.

    With the best of many countries among them, a rule that wants different countries fails only where there are none.

    Args:
        named: The lead and those asked for by name, who come first.
        others: Everybody else, the best partner of the lead first.
        most: How many.
    """
    of_countries: dict[str | None, Candidate] = {}
    for one in others:
        of_countries.setdefault(one.country, one)
    first = [*of_countries.values()][:COUNTRIES] + [one for one in others if one.on_theme][:ON_THEME]
    kept = set(first[: max(0, most - len(named))])
    for one in others:
        if len(kept) >= most - len(named):
            break
        kept.add(one)
    return (*named, *(one for one in others if one in kept))


def score_matrix(
    candidates: Sequence[Candidate], named: int, score_pairs: ScorePairs, kind: str
) -> tuple[tuple[Candidate, ...], Scores]:
    """Return the candidates whose scores are known, and the symmetric matrix of these.

    The lead's pairs are scored as it would be recommended the other; for two others it is the mean of both ways.

    Args:
        candidates: The lead, those named, and the others.
        named: How many of them are the lead and those named.
        score_pairs: What scores them.
        kind: The kind of partnership.

    Raises:
        KgError: If the score of two that are named is not known.
    """
    number = len(candidates)
    rows, columns = np.triu_indices(number, 1)
    pairs = [(one.id, other.id) for one, other in combinations(candidates, 2)]
    back = [(other, one) for one, other in pairs[max(0, number - 1) :]]
    found = np.asarray(score_pairs([*pairs, *back], kind=kind) if pairs else (), np.float64)
    there, again = found[: len(pairs)], found[len(pairs) :]
    there[number - 1 :] = (there[number - 1 :] + again) / 2
    scores = np.zeros((number, number))
    scores[rows, columns] = there
    scores += scores.T
    kept: list[int] = []
    for position, one in enumerate(candidates):
        if np.isfinite(scores[position, kept]).all():
            kept.append(position)
        elif position < named:
            raise KgError(f"{one.name} ({one.id}) cannot be scored as a partner of the others that must be members.")
    return tuple(candidates[position] for position in kept), scores[np.ix_(kept, kept)]
