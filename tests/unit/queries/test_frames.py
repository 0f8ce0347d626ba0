"""Answers as tables of pandas and as graphs of networkx and igraph, without a database."""

from __future__ import annotations

import sys
from collections.abc import Callable

import networkx as nx
import pytest

from kg.errors import KgError
from kg.queries.frames import frame
from kg.queries.matrix import CountryMatrix, CountryPair, MatrixQuery
from kg.queries.members import Member, MembersQuery, NetworkMembers
from kg.queries.neighbourhood import Neighbourhood, NeighbourhoodQuery
from kg.queries.path_results import Explanation, PairQuery, Path, PathNode, PathRelationship, Paths
from kg.queries.report_results import ReportResult
from kg.queries.results import (
    Data,
    Partner,
    Recommendation,
    Recommendations,
    RecommendQuery,
    Result,
    SourceData,
    Term,
)

DATA = Data(
    sources=(SourceData(id="list", title="A list"),),
    editions={"list": "2025"},
    as_of="2026-11-22",
    facts=2,
    facts_without_since=0,
)
RIGA = Partner(id="geonames:456172", label="City", name="Riga", country="LV")
ESPOO = Partner(id="geonames:660129", label="City", name="Espoo", country="FI")
EMTA = Partner(id="own:emta", label="Organisation", name="EMTA")
POLIS = Partner(id="own:polis", label="Organisation", name="Polis")


def term(type_: str, value: float) -> Term:
    return Term(type=type_, label=type_, value=value, sentence="Both are members.", evidence=("a", "b"))


def recommendations(*partners: Recommendation) -> Recommendations:
    query = RecommendQuery(
        partner=RIGA,
        kind="exchange",
        top=10,
        countries=(),
        exclude_countries=(),
        min_population=None,
        max_population=None,
        as_of="2026-11-22",
        include_existing=False,
    )
    return Recommendations(query=query, data=DATA, left_out={}, recommendations=partners)


ESPOO_FIRST = Recommendation(
    partner=ESPOO, score=0.75, terms=(term("shared_networks", 1.0), term("distance", -0.5), term("distance", 0.25))
)


def path(*steps: tuple[str, str, str, str]) -> Path:
    ids = dict.fromkeys(id_ for _, start, _, end in steps for id_ in (start, end))
    return Path(
        pattern="shared network",
        sentence="Riga and Espoo are both in EMTA.",
        specificity=0.5,
        weak=False,
        nodes=tuple(PathNode(id=id_, label="City", name=id_, facts=3) for id_ in ids),
        relationships=tuple(
            PathRelationship(key=key, type=type_, start=start, end=end, since="2009")
            for key, start, type_, end in steps
        ),
    )


FIRST = path(("k1", RIGA.id, "MEMBER_OF", EMTA.id), ("k2", ESPOO.id, "MEMBER_OF", EMTA.id))
SECOND = path(("k1", RIGA.id, "MEMBER_OF", EMTA.id), ("k3", ESPOO.id, "MEMBER_OF", EMTA.id))
PAIR = PairQuery(start=RIGA, end=ESPOO, kind="exchange", top=10, as_of="2026-11-22")


def members(*rows: Member) -> NetworkMembers:
    return NetworkMembers(query=MembersQuery(networks=(EMTA, POLIS), as_of="2026-11-22"), data=DATA, members=rows)


def member(partner: Partner, *networks: Partner, population: int | None = None) -> Member:
    return Member(**partner.model_dump(), networks=tuple(one.id for one in networks), population=population)


BOTH = members(member(RIGA, EMTA, POLIS, population=600_000), member(ESPOO, EMTA))


def test_a_row_per_partner_has_a_column_for_what_each_term_adds() -> None:
    table = recommendations(ESPOO_FIRST).to_df()
    assert table.to_dict("records") == [
        {
            "rank": 1,
            **ESPOO.model_dump(),
            "score": 0.75,
            "shared_networks": 1.0,
            "distance": -0.25,
        }
    ]
    assert table.attrs == {"as_of": "2026-11-22", "sources": {"A list": "2025"}}


def test_terms_are_the_rows_of_csv() -> None:
    table = recommendations(ESPOO_FIRST).to_df(terms=True)
    assert list(table["value"]) == [1.0, -0.5, 0.25]
    assert list(table.columns) == list(recommendations(ESPOO_FIRST).records()[0])


def test_terms_of_an_explanation() -> None:
    explained = Explanation(query=PAIR, data=DATA, paths=(FIRST,), score=0.75, terms=ESPOO_FIRST.terms)
    assert explained.to_df()["value"].sum() == pytest.approx(explained.score)


