"""What the small graph says: first the nodes, then the facts by what they are about, then both together.

Everything is written out here, so that what a test expects can be worked out by hand.
"""

from __future__ import annotations

from kg.loaders.base import Records
from kg.schema import nodes, relationships
from kg.schema.provenance import Source
from kg.schema.records import FactRecord, NodeRecord

_LICENCE = "CC0 1.0"


def _source(name: str, title: str, publisher: str, authority: str) -> Source:
    url = f"https://example.org/{name}"
    return Source(f"small-{name}", f"Small graph: {title}", publisher, _LICENCE, url, authority)


#: The sources of all but the twin towns, and the source of these.
SOURCES = (
    _source("places", "places", "Example Gazetteer", "publisher"),
    _source("eurocities", "members of Eurocities", "Example Networks", "network"),
    _source("lists", "other member lists", "Example Networks", "network"),
    _source("projects", "projects and events", "Example Programmes", "publisher"),
    _source("desk", "offers and requests", "Example Desk", "person"),
    _source("encyclopaedia", "what an encyclopaedia says", "Example Encyclopaedia", "aggregator"),
)
TWINS = _source("twins", "twin towns", "Example Twins", "aggregator")

_Nodes = dict[str, NodeRecord]


def _node(node: nodes.Node, *ids: str, source: str = "places") -> NodeRecord:
    return NodeRecord(node, ids, f"small-{source}", ids[-1])


def _city(name: str, country: str, population: int | None, id_: str, place: tuple[float, float] | None) -> NodeRecord:
    location = None if place is None else nodes.Point(*place)
    node = nodes.City(name=name, country=country, population=population, location=location, as_of="2024")
    return _node(node, id_)


def _organisation(
    name: str, id_: str, kind: str, country: str | None = None, acronym: str | None = None, stated: int | None = None
) -> NodeRecord:
    node = nodes.Organisation(
        name=name, kind=kind, country=country, acronym=acronym, members_stated=stated, as_of="2024"
    )
    return _node(node, id_, source="lists")


def _project(
    name: str, title: str, start: str | None, end: str | None, budget: float | None, kind: str = "project"
) -> NodeRecord:
    node = nodes.Project(name=name, title=title, start=start, end=end, budget_eur=budget, kind=kind, as_of="2024")
    return _node(node, f"own:small.{name.lower().replace(' ', '-')}", source="projects")


def _call(name: str, id_: str, opens: str | None, closes: str | None, budget: float | None) -> NodeRecord:
    node = nodes.Call(name=name, opens=opens, closes=closes, budget_eur=budget, rule="cities", as_of="2024")
    return _node(node, id_, source="projects")


def _theme(name: str, id_: str, *names: str, definition: str | None = None) -> NodeRecord:
    return _node(nodes.Theme(name=name, names=names, definition=definition, as_of="2024"), id_, source="projects")


def _programme(name: str, id_: str, kind: str) -> NodeRecord:
    return _node(nodes.Programme(name=name, kind=kind, as_of="2024"), id_, source="projects")


