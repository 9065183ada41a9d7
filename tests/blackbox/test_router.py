"""The router over real sockets: failover, cooldowns, breakers, names, reasons. Each upstream is an `omniroute mock` of its own."""
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from client import request
from mock import Mock
from scene import Scene, envelope, stream_of, text_of

SAYS = "The scripted upstream answers in a few plain words."
IMAGE = {"role": "user", "content": [{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}]}


class RouterScene(Scene):
    def __init__(self, **more):
        super().__init__(env={"FIRST_BYTE_TIMEOUT_MS": "1500", "STREAM_IDLE_TIMEOUT_MS": "1500", "FETCH_TIMEOUT_MS": "1500", "RATE_LIMIT_MIN_GAP_MS": "0", **more})
        self.admin = self.folder.command("key", "create", "--name", "admin", "--scope", "admin", "--scope", "inference")["key"]
        self.mocks, self.count = [], 0

    def close(self):
        for mock in self.mocks:
            mock.close()
        super().close()

    def manage(self, method, path, body=None, status=200):
        headers = {"Authorization": f"Bearer {self.admin}", "Content-Type": "application/json"}
        reply = request(self.gateway.url + path, method, headers, body)
        assert reply.status == status, f"{method} {path}: {reply} {reply.body[:400]}"
        return reply.json()

    def upstream_of(self, script="ok", kind="openai", keys=1, **models):
        """A node over a mock of its own: (its prefix, the mock)."""
        self.count += 1
        prefix = f"r{self.count}"
        mock = Mock(script, **models)
        self.mocks.append(mock)
        base = mock.url + ("/v1beta" if kind == "gemini" else "/v1")
        node = self.manage("POST", "/api/provider-nodes", {"prefix": prefix, "name": prefix, "type": kind, "baseUrl": base, "apiKey": "k-0"}, 201)
        for i in range(1, keys):
            self.manage("POST", "/api/providers", {"provider": node["id"], "apiKey": f"k-{i}", "name": f"{prefix}-{i}"}, 201)
        return prefix, mock

    def combo(self, name, targets, strategy="fill-first", **config):
        defaults = {"maxRetries": 0, "retryDelayMs": 0}
        return self.manage("POST", "/api/combos", {"name": name, "models": targets, "strategy": strategy, "config": {**defaults, **config}}, 201)

    def heal(self):
        """Nothing rests and no breaker is open."""
        self.manage("DELETE", "/api/lockouts")
        self.manage("POST", "/api/resilience/reset", {})

    def why(self, reply):
        return self.manage("GET", f"/api/requests/{reply.header('x-request-id')}/route")


def scene():
    return RouterScene()


def connections(stage, prefix):
    node = next(n for n in stage.manage("GET", "/api/provider-nodes")["nodes"] if n["prefix"] == prefix)
    return [c for c in stage.manage("GET", "/api/providers")["connections"] if c["provider"] == node["id"]]


def test_combos_by_command(stage):
    one, _ = stage.upstream_of()
    two, _ = stage.upstream_of()
    made = stage.folder.command("combo", "set", "by-hand", "--strategy", "weighted", "--targets", f"{one}/m=70,{two}/m=30")
    assert made["strategy"] == "weighted" and made["models"] == [{"model": f"{one}/m", "weight": 70}, {"model": f"{two}/m", "weight": 30}], made
    again = stage.folder.command("combo", "set", "by-hand", "--strategy", "priority", "--targets", f"{two}/m,{one}/m", "--set", "maxRetries=0")
    assert again["id"] == made["id"] and again["strategy"] == "fill-first" and again["config"]["maxRetries"] == 0, again
    route = stage.folder.command("route", "--model", "by-hand")
    assert [step["target"] for step in route["plan"]] == [f"{two}/m", f"{one}/m"] and "account" in route["plan"][0] and "score" in route["plan"][0], route
    assert [c["name"] for c in stage.folder.command("combo", "list")["combos"]].count("by-hand") == 1
    assert stage.folder.command("combo", "get", "by-hand")["id"] == made["id"]
    reply = stage.ask("chat", "hello", "by-hand")
    assert reply.status == 200 and text_of("chat", reply) == SAYS, reply
    why = stage.folder.command("why", reply.header("x-request-id"))
    assert [a["outcome"] for a in why["attempts"]] == ["ok"] and why["attempts"][0]["target"] == f"{two}/m", why
    stage.folder.command("combo", "remove", "by-hand")
    assert stage.ask("chat", "hello", "by-hand").status in (400, 404)


