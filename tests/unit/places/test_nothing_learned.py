"""Nothing that finds places was taken from the tables on which it is measured.

Three things are shown: while places are found, no file is opened but the package's, the gazetteer's and the rules'; those rules hold
words of languages and no place that is asked for; and no module but the measurement and the loaders knows of these tables.
"""

from __future__ import annotations

import csv
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kg.places.evaluate import SETS
from kg.places.gazetteer import SqliteGazetteer
from kg.places.names import normalise

PLACES = Path(__file__).parents[3] / "kg" / "places"

SCRIPT = """
import sys
opened = set()
def hook(event, arguments):
    if event in ("open", "sqlite3.connect") and isinstance(arguments[0], (str, bytes)):
        opened.add(str(arguments[0]))
sys.addaudithook(hook)
from kg.places.query import PlaceQuery
from kg.places.resolve import default_resolver
resolver = default_resolver()
for name, country in (("Riga", "LV"), ("Bolzano/Bozen", "IT"), ("Nowhere at all", "DE"), ("Dimos Irakliou", "GR"), ("Rigga", "LV")):
    resolver.resolve(PlaceQuery(name, country))
resolver.region_ids("Catalunya", "ES")
print("\\n".join(sorted(opened)))
"""


def test_no_other_file_is_opened() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    data = {
        Path(path).name
        for path in done.stdout.splitlines()
        if not re.search(r"\.(pyc?|so|pth)(\.\d+)?$|\.dist-info", path)
    }
    kept = re.compile(
        r"gazetteer-.*|cities500\.json|(spelling|territories|authorities)\.toml|(countries|regions|judgements)\.csv|.*\.pyc.*|python\d+\.zip"
    )
    ours = {name for name in data if re.search(r"\.(csv|tsv|json|toml|xlsx|gz|zip|sqlite.*)$", name)}
    assert any(name.startswith("gazetteer-") for name in data), "the hook saw nothing"
    assert not {name for name in ours if not kept.fullmatch(name)}
    assert not {path for path in done.stdout.splitlines() if "shared" in Path(path).parts}


def test_only_the_measurement_knows_of_the_tables() -> None:
    for path in PLACES.iterdir():
        if path.suffix in (".py", ".toml") and not path.stem.startswith(("evaluate", "authorities")):
            text = path.read_text(encoding="utf-8").casefold()
            assert not re.search(r"etmun|keep-eu|keep\.eu|participations_|shared/data", text), path.name


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


def test_no_rule_names_a_place_that_is_asked_for(shared_data: Path, gazetteer: SqliteGazetteer) -> None:
    """Words of the rules that also are names in the tables are those of languages, each of them listed here with its meaning."""
    asked: set[str] = set()
    for name, file in (
        ("etmun", "etmun/etmun_membership.csv"),
        ("keep", "keep-eu/participations_2000_2020_closed.csv"),
    ):
        assert name in SETS
        with (shared_data / file).open(encoding="utf-8-sig", newline="") as rows:
            asked |= {normalise(row.get("Locality_Siege") or row.get("Town") or "") for row in csv.DictReader(rows)}
    rules = tomllib.loads((PLACES / "spelling.toml").read_text(encoding="utf-8"))
    listed = {normalise(word) for text in texts(rules) for word in (text, *re.split(r"\W+", text)) if len(word) > 3}
    common = listed & asked
    meanings = {
        "santa": "saint", "land": "state", "municipio": "municipality", "wales": "a country", "scotland": "a country",
        "england": "a country", "northern ireland": "a country", "united kingdom": "a country", "great britain": "a country",
        "region": "tier", "allo": "Italian: at the", "delle": "Italian: of the", "sur": "French: on", "rayon": "district",
        "nation": "tier", "sector": "district", "alta": "upper", "alto": "upper", "baja": "lower", "mala": "small", "male": "small",
        "nove": "new", "novi": "new", "stara": "old",
    }  # fmt: skip
    assert common <= meanings.keys(), sorted(common - meanings.keys())