def _nodes() -> _Nodes:
    """Return the records of nodes by the short names that the facts call them by."""
    return {
        "FI": _node(nodes.Country(name="Finland", eu_since="1995-01-01", as_of="2024"), "iso:FI"),
        "LV": _node(nodes.Country(name="Latvia", eu_since="2004-05-01", as_of="2024"), "iso:LV"),
        "EE": _node(nodes.Country(name="Estonia", eu_since="2004-05-01", as_of="2024"), "iso:EE"),
        "UA": _node(nodes.Country(name="Ukraine", as_of="2024"), "iso:UA"),
        "uusimaa": _node(
            nodes.Region(name="Helsinki-Uusimaa", country="FI", level="region", as_of="2024"), "nuts:FI1B1"
        ),
        "helsinki": _city("Helsinki", "FI", 660_000, "geonames:658225", (24.935, 60.170)),
        "espoo": _city("Espoo", "FI", 320_000, "geonames:660158", (24.652, 60.205)),
        "turku": _city("Turku", "FI", 200_000, "geonames:633679", (22.269, 60.451)),
        "riga": _city("Riga", "LV", 600_000, "geonames:456172", (24.106, 56.946)),
        "tallinn": _city("Tallinn", "EE", 450_000, "geonames:588409", (24.754, 59.437)),
        "tartu": _city("Tartu", "EE", 90_000, "geonames:588335", (26.725, 58.381)),
        "lviv": _city("Lviv", "UA", 720_000, "geonames:702550", (24.023, 49.838)),
        "kalda": _city("Kalda", "EE", 8_000, "own:kalda", None),
        "vana-kalda": _node(
            nodes.City(name="Vana-Kalda", country="EE", dissolved="2017-10-15", as_of="2024"), "own:vana-kalda"
        ),
        "novo-selo": _node(
            nodes.City(
                name="Novo Selo",
                country="UA",
                resolution="review",
                candidates=('{"id": "geonames:1", "name": "Novoselo", "score": 0.8, "evidence": []}',),
                as_of="2024-01",
            ),
            "own:small.novo-selo",
            source="lists",
        ),
        "energy": _theme(
            "Energy transition and efficient buildings",
            "own:energy-transition",
            "Energy transition",
            definition="Less heat, and from the sun.",
        ),
        "climate": _theme("Climate mitigation and neutrality", "own:climate-mitigation"),
        "digital": _theme("Digital transformation", "own:digital-transformation"),
        "eurocities": _organisation("Eurocities", "own:eurocities", "network", "BE", "EUROCITIES"),
        "polis": _organisation("Polis", "own:polis", "network", "BE", "POLIS", 60),
        "covenant": _organisation("Covenant of Mayors for Climate and Energy", "own:covenant-of-mayors", "network"),
        "cemr": _organisation(
            "Council of European Municipalities and Regions", "own:cemr", "association", "BE", "CEMR"
        ),
        "platforma": _organisation("PLATFORMA", "own:platforma", "network", "BE"),
        "aflra": _organisation(
            "Association of Finnish Local and Regional Authorities", "own:aflra-fi", "association", "FI"
        ),
        "lps": _organisation(
            "Latvian Association of Local and Regional Governments", "own:lps-lv", "association", "LV"
        ),
        "hsl": _organisation("Helsinki Region Transport", "own:hsl", "transport authority", "FI", "HSL"),
        "agency": _organisation("Example Energy Agency", "own:small.energy-agency", "agency", "LV"),
        "anna": _node(nodes.Person(name="Anna Invented", as_of="2024"), "own:small.anna", source="projects"),
        "bruno": _node(nodes.Person(name="Bruno Invented", as_of="2024"), "own:small.bruno", source="projects"),
        "horizon": _programme("Horizon 2020", "own:horizon-2020", "funding programme"),
        "urbact": _programme("URBACT III", "own:urbact-iii", "funding programme"),
        "charter": _programme(
            "European Charter for Equality of Women and Men in Local Life", "own:gender-equality-charter", "charter"
        ),
        "call": _call("Example call for climate-neutral towns", "own:small.call", "2024", "2099-06-30", 5_000_000),
        "old-call": _call("Example call of long ago", "own:small.old-call", "2018", "2019-03", None),
        "undated-call": _call("Example call without dates", "own:small.undated-call", None, None, None),
        "warm": _project("WARM", "Warm homes", "2018", "2020-06", 1_200_000),
        "tram": _project("TRAM", "Trams for all", "2022", "2099", 2_000_000),
        "green": _project("GREEN", "Green roofs of small towns", "2019", "2021", None),
        "pairing": _project("Pairing Espoo and Lviv", "Pairing Espoo and Lviv", "2023", None, None, "pairing"),
        "oldtown": _project("OLDTOWN", "Old towns", "2010", "2012", None),
        "week": _node(nodes.Event(name="Example Week 2024", start="2024-03", as_of="2024"), "own:small.week"),
        "forum": _node(
            nodes.Event(name="Example Forum 2024", start="2024-03-05", end="2024-03-06", as_of="2024"),
            "own:small.forum",
        ),
    }


