"""What the shell is told when somebody presses Tab, and ``kg completion``, which teaches it to ask.

click completes commands and options; here are the names of reports, their parameters and the parameters' values. A
completion starts no server, prints no error and gives up after a second and a half.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    add_completion_class,
    get_completion_class,
    split_arg_string,
)

if TYPE_CHECKING:
    import neo4j

    from kg.queries.reports import Parameter, Report

#: Seconds after which nothing is suggested.
PATIENCE = 1.5
SUGGESTED = 20
#: Hits of the full-text index that are looked at; a short beginning has more.
LOOKED_AT = 2_000
VARIABLE = "_KG_COMPLETE"

_NAMED = """\
CALL db.index.fulltext.queryNodes('entity_names', $words, {limit: $most}) YIELD node AS n
WHERE any(label IN labels(n) WHERE label IN $labels) AND any(name IN n.search_names WHERE name STARTS WITH $typed)
WITH n, [name IN n.search_names WHERE name STARTS WITH $typed][0] AS found
RETURN n.name AS name, n.country AS country, n.population AS population, found
ORDER BY {order} LIMIT $suggested"""

_FIRST = """\
MATCH (n:Entity) WHERE any(label IN labels(n) WHERE label IN $labels) AND n.ended IS NULL
RETURN n.name AS name, n.country AS country, n.population AS population, null AS found
ORDER BY {order} LIMIT $suggested"""

#: The larger places first; networks and associations before other bodies.
_ORDER = "n:Network OR n:Association DESC, coalesce(n.population, 0) DESC, n.name"


def complete_report(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of reports."""
    return _quietly(
        lambda: [
            CompletionItem(report.name, help=report.title)
            for report in _reports(context)
            if report.name.startswith(incomplete)
        ]
    )


