"""Members of EUROCITIES, from a list of its web site to which Wikidata items were added."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.errors import KgError
from kg.loaders.base import Outcome, Records, Rejected, Row, Skipped
from kg.loaders.bodies import read_member
from kg.loaders.files import Entry, FileLoader
from kg.loaders.known_organisations import known_organisation
from kg.loaders.localities import Localities, Placed, own_id
from kg.loaders.reading.json_files import json_text, read_json
from kg.places.country_names import country_code
from kg.places.names import normalise
from kg.places.query import PlaceQuery
from kg.schema.identity import check_id
from kg.schema.nodes import Organisation
from kg.schema.provenance import Source
from kg.schema.records import FactRecord, NodeRecord
from kg.schema.relationships import BasedIn, MemberOf

if TYPE_CHECKING:
    from kg.places.resolve import Resolver

EUROCITIES = Source(
    id="eurocities-wikidata",
    title="EUROCITIES: members on its web site, with their items in Wikidata",
    publisher="EUROCITIES; Wikidata",
    licence="none stated for the list; Wikidata CC0; single facts with their source",
    url="https://eurocities.eu/cities",
    authority="aggregator",
)

_NETWORK = "own:eurocities"
_MEMBERSHIP = "member"
_FIELDS = ("name_on_website", "wikidata_name", "latitude", "longitude", "population", "country", "country_name")


class Eurocities(FileLoader):
    """Members of EUROCITIES.

    Args:
        files: The list, as JSON: ``members``, each with an item of Wikidata, and ``not_found``, names without one.
        edition: Partial date of the list, which does not carry one.
        resolver: What finds the places; the packaged gazetteer unless given.

    Raises:
        KgError: The file is not there.
    """

    name = "eurocities"
    scope = "eurocities"
    sources: Sequence[Source] = (EUROCITIES,)
    entry = Entry(
        id="eurocities",
        title=EUROCITIES.title,
        brings="members of EUROCITIES, with population and coordinates",
        publisher=EUROCITIES.publisher,
        licence=EUROCITIES.licence,
        url=EUROCITIES.url,
        command="kg load eurocities members-wikidata-enriched.json --edition 2025-05",
    )

    def __init__(self, files: Sequence[Path], *, edition: str | None = None, resolver: Resolver | None = None) -> None:
        super().__init__(files, edition=edition)
        if resolver is None:
            from kg.places.resolve import default_resolver

            resolver = default_resolver()
        self._localities = Localities(EUROCITIES.id, resolver)

    def extract(self) -> Iterable[Row]:
        """Yield the members, then the names for which no item was found.

        Raises:
            KgError: A file cannot be read or has no list of members.
        """
        for path in self.files:
            content = read_json(path)
            members = content.get("members") if isinstance(content, dict) else None
            if not isinstance(members, list) or not members:
                raise KgError(f"{path} has no list 'members': is it the right file?")
            for line, member in enumerate([*members, *_names(content.get("not_found"))], start=1):
                cells = {field: json_text(value) for field, value in member.items()} if isinstance(member, dict) else {}
                wanted = _FIELDS if cells.get("wikidata_id") else _FIELDS[:1]
                absent = [field for field in wanted if field not in cells]
                name = cells.get("name_on_website") or Row.content_id(line, cells)
                yield Row(path.name, line, cells, name, f"no {', '.join(absent)}" if absent else "")

    def transform(self, row: Row) -> Outcome:
        """Return the member and its membership."""
        cells = row.cells
        name, country = cells["name_on_website"], _country(cells)
        if not name:
            return Rejected("name_on_website is empty")
        body, known = read_member(name, country), known_organisation(name, country)
        seat = self._city(name, cells, country) if cells.get("wikidata_id") else None
        facts: list[FactRecord]
        if known or (seat and body.label == "Organisation"):
            # The item is that of the city after which the body is named: its seat.
            id_ = known or own_id(EUROCITIES.id, f"{country or ''}|{normalise(name)}")
            node = Organisation(name=name, kind=body.kind, country=country)
            record = NodeRecord(node, (id_,), EUROCITIES.id, name)
            member, nodes, facts = record.reference, [record], []
            if seat:
                nodes += seat.nodes
                based = BasedIn(start=member, end=seat.reference)
                facts = [*seat.facts, FactRecord(based, EUROCITIES.id, row.id)]
        elif seat:
            member, nodes, facts = seat.reference, list(seat.nodes), list(seat.facts)
        else:
            return Skipped("a name alone: no item of Wikidata was found for it")
        network = NodeRecord(Organisation(name="Eurocities", kind="network"), (_NETWORK,), EUROCITIES.id, "eurocities")
        membership = MemberOf(start=member, end=network.reference, status=_MEMBERSHIP)
        return Records((network, *nodes), (*facts, FactRecord(membership, EUROCITIES.id, row.id)))

    def _city(self, name: str, cells: Mapping[str, str], country: str | None) -> Placed:
        """Return the municipality of the item; two names on the web site may have one item."""
        item, population = cells["wikidata_id"], cells["population"]
        label = cells["wikidata_name"] or name
        query = PlaceQuery(
            label,
            country,
            # The name of a body is no name of its seat.
            names=(name,) if name != label and read_member(name, country).label == "City" else (),
            ids=(check_id(f"wikidata:{item}"),),
            location=(float(cells["longitude"]), float(cells["latitude"])) if cells["longitude"] else None,
            population=int(float(population)) if population else None,
        )
        return self._localities.city(f"{item} {name}", query, own_ids=(own_id(EUROCITIES.id, item),))


def _names(given: Any) -> list[dict[str, Any]]:
    """Return the names without an item as members that have nothing else."""
    return [{"name_on_website": name} for name in given] if isinstance(given, list) else []


def _country(cells: Mapping[str, str]) -> str | None:
    return country_code(cells.get("country_name", ""))