class _Facts:
    """Facts of one source after another, their ends by short name."""

    def __init__(self, known: _Nodes) -> None:
        self._known = known
        self.records: list[FactRecord] = []

    def add(self, source: str, type_: str, start: str, end: str, as_of: str | None, **values: object) -> None:
        """Add a fact; without a date of its own where ``as_of`` is None."""
        ends = {"start": self._known[start].reference, "end": self._known[end].reference}
        fact = relationships.FACTS[type_].model_validate({**ends, **values, "as_of": as_of})
        self.records.append(FactRecord(fact, f"small-{source}", f"{type_}:{start}>{end}"))


def _members(facts: _Facts, *, earlier: bool) -> None:
    for city, since in (("helsinki", "1996"), ("riga", "2000"), ("espoo", "2015-06")):
        facts.add("eurocities", "MEMBER_OF", city, "eurocities", "2025-05", since=since, status="member")
    facts.add("eurocities", "MEMBER_OF", "tallinn", "eurocities", "2025-05", since="2003", role="board member")
    facts.add("eurocities", "MEMBER_OF", "turku", "eurocities", "2025-05", since="1998", until="2011")
    if earlier:
        facts.add("eurocities", "MEMBER_OF", "tartu", "eurocities", "2024-05", since="2005")
    facts.add("encyclopaedia", "MEMBER_OF", "riga", "eurocities", "2023", since="2001")
    facts.add("lists", "MEMBER_OF", "helsinki", "polis", "2019")
    facts.add("lists", "MEMBER_OF", "hsl", "polis", "2019", role="associate")
    for signatory, signed in (
        ("riga", "2008"),
        ("helsinki", "2009"),
        ("lviv", "2010"),
        ("vana-kalda", "2012"),
        ("tartu", "2014-03-01"),
        ("kalda", "2018"),
        ("novo-selo", None),
    ):
        facts.add(
            "lists", "MEMBER_OF", signatory, "covenant", "2024-01", since=signed, role="signatory", status="published"
        )
    facts.add("encyclopaedia", "MEMBER_OF", "lviv", "covenant", "2023", commitments=("2030", "adaptation"))
    for association, country in (("aflra", "FI"), ("lps", "LV")):
        facts.add("lists", "MEMBER_OF", association, "cemr", "2025-11")
        facts.add("lists", "REPRESENTS", association, country, "2019-06-17")
    facts.add("lists", "PART_OF", "platforma", "cemr", "2025-11")
    facts.add("lists", "MEMBER_OF", "aflra", "platforma", "2018")


def _bodies(facts: _Facts) -> None:
    for city in ("helsinki", "espoo"):
        facts.add("lists", "SERVES", "hsl", city, "2019")
    facts.add("lists", "BASED_IN", "hsl", "helsinki", "2019")
    facts.add("lists", "BASED_IN", "agency", "riga", "2024")
    facts.add("lists", "SUPPORTS", "agency", "riga", "2024-01", role="coordinator")
    facts.add("lists", "ABOUT", "covenant", "energy", "2024")
    facts.add("projects", "HOLDS_POST", "anna", "cemr", "2024-03", post="adviser on examples", since="2022")
    facts.add("projects", "HOLDS_POST", "bruno", "cemr", "2020", post="adviser on examples", since="2015", until="2021")


def _places(facts: _Facts) -> None:
    for city in ("helsinki", "espoo"):
        facts.add("places", "LOCATED_IN", city, "uusimaa", "2024")
    facts.add("places", "LOCATED_IN", "uusimaa", "FI", "2024")
    for country, cities in {
        "FI": ("helsinki", "espoo", "turku"),
        "LV": ("riga",),
        "EE": ("tallinn", "tartu", "kalda", "vana-kalda"),
        "UA": ("lviv", "novo-selo"),
    }.items():
        for city in cities:
            facts.add("places", "LOCATED_IN", city, country, "2024")
    facts.add("places", "SUCCEEDED_BY", "vana-kalda", "kalda", "2018", date="2017-10-15")
    facts.add("lists", "SIGNED", "helsinki", "charter", "2024", date="2010")
    facts.add("lists", "SIGNED", "vana-kalda", "charter", "2024", date="2011")


