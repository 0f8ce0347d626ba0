"""Values as tables write them: missing ones, dates in their many layouts, and numbers with points, commas and currencies."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache

from kg.errors import quoted
from kg.schema.dates import check_partial_date

#: What stands in a cell for nothing, in small letters.
MISSING = frozenset({"", "-", "--", "–", "—", "n/a", "#n/a", "n.a.", "na", "nan", "nat", "null", "none", "?"})

#: Names of months in languages that publishers of European data write dates in; words that mean different months in two
#: languages (listopad: October in Croatian, November in Polish and Czech) are left out.
_MONTHS = (
    "january jan januar januari janvier gennaio enero janeiro januari jänner styczeń stycznia leden ledna ianuarie",
    "february feb februar februari février fevrier febbraio febrero fevereiro luty lutego únor února februarie",
    "march mar märz maerz maart mars marzo março marco marts marec března březen martie",
    "april apr avril aprile abril kwiecień kwietnia duben dubna aprilie",
    "may mai mei maj maggio mayo maio maja květen května",
    "june jun juni juin giugno junio junho czerwiec czerwca červen června iunie",
    "july jul juli juillet luglio julio julho lipiec lipca červenec července iulie",
    "august aug août aout agosto augustus augusti sierpień sierpnia srpen srpna",
    "september sep sept septembre settembre septiembre setembro wrzesień września září septembrie",
    "october oct oktober octobre ottobre octubre outubro okt październik października říjen října octombrie",
    "november nov novembre noviembre novembro listopada listopadu noiembrie",
    "december dec dezember décembre decembre dicembre diciembre dezembro dez desember grudzień grudnia prosinec prosince decembrie",
)
_MONTH_NUMBER = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names.split()}
del _MONTH_NUMBER["listopada"]  # of November in Polish, of October in Croatian

_TIME = r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?(?:Z|UTC|[+-]\d{2}:?\d{2}))?)?"
_YEAR_FIRST = re.compile(r"\+?(\d{4})(?:([-/.])(\d{1,2})(?:\2(\d{1,2}))?)?" + _TIME)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.]) ?(\d{1,2})\2 ?(\d{4})\.?" + _TIME)
_MONTH_AND_YEAR = re.compile(r"(\d{1,2})[-/.](\d{4})")
_DAY_NAME_YEAR = re.compile(
    r"(?:(\d{1,2})(?:st|nd|rd|th|er|º|ª|\.)?[ -]+(?:de +)?)?([^\W\d_]+)\.?,?[ -]+(?:de +)?(\d{4})"
)
_NAME_DAY_YEAR = re.compile(r"([^\W\d_]+)\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_SHORT_YEAR = re.compile(r"\d{1,2}([-/. ])(?:\d{1,2}|[^\W\d_]+)\1\d{2}")


#: Characters that a number or a date may have: to look for one in more takes long and finds none.
_LONGEST = 200


def present(text: str | None, missing: Collection[str] = MISSING) -> str | None:
    """Return the text without spaces around it, or None when it stands for nothing.

    >>> present(" Riga "), present("-"), present("N/A"), present("  ")
    ('Riga', None, None, None)
    """
    text = (text or "").strip()
    return None if text.casefold() in missing else text


def parse_date(
    text: str, layouts: Sequence[str] | None = None, *, day_first: bool = True, missing: Collection[str] = MISSING
) -> str | None:
    """Return a date as a partial ISO date (year, month or day, as much as the text says), or None when there is none.

    Read without being told are ``2009``, ``2009-05``, ``2009-05-03``, ``2009/05/03``, ``20090503``, ``05/2009``,
    ``03.05.2009``, ``03/05/2009``, ``3 May 2009``, ``May 3, 2009``, ``May 2009`` (months in the larger languages of Europe),
    each also with a time of day behind it, which is dropped.

    Ambiguous are: ``03/05/2009``, read with the day first unless ``day_first`` is false, and never with the other order only
    because the day would not exist; ``2009-10``, October and not the winter of 2009 to 2010; ``03/05/09``, refused.

    >>> parse_date("03/05/2009"), parse_date("03/05/2009", day_first=False), parse_date("May 2009"), parse_date("-")
    ('2009-05-03', '2009-03-05', '2009-05', None)
    >>> parse_date("5 2009 03", ["M YYYY DD"])
    '2009-05-03'

    Args:
        text: The cell.
        layouts: The only ones to accept, in order: made of ``YYYY``, ``MM`` or ``M``, ``DD`` or ``D``, ``MMM`` for a name of a
            month, and other characters as they are.
        day_first: Whether 03/05 is the third of May.
        missing: What stands for no date, in small letters.

    Raises:
        ValueError: It is no date that can be told, or none that exists.
    """
    given = present(text, missing)
    if given is None:
        return None
    if len(given) > _LONGEST:
        raise ValueError(f"{quoted(given)} is not a date: it has {len(given):,} characters")
    if layouts is not None:
        return _by_layouts(given, layouts)
    found = _undirected(" ".join(given.split()), day_first)
    if found is None:
        if _SHORT_YEAR.fullmatch(given):
            raise ValueError(f"{quoted(given)} is not a date that can be told: its year has two digits")
        raise ValueError(f"{quoted(given)} is not a date: such as 2009, 2009-05, 2009-05-03 or 03.05.2009")
    try:
        return _iso(*found)
    except ValueError as error:
        hint = ", with the day first" if day_first and _YEAR_LAST.fullmatch(given) else ""
        raise ValueError(f"{quoted(given)} is not a date that exists{hint}") from error


_Parts = tuple[int, int | None, int | None]


def _undirected(text: str, day_first: bool) -> _Parts | None:
    text = text.removesuffix(".0")  # a year that was read as a number
    if match := _YEAR_FIRST.fullmatch(text):
        # Wikidata writes 2009-00-00 for a year.
        return int(match[1]), int(match[3] or 0) or None, int(match[4] or 0) or None
    if match := _COMPACT.fullmatch(text):
        return int(match[1]), int(match[2]), int(match[3])
    if match := _YEAR_LAST.fullmatch(text):
        one, other = int(match[1]), int(match[3])
        return (int(match[4]), other, one) if day_first else (int(match[4]), one, other)
    if match := _MONTH_AND_YEAR.fullmatch(text):
        return int(match[2]), int(match[1]), None
    if (match := _DAY_NAME_YEAR.fullmatch(text)) and (month := _MONTH_NUMBER.get(match[2].casefold())):
        return int(match[3]), month, int(match[1]) if match[1] else None
    if (match := _NAME_DAY_YEAR.fullmatch(text)) and (month := _MONTH_NUMBER.get(match[1].casefold())):
        return int(match[3]), month, int(match[2])
    return None


def _iso(year: int, month: int | None, day: int | None) -> str:
    if month is None:
        if day is not None:
            raise ValueError("a day without a month")
        return check_partial_date(f"{year:04}")
    return check_partial_date(f"{year:04}-{month:02}" if day is None else f"{year:04}-{month:02}-{day:02}")


_TOKEN = {
    "YYYY": r"(?P<year>\d{4})",
    "MMM": r"(?P<name>[^\W\d_]+)\.?",
    "MM": r"(?P<month>\d{2})",
    "M": r"(?P<month>\d{1,2})",
    "DD": r"(?P<day>\d{2})",
    "D": r"(?P<day>\d{1,2})",
}


@lru_cache(maxsize=64)
def check_layout(layout: str) -> re.Pattern[str]:
    """Return what a layout of dates matches.

    Raises:
        ValueError: It has no year, a part twice, or a day without a month.
    """
    pieces = re.split(r"(YYYY|MMM|MM|M|DD|D)", layout)
    try:
        pattern = re.compile("".join(_TOKEN.get(piece) or re.escape(piece) for piece in pieces))
    except re.error as error:
        raise ValueError(f"{quoted(layout)} is no layout of a date: it has a part twice") from error
    parts = pattern.groupindex.keys()
    if "year" not in parts or {"name", "month"} <= parts or ("day" in parts and not {"name", "month"} & parts):
        raise ValueError(f"{quoted(layout)} is no layout of a date: such as DD.MM.YYYY, D MMM YYYY, MM/YYYY or YYYY")
    return pattern


def _by_layouts(text: str, layouts: Sequence[str]) -> str:
    for layout in layouts:
        match = check_layout(layout).fullmatch(text)
        if match is None:
            continue
        parts = match.groupdict()
        month = _MONTH_NUMBER.get(parts["name"].casefold()) if "name" in parts else parts.get("month")
        if month is None and "name" in parts:
            continue
        try:
            return _iso(
                int(parts["year"]), int(month) if month else None, int(parts["day"]) if "day" in parts else None
            )
        except ValueError:
            continue
    raise ValueError(f"{quoted(text)} is not a date in the layout {' or '.join(layouts)}")


_CURRENCIES = (
    "EUR|EURO|EUROS|CHF|GBP|USD|PLN|CZK|SEK|NOK|DKK|ISK|HUF|RON|BGN|RSD|UAH|TRY|GEL|ALL|MKD|BAM|MDL"
    "|zł|Kč|kr|Ft|lei|лв|ден|KM|[€$£¥₴₺₾₽]"
)
_CURRENCY = re.compile(rf"(?:(?:{_CURRENCIES})\.?\s*)?(?P<rest>.*?)(?:\s*(?:{_CURRENCIES})\.?)?", re.IGNORECASE)
_SPACES = re.compile("[ \u00a0\u2007\u2009\u202f'’ʼ]")
_GROUPED_BY_SPACE = re.compile(r"\d{1,3}(?: \d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?|[.,]\d+|\d[\d.,]*")
_PLAIN = re.compile(r"\d*\.?\d+(?:[eE][+-]?\d{1,3})?|\d+\.")


def parse_number(text: str, *, decimal: str | None = None, missing: Collection[str] = MISSING) -> float | None:
    """Return a number, or None when there is none; a sign of a currency is dropped.

    Thousands may be set off by spaces of any width, apostrophes, and by the point or comma that does not mark the decimals.
    With both in it, the last one marks the decimals; twice the same, it sets off thousands. What could be either (``1,234``
    and ``1.234``) is refused unless ``decimal`` says which mark is which.

    >>> parse_number("1.234.567,89"), parse_number("1 234,5 €"), parse_number("-0.5"), parse_number("n/a")
    (1234567.89, 1234.5, -0.5, None)
    >>> parse_number("1,234", decimal="."), parse_number("1,234", decimal=",")
    (1234.0, 1.234)

    Args:
        text: The cell.
        decimal: ``.`` or ``,``, where the source always uses that one.
        missing: What stands for no number, in small letters.

    Raises:
        ValueError: It is no number, or could be two.
    """
    if decimal not in {None, ".", ","}:
        raise ValueError(f"{quoted(decimal)} does not mark decimals: . or ,")
    given = present(text, missing)
    if given is None:
        return None
    if len(given) > _LONGEST:
        raise _no_number(given)
    sign, rest = _sign(given)
    digits = _SPACES.sub(" ", rest)
    if not _GROUPED_BY_SPACE.fullmatch(digits) and not _PLAIN.fullmatch(digits):
        raise _no_number(given)
    plain = _with_point(digits.replace(" ", ""), decimal, given)
    if not _PLAIN.fullmatch(plain):
        raise _no_number(given)
    number = float(plain)
    if number == float("inf"):
        raise _no_number(given)
    return sign * number


def _no_number(given: str) -> ValueError:
    return ValueError(f"{quoted(given)} is not a number: such as 1234.5, 1.234,5 or 1 234,5")


def _sign(text: str) -> tuple[int, str]:
    """Take the sign, or the brackets of bookkeepers, and the currency away."""
    sign = 1
    if text.startswith("(") and text.endswith(")"):
        sign, text = -1, text[1:-1].strip()
    for _ in range(2):  # the sign may stand before or behind the currency
        if text[:1] in {"-", "−", "–", "+"}:
            if text[0] != "+":
                sign = -sign
            text = text[1:].lstrip()
            break
        match = _CURRENCY.fullmatch(text)
        text = match["rest"] if match else text
    match = _CURRENCY.fullmatch(text)
    return sign, match["rest"] if match else text


def _with_point(digits: str, decimal: str | None, given: str) -> str:
    """Return the digits with a point for the decimals, and nothing between the thousands."""
    if decimal is None:
        decimal = _decimal_mark(digits, given)
    thousands = "." if decimal == "," else ","
    whole, mark, fraction = digits.partition(decimal)
    if thousands in fraction or decimal in fraction:
        raise _no_number(given)
    if thousands in whole:
        if not re.fullmatch(rf"\d{{1,3}}(?:{re.escape(thousands)}\d{{3}})+", whole):
            raise _no_number(given)
        whole = whole.replace(thousands, "")
    return f"{whole}.{fraction}" if mark else whole


def _decimal_mark(digits: str, given: str) -> str:
    points, commas = digits.count("."), digits.count(",")
    if points and commas:
        return "." if digits.rindex(".") > digits.rindex(",") else ","
    if points > 1 or commas > 1:
        return "," if points else "."
    mark = "," if commas else "."
    if re.fullmatch(rf"[1-9]\d{{0,2}}{re.escape(mark)}\d{{3}}", digits):
        raise ValueError(
            f"{quoted(given)} may be {digits.replace(mark, '')} or {digits.replace(mark, '.')}: say what marks the decimals"
        )
    return mark


def parse_whole(text: str, *, decimal: str | None = None, missing: Collection[str] = MISSING) -> int | None:
    """Return a whole number, such as a population, or None when there is none.

    Without ``decimal``, a single point or comma before three digits sets off thousands, for what is counted has no decimals.

    >>> parse_whole("12,345"), parse_whole("12 345"), parse_whole("119714.0"), parse_whole("")
    (12345, 12345, 119714, None)

    Raises:
        ValueError: It is no number, or not a whole one.
    """
    given = present(text, missing)
    if given is None:
        return None
    if decimal is None and (match := re.fullmatch(r"\D*[1-9]\d{0,2}([.,])\d{3}", given)):
        decimal = "," if match[1] == "." else "."
    number = parse_number(given, decimal=decimal, missing=missing)
    if number is None or number != int(number):
        raise ValueError(f"{quoted(given)} is not a whole number")
    return int(number)