def test_what_a_combo_may_not_be(stage):
    for body, field in (({"name": "bad name!", "models": ["a/b"]}, "name"), ({"name": "none", "models": []}, "models"),
                        ({"name": "x", "models": ["a/b"], "strategy": "best"}, "strategy"), ({"name": "x", "models": ["a/b"], "config": {"maxRetries": 99}}, "maxRetries"),
                        ({"name": "x", "models": [{"model": "a/b", "weight": 101}]}, "weight"), ({"name": "self", "models": ["self"]}, "self")):
        error = stage.manage("POST", "/api/combos", body, 400)["error"]
        assert field in json.dumps(error), (body, error)
    stage.combo("inner", ["demo/echo"])
    stage.manage("POST", "/api/combos", {"name": "inner", "models": ["demo/echo"]}, 409)
    stage.combo("outer", ["inner", "demo/story"])
    inner = stage.manage("GET", "/api/combos/inner")
    assert "outer" in json.dumps(stage.manage("PUT", f"/api/combos/{inner['id']}", {"models": ["outer"]}, 400))
    assert [step["target"] for step in stage.manage("POST", "/api/routing/explain", {"model": "outer"})["plan"]] == ["demo/echo", "demo/story"]


def test_a_dry_run_takes_what_is_not_stored(stage):
    draft = {"combos": [{"name": "sketch", "models": ["demo/story", "nope/x", "demo/echo"]}]}
    told = stage.manage("POST", "/api/routing/explain", {"model": "sketch", "config": draft})
    assert [step["target"] for step in told["plan"]] == ["demo/story", "demo/echo"], told
    assert [(gone["target"], gone["filter"]) for gone in told["removed"]] == [("nope/x", "unknown_model")], told
    assert "models" in json.dumps(stage.manage("POST", "/api/routing/explain", {"model": "sketch", "config": {"combos": [{"name": "sketch", "models": []}]}}, 400))
    assert "config" in json.dumps(stage.manage("POST", "/api/routing/explain", {"model": "sketch", "config": "x"}, 400))
    assert stage.manage("GET", "/api/combos/sketch", None, 404)["error"], "a dry run stores nothing"


FAILURES = [("429", "rate_limit"), ("401", "auth"), ("402", "payment"), ("403", "forbidden"), ("404", "model_missing"), ("500", "server_error"), ("502", "server_error"),
            ("503", "capacity"), ("504", "server_error"), ("529", "capacity"), ("408", "timeout"), ("418", "bad_request"), ("reset", None), ("cut@0", None), ("empty", "empty_answer"),
            ("error", "capacity"), ("400=Your credit balance is too low", "payment"), ("400=You exceeded your current quota", "quota"),
            ("400=This model has a maximum context length of 100 tokens", "context_length"), ("hang", "timeout")]


def test_each_failure_before_the_first_content_is_answered_by_the_next_target(stage):
    """The rows of the failure table, streamed and whole, in two dialects."""
    spare, _ = stage.upstream_of()

    def play(row):
        number, (script, kind) = row
        prefix, mock = stage.upstream_of(script, "anthropic" if number % 2 else "openai")
        name = f"failing-{number}"
        stage.combo(name, [f"{prefix}/m", f"{spare}/m"])
        for stream in (False, True):
            for connection in connections(stage, prefix):
                stage.manage("DELETE", f"/api/lockouts?connection={connection['id']}")
            reply = stage.ask("chat", "hello", name, stream=stream)
            assert reply.status == 200, f"{script}, stream={stream}: {reply} {reply.body[:300]}"
            said = stream_of("chat", reply)[0] if stream else text_of("chat", reply)
            assert said == SAYS, f"{script}, stream={stream}: {reply.body[:300]}"
            attempts = stage.why(reply)["attempts"]
            assert [a["outcome"] == "ok" for a in attempts] == [False, True], f"{script}: {attempts}"
            assert kind is None or attempts[0]["outcome"] == kind, f"{script}: {attempts[0]}"
            assert attempts[0]["outcome"] in reply.header("x-omniroute-route"), reply.headers
        assert mock.requests() == 2, f"{script}: {mock.requests()}"

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(play, enumerate(FAILURES)))


def test_what_is_wrong_with_the_request_itself_goes_to_nobody_else(stage):
    spare, spare_mock = stage.upstream_of()
    refuses, _ = stage.upstream_of("400=messages: something is wrong")
    stage.combo("wrong-request", [f"{refuses}/m", f"{spare}/m"])
    reply = stage.ask("chat", "hello", "wrong-request")
    assert reply.status == 400 and spare_mock.requests() == 0, reply
    filters, _ = stage.upstream_of("400=The response was filtered due to the content management policy")
    stage.combo("filtered", [f"{filters}/m", f"{spare}/m"])
    assert stage.ask("chat", "hello", "filtered").status == 400 and spare_mock.requests() == 0
    stage.combo("filtered-on", [f"{filters}/m", f"{spare}/m"], contentFilterFallback=True)
    assert stage.ask("chat", "hello", "filtered-on").status == 200 and spare_mock.requests() == 1


def test_a_stream_that_breaks_after_content_is_not_begun_again(stage):
    broken, _ = stage.upstream_of("cut@700")
    spare, spare_mock = stage.upstream_of()
    stage.combo("breaks", [f"{broken}/m", f"{spare}/m"])
    reply = stage.ask("chat", "hello", "breaks", stream=True)
    text, ended, error = stream_of("chat", reply)
    assert reply.status == 200 and text and SAYS.startswith(text) and error and not ended, (text, ended, error)
    assert spare_mock.requests() == 0


