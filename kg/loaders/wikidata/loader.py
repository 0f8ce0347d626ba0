"""The loader ``wikidata``: recognises by their content in which of the layouts the files are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from kg.errors import KgError
from kg.loaders.base import Outcome, Row
from kg.loaders.files import Entry, FileLoader
from kg.loaders.localities import Localities
from kg.loaders.reading.streams import explained, open_bytes
from kg.loaders.wikidata.answers import Answer, SparqlAnswer, read_answer
from kg.loaders.wikidata.items import ITEM
from kg.loaders.wikidata.layout import WIKIDATA, Layout
from kg.loaders.wikidata.twin_pairs import TwinPairs
from kg.loaders.wikidata.twin_tables import COLUMNS, TwinTable
from kg.schema.provenance import Source

if TYPE_CHECKING:
    from kg.places.resolve import Resolver

#: How much of a file is looked at to recognise its layout, in bytes and lines.
_HEAD = 65_536
_LINES = 1000

Kind = Literal["answer", "table", "labels", "pairs"]


class Wikidata(FileLoader):
    """Twinned bodies, members of networks and heads of government from Wikidata.

    Args:
        files: The files of one load, as :meth:`for_files` puts them together.
        edition: Partial date of the edition, where the files carry none.
        part: The country of the answers, where a file has those of several.
        resolver: Resolves places; the packaged one when not given.

    Raises:
        KgError: The files are in none of the layouts.
    """

    name = "wikidata"
    version = 1
    entry: ClassVar[Entry] = Entry(
        "wikidata",
        "Wikidata",
        "twinned bodies (P190), members of networks (P463), heads of government (P6)",
        WIKIDATA.publisher,
        WIKIDATA.licence,
        "https://query.wikidata.org",
        "kg fetch wikidata twins|members|mayors, then kg load wikidata FILE...",
    )

    def __init__(
        self,
        files: Sequence[Path],
        *,
        edition: str | None = None,
        part: str | None = None,
        resolver: Resolver | None = None,
    ) -> None:
        super().__init__(files, edition=edition)
        if resolver is None:
            from kg.places.resolve import default_resolver

            resolver = default_resolver()
        self._layout = _layout(self.files, part, Localities(WIKIDATA.id, resolver))

    @classmethod
    def for_files(cls, files: Sequence[Path], *, edition: str | None = None, **options: Any) -> Sequence[Self]:
        """Return a load for each country of the answers, one for each table of a country, one for labels with their pairs.

        Raises:
            KgError: A file is in none of the layouts, of labels and pairs one is missing, or two are of the same part.
        """
        loads: list[tuple[Sequence[Path], str | None]] = []
        pair: list[Path] = []
        for file in files:
            match _kind(file):
                case "answer":
                    loads += [([file], country) for country in _answer(file).countries or (None,)]
                case "table":
                    loads.append(([file], None))
                case _:
                    pair.append(file)
        if pair:
            loads.append((pair, None))
        made = [cls(group, edition=edition, part=part, **options) for group, part in loads]
        files_of: dict[str, str] = {}
        for load in made:
            names = ", ".join(file.name for file in load.files)
            if load.scope in files_of:
                raise KgError(
                    f"{files_of[load.scope]} and {names} are both of {load.scope}: load one after the other, the older first, "
                    "each with its --edition"
                )
            files_of[load.scope] = names
        return made

    @property
    def scope(self) -> str:
        """Source, layout, and the country where each is a part of its own."""
        return self._layout.scope

    @property
    def sources(self) -> Sequence[Source]:
        """Wikidata alone."""
        return (WIKIDATA,)

    def edition_in_files(self) -> str | None:
        """Return the day on which the answers were asked for, where the file says so."""
        return self._layout.edition

    def extract(self) -> Iterable[Row]:
        """Yield the rows of the layout."""
        return self._layout.extract()

    def transform(self, row: Row) -> Outcome:
        """Return what a row of the layout says."""
        return self._layout.transform(row)


def _layout(files: Sequence[Path], part: str | None, localities: Localities) -> Layout:
    """Return the layout in which the files of one load are.

    Raises:
        KgError: They are in none, or do not go together.
    """
    kinds = {_kind(file): file for file in files}
    if len(files) == 1 and "table" in kinds:
        return TwinTable(files[0], localities)
    if len(files) == 1 and "answer" in kinds:
        return SparqlAnswer(_answer(files[0]), part, localities)
    if len(files) == 2 and kinds.keys() == {"labels", "pairs"}:
        return TwinPairs(kinds["labels"], kinds["pairs"], localities)
    if kinds.keys() <= {"labels", "pairs"}:
        raise KgError(
            f"{', '.join(file.name for file in files)}: a file of labels (Q201391, Kohtla-Järve) and a file of pairs "
            "(Q200166, Q182059) are loaded together, one of each: name both"
        )
    raise KgError(f"{', '.join(file.name for file in files)} are not one load: name each by itself")


def _kind(path: Path) -> Kind:
    """Return the layout of a file, by its content.

    Raises:
        KgError: It cannot be read, or is in none of the layouts.
    """
    with explained(path), open_bytes(path) as file:
        start = file.read(_HEAD)
    head = start.decode("utf-16" if start.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig", errors="replace")
    if head.lstrip().startswith("{"):
        return "answer"
    if all(column in head for column in COLUMNS):
        return "table"
    lines = [line.split("\t") for line in head.splitlines()[:_LINES] if line.strip()]
    if len(start) == _HEAD:
        del lines[-1]
    if lines and all(len(line) == 2 and ITEM.fullmatch(line[0].strip()) for line in lines):
        # A label may be an item's number, where an item has no label; a pair is always one.
        return "pairs" if all(ITEM.fullmatch(line[1].strip()) for line in lines) else "labels"
    what = (
        "is empty"
        if not head.strip()
        else "is a web page, perhaps a message of an error"
        if head.lstrip().startswith("<")
        else "is in none of the layouts of Wikidata facts that are known"
    )
    raise KgError(
        f"{path} {what}: wanted is a file that kg fetch wikidata wrote (SPARQL results in JSON), a table of twins "
        f"with the columns {', '.join(COLUMNS[:3])}, ..., or a pair of files with item numbers and labels, and pairs of item "
        "numbers, between tabulators"
    )


def _answer(path: Path) -> Answer:
    return read_answer(path, path.stat().st_mtime_ns)
