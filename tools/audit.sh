#!/bin/sh
# Whether a weakness is known of any locked Python package: pip-audit, in an environment of its own that is removed again.
# Nothing of what is audited is installed or run; the exit code is 1 when something is found,
# or when a package could not be asked about.
set -eu
cd "$(dirname "$0")/.."
tool=$(mktemp -d)
trap 'rm -rf "$tool"' EXIT
.venv/bin/python -m venv "$tool"
"$tool/bin/pip" install --quiet --disable-pip-version-check "pip-audit>=2.7,<3"
"$tool/bin/pip-audit" --requirement requirements/dev.txt --require-hashes --disable-pip --progress-spinner off --strict "$@"
