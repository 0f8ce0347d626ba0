from __future__ import annotations

import re
import struct
from functools import partial
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import KgError
from kg.pictures import map_picture, network_picture, write_map, write_matrix, write_picture
from kg.pictures.blocks import frames
from kg.pictures.drawing import MOST_NODES, draw
from kg.pictures.heat import cells
from kg.pictures.labels import Dot, place_labels
from kg.pictures.layout import place
from kg.pictures.maps import map_spec, spots_of_members
from kg.pictures.middles import MIDDLES
from kg.pictures.outline import FRAME, outline
from kg.pictures.page import picture_page
from kg.pictures.projection import HEIGHT, WIDTH, on_map, project
from kg.pictures.write import matrix_picture
from kg.places.countries import countries
from kg.queries.matrix import CountryMatrix, CountryPair, MatrixQuery, most_active, of_things, of_twinnings
from kg.queries.members import Member, MembersQuery, NetworkMembers, ordered
from kg.queries.neighbourhood import Neighbourhood, NeighbourhoodQuery
from kg.queries.path_results import PathNode, PathRelationship
from kg.queries.results import Data, Partner

DATA = Data(sources=(), editions={}, as_of="2026-11-22", facts=7, facts_without_since=2)
HOSTILE = '</script><img src=x onerror="document.title=1"> & co'


def network(number: int = 1) -> Partner:
    return Partner(id=f"own:n{number}", label="Organisation", name=f"Network {number}")


def member(number: int, country: str = "FI", networks: tuple[str, ...] = ("own:n1",), **values: Any) -> Member:
    values = {"name": f"City {number}", "latitude": 60.17, "longitude": 24.94, "population": 1000 * number, **values}
    return Member(id=f"geonames:{number}", label="City", country=country, networks=networks, **values)


def members(*rows: Member, networks: int = 1) -> NetworkMembers:
    query = MembersQuery(networks=tuple(network(number + 1) for number in range(networks)), as_of="2026-11-22")
    return NetworkMembers(query=query, data=DATA, members=ordered(rows))


def matrix(*pairs: tuple[str, str, int, float | None]) -> CountryMatrix:
    countries = tuple(dict.fromkeys(country for pair in pairs for country in pair[:2]))
    return CountryMatrix(
        query=MatrixQuery(of="projects", top=25, past=True, as_of="2026-11-22"),
        data=DATA,
        found=len(countries) + 3,
        countries=countries,
        pairs=tuple(CountryPair(one=a, other=b, observed=n, expected=e) for a, b, n, e in pairs),
    )


def groups(result: NetworkMembers) -> dict[str, list[str]]:
    """The texts of the members under the text of their heading."""
    nodes = draw(result).nodes
    headings = {node.id: node.text for node in nodes}
    found: dict[str, list[str]] = {}
    for node in nodes:
        if node.group:
            found.setdefault(headings[node.group], []).append(node.text)
    return found


def test_members_of_one_network_stand_under_their_countries_the_most_first() -> None:
    result = members(member(1), member(2, "LV"), member(3))
    assert list(groups(result).items()) == [("FI: 2 members", ["City 1", "City 3"]), ("LV: 1 member", ["City 2"])]
    assert not draw(result).edges


def test_countries_with_one_member_each_share_a_frame_where_there_are_many() -> None:
    rows = [member(number, country) for number, country in enumerate(("LV", "EE", "LT"), 1)]
    assert groups(members(*rows, member(4), member(5), member(6, country=None))) == {  # type: ignore[arg-type]
        "FI: 2 members": ["City 4", "City 5"],
        "country unknown: 1 member": ["City 6"],
        "3 countries with one member each": ["City 2, EE", "City 3, LT", "City 1, LV"],
    }


def test_members_of_several_networks_stand_by_which_of_them_they_are_in() -> None:
    result = members(member(1), member(2, networks=("own:n1", "own:n2")), networks=2)
    assert groups(result) == {"Network 1 and Network 2: 1 member": ["City 2"], "Network 1 only: 1 member": ["City 1"]}


@given(st.lists(st.sampled_from(["FI", "LV", "EE", "SE", "DE", "FR"]), min_size=1, max_size=120))
def test_frames_cover_neither_each_other_nor_what_is_not_theirs(names: list[str]) -> None:
    drawing = draw(members(*(member(number, country) for number, country in enumerate(names, 1))))
    points = place(drawing)
    boxes = frames(drawing, points)
    assert len(boxes) == sum(node.kind == "Members of a country" for node in drawing.nodes)
    for one, other in combinations(boxes, 2):
        assert one[2] <= other[0] + 2 or other[2] <= one[0] + 2 or one[3] <= other[1] + 2 or other[3] <= one[1] + 2
    for node in drawing.nodes:
        x, y = points[node.id]
        within = [box for box in boxes if box[0] < x < box[2] and box[1] < y < box[3]]
        assert len(within) == (0 if node.kind == "Organisation" else 1)


