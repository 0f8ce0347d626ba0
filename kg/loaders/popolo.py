"""Popolo, the JSON in which parliaments, councils and associations publish who holds which post: any publisher's."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from kg.errors import KgError, quoted
from kg.loaders.base import Outcome, Records, Rejected, Row, Skipped
from kg.loaders.files import Entry, FileLoader, Option
from kg.loaders.known_organisations import known_organisation
from kg.loaders.localities import Localities, own_id
from kg.loaders.popolo_files import Collections, Found, read_collections
from kg.loaders.popolo_rows import (
    area_cells,
    area_label,
    day,
    flat_row,
    organisation_cells,
    row_name,
    wikidata_ids,
    wikidata_item,
)
from kg.places.countries import country_named
from kg.places.names import normalise
from kg.places.query import PlaceQuery
from kg.schema.identity import reference, slug
from kg.schema.nodes import Organisation, Person
from kg.schema.provenance import Source
from kg.schema.records import FactRecord, NodeRecord
from kg.schema.relationships import HoldsPost, MemberOf, PartOf, Serves

if TYPE_CHECKING:
    from kg.places.resolve import Resolver

#: Of organisations: to belong to one is a conviction, and no public role.
_PARTIES = frozenset({"party", "political party", "parliamentary group", "faction", "coalition"})


class Popolo(FileLoader):
    """Persons, organisations, posts and memberships of one publisher.

    Args:
        files: JSON; all that the publisher has, together.
        publisher: Whose data they are.
        edition: Date of the data.
        licence: Under which they are published.
        url: Where.
        country: In which its areas lie, by code or English name; else municipalities are found by their ids alone.
        resolver: Finds places; the packaged one by default.

    Raises:
        KgError: No publisher is given, or a country that is not in the list.
    """

    name = "popolo"
    entry: ClassVar[Entry] = Entry(
        id="popolo",
        title="Popolo data of a parliament, council or association",
        brings="persons with their posts, organisations and what they are part of, memberships of organisations, municipalities",
        publisher="who publishes the file (--publisher)",
        licence="that of the publisher (--licence)",
        url="https://www.popoloproject.com",
        command='kg load popolo FILE... --publisher "Name" --edition DATE [--country CODE]',
        untried=True,
    )
    options: ClassVar[tuple[Option, ...]] = (
        Option("publisher", "Whose data these are: a name, the same for every edition.", metavar="NAME"),
        Option("licence", "Under which licence they are published.", metavar="TEXT"),
        Option("url", "Where they are published.", metavar="ADDRESS"),
        Option("country", "The country in which its municipalities lie, by code or English name.", metavar="COUNTRY"),
    )

    def __init__(
        self,
        files: Sequence[Path],
        *,
        publisher: str | None = None,
        edition: str | None = None,
        licence: str | None = None,
        url: str | None = None,
        country: str | None = None,
        resolver: Resolver | None = None,
    ) -> None:
        super().__init__(files, edition=edition)
        name = " ".join((publisher or "").split())
        if not name:
            raise KgError(
                'Popolo files do not say whose they are: give --publisher "NAME", the same for every edition of these data'
            )
        self._country = country_named(country) if country else None
        if country and self._country is None:
            raise KgError(
                f"--country {quoted(country)}: no such country in the list; give its code or its English name"
            )
        # A name in other than Latin letters leaves no slug.
        self._code = slug(name) or hashlib.blake2b(name.encode(), digest_size=5).hexdigest()
        self._source = Source(
            id=f"popolo-{self._code}",
            title=f"Popolo data of {name}",
            publisher=name,
            licence=licence or "not stated",
            url=url or "",
            authority="publisher",
        )
        self._resolver = resolver

    @classmethod
    def for_files(cls, files: Sequence[Path], *, edition: str | None = None, **options: Any) -> Sequence[Self]:
        """Return one load of all files, which refer to one another."""
        return [cls(files, edition=edition, **options)]

    @property
    def scope(self) -> str:
        """The publisher."""
        return f"popolo?publisher={self._code}"

    @property
    def sources(self) -> Sequence[Source]:
        """The publisher's data set."""
        return (self._source,)

    def extract(self) -> Iterable[Row]:
        """Yield areas, organisations with what they are part of and where, persons and memberships, as flat rows.

        Raises:
            KgError: A file is no JSON or no Popolo.
        """
        for found in self._collections.area:
            yield flat_row(found, "area", found.id(), area_cells(found))
        for found in self._collections.organization:
            yield flat_row(found, "organization", found.id(), organisation_cells(found))
            if parent := found.reference("parent"):
                yield flat_row(found, "parent", f"{found.id()}>{parent}", {"id": found.id(), "parent": parent})
            if area := found.reference("area"):
                yield flat_row(found, "served", f"{found.id()}>{area}", {"id": found.id(), "area": area})
        for found in self._collections.person:
            yield flat_row(
                found,
                "person",
                found.id(),
                {"id": found.id(), "name": found.text("name"), "wikidata": wikidata_item(found)},
            )
        yield from self._membership_rows

    def transform(self, row: Row) -> Outcome:
        """Return the node or the fact of a row."""
        outcome: Outcome = getattr(self, f"_{row.cells['class']}")(row)
        return outcome

    @cached_property
    def _collections(self) -> Collections:
        return read_collections(self.files)

    @cached_property
    def _localities(self) -> Localities:
        from kg.places.resolve import default_resolver

        return Localities(self._source.id, self._resolver or default_resolver())

    @cached_property
    def _areas(self) -> Mapping[str, str]:
        """The references of areas that are municipalities or regions, by id."""
        references = {}
        for found in self._collections.area:
            row = flat_row(found, "area", found.id(), area_cells(found))
            outcome = self._accepted(row)
            if isinstance(outcome, Records):
                references[found.id()] = outcome.nodes[0].reference
        return references

    @cached_property
    def _area_ids(self) -> frozenset[str]:
        return frozenset(found.id() for found in self._collections.area)

    @cached_property
    def _organisations(self) -> Mapping[str, Found]:
        return {found.id(): found for found in self._collections.organization if found.id()}

    @cached_property
    def _persons(self) -> Mapping[str, Found]:
        return {found.id(): found for found in self._collections.person if found.id()}

    @cached_property
    def _posts(self) -> Mapping[str, Found]:
        return {found.id(): found for found in self._collections.post if found.id()}

    @cached_property
    def _membership_rows(self) -> Sequence[Row]:
        return [self._membership_row(found) for found in self._collections.membership]

    @cached_property
    def _holders(self) -> frozenset[str]:
        """The persons who hold a post by a membership that can be read."""
        return frozenset(
            row.cells["person"]
            for row in self._membership_rows
            if row.cells.get("person") and isinstance(self._accepted(row), Records)
        )

    def _accepted(self, row: Row) -> Outcome:
        """Return what a row says, as the frame takes it."""
        if row.defect:
            return Rejected(row.defect)
        try:
            return self.transform(row)
        except ValueError as error:
            return Rejected(str(error))

    def _membership_row(self, found: Found) -> Row:
        """Return a membership with what is needed of the post, and its member told apart: a person or an organisation."""
        post = self._posts.get(found.reference("post"))
        person, member, organisation = (found.reference(name) for name in ("person", "member", "organization"))
        if member and not person:
            kind = found.inner("member").text("@type", "type").casefold()
            is_organisation = "organi" in kind or (member in self._organisations and member not in self._persons)
            person, member = ("", member) if is_organisation else (member, "")
        inner = found.inner("member")
        cells = {
            "person": person,
            "member": member,
            "organization": organisation or (post.reference("organization") if post else ""),
            "post": (post.text("label", "role") if post else "") or found.text("role", "label"),
            "role": found.text("role", "label"),
            "start": found.text("start_date") or inner.text("start_date"),
            "end": found.text("end_date") or inner.text("end_date"),
        }
        natural = ">".join((person or member, cells["organization"], cells["post"], cells["start"]))
        return flat_row(found, "membership", found.id() or natural, cells)

    def _area(self, row: Row) -> Outcome:
        cells = row.cells
        if not cells["id"]:
            return Rejected("the area has no id")
        kind, ids = area_label(cells["classification"]), tuple(json.loads(cells["ids"]))
        country = cells["country"] or self._country
        if kind == "Region":
            exact = [id_ for id_ in ids if id_.startswith(("wikidata:", "nuts:"))]
            placed = self._localities.region(
                cells["id"],
                cells["name"],
                country,
                level=cells["classification"],
                ids=exact,
                own_ids=(self._id("area", cells["id"]),),
            )
        elif kind == "City" or (not cells["classification"] and any(id_.startswith("geonames:") for id_ in ids)):
            exact = [id_ for id_ in ids if id_.startswith(("wikidata:", "geonames:"))]
            query = PlaceQuery(cells["name"], country, ids=tuple(exact))
            placed = self._localities.city(cells["id"], query, own_ids=(self._id("area", cells["id"]),))
        else:
            return Skipped("area that is neither a municipality nor a region")
        return Records(placed.nodes, placed.facts)

    def _organization(self, row: Row) -> Outcome:
        cells = row.cells
        if not cells["id"]:
            return Rejected("the organisation has no id")
        organisation = Organisation(
            name=cells["name"],
            names=tuple(json.loads(cells["names"])),
            kind=cells["classification"].lower() or None,
            founded=day(cells["founded"]),
            dissolved=day(cells["dissolved"]),
        )
        known = known_organisation(cells["name"], self._country)
        ids = (*wikidata_ids(cells), *((known,) if known else ()), self._id("organization", cells["id"]))
        return Records((NodeRecord(organisation, ids, self._source.id, row_name("organization", cells["id"])),))

    def _parent(self, row: Row) -> Outcome:
        return self._between(
            row, PartOf(start=self._organisation(row.cells["id"]), end=self._organisation(row.cells["parent"]))
        )

    def _served(self, row: Row) -> Outcome:
        area = row.cells["area"]
        if area in self._areas:
            return self._between(row, Serves(start=self._organisation(row.cells["id"]), end=self._areas[area]))
        if area in self._area_ids:
            return Skipped("organisation of an area that is neither a municipality nor a region")
        return Rejected(f"area {quoted(area)} is not in these files")

    def _person(self, row: Row) -> Outcome:
        cells = row.cells
        if not cells["id"]:
            return Rejected("the person has no id")
        if cells["id"] not in self._holders:
            return Skipped("person without a post")
        ids = (*wikidata_ids(cells), self._id("person", cells["id"]))
        record = NodeRecord(Person(name=cells["name"]), ids, self._source.id, row_name("person", cells["id"]))
        return Records((record,))

    def _membership(self, row: Row) -> Outcome:
        cells = row.cells
        if not cells["organization"]:
            return Rejected("the membership names no organisation")
        there = self._organisation(cells["organization"])
        since, until = day(cells["start"]), day(cells["end"])
        if cells["member"]:
            here = self._organisation(cells["member"])
            return self._between(
                row, MemberOf(start=here, end=there, role=cells["role"] or None, since=since, until=until)
            )
        if not cells["person"]:
            return Rejected("the membership names no member")
        if cells["person"] not in self._persons:
            return Rejected(f"person {quoted(cells['person'])} is not in these files")
        if normalise(cells["post"]) == "candidate":
            return Skipped("candidacy, which is no post")
        classification = self._organisations[cells["organization"]].text("classification")
        if normalise(classification) in _PARTIES and normalise(cells["post"]) in ("", "member"):
            return Skipped("belongs to a party without a post in it")
        here = reference("Person", self._id("person", cells["person"]))
        return self._between(
            row, HoldsPost(start=here, end=there, post=cells["post"] or "member", since=since, until=until)
        )

    def _between(self, row: Row, fact: PartOf | Serves | MemberOf | HoldsPost) -> Records:
        return Records(facts=(FactRecord(fact, self._source.id, row.id),))

    def _organisation(self, id_: str) -> str:
        """Return the reference of an organisation of these files.

        Raises:
            ValueError: It is not in them.
        """
        if id_ not in self._organisations:
            raise ValueError(f"organisation {quoted(id_)} is not in these files")
        return reference("Organisation", self._id("organization", id_))

    def _id(self, class_: str, id_: str) -> str:
        return own_id(self._source.id, f"{class_} {id_}")
