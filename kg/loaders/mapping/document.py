"""A mapping file as text: plain values, each with the line and column where it stands, and what is wrong with the YAML itself.

Every scalar is read as text, as it is written: ``NO`` is Norway and no truth value, ``2024-05`` no date, ``007`` no number.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.errors import KgError, quoted

if TYPE_CHECKING:
    import yaml

#: Of a mapping: more is not one that a person wrote.
_MOST_BYTES = 1_000_000
_MOST_DEPTH = 20
#: Keys, values, beginnings and ends: some seconds of reading.
_MOST_EVENTS = 50_000

Loc = tuple[str | int, ...]

#: Plain scalars that mean 'nothing'.
_NOTHING = {"", "~", "null", "Null", "NULL"}

#: Line ends of YAML that no editor counts as one.
_RARE_LINE_ENDS = str.maketrans({"\x85": " ", "\u2028": " ", "\u2029": " "})


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a file, counted from 1."""

    line: int
    column: int


@dataclass
class Document:
    """The values of a mapping file and where they stand, by the path of keys and list places that leads to them."""

    name: str
    data: dict[str, Any] = field(default_factory=dict)
    values: dict[Loc, Mark] = field(default_factory=dict)
    keys: dict[Loc, Mark] = field(default_factory=dict)
    #: Those that are a text, not a list or keys.
    texts: set[Loc] = field(default_factory=set)

    def find(self, loc: Sequence[str | int]) -> Loc:
        """Return the part of ``loc`` that is in the file: pydantic's own additions, and what is missing, are passed over."""
        found: Loc = ()
        for part in loc:
            if (*found, part) in self.values:
                found = (*found, part)
        return found

    def where(self, loc: Sequence[str | int], *, key: bool = False) -> Mark:
        """Return where the value of ``loc``, or its ``key``, stands.

        For what is missing, that is the key of the block in which it is missing; for a part of a value that is written as one
        bare text, that text.
        """
        found = self.find(loc)
        lacking = tuple(loc)[-1:] != found[-1:] and found not in self.texts
        return (self.keys.get(found) if key or lacking else None) or self.values[found]

    def complaint(self, mark: Mark, message: str) -> str:
        """Return a message with its place."""
        return f"{self.name}, line {mark.line}, column {mark.column}: {message}"


def read_document(path: Path) -> Document:
    """Return the content of a mapping file.

    Raises:
        KgError: It cannot be read, is not UTF-8 or not YAML, holds a key twice, or uses anchors, aliases or tags.
    """
    try:
        with path.open("rb") as file:  # of a pipe or a device nobody knows the size before
            content = file.read(_MOST_BYTES + 1)
            size = max(len(content), os.fstat(file.fileno()).st_size)
    except OSError as error:
        raise KgError(f"cannot read the mapping {path}: {error.strerror or error}") from error
    if size > _MOST_BYTES:
        raise KgError(
            f"{path.name}, line 1: {size:,} bytes are too many for a mapping (at most {_MOST_BYTES:,}); is it the table itself? "
            "The table is the FILE of the command, the mapping stands after --mapping"
        )
    return parse_document(content, path.name)


def parse_document(content: bytes, name: str) -> Document:
    """Return the content of a mapping given as bytes; see :func:`read_document`."""
    try:
        import yaml
    except ImportError as error:
        raise KgError("mappings need the package pyyaml: pip install 'localgov-kg[loaders]'") from error
    try:
        # What a shell of Windows writes into a file is UTF-16, with a mark.
        text = content.decode("utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise KgError(f"{name}, line {line}: not UTF-8; save the mapping as UTF-8") from error
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_RARE_LINE_ENDS)
    document = Document(name)
    last = max(1, text.count("\n") + (not text.endswith("\n")))
    try:
        _check_events(document, yaml.parse(text, Loader=yaml.BaseLoader))
        root = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        found = error.problem_mark or error.context_mark
        mark = Mark(min(found.line + 1, last), found.column + 1) if found else Mark(1, 1)
        raise KgError(document.complaint(mark, _explain(error))) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise KgError(
            f"{name}, line {min(line, last)}: a character that cannot be in a mapping (U+{ord(text[error.position]):04X}); "
            "is it the table itself? The table is the FILE of the command, the mapping stands after --mapping"
        ) from error
    if not isinstance(root, yaml.MappingNode):
        raise KgError(
            document.complaint(
                Mark(1, 1),
                "expected keys with values, such as 'source:' and 'members:'; start with kg load table --suggest",
            )
        )
    document.data = _convert(document, root, ())
    return document


