"""The table of the bench: what each figure may be, what it aims at, what it is."""
import statistics

# title, scenario, figure, scenario of nginx to compare with (None = the figure itself, "gateway …" = another of ours), bar, goal; lower
# is better unless the title says so
ROWS = [
    ("CPU per 1 KB request, 16 connections, x nginx", "s1-16", "cpu_us_per_request", "s1-16", 3.0, 2.2),
    ("CPU per 1 KB request, 64 connections, x nginx", "s1-64", "cpu_us_per_request", "s1-64", 3.0, 2.2),
    ("requests/s, 16 connections, x nginx (more is better)", "s1-16", "rps", "s1-16", 0.35, 0.5),
    ("requests/s, 64 connections, x nginx (more is better)", "s1-64", "rps", "s1-64", 0.35, 0.5),
    ("p50 at one connection, x nginx", "s1-1", "latency_us.p50", "s1-1", 1.5, 1.25),
    ("CPU per chunk, same format, 100 streams, x nginx", "s2-100", "cpu_s_per_1000_chunks", "s2-100", 1.6, 1.3),
    ("CPU per chunk, same format, 500 streams, x nginx", "s2-500", "cpu_s_per_1000_chunks", "s2-500", 1.6, 1.3),
    ("CPU per chunk back to back, us", "s2-burst", "cpu_us_per_chunk", None, 3.0, 1.5),
    ("CPU per chunk back to back, x nginx", "s2-burst", "cpu_s_per_1000_chunks", "s2-burst", 1.6, 1.3),
    ("time to the first chunk, p50, 500 streams, x nginx", "s2-500", "ttft_us.p50", "s2-500", 3.0, 1.5),
    ("CPU per chunk, Anthropic to OpenAI, 100 streams, x nginx", "s3-100", "cpu_s_per_1000_chunks", "s2-100", 2.0, 1.5),
    ("CPU per chunk, Anthropic to OpenAI, x passed through", "s3-100", "cpu_s_per_1000_chunks", "gateway s2-100", 2.5, 2.0),
    ("CPU per chunk, OpenAI to Anthropic, x passed through", "s3-reverse-100", "cpu_s_per_1000_chunks", "gateway s2-100", 2.5, 2.0),
    ("CPU per chunk, OpenAI to Gemini, x passed through", "s3-gemini-100", "cpu_s_per_1000_chunks", "gateway s2-100", 2.5, 2.0),
    ("CPU per 100 KB request, same format, x nginx", "s4-100k", "cpu_us_per_request", "s4-100k", 5.0, 3.0),
    ("CPU per 100 KB request, translated, x nginx", "s4-100k-translated", "cpu_us_per_request", "s4-100k", 12.0, 8.0),
    ("CPU per 1 MB request, same format, x nginx", "s4-1m", "cpu_us_per_request", "s4-1m", 5.0, 3.0),
    ("CPU per 1 MB request, translated, x nginx", "s4-1m-translated", "cpu_us_per_request", "s4-1m", 12.0, 8.0),
    ("resident at 500 streams, MB", "s2-500", "rss_mb", None, 60, 35),
]
EXTRA = [
    ("idle", "resident when idle, MB", 30, 15),
    ("start", "start to the first answer, ms", 150, 50),
    ("size", "binary, MB", 40, 20),
    ("replay", "1,000,000 stored decisions taken again, s", 10, 10),
    ("aged", "CPU per request after 100,000 logged ones, x fresh", 1.1, 1.05),
]


def figure(got, name):
    if name == "cpu_us_per_chunk":
        return got["cpu_s_per_1000_chunks"] * 1000
    if name == "rss_mb":
        return got["rss_max_kb"] / 1024
    for part in name.split("."):
        got = got[part]
    return got


def value_of(figures, scenario, name, base):
    """The median over rounds; of ratios made inside each round where there is a base."""
    ours = figures.get(scenario, {}).get("gateway")
    theirs = figures.get((base or "").removeprefix("gateway "), {}).get("gateway" if (base or "").startswith("gateway ") else "nginx")
    if not ours or base and not theirs:
        return None
    if not base:
        return statistics.median(figure(got, name) for got in ours)
    ratios = [figure(a, name) / figure(b, name) for a, b in zip(ours, theirs) if figure(b, name)]
    return statistics.median(ratios) if ratios else None


def show(figures, extra):
    """Prints the table; the number of rows that miss their bar."""
    failed = 0
    print(f"\n{'figure':58} {'bar':>6} {'goal':>6} {'now':>8}")
    rows = [(title, value_of(figures, scenario, name, base), bar, goal) for title, scenario, name, base, bar, goal in ROWS]
    rows += [(title, extra.get(key), bar, goal) for key, title, bar, goal in EXTRA]
    for title, value, bar, goal in rows:
        if value is None:
            continue
        more = "more is better" in title
        meets = (lambda limit: value >= limit) if more else (lambda limit: value <= limit)
        verdict = "PASS, goal" if meets(goal) else "PASS" if meets(bar) else "FAIL"
        failed += verdict == "FAIL"
        print(f"{title:58} {bar:6g} {goal:6g} {value:8.2f}  {verdict}")
    errors = sum(got["errors"] for per in figures.values() for got in per.get("gateway", []))
    if figures:
        print(f"{'failed requests and streams':58} {0:6g} {0:6g} {errors:8d}  {'FAIL' if errors else 'PASS, goal'}")
    return failed + bool(errors)
