-- What the router is told, as JSON: combos, aliases, wildcards, custom models, fallback chains, defaults (config/routing_rows.hpp).

CREATE TABLE documents (
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  json TEXT NOT NULL,
  PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;
