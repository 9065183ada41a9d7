"""Where the acceptance tools stand: beside the project, not in it. A clone without them says so and skips."""
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOLS = Path(os.environ.get("SHARED", ROOT.parent / "shared")).resolve() / "tools"
sys.path.insert(0, str(ROOT / "tests" / "blackbox"))


def need(name):
    """The path of a tool, or the end of the program with a count of one skipped."""
    path = TOOLS / name
    if not path.exists():
        print(f"no {name} beside this clone ({TOOLS}); skipped")
        print("0 passed, 0 failed, 1 skipped")
        sys.exit(0)
    return path


def put_node_on_path():
    """The node of tests/support/node.sh for this program and what it starts."""
    script = ". tests/support/node.sh; use_node; command -v node"
    found = subprocess.run(["bash", "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if found.returncode:
        sys.exit("no node to run the clients with")
    os.environ["PATH"] = f"{Path(found.stdout.strip()).parent}:{os.environ['PATH']}"


class Count:
    def __init__(self):
        self.passed, self.failures = 0, []

    def note(self, good, title, detail=""):
        self.passed += bool(good)
        print(f"{'ok  ' if good else 'FAIL'} {title}", flush=True)
        if not good:
            self.failures.append(title)
            for line in detail.strip().splitlines()[-40:]:
                print("     " + line[:400], flush=True)

    def lines(self, output, title):
        """Counts the ok and FAIL lines of a tool; a run without any is a failure."""
        found = 0
        for line in output.splitlines():
            match = re.match(r"(ok  |FAIL) (.*)", line)
            if match:
                found += 1
                self.note(match[1] == "ok  ", f"{title}: {match[2]}")
        if not found:
            self.note(False, f"{title}: no test ran", output)

    def finish(self):
        for title in self.failures:
            print(f"FAILED {title}")
        print(f"{self.passed} passed, {len(self.failures)} failed")
        sys.exit(1 if self.failures or not self.passed else 0)
