"""What a feature is worth: a line through a few points, written so that anybody can read and change it."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

Floats = NDArray[np.float64]

#: No number of a shape is greater, so that no sum of terms is more than a float holds.
LARGEST = 1e12

Number = Annotated[float, Field(ge=-LARGEST, le=LARGEST)]


class Shape(BaseModel):
    """A line through points: what each value of a feature adds to the score.

    Between two points the worth runs straight; beyond the first and the last it stays. With ``offset`` it runs straight over the
    logarithm of the value plus this offset, so that from 10 to 20 kilometres is as far as from 100 to 200. A value that is not
    known is worth nothing, neither good nor bad.

    Examples:
        >>> near = Shape(offset=0, at=(10, 1000), worth=(2, 0))
        >>> near.of(np.array([1.0, 100.0, 5000.0, np.nan])).round(9).tolist()
        [2.0, 1.0, 0.0, 0.0]
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    at: tuple[Number, ...] = Field(min_length=1)
    worth: tuple[Number, ...]
    offset: Number | None = None
    set_by: Literal["fit", "judgement"] = "fit"

    @model_validator(mode="after")
    def _check(self) -> Self:
        if len(self.at) != len(self.worth):
            raise ValueError(
                f"'at' has {len(self.at)} points and 'worth' {len(self.worth)}: each point needs one worth"
            )
        if any(later <= earlier for earlier, later in zip(self.at, self.at[1:], strict=False)):
            raise ValueError("the points of 'at' must ascend")
        if self.offset is not None and self.at[0] + self.offset <= 0:
            raise ValueError("the first point plus 'offset' must be more than 0, since its logarithm is taken")
        with np.errstate(all="ignore"):
            slopes = np.diff(np.array(self.worth)) / np.diff(self.axis(np.array(self.at, np.float64)))
        if not np.isfinite(slopes).all():
            raise ValueError("two points of 'at' are so close that no line can be drawn between them")
        return self

    def axis(self, values: Floats) -> Floats:
        """Return values on the scale on which the worth runs straight."""
        if self.offset is None:
            return values
        return np.asarray(np.log(np.maximum(values, self.at[0]) + self.offset), np.float64)

    def of(self, values: Floats) -> Floats:
        """Return what each value is worth."""
        found = np.asarray(np.interp(self.axis(values), *_line(self)), np.float64)
        found[np.isnan(values)] = 0.0
        return found


@lru_cache(maxsize=1024)
def _line(shape: Shape) -> tuple[Floats, Floats]:
    """Return the points of a shape on its scale, and what they are worth: made once, not for each of thousands of questions."""
    return shape.axis(np.array(shape.at, np.float64)), np.array(shape.worth, np.float64)
