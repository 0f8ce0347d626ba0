#!/bin/sh
# Find a Python that can do it and let it make .venv (tools/environment.py). PYTHON=... names one instead.
# Each candidate is run, not only looked for: a version manager's shim can stand on PATH without a Python behind it.
set -eu
cd "$(dirname "$0")/.."

checks='import sys
version = sys.version_info[:2]
if version < (3, 11): sys.exit("old " + ".".join(map(str, sys.version_info[:3])))
if version > (3, 13): sys.exit("new " + ".".join(map(str, sys.version_info[:3])))
try: import venv, ensurepip
except ImportError: sys.exit("venv %d.%d" % version)'

says=""
for candidate in ${PYTHON:+"$PYTHON"} ${PYTHON:-python3.13 python3.12 python3.11 python3 python}; do
    command -v "$candidate" >/dev/null 2>&1 || continue
    if verdict=$("$candidate" -c "$checks" 2>&1); then
        exec "$candidate" tools/environment.py "$@"
    fi
    case $verdict in
        venv\ *) : "${bare:=$candidate}" "${package:=python${verdict#venv }-venv}" ;;
        old\ *) : "${says:=$candidate is ${verdict#old }, which is too old}" ;;
        new\ *) : "${says:=$candidate is ${verdict#new }, which is newer than what this has been tried with}" ;;
    esac
done

if [ -n "${bare:-}" ]; then
    echo "$bare lacks the modules venv and ensurepip: install them (Debian and Ubuntu: sudo apt install $package)" \
        "and run the same command again." >&2
else
    : "${says:=no Python that runs was found${PYTHON:+ as $PYTHON}}"
    echo "Python 3.11, 3.12 or 3.13 is needed, and $says: install one" \
        "(Debian and Ubuntu: sudo apt install python3.12 python3.12-venv, or the same of 3.11 or 3.13;" \
        "macOS: brew install python@3.13), or name one that is elsewhere with make PYTHON=/path/to/python3.12." >&2
fi
exit 2
