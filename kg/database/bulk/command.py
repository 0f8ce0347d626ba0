"""How the importer is called on files, and what has to be done by hand where kg cannot do it."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

from kg.database.bulk.cells import OPTIONS
from kg.database.bulk.files import ImportFiles
from kg.database.layout import record
from kg.schema import cypher

#: Bytes that the importer reads at once; a line must fit in.
_BUFFER = 4 * 1024**2

FINISH = "finish.cypher"
README = "README.txt"


def import_options(files: ImportFiles) -> list[str]:
    """Return what comes after ``database import full NAME``, for a call from the folder of the files."""
    options = ["--id-type=integer", *OPTIONS]
    # Of four bytes each, in the worst case.
    if (needed := 4 * files.longest + 1024) > _BUFFER:
        options.append(f"--read-buffer-size={needed}")
    # With "./", since the current line looks for the folder of each file; and relative, since a comma parts names of files.
    options += [f"--nodes={labels}=./{name}" for labels, name in files.nodes]
    options += [f"--relationships={type_}=./{name}" for type_, name in files.relationships]
    return options


def write_instructions(files: ImportFiles, load_command: str) -> Path:
    """Write what a person needs who imports the files on another machine, and return the file that says how.

    Args:
        files: The files, all written.
        load_command: The command that loads the same edition into a database.
    """
    lines = ["// Constraints and indexes, without which nothing is found; after the import, on the running server."]
    lines += [f"{item.statement};" for item in (*cypher.constraints(), *cypher.indexes())]
    lines.append("CALL db.awaitIndexes(3600);")
    lines.append("// By which rules the graph is laid down.")
    statement, values = record()
    for name, value in values.items():
        statement = statement.replace(f"${name}", literal(value))
    lines.append(f"{statement};")
    if left := files.afterwards():
        lines.append("// Values that the files of the importer cannot hold.")
        lines += [f"{statement.replace('$rows', literal(parameters['rows']))};" for statement, parameters in left]
    (files.folder / FINISH).write_text("\n".join(lines) + "\n", encoding="utf-8")
    options = " \\\n        ".join(shlex.quote(option) for option in import_options(files))
    text = _README.format(
        nodes=files.number_of_nodes, options=options, finish=FINISH, load=load_command, size=files.size() / 1024**2
    )
    readme = files.folder / README
    readme.write_text(text, encoding="utf-8")
    return readme


def literal(value: Any) -> str:
    """Return a value as Cypher: JSON, but for the keys of maps."""
    match value:
        case dict():
            return "{" + ", ".join(f"{name}: {literal(part)}" for name, part in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(literal, value)) + "]"
        case _:
            return json.dumps(value)


_README = """\
FIRST LOAD OF A NEO4J BY ITS OFFLINE IMPORTER

In this folder are {nodes:,} nodes and what joins them, {size:,.0f} MB, written by kg for a Neo4j 5.26 or 2026.x that kg does not run
itself. Four steps. WHAT IS IN THE DATABASE BEFORE IS LOST: it must be one in which there is nothing.

1. Copy this folder to the machine of the server, and go there. Stop the server (Enterprise Edition: STOP DATABASE neo4j is enough).
   There must be room for about six times the files.

2. In this folder, as the user that the server runs as (after full stands the name of the database):

    neo4j-admin database import full neo4j --overwrite-destination=true \\
        {options}

   It ends with IMPORT DONE and the numbers of nodes and relationships.

3. Start the server, and make the constraints and indexes:

    cypher-shell -d neo4j -f {finish}

4. Where kg is installed and NEO4J_URI names this server, load the same edition once more, without --bulk:

    {load}

   It compares every row with what has arrived, finds nothing to change, and marks the load as finished. It reports "nothing to
   change"; whatever else it reports was lost on the way and has been put right.
"""