def test_every_account_is_asked_before_the_provider_is_given_up(stage):
    prefix, mock = stage.upstream_of("429x2,ok", keys=3)
    reply = stage.ask("chat", "hello", f"{prefix}/m")
    assert reply.status == 200 and mock.requests() == 3, reply
    assert [a["outcome"] for a in stage.why(reply)["attempts"]] == ["rate_limit", "rate_limit", "ok"]


def test_a_refusal_names_the_candidates_and_the_earliest_return(stage):
    slow, _ = stage.upstream_of("429=30s")
    fast, _ = stage.upstream_of("429=9s")
    stage.combo("spent", [f"{slow}/m", f"{fast}/m"])
    stage.ask("chat", "hello", "spent")
    reply = stage.ask("chat", "hello", "spent")
    message = envelope("chat", reply)["message"]
    assert reply.status == 429 and f"{slow}/m" in message and f"{fast}/m" in message and "rate_limit" in message, message
    assert 7 <= int(reply.header("retry-after")) <= 9, reply.headers
    assert reply.header("x-should-retry") == "true", reply.headers
    removed = stage.folder.command("route", "--model", "spent")["removed"]
    assert [r["target"] for r in removed] == [f"{slow}/m", f"{fast}/m"] and all("reason" in r and r["retryInMs"] > 0 for r in removed), removed
    later = stage.folder.command("route", "--model", "spent", "--at", "10s")
    assert [step["target"] for step in later["plan"]] == [f"{fast}/m"], later
    unknown = stage.ask("chat", "hello", "no-such-model-anywhere")
    assert unknown.status in (400, 404) and unknown.header("x-should-retry") == "false", unknown


def test_a_resting_account_is_left_alone_and_probed_once(stage):
    prefix, mock = stage.upstream_of("429=1s,slow=400ms,ok")
    assert stage.ask("chat", "hello", f"{prefix}/m").status == 429
    for _ in range(5):
        assert stage.ask("chat", "hello", f"{prefix}/m").status == 429
    assert mock.requests() == 1, "asked while it rested"
    time.sleep(1.05)
    with ThreadPoolExecutor(10) as pool:
        statuses = list(pool.map(lambda _: stage.ask("chat", "hello", f"{prefix}/m").status, range(10)))
    assert mock.requests() == 2 and statuses.count(200) == 1, (mock.requests(), statuses)
    assert stage.ask("chat", "hello", f"{prefix}/m").status == 200


def test_a_breaker_opens_answers_at_once_and_closes_by_one_probe(stage):
    stage.manage("PATCH", "/api/resilience", {"profiles": {"apikey": {"circuitBreakerThreshold": 3, "circuitBreakerReset": 1000, "transientCooldown": 100}}})
    prefix, mock = stage.upstream_of("500x3,slow=300ms,ok")
    for _ in range(3):
        assert stage.ask("chat", "hello", f"{prefix}/m").status >= 500
    began = time.monotonic()
    reply = stage.ask("chat", "hello", f"{prefix}/m")
    assert reply.status == 503 and time.monotonic() - began < 0.5 and mock.requests() == 3, reply
    assert "breaker" in envelope("chat", reply)["message"] and int(reply.header("retry-after")) >= 1
    opened = [b for b in stage.manage("GET", "/api/resilience")["circuitBreakers"] if b["state"] == "OPEN"]
    assert opened, "no breaker is shown as open"
    health = stage.manage("GET", "/api/monitoring/health")
    assert {b["name"] for b in opened} <= {b["name"] for b in health["circuitBreakers"]} and "lockouts" in health, health
    time.sleep(1.05)
    with ThreadPoolExecutor(10) as pool:
        statuses = list(pool.map(lambda _: stage.ask("chat", "hello", f"{prefix}/m").status, range(10)))
    assert mock.requests() == 4 and statuses.count(200) == 1, (mock.requests(), statuses)
    assert stage.ask("chat", "hello", f"{prefix}/m").status == 200
    wrong, wrong_mock = stage.upstream_of("400")
    for _ in range(8):
        assert stage.ask("chat", "hello", f"{wrong}/m").status == 400
    assert wrong_mock.requests() == 8, "a 400 opened a breaker"
    stage.manage("PATCH", "/api/resilience", {"profiles": {"apikey": {"circuitBreakerThreshold": None, "circuitBreakerReset": None, "transientCooldown": None}}})


def test_clients_that_leave_are_nobodys_failure(stage):
    prefix, mock = stage.upstream_of("hang")
    for _ in range(30):
        connection = stage.open("chat", "hello", f"{prefix}/m")
        time.sleep(0.01)
        connection.reset()
    assert not [b for b in stage.manage("GET", "/api/resilience")["circuitBreakers"] if prefix in b["name"]]
    assert not stage.manage("POST", "/api/routing/explain", {"model": f"{prefix}/m"})["removed"]


