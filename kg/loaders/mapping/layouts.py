"""Layouts of dates, as mappings write them: ``%d.%m.%Y`` or ``DD.MM.YYYY``."""

from __future__ import annotations

import re

from kg.errors import quoted
from kg.loaders.reading.values import check_layout

_DIRECTIVES = {"%Y": "YYYY", "%m": "M", "%d": "D", "%b": "MMM", "%B": "MMM"}


def letters(layout: str) -> str:
    """Return a layout in letters.

    >>> letters("%d.%m.%Y"), letters("MM/YYYY")
    ('D.M.YYYY', 'MM/YYYY')
    """
    return re.sub(r"%[YmdbB]", lambda match: _DIRECTIVES[match[0]], layout)


def check_layouts(layouts: tuple[str, ...]) -> tuple[str, ...]:
    """Return layouts that give a day, a month or a year.

    Raises:
        ValueError: One does not.
    """
    for layout in layouts:
        # A year of two digits is read only where a layout says so, and then as a part of a whole day.
        text = letters(layout.replace("%y", "%Y"))
        if unknown := re.search(r"%.?", text, re.DOTALL):
            raise ValueError(f"{quoted(layout)}: {unknown[0]} is none of {', '.join(_DIRECTIVES)}, %y")
        check_layout(text)
        if "%y" in layout and not {"%d", "%m"} <= set(re.findall("%.", layout)):
            raise ValueError(f"{quoted(layout)}: a year of two digits is read in a whole day only, such as %d.%m.%y")
    return layouts
