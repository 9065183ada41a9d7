"""How long the answers about usage take when there is a lot of it.

  analytics.py --binary FILE [--rows 10000000] [--days 365] [--folder DIR] [--bar 100] [--rounds 5]

Makes a data directory with that many usage rows (40 providers' models, 8 accounts, 30 keys; a tenth of it failed), starts the
gateway on it and asks the questions that pages and scripts ask. Prints the median and the worst of each in milliseconds, and ends
with 1 if a median is above the bar. --folder keeps the data for another run.
"""
import argparse
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from rig import free_port  # noqa: E402

PASSWORD = "correct horse battery"
QUESTIONS = {
    "analytics 1d": "/api/usage/analytics?range=1d",
    "analytics 7d": "/api/usage/analytics?range=7d",
    "analytics 30d": "/api/usage/analytics?range=30d&offset=120",
    "analytics 90d": "/api/usage/analytics?range=90d",
    "analytics ytd": "/api/usage/analytics?range=ytd",
    "analytics all": "/api/usage/analytics?range=all",
    "series 30d by model": "/api/usage/series?range=30d&split=model",
    "history": "/api/usage/history",
    "history of a day": "/api/usage/history?since={day}",
    "overview": "/api/overview",
    "logs": "/api/usage/logs?limit=100",
    "logs with errors": "/api/usage/logs?status=error&limit=100",
    "logs of a rare status": "/api/usage/logs?status=418&limit=100",
    "logs of a provider": "/api/usage/logs?provider=openai&limit=100",
    "logs of an unused provider": "/api/usage/logs?provider=groq&limit=100",
    "logs of a model": "/api/usage/logs?model=model-7&limit=100",
    "logs of an unknown model": "/api/usage/logs?model=nobody&limit=100",
    "logs of a connection": "/api/usage/logs?connection=account-3&limit=100",
    "logs of a key": "/api/usage/logs?key=key-11&limit=100",
    "logs of an unused key": "/api/usage/logs?key=none&limit=100",
    "logs with a word": "/api/usage/logs?search=timeout&limit=100",
    "one request": "/api/usage/logs/req-5000",
    "budgets": "/api/usage/budget",
    "latency 5 min": "/api/monitoring/latency",
    "latency 1 d": "/api/monitoring/latency?windowMs=86400000",
    "telemetry summary": "/api/telemetry/summary",
    "metrics": "/metrics",
}

FILL = """
WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last}),
     r AS (SELECT i, (i * 2654435761) & 0xffffffff AS h FROM n)
INSERT INTO usage (request_id, time_ms, client_format, endpoint, model_asked, provider, upstream_model, account_id, key_id, status, streamed,
                   input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens, estimated, latency_ms, first_token_ms,
                   attempts, error_kind, error_message, dropped, cost_nano, price_version)
SELECT 'req-' || i, {begin} + (i * {span}) / {rows}, 'openai-chat', '/v1/chat/completions', 'alias/model-' || (h % 40),
       CASE h % 4 WHEN 0 THEN 'openai' WHEN 1 THEN 'anthropic' WHEN 2 THEN 'gemini' ELSE 'glm' END, 'model-' || (h % 40),
       'account-' || ((h >> 5) % 8), 'key-' || ((h >> 9) % 30), CASE WHEN h % 10 = 0 THEN 502 ELSE 200 END, h & 1,
       h % 20000, h % 2000, NULL, NULL, NULL, 0, 100 + h % 9000, 50 + h % 900, 1, CASE WHEN h % 10 = 0 THEN 'upstream_failed' ELSE '' END,
       CASE WHEN h % 10 = 0 THEN 'The provider had a timeout.' ELSE '' END, CASE WHEN h % 1000 = 1 THEN 'stop' ELSE '' END, (h % 20000) * 3000, 'bench'
FROM r
"""

SLOTS = """
INSERT INTO usage_slots
SELECT d.dimension, u.time_ms / 1800000,
       CASE d.dimension WHEN 0 THEN '' WHEN 1 THEN u.provider WHEN 2 THEN u.upstream_model WHEN 3 THEN u.account_id ELSE u.key_id END,
       CASE WHEN d.dimension IN (1, 2, 3) THEN u.provider ELSE '' END,
       count(*), sum(u.status >= 400), sum(u.input_tokens), sum(u.output_tokens), 0, 0, 0, sum(u.cost_nano), 0, sum(u.latency_ms), max(u.time_ms)
FROM usage u, (SELECT {dimension} AS dimension) d GROUP BY 1, 2, 3, 4
"""
DAYS = """
INSERT INTO usage_slots
SELECT dimension + 10, slot / 48, id, provider, sum(requests), sum(errors), sum(input_tokens), sum(output_tokens), sum(cache_read_tokens),
       sum(cache_write_tokens), sum(reasoning_tokens), sum(cost_nano), sum(unpriced), sum(latency_ms), max(last_ms)
FROM usage_slots WHERE dimension < 10 GROUP BY 1, 2, 3, 4
"""