def test_strategies_order_accounts_and_targets(stage):
    one, one_mock = stage.upstream_of()
    two, two_mock = stage.upstream_of()
    stage.combo("rounds", [f"{one}/m", f"{two}/m"], "round-robin")
    for _ in range(6):
        assert stage.ask("chat", "hello", "rounds").status == 200
    assert (one_mock.requests(), two_mock.requests()) == (3, 3)
    stage.combo("shares", [{"model": f"{one}/w", "weight": 0}, {"model": f"{two}/w", "weight": 100}], "weighted")
    for _ in range(4):
        stage.ask("chat", "hello", "shares")
    assert (one_mock.requests("w"), two_mock.requests("w")) == (0, 4)
    stage.combo("least", [f"{one}/l", f"{two}/l"], "least-used")
    for _ in range(4):
        stage.ask("chat", "hello", "least")
    assert (one_mock.requests("l"), two_mock.requests("l")) == (2, 2)
    metrics = stage.manage("GET", "/api/combos/metrics?combo=rounds")["metrics"]["rounds"]
    assert metrics["totalRequests"] == 6 and metrics["totalSuccesses"] == 6, metrics


def test_a_conversation_stays_with_the_account_that_has_its_cache(stage):
    one, _ = stage.upstream_of()
    two, _ = stage.upstream_of()
    stage.combo("talk", [f"{one}/m", f"{two}/m"], "round-robin")
    targets = set()
    for _ in range(6):
        reply = stage.ask("chat", "hello", "talk", prompt_cache_key="conversation-1")
        targets.add(reply.header("x-omniroute-route").split("; ")[1].split(" ")[0])
    assert len(targets) == 1, targets
    affinity = stage.why(reply)["affinity"]
    assert affinity["key"] == "prompt_cache_key" and affinity["outcome"] == "kept", affinity


def test_what_cannot_be_served_is_refused_before_anyone_is_asked(stage):
    prefix, mock = stage.upstream_of()
    node = connections(stage, prefix)[0]["provider"]
    stage.manage("POST", "/api/provider-models", {"provider": prefix, "modelId": "blind", "images": False, "contextLength": 4000}, 201)
    seeing, seeing_mock = stage.upstream_of()
    reply = stage.post("/v1/chat/completions", {"model": f"{prefix}/blind", "messages": [IMAGE]})
    assert reply.status == 400 and "image" in envelope("chat", reply)["message"] and mock.requests() == 0, reply
    long = "word " * 20_000
    reply = stage.ask("chat", long, f"{prefix}/blind")
    assert reply.status == 400 and envelope("chat", reply)["code"] == "context_length_exceeded" and mock.requests() == 0, reply
    stage.combo("sees", [f"{prefix}/blind", f"{seeing}/m"])
    reply = stage.post("/v1/chat/completions", {"model": "sees", "messages": [IMAGE]})
    assert reply.status == 200 and (mock.requests(), seeing_mock.requests()) == (0, 1), reply
    assert stage.why(reply)["removed"][0]["filter"] == "no_images"
    assert any(m["modelId"] == "blind" and m["provider"] == node for m in stage.manage("GET", "/api/provider-models")["models"])


def test_a_hidden_model_is_in_no_list_and_is_served_all_the_same(stage):
    prefix, mock = stage.upstream_of()
    for model in ("seen", "unseen"):
        stage.manage("POST", "/api/provider-models", {"provider": prefix, "modelId": model}, 201)
    stage.manage("PATCH", "/api/provider-models", {"provider": prefix, "modelId": "unseen", "isHidden": True})
    listed = {model["id"] for model in stage.get("/v1/models").json()["data"]}
    assert f"{prefix}/seen" in listed and f"{prefix}/unseen" not in listed, listed
    assert [each["modelId"] for each in stage.manage("GET", f"/api/provider-models?provider={prefix}")["hidden"]] == ["unseen"]
    assert stage.ask("chat", "hello", f"{prefix}/unseen").status == 200 and mock.requests("unseen") == 1
    stage.manage("PATCH", "/api/provider-models", {"provider": prefix, "modelId": "unseen", "isHidden": False})
    assert f"{prefix}/unseen" in {model["id"] for model in stage.get("/v1/models").json()["data"]}
    stage.manage("PATCH", "/api/provider-models", {"provider": prefix, "modelId": "unseen"}, 400)


def test_names_count_at_once(stage):
    prefix, mock = stage.upstream_of()
    stage.folder.command("alias", "set", "fast", f"{prefix}/m")
    stage.folder.command("wildcard", "set", "gpt-*", f"{prefix}/*")
    assert stage.ask("chat", "hello", "fast").status == 200 and mock.requests("m") == 1
    assert stage.ask("chat", "hello", "gpt-5-mini").status == 200 and mock.requests("5-mini") == 1
    assert stage.folder.command("alias", "list")["aliases"]["fast"] == f"{prefix}/m"
    stage.folder.command("alias", "remove", "fast")
    stage.folder.command("wildcard", "remove", "gpt-*")
    assert stage.ask("chat", "hello", "fast").status in (400, 404)


