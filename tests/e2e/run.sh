#!/usr/bin/env bash
# The vendors' own SDKs against a gateway binary and the scripted provider of tests/support/upstream. Needs nothing else.
#   tests/e2e/run.sh [binary] [suite…]      suites: openai responses anthropic google ollama
set -euo pipefail
binary=$(realpath "${1:-build/release/omniroute}")
shift || true
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../support/node.sh"
use_node
cd "$here"
if [[ ! node_modules/.package-lock.json -nt package-lock.json ]]; then
  npm ci --ignore-scripts --loglevel=error >&2
  touch node_modules/.package-lock.json
fi
exec node run.mjs "$binary" "$@"
