"""What persons decided, in a plain file: the last answer counts, can be taken back, and a broken file says where."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.errors import KgError
from kg.places.judgements import COLUMNS, Judgement, append_judgement, read_judgements, withdraw


def said(answer: str, subject: str = "own:x", candidate: str = "geonames:1", date: str = "2026-01-01") -> Judgement:
    return Judgement(answer, subject, candidate, "Riga, 'the' city", "LV", "Anna", date, 'seen, on a map; "twice"')


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "judgements.csv"


def test_no_file_is_no_judgement(file: Path) -> None:
    assert read_judgements(file).all == ()


def test_what_is_written_is_read(file: Path) -> None:
    append_judgement(file, said("unsure"))
    append_judgement(file, said("yes", candidate="geonames:2"))
    assert read_judgements(file).all == (said("unsure"), said("yes", candidate="geonames:2"))
    assert file.read_text(encoding="utf-8").splitlines()[0] == ",".join(COLUMNS)


def test_the_last_answer_on_a_pair_counts_whichever_way_round(file: Path) -> None:
    append_judgement(file, said("no"))
    assert read_judgements(file).no("geonames:1", "own:x")
    judgements = append_judgement(file, said("yes", "geonames:1", "own:x"))
    assert not judgements.no("own:x", "geonames:1")
    assert judgements.yes("geonames:1") == "own:x"


def test_taking_back_keeps_the_line_and_brings_no_earlier_answer_back(file: Path) -> None:
    append_judgement(file, said("yes"))
    append_judgement(file, said("no"))
    assert withdraw(file, "geonames:1", "own:x", "2026-02-01").answer == "no"
    judgements = read_judgements(file)
    assert [one.withdrawn for one in judgements.all] == ["2026-02-01", "2026-02-01"]
    assert judgements.different("own:x", "geonames:1") is None
    assert judgements.yes("own:x") is None
    with pytest.raises(KgError, match="nobody judged"):
        withdraw(file, "own:x", "geonames:1", "2026-02-02")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("answer,subject\n", "line 1: the columns of a file of judgements are answer,subject,candidate"),
        (
            f"{','.join(COLUMNS)}\nperhaps,own:x,geonames:1,,,,,,\n",
            "line 2: answer 'perhaps' is none of yes, no, unsure",
        ),
        (f"{','.join(COLUMNS)}\nyes,own:x,Riga,,,,,,\n", "line 2: 'Riga' is not an id"),
        (f"{','.join(COLUMNS)}\nyes,own:x,own:x,,,,,,\n", "line 2: own:x is held against itself"),
        (f"{','.join(COLUMNS)}\nyes,own:x,geonames:1\n", "line 2: 3 cells where 9 are expected"),
        (f"{','.join(COLUMNS)}\nyes,own:x,geonames:1,,,,soon,,\n", "line 2: 'soon' is not a date"),
    ],
)
def test_a_broken_file_says_where_and_is_left_as_it_is(file: Path, text: str, message: str) -> None:
    file.parent.mkdir()
    file.write_text(text, encoding="utf-8")
    with pytest.raises(KgError, match=message.replace("'", ".")):
        read_judgements(file)
    with pytest.raises(KgError, match=message.replace("'", ".")):
        append_judgement(file, said("yes"))
    assert file.read_text(encoding="utf-8") == text
