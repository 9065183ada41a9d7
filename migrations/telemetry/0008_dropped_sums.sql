-- Sums of the requests of which something was dropped, as dimension 5 and, by days, 15: `id` is the row's text of all those fields.

INSERT INTO usage_slots
SELECT 5, time_ms / 1800000, dropped, '', sum(status <> 0), sum(status >= 400), coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0),
       coalesce(sum(cache_read_tokens), 0), coalesce(sum(cache_write_tokens), 0), coalesce(sum(reasoning_tokens), 0),
       coalesce(sum(cost_nano), 0), sum(cost_nano IS NULL AND status <> 0), sum(latency_ms), max(time_ms)
FROM usage WHERE dropped <> '' GROUP BY 2, 3;

INSERT INTO usage_slots
SELECT 15, slot / 48, id, provider, sum(requests), sum(errors), sum(input_tokens), sum(output_tokens), sum(cache_read_tokens),
       sum(cache_write_tokens), sum(reasoning_tokens), sum(cost_nano), sum(unpriced), sum(latency_ms), max(last_ms)
FROM usage_slots WHERE dimension = 5 GROUP BY 2, 3, 4;
