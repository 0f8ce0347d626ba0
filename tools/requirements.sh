#!/bin/sh
# Pin the development requirements for every supported Python and platform at once, with hashes and without addresses.
set -eu
cd "$(dirname "$0")/.."
tool=$(mktemp -d)
trap 'rm -rf "$tool"' EXIT
.venv/bin/python -m venv "$tool"
"$tool/bin/pip" install --quiet --disable-pip-version-check uv
compile() {
    "$tool/bin/uv" pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --quiet \
        --no-emit-index-url --no-emit-find-links --custom-compile-command "make requirements" "$@"
}
compile --extra dev --output-file requirements/dev.txt "$@"
# Half a gigabyte that few need, in a file of its own; what is in both has one version.
compile --extra spark --constraint requirements/dev.txt --output-file requirements/spark.txt "$@"
if grep -nE '://|@ ' requirements/dev.txt requirements/spark.txt; then
    echo "The requirements must carry no address (the lines above)." >&2
    exit 1
fi
