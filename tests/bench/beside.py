"""What the questions about usage cost the requests that go through meanwhile.

  beside.py --binary FILE [--rows 1000000] [--rounds 20] [--folder DIR] [--bar 1.2]

On a data directory with that many usage rows (seed.py) requests go to the scripted provider straight and through the gateway, in slices of
a second that take turns: without anything else, and while one asks the questions of the analytics, history and request pages one after
another, as fast as they are answered. What the gateway adds to the 99th percentile is the difference between the two ways; ends with 1 if
with the questions it adds more than the bar's multiple of what it adds without. The one who asks runs only where a core is idle, so that
what is measured is the gateway and not him. --folder keeps the rows for another run.
"""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import seed  # noqa: E402
from gateway import PASSWORD, SETTINGS, log_in  # noqa: E402
from rig import LOAD_CORE, Rig  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
MODEL = "mock-c1-b256-d0-t0"
QUESTIONS = ("/api/usage/analytics?range=30d&offset=120", "/api/usage/series?range=90d&split=model", "/api/usage/history?since={week}",
             "/api/usage/history?provider=openai", "/api/overview", "/api/usage/logs?limit=100", "/api/usage/logs?limit=100&status=error",
             "/api/usage/logs?limit=100&key=key-11", "/api/usage/logs?limit=100&search=timeout", "/api/monitoring/latency")
ASKER = """
import http.client, os, sys
os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
port, cookie, paths = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
link, count = http.client.HTTPConnection("127.0.0.1", port), 0
print("ready", flush=True)
while True:
    for path in paths:
        link.request("GET", path, headers={"Cookie": cookie})
        answer = link.getresponse()
        if answer.status != 200: sys.exit(f"{path}: {answer.status}")
        answer.read()
        count += 1
        print(count, flush=True)
"""


class Seeded(Rig):
    def _env(self):
        return {**super()._env(), **SETTINGS}


class Asker:
    """The questions in a loop, while it is in use."""

    def __init__(self, rig, cookie):
        now = int(time.time() * 1000)
        paths = [path.format(week=now - 7 * 86_400_000) for path in QUESTIONS]
        self.process = subprocess.Popen(["taskset", "-c", LOAD_CORE, sys.executable, "-c", ASKER, str(rig.ports["gateway"]), cookie, *paths],
                                        stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()
        self.answered = 0
        threading.Thread(target=self._count, daemon=True).start()

    def _count(self):
        for line in self.process.stdout:
            self.answered = int(line)

    def stop(self):
        if self.process.poll() is not None:
            sys.exit("a question was not answered")
        self.process.terminate()
        self.process.wait()
        return self.answered


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default="build/release/omniroute")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--conns", type=int, default=2)
    parser.add_argument("--folder")
    parser.add_argument("--bar", type=float, default=1.2)
    parser.add_argument("--own-tools", action="store_true")
    options = parser.parse_args()
    if (os.cpu_count() or 1) < 2:
        sys.exit("needs two cores: one for the gateway, one for load and mock")
    folder = Path(tempfile.mkdtemp(prefix="omniroute-bench-"))
    rows = Path(options.folder or folder / "rows") / "data"
    short = ["--mode", "json", "--conns", str(options.conns), "--duration", "0.8", "--warmup", "0.2"]
    p99, answered = {}, 0
    try:
        if not rows.exists():
            seed.fill(rows, options.rows, 365, 0)
        shutil.copytree(rows, folder / "data")
        with Seeded(ROOT, Path(options.binary).resolve(), folder, options.own_tools) as rig:
            cookie = log_in(f"http://127.0.0.1:{rig.ports['gateway']}", PASSWORD)
            files = {"mock": folder / "plain.json", "gateway": folder / "prefixed.json"}
            for target, file in files.items():
                model = ("mk/" if target == "gateway" else "") + MODEL
                file.write_text(json.dumps({"model": model, "messages": [{"role": "user", "content": "lorem ipsum " * 80}]}))
            for turn in range(options.rounds):
                for asked in (False, True) if turn % 2 else (True, False):
                    asker = Asker(rig, cookie) if asked else None
                    for target, file in files.items():
                        got = rig.load(target, "openai", file, short)
                        if got["errors"]:
                            sys.exit(f"{got['errors']} requests failed")
                        p99.setdefault((target, asked), []).append(got["latency_us"]["p99"])
                    answered += asker.stop() if asker else 0
                print("  ".join(f"{target}{' beside' if asked else ''} {figures[-1]:.0f}" for (target, asked), figures in sorted(p99.items())), flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    # What else runs on the machine only adds: the better half of the slices tells what the gateway does.
    middle = {key: statistics.quantiles(figures, n=4)[0] for key, figures in p99.items()}
    quiet, beside = (middle["gateway", asked] - middle["mock", asked] for asked in (False, True))
    print(f"p99 straight {middle['mock', False]:.0f} us, through {middle['gateway', False]:.0f} us: {quiet:.0f} us added\n"
          f"beside {answered} questions: straight {middle['mock', True]:.0f} us, through {middle['gateway', True]:.0f} us: {beside:.0f} us added\n"
          f"{beside / quiet:.2f} times as much, the bar is {options.bar}: {'PASS' if beside <= options.bar * quiet else 'FAIL'}")
    sys.exit(beside > options.bar * quiet)


if __name__ == "__main__":
    main()
