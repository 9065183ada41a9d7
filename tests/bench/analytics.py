"""How long the answers about usage take when there is a lot of it.

  analytics.py --binary FILE [--rows 10000000] [--days 365] [--bodies 0] [--folder DIR] [--bar 100] [--rounds 5] [--only WORD]

Makes a data directory with that many usage rows (seed.py) and recorded bodies of the newest of them, starts the gateway on it and asks
the questions that pages and scripts ask. Prints how long the first start took, which brings the rows to the present version, then the
median and the worst of each question in milliseconds, and ends with 1 if a median is above the bar. --folder keeps the data.
"""
import argparse
import json
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import seed  # noqa: E402
from gateway import Gateway  # noqa: E402

FILTERS = {
    "a provider": "provider=openai", "a rare provider": "provider=groq", "an unused provider": "provider=mistral",
    "a model": "model=model-7", "a model as asked": "model=alias/model-7", "an unknown model": "model=nobody",
    "a connection": "connection=account-3", "a key": "key=key-11", "a rare key": "key=key-old", "an unused key": "key=none",
    "errors": "status=error", "a status": "status=200", "a rare status": "status=418", "dropped fields": "dropped=true",
    "a key's errors": "key=key-11&status=error", "key, model, drops": "key=key-11&model=model-7&dropped=true",
    "a day": "since={day}", "a month": "since={month}", "a far day": "since={far}&until={far_end}",
    "a key in a month": "key=key-11&since={month}", "a provider in a week": "provider=openai&since={week}",
    "a rare key in a day": "key=key-old&since={day}", "a status in a far day": "status=502&since={far}&until={far_end}",
}
WORDS = {"a word": "timeout", "a rare word": "teapot", "an unknown word": "zzzzzz", "a model": "model-7", "a request": "req-5000"}
BODY_WORDS = {"a word in every body": "please", "two common words": "please content", "a beginning": "conte", "two letters": "co",
              "a common word": "content", "a rare word in bodies": "ticket777", "a word in answers": "certainly"}

QUESTIONS = {
    **{f"analytics {word}": f"/api/usage/analytics?range={word}&offset=120" for word in ("1d", "7d", "30d", "90d", "ytd", "all")},
    **{f"series {word} by {split}": f"/api/usage/series?range={word}&split={split}&offset=120"
       for word in ("1d", "7d", "30d", "90d", "1y") for split in ("all", "model", "key")},
    "series 1y by provider": "/api/usage/series?range=1y&split=provider", "series 1y by connection": "/api/usage/series?range=1y&split=connection",
    "history": "/api/usage/history",
    **{f"history of {name}": f"/api/usage/history?{query}" for name, query in FILTERS.items()},
    "overview": "/api/overview",
    "list": "/api/usage/logs?limit=100", "list, the longest page": "/api/usage/logs?limit=500", "list, half way down": "/api/usage/logs?limit=100&cursor={middle}",
    **{f"list of {name}": f"/api/usage/logs?limit=100&{query}" for name, query in FILTERS.items()},
    **{f"list of {name}, deep": f"/api/usage/logs?limit=100&cursor={{middle}}&{query}" for name, query in FILTERS.items()},
    **{f"list with {name}": f"/api/usage/logs?limit=100&search={word}" for name, word in WORDS.items()},
    "list with a word, deep": "/api/usage/logs?limit=100&search=model-7&cursor={middle}",
    "one request": "/api/usage/logs/req-5000", "budgets": "/api/usage/budget",
    "latency 5 min": "/api/monitoring/latency", "latency 1 d": "/api/monitoring/latency?windowMs=86400000",
    "telemetry summary": "/api/telemetry/summary", "metrics": "/metrics",
}


def questions(rows, bodies):
    now = int(time.time() * 1000)
    day = 86_400_000
    marks = {"day": now - day, "week": now - 7 * day, "month": now - 30 * day, "far": now - 200 * day - 7, "far_end": now - 199 * day, "middle": rows // 2}
    asked = dict(QUESTIONS)
    for name, word in BODY_WORDS.items() if bodies else ():
        asked[f"list with {name}"] = f"/api/usage/logs?limit=100&search={word.replace(' ', '%20')}"
        asked[f"list with {name}, deep"] = f"/api/usage/logs?limit=100&search={word.replace(' ', '%20')}&cursor={rows - bodies // 2}"
    if bodies:
        asked["list with a common word, rare key"] = "/api/usage/logs?limit=100&search=please&key=key-old"
    return {name: path.format(**marks) for name, path in asked.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--bodies", type=int, default=0)
    parser.add_argument("--folder")
    parser.add_argument("--bar", type=float, default=100.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="the questions whose names hold this")
    parser.add_argument("--out", help="also write the medians here")
    options = parser.parse_args()
    folder = Path(options.folder or tempfile.mkdtemp(prefix="omniroute-bench-"))
    data, slow, medians = folder / "data", [], {}
    try:
        if not data.exists():
            seed.fill(data, options.rows, options.days, options.bodies)
        with Gateway(Path(options.binary).resolve(), data) as gateway:
            print(f"started in {gateway.seconds_to_start:.1f} s\n{'question':42} {'status':>6} {'median':>9} {'worst':>9} {'bytes':>9}", flush=True)
            for name, path in questions(options.rows, options.bodies).items():
                if options.only not in name:
                    continue
                times = []
                while len(times) < options.rounds and sum(times) < 5000:
                    status, took, body, _ = gateway.ask(path)
                    times.append(took)
                medians[name] = statistics.median(times)
                late = medians[name] > options.bar or status not in (200, 404)
                if late:
                    slow.append(name)
                print(f"{name:42} {status:>6} {medians[name]:>7.1f}ms {max(times):>7.1f}ms {len(body):>9} {'  <--' if late else ''}", flush=True)
    finally:
        if not options.folder:
            shutil.rmtree(folder, ignore_errors=True)
    if options.out:
        Path(options.out).write_text(json.dumps(medians, indent=1))
    if slow:
        sys.exit(f"{len(slow)} of {len(medians)} above {options.bar:.0f} ms: " + ", ".join(slow))


if __name__ == "__main__":
    main()
