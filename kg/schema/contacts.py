"""No personal contacts: text that looks like an e-mail address or a telephone number is refused.

The schema has no field for contacts, and no other may become one: no text at all holds an e-mail address or a telephone number with
the code of a country, what is said of persons and in a person's own words nothing like one, and a person's name no date.
"""

from __future__ import annotations

import re
from functools import lru_cache

_EMAIL = re.compile(
    r"\w[@\uff20]\w|\w\s*[@\uff20]\s*\w[\w-]*\.\w"  # espoo@example.org
    r"|\w\s*[\[({<]\s*(?:at|@)\s*[\])}>]\s*\w"  # espoo [at] example.org
    r"|\w\s+at\s+\w[\w-]*\s+dot\s+\w"  # espoo at example dot org
    r"|\bmailto:",
    re.IGNORECASE,
)
_LINK = re.compile(r"https?://\S+", re.IGNORECASE)
_CALLED = re.compile(
    r"(?<!\w)(?:tel|t\u00e9l|telephone|telefon|telefono|telefoon|phone|call|mobile|mob|cell|fax|whatsapp|signal|puh|tlf)\b"
    r"[.:\s]*(?:no\.?\s*)?[+(]?\d(?:[\s().\-/\u2013]?\d){4,}",
    re.IGNORECASE,
)

#: Digits, alone or in groups with one or two separators between them, as long as a telephone number may be written.
_DIGITS = re.compile(r"(?<![\w.,])(?P<plus>\+\s?|00(?=[1-9\s]))?\(?\d(?:[\s\u00a0\u202f().\-/\u2013]{0,2}\d)*(?![\w])")
#: Dates and spans of years, which are groups of digits as well.
_DATE = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])(?:[-/.](?:0?[1-9]|[12]\d|3[01]))?"
    r"|(?:(?:0?[1-9]|[12]\d|3[01])[-/.]\s?)?(?:0?[1-9]|1[0-2])[-/.]\s?(?:19|20)\d\d|(?:19|20)\d\d)(?!\d)"
)
#: 1 500 000 begins with one digit; 612 345 678 may be either, and is a number only beside what it counts.
_THOUSANDS = re.compile(r"\d([ \u00a0\u202f.])\d{3}(?:\1\d{3})*")
_RANGE = re.compile(r"\d{1,3}[ \u00a0\u202f.]\d{3}\s?[-\u2013]\s?\d{1,3}[ \u00a0\u202f.]\d{3}")
_COUNTED = re.compile(
    r"\s*(?:\u20ac|\$|\u00a3|%|EUR|euros?|million|mio|inhabitants|residents|people|citizens|persons|households"
    r"|m2|m\u00b2|km|MWh|kWh|GWh|MW|kW|t\b|tonnes|tons)",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"(?:\u20ac|\$|\u00a3|\bEUR|\bGA|\bgrant|\bagreement|\bproject|\bproposal|\bID|\bcordis|\bPIC|\bISBN|\bcall)"
    r"[\s.:#]*(?:(?:agreement|number|no|nr|id)[\s.:#]*){0,2}$",
    re.IGNORECASE,
)
_SHORTEST, _LONGEST = 7, 15


def check_no_contact(text: str) -> str:
    """Return ``text`` when nothing in it looks like an e-mail address or a telephone number.

    Dates, amounts beside their unit ('2 500 000 EUR') and numbers of grants and projects ('grant 101147950') are let through;
    what may as well be a telephone number is not.

    >>> check_no_contact("For 12 schools, 2027-2029, some 1 500 000 euro")
    'For 12 schools, 2027-2029, some 1 500 000 euro'

    Raises:
        ValueError: Something does; the message names it.
    """
    if _EMAIL.search(text):
        raise ValueError("it looks as if it held an e-mail address")
    rest = _LINK.sub(" ", text)
    # What begins with a plus is no date, even if its digits could be one (+2000-00000).
    international = _telephone(rest, international=True)
    # A date becomes letters, so that the digits on its sides are not taken together with it.
    rest = _DATE.sub(lambda match: "x" * len(match[0]), rest)
    rest = re.sub(r"(?<=x)\s?[-/\u2013]\s?(?=x)", "x", rest)
    if match := international or _CALLED.search(rest) or _telephone(rest):
        raise ValueError(f"it looks as if it held a telephone number ({match[0].strip()})")
    return text


