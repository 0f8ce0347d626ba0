"""What a client says to a server: the messages of Bolt, read as they pass (PackStream, as the specification of Bolt has it)."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: Tag of the message that has a statement.
RUN = 0x10

_SIZES = {
    "string": (0xD0, 0xD1, 0xD2),
    "list": (0xD4, 0xD5, 0xD6),
    "map": (0xD8, 0xD9, 0xDA),
    "bytes": (0xCC, 0xCD, 0xCE),
}
_NUMBERS = {0xC8: ">b", 0xC9: ">h", 0xCA: ">i", 0xCB: ">q", 0xC1: ">d"}


@dataclass(frozen=True)
class Statement:
    """A statement that was sent, with its parameters."""

    text: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


def statement_in(message: bytes) -> Statement | None:
    """The statement in a message, chunk by chunk as it went over the wire; none where it is a message of another kind."""
    packed, at = b"", 0
    while size := int.from_bytes(message[at : at + 2], "big"):
        packed += message[at + 2 : at + 2 + size]
        at += 2 + size
    if len(packed) < 2 or packed[1] != RUN:
        return None
    reader = _Reader(packed, 2)
    text, parameters = reader.value(), reader.value()
    assert isinstance(text, str)
    assert isinstance(parameters, dict)
    return Statement(text, parameters)


class _Reader:
    def __init__(self, packed: bytes, at: int) -> None:
        self._packed = packed
        self._at = at

    def _take(self, size: int) -> bytes:
        taken = self._packed[self._at : self._at + size]
        assert len(taken) == size, "a message ends too early"
        self._at += size
        return taken

    def value(self) -> Any:
        (mark,) = self._take(1)
        if mark < 0x80 or mark >= 0xF0:
            return mark if mark < 0x80 else mark - 0x100
        if mark in (0xC0, 0xC2, 0xC3):
            return {0xC0: None, 0xC2: False, 0xC3: True}[mark]
        if mark in _NUMBERS:
            form = _NUMBERS[mark]
            return struct.unpack(form, self._take(struct.calcsize(form)))[0]
        tiny = {0x80: "string", 0x90: "list", 0xA0: "map", 0xB0: "structure"}.get(mark & 0xF0)
        if tiny is not None:
            return self._sized(tiny, mark & 0x0F)
        for kind, marks in _SIZES.items():
            if mark in marks:
                return self._sized(kind, int.from_bytes(self._take(1 << marks.index(mark)), "big"))
        raise AssertionError(f"no such mark in PackStream: {mark:#x}")

    def _sized(self, kind: str, size: int) -> Any:
        match kind:
            case "string":
                return self._take(size).decode()
            case "bytes":
                return self._take(size)
            case "list":
                return [self.value() for _ in range(size)]
            case "map":
                return {self.value(): self.value() for _ in range(size)}
            case _:
                return (self._take(1), *(self.value() for _ in range(size)))
