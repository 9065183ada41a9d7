-- Whether the bodies of a key's requests are recorded, whatever the setting says.
ALTER TABLE api_keys ADD COLUMN log_bodies INTEGER NOT NULL DEFAULT 0;
