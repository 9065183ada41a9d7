"""What each key of the cascade does, said at each level that may say it: the defaults, the provider, the combo, its rung."""
import socket
import time
from concurrent.futures import ThreadPoolExecutor

from test_router import SAYS, RouterScene, connections, text_of

LEVELS = ("defaults", "provider", "combo", "rung")
QUIET = {"maxRetries": 0, "retryDelayMs": 0}


def scene():
    return RouterScene(CONNECT_TIMEOUT_MS="1000")


class Said:
    """A combo of `targets` for which `keys` are said at `level`; what else it needs stands in its own configuration."""

    count = 0

    def __init__(self, stage, level, targets, keys, **more):
        Said.count += 1
        self.stage, self.level, self.keys, self.name = stage, level, keys, f"said-{Said.count}"
        self.prefixes = sorted({target.split("/")[0] for target in targets})
        config = {k: v for k, v in {**QUIET, **more}.items() if k not in keys}
        models = [{"model": target, "config": keys} for target in targets] if level == "rung" else targets
        self.settings(keys)
        stage.manage("POST", "/api/combos", {"name": self.name, "models": models, "config": {**config, **(keys if level == "combo" else {})}}, 201)

    def settings(self, keys):
        if self.level == "defaults":
            self.stage.manage("PATCH", "/api/settings/combo-defaults", {"comboDefaults": keys})
        if self.level == "provider":
            self.stage.manage("PATCH", "/api/settings/combo-defaults", {"providerOverrides": {prefix: keys for prefix in self.prefixes}})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.settings(dict.fromkeys(self.keys))

    def ask(self, **more):
        began = time.monotonic()
        reply = self.stage.ask("chat", "hello", self.name, **more)
        reply.seconds = time.monotonic() - began
        return reply

    def together(self, count):
        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(lambda _: self.ask(), range(count)))


def test_strategy_orders_targets_by_defaults_and_combo_and_accounts_by_provider_and_rung(stage):
    for level in ("defaults", "combo"):
        one, one_mock = stage.upstream_of()
        two, two_mock = stage.upstream_of()
        with Said(stage, level, [f"{one}/m", f"{two}/m"], {"strategy": "round-robin"}) as said:
            assert [said.ask().status for _ in range(4)] == [200] * 4
        assert (one_mock.requests(), two_mock.requests()) == (2, 2), level
    for level in ("provider", "rung"):
        prefix, _ = stage.upstream_of(keys=2)
        with Said(stage, level, [f"{prefix}/m"], {"strategy": "random"}) as said:
            accounts = {stage.why(said.ask())["attempts"][0]["account"] for _ in range(24)}
        assert len(accounts) == 2, (level, accounts)


def test_max_retries_and_the_pause_before_each(stage):
    for level in LEVELS:
        prefix, mock = stage.upstream_of("500x2,ok")
        with Said(stage, level, [f"{prefix}/m"], {"maxRetries": 2, "retryDelayMs": 120}) as said:
            reply = said.ask()
        assert reply.status == 200 and mock.requests() == 3 and reply.seconds >= 0.24, (level, reply, reply.seconds)
        prefix, mock = stage.upstream_of("500x2,ok")
        with Said(stage, level, [f"{prefix}/m"], {"maxRetries": 1}) as said:
            assert said.ask().status >= 500 and mock.requests() == 2, level


def test_places_at_a_target_of_a_round_and_the_patience_in_its_line(stage):
    for level in LEVELS:
        prefix, _ = stage.upstream_of("slow=300ms")
        with Said(stage, level, [f"{prefix}/m"], {"concurrencyPerModel": 1}, strategy="round-robin") as said:
            replies = said.together(2)
        assert [r.status for r in replies] == [200, 200] and max(r.seconds for r in replies) > 0.58, (level, replies)
        prefix, mock = stage.upstream_of("slow=700ms")
        with Said(stage, level, [f"{prefix}/m"], {"queueTimeoutMs": 50}, strategy="round-robin", concurrencyPerModel=1) as said:
            replies = sorted(said.together(2), key=lambda r: r.seconds)
        assert [r.status for r in replies] == [503, 200] and replies[0].seconds < 0.5 and mock.requests() == 1, (level, replies)


def test_how_deep_combos_nest(stage):
    prefix, _ = stage.upstream_of()
    stage.combo("below", [f"{prefix}/deep"])
    for level in ("defaults", "combo", "rung"):
        with Said(stage, level, ["below", f"{prefix}/m"], {"maxComboDepth": 1}) as said:
            plan = stage.manage("POST", "/api/routing/explain", {"model": said.name})["plan"]
        assert [step["target"] for step in plan] == [f"{prefix}/m"], (level, plan)


