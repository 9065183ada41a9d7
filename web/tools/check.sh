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
run "types" node node_modules/typescript/bin/tsc -p .
twice() {
  sh bundle.sh esbuild "$bundle.twice" && diff -r "$bundle" "$bundle.twice" && echo "bundle: the same bytes twice"
}
run "the same bytes twice" twice
run "sizes" node tools/budget.mjs "$bundle"
units=$(mktemp)
node node_modules/vitest/vitest.mjs run --reporter=default --reporter=json --outputFile="$units" || true
read -r good bad < <(node -e 'const r = JSON.parse(require("fs").readFileSync(process.argv[1])); console.log(r.numPassedTests, r.numTotalTests - r.numPassedTests + r.numFailedTestSuites)' "$units" || echo 0 1)
rm -f "$units"
passed=$((passed + good)) failed=$((failed + bad))
echo "$passed passed, $failed failed"
[[ $failed == 0 ]]
