-- Of a request's time: what it spent in the gateway itself, in microseconds; NULL = not measured.

ALTER TABLE usage ADD COLUMN overhead_us INTEGER;
