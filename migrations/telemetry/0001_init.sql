-- telemetry.sqlite: what was used. Absent token counts are NULL: the provider did not tell.

CREATE TABLE usage (
  id INTEGER PRIMARY KEY,
  request_id TEXT NOT NULL,
  time_ms INTEGER NOT NULL,
  client_format TEXT NOT NULL,
  endpoint TEXT NOT NULL,
  model_asked TEXT NOT NULL,
  provider TEXT NOT NULL,
  upstream_model TEXT NOT NULL,
  account_id TEXT NOT NULL,
  key_id TEXT NOT NULL,
  status INTEGER NOT NULL,
  streamed INTEGER NOT NULL,
  input_tokens INTEGER,
  output_tokens INTEGER,
  cache_read_tokens INTEGER,
  cache_write_tokens INTEGER,
  reasoning_tokens INTEGER,
  estimated INTEGER NOT NULL,
  latency_ms INTEGER NOT NULL,
  first_token_ms INTEGER,
  attempts INTEGER NOT NULL,
  error_kind TEXT NOT NULL,
  error_message TEXT NOT NULL
) STRICT;
CREATE INDEX usage_by_time ON usage (time_ms);
CREATE INDEX usage_by_request ON usage (request_id);
