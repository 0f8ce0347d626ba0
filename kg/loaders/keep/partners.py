"""Who a partner is: a municipality, a region, or another body that sits in a town."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from kg.loaders.keep.files import Participation
from kg.loaders.keep.names import is_same, plain, read_partner, read_town, spoken
from kg.loaders.keep.survey import Survey, body_key, town_key
from kg.loaders.known_organisations import known_organisation
from kg.loaders.localities import Localities, Placed, country_record, own_id
from kg.places.authorities import Recognised, recognise
from kg.places.countries import countries
from kg.places.names import normalise
from kg.places.query import PlaceQuery
from kg.schema.identity import reference
from kg.schema.nodes import Organisation, Region
from kg.schema.records import FactRecord, NodeRecord
from kg.schema.relationships import BasedIn, LocatedIn

#: Legal forms by which a body is surely a company.
_COMPANY = re.compile(
    r"legal form: (?:gmbh|gesmbh|mbh|ag|kg|ohg|plc|inc|llc|srl|s r l|spa|s p a|scarl|s c a r l|sarl|s a r l|sas|s a s|slu|s l|"
    r"sa|s a|sau|s a u|sro|s r o|d o o|doo|d d|kft|zrt|nyrt|bt|rt|sp z o o|sp zoo|spzoo|bv|b v|nv|n v|ab|aps|oy|oyj|sia|"
    r"uab|eood|ood|ead|ad|lda|jsc|ltd|limited|e u)"
)

#: One thing with the nodes and facts that describe it.
Described = tuple[str, tuple[NodeRecord, ...], tuple[FactRecord, ...]]


@dataclass(frozen=True, slots=True)
class _Kind:
    kind: str
    words: re.Pattern[str]


@cache
def _kinds() -> tuple[_Kind, ...]:
    text = resources.files("kg.loaders.keep").joinpath("kinds.toml").read_text(encoding="utf-8")
    kinds = []
    for entry in tomllib.loads(text)["kind"]:
        words = "|".join(re.escape(normalise(word)) + (r"\w*" if word.endswith("*") else "") for word in entry["words"])
        kinds.append(_Kind(entry["kind"], re.compile(rf"\b(?:{words})\b")))
    return tuple(kinds)


@lru_cache(maxsize=50_000)
def kind_of(name: str, country: str | None, status: str | None) -> str | None:
    """Return what kind of body bears a name: by its words, its legal form, or else its legal status.

    >>> kind_of("University of Graz", "AT", "public"), kind_of("Muster GmbH", "AT", None), kind_of("Muster", "AT", "public")
    ('higher education', 'company', 'public body')
    """
    plain = normalise(name)
    for kind in _kinds():
        if kind.words.search(plain):
            return kind.kind
    if _COMPANY.fullmatch(recognise(name, country).rule):
        return "company"
    return f"{status} body" if status else None


class Partners:
    """Makes the records of partners and of their towns, each once.

    Args:
        source: Who says what the partners are.
        seats: Who says where they are.
        survey: Of the file.
        localities: Finds places; of ``seats``.
    """

    def __init__(self, source: str, seats: str, survey: Survey, localities: Localities) -> None:
        self._source = source
        self._seats = seats
        self._survey = survey
        self._localities = localities
        self._towns: dict[str, Described] = {}
        self._authorities: dict[str, Described] = {}
        self._bodies: dict[tuple[str, str | None], Described] = {}
        self._regions: dict[str, tuple[tuple[NodeRecord, ...], tuple[FactRecord, ...]]] = {}

    def describe(self, row: Participation) -> Described:
        """Return the partner of a row."""
        name, others = read_partner(row.partner)
        found = recognise(name, row.country)
        if found.kind == "municipality":
            return self._municipality(row, found, others)
        if found.kind == "region" and found.place:
            return self._region(row, found)
        if found.rule == "no authority named" and self._is_town(row, (name,)):
            return self._authority(row, (spoken(name),))
        return self._body(row)

    def _municipality(self, row: Participation, found: Recognised, others: Sequence[str]) -> Described:
        abroad = [recognise(other, row.country) for other in others]
        names = (spoken(name) for one in (found, *abroad) if one.kind == "municipality" for name in one.places)
        return self._authority(row, tuple(dict.fromkeys(names)))

    def _authority(self, row: Participation, names: Sequence[str]) -> Described:
        """Return a municipality by its names: the town of the row where it is the same, else a place found by its name.

        The GeoNames id of a row is that of its town, or of a place near by where GeoNames has no such town; so it is the id of
        the municipality only where GeoNames has it under the same name.
        """
        same = (
            any(is_same(name, row.gazetteer_name) for name in names)
            if row.gazetteer_name
            else self._is_town(row, names)
        )
        if same and (town := self._town(row)):
            return town
        first, *rest = names
        lies_in = row.nuts[0].code if row.nuts else None
        key = f"municipality {row.country or ''}|{'/'.join(names)}|{lies_in or ''}"
        if key not in self._authorities:
            query = PlaceQuery(first, row.country, tuple(rest), region=lies_in)
            self._authorities[key] = self._city(key, self._localities.city(key, query), lies_in)
        return self._authorities[key]

    def _is_town(self, row: Participation, names: Sequence[str]) -> bool:
        town = read_town(row.town) if row.town else None
        towns = {plain(name) for name in ((town.name, *town.others) if town else ())}
        if row.gazetteer_name:
            towns.add(plain(row.gazetteer_name))
        return not towns.isdisjoint(map(plain, names))

    def _region(self, row: Participation, found: Recognised) -> Described:
        name = spoken(found.place)
        key = f"{row.country or ''}|{found.level or ''}|{name}"
        if key not in self._authorities:
            self._authorities[key] = _described(self._localities.region(key, name, row.country, level=found.level))
        return self._authorities[key]

    def _body(self, row: Participation) -> Described:
        """Return a body that is no authority, and the town where it is."""
        key = body_key(read_partner(row.partner)[0], row.country)
        town = town_key(row)
        if (key, town) not in self._bodies:
            name, names = self._survey.body(key)
            own = own_id(self._source, key)
            known = known_organisation(name, row.country)
            node = Organisation(
                name=name, names=names, country=row.country, kind=kind_of(name, row.country, self._survey.status(key))
            )
            record = NodeRecord(node, tuple(dict.fromkeys((*((known,) if known else ()), own))), self._source, key)
            here = reference("Organisation", own)
            nodes, facts = [record], []
            if seat := self._town(row):
                nodes += seat[1]
                facts += [*seat[2], FactRecord(BasedIn(start=here, end=seat[0]), self._seats, f"{key}|{town}")]
            self._bodies[key, town] = here, tuple(nodes), tuple(facts)
        return self._bodies[key, town]

    def _town(self, row: Participation) -> Described | None:
        """Return the town of a row, None when it names none."""
        key = town_key(row)
        if key is None:
            return None
        if key not in self._towns:
            names = self._survey.town(key, row.gazetteer_name)
            ids = (f"geonames:{row.geonames_id}",) if row.geonames_id else ()
            lies_in = self._survey.lies_in(key)
            query = PlaceQuery(names[0], row.country, names[1:], ids, row.location, lies_in)
            self._towns[key] = self._city(key, self._localities.city(key, query), lies_in)
        return self._towns[key]

    def _city(self, key: str, placed: Placed, lies_in: str | None) -> Described:
        """Return a city with the region that the rows put it in."""
        if lies_in is None:
            return _described(placed)
        nodes, facts = self._nuts(lies_in)
        located = LocatedIn(start=placed.reference, end=reference("Region", f"nuts:{lies_in}"))
        here = FactRecord(located, self._seats, f"{key}|{lies_in}")
        return placed.reference, (*placed.nodes, *nodes), (*placed.facts, *facts, here)

    def _nuts(self, code: str) -> tuple[tuple[NodeRecord, ...], tuple[FactRecord, ...]]:
        """Return a NUTS region, those around it, and its country."""
        if code not in self._regions:
            region = self._survey.region(code)
            node = Region(
                name=region.name,
                names=(region.other,) if region.other else (),
                level=f"NUTS {len(code) - 2}",
                country=region.country,
            )
            record = NodeRecord(node, (f"nuts:{code}",), self._seats, code)
            above = self._survey.above(code)
            nodes: tuple[NodeRecord, ...] = (record,)
            facts: tuple[FactRecord, ...] = ()
            if above:
                there = reference("Region", f"nuts:{above}")
                more_nodes, more_facts = self._nuts(above)
                nodes, facts = (*nodes, *more_nodes), more_facts
            elif region.country in countries():
                country = country_record(region.country, self._seats)
                there, nodes = country.reference, (*nodes, country)
            else:
                there = ""
            if there:
                facts = (*facts, FactRecord(LocatedIn(start=record.reference, end=there), self._seats, code))
            self._regions[code] = nodes, facts
        return self._regions[code]


def _described(placed: Placed) -> Described:
    return placed.reference, placed.nodes, placed.facts
