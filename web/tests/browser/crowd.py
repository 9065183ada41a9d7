"""crowd.py <data directory> <rows> < {"routes": [[account, provider, model], …], "keys": […]}: a history of so many requests over the last 90 days, made from the same dice each time.
The gateway does not run meanwhile. Half-hourly sums are made of the rows, those by days and of what was dropped by the migrations that
brought them. What was said of one request in ten is kept, too."""
import json
import random
import sqlite3
import sys
import time
from pathlib import Path

DAYS = 90
BODIES = 10  # one request in so many
MIGRATIONS = Path(__file__).resolve().parents[3] / "migrations" / "telemetry"
SUMS = """
DELETE FROM usage_slots;
INSERT INTO usage_slots
SELECT d.dimension, u.time_ms / 1800000,
       CASE d.dimension WHEN 0 THEN '' WHEN 1 THEN u.provider WHEN 2 THEN u.upstream_model WHEN 3 THEN u.account_id ELSE u.key_id END,
       CASE WHEN d.dimension IN (1, 2, 3) THEN u.provider ELSE '' END,
       count(*), sum(u.status >= 400), coalesce(sum(u.input_tokens), 0), coalesce(sum(u.output_tokens), 0),
       coalesce(sum(u.cache_read_tokens), 0), coalesce(sum(u.cache_write_tokens), 0), coalesce(sum(u.reasoning_tokens), 0),
       coalesce(sum(u.cost_nano), 0), sum(u.cost_nano IS NULL), sum(u.latency_ms), max(u.time_ms)
FROM usage u, (SELECT 0 AS dimension UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4) d
GROUP BY 1, 2, 3, 4;
"""


def rows(count, ids, now):
    dice = random.Random(7)
    routes, keys = ids["routes"], ids["keys"]
    for i in range(count):
        account, provider, model = routes[int(len(routes) * dice.random() ** 2)]
        when = now - int(DAYS * 86_400_000 * (count - i) / count * (0.98 + 0.02 * dice.random()))
        status = dice.choices((200, 429, 500, 503, 400), (94, 3, 1, 1, 1))[0]
        good = status == 200
        latency = int(dice.lognormvariate(7, 0.8))
        error = "" if good else "rate_limited" if status == 429 else "upstream_failed"
        tokens = (dice.randrange(20, 20_000), dice.randrange(5, 2_000)) if good else (None, None)
        cost = tokens[0] * 300 + tokens[1] * 1500 if good and dice.random() < 0.8 else None
        dropped = "stop, logit_bias" if dice.random() < 0.02 else ""
        yield (f"req_{i:020d}", when, "openai-chat", "/v1/chat/completions", f"{provider}/{model}", provider, model, account, keys[i % len(keys)], status, i % 2, *tokens, None, None, None, 0,
               latency, latency // 3 if good else None, 1 if good else 2, error, "" if good else "the provider said no", dropped, cost, "" if cost is None else "made")


def bodies(base):
    """What was said of some of the rows, as the gateway keeps it: (request, time, heads, received, attempts, returned)."""
    dice = random.Random(8)
    words = [f"word{n}" for n in range(5000)]
    for request, when, provider, model, account, status in base.execute(f"SELECT request_id, time_ms, provider, upstream_model, account_id, status FROM usage WHERE id % {BODIES} = 0").fetchall():
        question, answer = (" ".join(dice.choices(words, k=dice.randrange(10, 120))) for _ in range(2))
        received = json.dumps({"model": f"{provider}/{model}", "messages": [{"role": "user", "content": question}]})
        returned = json.dumps({"model": model, "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": answer}}]})
        part = {"provider": provider, "model": model, "account": account, "url": "http://127.0.0.1:9/v1/chat/completions", "sentHeaders": [["content-type", "application/json"]], "sentBytes": len(received), "sentCut": False,
                "status": status, "answeredHeaders": [["content-type", "application/json"]], "answeredBytes": len(returned), "answeredCut": False}
        heads = {"path": "/v1/chat/completions", "status": status, "receivedHeaders": [["content-type", "application/json"]], "receivedBytes": len(received), "receivedCut": False, "returnedHeaders": [["content-type", "application/json"]],
                 "returnedBytes": len(returned), "returnedCut": False, "attempts": [part]}
        yield request, when, json.dumps(heads), received, json.dumps([{"sent": received, "answered": returned}]), returned


def main():
    folder, count, ids = Path(sys.argv[1]), int(sys.argv[2]), json.load(sys.stdin)
    base = sqlite3.connect(folder / "telemetry.sqlite")
    base.execute("PRAGMA synchronous = OFF")
    names = ("request_id, time_ms, client_format, endpoint, model_asked, provider, upstream_model, account_id, key_id, status, streamed, input_tokens, output_tokens, cache_read_tokens, "
             "cache_write_tokens, reasoning_tokens, estimated, latency_ms, first_token_ms, attempts, error_kind, error_message, dropped, cost_nano, price_version")
    with base:
        base.executemany(f"INSERT INTO usage ({names}) VALUES ({', '.join('?' * 25)})", rows(count, ids, int(time.time() * 1000)))
        base.executescript(SUMS)
        for name in ("0006_usage_days", "0008_dropped_sums"):
            base.executescript((MIGRATIONS / f"{name}.sql").read_text())
    with base:
        base.executemany("INSERT INTO bodies (request_id, time_ms, heads, received, attempts, returned) VALUES (?, ?, ?, ?, ?, ?)", bodies(base))
        base.execute("INSERT INTO bodies_text (rowid, received, attempts, returned) SELECT id, received, attempts, returned FROM bodies")
    base.close()


main()
