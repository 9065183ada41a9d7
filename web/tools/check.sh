#!/usr/bin/env bash
# check.sh <bundle folder>: each check of the dashboard that needs no browser; the last line counts them.
set -uo pipefail
bundle=$(realpath "$1")
cd "$(dirname "${BASH_SOURCE[0]}")/.."
passed=0 failed=0
run() {
  local name=$1
  shift
  if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)) && echo "FAIL  $name"; fi
}
run "vendored files" node tools/vendor.mjs --check
run "rules" node tools/rules.mjs
run "types as described" node tools/types.mjs --check
# P9: what it takes is printed; "work" is the processor's time, which means the same on a busy machine.
TIMEFORMAT='        %R s, %U s of work'
timed() { echo "time of $1:" && time "${@:2}"; }
run "types" timed "the type check" node node_modules/typescript/bin/tsc -p .
run "bundle" timed "the bundle" sh bundle.sh esbuild "$bundle.again"
run "embedding" tools/embed.sh
twice() {
  diff -r "$bundle" "$bundle.again" && echo "bundle: the same bytes twice"
}
run "the same bytes twice" twice
run "sizes" node tools/budget.mjs "$bundle"
units=$(mktemp)
timed "the units" node node_modules/vitest/vitest.mjs run --reporter=default --reporter=json --outputFile="$units" || true
read -r good bad < <(node -e 'const r = JSON.parse(require("fs").readFileSync(process.argv[1])); console.log(r.numPassedTests, r.numTotalTests - r.numPassedTests + r.numFailedTestSuites)' "$units" || echo 0 1)
rm -f "$units"
passed=$((passed + good)) failed=$((failed + bad))
echo "$passed passed, $failed failed"
[[ $failed == 0 ]]
