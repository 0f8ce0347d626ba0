"""What tables of network members write, in our words: kinds of member, standing in the network, years, and known networks."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kg.loaders.bodies import Body, read_member
from kg.loaders.commitments import SIGNATORY, read_commitments
from kg.loaders.localities import own_id
from kg.places.authorities import recognise
from kg.places.names import normalise
from kg.schema.contacts import check_no_contact
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

#: The label of a node, or for an organisation its kind, by the simpler type.
_KINDS = {
    "city": "City",
    "municipality": "City",
    "region": "Region",
    "intermunicipality": "intermunicipal body",
    "national association": "association",
    "regional association": "association",
    "international association": "association",
    "local association": "association",
    "state administration": "institution",
    "other": "organisation",
    "": "organisation",
}
#: Rules that say too little: a council may be that of a county, and a commune in the names of French bodies is 'shared'.
_COUNCIL = re.compile(r"\* council$")
_COMMUNE = re.compile(r"\* commune$")
#: Elected tiers that the table takes for bodies of municipalities.
_PROVINCE = re.compile(r"\b(?:diputacio|diputacion|deputacion|kanton)\b")

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
class Standing:
    """How a member stands in a network."""

    role: str | None = None
    status: str | None = None
    commitments: tuple[str, ...] | None = None


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


def type_of(name: str, country: str | None, entity: str, simplified: str) -> Body:
    """Return what a member is, from its name, the type that the table gives it and the simpler one made from that.

    Types are wrong here and there, so a name that says what it is counts for more.

    >>> type_of("Landkreis Peine", "DE", "District", "City").label, type_of("Bordeaux", "FR", "City", "City").label
    ('Region', 'City')
    >>> type_of("Diputació de Barcelona", "ES", "Intermunicipality", "Intermunicipality").label
    'Region'

    Raises:
        ValueError: The simpler type is none of those known.
    """
    kind = _KINDS.get(simplified.lower())
    if kind is None:
        raise ValueError(f"EntitySimplified {simplified!r} is none of {', '.join(filter(None, _KINDS))}")
    if kind == "City" and entity.lower() != "district":
        return read_member(name, country)
    found = recognise(name, country)
    if kind in ("City", "Region"):
        # A district here is a Kreis with a municipality as its seat.
        if found.kind == "municipality" and not _COUNCIL.search(found.rule):
            return Body("City", name)
        return Body("Region", name, level=found.level or ("district" if kind == "City" else None))
    if found.kind == "region" and _PROVINCE.search(normalise(name)):
        return Body("Region", name, level=found.level)
    if kind == "intermunicipal body" and found.kind == "municipality" and not _COMMUNE.search(found.rule):
        return Body("City", name)
    return Body("Organisation", name, kind=kind)


def standing(statut: str) -> Standing:
    """Return role, status and commitments, from the one word or code that the table has for all of them.

    >>> standing("2030ADAPT")
    Standing(role='signatory', status=None, commitments=('2030', 'adaptation'))
    >>> standing("Full member").status, standing("1 Vice President").role
    ('full member', 'vice president')
    """
    if commitments := read_commitments(statut):
        return Standing(SIGNATORY, None, commitments)
    word = normalise(check_no_contact(statut))
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