def test_a_key_may_be_kept_to_some_models(stage):
    prefix, mock = stage.upstream_of()
    key = stage.folder.command("key", "create", "--name", "narrow")
    stage.folder.command("key", "set", "narrow", "--model", f"{prefix}/good*", "--model", "auto")
    headers = stage.headers("chat", key["key"])
    assert stage.post("/v1/chat/completions", stage.body("chat", "hello", f"{prefix}/good-1"), headers=headers).status == 200
    reply = stage.post("/v1/chat/completions", stage.body("chat", "hello", f"{prefix}/other"), headers=headers)
    assert reply.status == 403 and "key" in envelope("chat", reply)["message"] and mock.requests("other") == 0, reply


def test_what_openrouters_clients_say_is_understood(stage):
    one, one_mock = stage.upstream_of("503")
    two, two_mock = stage.upstream_of()
    reply = stage.ask("chat", "hello", f"{one}/m", models=[f"{two}/m"])
    assert reply.status == 200 and two_mock.requests() == 1, reply
    reply = stage.ask("chat", "hello", f"{two}/m", provider={"ignore": [two]})
    assert reply.status == 400 and "provider" in envelope("chat", reply)["message"], reply
    stage.manage("PATCH", "/api/pricing", {"provider": two, "model": "m", "input": 5, "output": 5})
    wishes = {"only": [two], "allow_fallbacks": False}
    assert stage.ask("chat", "hello", f"{two}/m", provider={**wishes, "max_price": {"prompt": "6"}}).status == 200
    dear = stage.ask("chat", "hello", f"{two}/m", provider={**wishes, "max_price": {"prompt": 4}})
    assert dear.status == 400 and "ceiling" in envelope("chat", dear)["message"], dear
    stage.heal()
    stage.combo("wished", [f"{two}/m", f"{one}/m"])
    ordered = stage.ask("chat", "hello", "wished", provider={"order": [one]})
    assert ordered.status == 200 and [a["target"] for a in stage.why(ordered)["attempts"]] == [f"{one}/m", f"{two}/m"], stage.why(ordered)
    stage.heal()
    alone = stage.ask("chat", "hello", "wished", provider={"order": [one], "allow_fallbacks": False})
    assert alone.status == 503 and [a["target"] for a in stage.why(alone)["attempts"]] == [f"{one}/m"], stage.why(alone)
    assert stage.ask("chat", "hello", f"{two}/m", provider={"sort": "beauty"}).status == 400


def test_suffixes_ask_for_the_cheapest_or_the_quickest(stage):
    slow, _ = stage.upstream_of("slow=150ms,ok")
    quick, _ = stage.upstream_of()
    stage.manage("PATCH", "/api/pricing", {"provider": slow, "model": "m", "input": 1, "output": 1})
    stage.manage("PATCH", "/api/pricing", {"provider": quick, "model": "m", "input": 9, "output": 9})
    stage.combo("either", [f"{quick}/m", f"{slow}/m"])
    for prefix in (slow, quick):
        assert stage.ask("chat", "hello", f"{prefix}/m").status == 200
    first = lambda name: stage.folder.command("route", "--model", name)["plan"][0]["target"]  # noqa: E731
    assert (first("either"), first("either:floor"), first("either:nitro")) == (f"{quick}/m", f"{slow}/m", f"{quick}/m")
    stage.manage("PATCH", "/api/pricing", {"provider": slow, "model": "m", "input": 10, "output": 10})
    stage.combo("other-way", [f"{slow}/m", f"{quick}/m"])
    assert (first("other-way"), first("other-way:floor"), first("other-way:nitro")) == (f"{slow}/m", f"{quick}/m", f"{quick}/m")


def test_combos_nest_three_deep_and_no_deeper(stage):
    prefix, _ = stage.upstream_of()
    stage.combo("third", [f"{prefix}/c"])
    stage.combo("second", ["third", f"{prefix}/b"])
    stage.combo("first", ["second", f"{prefix}/a"])
    plan = stage.folder.command("route", "--model", "first")["plan"]
    assert [step["target"] for step in plan] == [f"{prefix}/{model}" for model in "cba"], plan
    refused = stage.manage("POST", "/api/combos", {"name": "zeroth", "models": ["first"]}, 400)["error"]
    assert "zeroth" in refused["message"] and "third" in refused["message"], refused
    circle = stage.manage("PUT", "/api/combos/third", {"models": ["first"]}, 400)["error"]
    assert "third" in circle["message"] and "first" in circle["message"], circle


