from __future__ import annotations

from pathlib import Path

import pytest

from kg.cli.report import description
from kg.queries.reports import (
    ENTITIES,
    TYPES,
    Report,
    ReportError,
    check_parameters,
    find_report,
    list_reports,
    parse_report,
)
from kg.queries.reports.folders import LARGEST_FILE, read_reports
from kg.queries.reports.parameters import as_typed
from kg.resources import cypher_directory

GOOD = """\
// Big cities
//
// Cities by size,
// the biggest first.
//
// parameter country: country, for example "FI" - Where.
// parameter at_least: whole number, default 50000, for example 100000 - Inhabitants - or more.
// parameter network: network, default null, for example "own:emta" - Only its members.
// column city: The city.
// column as_of: Date of the list.
// tags: city, size
// since: 0.1
MATCH (city:City)
WHERE city.country = $country AND city.population >= $at_least // not $this
  AND ($network IS NULL OR city.name <> 'a $word; SET it')
RETURN city.name AS city, null AS as_of;
"""


@pytest.fixture
def report() -> Report:
    return parse_report("big-cities", GOOD)


def test_header_is_read(report: Report) -> None:
    assert report.title == "Big cities"
    assert report.description == "Cities by size, the biggest first."
    assert report.tags == ("city", "size")
    assert report.since == "0.1"
    assert [column.name for column in report.columns] == ["city", "as_of"]
    country, at_least, network = report.parameters
    assert (country.type, country.required, country.example) == ("country", True, "FI")
    assert (at_least.required, at_least.default, at_least.description) == (False, 50000, "Inhabitants - or more.")
    assert (network.required, network.default) == (False, None)
    assert report.text == GOOD


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("// Big cities\n", "MATCH (a) RETURN a;\n", "first line must be its title"),
        (GOOD[GOOD.index("MATCH") :], "", "no query below"),
        ("// since: 0.1\n", "", "since"),
        ("// column city: The city.\n// column as_of: Date of the list.\n", "", "column"),
        ("// column city: The city.", "// column City", "line 9: a column reads"),
        (': country, for example "FI" - Where.', ": country", "line 6: a parameter reads"),
        (': country, for example "FI" - Where.', ": country", "Types are text, whole number, number, yes or no, date"),
        ("whole number", "hole", "line 7: there is no type 'hole'"),
        ('"FI"', "FI", "line 6: default and example are JSON"),
        (
            "$country",
            "'FI'",
            "parameters at_least, country, network, but the query uses the parameters at_least, network",
        ),
        ("RETURN city.name", "SET city.big = 1 RETURN city.name", "only reads, but this one has SET"),
        ("RETURN city.name", "RETURN 1; MATCH (city) RETURN city.name", "must be one query"),
        ("MATCH (city:City)", "PROFILE MATCH (city:City)", "a query starts with one of MATCH"),
        ("whole number", "whole numbr", "did you mean whole number?"),
        ("// column as_of", "// column city", "has the column city twice"),
        ("as_of;\n", "as_of;\n// picture\n", "no query below '// picture'"),
        ("as_of;\n", "as_of\n// picture\nMATCH (c) RETURN c;", "above '// picture' must end with a semicolon"),
        ("as_of;\n", "as_of;\n// picture\nMATCH (c) DELETE c;", "this one has DELETE"),
        (
            "as_of;\n",
            "as_of;\n// picture\nMATCH (c {id: $other}) RETURN c;",
            "the picture's query uses the parameter other",
        ),
    ],
)
def test_what_is_not_a_report_is_refused_with_its_place(old: str, new: str, said: str) -> None:
    assert old in GOOD
    with pytest.raises(ReportError) as raised:
        parse_report("big-cities", GOOD.replace(old, new))
    assert "big-cities" in str(raised.value)
    assert said in str(raised.value)


def test_a_second_query_is_the_picture_and_needs_is_read() -> None:
    text = GOOD.replace("// since", "// needs: twin towns (kg load wikidata)\n// since")
    picture = "MATCH (city:City)--(other) WHERE city.country = $country RETURN city, other;\n"
    report = parse_report("big-cities", f"{text}\n// picture\n{picture}")
    assert report.needs == "twin towns (kg load wikidata)"
    assert report.query.strip() == text.strip()
    assert report.picture == picture
    assert report.queries == (report.query, picture)
    assert parse_report("big-cities", GOOD).queries == (GOOD,)


def test_a_caution_is_read_and_a_parameter_is_written_as_it_was() -> None:
    text = GOOD.replace("// since", "// caution: Few are here.\n// caution: Load more.\n// since")
    report = parse_report("big-cities", text)
    assert report.caution == "Few are here. Load more."
    assert [parameter.line for parameter in report.parameters] == [
        line for line in text.splitlines() if line.startswith("// parameter")
    ]


def test_show_has_parameters_as_in_a_header_and_the_caution() -> None:
    shown = description(parse_report("big-cities", GOOD.replace("// since", "// caution: Few are here.\n// since")))
    assert '\n// parameter country: country, for example "FI" - Where.\n' in shown
    assert "\nCaution: Few are here.\n" in shown


