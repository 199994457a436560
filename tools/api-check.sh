#!/usr/bin/env bash
# The HTTP API against its own description, by hand: the same check that `cargo xtask test` runs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
package=$(grep -o 'schemathesis==[0-9.]*' tools/xtask/src/test/contract.rs)
cargo build --quiet --package signboard
if ! target/venv/bin/pip freeze 2>/dev/null | grep -qx "$package"; then
    python3 -m venv target/venv
    target/venv/bin/pip install --quiet --disable-pip-version-check "$package"
fi
exec target/venv/bin/python tools/xtask/contract/check.py target/debug/signboard "$PWD/target/venv/bin/schemathesis" target/xtask/contract
