"""What tables of network members write, in our words: kinds of member, standing in the network, years, and known networks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from kg.loaders.commitments import SIGNATORY, read_commitments
from kg.loaders.localities import own_id
from kg.places.names import normalise
from kg.schema.identity import slug

#: Networks that the starter has, by the name that such tables use for them.
_IN_STARTER = {
    "aer": "own:aer",
    "aimf": "own:aimf",
    "cemr": "own:cemr",
    "climate alliance": "own:climate-alliance",
    "covenant of mayors": "own:covenant-of-mayors",
    "cpmr": "own:cpmr",
    "emta": "own:emta",
    "energy cities": "own:energy-cities",
    "eurocities": "own:eurocities",
    "fedarene": "own:fedarene",
    "iclei": "own:iclei",
    "nalas": "own:nalas",
    "polis": "own:polis",
    "uclg": "own:uclg",
}

_KINDS: dict[str, tuple[str, str]] = {
    "city": ("City", ""),
    "municipality": ("City", ""),
    "region": ("Region", ""),
    "intermunicipality": ("Organisation", "intermunicipal body"),
    "national association": ("Organisation", "association"),
    "regional association": ("Organisation", "association"),
    "international association": ("Organisation", "association"),
    "local association": ("Organisation", "association"),
    "state administration": ("Organisation", "institution"),
    "other": ("Organisation", "organisation"),
    "": ("Organisation", "organisation"),
}

_STATUS = {
    "full member": "full member",
    "effective member": "effective member",
    "associated member": "associated member",
    "indirect member": "indirect member",
    "associated partner": "associated partner",
    "partners": "partner",
    "former member": "former member",
    "member": "member",
}
_ROLES = {
    "relatore": "rapporteur",
    "esperto": "expert",
    "ecad resolution signatory municipalities": "signatory of the ECAD resolution",
}

_YEAR = re.compile(r"(\d{4})(?:\s*-\s*\d{4}\b.*)?")
_FIRST_YEAR = 1850


@dataclass(frozen=True, slots=True)
class Kind:
    """What a member is: the label of its node, and for an organisation its kind."""

    label: Literal["City", "Region", "Organisation"]
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a member stands in a network."""

    role: str | None = None
    status: str | None = None
    commitments: str | None = None


def network_id(name: str, source: str) -> str:
    """Return the own id of a network: the starter's, else a slug of its name, which an acronym alone does not make safe.

    >>> network_id("POLIS", "etmun"), network_id("Cittaslow", "etmun"), network_id("LIKE", "etmun")
    ('own:polis', 'own:cittaslow', 'own:etmun.network-like.e8a26303c9')
    """
    known = _IN_STARTER.get(normalise(name))
    if known:
        return known
    is_acronym = name == name.upper() and " " not in name
    return own_id(source, f"network {name}") if is_acronym or not slug(name) else f"own:{slug(name)}"


def kind_of(entity: str, simplified: str) -> Kind:
    """Return what a member is, from the type that the table gives it and the simpler one made from that.

    >>> kind_of("Municipal Authority", "Municipality"), kind_of("District", "City").label
    (Kind(label='City', kind=''), 'Region')

    Raises:
        ValueError: The simpler type is none of those known.
    """
    if entity.lower() == "district":
        # Kreise, which have a municipality as their seat; districts of a city are called City.
        return Kind("Region", "district")
    try:
        label, kind = _KINDS[simplified.lower()]
    except KeyError:
        raise ValueError(f"EntitySimplified {simplified!r} is none of {', '.join(filter(None, _KINDS))}") from None
    return Kind(label, kind)  # type: ignore[arg-type]


def standing(statut: str) -> Standing:
    """Return role, status and commitments, from the one word or code that the table has for all of them.

    >>> standing("2030ADAPT")
    Standing(role='signatory', status=None, commitments='2030, adaptation')
    >>> standing("Full member").status, standing("1 Vice President").role
    ('full member', 'vice president')
    """
    if commitments := read_commitments(statut):
        return Standing(SIGNATORY, None, commitments)
    word = normalise(statut)
    if status := _STATUS.get(word):
        return Standing(None, status)
    return Standing(_ROLES.get(word, word.removeprefix("1 ")) or None, "member" if word else None)


def joined_in(cell: str, latest: str) -> str | None:
    """Return the year of joining; of a span (``2008-2012 - CIVITAS PLUS``) the first, nothing when the cell is empty.

    >>> joined_in("2008-2012 - CIVITAS PLUS", "2019"), joined_in("", "2019")
    ('2008', None)

    Raises:
        ValueError: It is no year, or none in which a network can have been joined by ``latest``.
    """
    if not cell:
        return None
    found = _YEAR.fullmatch(cell)
    if not found or not _FIRST_YEAR <= int(found[1]) <= int(latest[:4]):
        raise ValueError(f"Year_of_Joining {cell!r} is no year from {_FIRST_YEAR} to {latest[:4]}")
    return found[1]
