#!/bin/sh
# Pin the development requirements for every supported Python and platform at once, with hashes and without addresses.
set -eu
cd "$(dirname "$0")/.."
tool=$(mktemp -d)
trap 'rm -rf "$tool"' EXIT
.venv/bin/python -m venv "$tool"
"$tool/bin/pip" install --quiet --disable-pip-version-check uv
"$tool/bin/uv" pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --quiet \
    --no-emit-index-url --no-emit-find-links --custom-compile-command "make requirements" \
    --output-file requirements/dev.txt "$@"
if grep -nE '://|@ ' requirements/dev.txt; then
    echo "requirements/dev.txt must carry no address (the lines above)." >&2
    exit 1
fi