def test_the_time_to_the_first_content(stage):
    def play(level):
        prefix, _ = stage.upstream_of("hang")
        with Said(stage, level, [f"{prefix}/m"], {"timeoutMs": 1000}) as said:
            return said.ask()

    for level in LEVELS:
        reply = play(level)
        assert reply.status == 504 and 0.9 < reply.seconds < 1.4, (level, reply, reply.seconds)


def test_health_may_be_left_unlooked_at(stage):
    for level in LEVELS:
        prefix, mock = stage.upstream_of("500x5,ok")
        for _ in range(5):
            stage.ask("chat", "hello", f"{prefix}/m")
        with Said(stage, level, [f"{prefix}/m"], {"healthCheckEnabled": True}) as said:
            assert said.ask().status == 503 and mock.requests() == 5, level
        with Said(stage, level, [f"{prefix}/m"], {"healthCheckEnabled": False}) as said:
            assert said.ask().status == 200 and mock.requests() == 6, level


def test_a_target_on_probation_has_less_time_to_connect(stage):
    """A listener that takes nobody: its backlog is full, so that connecting hangs."""
    stage.manage("PATCH", "/api/resilience", {"profiles": {"apikey": {"circuitBreakerThreshold": 1, "circuitBreakerReset": 50}}})
    try:
        for level in LEVELS:
            full = socket.socket()
            full.bind(("127.0.0.1", 0))
            full.listen(0)
            waiting = [socket.socket() for _ in range(4)]
            for each in waiting:
                each.setblocking(False)
                each.connect_ex(full.getsockname())
            prefix, _ = stage.upstream_of()
            account = connections(stage, prefix)[0]["provider"]
            stage.manage("PATCH", f"/api/provider-nodes/{account}", {"baseUrl": f"http://127.0.0.1:{full.getsockname()[1]}/v1"})
            with Said(stage, level, [f"{prefix}/m"], {"healthCheckTimeoutMs": 100}) as said:
                first = said.ask()
                time.sleep(0.06)
                second = said.ask()
            for each in (full, *waiting):
                each.close()
            assert first.status >= 502 and first.seconds > 0.7, (level, first, first.seconds)
            assert second.status >= 502 and second.seconds < 0.6, (level, second, second.seconds)
    finally:
        stage.manage("PATCH", "/api/resilience", {"profiles": {"apikey": {"circuitBreakerThreshold": None, "circuitBreakerReset": None}}})


def test_whether_metrics_are_kept(stage):
    for level in LEVELS:
        prefix, _ = stage.upstream_of()
        with Said(stage, level, [f"{prefix}/m"], {"trackMetrics": False}) as said:
            assert said.ask().status == 200
            kept = stage.manage("GET", f"/api/combos/metrics?combo={said.name}")["metrics"].get(said.name, {"byModel": {}})
        assert not kept["byModel"], (level, kept)
        assert level in ("provider", "rung") or "totalRequests" not in kept, (level, kept)


def test_whether_a_conversation_stays(stage):
    for level in LEVELS:
        one, one_mock = stage.upstream_of()
        two, two_mock = stage.upstream_of()
        with Said(stage, level, [f"{one}/m", f"{two}/m"], {"sessionAffinity": False}, strategy="round-robin") as said:
            for _ in range(4):
                assert said.ask(prompt_cache_key="one-conversation").status == 200
        assert (one_mock.requests(), two_mock.requests()) == (2, 2), level


def test_whether_a_filters_refusal_goes_on(stage):
    for level in LEVELS:
        filters, _ = stage.upstream_of("400=The response was filtered due to the content management policy")
        spare, _ = stage.upstream_of()
        with Said(stage, level, [f"{filters}/m", f"{spare}/m"], {"contentFilterFallback": True}) as said:
            reply = said.ask()
        assert reply.status == 200 and text_of("chat", reply) == SAYS, (level, reply)


def test_the_ceiling_on_prices(stage):
    for level in LEVELS:
        dear, _ = stage.upstream_of()
        stage.manage("PATCH", "/api/pricing", {"provider": dear, "model": "m", "input": 9, "output": 9})
        with Said(stage, level, [f"{dear}/m"], {"maxInputPrice": 8}) as said:
            removed = stage.manage("POST", "/api/routing/explain", {"model": said.name})["removed"]
        assert [gone["filter"] for gone in removed] == ["over_price"], (level, removed)


def test_when_a_second_target_is_asked_and_how_often(stage):
    for level in LEVELS:
        slow, _ = stage.upstream_of("slow=350ms")
        quick, quick_mock = stage.upstream_of()
        with Said(stage, level, [f"{slow}/m", f"{quick}/m"], {"hedgeAfterMs": 50, "hedgeShare": 0}) as said:
            first, second = said.ask(), said.ask()
        assert first.status == 200 and first.seconds < 0.3, (level, first.seconds)
        assert second.status == 200 and second.seconds >= 0.35 and quick_mock.requests() == 1, (level, "beyond its share", second.seconds)
