-- What requests and answers said, where the owner asked for it; secrets are masked before it gets here.
CREATE TABLE bodies (
  id INTEGER PRIMARY KEY,
  request_id TEXT NOT NULL,
  time_ms INTEGER NOT NULL,
  heads TEXT NOT NULL,     -- JSON: addresses, headers, status, whole sizes
  received TEXT NOT NULL,  -- from the client
  attempts TEXT NOT NULL,  -- JSON: [{sent, answered}]
  returned TEXT NOT NULL   -- to the client
) STRICT;
CREATE INDEX bodies_by_request ON bodies (request_id);
CREATE INDEX bodies_by_time ON bodies (time_ms);

-- Its rows come and go with those above, by the program's hand.
CREATE VIRTUAL TABLE bodies_text USING fts5(received, attempts, returned, content='bodies', content_rowid='id');
