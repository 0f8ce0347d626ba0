"""The nodes that blocks of a mapping make: which kind of thing it is, by which ids it goes, and what describes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kg.loaders.known_organisations import known_by_id, known_organisation
from kg.loaders.known_themes import known_theme
from kg.loaders.localities import Localities, Placed, country_record, own_id
from kg.loaders.mapping.entities import AUTHORITY, NodeBlock
from kg.loaders.mapping.kinds import as_code
from kg.places.names import normalise
from kg.places.query import PlaceQuery
from kg.schema.identity import best_first, check_id, reference, slug
from kg.schema.nodes import NODES, Point
from kg.schema.records import FactRecord, NodeRecord

#: What the rules of authorities say of a name that has none of their words: in a list of members, it is that of a place.
_NO_WORD = "no authority named"

#: Schemes whose codes stand for the very municipality in the gazetteers too; those of others are names that a source gives.
_EXACT = ("geonames", "wikidata", "lau")


@dataclass(frozen=True, slots=True)
class Made:
    """A node as facts call it, and the records that describe it: none when it is only referred to."""

    reference: str
    nodes: tuple[NodeRecord, ...] = ()
    facts: tuple[FactRecord, ...] = ()


class Bodies:
    """Makes nodes of one source; rows that describe the same one get the description of the first of them.

    Args:
        source: Id of the source.
        localities: What makes the records of municipalities and regions.
    """

    def __init__(self, source: str, localities: Localities) -> None:
        self._source = source
        self._localities = localities
        self._made: dict[tuple[str, str], Made] = {}

    def make(self, block: NodeBlock, values: dict[str, Any], post: str | None) -> Made | None:
        """Return the node that values come to; None when nothing names it.

        Args:
            block: The block of the mapping.
            values: By field, each read as its kind; ``ids.geonames`` and the like, ``id``, ``own_id``, ``region``, ``latitude``
                and ``longitude`` besides.
            post: The post and place of a person.

        Raises:
            ValueError: What is given does not make such a node.
        """
        values = dict(values)
        ids = [as_code(key.removeprefix("ids."), values.pop(key)) for key in list(values) if key.startswith("ids.")]
        if "id" in values:
            ids.insert(0, values.pop("id"))
        for id_ in ids:
            check_id(id_)
        own = values.pop("own_id", None)
        name = values.get("name")
        if block.label == "Country":
            return self._country(values, ids)
        if name is None:
            return self._referred(block, ids, own)
        label, found = block.label, None
        if label == AUTHORITY:
            label, found = _decide(name, values.get("country"))
            values, ids = _of_label(label, values, ids)
        match label:
            case "City":
                return self._city(values, ids, own, found)
            case "Region":
                return self._region(values, ids, own, found)
            case "Organisation":
                return self._organisation(values, ids, own)
            case "Person":
                return self._person(values, ids, own, post)
            case "Theme":
                return self._theme(values, ids, own)
        return self._plain(label, values, ids, own)

    def _referred(self, block: NodeBlock, ids: list[str], own: str | None) -> Made | None:
        """Return a node that other rows, or the graph, describe."""
        schemes = {label: NODES[label].schemes for label in block.labels}
        for label in block.labels:
            fitting = [id_ for id_ in ids if id_.partition(":")[0] in schemes[label]]
            if fitting:
                return self._starters(label, best_first(fitting)[0])
        return Made(reference(block.labels[0], self._own(block.labels[0], own))) if own else None

    def _starters(self, label: str, id_: str) -> Made:
        """Return a node by its id; one that the starter has is described, so that the list loads without the starter as well."""
        known = known_by_id().get(id_) if label == "Organisation" else None
        nodes = (NodeRecord(known, (id_,), self._source, id_),) if known else ()
        return Made(reference(label, id_), nodes)

    def _own(self, label: str, code: str) -> str:
        """Return the id of what the source calls by a code of its own."""
        return own_id(self._source, code if label == "City" else f"{label.lower()} {code}")

    def _once(self, label: str, key: str, make: Callable[[], Made]) -> Made:
        made = self._made.get((label, key))
        if made is None:
            made = self._made[label, key] = make()
        return made

    def _city(self, values: dict[str, Any], ids: list[str], own: str | None, found: Any) -> Made:
        written, country, region = values.pop("name"), values.pop("country", None), values.pop("region", None)
        name = found.place if found and found.kind == "municipality" else written
        location = _location(values)
        exact = tuple(id_ for id_ in ids if id_.partition(":")[0] in _EXACT)
        others = tuple(id_ for id_ in ids if id_ not in exact)
        spot = f"{location.latitude:.4f},{location.longitude:.4f}" if location else None
        # An exact id says it all; without one, all that tells namesakes apart is part of what the source calls it.
        key = own or next(iter(ids), None) or "|".join(detail for detail in (country, name, region, spot) if detail)
        names = tuple(dict.fromkeys((*values.pop("names", ()), *((written,) if name != written else ()))))
        own_ids = (
            (self._own("City", own), *others) if own else (*others, *(() if others else (self._own("City", key),)))
        )

        def make() -> Made:
            query = PlaceQuery(
                name,
                country,
                names=names,
                ids=exact,
                location=location,
                region=region,
                population=values.get("population"),
            )
            return _made(self._localities.city(key, query, own_ids=own_ids, **values))

        return self._once("City", key, make)

    def _region(self, values: dict[str, Any], ids: list[str], own: str | None, found: Any) -> Made:
        name, country = values.pop("name"), values.pop("country", None)
        level = values.pop("level", None) or (found.level if found else None)
        key = own or next(iter(ids), None) or "|".join(detail for detail in (country, name, level) if detail)
        mine = tuple(id_ for id_ in ids if id_.startswith("own:"))
        own_ids = (self._own("Region", own),) if own else mine
        exact = tuple(id_ for id_ in ids if id_ not in mine)

        def make() -> Made:
            placed = self._localities.region(key, name, country, level=level, ids=exact, own_ids=own_ids, **values)
            return _made(placed)

        return self._once("Region", key, make)

    def _organisation(self, values: dict[str, Any], ids: list[str], own: str | None) -> Made:
        name, country = values["name"], values.get("country")
        if not ids and not own:
            known = known_organisation(name, country)
            if values.get("kind") == "network":
                # The starter knows better whether those that it has are networks or associations.
                values = {key: value for key, value in values.items() if key != "kind" or known is None}
                known = known or (f"own:{slug(name)}" if slug(name) else None)
            ids = [known or own_id(self._source, f"{country or ''}|{normalise(name) or name}")]
        return self._plain("Organisation", values, ids, own)

    def _person(self, values: dict[str, Any], ids: list[str], own: str | None, post: str | None) -> Made:
        if not ids and not own:
            if post is None:
                raise ValueError(f"{values['name']}: neither an id nor a post that says who this is")
            ids = [own_id(self._source, f"{values['name']}|{post}")]
        return self._plain("Person", values, ids, own)

    def _theme(self, values: dict[str, Any], ids: list[str], own: str | None) -> Made:
        """Return a theme: the starter's, under the name that it has there, when it is called by one of its names."""
        if not ids and not own and (known := known_theme(values["name"])):
            id_, name = known
            written = () if values["name"] == name else (values["name"],)
            values = {**values, "name": name, "names": tuple(dict.fromkeys((*values.get("names", ()), *written)))}
            ids = [id_]
        return self._plain("Theme", values, ids, own)

    def _plain(self, label: str, values: dict[str, Any], ids: list[str], own: str | None) -> Made:
        if own:
            ids = [*ids, self._own(label, own)]
        elif not ids:
            ids = [own_id(self._source, f"{label.lower()} {normalise(values['name']) or values['name']}")]
        key = own or best_first(ids)[0]

        def make() -> Made:
            record = NodeRecord(NODES[label](**values), tuple(dict.fromkeys(ids)), self._source, key)
            return Made(record.reference, (record,))

        return self._once(label, key, make)

    def _country(self, values: dict[str, Any], ids: list[str]) -> Made | None:
        code = values.pop("country", None) or next(
            (id_.removeprefix("iso:") for id_ in ids if id_.startswith("iso:")), None
        )
        if code is None:
            return None
        named = country_record(code, self._source)
        if not values and len(ids) <= 1:
            return Made(named.reference, (named,))
        values.setdefault("name", named.node.name)

        def make() -> Made:
            record = NodeRecord(
                NODES["Country"](**values), tuple(dict.fromkeys((*named.ids, *ids))), self._source, code
            )
            return Made(record.reference, (record,))

        return self._once("Country", code, make)


def _decide(name: str, country: str | None) -> tuple[str, Any]:
    """Return the label of a body by the words in its name, and what they say."""
    from kg.places.authorities import recognise

    found = recognise(name, country)
    if found.kind == "municipality" or found.rule == _NO_WORD:
        return "City", found
    return ("Region" if found.kind == "region" else "Organisation"), found


def _of_label(label: str, values: dict[str, Any], ids: list[str]) -> tuple[dict[str, Any], list[str]]:
    """Return the values and ids that this kind of node can have, of those that a block for several kinds has."""
    model = NODES[label]
    fields = {*model.model_fields, *(("region", "latitude", "longitude") if label == "City" else ())}
    kept = {name: value for name, value in values.items() if name in fields}
    return kept, [id_ for id_ in ids if id_.partition(":")[0] in model.schemes]


def _location(values: dict[str, Any]) -> Point | None:
    latitude, longitude = values.pop("latitude", None), values.pop("longitude", None)
    return None if latitude is None or longitude is None else Point(longitude, latitude)


def _made(placed: Placed) -> Made:
    return Made(placed.reference, placed.nodes, placed.facts)