def _check_events(document: Document, events: Iterator[yaml.Event]) -> None:
    """Refuse what could make a small file large or deep before anything is built from it."""
    import yaml

    depth = 0
    for number, event in enumerate(events):
        mark = _mark(event.start_mark)
        if number > _MOST_EVENTS:
            raise KgError(
                document.complaint(mark, "more keys and values up to here than a mapping has; is it the table itself?")
            )
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise KgError(
                document.complaint(
                    mark, "anchors (&name) and aliases (*name) are not read; write the text in quotes, or twice"
                )
            )
        if getattr(event, "tag", None) not in (None, "!"):
            raise KgError(
                document.complaint(mark, "tags (!name) are not read; write a text that begins with ! in quotes")
            )
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _MOST_DEPTH:
                raise KgError(
                    document.complaint(mark, f"nested more than {_MOST_DEPTH} deep; is a bracket never closed?")
                )
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _mark(found: Any) -> Mark:
    """Return a place as people count."""
    return Mark(found.line + 1, found.column + 1)


def _convert(document: Document, node: yaml.Node, loc: Loc) -> Any:
    import yaml

    document.values[loc] = _mark(node.start_mark)
    if isinstance(node, yaml.SequenceNode):
        return [_convert(document, item, (*loc, place)) for place, item in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        return _convert_keys(document, node, loc)
    document.texts.add(loc)
    plain = getattr(node, "style", None) is None
    return None if plain and node.value in _NOTHING else str(node.value)


def _convert_keys(document: Document, node: yaml.MappingNode, loc: Loc) -> dict[str, Any]:
    import yaml

    found: dict[str, Any] = {}
    for key, value in node.value:
        mark = _mark(key.start_mark)
        if not isinstance(key, yaml.ScalarNode):
            raise KgError(document.complaint(mark, "expected a key, which is a text followed by a colon"))
        name = str(key.value)
        if name in found:
            first = document.keys[*loc, name].line
            raise KgError(
                document.complaint(
                    mark, f"{quoted(name)} stands here for a second time (first in line {first}); keep one of them"
                )
            )
        document.keys[*loc, name] = mark
        found[name] = _convert(document, value, (*loc, name))
        if found[name] is None and loc[-1:] != ("values",):
            raise KgError(
                document.complaint(mark, f"nothing stands after {quoted(name)}: give a value or take the key away")
            )
    return found


def _explain(error: yaml.MarkedYAMLError) -> str:
    problem = str(error.problem or error.context or "")
    if "'\\t'" in problem:
        return "a tab: YAML is indented by spaces only"
    if "mapping values are not allowed" in problem:
        return "a colon where none can be: is the line indented as its neighbours are, and a text with ': ' in it in quotes?"
    if "expected a single document" in str(error.context or "") or "but found another document" in problem:
        return "a second document begins here (---): a mapping is one document"
    if problem.startswith("could not find expected ':'"):
        return "expected 'key: value'; is a colon missing, or a blank after it?"
    if "anchor" in problem or "alias" in problem:
        return "a text that begins with & or * must stand in quotes"
    if "cannot start any token" in problem:
        return "a text that begins with % @ or ` must stand in quotes"
    if problem.startswith(("expected <block end>", "did not find expected")):
        return "not indented as the lines above, or a quotation mark or bracket is missing before"
    return f"not YAML: {problem}"