def complete_parameter(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """``NAME=VALUE``: names of the report's parameters, then values of the one named."""
    return _quietly(lambda: _parameter(context, incomplete, country=False))


def complete_every(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """What ``--all`` takes: names of parameters, then values, or a country."""
    return _quietly(lambda: _parameter(context, incomplete, country=True))


def _parameter(context: click.Context, incomplete: str, *, country: bool) -> list[CompletionItem]:
    # An option that still lacks its value ends click's parsing, which leaves the name among what is not parsed.
    asked = context.params.get("name") or next(iter(context.args), None)
    report = next((report for report in _reports(context) if report.name == asked), None)
    if report is None:
        return []
    name, equals, typed = incomplete.partition("=")
    if not equals:
        given = {text.partition("=")[0] for text in context.params.get("parameters") or ()}
        return [
            CompletionItem(f"{one.name}=", help=one.description)
            for one in report.parameters
            if one.name.startswith(name) and one.name not in given
        ]
    parameter = next((one for one in report.parameters if one.name == name), None)
    if parameter is None:
        return []
    found = list(_values(context, parameter, typed))
    if country and "country=".startswith(typed):
        found.append(CompletionItem("country=", help="all of one country"))
    return [CompletionItem(f"{name}={item.value}", help=item.help) for item in found]


def _values(context: click.Context, parameter: Parameter, typed: str) -> Iterable[CompletionItem]:
    from kg.queries.reports import ENTITIES

    if parameter.type in ENTITIES:
        return _entities(context, ENTITIES[parameter.type], typed)
    if parameter.type == "country":
        from kg.places.countries import countries

        known = [(code, country.name) for code, country in sorted(countries().items())]
        return [CompletionItem(code, help=name) for code, name in known if code.startswith(typed.upper())]
    if parameter.type == "yes or no":
        return [CompletionItem(word) for word in ("yes", "no") if word.startswith(typed.lower())]
    example = parameter.example if isinstance(parameter.example, str) else str(parameter.example)
    return [CompletionItem(example, help="an example")] if example.startswith(typed) else []


def _entities(context: click.Context, labels: tuple[str, ...], typed: str) -> list[CompletionItem]:
    from kg.places.names import normalise

    plain = normalise(typed)
    driver, database = _open(context)
    if driver is None:
        return []
    words = plain.split()
    parameters = {
        "labels": list(labels),
        "typed": plain,
        "words": " AND ".join([*words[:-1], f"{words[-1]}*"]) if words else "",
        "most": LOOKED_AT,
        # Those that only have an alternate name like it come after the others, and more of them are not shown.
        "suggested": 5 * SUGGESTED,
    }
    import neo4j

    with driver, driver.session(database=database, default_access_mode=neo4j.READ_ACCESS) as session:
        statement = (_NAMED if words else _FIRST).replace("{order}", _ORDER)
        query = neo4j.Query(statement, timeout=PATIENCE)
        rows = session.run(query, parameters).data()
    rows = sorted(rows, key=lambda row: not normalise(row["name"]).startswith(plain))[:SUGGESTED]
    names = [_as_typed(typed, plain, row) for row in rows]
    return [
        # One of several with the name needs its country.
        CompletionItem(
            f"{name},{row['country']}" if names.count(name) > 1 and row["country"] else name, help=_described(row)
        )
        for name, row in zip(names, rows, strict=True)
    ]


def _as_typed(typed: str, plain: str, row: dict[str, Any]) -> str:
    """The name, or where it begins otherwise than what was typed, what was typed and the rest of the name that was found.

    A shell replaces only by what begins the same: for ``Rig`` it is ``Riga`` that is found as Rīga.
    """
    shown = str(row["name"])
    if shown.startswith(typed) or not row["found"]:
        return shown
    return typed + str(row["found"])[len(plain) :]


def _described(row: dict[str, Any]) -> str:
    country = f", {row['country']}" if row["country"] else ""
    inhabitants = f", {row['population']:,} inhabitants" if row["population"] else ""
    return f"{row['name']}{country}{inhabitants}"


def _open(context: click.Context) -> tuple[neo4j.Driver | None, str | None]:
    """A driver for the database that the command would use, unless that is a local server that does not run."""
    from pathlib import Path

    import neo4j

    from kg.database.passwords import Password, read_password_file
    from kg.database.server import home_of, running
    from kg.database.settings import Settings

    settings, given = Settings(), context.params
    auth: tuple[str, str] | None
    database: str | None
    uri = given.get("uri") or settings.neo4j_uri
    if uri is None:
        server = running(home_of(settings))
        if server is None or not server.ready:
            return None, None
        uri, auth, database = server.uri, (server.username, server.password), server.database
    else:
        secret = Password.of(settings.neo4j_password.get_secret_value()) if settings.neo4j_password else None
        if file := given.get("password_file"):
            secret = read_password_file(Path(file))
        auth = None if secret is None else (given.get("username") or settings.neo4j_username, secret)
        database = settings.neo4j_database
    driver = neo4j.GraphDatabase.driver(
        uri,
        auth=auth,
        connection_timeout=PATIENCE,
        connection_acquisition_timeout=PATIENCE,
        max_transaction_retry_time=0,
        notifications_min_severity=neo4j.NotificationMinimumSeverity.OFF,
    )
    return driver, given.get("database") or database


def _reports(context: click.Context) -> list[Report]:
    from pathlib import Path

    from kg.queries.reports import Report
    from kg.queries.reports.folders import read_reports

    own = context.params.get("own")
    return [found for found in read_reports(Path(own) if own else None) if isinstance(found, Report)]


def _quietly(work: Callable[[], list[CompletionItem]]) -> list[CompletionItem]:
    """What ``work`` finds within ``PATIENCE``; nothing when it fails or takes longer."""
    found: list[CompletionItem] = []

    def run() -> None:
        # Whatever it is, a person who pressed Tab has no use for it.
        with suppress(BaseException):
            found.extend(work())

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    return list(found)


class KgBash(BashComplete):
    """Completion in bash, which takes ``city=Rig`` for three words and inserts what it is given as it is."""

    source_template = """\
%(complete_func)s() {
    local IFS=$'\\n'
    local response completion type value

    response=$(env KG_COMP_LINE="${COMP_LINE:0:$COMP_POINT}" %(complete_var)s=bash_complete $1 2>/dev/null)

    for completion in $response; do
        IFS=',' read -r type value <<< "$completion"
        if [[ $type == 'dir' ]]; then
            COMPREPLY=()
            compopt -o dirnames
        elif [[ $type == 'file' ]]; then
            COMPREPLY=()
            compopt -o default
        elif [[ $type == 'plain' ]]; then
            COMPREPLY+=("$value")
            [[ $value == *= ]] && compopt -o nospace
        fi
    done
    return 0
}

%(complete_func)s_setup() {
    complete -o nosort -F %(complete_func)s %(prog_name)s
}

%(complete_func)s_setup;
"""

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the cursor, and the one at it."""
        line = os.environ.get("KG_COMP_LINE", "")
        words = split_arg_string(line)
        incomplete = "" if not words or (line[-1:].isspace() and not open_quote(line)) else words.pop()
        while words and re.match(r"\w+=", words[0]):
            del words[0]
        return words[1:], incomplete

    def format_completion(self, item: CompletionItem) -> str:
        """What bash puts in the place of what it takes for the word: the part behind the last ``=`` or ``:``."""
        line = os.environ.get("KG_COMP_LINE", "")
        value = str(item.value)
        if item.type != "plain" or open_quote(line):
            return f"{item.type},{value}"
        _, incomplete = self.get_completion_args()
        before = re.match(r"(?:.*[=:])?", incomplete)
        if before and value.startswith(before[0]):
            value = value[len(before[0]) :]
        escaped = re.sub(r"([^\w=:./@%+,-])", r"\\\1", value)
        return f"{item.type},{escaped}"


def open_quote(line: str) -> bool:
    """Whether a command line ends inside quotes.

    >>> open_quote('kg "a b'), open_quote("kg 'a' b")
    (True, False)
    """
    rest = re.sub(r"\\.|'[^']*'|\"(?:[^\"\\]|\\.)*\"", "", line)
    return "'" in rest or '"' in rest


add_completion_class(KgBash, "bash")


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print what makes SHELL complete commands, reports and their parameters.

    \b
    bash   echo 'eval "$(kg completion bash)"' >> ~/.bashrc
    zsh    echo 'eval "$(kg completion zsh)"' >> ~/.zshrc   (after compinit)
    fish   kg completion fish > ~/.config/fish/completions/kg.fish

    Then open a new terminal. In "kg report run NAME --param city=Rig" Tab suggests the cities of the graph that begin so; it asks
    the database of NEO4J_URI, or the local server when that runs, and starts none.
    """
    from kg.cli import root

    found = get_completion_class(shell)
    assert found is not None
    click.echo(found(root, {}, "kg", VARIABLE).source())
