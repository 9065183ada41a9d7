-- The same sums by days of UTC, as dimensions 10 to 14 with the day (Unix time / 86400 s) for a slot: long times are answered from these.

INSERT INTO usage_slots
SELECT dimension + 10, slot / 48, id, provider, sum(requests), sum(errors), sum(input_tokens), sum(output_tokens), sum(cache_read_tokens),
       sum(cache_write_tokens), sum(reasoning_tokens), sum(cost_nano), sum(unpriced), sum(latency_ms), max(last_ms)
FROM usage_slots
WHERE dimension < 10
GROUP BY 1, 2, 3, 4;