def test_the_scripted_upstream_speaks_all_formats():
    mock = Mock("ok", limited="429=2s,ok", fragile="cut@40")
    try:
        chat = {"messages": [{"role": "user", "content": "hi"}]}
        words = {"/v1/chat/completions": chat, "/v1/messages": {**chat, "max_tokens": 9}, "/v1/responses": {"input": "hi"}}
        for path, body in words.items():
            whole = request(mock.url + path, "POST", {}, {"model": "m", **body})
            assert whole.status == 200 and SAYS in whole.body.decode(), f"{path}: {whole}"
            streamed = request(mock.url + path, "POST", {}, {"model": "m", "stream": True, **body})
            assert streamed.whole and len(streamed.events()) > 5, f"{path}: {streamed}"
            cut = request(mock.url + path, "POST", {}, {"model": "fragile", "stream": True, **body})
            assert not cut.whole and len(cut.body) == 40, f"{path}: {cut}"
        gemini = request(mock.url + "/v1beta/models/m:generateContent", "POST", {}, {"contents": []})
        assert SAYS in gemini.body.decode(), gemini
        assert len(request(mock.url + "/v1beta/models/m:streamGenerateContent?alt=sse", "POST", {}, {"contents": []}).events()) > 5
        refused = request(mock.url + "/v1/messages", "POST", {}, {"model": "limited", **chat})
        assert refused.status == 429 and refused.header("retry-after-ms") == "2000" and refused.json()["type"] == "error", refused
        assert request(mock.url + "/v1/messages", "POST", {}, {"model": "limited", **chat}).status == 200
        assert (mock.requests("m"), mock.requests("limited"), mock.requests("fragile")) == (8, 2, 3)
    finally:
        mock.close()


def test_a_second_target_is_asked_when_the_first_is_silent(stage):
    slow, slow_mock = stage.upstream_of("slow=1200ms")
    quick, _ = stage.upstream_of()
    stage.combo("hedged", [f"{slow}/m", f"{quick}/m"], hedgeAfterMs=100, hedgeShare=1)
    began = time.monotonic()
    reply = stage.ask("chat", "hello", "hedged", stream=True)
    assert stream_of("chat", reply)[0] == SAYS and time.monotonic() - began < 1.0, reply
    attempts = stage.why(reply)["attempts"]
    assert {a["target"]: a["outcome"] == "ok" for a in attempts} == {f"{slow}/m": False, f"{quick}/m": True}, attempts
    assert any(a.get("hedge") for a in attempts)


def test_the_attempt_that_lost_a_race_costs_what_it_read(stage):
    slow, slow_mock = stage.upstream_of("slow=10s")
    quick, _ = stage.upstream_of()
    stage.combo("paid-twice", [f"{slow}/m", f"{quick}/m"], hedgeAfterMs=100, hedgeShare=1)
    stage.manage("PATCH", "/api/pricing", {"provider": slow, "model": "m", "input": 1000, "output": 1000})
    stage.manage("POST", "/api/usage/budget", {"provider": slow, "dailyLimitUsd": 5})
    account = connections(stage, slow)[0]
    stage.manage("PATCH", f"/api/providers/{account['id']}/routing", {"quotaWindows": [{"name": "hourly", "kind": "rolling", "minutes": 60, "limit": 9}]})
    before = stage.manage("GET", "/api/usage/history")["totals"]["requests"]
    reply = stage.ask("chat", "x" * 4000, "paid-twice", stream=True)
    assert stream_of("chat", reply)[0] == SAYS and slow_mock.requests() == 1, reply
    history = stage.manage("GET", "/api/usage/history")
    lost = next(row for row in history["byProvider"] if row["id"] == account["provider"])
    assert lost["requests"] == 0 and 900 < lost["inputTokens"] < 1500 and lost["costUsd"] > 0.9, lost
    assert history["totals"]["requests"] == before + 1, history
    assert stage.manage("GET", f"/api/usage/{account['id']}")["quotas"]["hourly"]["counted"] == 1
    budget = next(b for b in stage.manage("GET", "/api/usage/budget")["providers"] if b["provider"] == account["provider"])
    assert budget["dailyTotal"] > 0.9 and budget["reserved"] == 0, budget
    log = stage.manage("GET", f"/api/usage/logs/{reply.header('x-request-id')}")
    assert log["status"] == 200, log


def test_a_quick_failure_beside_a_slow_answer_leaves_the_answers_record(stage):
    slow, _ = stage.upstream_of("slow=400ms")
    broken, _ = stage.upstream_of("500")
    stage.combo("slow-wins", [f"{slow}/m", f"{broken}/m"], hedgeAfterMs=100, hedgeShare=1)
    reply = stage.ask("chat", "hello", "slow-wins")
    assert reply.status == 200, reply
    log = stage.manage("GET", f"/api/usage/logs/{reply.header('x-request-id')}")
    assert log["status"] == 200 and log["provider"] == connections(stage, slow)[0]["provider"] and log["outputTokens"] == 9, log


