"""Wrong mappings: each mistake is told with its line, its column, and what was expected."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.errors import KgError
from kg.loaders.base import Outcome, Row
from kg.loaders.mapping.reading import parse_mapping

HEAD = "source: {id: towns, title: Towns, publisher: Us}\nedition: 2024\n"
MEMBERS = "members: {of: own:eurocities, name: Town, country: Country}\n"
NODES = "nodes:\n  town: {label: City, name: {column: Town}}\n  net: {label: Organisation, id: own:eurocities}\n"

WISHES = (
    "nodes:\n  town: {label: City, name: {column: Town}}\n  theme: {label: Theme, name: {column: Theme}}\n"
    "facts:\n  - {type: SEEKS, start: town, end: theme, request: '1', role: lead}\n"
)


@pytest.mark.parametrize(
    ("text", "place", "told"),
    [
        ("", (1, 1), "expected keys with values"),
        ("- a\n", (1, 1), "expected keys with values"),
        ("a: [\n", (1, 1), "not YAML"),
        ("source:\n\tid: x\n", (2, 1), "a tab"),
        ("a: 1\nb: 2\na: 3\n", (3, 1), "'a' stands here for a second time (first in line 1)"),
        ("a: &x [1]\nb: *x\n", (1, 4), "anchors (&name) and aliases (*name) are not read"),
        ("a: !!python/object:os.system [x]\n", (1, 4), "tags (!name) are not read"),
        ("a: " + "[" * 50, (1, 23), "nested more than 20 deep"),
        ("a: b: c\n", (1, 5), "a colon where none can be"),
        ("a: 1\n---\nb: 2\n", (2, 1), "a second document"),
        (HEAD + "members:\n", (3, 1), "nothing stands after 'members'"),
        (HEAD, (1, 1), "give 'members' (the short form) or 'nodes' and 'facts'"),
        ("edition: 2024\n" + MEMBERS, (1, 1), "'source' is missing: whose list it is"),
        (HEAD.replace("title: Towns, ", "") + MEMBERS, (1, 1), "'title' is missing: what the list is called"),
        (HEAD.replace("title", "titel") + MEMBERS, (1, 21), "'titel' is not known here; did you mean 'title'?"),
        (HEAD.replace("towns", "My Towns") + MEMBERS, (1, 14), "write lower-case letters, digits and hyphens"),
        (HEAD.replace("2024", "spring") + MEMBERS, (2, 10), "'spring' is not a date: write 2009, 2009-05 or 2009-05-03"),
        (HEAD.replace("Us}", "TO FILL IN}") + MEMBERS, (1, 46), "still to be filled in"),
        (HEAD.replace("Us}", "Us, authority: me}") + MEMBERS, (1, 61), "'me' cannot stand here; Expected: network, publisher"),
        (HEAD + MEMBERS.replace("name:", "nmae:"), (3, 31), "'nmae' is not known here; did you mean 'name'?"),
        (HEAD + MEMBERS.replace("own:eurocities", "EUROCITIES"), (3, 15), "Is it own:eurocities (Eurocities)?"),
        (HEAD + MEMBERS.replace("Town,", "[Town],"), (3, 37), "expected keys with values"),
        (HEAD + MEMBERS.replace("Town,", "{column: Town, value: x},"), (3, 37), "expected exactly one of"),
        (HEAD + MEMBERS.replace("Town,", "{column: Town, take: '('},"), (3, 58), "is not a regular expression"),
        (HEAD + MEMBERS.replace("Town,", "Town, since: {column: J, date: '%Q'},"), (3, 68), "%Q is none of %Y"),
        (HEAD + MEMBERS.replace("Country}", "{value: Atlantis}}"), (3, 52), "no country is called 'Atlantis'"),
        (HEAD + MEMBERS.replace("name:", "label: Organisation, lau: X, name:"), (3, 57), "has no id in lau"),
        (HEAD + MEMBERS + "file: {header: third}\n", (4, 16), "expected a whole number"),
        (HEAD + MEMBERS + "file: {header: 0}\n", (4, 16), "greater than or equal to 1"),
        (HEAD + MEMBERS + "file: {delimiter: two}\n", (4, 19), "is not one character"),
        (HEAD + MEMBERS + "skip: {column: A, empty: perhaps}\n", (4, 26), "expected true or false"),
        (HEAD + MEMBERS + "skip: {column: A}\n", (4, 1), "expected exactly one of equals, differs, empty, matches"),
        (HEAD + MEMBERS + "part: a b\n", (4, 7), "a part is one word"),
        (HEAD + "nodes:\n  town: {label: Citty, name: x}\n", (4, 17), "'Citty' is not a label; did you mean 'City'?"),
        (HEAD + "nodes:\n  town: {lable: City, name: x}\n", (4, 10), "'lable' is not known here; did you mean 'label'?"),
        (HEAD + "nodes:\n  town: {label: City}\n", (4, 3), "expected 'name', or 'id' or 'ids'"),
        (HEAD + "nodes:\n  mayor: {label: Person, name: {column: M}}\n", (4, 10), "never told by the name alone"),
        (HEAD + "nodes:\n  mayor: {label: Person, email: {column: M}}\n", (4, 26), "'email' is not known here"),
        (HEAD + NODES + "facts:\n  - {type: MEMBER_OFF, start: town, end: net}\n", (7, 12), "did you mean 'MEMBER_OF'?"),
        (HEAD + NODES + "facts:\n  - {type: MEMBER_OF, start: twon, end: net}\n", (7, 30), "there is no block 'twon'; did you mean 'town'?"),
        (HEAD + NODES + "facts:\n  - {type: MEMBER_OF, start: net, end: town}\n", (7, 12), "MEMBER_OF does not join Organisation to City"),
        (HEAD + NODES + "facts:\n  - {type: SERVES, start: net, end: town, role: x}\n", (7, 43), "'role' is not known here"),
        (HEAD + NODES + "facts:\n  - {type: HOLDS_POST, start: net, end: town}\n", (7, 5), "'post' is missing"),
        (HEAD + WISHES.replace("role: lead", "role: mentor"), (7, 64), "'mentor' cannot stand here; expected one of learner, lead, partner"),
        (HEAD + WISHES.replace("role: lead", "status: {column: S, values: {Done: done}}"), (7, 66), "'done' cannot stand here; expected one of open, met, withdrawn"),
        (HEAD + WISHES.replace("request: '1', ", ""), (7, 5), "'request' is missing"),
        (HEAD + MEMBERS + NODES.replace("town", "member"), (5, 11), "'members' makes a block 'member' of its own"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_where_it_stands(
    complaint: Callable[[str], str], text: str, place: tuple[int, int], told: str
) -> None:
    message = complaint(text)
    assert told in message
    assert message.startswith(f"mapping.yaml, line {place[0]}, column {place[1]}: ")


def test_all_mistakes_are_told_at_once_in_their_order(complaint: Callable[[str], str]) -> None:
    text = "source: {id: towns, title: Towns, authority: me}\nedition: spring\nmembers: {of: x, name: Town}\n"
    assert [line.partition(", column")[0] for line in complaint(text).splitlines()] == [
        "mapping.yaml, line 1", "mapping.yaml, line 1", "mapping.yaml, line 2", "mapping.yaml, line 3",
    ]  # fmt: skip


def test_norway_is_a_country_and_no_truth_value() -> None:
    mapping, _ = parse_mapping((HEAD + "nodes: {town: {label: City, name: {column: T}, country: NO}}\n").encode())
    assert mapping.nodes["town"].feed("country").value == "NO"


def test_a_mapping_written_by_a_shell_of_windows_is_read() -> None:
    mapping, _ = parse_mapping((HEAD + MEMBERS).replace("\n", "\r\n").encode("utf-16"))
    assert mapping.source.id == "towns"


def test_numbers_and_dates_stay_as_written() -> None:
    mapping, _ = parse_mapping((HEAD.replace("2024", "2024-05") + MEMBERS + "part: 007\n").encode())
    assert (mapping.edition, mapping.part) == ("2024-05", "007")


@pytest.mark.parametrize("content", [b"\xff\xfea", b"a: \x00\n", b"PK\x03\x04\x00\x01", "a: \ud7ff\x07".encode()])
def test_what_is_no_text_is_told_with_a_line(content: bytes) -> None:
    with pytest.raises(KgError, match="mapping.yaml, line 1"):
        parse_mapping(content)


@pytest.mark.parametrize(
    ("mapping", "place", "told"),
    [
        (HEAD + MEMBERS.replace("Town", "Twon"), (3, 37), "has no column 'Twon'; did you mean 'Town'? It has 'Town', 'Country', 'mayor'"),
        (HEAD + MEMBERS.replace("Country}", "LV}"), (3, 52), "the same for every row is written {value: LV}"),
        (HEAD + MEMBERS + "row: Nr\n", (4, 6), "has no column 'Nr'"),
        (HEAD + MEMBERS + "skip: {column: Satus, empty: true}\n", (4, 16), "has no column 'Satus'"),
        (HEAD + MEMBERS + "file: {fill_down: Land}\n", (4, 19), "has no column 'Land'"),
        (HEAD + NODES.replace("{column: Town}", "Town"), (4, 29), "'Town' is a column of towns.csv, and stands here as a constant"),
    ],
)  # fmt: skip
def test_a_column_that_is_not_there_is_told_where_the_mapping_names_it(
    tmp_path: Path,
    outcomes: Callable[[Path, str], list[tuple[Row, Outcome]]],
    mapping: str,
    place: tuple[int, int],
    told: str,
) -> None:
    (tmp_path / "towns.csv").write_text("Town,Country,mayor\nRiga,LV,x\n", encoding="utf-8")
    with pytest.raises(KgError) as caught:
        outcomes(tmp_path / "towns.csv", mapping)
    assert told in str(caught.value)
    assert str(caught.value).startswith(f"mapping.yaml, line {place[0]}, column {place[1]}: ")


VALID = (Path(__file__).parents[3] / "data" / "table" / "long.yaml").read_text(encoding="utf-8")
LINE = re.compile(r"^mapping\.yaml, line (\d+)")


def lines_told(text: str) -> list[int]:
    """Return the line numbers of a refusal; none when the mapping is right."""
    try:
        parse_mapping(text.encode("utf-8", "surrogatepass"))
    except KgError as error:
        message = str(error)
    else:
        return []
    told = [LINE.match(line) for line in message.splitlines() if not line.startswith("and ")]
    assert all(told), message
    return [int(match[1]) for match in told if match]


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200))
def test_whatever_is_no_mapping_is_refused_with_a_line_that_exists(text: str) -> None:
    told = lines_told(text)
    assert told
    assert all(1 <= line <= max(1, len(re.split(r"\r\n|\r|\n", text))) for line in told)


@settings(max_examples=150, deadline=None)
@given(
    st.integers(0, len(VALID) - 1),
    st.integers(0, 30),
    st.text(alphabet="{}[]:,-#'\"&*!|>%@`\t\n axN0~", max_size=5),
)
def test_a_mapping_damaged_anywhere_is_read_or_refused_with_a_line_that_exists(at: int, removed: int, put: str) -> None:
    text = VALID[:at] + put + VALID[at + removed :]
    assert all(1 <= line <= len(text.split("\n")) for line in lines_told(text))
