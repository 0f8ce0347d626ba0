"""Rows of an answer as a pandas DataFrame; pandas comes with the extra ``notebooks``."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kg.errors import KgError

if TYPE_CHECKING:
    import pandas as pd

#: Of a package that an answer is handed over to: the method that does it, and the extra that brings the package.
_EXTRAS = {
    "pandas": ("to_df()", "notebooks"),
    "networkx": ("to_networkx()", "notebooks"),
    "igraph": ("to_igraph()", "structure"),
}


def package(name: str) -> Any:
    """Return an optional package.

    Raises:
        KgError: It is not installed; the message names the extra that brings it.
    """
    method, extra = _EXTRAS[name]
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise KgError(f"{method} needs the package {name}: pip install 'localgov-kg[{extra}]'") from error


def frame(
    rows: Sequence[Mapping[str, object]], columns: Sequence[str] = (), about: Mapping[str, Any] | None = None
) -> pd.DataFrame:
    """Return rows as a DataFrame.

    Args:
        rows: All with the same columns.
        columns: Their columns where there is no row.
        about: What holds for all rows, such as the date as of which; becomes ``attrs``.

    Returns:
        One row for each. Whole numbers are ``int64``, or ``Int64`` where some are missing, numbers ``float64``; lists stay lists.

    Raises:
        KgError: pandas is not installed.
    """
    pandas = package("pandas")
    names = list(rows[0]) if rows else list(columns)
    made = pandas.DataFrame({name: _column(pandas, [row[name] for row in rows]) for name in names}, columns=names)
    made.attrs.update(about or {})
    return made


def _column(pandas: Any, values: list[object]) -> Any:
    known = {type(value) for value in values if value is not None}
    if len(known) < len({type(value) for value in values}):
        # pandas would make numbers with a point of whole ones, and objects of truth values, for the sake of those missing.
        if known == {int}:
            return pandas.array(values, dtype="Int64")
        if known == {bool}:
            return pandas.array(values, dtype="boolean")
    if known and known <= {int, float}:
        return pandas.Series(values, dtype="int64" if known == {int} else "float64")
    return pandas.Series([list(value) if isinstance(value, tuple) else value for value in values])