def test_compaction_goes_the_way_of_every_request(stage):
    def ask(model):
        headers = {"Authorization": f"Bearer {stage.key}", "Content-Type": "application/json"}
        return stage.post("/v1/responses/compact", {"model": model, "input": [{"role": "user", "content": "first"}]}, headers=headers)

    def item(reply):
        assert reply.status == 200, f"{reply} {reply.body[:300]}"
        return reply.json()["output"][0]["encrypted_content"]

    limited, limited_mock = stage.upstream_of("429=60s,ok", "responses")
    good, good_mock = stage.upstream_of("ok", "responses")
    stage.combo("compacting", [f"{limited}/m", f"{good}/m"])
    for _ in range(2):
        reply = ask("compacting")
        assert item(reply) == "scripted", reply
    assert (limited_mock.requests(), good_mock.requests()) == (1, 2), "the account that was limited rests"
    assert [a["target"] for a in stage.why(reply)["attempts"]] == [f"{good}/m"]
    lacks, lacks_mock = stage.upstream_of("404,ok", "responses")
    stage.combo("some-compact", [f"{lacks}/m", f"{good}/m"])
    assert item(ask("some-compact")) == "scripted" and lacks_mock.requests() == 1
    assert stage.ask("chat", "hello", f"{lacks}/m").status == 200, "to lack it is no failure"
    broken, broken_mock = stage.upstream_of("500x9", "responses")
    for _ in range(5):
        ask(f"{broken}/m")
    assert ask(f"{broken}/m").status == 503 and broken_mock.requests() == 5, "its breaker is open"
    chat, _ = stage.upstream_of()
    stage.combo("writes-itself", [f"{broken}/m", f"{chat}/m"])
    assert item(ask("writes-itself")).startswith("omnic1."), "a target that has no compaction writes a summary"


def test_a_callers_own_key_may_ask_why_and_no_other(stage):
    prefix, _ = stage.upstream_of()
    reply = stage.ask("chat", "hello", f"{prefix}/m")
    path = f"/v1/requests/{reply.header('x-request-id')}/route"
    own = stage.get(path)
    assert own.status == 200 and own.json()["attempts"][0]["outcome"] == "ok" and own.json()["attempts"][0]["account"] == "#1", own
    other = stage.folder.command("key", "create", "--name", "stranger")["key"]
    assert stage.get(path, {"Authorization": f"Bearer {other}"}).status == 404


def test_another_configuration_can_be_tried_on_yesterdays_requests(stage):
    one, _ = stage.upstream_of()
    two, _ = stage.upstream_of()
    stage.combo("yesterday", [f"{one}/m", f"{two}/m"])
    for _ in range(5):
        assert stage.ask("chat", "hello", "yesterday").status == 200
    file = stage.folder.path / "new.json"
    file.write_text(json.dumps({"combos": [{"name": "yesterday", "models": [f"{two}/m", f"{one}/m"]}]}))
    report = stage.folder.command("replay", "--config", str(file), "--since", "1h")
    mine = [change for change in report["changes"] if change["model"] == "yesterday"]
    assert len(mine) == 5 and report["decisions"] >= 5, report
    same = stage.folder.path / "same.json"
    same.write_text("{}")
    assert not [c for c in stage.folder.command("replay", "--config", str(same))["changes"] if c["model"] == "yesterday"]


def test_accounts_have_places_of_their_own(stage):
    prefix, mock = stage.upstream_of("drip=40ms")
    name = connections(stage, prefix)[0]["id"]
    stage.folder.command("account", "set", name, "--max-concurrent", "2")
    most, done = [0], threading.Event()

    def watch():
        while not done.is_set():
            row = next(c for c in stage.manage("GET", "/api/rate-limits")["connections"] if c["connectionId"] == name)
            most[0] = max(most[0], row["running"])
            time.sleep(0.03)

    watcher = threading.Thread(target=watch)
    watcher.start()
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: stage.ask("chat", "hello", f"{prefix}/m").status, range(8)))
    done.set()
    watcher.join()
    assert statuses == [200] * 8 and most[0] == 2 and mock.requests() == 8, (statuses, most)


def test_quota_windows_count_and_shut(stage):
    prefix, mock = stage.upstream_of()
    account = connections(stage, prefix)[0]["id"]
    stage.manage("PATCH", f"/api/providers/{account}/routing", {"quotaWindows": [{"name": "hourly", "kind": "rolling", "minutes": 60, "limit": 3}]})
    for _ in range(3):
        assert stage.ask("chat", "hello", f"{prefix}/m").status == 200
    until = time.monotonic() + 5  # an answer is counted right after its last byte went out
    while stage.manage("GET", f"/api/usage/{account}")["quotas"]["hourly"]["counted"] < 3 and time.monotonic() < until:
        time.sleep(0.01)
    reply = stage.ask("chat", "hello", f"{prefix}/m")
    assert reply.status == 429 and "hourly" in envelope("chat", reply)["message"] and mock.requests() == 3, reply
    figure = stage.manage("GET", f"/api/usage/{account}")["quotas"]["hourly"]
    assert (figure["used"], figure["remaining"], figure["total"], figure["source"], figure["spent"]) == (3, 0, 3, "counted", True), figure
    assert 0 < figure["confidence"] < 1 and figure["resetInMs"] > 0, figure


