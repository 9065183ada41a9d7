"""Runs a plan of stages, side by side where cores are free, and sums what they counted.

The plan comes on stdin, one stage a line:  name  cores  after  command …
  cores   0 = it only waits (a download), 1 = one core, 2 = the machine to itself
  after   stages that must have passed before, with commas, or -
A stage that tests something ends its output with "N passed, N failed" (", N skipped" may follow). A stage that fails
without such a line counts as one failure, and so does each stage that could not run because of it.
Whole outputs: build/logs/<name>.log.
"""
import argparse
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

CORES = 2
TALLY = re.compile(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$")


class Stage:
    def __init__(self, line):
        name, cores, after, command = line.split(None, 3)
        self.name, self.cores, self.command = name, int(cores), command
        self.after = [] if after == "-" else after.split(",")
        self.process = self.log = None
        self.started = self.seconds = 0.0
        self.state = "waiting"  # waiting, running, passed, failed, not run
        self.counts = (0, 0, 0)

    def start(self, logs):
        self.log = logs / f"{self.name}.log"
        self.started, self.state = time.monotonic(), "running"
        with open(self.log, "wb") as out:
            self.process = subprocess.Popen(["bash", "-c", self.command], stdin=subprocess.DEVNULL, stdout=out,
                                            stderr=subprocess.STDOUT, start_new_session=True)

    def poll(self, limit):
        """True once the stage has ended."""
        code = self.process.poll()
        self.seconds = time.monotonic() - self.started
        if code is None and self.seconds > limit:
            self.stop()
            with open(self.log, "ab") as out:
                out.write(f"\nstopped: longer than {limit:.0f} s\n".encode())
            code = 1
        if code is None:
            return False
        lines = self.log.read_text(errors="replace").splitlines()
        found = [m for m in map(TALLY.match, lines) if m]
        self.counts = tuple(int(x or 0) for x in found[-1].groups()) if found else (0, 0, 0)
        if code and not self.counts[1]:
            self.counts = (self.counts[0], 1, self.counts[2])
        self.state = "failed" if self.counts[1] else "passed"
        return True

    def stop(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()

    def report(self):
        passed, failed, skipped = self.counts
        words = f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else "")
        print(f"== {self.name}: {self.state}, {words}, {self.seconds:.0f} s", flush=True)
        if self.state == "failed":
            tail = self.log.read_text(errors="replace").splitlines()[-120:]
            print("\n".join("   | " + line[:400] for line in tail), flush=True)


def ready(stage, stages):
    return stage.state == "waiting" and all(stages[name].state == "passed" for name in stage.after)


def give_up(stages):
    """Marks what can no longer run, because a stage before it failed."""
    for stage in stages.values():
        broken = [name for name in stage.after if stages[name].state in ("failed", "not run")]
        if stage.state == "waiting" and broken:
            stage.state, stage.counts = "not run", (0, 1, 0)
            print(f"== {stage.name}: not run, because {', '.join(broken)} failed", flush=True)


def run(stages, logs, limit):
    free = CORES
    while any(s.state in ("waiting", "running") for s in stages.values()):
        for stage in [s for s in stages.values() if s.state == "running" and s.poll(limit)]:
            free += stage.cores
            stage.report()
        give_up(stages)
        blocked = False  # a stage that waits for cores is not overtaken by later ones that need some
        for stage in [s for s in stages.values() if ready(s, stages)]:
            if stage.cores and (blocked or stage.cores > free):
                blocked = True
                continue
            free -= stage.cores
            print(f"-- {stage.name}: {stage.command}", flush=True)
            stage.start(logs)
        time.sleep(0.05)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--limit", type=float, default=1500, help="seconds a stage may take")
    options.add_argument("--logs", default="build/logs")
    given = options.parse_args()
    lines = [line for line in sys.stdin.read().splitlines() if line.strip() and not line.startswith("#")]
    stages = {stage.name: stage for stage in map(Stage, lines)}
    logs = Path(given.logs)
    logs.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    try:
        run(stages, logs, given.limit)
    finally:
        for stage in stages.values():
            if stage.state == "running":
                stage.stop()
    print(f"\n{'stage':12} {'seconds':>8}  result")
    for stage in stages.values():
        print(f"{stage.name:12} {stage.seconds:8.0f}  {stage.state}")
    print(f"{'all':12} {time.monotonic() - began:8.0f}")
    passed, failed, skipped = (sum(s.counts[i] for s in stages.values()) for i in range(3))
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    sys.exit(1 if failed else 0)


main()
