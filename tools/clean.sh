#!/bin/sh
# Stop the local Neo4j of this checkout, then remove .kg and .venv and nothing else.
set -eu
cd "$(dirname "$0")/.."
# One server per Neo4j line: .kg/neo4j-5.26, .kg/neo4j-2026.
for server in .kg/neo4j-*; do
    [ -d "$server" ] || continue
    if [ -x .venv/bin/kg ]; then
        KG_HOME="$PWD/.kg" KG_NEO4J_VERSION="${server#.kg/neo4j-}" .venv/bin/kg server stop || {
            echo "Nothing was removed: the server in $server did not stop (above)." >&2
            exit 2
        }
    elif command -v pgrep >/dev/null 2>&1 && pgrep -f -- "--home-dir=$PWD/$server" >/dev/null; then
        echo "Nothing was removed: a server runs from $server, and .venv, which can stop it, is gone:" \
            "run make setup, then make clean." >&2
        exit 2
    fi
done
rm -rf .kg .venv
