"""A person's judgements: read, added, taken back; and what is said of a broken file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kg.errors import KgError
from kg.home import judgements_file
from kg.places.judgements import (
    COLUMNS,
    Judgement,
    Judgements,
    append_judgement,
    read_judgements,
    withdraw,
)

NO = Judgement("no", "own:x", "geonames:1", "Castro", "IT", "an editor", "2026-11-23", 'another, "the" other')
YES = Judgement("yes", "own:x", "geonames:2", "", "", "", "", "")


def test_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KG_HOME", str(tmp_path))
    assert judgements_file() == tmp_path / "judgements.csv"
    monkeypatch.setenv("KG_JUDGEMENTS", str(tmp_path / "other.csv"))
    assert judgements_file() == tmp_path / "other.csv"
    assert read_judgements(judgements_file()).all == ()


def test_what_is_added_is_read(tmp_path: Path) -> None:
    path = tmp_path / "new" / "judgements.csv"
    append_judgement(path, NO)
    append_judgement(path, YES)
    assert read_judgements(path).all == (NO, YES)
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_lookups() -> None:
    judgements = Judgements((NO, YES))
    assert judgements.no("own:x", "geonames:1")
    assert not judgements.no("own:x", "geonames:2")
    assert judgements.yes("own:x") == "geonames:2"
    assert judgements.yes("own:y") is None
    assert judgements.different("geonames:1", "own:x")
    assert not judgements.different("geonames:2", "own:x")


def test_later_answer_on_a_pair_holds() -> None:
    judgements = Judgements((NO, replace(NO, answer="unsure")))
    assert not judgements.no("own:x", "geonames:1")


def test_taken_back(tmp_path: Path) -> None:
    path = tmp_path / "judgements.csv"
    append_judgement(path, NO)
    taken = withdraw(path, "own:x", "geonames:1", "2026-11-24")
    assert taken == NO
    assert read_judgements(path).all == (replace(NO, withdrawn="2026-11-24"),)
    assert not read_judgements(path).no("own:x", "geonames:1")
    with pytest.raises(KgError, match="own:x"):
        withdraw(path, "own:x", "geonames:1", "2026-11-24")


def test_wrong_day_takes_nothing_back(tmp_path: Path) -> None:
    path = tmp_path / "judgements.csv"
    append_judgement(path, NO)
    with pytest.raises((KgError, ValueError), match="tomorrow"):
        withdraw(path, "own:x", "geonames:1", "tomorrow")
    assert read_judgements(path).all == (NO,)


HEADER = ",".join(COLUMNS)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("answer,subject\nyes,own:x\n", "line 1: the columns"),
        (f"{HEADER}\nmaybe,own:x,geonames:1,,,,,,\n", "line 2: answer 'maybe'"),
        (f"{HEADER}\nyes,own:x,geonames:1,,,,,,\nyes,x,geonames:1,,,,,,\n", "line 3: 'x' is not an id"),
        (f"{HEADER}\nyes,own:x,geonames:1,,,,23.11.2026,,\n", "line 2:.*23.11.2026"),
        (f"{HEADER}\nyes,own:x,geonames:1,a,b,c,,d,e,f,g\n", "line 2: 11 cells where 9"),
        ("", "line 1: the columns"),
    ],
)
def test_broken_file(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "judgements.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(KgError, match=said):
        read_judgements(path)
    with pytest.raises(KgError):
        append_judgement(path, YES)
    assert path.read_text(encoding="utf-8") == text


def test_file_in_another_encoding(tmp_path: Path) -> None:
    path = tmp_path / "judgements.csv"
    path.write_bytes(f"{HEADER}\nyes,own:x,geonames:1,Älmhult,,,,,\n".encode("latin-1"))
    with pytest.raises(KgError, match="UTF-8"):
        read_judgements(path)
