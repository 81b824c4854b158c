#!/usr/bin/env bash
# Check the example files in deploy/, each with the program that knows its kind.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../deploy"
bin=${1:-../.venv/bin}

"$bin/hadolint" Containerfile
"$bin/check-jsonschema" --quiet --builtin-schema vendor.compose-spec compose.yaml
if command -v systemd-analyze >/dev/null; then
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    # It asks for programs that exist.
    sed 's|/opt/catmaid-jupyter/bin/catmaid-jupyter|/bin/true|' catmaid-jupyter.service >"$folder/catmaid-jupyter.service"
    systemd-analyze verify "$folder/catmaid-jupyter.service"
fi
