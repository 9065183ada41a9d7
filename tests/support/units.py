"""Runs the compiled tests of a preset (units.py dev|asan|tsan|coverage) and counts their cases, not their binaries."""
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[2]
SANITIZERS = {
    "ASAN_OPTIONS": "detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1:abort_on_error=0:exitcode=99",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    # A test of the store forks a writer to kill it, beside the thread that writes the log.
    "TSAN_OPTIONS": f"halt_on_error=0:die_after_fork=0:second_deadlock_stack=1:suppressions={ROOT}/tests/support/tsan.supp",
}


def cases(results, name):
    """(passed, failed, skipped, names of the failed) of one test binary, or None if it left no result."""
    try:
        report = json.loads((results / f"{name}.json").read_text())
    except (OSError, ValueError):
        return None
    passed, skipped, failed = 0, 0, []
    for suite in report["testsuites"]:
        for case in suite["testsuite"]:
            if "failures" in case:
                failed.append(f"{name}: {suite['name']}.{case['name']}")
            elif case["result"] == "SKIPPED":
                skipped += 1
            else:
                passed += 1
    return passed, len(failed), skipped, failed


def tally(test):
    """(passed, failed, skipped, []) of a test that is no gtest but ends with "N passed, N failed", or None."""
    found = re.findall(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", test.findtext("system-out") or "", re.M)
    if not found:
        return None
    passed, failed, skipped = (int(x or 0) for x in found[-1])
    return passed, failed, skipped, [f"{test.get('name')}: {failed} cases"] if failed else []


def main():
    preset = sys.argv[1]
    build = ROOT / "build" / preset
    results = build / "results"
    shutil.rmtree(results, ignore_errors=True)
    results.mkdir(parents=True)
    env = {**SANITIZERS, **os.environ, "GTEST_OUTPUT": f"json:{results}/"}
    junit = results / "ctest.xml"
    jobs = os.environ.get("JOBS", str(os.cpu_count()))
    subprocess.run(["ctest", "--test-dir", str(build), "-j", jobs, "--output-on-failure", "--no-tests=error", "--output-junit", str(junit),
                    *sys.argv[2:]], env=env, check=False)
    passed = failed = skipped = 0
    names = []
    for test in ElementTree.parse(junit).getroot().iter("testcase"):
        name, ok = test.get("name"), test.get("status") == "run"
        counted = cases(results, name) or tally(test)
        if counted is None or (not ok and not counted[1]):  # no gtest, a crash, a time-out, a sanitizer's exit code
            passed += ok
            failed += not ok
            names += [] if ok else [f"{name}: the program failed"]
            continue
        passed, failed, skipped = passed + counted[0], failed + counted[1], skipped + counted[2]
        names += counted[3]
    for name in names:
        print(f"FAILED {name}")
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    sys.exit(1 if failed or not passed else 0)


main()
