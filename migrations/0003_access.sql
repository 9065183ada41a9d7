-- What a key may do and spend, who is logged in from where, who guessed passwords, and who changed what.

ALTER TABLE api_keys ADD COLUMN expires_ms INTEGER NOT NULL DEFAULT 0;           -- 0 = never
ALTER TABLE api_keys ADD COLUMN allowed_models TEXT NOT NULL DEFAULT '[]';       -- JSON array of patterns; empty = all
ALTER TABLE api_keys ADD COLUMN requests_per_minute INTEGER NOT NULL DEFAULT 0;  -- 0 = no limit, here and below
ALTER TABLE api_keys ADD COLUMN tokens_per_minute INTEGER NOT NULL DEFAULT 0;
ALTER TABLE api_keys ADD COLUMN daily_budget_nano INTEGER NOT NULL DEFAULT 0;    -- billionths of a US dollar
ALTER TABLE api_keys ADD COLUMN monthly_budget_nano INTEGER NOT NULL DEFAULT 0;
ALTER TABLE api_keys ADD COLUMN previous_hash BLOB;                              -- of the text before the last rotation
ALTER TABLE api_keys ADD COLUMN previous_until_ms INTEGER NOT NULL DEFAULT 0;    -- until when that one still counts

ALTER TABLE sessions ADD COLUMN peer TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN agent TEXT NOT NULL DEFAULT '';

CREATE TABLE login_tries (
  peer TEXT PRIMARY KEY NOT NULL,
  wrong INTEGER NOT NULL,
  since_ms INTEGER NOT NULL,
  blocked_until_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE ip_bans (
  address TEXT PRIMARY KEY NOT NULL,
  until_ms INTEGER NOT NULL,
  reason TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- `before` and `after` are JSON objects without secrets, or NULL.
CREATE TABLE audit (
  id INTEGER PRIMARY KEY,
  time_ms INTEGER NOT NULL,
  actor TEXT NOT NULL,
  peer TEXT NOT NULL,
  request_id TEXT NOT NULL,
  action TEXT NOT NULL,
  target TEXT NOT NULL,
  before TEXT,
  after TEXT
) STRICT;
CREATE INDEX audit_by_time ON audit (time_ms);
