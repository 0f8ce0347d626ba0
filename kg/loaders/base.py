"""What every loader is: how its files are cut into rows, and what a row means; :mod:`kg.loaders.loading` does the rest."""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from kg.database.succession import MAX_ENDED_SHARE
from kg.schema.provenance import Source
from kg.schema.records import FactRecord, NodeRecord


@dataclass(frozen=True, slots=True)
class Row:
    """One row of an input file; ``id`` is what the source itself calls it, where it has such an id.

    ``defect`` says what is wrong with a row whose cells cannot be trusted; such a row is rejected without being looked at.
    """

    file: str
    line: int
    cells: Mapping[str, str]
    id: str
    defect: str = ""

    @staticmethod
    def content_id(line: int, cells: Mapping[str, str]) -> str:
        """Return an id for a row that has none of its own: its number and a hash of its content."""
        text = json.dumps(list(cells.items()), ensure_ascii=False)
        return f"{line}:{hashlib.blake2b(text.encode(errors='surrogatepass'), digest_size=4).hexdigest()}"


@dataclass(frozen=True, slots=True)
class Records:
    """What a row says."""

    nodes: Sequence[NodeRecord] = ()
    facts: Sequence[FactRecord] = ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that is left out on purpose, by a named rule."""

    rule: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that should have been readable and is not."""

    reason: str


Outcome = Records | Skipped | Rejected


class Loader(ABC):
    """One source and layout. ``version`` goes up when the same file would give other records."""

    name: ClassVar[str]
    version: ClassVar[int] = 1
    #: Whether the edition is the age of its facts; not so where each row has a date of its own.
    dates_facts: ClassVar[bool] = True
    #: How much of what its sources asserted before an edition may lack, unless the user says otherwise.
    max_ended_share: ClassVar[float] = MAX_ENDED_SHARE
    #: The arguments that it was made with: with the same, the same files give the same records.
    made_with: tuple[tuple[Any, ...], Mapping[str, Any]]

    def __new__(cls, *args: Any, **options: Any) -> Self:
        """Keep the arguments."""
        loader = super().__new__(cls)
        loader.made_with = args, options
        return loader

    @property
    @abstractmethod
    def scope(self) -> str:
        """Source, file layout and, where a file is only a part, that part."""

    @property
    @abstractmethod
    def edition(self) -> str:
        """The partial date of the edition."""

    @property
    @abstractmethod
    def sources(self) -> Sequence[Source]:
        """The sources that records name."""

    @abstractmethod
    def checksum(self) -> str:
        """Return hexadecimal digits over all that is read."""

    @abstractmethod
    def extract(self) -> Iterable[Row]:
        """Yield the rows of the input; raise :class:`KgError` when it cannot be read at all."""

    @abstractmethod
    def transform(self, row: Row) -> Outcome:
        """Return what a row says. A ``ValueError`` rejects the row with its text."""
