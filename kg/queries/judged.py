"""``kg review judged``: what persons decided so far."""

from __future__ import annotations

from dataclasses import asdict

from kg.places.judgements import COLUMNS, Judgement
from kg.queries.display import Block, Cell, Line, Table
from kg.queries.results import Result


class JudgedList(Result):
    """All answers in the file, in its order."""

    judgements: tuple[Judgement, ...]

    def blocks(self) -> list[Block]:
        """Return the answers as one table."""
        if not self.judgements:
            return [Line("Nobody decided anything yet.")]
        rows = tuple(tuple(record[name] for name in COLUMNS) for record in self.records())
        return [Table(tuple(name.capitalize() for name in COLUMNS), rows)]

    def records(self) -> list[dict[str, Cell]]:
        """Return one row per answer."""
        return [asdict(judgement) for judgement in self.judgements]
