-- Answers of the Responses API that their client may ask for again. `input` and `response` are sealed (crypto/sealing.hpp):
-- they hold prompts and answers.

CREATE TABLE responses (
  id TEXT PRIMARY KEY NOT NULL,
  previous_id TEXT NOT NULL,   -- the response it goes on from, or ''
  key_id TEXT NOT NULL,        -- whose it is
  account_id TEXT NOT NULL,    -- the account that answered, which may know the id, too
  created_ms INTEGER NOT NULL,
  input BLOB NOT NULL,         -- JSON array of items: what this turn added
  response BLOB NOT NULL       -- the response object
) STRICT, WITHOUT ROWID;
CREATE INDEX responses_by_time ON responses (created_ms);
