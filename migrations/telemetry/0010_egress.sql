-- The newest tries to connect to somebody outside (net/egress_log.hpp).

CREATE TABLE egress (
  id INTEGER PRIMARY KEY,
  time_ms INTEGER NOT NULL,
  host TEXT NOT NULL,
  port INTEGER NOT NULL,
  tls INTEGER NOT NULL,
  proxy TEXT NOT NULL,     -- without its password; '' = direct
  address TEXT NOT NULL,
  state TEXT NOT NULL,     -- refused, failed, open, closed
  reason TEXT NOT NULL,
  connect_ms INTEGER NOT NULL,
  sent INTEGER NOT NULL,
  received INTEGER NOT NULL,
  lasted_ms INTEGER
) STRICT;
