"""Numbers and lists of names in plain words."""

from __future__ import annotations

from collections.abc import Sequence

#: So many names stand in a sentence; the others are counted.
NAMED = 3

_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def some(names: Sequence[str], most: int = NAMED) -> str:
    """Return names as a list, the first few and how many more.

    >>> some(["A"]), some(["A", "B"]), some(["A", "B", "C", "D", "E"])
    ('A', 'A and B', 'A, B, C and 2 more')
    """
    shown = list(names[:most])
    rest = len(names) - len(shown)
    # A list that ends in 'and 1 more' would be no shorter than one with that name.
    if rest == 1:
        shown, rest = list(names), 0
    if rest:
        return f"{', '.join(shown)} and {rest:,} more"
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1]))) if shown else ""


def count(number: int, noun: str, plural: str | None = None) -> str:
    """Return a number, in words up to ten, with its noun.

    >>> count(1, "twin town"), count(3, "city", "cities"), count(1200, "project")
    ('one twin town', 'three cities', '1,200 projects')
    >>> count(0, "twin town")
    'no twin town'
    """
    return f"{in_words(number)} {noun if number in (0, 1) else plural or noun + 's'}"


def in_words(number: int) -> str:
    """Return a number, in words up to ten.

    >>> in_words(3), in_words(12)
    ('three', '12')
    """
    return _WORDS[number] if 0 <= number < len(_WORDS) else f"{number:,}"


def amount(value: float) -> str:
    """Return a number that need not be whole, as exactly as a reader wants it.

    >>> amount(4.23), amount(17.0), amount(0.04), amount(1234.5), amount(0.0)
    ('4.2', '17', 'less than 0.1', '1,234', '0')
    """
    if 0 < value < 0.1:
        return "less than 0.1"
    return f"{value:,.0f}" if value >= 99.5 or value == round(value) else f"{value:.1f}".removesuffix(".0")


def times(ratio: float) -> str:
    """Return how many times as often something is.

    >>> times(4.04), times(1.5), times(0.4), times(1.02), times(0.02)
    ('four times as often as chance', '1.5 times as often as chance', 'only 0.4 times as often as chance', 'as often as chance', 'less than 0.1 times as often as chance')
    """
    shown = amount(ratio)
    if shown == "1":
        return "as often as chance"
    if shown == "2":
        return "twice as often as chance"
    word = _WORDS[int(shown)] if shown.isdigit() and int(shown) < len(_WORDS) else shown
    only = "only " if 0.1 <= ratio < 1 else ""
    return f"{only}{word} times as often as chance"


def sentence_case(text: str) -> str:
    """Return a text with a capital letter first, and the others as they are.

    >>> sentence_case("three projects in EMTA")
    'Three projects in EMTA'
    """
    return text[:1].upper() + text[1:]
