"""Data directories full of usage rows, for analytics.py and beside.py: rows as an earlier version left them, so that the first start upgrades them.

Forty models of four providers, two accounts a provider, thirty keys; a tenth of the requests failed. Some kinds of requests are rare and
came long ago: status 418, the provider groq, the key key-old. `bodies` of the newest requests are recorded, with their full-text index.
"""
import json
import os
import random
import sqlite3
import time
from pathlib import Path

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations" / "telemetry"
STEPS = 10  # those before the kinds of requests; the gateway takes the rest
APPLICATION_ID = 0x4F6D5202
AT_ONCE = 1_000_000

ROWS = """
WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last}),
     r AS (SELECT i, (i * 2654435761) & 0xffffffff AS h, i < {rows} / 20 AND i % 20011 = 7 AS rare, i < {rows} / 10 AND i % 5003 = 11 AS old FROM n),
     s AS (SELECT *, CASE WHEN rare THEN 418 WHEN (h >> 16) % 10 = 0 THEN 502 ELSE 200 END AS status,
                  CASE WHEN old THEN 'groq' ELSE CASE h % 4 WHEN 0 THEN 'openai' WHEN 1 THEN 'anthropic' WHEN 2 THEN 'gemini' ELSE 'glm' END END AS provider
           FROM r)
INSERT INTO usage (request_id, time_ms, client_format, endpoint, model_asked, provider, upstream_model, account_id, key_id, status, streamed,
                   input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens, estimated, latency_ms, first_token_ms,
                   attempts, error_kind, error_message, dropped, cost_nano, price_version)
SELECT 'req-' || i, {begin} + (i * {span}) / {rows}, 'openai-chat', '/v1/chat/completions', 'alias/model-' || (h % 40), provider, 'model-' || (h % 40),
       'account-' || (h % 4 * 2 + (h >> 13) % 2), CASE WHEN old THEN 'key-old' ELSE 'key-' || ((h >> 9) % 30) END, status, h & 1,
       h % 20000, h % 2000, NULL, NULL, NULL, 0, 100 + h % 9000, 50 + h % 900, 1, CASE WHEN status >= 400 THEN 'upstream_failed' ELSE '' END,
       CASE status WHEN 502 THEN 'The provider had a timeout.' WHEN 418 THEN 'The provider is a teapot.' ELSE '' END,
       CASE WHEN h % 1000 = 1 THEN 'stop' ELSE '' END, (h % 20000) * 3000, 'bench'
FROM s
"""
SUMS = ("count(*), sum(status >= 400), sum(input_tokens), sum(output_tokens), 0, 0, 0, sum(cost_nano), 0, sum(latency_ms), max(time_ms)")
HALF_HOURS = [f"INSERT INTO usage_slots SELECT {number}, time_ms / 1800000, {name}, {provider}, {SUMS} FROM usage WHERE {which} GROUP BY 2, 3, 4"
              for number, name, provider, which in
              [(0, "''", "''", "1"), (1, "provider", "provider", "1"), (2, "upstream_model", "provider", "1"), (3, "account_id", "provider", "1"),
               (4, "key_id", "''", "1"), (5, "dropped", "''", "dropped <> ''")]]
DAYS = """
INSERT INTO usage_slots
SELECT dimension + 10, slot / 48, id, provider, sum(requests), sum(errors), sum(input_tokens), sum(output_tokens), sum(cache_read_tokens),
       sum(cache_write_tokens), sum(reasoning_tokens), sum(cost_nano), sum(unpriced), sum(latency_ms), max(last_ms)
FROM usage_slots WHERE dimension < 10 GROUP BY 1, 2, 3, 4
"""
BEGINNINGS = ("con", "in", "re", "trans", "pre", "un", "over", "sub", "com", "de", "ex", "per")
ENDINGS = ("tent", "form", "port", "act", "late", "mit", "vert", "struct", "ceive", "fer", "sist", "duct", "pose", "rupt", "spect")


def words(dice):
    """What a request and its answer may say: a few words stand in nearly all, some in a few, one in none but its own."""
    vocabulary = [begin + end + str(number or "") for number in range(20) for begin in BEGINNINGS for end in ENDINGS]
    while True:
        some = " ".join(vocabulary[min(int(dice.expovariate(0.004)), len(vocabulary) - 1)] for _ in range(40))
        yield '{"role":"user","content":"please ' + some + f' ticket{dice.randrange(100_000)}' + '"}'


def bodies(db, count, rows, begin, span):
    texts, last = words(random.Random(7)), rows
    heads = json.dumps({"path": "/v1/chat/completions", "status": 200, "receivedHeaders": [], "receivedBytes": 1, "receivedCut": False,
                        "returnedHeaders": [], "returnedBytes": 1, "returnedCut": False, "attempts": []})
    for first in range(max(1, last - count + 1), last + 1, 50_000):
        some = range(first, min(first + 50_000, last + 1))
        db.execute("BEGIN")
        db.executemany("INSERT INTO bodies (id, request_id, time_ms, heads, received, attempts, returned) VALUES (?, ?, ?, ?, ?, '[]', ?)",
                       ((i, f"req-{i}", begin + i * span // rows, heads, next(texts), '{"answer":"certainly"}') for i in some))
        db.execute("INSERT INTO bodies_text (rowid, received, attempts, returned) SELECT id, received, attempts, returned FROM bodies "
                   "WHERE id BETWEEN ? AND ?", (some[0], some[-1]))
        db.execute("COMMIT")


def fill(folder, rows, days, recorded):
    """Makes folder/telemetry.sqlite, times up to now."""
    began, begin, span = time.monotonic(), int(time.time() * 1000) - days * 86_400_000, days * 86_400_000
    folder.mkdir(mode=0o700, parents=True)
    file = folder / "telemetry.sqlite"
    os.close(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600))
    db = sqlite3.connect(file, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=OFF", "cache_size=-500000", f"application_id={APPLICATION_ID}", f"user_version={STEPS}"):
        db.execute("PRAGMA " + pragma)
    for step in sorted(MIGRATIONS.glob("*.sql"))[:STEPS]:
        db.executescript(step.read_text())
    for first in range(1, rows + 1, AT_ONCE):
        db.execute("BEGIN")
        db.execute(ROWS.format(first=first, last=min(first + AT_ONCE - 1, rows), begin=begin, span=span, rows=rows))
        db.execute("COMMIT")
        print(f"  {min(first + AT_ONCE - 1, rows):,} rows after {time.monotonic() - began:.0f} s", flush=True)
    db.execute("BEGIN")
    for sums in [*HALF_HOURS, DAYS]:
        db.execute(sums)
    db.execute("COMMIT")
    if recorded:
        bodies(db, recorded, rows, begin, span)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    print(f"filled in {time.monotonic() - began:.0f} s: {file.stat().st_size / 2**20:.0f} MB", flush=True)
