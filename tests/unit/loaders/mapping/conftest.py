"""What the tests of mappings share: loading a table without a database or a gazetteer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kg.errors import KgError
from kg.loaders.base import Outcome, Records, Row
from kg.loaders.fates import outcome_of
from kg.loaders.mapping.reading import parse_mapping
from kg.loaders.table import Table
from kg.places.query import PlaceQuery, Resolution

DATA = Path(__file__).parents[3] / "data" / "table"

HEAD = "source: {id: towns, title: Towns, publisher: Us}\nedition: 2024\n"


class NoGazetteer:
    """A resolver that knows no place."""

    def resolve(self, query: PlaceQuery) -> Resolution:
        return Resolution("unknown", 0.0)

    def region_ids(self, name: str, country: str | None, level: str | None = None) -> tuple[str, ...]:
        return ()


@pytest.fixture
def outcomes(tmp_path: Path) -> Callable[[Path, str], list[tuple[Row, Outcome]]]:
    """Load a table by the text of a mapping, and return what became of its rows."""

    def run(table: Path, mapping: str) -> list[tuple[Row, Outcome]]:
        path = tmp_path / "mapping.yaml"
        path.write_text(mapping, encoding="utf-8")
        loader = Table([table], mapping=path, resolver=NoGazetteer())  # type: ignore[arg-type]
        return [(row, outcome_of(loader, row)) for row in loader.extract()]

    return run


@pytest.fixture
def values(outcomes: Callable[[Path, str], list[tuple[Row, Outcome]]]) -> Callable[..., list[dict[str, Any]]]:
    """Load a table by the short form, and return the values of each membership with the name and values of the member."""

    def run(table: Path, mapping: str) -> list[dict[str, Any]]:
        found = []
        for _, outcome in outcomes(table, mapping):
            assert isinstance(outcome, Records), outcome
            member, fact = outcome.nodes[0], outcome.facts[-1]
            found.append({**member.values, **{key: value for key, value in fact.values.items() if value}})
        return found

    return run


@pytest.fixture
def complaint() -> Callable[[str], str]:
    """Return the message with which a mapping is refused."""

    def run(text: str) -> str:
        with pytest.raises(KgError) as caught:
            parse_mapping(text.encode())
        return str(caught.value)

    return run