def _telephone(text: str, *, international: bool = False) -> re.Match[str] | None:
    found = (match for match in _DIGITS.finditer(text) if match["plus"] or not international)
    return next((match for match in found if _is_telephone(text, match)), None)


def _is_telephone(text: str, match: re.Match[str]) -> bool:
    digits = sum(character.isdigit() for character in match[0])
    if not _SHORTEST <= digits <= _LONGEST:
        return False
    if match["plus"] or match[0].lstrip("(").startswith("0"):
        return True
    counted = _COUNTED.match(text, match.end()) or _NAMED.search(text, 0, match.start())
    return not (counted or _THOUSANDS.fullmatch(match[0]) or _RANGE.fullmatch(match[0]))


#: With bounds, for a cell may be very long.
_ADDRESS = re.compile(
    r"\w[\w.+'-]{0,63}\s?[@\uff20]\s?\w[\w-]{0,62}(?:\.[\w-]{1,63}){0,8}\.[^\W\d_]{2,}|\bmailto:", re.IGNORECASE
)


def check_no_address(text: str) -> str:
    """Return ``text`` when neither an e-mail address nor an international telephone number is in it, whatever it is the name of.

    A name such as 'SMART@FIRE' or 'Interreg +2014-2020' is neither. Digits alone may be anything.

    Raises:
        ValueError: There is one.
    """
    # Nearly all texts have none of these.
    if ("@" in text or "\uff20" in text or "mailto" in text) and _ADDRESS.search(text):
        raise ValueError("it looks as if it held an e-mail address")
    if "+" in text and (match := _telephone(_DATE.sub("x", _LINK.sub(" ", text)), international=True)):
        raise ValueError(f"it looks as if it held a telephone number ({match[0].strip()})")
    return text


_WITH_ITS_NAME = re.compile(
    rf"\s{{0,3}}[<(\[]?(?:\b(?:e-?mail|mail|courriel)\b\s{{0,3}}:?\s{{0,3}})?(?:{_ADDRESS.pattern})[>)\]]?\s{{0,3}}",
    re.IGNORECASE,
)


def without_address(text: str) -> str:
    """Return ``text`` without the e-mail addresses in it, for sources in which some stand beside a name.

    >>> without_address("Association Espoir contact@espoir.example"), without_address("SMART@FIRE")
    ('Association Espoir', 'SMART@FIRE')
    """
    return _WITH_ITS_NAME.sub(" ", text).strip() if "@" in text else text


@lru_cache(maxsize=4096)
def check_words(text: str) -> str:
    """Return what a person is said to be or do (a post, a role) when there is no contact in it; the same few come again and again.

    Raises:
        ValueError: There is one.
    """
    return check_no_contact(text)


#: A year of somebody's life, or a day.
_OF_A_LIFE = re.compile(r"(?<!\d)(?:1[89]|20)\d\d(?!\d)|\d{1,2}\s?[./-]\s?\d{1,2}\s?[./-]\s?\d{2,4}")


def check_person_name(text: str) -> str:
    """Return the name of a person when it is no more than that.

    >>> check_person_name("Henrik 2. Holm")
    'Henrik 2. Holm'

    Raises:
        ValueError: There is a contact in it, or when somebody was born.
    """
    if _OF_A_LIFE.search(text):
        raise ValueError(
            "it holds a date or a year beside the name, and the graph has no place for when a person was born"
        )
    return check_no_contact(text)