def _work(facts: _Facts) -> None:
    for city, project, role, share, as_of in (
        ("helsinki", "warm", "lead partner", 400_000, "2020"),
        ("riga", "warm", "partner", 300_000, "2020"),
        ("tartu", "warm", "partner", None, "2020"),
        ("riga", "tram", "lead partner", 600_000, "2023"),
        ("helsinki", "tram", "partner", 500_000, "2022"),
        ("lviv", "tram", "partner", None, "2023"),
        ("tartu", "green", "lead partner", None, "2021"),
        ("kalda", "green", "partner", 40_000, "2021"),
        ("turku", "green", "partner", None, "2021"),
        ("espoo", "pairing", "twin city", None, "2024"),
        ("lviv", "pairing", "mission city", None, "2024"),
        ("turku", "oldtown", "lead partner", None, "2012"),
        ("vana-kalda", "oldtown", "partner", None, "2012"),
    ):
        facts.add("projects", "PARTICIPATES_IN", city, project, as_of, role=role, budget_eur=share)
    facts.add("projects", "PARTICIPATES_IN", "agency", "warm", "2020", role="partner")
    for project, fund, theme in (
        ("warm", "horizon", "energy"),
        ("tram", "horizon", "climate"),
        ("green", "urbact", "climate"),
    ):
        facts.add("projects", "FUNDED_BY", project, fund, "2024")
        facts.add("projects", "ABOUT", project, theme, "2024")
    facts.add("projects", "RUN_BY", "pairing", "platforma", "2024")
    facts.add("projects", "RUN_BY", "charter", "cemr", "2024")
    for call, theme in (("call", "climate"), ("old-call", "climate"), ("undated-call", "energy")):
        facts.add("projects", "PART_OF", call, "horizon", "2024")
        facts.add("projects", "ABOUT", call, theme, "2024")


def _events(facts: _Facts) -> None:
    facts.add("projects", "PART_OF", "forum", "week", "2024")
    facts.add("projects", "HELD_IN", "forum", "riga", "2024")
    facts.add("projects", "ORGANISED", "eurocities", "forum", "2024")
    facts.add("projects", "ABOUT", "forum", "digital", "2024")
    facts.add("projects", "TOOK_PART_IN", "anna", "forum", "2024", role="speaker")
    facts.add("projects", "TOOK_PART_IN", "cemr", "forum", "2024", role="moderator")
    facts.add("projects", "TOOK_PART_IN", "espoo", "forum", "2024", role="participant")


def _requests(facts: _Facts) -> None:
    facts.add("desk", "OFFERS", "riga", "energy", "2025", request="1", note="We renovated a thousand homes.")
    facts.add("desk", "OFFERS", "helsinki", "climate", "2025", request="1", role="lead", until="2099")
    facts.add("desk", "SEEKS", "lviv", "energy", "2024", request="1", note="Heating without gas.", until="2099-12")
    facts.add("desk", "SEEKS", "tartu", "energy", "2024", request="1", role="lead")
    facts.add("desk", "SEEKS", "turku", "energy", "2023", request="1", status="met", closed="2024")
    facts.add("desk", "SEEKS", "kalda", "climate", "2025", request="1", role="partner")


def _twins(facts: _Facts) -> None:
    """Twin towns: their edition is their age, so none has a date of its own."""
    for one, other, since, until in (
        ("riga", "tallinn", "1993", None),
        ("riga", "helsinki", "1990-05", None),
        ("helsinki", "tallinn", None, "2010"),
        ("espoo", "riga", "2001", None),
        ("lviv", "turku", "1999", None),
        ("vana-kalda", "turku", "1995", None),
    ):
        facts.add("twins", "TWINNED_WITH", one, other, None, since=since, until=until)


def small_records(*, earlier: bool = False) -> Records:
    """Return the records of the small graph: what loaders yield, see :mod:`kg.schema.records`.

    Args:
        earlier: Those of the earlier edition of the lists, which had one member more, instead of the newest ones with the twin
            towns.
    """
    known = _nodes()
    facts = _Facts(known)
    _members(facts, earlier=earlier)
    _bodies(facts)
    _places(facts)
    _work(facts)
    _events(facts)
    _requests(facts)
    if not earlier:
        _twins(facts)
    riga = nodes.City(name="Rīga", country="LV", population=605_000, as_of="2023")
    said = NodeRecord(riga, ("geonames:456172",), "small-encyclopaedia", "Rīga")
    return Records((*known.values(), said), tuple(facts.records))
