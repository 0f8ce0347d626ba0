"""From claims to the two tables: who joins whom, which value is shown, what is left out, and that order does not matter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hypothesis import given
from hypothesis import strategies as st

from kg.database.claims import FactClaim, NodeClaim, claim_fact, claim_node
from kg.database.loads import LoadHeader
from kg.queries.snapshot.tables import FactRow, NodeRow, Tables, tables_of_claims
from kg.schema.identity import fact_key
from kg.schema.nodes import City, Node, Organisation, Point, Project, Region, Theme
from kg.schema.provenance import Source
from kg.schema.records import FactRecord, NodeRecord
from kg.schema.relationships import Fact, MemberOf, ParticipatesIn, Seeks, TwinnedWith

SOURCES = [
    Source(name, name, name, "CC0", "", authority)
    for name, authority in (("network", "network"), ("publisher", "publisher"), ("list", "aggregator"))
]
RIGA, TURKU, NETWORK = "City/geonames:456172", "City/own:turku", "Organisation/own:n"


def node(what: Node, *ids: str, source: str = "list", edition: str = "2020", row: str = "") -> NodeClaim:
    header = LoadHeader(source, edition, "abc", "test 1")
    return claim_node(NodeRecord(what, ids, source, row or f"{what.label}-{'-'.join(ids)}"), header)


def fact(what: Fact, *, source: str = "list", edition: str = "2020", row: str = "1", spell: str = "") -> FactClaim:
    return claim_fact(FactRecord(what, source, row, spell), LoadHeader(source, edition, "abc", "test 1"))


def tables(*claims: NodeClaim | FactClaim) -> Tables:
    return tables_of_claims(
        [claim for claim in claims if isinstance(claim, NodeClaim)],
        [claim for claim in claims if isinstance(claim, FactClaim)],
        SOURCES,
    )


riga = node(City(name="Riga", country="LV", population=600_000, location=Point(24.1, 56.95)), "geonames:456172")
turku = node(City(name="Turku"), "own:turku")
network = node(Organisation(name="Network", kind="network"), "own:n")


def test_rows_hold_what_was_claimed() -> None:
    member = MemberOf(start=RIGA, end=NETWORK, role="president", status="full member", since="2001", as_of="2019-06")
    found = tables(riga, network, fact(member))
    assert found.nodes == [
        NodeRow("geonames:456172", "City", "Riga", "LV", 600_000, 24.1, 56.95),
        NodeRow("own:n", "Organisation", "Network", kind="network"),
    ]
    assert found.facts == [
        FactRow(
            "MEMBER_OF",
            fact_key("MEMBER_OF", "geonames:456172", "own:n"),
            "geonames:456172",
            "own:n",
            role="president",
            since="2001",
            as_of="2019-06",
            status="full member",
        )
    ]


def test_nodes_that_share_an_id_are_one_by_the_best_of_all_ids() -> None:
    linked = node(City(name="Rīga"), "wikidata:Q1773", "lau:LV0001000", source="publisher")
    other = node(City(name="Riga City", population=1), "wikidata:Q1773", "geonames:456172")
    by_lau = fact(MemberOf(start="City/lau:LV0001000", end=NETWORK), row="2")
    found = tables(network, by_lau, linked, other, riga, fact(MemberOf(start=RIGA, end=NETWORK, since="2001")))
    assert [(row.id, row.name) for row in found.nodes] == [("geonames:456172", "Rīga"), ("own:n", "Network")]
    assert [(row.start, row.since) for row in found.facts] == [("geonames:456172", "2001")]


def test_a_city_and_a_region_of_one_item_are_two() -> None:
    city = node(City(name="Berlin"), "wikidata:Q64")
    region = node(Region(name="Land Berlin"), "wikidata:Q64", "nuts:DE3")
    state = node(Region(name="Another"), "wikidata:Q1", "nuts:DE30", "nuts:DE3x")
    alone = node(Region(name="Hamburg"), "wikidata:Q1055")
    town = node(City(name="Hamburg"), "wikidata:Q1055")
    twins = fact(TwinnedWith(start="Region/wikidata:Q64", end="City/wikidata:Q64"))
    found = tables(region, city, state, alone, town, twins)
    named = {(row.label, row.name): (row.id, row.nuts) for row in found.nodes}
    assert named == {
        ("City", "Berlin"): ("wikidata:Q64", None),
        ("Region", "Land Berlin"): ("nuts:DE3", "DE3"),
        ("Region", "Another"): ("wikidata:Q1", "DE30"),
        ("City", "Hamburg"): ("wikidata:Q1055", None),
        ("Region", "Hamburg"): ("own:region-wikidata-q1055", None),
    }
    assert [(row.start, row.end) for row in found.facts] == [("nuts:DE3", "wikidata:Q64")]


def test_the_more_trusted_source_is_believed_then_the_newer_statement() -> None:
    trusted = node(City(name="Rīga", population=1), "geonames:456172", source="publisher", edition="2001")
    newer = node(City(name="Riga", population=3, country="LV"), "geonames:456172", edition="2030")
    (row,) = tables(newer, trusted).nodes
    assert (row.name, row.population, row.country) == ("Rīga", 1, "LV")
    member = MemberOf(start=RIGA, end=NETWORK, since="2005")
    (shown,) = tables(
        riga,
        network,
        fact(member, edition="2030"),
        fact(member.model_copy(update={"since": "2001"}), source="network", edition="2001"),
        fact(member.model_copy(update={"since": "2003"}), source="publisher", edition="2020"),
    ).facts
    assert shown.since == "2001"


def test_a_fact_whose_end_nobody_describes_or_that_joins_a_node_to_itself_is_left_out() -> None:
    both = node(City(name="Rīga"), "geonames:456172", "wikidata:Q1773")
    found = tables(
        riga,
        network,
        both,
        fact(MemberOf(start=TURKU, end=NETWORK)),
        fact(MemberOf(start=RIGA, end="Organisation/own:unknown")),
        fact(TwinnedWith(start=RIGA, end="City/wikidata:Q1773")),
    )
    assert len(found.nodes) == 2
    assert found.facts == []


def test_a_fact_without_direction_begins_at_the_smaller_id() -> None:
    here = fact(TwinnedWith(start=TURKU, end=RIGA, since="1998"), source="publisher")
    there = fact(TwinnedWith(start=RIGA, end=TURKU), row="2")
    (row,) = tables(riga, turku, here, there).facts
    assert (row.start, row.end, row.since) == ("geonames:456172", "own:turku", "1998")
    assert tables(riga, turku, here).facts[0].key == row.key


def test_spells_and_requests_tell_facts_apart() -> None:
    theme = node(Theme(name="Heat"), "own:heat")
    member = MemberOf(start=RIGA, end=NETWORK, since="1990", until="1999")
    again = MemberOf(start=RIGA, end=NETWORK, since="2005")
    seeks = Seeks(start=RIGA, end="Theme/own:heat", request="1", status="met", closed="2024-05", until="2025")
    found = tables(
        riga,
        network,
        theme,
        fact(member),
        fact(again, row="2", spell="2"),
        fact(seeks, row="3"),
        fact(seeks.model_copy(update={"request": "2", "status": None, "closed": None}), row="4"),
    )
    assert {(row.since, row.until) for row in found.facts if row.type == "MEMBER_OF"} == {
        ("1990", "1999"),
        ("2005", None),
    }
    assert {(row.until, row.status, row.closed) for row in found.facts if row.type == "SEEKS"} == {
        ("2025", "met", "2024-05"),
        ("2025", None, None),
    }


def test_projects_have_their_dates() -> None:
    project = Project(name="P", kind="pairing", start="2020", end="2022-04")
    part = ParticipatesIn(start=RIGA, end="Project/own:p", role="lead partner")
    found = tables(riga, node(project, "own:p"), fact(part))
    assert (found.nodes[1].kind, found.nodes[1].start, found.nodes[1].end) == ("pairing", "2020", "2022-04")
    assert found.facts[0].role == "lead partner"


def test_of_the_same_row_the_first_word_stands() -> None:
    first, second = (node(City(name="Riga", population=number), "own:riga", row="r") for number in (1, 2))
    assert tables(first, second).nodes[0].population == 1


def test_no_claims_make_empty_tables() -> None:
    assert tables() == Tables([], [])


IDS = ("geonames:1", "geonames:2", "wikidata:Q1", "wikidata:Q2", "own:a")
sources = st.sampled_from(["network", "publisher", "list"])
dates = st.sampled_from([None, "2001", "2002-05"])
id_lists = st.lists(st.sampled_from(IDS), min_size=1, max_size=2, unique=True).map(tuple)
cities = st.builds(
    lambda ids, source, row, number: node(City(name=f"C{number}", population=number), *ids, source=source, row=row),
    id_lists,
    sources,
    st.sampled_from("ab"),
    st.integers(0, 3),
)
regions = st.builds(
    lambda id_, source: node(Region(name=f"R {source}"), id_, source=source, row="r"),
    st.sampled_from(["wikidata:Q1", "wikidata:Q2", "nuts:DE3"]),
    sources,
)
ends = st.one_of(
    st.sampled_from(IDS).map(lambda id_: f"City/{id_}"),
    st.sampled_from(["Region/wikidata:Q1", "Region/nuts:DE3"]),
)
twins = st.builds(
    lambda start, end, since, source, row: fact(TwinnedWith(start=start, end=end, since=since), source=source, row=row),
    ends,
    ends,
    dates,
    sources,
    st.sampled_from("ab"),
)
members = st.builds(
    lambda start, since, source: fact(MemberOf(start=start, end=NETWORK, since=since), source=source),
    ends,
    dates,
    sources,
)
claims = st.lists(
    st.one_of(cities, regions, twins, members, st.just(network)), max_size=14, unique_by=lambda claim: claim.key
)


@given(claims.flatmap(lambda some: st.tuples(st.just(some), st.permutations(some))))
def test_the_order_of_claims_does_not_matter(
    both: tuple[Sequence[NodeClaim | FactClaim], Sequence[NodeClaim | FactClaim]],
) -> None:
    one, other = both
    assert tables(*one) == tables(*other)


@given(claims)
def test_tables_hold_together(some: Iterable[NodeClaim | FactClaim]) -> None:
    found = tables(*some)
    ids = [row.id for row in found.nodes]
    assert ids == sorted(set(ids))
    assert len({row.key for row in found.facts}) == len(found.facts)
    for row in found.facts:
        assert {row.start, row.end} <= set(ids)
        assert row.start != row.end
        assert row.type != "TWINNED_WITH" or row.start < row.end
