from __future__ import annotations

import itertools
import json
import math
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path as FilePath

import pytest

from kg.errors import KgError
from kg.pictures import write_picture
from kg.pictures.drawing import DIRECT_TERMS, MOST_NODES, draw
from kg.pictures.layout import place
from kg.pictures.legend import entries
from kg.pictures.looks import COLOURS
from kg.pictures.page import picture_page, vis_network
from kg.pictures.sizes import bounds, words_on_lines
from kg.queries.path_results import Explanation, PairQuery, Path, PathNode, PathRelationship
from kg.queries.reasons.build import REASONS
from kg.queries.results import Data, Partner, Recommendation, Recommendations, RecommendQuery, SourceData, Term

HOSTILE = '</script><img src=x onerror="document.title=1"><!-- {{7*7}} $title &amp; "quoted"'
RIGA = Partner(id="geonames:456172", label="City", name="Riga", country="LV")
DATA = Data(
    sources=(SourceData(id="own:x", title="A list", url="https://example.org/list"),),
    editions={"own:x": "2019"},
    as_of="2026-11-22",
    facts=7,
    facts_without_since=2,
)


def city(number: int, name: str | None = None) -> Partner:
    return Partner(id=f"geonames:{number}", label="City", name=name or f"City number {number}", country="FI")


def term(number: int, value: float = 1.0, sentence: str | None = None) -> Term:
    return Term(
        type="shared_networks",
        label="Shared networks",
        value=value,
        sentence=sentence or f"Both are members of the Network of Cities with number {number} (12 members).",
        evidence=(f"a{number}", f"b{number}"),
    )


def recommendations(*rows: tuple[Partner, tuple[Term, ...]]) -> Recommendations:
    return Recommendations(
        query=RecommendQuery(
            partner=RIGA,
            kind="exchange",
            top=10,
            countries=(),
            exclude_countries=(),
            min_population=None,
            max_population=None,
            as_of="2026-11-22",
            include_existing=False,
        ),
        data=DATA,
        left_out={},
        recommendations=tuple(
            Recommendation(partner=partner, terms=terms, score=math.fsum(term.value for term in terms))
            for partner, terms in rows
        ),
    )


def path(number: int, name: str | None = None, inner: int = 1) -> Path:
    """A path from Riga to city 1 through ``inner`` organisations of its own."""
    ends = (
        PathNode(id=RIGA.id, label="City", name="Riga", facts=9),
        PathNode(id="geonames:1", label="City", name="One", facts=5),
    )
    between = [
        PathNode(id=f"own:{number}-{step}", label="Organisation", name=name or f"Network {number}.{step}", facts=4)
        for step in range(inner)
    ]
    nodes = (ends[0], *between, ends[1])
    return Path(
        pattern="",
        sentence=f"Path {number}.",
        specificity=1.0,
        weak=False,
        nodes=nodes,
        relationships=tuple(
            PathRelationship(
                key=f"{number}-{step}", type="MEMBER_OF", start=start.id, end=end.id, since="2009", as_of="2019"
            )
            for step, (start, end) in enumerate(itertools.pairwise(nodes))
        ),
    )


def explanation(*paths: Path) -> Explanation:
    return Explanation(
        score=0.0,
        terms=(),
        query=PairQuery(start=RIGA, end=city(1, "One"), kind="exchange", top=10, as_of="2026-11-22"),
        data=DATA,
        paths=paths,
    )


