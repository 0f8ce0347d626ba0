"""What every part of a mapping is made of: texts as they are written, keys that are checked, and words for what is wrong."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, PrivateAttr, model_validator
from pydantic_core import PydanticCustomError

from kg.errors import quoted
from kg.loaders.mapping.document import Loc


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the spelling among ``known`` that ``name`` was probably meant to be; None when none is near.

    >>> nearest("nmae", ["name", "names", "country"]), nearest("zzz", ["name"])
    ('name', None)
    """
    from rapidfuzz import fuzz, process, utils

    found = process.extractOne(name, list(known), scorer=fuzz.ratio, processor=utils.default_process, score_cutoff=60)
    return str(found[0]) if found else None


def instead(name: str, known: Collection[str], what: str = "Known here") -> str:
    """Return a hint at what to write instead of ``name``: the nearest spelling and the list."""
    near = nearest(name, known)
    hint = f"did you mean {quoted(near)}? " if near else ""
    return f"{hint}{what}: {', '.join(known)}"


def _as_text(given: Any) -> Any:
    if isinstance(given, bool):
        return "true" if given else "false"
    return str(given) if isinstance(given, int | float) else given


#: A text, which an editor may take for a number or a truth value.
Scalar = Annotated[str, BeforeValidator(_as_text, json_schema_input_type=str | int | float | bool)]


def as_list(given: Any) -> Any:
    """Return one thing as a list of it."""
    return given if isinstance(given, list | tuple) else [given]


#: One text or a list of them.
Scalars = Annotated[
    tuple[Scalar, ...], BeforeValidator(as_list, json_schema_input_type=str | int | float | bool | list[Scalar])
]


def misplaced(at: Loc, message: str) -> PydanticCustomError:
    """Return an error of something that stands elsewhere in the block that finds it."""
    return PydanticCustomError("misplaced", "{message}", {"at": list(at), "message": message})


class Block(BaseModel):
    """A part of a mapping with keys of its own; it knows where in the file it stands."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    _loc: Loc = PrivateAttr(default=())

    @property
    def loc(self) -> Loc:
        """The path of keys that leads to it in the file."""
        return self._loc

    def place(self, loc: Loc) -> None:
        """Set where this block and all that is in it stand."""
        self._loc = loc
        for name in type(self).model_fields:
            _place(getattr(self, name), (*loc, name))

    @model_validator(mode="before")
    @classmethod
    def _check_keys(cls, given: Any) -> Any:
        if isinstance(given, cls):
            return given
        known = list(cls.model_fields)
        if not isinstance(given, dict):
            raise PydanticCustomError(
                "not_a_block", "expected keys with values here: {known}", {"known": ", ".join(known)}
            )
        for name in given:
            if name not in known:
                raise PydanticCustomError(
                    "unknown_key",
                    "{message}",
                    {"key": name, "message": f"{quoted(name)} is not known here; {instead(str(name), known)}"},
                )
        return given


def _place(value: Any, loc: Loc) -> None:
    if isinstance(value, Block):
        value.place(loc)
    elif isinstance(value, dict):
        for key, item in value.items():
            _place(item, (*loc, key))
    elif isinstance(value, tuple):
        for place, item in enumerate(value):
            _place(item, (*loc, place))
