"""What the text of a query must not have, whatever the database makes of it.

The plan that EXPLAIN gives (:mod:`kg.queries.reports.guard`) has no operators for what a subquery inside an expression does
(``[x IN list | COLLECT { LOAD CSV ... }]`` is one projection), nor for the functions that are called. This looks at the text.
"""

from __future__ import annotations

import re

#: Strings, backticked names and comments, in which a word is not a keyword and a dollar sign no parameter. They must end where
#: Neo4j has them end, or something could hide in them.
QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|`[^`]*`|//[^\n\r]*|/\*.*?\*/", re.DOTALL)
#: What changes the graph, reaches files or addresses, looks after the server or leaves the database.
WRITING = re.compile(
    r"\b(CREATE|INSERT|MERGE|DELETE|SET|REMOVE|DROP|ALTER|RENAME|GRANT|DENY|REVOKE|FOREACH|LOAD\s+CSV|SHOW|TERMINATE|USE"
    r"|(IN|CONCURRENT)\s+TRANSACTIONS)\b",
    re.IGNORECASE,
)
#: All that a query has outside quotes. Neo4j takes other characters for blanks or for letters than Python does, and the two
#: must agree on where a word begins and ends.
_OTHER = re.compile(r"[^\t\n\r -~]")
#: What a query may start with. EXPLAIN, PROFILE and CYPHER would change what our own EXPLAIN before it means.
STARTS = ("MATCH", "OPTIONAL", "WITH", "UNWIND", "CALL", "RETURN")
#: A function or procedure in a namespace, at its call.
_CALL = re.compile(r"(?<![\w.])((?:\w+\s*\.\s*)+\w+)\s*\(")
_PROCEDURE = re.compile(r"\bCALL\s+((?:\w+\s*\.\s*)*\w+)", re.IGNORECASE)
#: Neo4j reads these anywhere in a query before all else: they could hide the end of a string.
_ESCAPE = re.compile(r"\\u+[0-9A-Fa-f]{4}")

#: Procedures that only read the graph.
PROCEDURES = frozenset(
    (
        "db.index.fulltext.queryNodes",
        "db.index.fulltext.queryRelationships",
        "db.labels",
        "db.propertyKeys",
        "db.relationshipTypes",
    )
)
#: Namespaces of functions that compute and do nothing else.
_NAMESPACES = frozenset(("date", "datetime", "duration", "localdatetime", "localtime", "point", "time", "vector"))


def bare(query: str) -> str:
    """The query without what stands in quotes and comments.

    >>> bare("RETURN 'a;b' AS x // SET")
    'RETURN   AS x  '
    """
    return QUOTED.sub(" ", query)


def used_parameters(query: str) -> set[str]:
    """The names of the parameters in a query."""
    return set(re.findall(r"\$([A-Za-z_][A-Za-z0-9_]*)", bare(query)))


def check_text(query: str) -> str | None:
    """What is wrong with a query as a plain read, as a sentence; None when nothing is.

    >>> check_text("MATCH (n) SET n.x = 1 RETURN n")
    'a report only reads, but this one has SET.'
    """
    if _ESCAPE.search(query):
        return "write letters as they are: an escape such as \\u0041 could hide what the query does."
    plain = bare(query)
    if other := _OTHER.search(plain):
        return (
            f"outside quotes it may have plain letters only, and U+{ord(other[0]):04X} is none: put a name that needs it in "
            "backticks."
        )
    if ";" in plain.strip().removesuffix(";"):
        return "it must be one query; a semicolon parts it in two."
    if writing := WRITING.search(plain):
        return f"a report only reads, but this one has {' '.join(writing[0].upper().split())}."
    first = re.match(r"\s*([A-Za-z]*)", plain)
    if first is None or first[1].upper() not in STARTS:
        return f"a query starts with one of {', '.join(STARTS)}."
    return check_calls(query, _CALL, _PROCEDURE)


def check_calls(text: str, *forms: re.Pattern[str]) -> str | None:
    """What is wrong with the procedures and functions that a text in Cypher calls, as a sentence; None when nothing is.

    ``forms`` are those of a call; of what Neo4j writes itself, that with brackets is the only one.

    >>> check_calls("date.truncate('month', d)"), check_calls("genai.vector.encode('x')")[:30]
    (None, 'a report calls no procedure or')
    """
    # Names in backticks are names of procedures and functions as well.
    unquoted = QUOTED.sub(lambda match: match[0][1:-1] if match[0][0] == "`" else " ", text)
    for call in [call for form in forms or (_CALL,) for call in form.findall(unquoted)]:
        name = re.sub(r"\s", "", call)
        if name not in PROCEDURES and name.partition(".")[0].lower() not in _NAMESPACES:
            return f"a report calls no procedure or function of this kind: {name}. Allowed are {', '.join(sorted(PROCEDURES))}."
    return None
