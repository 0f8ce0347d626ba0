"""Targets: whatever else reads a file that a person hands over, or that lay where others may have changed it."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random

from kg.database.backup.archive import open_archive
from kg.database.backup.values import NotStorableError, decode
from kg.database.passwords import read_password_file
from kg.database.server.home import Home, read_state
from kg.errors import KgError
from kg.fetching.endpoint import TookTooLong, _parse
from kg.fetching.pages import PartFile, Task
from kg.loaders.base import Row
from kg.loaders.choosing import loaders_of_files
from kg.loaders.mapping.suggest import suggest
from kg.loaders.reading.archives import list_members, read_zipped_table
from kg.loaders.reading.json_files import read_json, read_json_lines
from kg.loaders.reading.tables import read_csv, read_table
from kg.loaders.reading.values import parse_date, parse_number, parse_whole
from kg.loaders.reading.workbooks import sheet_names
from kg.loaders.starter import Starter
from kg.places.evaluate import SETS, trial
from kg.places.judgements import read_judgements
from kg.queries.consortium_rules import parse_rules
from kg.queries.kinds.kind import read_weights
from kg.queries.reports.folders import read_report
from kg.queries.reports.parameters import check_parameters
from kg.queries.snapshot import arrow
from kg.queries.snapshot.tables import Tables
from kg.resources import PACKAGE, cypher_directory
from tests.backups import write_backup
from tests.fuzz import mutate
from tests.fuzz.loaders import gazetteer, read_loads, resolver, workbook, zipped
from tests.fuzz.trial import DATA, Target

_CELLS = (mutate.change_cells, mutate.change_cells, mutate.change_lines, mutate.change_bytes)
_LINES = (mutate.change_lines, mutate.change_lines, mutate.change_bytes)
_ZIP = (mutate.change_member, mutate.change_member, mutate.change_headers, mutate.change_bytes)
_JSON = (mutate.change_json, mutate.change_json, mutate.change_bytes)


def _rows(rows: Iterator[Row] | Sequence[Row]) -> Iterator[str]:
    for row in rows:
        if row.defect:
            row.defect.encode()
            yield f"defect: {row.defect}"
        for cell in row.cells.values():
            yield from _values(cell)


def _values(cell: str) -> Iterator[str]:
    for parse in (parse_date, parse_number, parse_whole):
        try:
            value = parse(cell)
            yield f"{parse.__name__} {type(value).__name__}"
        except ValueError as error:
            yield f"{parse.__name__}: {error}"


def _table(path: Path) -> Iterator[str]:
    yield from _rows(read_table(path))


def _suggest(path: Path) -> Iterator[str]:
    suggested = suggest(path)
    suggested.encode()
    yield from suggested.splitlines()


def _workbook(path: Path) -> Iterator[str]:
    for name in sheet_names(path):
        try:
            yield from _rows(read_table(path, sheet=name))
        except KgError as error:
            yield f"error: {error}"


def _zip(path: Path) -> Iterator[str]:
    for member in list_members(path):
        yield f"member: {member.ignored}"
        try:
            yield from _rows(read_zipped_table(path, member.name))
        except KgError as error:
            yield f"error: {error}"


def _json_file(path: Path) -> Iterator[str]:
    yield type(read_json(path)).__name__


def _json_lines(path: Path) -> Iterator[str]:
    yield from _rows(read_json_lines(path))


def _csv(path: Path) -> Iterator[str]:
    yield from _rows(list(read_csv(path)))


def _starter(path: Path) -> Iterator[str]:
    folder = path.parent / "starter"
    shutil.copytree(DATA / "starter", folder, dirs_exist_ok=True)
    # It takes the place of the file whose header it has.
    header = path.read_bytes().partition(b"\n")[0]
    names = [file.name for file in folder.iterdir() if file.read_bytes().startswith(header + b"\n")]
    shutil.copy(path, folder / (names[0] if names else "cities.csv"))
    yield from read_loads([Starter(folder, "2024")], path.parent)  # type: ignore[list-item]


def _recognised(path: Path) -> Iterator[str]:
    for loader in loaders_of_files([str(path)]):
        yield loader.name


def _judgements(path: Path) -> Iterator[str]:
    for judgement in read_judgements(path).all:
        yield judgement.answer


def _password(path: Path) -> Iterator[str]:
    path.chmod(0o600)
    yield "empty" if not read_password_file(path) else "password"


def _weights(path: Path) -> Iterator[str]:
    yield from read_weights(path).terms


def _rules(path: Path) -> Iterator[str]:
    yield from (rule.id for rule in parse_rules(path.read_text(encoding="utf-8")).rules)


def _report(path: Path) -> Iterator[str]:
    report = read_report(path)
    for parameter in report.parameters:
        for given in ("", "Riga", "1", "9" * 30, "2024-02-30", "\ud800", "nan", "true", json.dumps(parameter.example)):
            try:
                check_parameters(report, {parameter.name: given})
                yield f"{parameter.type} taken"
            except KgError as error:
                yield f"parameter: {error}"


def _state(path: Path) -> Iterator[str]:
    home = Home(path.parent, "the folder of the test", "5.26", path.parent)
    home.state_file.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(path, home.state_file)
    yield str(read_state(home) is None)


def _answer(path: Path) -> Iterator[str]:
    try:
        yield type(_parse(path.read_text(encoding="utf-8", errors="replace"))).__name__
    except TookTooLong:
        yield "too long"


_TASK = Task("twins", "https://example.org", "0" * 16)


def _pages(path: Path) -> Iterator[str]:
    part = PartFile(path, _TASK, "2024-01-01")
    for page in part.pages():
        yield " ".join(page)
    yield from map(str, part.progress.values())


def _evaluate(name: str) -> Callable[[Path], Iterator[str]]:
    def read(path: Path) -> Iterator[str]:
        for tried in trial(SETS[name](path, gazetteer(path.parent)), resolver(path.parent)):
            yield f"{tried.outcome} {tried.cause}"

    return read


def _snapshot(path: Path) -> Iterator[str]:
    yield str(arrow.read_about(path) is None)
    yield str(arrow.read(path) is None)


def _backup(path: Path) -> Iterator[str]:
    with open_archive(path) as archive:
        archive.check()
        for kind in ("nodes", "relationships"):
            for _, row in archive.rows(kind):
                try:
                    assert isinstance(row, list)
                    decode(row[-1])
                    yield "row"
                except (NotStorableError, LookupError, TypeError, ValueError, AssertionError) as error:
                    yield f"row: {error}"


def make_backup() -> bytes:
    """Return a backup of a small graph."""
    rows = {
        "nodes": [[["City"], {"name": "Riga", "population": 7, "at": {"$": "point", "srid": 4326, "v": [24.1, 56.9]}}] for _ in range(3)]
        + [[["Load"], {"x": [1, 2], "d": {"$": "date", "v": [2024, 1, 2]}, "f": {"$": "float", "v": "nan"}, "b": {"$": "bytes", "v": "AA=="}}]],
        "relationships": [["TWINNED_WITH", 0, 1, {"t": {"$": "duration", "v": [1, 2, 3, 4]}, "z": {"$": "datetime", "v": [2024, 1, 1, 0, 0, 0, 0], "offset": 0, "zone": "Europe/Riga"}}]],
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        return write_backup(Path(folder) / "a.kgbackup", rows).read_bytes()


def change_backup(content: bytes, chance: Random, others: Sequence[bytes]) -> bytes:
    """Change a part of a backup, and what its manifest says of it, so that it is read further than that."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        manifest = json.loads(members["manifest.json"])
        parts = {part["name"]: part for part in manifest["parts"]}
    except Exception:  # noqa: BLE001 - it was broken before
        return mutate.change_bytes(content, chance, others)
    name = chance.choice(list(members))
    if name == "manifest.json":
        members[name] = mutate.change_json(members[name], chance, others)
    else:
        inside = members[name] = mutate.change_json_lines(members[name], chance, others)
        if isinstance(part := parts.get(name), dict):
            part |= {"bytes": len(inside), "sha256": hashlib.sha256(inside).hexdigest()}
        members["manifest.json"] = json.dumps(manifest).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, inside in members.items():
            archive.writestr(zipfile.ZipInfo(name), inside, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def make_parquet() -> bytes:
    """Return a small table as Parquet."""
    import pyarrow as pa
    from pyarrow.parquet import write_table

    table = pa.table(
        {
            "Town": ["Riga", None],
            "n": [1, 2**40],
            "since": [2024.5, None],
            "l": [["a"], []],
            "t": pa.array([0, 1], pa.timestamp("us")),
        }
    )
    out = io.BytesIO()
    write_table(table, out)
    return out.getvalue()


def make_snapshot() -> bytes:
    """Return the file of an empty snapshot."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.arrow"
        arrow.write(path, Tables([], []), {"taken": "x"})
        return path.read_bytes()


def make_open_document() -> bytes:
    """Return a small workbook of the kind that LibreOffice writes."""
    names = "".join(
        f' xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"'
        for short in ("office", "table", "text", "manifest")
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    row = "<table:table-row>" + "".join(
        f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>' for text in ("Town", "Riga")
    ) + '<table:table-cell table:number-columns-repeated="3" office:value-type="float" office:value="1.5"/></table:table-row>'  # fmt: skip
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {
            "mimetype": kind,
            "META-INF/manifest.xml": f'<manifest:manifest{names}><manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>',
            "content.xml": f'<office:document-content{names}><office:body><office:spreadsheet><table:table table:name="S">{row * 3}</table:table></office:spreadsheet></office:body></office:document-content>',
        }.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def make_gzip() -> bytes:
    """Return a packed table."""
    return gzip.compress((DATA / "covenant/signatories.csv").read_bytes(), mtime=0)


def _of_package(*names: str) -> Sequence[Callable[[], bytes]]:
    return [(PACKAGE / name).read_bytes for name in names]


def _reports() -> Sequence[Callable[[], bytes]]:
    names = ("city-profile", "network-members", "path")
    files = sorted((cypher_directory() / "reports").glob("*.cypher"))
    return [file.read_bytes for file in files if file.stem in names] or [file.read_bytes for file in files[:3]]


def _part_file() -> bytes:
    header = {"task": {"what": _TASK.what, "endpoint": _TASK.endpoint, "query": _TASK.query}, "date": "2024-01-01"}
    page = {"country": "LV", "offset": 1, "done": True, "vars": ["item"], "bindings": [{"item": {"value": "Q1"}}]}
    return b"".join(json.dumps(line).encode() + b"\n" for line in (header, page, page))


TARGETS = (
    Target("table", "table.csv", _table, _CELLS, ["covenant/signatories.csv", "table/towns.csv", "wikidata/latvia.tsv", "cordis/project.csv"]),
    Target("table-gzip", "table.csv.gz", _table, [mutate.change_bytes], made=[make_gzip]),
    Target("table-parquet", "table.parquet", _table, [mutate.change_bytes], made=[make_parquet]),
    Target("suggest", "table.csv", _suggest, _CELLS, ["table/towns.csv", "networks/memberships.csv", "popolo/council.json"]),
    Target("suggest-xlsx", "table.xlsx", _suggest, _ZIP, made=[workbook("table/towns.csv", ";")]),
    Target("workbook", "table.xlsx", _workbook, _ZIP, made=[workbook("covenant/signatories.csv"), workbook("table/towns.csv", ";")]),
    Target("open-document", "table.ods", _workbook, _ZIP, made=[make_open_document]),
    Target("zip", "tables.zip", _zip, _ZIP, made=[zipped("cordis/project.csv", "table/towns.csv", "wikidata/latvia.tsv")]),
    Target("json", "document.json", _json_file, _JSON, ["eurocities/members.json", "wikidata/members.json"]),
    Target("json-lines", "lines.jsonl", _json_lines, (mutate.change_json_lines, *_LINES)),
    Target("csv", "table.csv", _csv, _CELLS, ["starter/cities.csv"]),
    Target("starter", "starter.csv", _starter, _CELLS, ["starter/cities.csv", "starter/member_of.csv", "starter/sources.csv"]),
    Target("recognise", "unknown.csv", _recognised, _CELLS, ["covenant/signatories.csv", "networks/memberships.csv", "wikidata/twins.json", "lau/nuts_lau_2019.csv"]),
    Target("judgements", "judgements.csv", _judgements, _CELLS),
    Target("password", "password", _password, _LINES),
    Target("weights", "weights.toml", _weights, _LINES, made=_of_package("queries/kinds/exchange.toml", "queries/kinds/twinning.toml")),
    Target("rules", "rules.toml", _rules, _LINES, made=_of_package("data/rules.toml"), allowed=(ValueError,)),
    Target("report", "report.cypher", _report, _LINES, made=_reports()),
    Target("server-state", "state", _state, _JSON),
    Target("sparql-answer", "answer", _answer, _JSON, ["wikidata/twins.json"]),
    Target("fetched-pages", "twins.part", _pages, (mutate.change_json_lines, *_LINES), made=[_part_file]),
    Target("evaluate-etmun", "etmun.csv", _evaluate("etmun"), _CELLS),
    Target("evaluate-keep", "keep.csv", _evaluate("keep"), _CELLS),
    Target("snapshot", "snapshot.arrow", _snapshot, [mutate.change_bytes], made=[make_snapshot]),
    Target("backup", "a.kgbackup", _backup, (change_backup, change_backup, *_ZIP), ["backup/first-release.kgbackup"], [make_backup]),
)  # fmt: skip
