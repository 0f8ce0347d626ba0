"""How nodes and facts are named: id schemes, references, fact keys.

An *id* is ``scheme:code`` (``geonames:456172``). A *reference* is an id with the label of what it names
(``City/geonames:456172``): one Wikidata item may stand for a city and for the region of the same name, which are two nodes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping

from kg.places.names import normalise

#: Best first: a node is named, when it is first made, by the first of these that is then known.
SCHEMES = ("geonames", "wikidata", "lau", "nuts", "iso", "gcom", "cordis", "pic", "own")

#: The property that holds a node's code in each scheme.
SCHEME_PROPERTIES = {
    "geonames": "geonames_id",
    "wikidata": "wikidata_id",
    "lau": "lau_id",
    "nuts": "nuts_id",
    "iso": "iso_code",
    "gcom": "gcom_id",
    "cordis": "cordis_id",
    "pic": "pic",
    "own": "own_id",
}

_CODES = {
    "geonames": re.compile(r"[1-9][0-9]{0,9}"),
    "wikidata": re.compile(r"Q[1-9][0-9]{0,10}"),
    "iso": re.compile(r"[A-Z]{2}"),
    "own": re.compile(r"[a-z0-9][a-z0-9:._-]{0,119}"),
}
#: No control character anywhere, no white space at its ends.
_ANY_CODE = re.compile(r"(?![/\s])[^\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,120}(?<!\s)")
#: What no database takes in a text.
_NOT_STORED = re.compile("[\0\ud800-\udfff]")
_RANK = {scheme: rank for rank, scheme in enumerate(SCHEMES)}


def check_id(text: str) -> str:
    """Return ``text`` when it is an id in a known scheme with a code of that scheme's form.

    >>> check_id("wikidata:Q1773")
    'wikidata:Q1773'

    Raises:
        ValueError: It is not.
    """
    scheme, colon, code = text.partition(":")
    if not colon or scheme not in _RANK:
        raise ValueError(f"{text!r} is not an id: write scheme:code, scheme one of {', '.join(SCHEMES)}")
    if not _CODES.get(scheme, _ANY_CODE).fullmatch(code):
        raise ValueError(f"{text!r} is not an id: {code!r} is not a code of the scheme {scheme}")
    return text


def references_of(schemes: Mapping[str, Iterable[str]]) -> re.Pattern[str]:
    """Return what matches all references to nodes with these labels by the ids that :func:`check_id` lets pass of their schemes.

    Args:
        schemes: Of each label those of :data:`SCHEMES` that its nodes can have.
    """
    return re.compile(
        "|".join(
            f"{label}/(?:{'|'.join(f'{scheme}:(?:{_CODES.get(scheme, _ANY_CODE).pattern})' for scheme in some)})"
            for label, some in schemes.items()
        )
    )


def check_row(text: str) -> str:
    """Return ``text`` when it can be stored as what a source calls a row of its own.

    Raises:
        ValueError: It holds the character NUL or half a letter.
    """
    if _NOT_STORED.search(text):
        raise ValueError(f"the row is called {text!r}, in which there is a character that cannot be stored")
    return text


def best_first(ids: Iterable[str]) -> list[str]:
    """Sort ids by scheme, best known first, then by code (numbers by length, so that the older GeoNames id comes first).

    >>> best_first({"own:riga", "wikidata:Q1773", "geonames:456172"})
    ['geonames:456172', 'wikidata:Q1773', 'own:riga']
    """
    some = set(ids)
    return list(some) if len(some) < 2 else sorted(some, key=_id_rank)


def _id_rank(text: str) -> tuple[int, int, str]:
    scheme, _, code = text.partition(":")
    return _RANK[scheme], len(code) if scheme in ("geonames", "wikidata") else 0, code


def reference(label: str, id_: str) -> str:
    """Name a node as records do.

    >>> reference("City", "geonames:456172")
    'City/geonames:456172'
    """
    return f"{label}/{id_}"


def split_reference(text: str) -> tuple[str, str]:
    """Return the label and the id of a reference.

    >>> split_reference("City/geonames:456172")
    ('City', 'geonames:456172')
    """
    label, _, id_ = text.partition("/")
    return label, id_


def fact_key(type_: str, start: str, end: str, *, part: str = "", spell: str = "", undirected: bool = False) -> str:
    """Return the key of a fact: 24 hexadecimal digits (96 bits) over type, ends, spell and what else tells two facts apart.

    ``part`` is the post of HOLDS_POST, the role of SUPPORTS, the request number of SEEKS and OFFERS. The ends of an undirected
    fact are taken in sorted order, so that both directions name the same fact.
    """
    if undirected and end < start:
        start, end = end, start
    text = f"{type_}\x1f{start}\x1f{end}\x1f{part}\x1f{spell}"
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def slug(text: str) -> str:
    """Return a code for the scheme ``own`` from a name: lower-case ASCII letters, digits and hyphens, at most 80 characters.

    Letters without an ASCII base are dropped, so a name in another script needs a code of its own.

    >>> slug("Gdańsk – Sopot")
    'gdansk-sopot'
    """
    return "-".join(re.findall(r"[a-z0-9]+", normalise(text)))[:80].strip("-")
