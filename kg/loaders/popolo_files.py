"""The layouts in which Popolo is published, brought into one: a list of objects for each class.

One document may hold all classes, or each class be a document of its own (a plain list, or a page of an interface around it);
posts and memberships may lie inside the objects to which they belong. People's contacts, birth dates and pictures go no
further than this module.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kg.errors import KgError
from kg.loaders.reading.json_files import read_json

#: class -> what a collection of it is called
_NAMES = {
    "area": ("areas", "area"),
    "organization": ("organizations", "organisations", "organization", "organisation"),
    "post": ("posts", "post"),
    "person": ("persons", "people", "person"),
    "membership": ("memberships", "membership"),
}
_CLASS_OF = {name: class_ for class_, names in _NAMES.items() for name in names}
#: What interfaces call the list on a page.
_WRAPPERS = ("result", "results", "objects", "items", "_items", "data")


@dataclass(frozen=True, slots=True)
class Found:
    """An object of the input: where it stands, and its values; ``defect`` where it is none."""

    file: str
    number: int
    values: Mapping[str, Any]
    defect: str = ""

    def text(self, *names: str) -> str:
        """Return the first of these values that is a text or a number, as text; empty where there is none."""
        for name in names:
            value = self.values.get(name)
            if isinstance(value, str) and value.strip():
                return value.strip()
            if isinstance(value, int) and not isinstance(value, bool):
                return str(value)
        return ""

    def id(self) -> str:
        """Return its id; older data call it ``_id``. Of one that is an e-mail address a hash."""
        return _safe(self.text("id", "_id"))

    def inner(self, name: str) -> Found:
        """Return an object within it, an empty one where there is none."""
        value = self.values.get(name)
        return Found(self.file, self.number, value if isinstance(value, Mapping) else {})

    def reference(self, name: str) -> str:
        """Return the id by which it refers to an object: ``person_id``, or the id of an object ``person`` within it."""
        return _safe(self.text(f"{name}_id")) or self.inner(name).id() or _safe(self.text(name))

    def objects(self, name: str) -> Iterator[Mapping[str, Any]]:
        """Yield the objects of a list within it."""
        values = self.values.get(name)
        yield from (value for value in values if isinstance(value, Mapping)) if isinstance(values, list) else ()


@dataclass(frozen=True, slots=True)
class Collections:
    """All objects of the input, by class."""

    area: list[Found] = field(default_factory=list)
    organization: list[Found] = field(default_factory=list)
    post: list[Found] = field(default_factory=list)
    person: list[Found] = field(default_factory=list)
    membership: list[Found] = field(default_factory=list)

    def of(self, class_: str) -> list[Found]:
        """Return the objects of a class."""
        found: list[Found] = getattr(self, class_)
        return found


def read_collections(files: Sequence[Path]) -> Collections:
    """Return all objects of all files.

    Raises:
        KgError: A file is no JSON or no Popolo, or of a paged answer some pages are lacking.
    """
    collections = Collections()
    announced: dict[str, int] = {}
    for file in files:
        for class_, values, total in _lists(read_json(file), file):
            announced[class_] = max(announced.get(class_, 0), total)
            _add(collections, class_, file.name, values)
    for class_, total in announced.items():
        if (there := len(collections.of(class_))) < total:
            raise KgError(
                f"{', '.join(file.name for file in files)}: of {total} {_NAMES[class_][0]} only {there} are here, so some "
                "pages are lacking, and what is on them would count as gone: download all pages and give them together"
            )
    for owner, inner in (
        ("organization", "post"),
        ("organization", "membership"),
        ("post", "membership"),
        ("person", "membership"),
    ):
        for found in list(collections.of(owner)):
            held = [{f"{owner}_id": found.id(), **value} for value in found.objects(_NAMES[inner][0])]
            _add(collections, inner, found.file, held, first=found.number)
    return collections


def _safe(id_: str) -> str:
    return hashlib.blake2b(id_.encode(), digest_size=8).hexdigest() if "@" in id_ else id_


def _lists(document: Any, file: Path) -> Iterator[tuple[str, list[Any], int]]:
    """Yield the lists of a document: the class, its objects, and how many there are said to be in all."""
    by_file = _CLASS_OF.get(file.name.partition(".")[0].casefold())
    if isinstance(document, Mapping):
        named = {_CLASS_OF[name]: value for name, value in document.items() if name in _CLASS_OF}
        lists = {class_: _as_list(value) for class_, value in named.items() if isinstance(value, list | Mapping)}
        if lists:
            yield from ((class_, values, 0) for class_, values in lists.items())
            return
        total = document.get("total", _mapping(document.get("_meta")).get("total"))
        for wrapper in _WRAPPERS:
            if isinstance(document.get(wrapper), list | Mapping):
                for class_, values, _ in _lists(document[wrapper], file):
                    yield class_, values, total if isinstance(total, int) else 0
                return
    elif isinstance(document, list) and by_file:
        yield by_file, document, 0
        return
    elif isinstance(document, list):
        raise KgError(
            f"{file} is a list and does not say of what: name the file persons.json, organizations.json, memberships.json, "
            "posts.json or areas.json, after what is in it"
        )
    raise KgError(
        f"{file} is no Popolo: it has none of persons, organizations, memberships, posts and areas. Is it the right file?"
    )


def _as_list(value: Any) -> list[Any]:
    """Return the objects of a collection, which may be an object with their ids for names."""
    if isinstance(value, Mapping):
        return [{"id": id_, **one} if isinstance(one, Mapping) else one for id_, one in value.items()]
    return list(value)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _add(collections: Collections, class_: str, file: str, values: Sequence[Any], first: int | None = None) -> None:
    for place, value in enumerate(values, start=1):
        number = first or place
        if isinstance(value, Mapping):
            collections.of(class_).append(Found(file, number, value))
        else:
            collections.of(class_).append(Found(file, number, {}, f"no object of the class {class_}"))
