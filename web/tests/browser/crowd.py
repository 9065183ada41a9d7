"""crowd.py <data directory> <rows> < {"routes": [[account, provider, model], …], "keys": […]}: a history of so many requests over the last 90 days, made from the same dice each time.
The gateway does not run meanwhile. Half-hourly sums are made of the rows, as the migration that brought them does."""
import json
import random
import sqlite3
import sys
import time
from pathlib import Path

DAYS = 90
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
        yield (f"req_{i:020d}", when, "openai-chat", "/v1/chat/completions", f"{provider}/{model}", provider, model, account, keys[i % len(keys)], status, i % 2, *tokens, None, None, None, 0,
               latency, latency // 3 if good else None, 1 if good else 2, error, "" if good else "the provider said no", "", cost, "" if cost is None else "made")


def main():
    folder, count, ids = Path(sys.argv[1]), int(sys.argv[2]), json.load(sys.stdin)
    base = sqlite3.connect(folder / "telemetry.sqlite")
    base.execute("PRAGMA synchronous = OFF")
    names = ("request_id, time_ms, client_format, endpoint, model_asked, provider, upstream_model, account_id, key_id, status, streamed, input_tokens, output_tokens, cache_read_tokens, "
             "cache_write_tokens, reasoning_tokens, estimated, latency_ms, first_token_ms, attempts, error_kind, error_message, dropped, cost_nano, price_version")
    with base:
        base.executemany(f"INSERT INTO usage ({names}) VALUES ({', '.join('?' * 25)})", rows(count, ids, int(time.time() * 1000)))
        base.executescript(SUMS)
    base.close()


main()