def test_the_largest_members_are_kept_and_the_rest_is_counted() -> None:
    drawing = draw(members(*(member(number) for number in range(1, 401))))
    assert len(drawing.nodes) == MOST_NODES
    assert drawing.left_out == 400 - (MOST_NODES - 2)
    drawn = {node.id for node in drawing.nodes}
    assert "geonames:400" in drawn
    assert "geonames:1" not in drawn
    assert "FI: 400 members, 298 shown" in {node.text for node in drawing.nodes}
    assert place(drawing) == place(drawing)


def test_neighbourhood_draws_the_facts_between_neighbours_too() -> None:
    tie = {"type": "MEMBER_OF", "since": "2009"}
    result = Neighbourhood(
        query=NeighbourhoodQuery(subject=network(), top=2, as_of="2026-11-22"),
        data=DATA,
        found=5,
        neighbours=(
            PathNode(id="geonames:1", label="City", name=HOSTILE, facts=2),
            PathNode(id="own:t", label="Theme", name="Housing", facts=3),
        ),
        ties=(
            PathRelationship(key="a", start="geonames:1", end="own:n1", **tie),
            PathRelationship(key="b", start="geonames:1", end="own:t", **tie),
        ),
    )
    drawing = draw(result)
    assert [(node.kind, node.shape) for node in drawing.nodes] == [
        ("Organisation", "dot"),
        ("City", "dot"),
        ("Theme", "box"),
    ]
    assert len(drawing.edges) == 2
    page = picture_page(result)
    assert "Shown: 2 of 5 neighbours, those with the most inhabitants first." in page
    assert "<img" not in page
    assert page.count("</svg>City") == 1, "the legend has no shape"
    assert page.count("</svg>Theme") == 1, "the legend has no box"
    assert network_picture(result, ".png").startswith(b"\x89PNG")


def test_matrix_of_twinnings_by_hand() -> None:
    observed, expected = of_twinnings({("FI", "SE"): 3, ("SE", "FI"): 1, ("FI", "FI"): 1, ("LV", "SE"): 1})
    # Six twinnings, so twelve ends: FI 6, SE 5, LV 1.
    assert observed == {("FI", "SE"): 4, ("FI", "FI"): 1, ("LV", "SE"): 1}
    assert expected[("FI", "SE")] == 6 * 5 / 12
    assert expected[("FI", "FI")] == 6 * 6 / 24
    assert sum(expected.values()) == pytest.approx(6)


def test_matrix_of_projects_by_hand() -> None:
    observed, expected = of_things([{"FI": 2, "SE": 1}, {"FI": 1}, {"SE": 1, "LV": 3}, {"FI": 1, "SE": 1}])
    assert observed == {("FI", "FI"): 1, ("LV", "LV"): 1, ("FI", "SE"): 2, ("LV", "SE"): 1}
    # FI is in three of four projects, SE in three, LV in one.
    assert expected == {("FI", "SE"): 9 / 4, ("FI", "LV"): 3 / 4, ("LV", "SE"): 3 / 4}
    assert most_active(observed) == ["FI", "SE", "LV"]


def test_both_halves_of_the_matrix_are_filled_and_rare_pairs_have_no_lift() -> None:
    rows = {
        (row["one"], row["other"]): row
        for row in cells(matrix(("FI", "FI", 1, None), ("FI", "SE", 6, 3.0), ("LV", "SE", 1, 0.5)))
    }
    assert len(rows) == 5
    assert rows[("SE", "FI")]["shown"] == "6"
    assert rows[("SE", "FI")]["lift"] == rows[("FI", "SE")]["lift"] == "2.0"
    assert rows[("FI", "SE")]["log"] == 1
    assert rows[("LV", "SE")]["lift"] == ""
    assert rows[("FI", "FI")]["log"] is None


def test_places_stand_where_they_are() -> None:
    riga, lisbon, valletta = project(56.95, 24.11), project(38.72, -9.14), project(35.9, 14.5)
    assert lisbon[0] < valletta[0] < riga[0]
    assert riga[1] < lisbon[1] < valletta[1]
    # 1,274 km along the meridian.
    assert project(60, 14)[1] - project(48.542, 14)[1] == pytest.approx(-1275 * 1274 / 6371, abs=1)
    assert all(map(on_map, (project(64.1, -21.9), project(41.0, 29.0), project(40.2, 44.5), project(35.1, 33.4))))
    assert not on_map(project(28.1, -15.4)), "the Canary Islands are beyond the map"


def test_outline_has_land_lakes_and_borders_within_its_frame() -> None:
    for what in ("land", "lakes"):
        rings = [ring for polygon in outline(what)["coordinates"] for ring in polygon]
        assert len(rings) > 50
        for ring in rings:
            assert ring[0] == ring[-1]
            assert sum((x2 - x1) * (y2 + y1) for (x1, y1), (x2, y2) in pairwise(ring)) > 0, "not clockwise"
            assert all(FRAME[0] <= x <= FRAME[2] and FRAME[1] <= y <= FRAME[3] for x, y in ring)
    assert len(outline("borders")["coordinates"]) > 50


