-- storage.sqlite: configuration. Times are Unix milliseconds. BLOBs named here hold sealed secrets (crypto/sealing.hpp).

CREATE TABLE sealing_keys (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  master_id BLOB NOT NULL,   -- tells which master key wraps this one
  salt BLOB NOT NULL,        -- for a master key made from a text
  wrapped BLOB NOT NULL,     -- the key that seals everything else, sealed by the master key
  created_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE accounts (
  id TEXT PRIMARY KEY NOT NULL,
  provider TEXT NOT NULL,
  name TEXT NOT NULL,
  auth_type TEXT NOT NULL CHECK (auth_type IN ('apikey', 'oauth', 'none')),
  priority INTEGER NOT NULL,
  active INTEGER NOT NULL,
  api_key BLOB,
  proxy BLOB,
  default_model TEXT NOT NULL,
  test_status TEXT NOT NULL,
  last_error TEXT NOT NULL,
  last_error_ms INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX accounts_of_provider ON accounts (provider, priority);

CREATE TABLE nodes (
  id TEXT PRIMARY KEY NOT NULL,
  prefix TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  format TEXT NOT NULL,
  base_url TEXT NOT NULL,
  ca_file TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE api_keys (
  id TEXT PRIMARY KEY NOT NULL,
  name TEXT NOT NULL,
  hash BLOB NOT NULL UNIQUE,  -- SHA-256 of the key's text
  hint TEXT NOT NULL,
  scopes INTEGER NOT NULL,
  active INTEGER NOT NULL,
  created_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE settings (
  key TEXT PRIMARY KEY NOT NULL,
  json TEXT,    -- one of the two: plain, or sealed for secrets
  sealed BLOB,
  CHECK ((json IS NULL) <> (sealed IS NULL))
) STRICT;

CREATE TABLE sessions (
  token_hash BLOB PRIMARY KEY NOT NULL,
  created_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE passwords (
  name TEXT PRIMARY KEY NOT NULL,
  encoded TEXT NOT NULL  -- argon2id
) STRICT;

CREATE TABLE counters (
  name TEXT PRIMARY KEY NOT NULL,
  value INTEGER NOT NULL
) STRICT;
INSERT INTO counters (name, value) VALUES ('revision', 0);