@pytest.mark.parametrize("terms", [False, True])
def test_columns_are_there_without_a_row(terms: bool) -> None:
    table = recommendations().to_df(terms=terms)
    assert len(table) == 0
    assert set(table.columns) <= set(recommendations(ESPOO_FIRST).to_df(terms=terms).columns)
    assert {"rank", "id", "score"} <= set(table.columns)


def neighbourhood() -> Neighbourhood:
    return Neighbourhood(
        query=NeighbourhoodQuery(subject=RIGA, top=10, as_of="2026-11-22"),
        data=DATA,
        found=1,
        neighbours=(PathNode(id=EMTA.id, label="Organisation", name="EMTA", facts=3),),
        ties=FIRST.relationships[:1],
    )


def matrix() -> CountryMatrix:
    return CountryMatrix(
        query=MatrixQuery(of="twinnings", top=10, past=True, as_of="2026-11-22"),
        data=DATA,
        found=2,
        countries=("FI", "LV"),
        pairs=(
            CountryPair(one="FI", other="FI", observed=2, expected=1.0),
            CountryPair(one="FI", other="LV", observed=3, expected=1.5),
            CountryPair(one="LV", other="LV", observed=0, expected=1.0),
        ),
    )


@pytest.mark.parametrize(
    "answer", [Paths(query=PAIR, data=DATA, paths=(FIRST,)), neighbourhood(), matrix(), BOTH, BOTH.projection()]
)
def test_columns_without_rows_are_those_with_rows(answer: Result) -> None:
    assert list(answer.to_df().columns) == list(answer.frame_columns)
    assert list(answer.records()[0]) == list(answer.frame_columns)


def test_whole_numbers_stay_whole_where_some_are_missing() -> None:
    table = BOTH.to_df()
    assert str(table["population"].dtype) == "Int64"
    assert table["population"].isna().tolist() == [False, True]


def test_types_of_columns() -> None:
    rows = [
        {"n": 1, "x": 1, "t": "a", "l": ("a",), "b": True, "none": None},
        {**dict.fromkeys("nl"), "x": 0.5, "t": None, "b": None, "none": None, "n": 2},
    ]
    table = frame(rows)
    assert table.dtypes.astype(str)[["n", "x", "b"]].to_dict() == {"n": "int64", "x": "float64", "b": "boolean"}
    assert table["l"][0] == ["a"]
    assert table["t"].isna().tolist() == [False, True]
    assert table["none"].isna().all()


def test_a_report_keeps_its_lists_and_says_how_old_it_is() -> None:
    result = ReportResult(
        report="r",
        title="R",
        parameters={},
        asked={},
        columns=("names", "n"),
        rows=({"n": 1, "names": ["=a"]},),
        as_of="A as of 2019.",
    )
    table = result.to_df()
    assert table.to_dict("list") == {"names": [["=a"]], "n": [1]}
    assert table.attrs["as_of"] == "A as of 2019."
    assert list(result.model_copy(update={"rows": ()}).to_df().columns) == ["names", "n"]


def test_facts_are_directed_links_by_their_keys() -> None:
    graph = Paths(query=PAIR, data=DATA, paths=(FIRST, SECOND)).to_networkx()
    assert isinstance(graph, nx.MultiDiGraph)
    assert sorted(graph.edges(keys=True)) == [
        (RIGA.id, EMTA.id, "k1"),
        (ESPOO.id, EMTA.id, "k2"),
        (ESPOO.id, EMTA.id, "k3"),
    ]
    fact = graph.edges[RIGA.id, EMTA.id, "k1"]
    assert fact == {"type": "MEMBER_OF", "since": "2009", "path": 1, "key": "k1"}, "what is unknown is left out"
    assert graph.nodes[RIGA.id]["country"] == "LV"
    assert graph.graph["as_of"] == "2026-11-22"


@pytest.mark.parametrize(
    "answer",
    [Paths(query=PAIR, data=DATA, paths=(FIRST, SECOND)), neighbourhood(), matrix(), BOTH, BOTH.projection("members")],
)
def test_igraph_has_what_networkx_has(answer: Paths) -> None:
    ours, theirs = answer.to_networkx(), answer.to_igraph()
    assert theirs.is_directed() == ours.is_directed()
    assert theirs.vs["id"] == list(ours.nodes)
    assert theirs.vs["name"] == [ours.nodes[id_]["name"] for id_ in ours.nodes]
    links = [(theirs.vs[edge.source]["id"], theirs.vs[edge.target]["id"]) for edge in theirs.es]
    if ours.is_directed():
        assert sorted(links) == sorted((start, end) for start, end in ours.edges())
    else:
        assert {frozenset(link) for link in links} == {frozenset(link) for link in ours.edges}
    assert theirs["as_of"] == ours.graph["as_of"]


