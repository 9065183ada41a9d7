"""./dev demo: three scripted upstreams, a combo over them, and a stream loop that goes on while they break one after another."""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

BINARY = Path(sys.argv[1]).resolve()
FOLDER = Path(tempfile.mkdtemp(prefix="omniroute-demo-"))
ENV = {"PATH": os.environ["PATH"], "HOME": str(FOLDER)}
PAUSE = 0.25  # between two requests of the loop


def command(*words):
    done = subprocess.run([str(BINARY), *words, "--json", "--data-dir", str(FOLDER)], env=ENV, capture_output=True, text=True, timeout=30, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(words)}: {done.stderr}")
    return json.loads(done.stdout)


class Upstream:
    def __init__(self, script, port=0):
        self.process = subprocess.Popen([str(BINARY), "mock", "--port", str(port), "--script", script], env=ENV, stdout=subprocess.PIPE, text=True)
        self.port = int(re.search(r":(\d+)/", self.process.stdout.readline()).group(1))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(5)


def start_gateway():
    process = subprocess.Popen([str(BINARY), "--port", "0", "--no-open", "--log-level", "off", "--data-dir", str(FOLDER)], env=ENV, stdout=subprocess.PIPE, text=True)
    for line in process.stdout:
        found = re.search(r"http://[^ ]*?:(\d+)", line)
        if found:
            return process, int(found.group(1))
    sys.exit("the gateway did not start")


def ask(port, key):
    """One streamed request: (its words, who answered, why)."""
    body = json.dumps({"model": "always-on", "stream": True, "messages": [{"role": "user", "content": "Go on."}]}).encode()
    head = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    text, whole = "", False
    with urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{port}/v1/chat/completions", body, head), timeout=30) as answer:
        for line in answer:
            if line.startswith(b"data: [DONE]"):
                whole = True
            elif line.startswith(b"data: "):
                choices = json.loads(line[6:]).get("choices") or [{}]
                text += (choices[0].get("delta") or {}).get("content") or ""
        route = answer.headers["x-omniroute-route"]
    assert whole and text, "the stream broke"
    return len(text.split()), route


def loop(port, key, seconds, tally):
    last, repeats, end = None, 0, time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            words, route = ask(port, key)
        except Exception as failure:  # the demonstration counts whatever goes wrong
            words, route = 0, f"FAILED: {failure}"
            tally["failed"] += 1
        tally["requests"] += 1
        answered = [step for step in route.split("; ") if step.endswith(" ok")]
        who = answered[0].split("/")[0] if answered else "nobody"
        tally[who] = tally.get(who, 0) + 1
        if route != last:
            print(f"   {words} words from {who:8} {route}", flush=True)
        last = route
        time.sleep(PAUSE)


def main():
    key = command("key", "create", "--name", "demo")["key"]
    first = Upstream("okx6,429=4s,ok")
    second, third = Upstream("ok"), Upstream("drip=10ms")
    for name, upstream in (("first", first), ("second", second), ("third", third)):
        command("node", "add", "--prefix", name, "--base-url", f"http://127.0.0.1:{upstream.port}/v1", "--no-key")
    command("combo", "set", "always-on", "--strategy", "fill-first", "--targets", "first/model,second/model,third/model", "--set", "maxRetries=0")
    gateway, port = start_gateway()
    tally = {"requests": 0, "failed": 0}
    try:
        print("All is well; after six requests the first one says 429, come back in 4 s.")
        loop(port, key, 3, tally)
        print("The second one is killed.")
        second.stop()
        loop(port, key, 2, tally)
        print("The first one's rest is over.")
        loop(port, key, 2, tally)
        print("The first one is killed, too.")
        first.stop()
        loop(port, key, 2, tally)
        print("The second one is back.")
        second = Upstream("ok", second.port)
        loop(port, key, 5, tally)
        answered = ", ".join(f"{name} {count}" for name, count in tally.items() if name not in ("requests", "failed"))
        print(f"\n{tally['requests']} requests, {tally['failed']} failed; answered by: {answered}")
    finally:
        gateway.terminate()
        gateway.wait(10)
        for upstream in (first, second, third):
            upstream.stop()
        shutil.rmtree(FOLDER, ignore_errors=True)
    sys.exit(1 if tally["failed"] else 0)


main()
