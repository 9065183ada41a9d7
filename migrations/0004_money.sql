-- The owner's own prices and the budgets beside those of keys. Prices are US dollars per million tokens; a row is never changed, so that
-- the price of any old request can be looked up: the newest of a model counts, one without a price takes the owner's price away.

CREATE TABLE prices (
  id INTEGER PRIMARY KEY,
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  input REAL,
  output REAL,
  cache_read REAL,
  cache_write REAL,
  reasoning REAL,
  created_ms INTEGER NOT NULL,
  CHECK ((input IS NULL) = (output IS NULL))
) STRICT;
CREATE INDEX prices_of_model ON prices (provider, model, id);

CREATE TABLE budgets (
  provider TEXT PRIMARY KEY NOT NULL,  -- '' = all together
  daily_nano INTEGER NOT NULL,         -- billionths of a US dollar; 0 = no limit
  monthly_nano INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
