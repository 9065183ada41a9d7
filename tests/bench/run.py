"""./dev bench: the product beside nginx as a plain reverse proxy, in the same run on the same core.

  run.py --binary FILE [--rounds N] [--only s1,s2,…] [--quick] [--out FILE.json]

The proxy under test has one core to itself, load and mock share the other. In each round nginx and the gateway take turns; ratios
are made inside a round, and the table shows their median. The gateway does all it does for a user: API key, routing, usage rows.
CPU time is the steady figure on a shared machine; requests a second and latencies are not.
"""
import argparse
import json
import os
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import bars
from rig import PROXY_CORE, Rig, build

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]


def body(dialect, model, size, stream):
    """A conversation of about `size` bytes in turns of at most 8 KB, with quotes, line ends and characters beyond ASCII."""
    words = 'refactor the parser so that "quoted" keys and\n tabs\t survive größe 路由 `code` C:\\path 0.75 {brace} stream token '
    turns = max(1, size // 8192)
    text = (words * (size // len(words.encode()) // turns + 2)).encode()[:max(64, (size - 300) // turns)].decode("utf-8", "ignore")
    messages = [{"role": "user" if i % 2 == 0 else "assistant", "content": text} for i in range(turns)]
    if messages[-1]["role"] != "user":
        messages.append({"role": "user", "content": "go on"})
    whole = {"model": model, "messages": messages, "stream": stream, "max_tokens": 1024, "temperature": 0.7}
    return json.dumps(whole, ensure_ascii=False).encode()


JSON_MODEL, STREAM_MODEL, BURST_MODEL = "mock-c1-b256-d0-t0", "mock-c200-b32-d10000-t0", "mock-c2000-b32-d0-t0"


def scenarios(seconds):
    """name -> (client's dialect, model, size of the request, load arguments, targets[, format of the provider])"""
    whole = lambda n: ["--mode", "json", "--conns", str(n), "--duration", str(seconds), "--warmup", "1"]
    # Streams begin one after the other, as they do in life; those of a burst at once, or one would be done before the next begins.
    streams = lambda n, pieces=200, ramp=0.618: ["--mode", "sse", "--conns", str(n), "--expect-chunks", str(pieces), "--ramp", str(ramp), "--timeout", "75"]
    both, ours = ("nginx", "gateway"), ("gateway",)
    return {
        "s1-1": ("openai", JSON_MODEL, 1024, whole(1), both),
        "s1-16": ("openai", JSON_MODEL, 1024, whole(16), both),
        "s1-64": ("openai", JSON_MODEL, 1024, whole(64), both),
        "s2-100": ("openai", STREAM_MODEL, 1024, streams(100), both),
        "s2-500": ("openai", STREAM_MODEL, 1024, streams(500), both),
        "s2-burst": ("openai", BURST_MODEL, 1024, streams(16, 2000, ramp=0), both),
        "s3-100": ("anthropic", STREAM_MODEL, 1024, streams(100), ours),
        "s3-reverse-100": ("openai", STREAM_MODEL, 1024, streams(100), ours, "anthropic"),
        "s3-gemini-100": ("openai", STREAM_MODEL, 1024, streams(100), ours, "gemini"),
        "s4-100k": ("openai", JSON_MODEL, 100_000, whole(4), both),
        "s4-100k-translated": ("anthropic", JSON_MODEL, 100_000, whole(4), ours),
        "s4-1m": ("openai", JSON_MODEL, 1_000_000, whole(4), both),
        "s4-1m-translated": ("anthropic", JSON_MODEL, 1_000_000, whole(4), ours),
    }


def measure(rig, chosen, rounds, folder):
    """scenario -> target -> one figure a round"""
    figures = {}
    for turn in range(rounds):
        for name, (dialect, model, size, arguments, targets, *upstream) in chosen.items():
            if not rig.mock_speaks.issuperset(upstream):
                continue
            prefix = {"anthropic": "ma/", "gemini": "mg/"}[upstream[0]] if upstream else "mk/"
            for target in targets:
                # nginx forwards bytes: it gets the name the mock knows, and any dialect is the same to it.
                file = folder / "body.json"
                file.write_bytes(body(dialect, (prefix if target == "gateway" else "") + model, size, "sse" in arguments))
                got = rig.load(target, dialect, file, arguments)
                figures.setdefault(name, {}).setdefault(target, []).append(got)
                print(f"round {turn + 1} {name} {target}: {got['rps']:.0f}/s, {got['cpu_us_per_request']:.1f} us CPU a request, "
                      f"{got['cpu_s_per_1000_chunks'] * 1000:.2f} us a chunk, {got['errors']} errors", file=sys.stderr, flush=True)
    return figures


def aged(rig, folder):
    """CPU per request after 100,000 logged requests, as a ratio to before; both against nginx at their time, so that the machine's own
    changes fall out."""
    files = {"nginx": folder / "plain.json", "gateway": folder / "prefixed.json"}
    for target, file in files.items():
        file.write_bytes(body("openai", ("mk/" if target == "gateway" else "") + JSON_MODEL, 1024, False))
    short = ["--mode", "json", "--conns", "16", "--duration", "2", "--warmup", "1"]

    def cost():
        pairs = [[rig.load(target, "openai", file, short)["cpu_us_per_request"] for target, file in files.items()] for _ in range(3)]
        return statistics.median(ours / theirs for theirs, ours in pairs)
    fresh, served = cost(), 0
    while served < 100_000:
        served += rig.load("gateway", "openai", files["gateway"], ["--mode", "json", "--conns", "64", "--duration", "3", "--warmup", "0"])["ok"]
    return cost() / fresh


def replayed(rig):
    """Seconds that `omniroute replay` takes over a million stored decisions: the last ones of this run, again and again."""
    wanted = 1_000_000
    file = rig.folder / "decided.json"
    file.write_bytes(body("openai", "mk/" + JSON_MODEL, 1024, False))
    rig.load("gateway", "openai", file, ["--mode", "json", "--conns", "64", "--duration", "3", "--warmup", "0"])
    rig.stop_gateway()
    with sqlite3.connect(rig.folder / "data" / "telemetry.sqlite") as database:
        columns = ", ".join(row[1] for row in database.execute("PRAGMA table_info(usage)") if row[1] != "id")
        first, last = database.execute("SELECT min(usage_id), max(usage_id) FROM (SELECT usage_id FROM traces ORDER BY 1 DESC LIMIT 50000)").fetchone()
        stored = database.execute("SELECT count(*) FROM traces").fetchone()[0]
        while stored < wanted:
            shift = database.execute("SELECT max(id) FROM usage").fetchone()[0] + 1 - first
            database.execute(f"INSERT INTO usage (id, {columns}) SELECT id + {shift}, {columns} FROM usage WHERE id BETWEEN {first} AND {last}")
            stored += database.execute(f"INSERT INTO traces (usage_id, data) SELECT usage_id + {shift}, data FROM traces "
                                       f"WHERE usage_id BETWEEN {first} AND {last}").rowcount
    database.close()
    other = rig.folder / "other.json"
    other.write_text(json.dumps({"comboDefaults": {"maxRetries": 1}}))
    began = time.monotonic()
    report = rig.command("replay", "--config", str(other))
    took = time.monotonic() - began
    return took * wanted / report["decisions"]


def micro(root):
    """The costs of single pieces, for people; they have no bar."""
    build(root, "bench_micro", "bench_translate")
    programs = root / "build" / "bench" / "tests" / "bench"
    print(f"\n{'piece':58} {'best':>10}", flush=True)
    subprocess.run(["taskset", "-c", PROXY_CORE, str(programs / "bench_micro")], check=True)
    print(flush=True)
    subprocess.run(["taskset", "-c", PROXY_CORE, str(programs / "bench_translate")], check=True)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--binary", default="build/release/omniroute")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--only", default="", help="scenarios that begin with one of these words")
    options.add_argument("--quick", action="store_true", help="one round of short runs")
    options.add_argument("--own-tools", action="store_true", help="the load generator of this folder, even beside ../shared")
    options.add_argument("--out", help="also write the raw figures here")
    given = options.parse_args()
    if (os.cpu_count() or 1) < 2:
        sys.exit("the bench needs two cores: one for the proxy, one for load and mock")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    chosen = scenarios(1 if given.quick else 3)
    wanted = [word for word in given.only.split(",") if word]
    if wanted:
        chosen = {name: row for name, row in chosen.items() if name.startswith(tuple(wanted))}
    folder = Path(tempfile.mkdtemp(prefix="omniroute-bench-"))
    try:
        with Rig(ROOT, Path(given.binary).resolve(), folder, given.own_tools) as rig:
            extra = {"size": rig.binary.stat().st_size / 1e6}
            if not wanted or "s5" in wanted:
                extra.update(rig.footprint(3 if given.quick else 5))
            figures = measure(rig, chosen, 1 if given.quick else given.rounds, folder)
            if not wanted or "aged" in wanted:
                extra["aged"] = aged(rig, folder)
            if not wanted or "replay" in wanted:
                extra["replay"] = replayed(rig)
        failed = bars.show(figures, extra)
        if not wanted or "micro" in wanted:
            micro(ROOT)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if given.out:
        Path(given.out).write_text(json.dumps({"figures": figures, "extra": extra}, indent=1))
    sys.exit(1 if failed else 0)


main()