def fill(file, rows, days):
    began, now = time.monotonic(), int(time.time() * 1000)
    db = sqlite3.connect(file, isolation_level=None)
    db.execute("PRAGMA synchronous=OFF")
    db.execute("PRAGMA cache_size=-1000000")
    for first in range(1, rows + 1, 1_000_000):
        db.execute("BEGIN")
        db.execute(FILL.format(first=first, last=min(first + 999_999, rows), begin=now - days * 86_400_000, span=days * 86_400_000, rows=rows))
        db.execute("COMMIT")
        print(f"  {min(first + 999_999, rows):,} rows after {time.monotonic() - began:.0f} s", flush=True)
    db.execute("BEGIN")
    db.execute("DELETE FROM usage_slots")
    for dimension in range(5):
        db.execute(SLOTS.format(dimension=dimension))
    db.execute(DAYS)
    db.execute("COMMIT")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    print(f"filled in {time.monotonic() - began:.0f} s: {file.stat().st_size / 2**20:.0f} MB")


def ask(url, cookie=None, body=None):
    request = urllib.request.Request(url, data=body, headers={"Content-Type": "application/json", **({"Cookie": cookie} if cookie else {})})
    began = time.perf_counter()
    try:
        with urllib.request.urlopen(request, timeout=300) as reply:
            data = reply.read()
            return reply.status, (time.perf_counter() - began) * 1000, data, reply.headers
    except urllib.error.HTTPError as error:
        return error.code, (time.perf_counter() - began) * 1000, error.read(), error.headers


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--folder")
    parser.add_argument("--bar", type=float, default=100.0)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    folder = Path(options.folder or tempfile.mkdtemp(prefix="omniroute-bench-"))
    data, binary = folder / "data", Path(options.binary).resolve()
    env = {**os.environ, "INITIAL_PASSWORD": PASSWORD, "DISK_LIMIT_MB": "1000000", "LOG_RETENTION_DAYS": "3650"}
    if not (folder / "filled").exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run([binary, "settings", "list", "--data-dir", data], env=env, check=True, stdout=subprocess.DEVNULL)
        fill(data / "telemetry.sqlite", options.rows, options.days)
        (folder / "filled").touch()
    port = free_port()
    gateway = subprocess.Popen([binary, "--port", str(port), "--data-dir", data, "--no-open", "--log-level", "warn"], env=env, stdout=subprocess.DEVNULL)
    slow = []
    try:
        base, end = f"http://127.0.0.1:{port}", time.monotonic() + 600
        while True:
            try:
                if ask(base + "/readyz")[0] == 200:
                    break
            except OSError:
                pass
            if time.monotonic() > end or gateway.poll() is not None:
                sys.exit("the gateway did not get ready")
            time.sleep(0.1)
        headers = ask(base + "/api/auth/login", body=json.dumps({"password": PASSWORD}).encode())[3]
        cookie = headers["set-cookie"].split(";")[0]
        now = int(time.time() * 1000)
        marks = {"day": now - 86_400_000}
        print(f"{'question':28} {'status':>6} {'median':>9} {'worst':>9} {'bytes':>9}")
        for name, path in QUESTIONS.items():
            times = []
            for _ in range(options.rounds):
                status, took, body, _ = ask(base + path.format(**marks), cookie)
                times.append(took)
                if took > 5000:
                    break
            median = statistics.median(times)
            late = median > options.bar or status not in (200, 404)
            if late:
                slow.append(name)
            print(f"{name:28} {status:>6} {median:>7.1f}ms {max(times):>7.1f}ms {len(body):>9} {'  <--' if late else ''}", flush=True)
    finally:
        gateway.terminate()
        gateway.wait(30)
        if not options.folder:
            shutil.rmtree(folder, ignore_errors=True)
    if slow:
        sys.exit(f"above {options.bar:.0f} ms: " + ", ".join(slow))


if __name__ == "__main__":
    main()