def test_a_query_that_uses_what_no_header_names_is_told_in_words() -> None:
    with pytest.raises(ReportError, match="the header names no parameters, but the query uses the parameter x"):
        parse_report("own", "// Own\n// column y: It.\n// since: 0.1\nRETURN $x AS y;")


def test_parameters_are_typed_and_defaults_filled_in(report: Report) -> None:
    values = check_parameters(report, {"country": "fi", "network": "Polis"})
    assert values == {"country": "FI", "at_least": 50000, "network": "Polis"}
    assert check_parameters(report, {"country": "FI", "at_least": "7"})["at_least"] == 7


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "needs country: Where. Give it as --param country=VALUE, for example --param country=FI."),
        ({"country": "FI", "size": "1"}, "no parameter 'size'; it takes: country, at_least, network"),
        (
            {"country": "Atlantis"},
            "'Atlantis' does not fit country, which is: A country by its name or its code of two",
        ),
        ({"country": "Atlantis"}, "such as Finland or FI."),
        ({"country": "FI", "at_least": "many"}, "'many' does not fit at_least, which is: A whole number, 0 or more"),
        ({"country": "FI", "at_least": "-1"}, "'-1' does not fit at_least"),
        ({"country": " "}, "the value of country is empty"),
        ({"county": "FI"}, "no parameter 'county'; did you mean country?"),
        ({"country": "FI", "at_least": "9" * 30}, "does not fit at_least"),
        ({"country": "FI", "network": "\ud800"}, "the value of network is not text in UTF-8"),
    ],
)
def test_a_parameter_that_does_not_fit_says_what_would(report: Report, given: dict[str, str], said: str) -> None:
    with pytest.raises(ReportError) as raised:
        check_parameters(report, given)
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("text", "a = b", "a = b"),
        ("whole number", "0", 0),
        ("country", "united kingdom", "GB"),
        ("country", "el", "GR"),
        ("number", "0.5", 0.5),
        ("yes or no", "Yes", True),
        ("yes or no", "0", False),
        ("date", "2024-05", "2024-05"),
    ],
)
def test_types(kind: str, text: str, value: object) -> None:
    assert TYPES[kind](text) == value


@pytest.mark.parametrize(
    ("kind", "text"), [("number", "nan"), ("yes or no", "perhaps"), ("date", "2024-13"), ("whole number", "1.5")]
)
def test_types_refuse(kind: str, text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each type has its own words; the message that is shown is tested above
        TYPES[kind](text)


def test_shipped_reports_are_three_at_least_and_all_have_an_age() -> None:
    reports = list_reports()
    assert {"network-members", "shared-by-two-places", "projects-of-place"} <= {entry.name for entry in reports}
    for entry in reports:
        names = [column.name for column in entry.columns]
        assert "as_of" in names, f"{entry.name} does not say how old its rows are"
        assert len(set(names)) == len(names)
        assert entry.description
        assert entry.tags
        for parameter in entry.parameters:
            assert parameter.type in ENTITIES.keys() | TYPES.keys()


def test_an_unknown_report_names_those_that_there_are(tmp_path: Path) -> None:
    (tmp_path / "big-cities.cypher").write_text(GOOD, encoding="utf-8")
    assert find_report("big-cities", tmp_path).title == "Big cities"
    with pytest.raises(ReportError, match="There is no report 'small'; there are: big-cities"):
        find_report("small", tmp_path)
    with pytest.raises(ReportError, match="did you mean big-cities?"):
        find_report("bigcities", tmp_path)


def test_own_reports_come_besides_the_shipped_and_before_one_of_the_same_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "network-members.cypher").write_text(GOOD, encoding="utf-8")
    monkeypatch.setenv("KG_REPORTS", str(tmp_path))
    assert find_report("network-members").title == "Big cities"
    assert find_report("themes").title.startswith("Themes")
    assert "Big cities" not in [report.title for report in list_reports(own=False)]
    monkeypatch.setenv("KG_REPORTS", str(tmp_path / "none"))
    with pytest.raises(ReportError, match="KG_REPORTS names .* which is not a folder"):
        list_reports()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"MATCH (n) RETURN n;", "the first line must be its title"),
        (b"// caf\xe9\n", "is not text in UTF-8"),
        (b"//" + b" " * LARGEST_FILE, "larger than a report can be"),
    ],
)
def test_a_file_that_is_no_report_is_named_and_hides_no_other(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "broken.cypher").write_bytes(content)
    assert find_report("themes", tmp_path).name == "themes"
    (error,) = (found for found in read_reports(tmp_path) if isinstance(found, ReportError))
    assert said in str(error)
    assert "broken.cypher" in str(error)


def test_values_of_python_are_typed_as_a_person_would() -> None:
    given = as_typed({"country": "FI", "at_least": 5, "network": None})
    assert check_parameters(parse_report("big-cities", GOOD), given) == {
        "country": "FI",
        "at_least": 5,
        "network": None,
    }


def test_reports_lie_where_the_package_looks() -> None:
    assert (cypher_directory() / "reports" / "network-members.cypher").is_file()
