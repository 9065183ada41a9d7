-- Kinds of requests: rows that agree in all that a list can be narrowed by are of one kind. There are thousands of kinds where there are
-- millions of rows, so a filter is answered over the kinds first, and then by the rows of the few that are left. The rows that are there
-- already are gone through by KindWriter::fill (src/store/usage_kinds.cpp), in the transaction of this step.

CREATE TABLE kinds (
  id INTEGER PRIMARY KEY,
  key_id TEXT NOT NULL,
  model_asked TEXT NOT NULL,
  provider TEXT NOT NULL,
  upstream_model TEXT NOT NULL,
  account_id TEXT NOT NULL,
  status INTEGER NOT NULL,
  dropped TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX kinds_by_all ON kinds (key_id, model_asked, provider, upstream_model, account_id, status, dropped);

-- Which rows are of a kind.
CREATE TABLE usage_kinds (
  kind INTEGER NOT NULL,
  id INTEGER NOT NULL,   -- of the usage row
  PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

-- Sums of the rows of a kind that are kept, by days of UTC and by 32 such days; they shrink again with the rows.
CREATE TABLE kind_days (
  kind INTEGER NOT NULL,
  span INTEGER NOT NULL,        -- Unix time / 86400 s
  entries INTEGER NOT NULL,     -- rows
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  cache_read_tokens INTEGER NOT NULL,
  cache_write_tokens INTEGER NOT NULL,
  reasoning_tokens INTEGER NOT NULL,
  cost_nano INTEGER NOT NULL,
  unpriced INTEGER NOT NULL,
  latency_ms INTEGER NOT NULL,
  last_ms INTEGER NOT NULL,
  PRIMARY KEY (kind, span)
) STRICT, WITHOUT ROWID;
CREATE TABLE kind_months (
  kind INTEGER NOT NULL,
  span INTEGER NOT NULL,        -- Unix time / 32 days
  entries INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  cache_read_tokens INTEGER NOT NULL,
  cache_write_tokens INTEGER NOT NULL,
  reasoning_tokens INTEGER NOT NULL,
  cost_nano INTEGER NOT NULL,
  unpriced INTEGER NOT NULL,
  latency_ms INTEGER NOT NULL,
  last_ms INTEGER NOT NULL,
  PRIMARY KEY (kind, span)
) STRICT, WITHOUT ROWID;

-- Between which ids the rows of a half hour lie: rows are numbered as they ended, and their time is when they began.
CREATE TABLE usage_times (
  slot INTEGER PRIMARY KEY,     -- Unix time / 1800 s
  first_id INTEGER NOT NULL,
  last_id INTEGER NOT NULL
) STRICT;

-- Rows with an error's text, for the search of words in them.
CREATE INDEX usage_with_error ON usage (id) WHERE error_message <> '';

-- The words of the bodies' index.
CREATE VIRTUAL TABLE bodies_text_words USING fts5vocab(bodies_text, instance);
