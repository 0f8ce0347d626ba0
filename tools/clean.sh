#!/bin/sh
# Stop the local Neo4j of this checkout, then remove .kg and .venv and nothing else.
set -eu
cd "$(dirname "$0")/.."
if [ -d .kg ]; then
    if [ -x .venv/bin/kg ]; then
        KG_HOME="$PWD/.kg" .venv/bin/kg server stop || {
            echo "make clean has removed nothing: the server in .kg did not stop (above)." >&2
            exit 2
        }
    elif command -v pgrep >/dev/null 2>&1 && pgrep -f -- "--home-dir=$PWD/.kg" >/dev/null; then
        echo "make clean has removed nothing: a server runs from .kg and .venv is gone, which could stop it:" \
            "run make setup, then make clean." >&2
        exit 2
    fi
fi
rm -rf .kg .venv
