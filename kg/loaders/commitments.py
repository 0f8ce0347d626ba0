"""What signatories of the Covenant of Mayors committed themselves to, in the same words for every source."""

from __future__ import annotations

import re
from collections.abc import Collection

COVENANT_ID = "own:covenant-of-mayors"
SIGNATORY = "signatory"

#: In the order in which they are told; ``adaptation`` was Mayors Adapt before both initiatives became one in 2015.
COMMITMENTS = ("2020", "2030", "2050", "adaptation")

_CODE = re.compile(r"(?:2020|2030|2050|ADAPT)+")
_PART = re.compile(r"20[235]0|ADAPT")


def tell_commitments(made: Collection[str]) -> tuple[str, ...] | None:
    """Return the commitments made in their order, nothing when there are none.

    >>> tell_commitments({"adaptation", "2030"})
    ('2030', 'adaptation')
    """
    return tuple(commitment for commitment in COMMITMENTS if commitment in made) or None


def read_commitments(code: str) -> tuple[str, ...] | None:
    """Return what a code of the Covenant's own list of signatories says, nothing when it is no such code.

    >>> read_commitments("20202030ADAPT"), read_commitments("Member")
    (('2020', '2030', 'adaptation'), None)
    """
    if not _CODE.fullmatch(code):
        return None
    return tell_commitments([part.replace("ADAPT", "adaptation") for part in _PART.findall(code)])