class Page(HTMLParser):
    """The elements of a page, its scripts, and its title."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self.open = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.open = tag

    def handle_data(self, data: str) -> None:
        self.texts.setdefault(self.open, []).append(data)

    @property
    def data(self) -> dict[str, list[dict[str, object]]]:
        (found,) = [text for text in self.texts["script"] if text.startswith("{")]
        content: dict[str, list[dict[str, object]]] = json.loads(found)
        return content


def test_explanation_draws_the_nodes_and_facts_of_its_paths() -> None:
    page = Page(picture_page(explanation(path(1), path(2))))
    assert {node["id"] for node in page.data["nodes"]} == {RIGA.id, "geonames:1", "own:1-0", "own:2-0"}
    assert {(edge["from"], edge["to"]) for edge in page.data["edges"]} == {
        (RIGA.id, "own:1-0"),
        ("own:1-0", "geonames:1"),
        (RIGA.id, "own:2-0"),
        ("own:2-0", "geonames:1"),
    }
    assert page.data["edges"][0]["word"] == "member of"
    assert page.data["edges"][0]["title"] == "member of, since 2009, as of 2019"


def test_two_facts_between_the_same_two_are_two_lines() -> None:
    first, second = path(1), path(1)
    again = second.relationships[0].model_copy(update={"key": "another", "type": "PART_OF"})
    twice = second.model_copy(update={"relationships": (again, *second.relationships[1:])})
    assert len(Page(picture_page(explanation(first, twice))).data["edges"]) == 3


def test_a_reason_that_partners_share_is_one_node() -> None:
    drawing = draw(recommendations((city(1), (term(1), term(2))), (city(2), (term(1),))))
    assert [node.kind for node in drawing.nodes] == ["City", "City", "City", "Shared networks", "Shared networks"]
    assert len(drawing.edges) == 2 + 3


def test_distance_and_size_are_lines_and_no_nodes() -> None:
    far = Term(type="distance", label="Distance", value=-0.1, sentence="Far apart.", evidence=("a", "b"))
    similar = Term(type="size", label="Size", value=0.1, sentence="Similar.", evidence=("a", "b"))
    drawing = draw(recommendations((city(1), (similar, far))))
    assert len(drawing.nodes) == 2
    assert [edge.note for edge in drawing.edges] == ["Similar. (+0.10)", "Far apart. (-0.10)"]


def test_a_partner_has_its_rank_and_score_and_a_reason_its_value() -> None:
    drawing = draw(recommendations((city(1), (term(1, 2.0),)), (city(2), (term(2, 1.5, "x " * 80),))))
    texts = [node.text for node in drawing.nodes]
    assert texts[1:3] == ["1. City number 1, FI: 2.00", "2. City number 2, FI: 1.50"]
    assert texts[3].startswith("Shared networks +2.00: Both are members of")
    assert texts[4] == "Shared networks +1.50", "a sentence that does not fit is left out, not cut"
    xs = [place(drawing)[node.id][0] for node in drawing.nodes]
    assert xs[0] < xs[3] < xs[1] == xs[2], "not in columns"


def test_legend_has_every_shape_colour_and_dash_that_occurs_and_no_other() -> None:
    far = Term(type="distance", label="Distance", value=-0.1, sentence="Far apart.", evidence=("a", "b"))
    legend = entries(draw(recommendations((city(1), (far, term(1))))))
    assert [(entry.text, entry.shape) for entry in legend] == [
        ("City", "dot"),
        ("Shared networks", "box"),
        ("distance, size or inhabitants (a reason without a box)", "dashed"),
    ]
    assert len(entries(draw(recommendations((city(1), (term(1),)))))) == 2


def test_words_on_lines_cover_neither_nodes_nor_each_other() -> None:
    drawing = draw(explanation(*(path(number, inner=1 + number % 3) for number in range(9))))
    points = place(drawing)
    taken = [
        tuple(edge + at for edge, at in zip(bounds(node), 2 * points[node.id], strict=True)) for node in drawing.nodes
    ]
    shares = words_on_lines(drawing, points)
    assert sum(share is not None for share in shares) > len(shares) / 2
    for edge, share in zip(drawing.edges, shares, strict=True):
        if share is None:
            continue
        (x, y), (x2, y2) = points[edge.start], points[edge.end]
        half = 3 * len(edge.text)
        x, y = x + share * (x2 - x), y + share * (y2 - y)
        for box in taken:
            assert x + half <= box[0] or x - half >= box[2] or y + 7 <= box[1] or y - 7 >= box[3], edge
        taken.append((x - half, y - 7, x + half, y + 7))


def test_every_reason_has_a_colour() -> None:
    drawn = {label for feature, (label, _) in REASONS.items() if feature not in DIRECT_TERMS}
    assert drawn <= COLOURS.keys()


def test_the_most_specific_are_kept_and_the_rest_is_counted() -> None:
    rows = [
        (city(number), tuple(term(10 * number + step, 1 / (1 + step)) for step in range(9))) for number in range(100)
    ]
    result = recommendations(*rows)
    drawing = draw(result)
    assert len(drawing.nodes) == MOST_NODES
    assert drawing.left_out == 1 + 100 + 100 * 9 - MOST_NODES
    notes = {node.note for node in drawing.nodes}
    assert all(row.terms[0].sentence in notes for row in result.recommendations), "a weightiest reason was left out"
    assert f"{drawing.left_out} weaker reasons are left out" in picture_page(result)


def test_many_weak_reasons_do_not_push_strong_ones_aside() -> None:
    weak = tuple(term(step, 0.1) for step in range(15))
    strong = tuple(term(100 + step, 1.0 + step) for step in range(3))
    result = recommendations((city(1), (*weak, *strong)), (city(2), (strong[0], weak[0])))
    drawing = draw(result)
    boxes = {node.note for node in drawing.nodes if node.shape == "box"}
    assert boxes == {one.sentence for one in (*strong, weak[0])}
    assert drawing.left_out == 14
    assert "reasons the 3 that add most; 14 weaker reasons are left out" in picture_page(result)
    assert sum(edge.end == "geonames:1" for edge in drawing.edges) == 4, "what is drawn is drawn for all that have it"


def test_paths_are_kept_whole_in_their_order() -> None:
    drawing = draw(explanation(*(path(number, inner=3) for number in range(110))))
    assert len(drawing.nodes) == 2 + 3 * 99
    assert drawing.left_out == 3 * 11
    assert {"own:0-0", "own:98-2"} <= {node.id for node in drawing.nodes}


def test_more_partners_than_fit_leave_room_for_reasons() -> None:
    drawing = draw(recommendations(*((city(number), (term(number),)) for number in range(1000))))
    assert len(drawing.nodes) == 1 + 100 + 100
    assert drawing.left_out == 900


@pytest.mark.parametrize("count", [10, 20], ids=["in columns", "by forces"])
def test_positions_are_fixed_and_the_same_each_time_and_texts_do_not_cover_each_other(count: int) -> None:
    rows = [(city(number), tuple(term(step) for step in range(number % 7))) for number in range(count)]
    drawing = draw(recommendations(*rows))
    points = place(drawing)
    assert points == place(drawing)
    boxes = {
        node.text: [edge + at for edge, at in zip(bounds(node), 2 * points[node.id], strict=True)]
        for node in drawing.nodes
    }
    for (first, one), (second, other) in itertools.combinations(boxes.items(), 2):
        apart = max(one[0] - other[2], other[0] - one[2], one[1] - other[3], other[1] - one[3])
        assert apart > -2, f"{first} covers {second}"
    page = Page(picture_page(recommendations(*rows)))
    assert {node["id"]: (node["x"], node["y"]) for node in page.data["nodes"]} == points
    assert json.loads(json.dumps(page.data))["options"]["physics"] == {"enabled": False}


@pytest.mark.parametrize(
    "result",
    [
        explanation(path(1, HOSTILE)),
        recommendations((city(1, HOSTILE), (term(1, sentence=HOSTILE),))),
        recommendations(),
        explanation(),
    ],
    ids=["explanation", "recommendations", "no recommendation", "no path"],
)
def test_page_fetches_nothing_and_names_are_only_text(result: Explanation | Recommendations) -> None:
    text = picture_page(result)
    page = Page(text)
    tags = [tag for tag, _ in page.elements]
    assert tags.count("script") == 3
    assert not {"img", "link", "iframe", "object", "embed", "base", "form", "a"} & set(tags)
    for _, attributes in page.elements:
        assert not {"src", "href", "srcset", "action", "data", "poster"} & attributes.keys()
        assert not [name for name in attributes if name.startswith("on")]
    styles = "".join(page.texts["style"])
    assert "url(" not in styles
    assert "@import" not in styles
    # What is left of http(s) addresses is in vis-network's own file: its licence note and namespaces.
    ours = text.replace(vis_network(), "")
    assert not re.findall(r"https?:", ours)
    # And that file has no way to load an asset by address.
    assert not re.findall(
        r"(?:src|href)\s*=\s*[\"'`]https?:|import\(|importScripts|fetch\(|XMLHttpRequest", vis_network()
    )
    assert "default-src 'none'" in str(page.elements)


def test_licence_note_of_vis_network_is_kept() -> None:
    assert "vis.js is dual licensed" in picture_page(explanation())


def test_title_and_age_are_said() -> None:
    text = picture_page(recommendations((city(1), (term(1),))))
    assert "<title>Partners for Riga, LV (exchange), as of 2026-11-22</title>" in text
    assert "7 facts used, 2 of them without a known beginning" in text


def test_a_file_that_cannot_be_written_says_so(tmp_path: FilePath) -> None:
    with pytest.raises(KgError, match="cannot be written"):
        write_picture(explanation(), tmp_path / "missing" / "picture.html")


CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium to open the page in")
@pytest.mark.parametrize(
    "result", [explanation(path(1, HOSTILE)), recommendations((city(1, HOSTILE), (term(1, sentence=HOSTILE),)))]
)
def test_browser_draws_it_and_runs_nothing_of_a_name(result: Explanation | Recommendations, tmp_path: FilePath) -> None:
    assert CHROMIUM is not None
    file = tmp_path / "picture.html"
    write_picture(result, file)
    done = subprocess.run(
        [
            CHROMIUM,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            f"--user-data-dir={tmp_path / 'profile'}",
            "--virtual-time-budget=3000",
            "--enable-logging=stderr",
            "--dump-dom",
            file.as_uri(),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    page = Page(done.stdout)
    assert "canvas" in [tag for tag, _ in page.elements]
    assert "img" not in [tag for tag, _ in page.elements]
    assert page.texts["title"] != ["1"]
    assert "CONSOLE" not in done.stderr, "the page has an error or was refused something"
