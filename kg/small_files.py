"""Files that a person writes and that are read whole: of a size that a person writes, and never more of what is none."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from kg.errors import KgError


def read_small(path: Path, what: str, most: int) -> bytes:
    """Return what is in a file; a device or a pipe, of which nobody knows the size before, is read no further than that.

    Args:
        path: The file.
        what: What it is meant to be, for the message: ``weights file``.
        most: Bytes that it may have.

    Raises:
        KgError: It is larger.
        OSError: It cannot be read.
    """
    with path.open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise KgError(f"{path} has more than {most:,} bytes, as no {what} has: is it the right file?")
    return content


def load_toml(text: str) -> dict[str, Any]:
    """Return what TOML says.

    Raises:
        tomllib.TOMLDecodeError: It is none; or so deep, or with such long numbers, that it cannot be read.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except RecursionError:
        raise tomllib.TOMLDecodeError("nested too deep") from None
    except ValueError as error:
        raise tomllib.TOMLDecodeError(str(error)) from None