def test_names_on_a_map_do_not_cover_each_other_and_the_first_come_first() -> None:
    dots = [Dot(100 + number, 100, 4, f"Name {number}") for number in range(30)]
    labels = place_labels(dots, range(30), 300, 200)
    assert labels[0].dot == 0
    assert 0 < len(labels) < 30
    edges = {"left": 0.0, "center": 0.5, "right": 1.0}
    boxes = [(label.x - edges[label.align] * len(label.text) * 6.6, label.y) for label in labels]
    for number, (x, y) in enumerate(boxes):
        for other_x, other_y in boxes[number + 1 :]:
            assert abs(x - other_x) >= 6 * 6.6 - 0.1 or abs(y - other_y) >= 14.9


def test_who_is_not_on_the_map_is_said() -> None:
    unknown = member(2, "US", name="Nowhere", latitude=None, longitude=None)
    spec, notes = map_spec(
        spots_of_members(members(member(1), unknown, member(3, name="Las Palmas", latitude=28.1, longitude=-15.4)))
    )
    assert any("no place for it: Nowhere." in note for note in notes)
    assert "Beyond the map: Las Palmas." in notes
    assert (spec["width"], spec["height"]) == (WIDTH, HEIGHT)


def test_who_has_only_a_country_stands_in_its_middle_and_the_legend_says_so() -> None:
    cities = [member(number, latitude=None, longitude=None) for number in (1, 2, 3)]
    rows = [row.model_copy(update={"label": "Organisation"}) for row in cities]
    assert not spots_of_members(members(*cities)).spots, "a city is not in the middle of its country"
    shown = spots_of_members(members(*rows))
    assert [(spot.latitude, spot.longitude, spot.stacked) for spot in shown.spots] == [
        (63.0, 26.5, n) for n in (1, 2, 3)
    ]
    assert {spot.kind for spot in shown.spots} == {"Organisation, only the country known: in its middle"}
    points = [(row["x"], row["y"]) for row in map_spec(shown)[0]["layer"][4]["data"]["values"]]
    assert len(set(points)) == 3, "they cover each other"


def test_middles_of_countries_are_on_the_map_and_in_the_list_of_countries() -> None:
    assert MIDDLES.keys() <= countries().keys()
    assert all(on_map(project(*place)) for place in MIDDLES.values())


def test_where_a_name_has_no_room_its_rank_has() -> None:
    dots = [Dot(50 + 30 * number, 50, 4, f"{number}. A long name", f"{number}.") for number in range(5)]
    texts = [label.text for label in place_labels(dots, range(5), 200, 100)]
    assert texts[0] == "0. A long name"
    assert any(text.endswith(".") for text in texts)


def test_matrix_says_what_its_codes_and_its_diagonal_are_and_is_wider_than_high() -> None:
    four = matrix(*((a, b, 2, 1.0) for a, b in combinations(("FI", "LV", "SE", "EE"), 2)))
    text = matrix_picture(four, ".html").decode()
    assert "FI Finland" in text
    assert "On the diagonal" in text
    width, height = struct.unpack(">II", matrix_picture(four, ".png")[16:24])
    assert width > height


def test_map_and_matrix_pages_fetch_nothing_and_names_are_only_text(tmp_path: Path) -> None:
    write_map(members(member(1, name=HOSTILE)), tmp_path / "map.html")
    write_matrix(matrix(("FI", "SE", 6, 3.0)), tmp_path / "matrix.html")
    for name in ("map", "matrix"):
        text = (tmp_path / f"{name}.html").read_text(encoding="utf-8")
        assert not re.findall(r"https?:", text)
        assert not re.findall(r"<(?:img|link|iframe|image|use)\b|url\((?!#)|@import", text)
        assert "default-src 'none'" in text
        assert "<svg" in text
        assert "As of 2026-11-22. 7 facts used" in text
    assert "City" in (tmp_path / "map.html").read_text(encoding="utf-8")


def test_png_of_network_map_and_matrix(tmp_path: Path) -> None:
    write_picture(members(member(1), member(2, "LV")), tmp_path / "network.png")
    write_map(members(member(1)), tmp_path / "map.png")
    write_matrix(matrix(("FI", "SE", 6, 3.0)), tmp_path / "matrix.png")
    for name in ("network", "map", "matrix"):
        content = (tmp_path / f"{name}.png").read_bytes()
        assert content.startswith(b"\x89PNG")
        width, height = struct.unpack(">II", content[16:24])
        assert 400 < width < 5200
        assert 200 < height < 5200


def test_a_picture_for_a_notebook_has_fewer_pixels() -> None:
    def width(content: bytes) -> int:
        return int(struct.unpack(">I", content[16:20])[0])

    two = members(member(1), member(2, "LV"))
    for picture in (partial(network_picture, two, ".png"), partial(map_picture, two, ".png", {})):
        assert width(picture(scale=1)) == pytest.approx(width(picture()) / 2, abs=1)


def test_nothing_to_draw_is_said() -> None:
    with pytest.raises(KgError, match="nothing to draw: the graph has no projects"):
        matrix_picture(matrix(), ".html")
    with pytest.raises(KgError, match="nothing to draw"):
        write_map(members(member(1, latitude=None, longitude=None)), "unused.html")
