-- What a request cost, in billionths of a US dollar; NULL = nobody knows its price. `price_version` names the price it was reckoned with.

ALTER TABLE usage ADD COLUMN cost_nano INTEGER;
ALTER TABLE usage ADD COLUMN price_version TEXT NOT NULL DEFAULT '';

-- Sums by half hours of UTC, kept up to date with each row: the answers to all questions about longer times. `dimension` says what `id` is:
-- 0 nothing, 1 provider, 2 upstream model, 3 account, 4 key.
CREATE TABLE usage_slots (
  dimension INTEGER NOT NULL,
  slot INTEGER NOT NULL,        -- Unix time / 1800 s
  id TEXT NOT NULL,
  provider TEXT NOT NULL,
  requests INTEGER NOT NULL,
  errors INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  cache_read_tokens INTEGER NOT NULL,
  cache_write_tokens INTEGER NOT NULL,
  reasoning_tokens INTEGER NOT NULL,
  cost_nano INTEGER NOT NULL,
  unpriced INTEGER NOT NULL,    -- requests whose cost is not known
  latency_ms INTEGER NOT NULL,
  last_ms INTEGER NOT NULL,
  PRIMARY KEY (dimension, slot, id, provider)
) STRICT, WITHOUT ROWID;

INSERT INTO usage_slots
SELECT d.dimension, u.time_ms / 1800000,
       CASE d.dimension WHEN 0 THEN '' WHEN 1 THEN u.provider WHEN 2 THEN u.upstream_model WHEN 3 THEN u.account_id ELSE u.key_id END,
       CASE WHEN d.dimension IN (1, 2, 3) THEN u.provider ELSE '' END,
       count(*), sum(u.status >= 400), coalesce(sum(u.input_tokens), 0), coalesce(sum(u.output_tokens), 0),
       coalesce(sum(u.cache_read_tokens), 0), coalesce(sum(u.cache_write_tokens), 0), coalesce(sum(u.reasoning_tokens), 0),
       0, count(*), sum(u.latency_ms), max(u.time_ms)
FROM usage u, (SELECT 0 AS dimension UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4) d
GROUP BY 1, 2, 3, 4;
