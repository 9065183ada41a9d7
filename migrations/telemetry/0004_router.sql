-- What the router has learnt and decided.

-- Cooldowns, breakers, windows and turns, one line each as their class writes it (resilience/README.md).
CREATE TABLE router_state (
  key TEXT PRIMARY KEY NOT NULL,
  record TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The decision trace of a request (routing/trace.hpp), beside its usage row.
CREATE TABLE traces (
  usage_id INTEGER PRIMARY KEY,
  data BLOB NOT NULL
) STRICT;