def test_a_graph_without_links() -> None:
    nothing = Paths(query=PAIR, data=DATA, paths=())
    assert set(nothing.to_networkx()) == {RIGA.id, ESPOO.id}
    assert nothing.to_igraph().ecount() == 0


def test_members_are_a_two_mode_network() -> None:
    graph = BOTH.to_networkx()
    assert {id_ for id_, side in graph.nodes(data="bipartite") if side == 1} == {EMTA.id, POLIS.id}
    assert {(start, end) for start, end in graph.edges()} == {
        (RIGA.id, EMTA.id),
        (RIGA.id, POLIS.id),
        (ESPOO.id, EMTA.id),
    }


def test_recommendations_are_a_star_with_scores_and_what_adds_up_to_them() -> None:
    row = Recommendation(
        partner=ESPOO, score=1.5, terms=(term("shared", 1.0), term("shared", 0.75), term("size", -0.25))
    )
    graph = recommendations(row).to_networkx()
    assert dict(graph.nodes[ESPOO.id]) == {"label": "City", "name": "Espoo", "country": "FI", "rank": 1}
    assert graph.edges[RIGA.id, ESPOO.id] == {"weight": 1.5, "shared": 1.75, "size": -0.25}


def test_projection_counts_what_two_share() -> None:
    networks = BOTH.projection("networks")
    assert [(tie.one, tie.other, tie.shared, tie.jaccard) for tie in networks.ties] == [(EMTA.id, POLIS.id, 1, 0.5)]
    assert networks.counts == (2, 1)
    graph = BOTH.projection("members").to_networkx()
    assert graph.edges[RIGA.id, ESPOO.id] == {"weight": 1, "jaccard": 0.5}
    assert graph.nodes[RIGA.id]["memberships"] == 2


def test_titles_name_all_networks_as_one_list() -> None:
    networks = (EMTA, POLIS, *(Partner(id=f"own:{name}", label="Organisation", name=name) for name in ("A", "B")))
    four = BOTH.model_copy(update={"query": BOTH.query.model_copy(update={"networks": networks})})
    assert four.title == f"Members of {EMTA.name}, {POLIS.name}, A and B, as of {BOTH.query.as_of}"
    assert (
        four.projection().title
        == f"Which of {EMTA.name}, {POLIS.name}, A and B share members, as of {BOTH.query.as_of}"
    )


def test_projection_agrees_with_networkx() -> None:
    graph = nx.Graph(BOTH.to_networkx())
    wanted = nx.bipartite.weighted_projected_graph(graph, [RIGA.id, ESPOO.id])
    ours = BOTH.projection("members").to_networkx()
    assert {frozenset(edge[:2]): edge[2] for edge in ours.edges(data="weight")} == {
        frozenset(edge[:2]): edge[2] for edge in wanted.edges(data="weight")
    }


def test_a_side_that_is_none_is_refused() -> None:
    with pytest.raises(KgError, match="onto must be one of members, networks, not 'cities'"):
        BOTH.projection("cities")


def test_a_projection_that_nobody_could_use_is_refused() -> None:
    many = [member(Partner(id=f"own:m{number}", label="City", name="M"), EMTA) for number in range(2_002)]
    assert len(members(*many).projection("networks").nodes) == 2
    with pytest.raises(KgError, match="Ask for smaller networks"):
        members(*many).projection("members")


def test_countries_are_joined_by_their_partnerships() -> None:
    graph = matrix().to_networkx()
    assert list(graph.edges(data="weight")) == [("FI", "LV", 3)]
    assert graph.nodes["FI"]["inside"] == 2


@pytest.mark.parametrize(
    ("package", "method", "extra"),
    [
        ("pandas", BOTH.to_df, "notebooks"),
        ("networkx", BOTH.to_networkx, "notebooks"),
        ("igraph", BOTH.to_igraph, "structure"),
    ],
)
def test_a_package_that_is_not_installed_is_named_with_its_extra(
    package: str, method: Callable[[], object], extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(KgError, match=f"needs the package {package}: pip install 'localgov-kg\\[{extra}\\]'"):
        method()