def test_a_spent_budget_leaves_its_provider_out_and_the_next_target_answers(stage):
    dear, dear_mock = stage.upstream_of()
    spare, spare_mock = stage.upstream_of()
    stage.manage("PATCH", "/api/pricing", {"provider": dear, "model": "m", "input": 1000000, "output": 1000000})
    stage.manage("POST", "/api/usage/budget", {"provider": dear, "dailyLimitUsd": 0.01})
    stage.combo("thrifty", [f"{dear}/m", f"{spare}/m"])
    assert stage.ask("chat", "hello", "thrifty").status == 200 and (dear_mock.requests(), spare_mock.requests()) == (1, 0)
    reply = stage.ask("chat", "hello", "thrifty")
    assert reply.status == 200 and (dear_mock.requests(), spare_mock.requests()) == (1, 1), reply
    removed = stage.why(reply)["removed"]
    assert [(r["target"], r["filter"]) for r in removed if r["target"] == f"{dear}/m"][0] == (f"{dear}/m", "budget_spent"), removed
    alone = stage.ask("chat", "hello", f"{dear}/m")
    assert alone.status == 402 and "budget" in envelope("chat", alone)["message"] and alone.header("x-should-retry") == "false", alone


def test_a_keys_budget_that_is_spent_while_a_request_waits_for_its_place_is_named(stage):
    prefix, _ = stage.upstream_of("slow=900ms,ok")
    stage.manage("PATCH", f"/api/providers/{connections(stage, prefix)[0]['id']}/routing", {"maxConcurrent": 1})
    stage.manage("PATCH", "/api/pricing", {"provider": prefix, "model": "m", "input": 1000000, "output": 1000000})
    key = stage.manage("POST", "/api/keys", {"name": "for one", "dailyBudgetUsd": 0.01}, 201)["key"]
    with ThreadPoolExecutor(3) as pool:
        ahead = pool.submit(stage.ask, "chat", "ahead", f"{prefix}/m")
        time.sleep(0.3)  # it has the only place; both of the key wait, with their money still there
        waiting = [pool.submit(stage.post, "/v1/chat/completions", stage.body("chat", "waiting", f"{prefix}/m"),
                               headers={**stage.headers("chat"), "Authorization": f"Bearer {key}"}) for _ in range(2)]
        replies = sorted((each.result() for each in waiting), key=lambda reply: reply.status)
    assert ahead.result().status == 200 and [reply.status for reply in replies] == [200, 402], (ahead.result(), replies)
    assert "budget" in envelope("chat", replies[1])["message"] and replies[1].header("x-should-retry") == "false", replies[1]


def test_policies_show_what_is_locked_and_unlock_it(stage):
    prefix, _ = stage.upstream_of("429=60s,ok")
    assert stage.ask("chat", "hello", f"{prefix}/m").status == 429
    account = connections(stage, prefix)[0]
    identifier = f"{account['provider']}:{account['id']}:m"  # the mock's words name the model
    policies = stage.manage("GET", "/api/policies")
    locked = [row for row in policies["lockedIdentifiers"] if row["identifier"] == identifier]
    assert len(locked) == 1 and locked[0]["reason"] == "rate_limit" and locked[0]["remainingMs"] > 0 and "circuitBreakers" in policies, policies
    refused, _ = stage.upstream_of("401")
    assert connections(stage, refused)[0]["unavailableSince"] is None
    stage.ask("chat", "hello", f"{refused}/m")
    since = connections(stage, refused)[0]
    assert since["unavailableSince"] and 0 < since["unavailableForMs"] <= 120_000, since
    told = stage.manage("GET", "/api/rate-limits")["lockouts"]
    assert any(rest["connectionId"] == account["id"] and rest["unavailableSince"] for rest in told), told
    stage.manage("POST", "/api/rate-limits", {"connectionId": account["id"], "enabled": True})
    for path in ("/api/resilience", "/api/monitoring/health"):
        limits = stage.manage("GET", path)["rateLimitStatus"]
        assert [(row["running"], row["queued"]) for row in limits if row["connectionId"] == account["id"]] == [(0, 0)], (path, limits)
    stage.manage("POST", "/api/rate-limits", {"connectionId": account["id"], "enabled": False})
    listed = stage.folder.command("policy", "list")
    assert identifier in [row["identifier"] for row in listed["lockedIdentifiers"]], listed
    assert stage.folder.command("policy", "unlock", identifier)["success"]
    assert identifier not in [row["identifier"] for row in stage.manage("GET", "/api/policies")["lockedIdentifiers"]]
    stage.manage("POST", "/api/policies", {"action": "unlock", "identifier": identifier}, 404)
    again, _ = stage.upstream_of("429=60s,ok")
    assert stage.ask("chat", "hello", f"{again}/m").status == 429
    account = connections(stage, again)[0]
    prefix, identifier = again, f"{account['provider']}:{account['id']}:m"
    assert "action" in json.dumps(stage.manage("POST", "/api/policies", {"action": "open", "identifier": identifier}, 400))
    stage.manage("POST", "/api/policies", {"action": "unlock", "identifier": "nobody:x"}, 404)
    stage.manage("POST", "/api/policies", {"action": "unlock", "identifier": identifier})
    assert stage.ask("chat", "hello", f"{prefix}/m").status == 200
    moved = request(stage.gateway.url + "/api/rate-limit", "GET", {"Authorization": f"Bearer {stage.admin}"})
    assert moved.status == 308 and moved.header("location") == "/api/rate-limits", moved
