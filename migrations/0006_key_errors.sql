-- Whether the bodies of only those requests of a key that failed are recorded.
ALTER TABLE api_keys ADD COLUMN log_errors_only INTEGER NOT NULL DEFAULT 0;
