"""What must be known of a whole file before its first row is read, so that the order of its rows makes no difference."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import zip_longest

from kg.loaders.base import Row
from kg.loaders.keep.files import Nuts, Participation, needed, participation, period_of
from kg.loaders.keep.names import commonest, is_same, plain, read_partner, read_town
from kg.schema.identity import slug

#: Least share of a town's rows that must agree on its NUTS 3 region.
_MOST = 0.8


def project_key(programme: str, acronym: str) -> str:
    """Return what tells a project from all others, the same in both layouts.

    The acronym counts as it is written: BALTRAD and BALTRAD+ are two projects.
    """
    return f"{programme_code(programme)}|{' '.join(acronym.split())}"


@lru_cache(maxsize=1000)
def programme_code(text: str) -> str:
    """Return the code of a programme, the same in both layouts.

    >>> programme_code("2007 \u2013 2013 Two Shores ")
    '2007-2013-two-shores'
    """
    return slug(text)


def body_key(name: str, country: str | None) -> str:
    """Return what tells a partner that is no authority from all others: its country and its name."""
    return f"{country or ''}|{plain(name)}"


def town_key(row: Participation) -> str | None:
    """Return what tells a town from all others of the source: its GeoNames id, else country, name and NUTS 3 region."""
    if row.geonames_id:
        return f"geonames:{row.geonames_id}"
    town = read_town(row.town) if row.town else None
    if town is None:
        return None
    names = "/".join(plain(name) for name in (town.name, *town.others))
    return f"{row.country or ''}|{names}|{row.nuts[0].code if row.nuts else ''}"


@dataclass
class Survey:
    """Counts over all rows of partners; a few short texts for each town, body and project."""

    periods: set[str] = field(default_factory=set)
    #: Projects that the sheet of projects has, and how often.
    projects: Counter[str] = field(default_factory=Counter)
    _towns: dict[str, Counter[tuple[str, ...]]] = field(default_factory=lambda: defaultdict(Counter))
    _lies_in: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    _bodies: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    _others: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _statuses: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _regions: dict[str, Counter[Nuts]] = field(default_factory=lambda: defaultdict(Counter))
    _above: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    _sites: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def add_projects(self, rows: Iterable[Row]) -> None:
        """Count the sheet of projects; rows that cannot be read are left to be rejected."""
        for row in rows:
            try:
                programme, acronym = needed(row.cells, "Programme"), needed(row.cells, "Acronym")
            except ValueError:
                continue
            if row.defect:
                continue
            self._period(programme)
            key = project_key(programme, acronym)
            self.projects[key] += 1
            if site := row.cells.get("Website"):
                self._sites[site].add(key)

    def add_partners(self, rows: Iterable[Row]) -> None:
        """Count partners; rows that cannot be read are left to be rejected."""
        for row in rows:
            if row.defect:
                continue
            try:
                one = participation(row)
            except ValueError:
                continue
            self._add(one)

    def _add(self, one: Participation) -> None:
        self._period(one.programme)
        key = project_key(one.programme, one.acronym)
        if one.website:
            self._sites[one.website].add(key)
        if town := town_key(one):
            read = read_town(one.town) if one.town else None
            if read:
                self._towns[town][(read.name, *read.others)] += 1
            if one.nuts:
                self._lies_in[town][one.nuts[0].code] += 1
        name, others = read_partner(one.partner)
        body = body_key(name, one.country)
        self._bodies[body][name] += 1
        self._others[body].update(others)
        if one.legal_status in ("public", "private"):
            self._statuses[body].add(one.legal_status)
        for region, above in zip_longest(one.nuts, one.nuts[1:]):
            self._regions[region.code][region] += 1
            if above and region.code != above.code and region.code.startswith(above.code):
                self._above[region.code][above.code] += 1

    def _period(self, programme: str) -> None:
        period, _ = period_of(programme)
        if period:
            self.periods.add(period)

    def town(self, key: str, gazetteer_name: str | None = None) -> tuple[str, ...]:
        """Return the name of a town as most rows write it, and its other names; none when no row writes one.

        Where a row names the place of the gazetteer, that is its name, in the rows' spelling where they have one: ``asciiName``
        has no diacritics.
        """
        found: Mapping[tuple[str, ...], int] = self._towns.get(key, Counter())
        if gazetteer_name:
            found = {names[:1]: number for names, number in found.items() if is_same(names[0], gazetteer_name)}
            if not found:
                return (gazetteer_name,)
        return min(found, key=lambda names: (-found[names], names)) if found else ()

    def lies_in(self, key: str) -> str | None:
        """Return the NUTS 3 region in which nearly all rows put a town; None when they differ."""
        found = self._lies_in.get(key)
        if not found:
            return None
        code = min(found, key=lambda code: (-found[code], code))
        return code if found[code] >= _MOST * found.total() else None

    def body(self, key: str) -> tuple[str, tuple[str, ...]]:
        """Return the name of a body as most rows write it, and its names in other languages."""
        name = commonest(self._bodies[key])
        return name, tuple(sorted(self._others.get(key, set()) - {name}))

    def status(self, key: str) -> str | None:
        """Return the legal status of a body, public or private, when all rows that say one agree."""
        found: set[str] = self._statuses.get(key, set())
        return next(iter(found)) if len(found) == 1 else None

    def region(self, code: str) -> Nuts:
        """Return a NUTS region with the name that most rows give it."""
        found = self._regions[code]
        return min(found, key=lambda region: (-found[region], region.name))

    def above(self, code: str) -> str | None:
        """Return the NUTS region around a NUTS region."""
        found = self._above.get(code)
        return min(found, key=lambda above: (-found[above], above)) if found else None

    def sites(self) -> Mapping[str, str]:
        """Return the website of each project that has one of its own: no other project has it, and the first of several."""
        own: dict[str, str] = {}
        for site in sorted(self._sites, reverse=True):
            if len(self._sites[site]) == 1:
                own[next(iter(self._sites[site]))] = site
        return own
