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
# P9: what each takes is printed with its bar, and marked above it. It fails nothing: a claim about speed is no test. The work, which is the
# processor's time, means the same on a busy machine.
TIMEFORMAT='%R %U'
# timed NAME MILLISECONDS COMMAND...
timed() {
  local name=$1 bar=$2 status=0 times wall work mark=''
  shift 2
  { times=$({ time "$@" >&3 2>&4; } 2>&1) || status=$?; } 3>&1 4>&2
  read -r wall work <<<"$times"
  ((10#${work/./} <= bar)) || mark='  over its bar'
  echo "time of $name: $wall s, $work s of work, of $bar ms$mark"
  return $status
}
# What did not change is not looked at again; room for young objects spares much of the collector's work.
run "types" timed "the type check" 5000 node --max-semi-space-size=64 node_modules/typescript/bin/tsc -p . --incremental --tsBuildInfoFile node_modules/.types
run "bundle" timed "the bundle" 500 sh bundle.sh esbuild "$bundle.again"
run "embedding" tools/embed.sh
twice() {
  diff -r "$bundle" "$bundle.again" && echo "bundle: the same bytes twice"
}
run "the same bytes twice" twice
run "sizes" node tools/budget.mjs "$bundle"
units=$(mktemp)
timed "the units" 20000 node node_modules/vitest/vitest.mjs run --reporter=default --reporter=json --outputFile="$units" || true
read -r good bad < <(node -e 'const r = JSON.parse(require("fs").readFileSync(process.argv[1])); console.log(r.numPassedTests, r.numTotalTests - r.numPassedTests + r.numFailedTestSuites)' "$units" || echo 0 1)
rm -f "$units"
passed=$((passed + good)) failed=$((failed + bad))
echo "$passed passed, $failed failed"
[[ $failed == 0 ]]
