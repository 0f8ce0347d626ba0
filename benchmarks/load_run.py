"""One load, in a process of its own so that its memory is its own: ``python -m benchmarks.load_run HOW FOLDER EDITION``.

Where the database is, the environment says. ``HOW`` is ``kg`` (the loader path), ``plain`` (unsorted ``UNWIND ... MERGE`` in batches
of 10,000 that writes the same properties under the same constraints) or ``bare`` (the same with nothing but the values and the
one constraint without which no node is found). Prints one line of JSON.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.load_edition import SOURCE, EuropeLoader, node_values
from kg.database.connection import Connection
from kg.database.opening import open_connection
from kg.database.schema import apply_schema
from kg.loaders.loading import load
from kg.schema.identity import SCHEME_PROPERTIES

BATCH = 10_000

_BARE_CONSTRAINT = "CREATE CONSTRAINT entity_id IF NOT EXISTS FOR (n:Entity) REQUIRE n.id IS UNIQUE"

_SET_LOCATION = """
SET n.location = CASE WHEN row.location IS NULL THEN null
    ELSE point({longitude: row.location[0], latitude: row.location[1]}) END"""


def main() -> None:
    """Load, and print what it took."""
    how, folder, edition = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    server = int(os.environ["SERVER_PID"])
    with open_connection() as connection:
        if how == "bare":
            connection.run_schema(_BARE_CONSTRAINT)
        else:
            apply_schema(connection)
        connection.run_schema("CALL db.awaitIndexes(300)")
        before = time.perf_counter(), time.process_time(), server_seconds(server)
        if how == "kg":
            result = str(load(connection, EuropeLoader(folder, edition)))
        else:
            _merge(connection, folder, edition, bare=how == "bare")
            result = ""
        after = time.perf_counter(), time.process_time(), server_seconds(server)
        facts = connection.run_read("MATCH ()-[f]->() RETURN count(f) AS facts", {}, timeout=600)[0]["facts"]
    wall, client, server_cpu = (now - then for now, then in zip(after, before, strict=True))
    print(
        json.dumps(
            {"wall": wall, "client": client, "server": server_cpu, "peak": peak(), "facts": facts, "result": result}
        )
    )


def server_seconds(pid: int) -> float:
    """Return the seconds of CPU that a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak() -> float:
    """Return the most memory that this process has had, in MB; getrusage would tell of the process that started it as well."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def _merge(connection: Connection, folder: Path, edition: str, *, bare: bool) -> None:
    """Do what tutorials do: collect rows, and merge them as they come."""
    load_id = f"europe@{edition}#0"
    extra = "" if bare else _SET_LOCATION
    key = "" if bare else " {key: row.key}"
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)

    def send(statement: str) -> None:
        if batch := rows.pop(statement, None):
            connection.run_write(statement, {"rows": batch})

    for cells in _read(folder / "nodes.csv"):
        statement = (
            f"UNWIND $rows AS row MERGE (n:Entity:{cells['label']} {{id: row.id}}) SET n += row.properties{extra}"
        )
        rows[statement].append(_bare_node(cells) if bare else _node(cells, load_id))
        if len(rows[statement]) == BATCH:
            send(statement)
    for statement in list(rows):
        send(statement)
    for cells in _read(folder / "facts.csv"):
        statement = (
            "UNWIND $rows AS row MATCH (start:Entity {id: row.start}) MATCH (end:Entity {id: row.end}) "
            f"MERGE (start)-[fact:{cells['type']}{key}]->(end) SET fact += row.properties"
        )
        rows[statement].append(_fact(cells, None if bare else load_id))
        if len(rows[statement]) == BATCH:
            send(statement)
    for statement in list(rows):
        send(statement)


def _read(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _bare_node(cells: Mapping[str, str]) -> dict[str, Any]:
    values = node_values(cells)
    if location := values.pop("location", None):
        values["longitude"], values["latitude"] = location
    return {"id": cells["id"], "properties": values}


def _node(cells: Mapping[str, str], load_id: str) -> dict[str, Any]:
    values = node_values(cells)
    given = {"v": values, "e": load_id, "i": [cells["id"]]}
    scheme, _, code = cells["id"].partition(":")
    properties = {
        **{name: value for name, value in values.items() if name != "location"},
        SCHEME_PROPERTIES[scheme]: code,
        "created": int(time.time() * 1000),
        "search_names": [cells["name"].lower()],
        **_provenance(cells["id"], load_id, given),
    }
    return {
        "id": cells["id"],
        "properties": properties,
        "location": list(values["location"]) if "location" in values else None,
    }


def _fact(cells: Mapping[str, str], load_id: str | None) -> dict[str, Any]:
    values = {name: cells[name] for name in ("as_of", "request", "status") if cells[name]}
    ends = {end: cells[end].partition("/")[2] for end in ("start", "end")}
    if load_id is None:
        return {**ends, "properties": values}
    text = f"{cells['type']} {cells['start']} {cells['end']}"
    key = hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
    given = {"v": values, "e": load_id, "f": cells["start"], "t": cells["end"]}
    return {**ends, "key": key, "properties": {**values, **_provenance(cells["row"], load_id, given)}}


def _provenance(row: str, load_id: str, given: dict[str, Any]) -> dict[str, Any]:
    text = json.dumps(given)
    fingerprint = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=5).digest(), "big")
    return {
        "fingerprint": fingerprint,
        "sources": [SOURCE.id],
        "rows": [row],
        "loads": [load_id],
        "given": [text],
        "missing": [""],
    }


if __name__ == "__main__":
    main()
