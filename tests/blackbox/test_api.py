"""The API against its own description: each operation under each role, and each answer against its schema."""
import json
import re
import time

from client import Connection, request
from scene import Scene
from test_access import log_in
from test_management import PASSWORD, call

# What a caller of each kind may call; a session's login is fresh here.
ROLES = {"nobody": {"open"}, "inference": {"open", "key"}, "read": {"open", "read"}, "admin": {"open", "key", "read", "admin", "recent"},
         "session": {"open", "read", "admin", "recent"}}
# These decide by what the call brings, end what the test needs, or do not end at all.
APART = {"get /api/events", "post /api/auth/login", "post /api/auth/setup", "post /api/auth/password", "put /api/auth/password"}

# These answer otherwise than with a JSON document.
UNREAD = {"get /api/usage/logs/stream", "get /api/logs/console/stream", "get /api/config/export"}


def scene():
    stage = Scene(env={"INITIAL_PASSWORD": PASSWORD})
    stage.cookie = log_in(stage.gateway.url)
    stage.description = request(stage.gateway.url + "/api/openapi.json").json()
    stage.keys = {scope: stage.folder.command("key", "create", "--name", scope, "--scope", scope)["key"] for scope in ("inference", "read", "admin")}
    return stage


def operations(stage):
    for path, item in stage.description["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                yield f"{method} {path}", method.upper(), path, operation


def head_of(stage, target, headers):
    """The head of an answer that goes on until the caller goes away."""
    with Connection(stage.gateway.url) as connection:
        connection.send("GET", target, headers)
        return connection.read_head()


def wrong(schema, value, stage, at="$"):
    """What of a value does not fit a schema; None if all does."""
    if "$ref" in schema:
        target = stage.description
        for part in schema["$ref"][2:].split("/"):
            target = target[part]
        return wrong(target, value, stage, at)
    for part in schema.get("allOf", []):
        if found := wrong(part, value, stage, at):
            return found
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    names = {"null": value is None, "boolean": isinstance(value, bool), "object": isinstance(value, dict), "array": isinstance(value, list), "string": isinstance(value, str),
             "integer": isinstance(value, int) and not isinstance(value, bool), "number": isinstance(value, (int, float)) and not isinstance(value, bool)}
    if kinds and not any(names[kind] for kind in kinds):
        return f"{at} is {value!r}, not {kinds}"
    if "enum" in schema and value not in schema["enum"]:
        return f"{at} is {value!r}, none of {schema['enum']}"
    if isinstance(value, dict):
        for name in schema.get("required", []):
            if name not in value:
                return f"{at}.{name} is missing"
        for name, inner in schema.get("properties", {}).items():
            if name in value and (found := wrong(inner, value[name], stage, f"{at}.{name}")):
                return found
    if isinstance(value, list) and "items" in schema:
        for index, entry in enumerate(value):
            if found := wrong(schema["items"], entry, stage, f"{at}[{index}]"):
                return found
    if isinstance(value, (int, float)) and "minimum" in schema and value < schema["minimum"]:
        return f"{at} is {value}, below {schema['minimum']}"
    return None


def test_each_operation_lets_in_whom_its_guard_names_and_nobody_else(stage):
    for name, method, path, operation in operations(stage):
        if name in APART:
            continue
        for role, may in ROLES.items():
            headers = {"Authorization": f"Bearer {stage.keys[role]}"} if role in stage.keys else {}
            if role == "session":
                headers = {"Cookie": log_in(stage.gateway.url)}
            target = re.sub(r"\{\w+\}", "nobody", path)
            reply = head_of(stage, target, headers) if path.endswith("/stream") else request(stage.gateway.url + target, method, headers, {} if method in ("POST", "PUT", "PATCH") else None)
            if operation["x-guard"] in may:
                assert reply.status not in (401, 403), f"{role} may {name}: {reply}"
            else:
                assert reply.status in (401, 403), f"{role} may not {name}: {reply}"
    stage.cookie = log_in(stage.gateway.url)


def test_answers_are_as_described(stage):
    for dialect in ("chat", "messages"):
        assert stage.ask(dialect, "described").status == 200
    node = stage.nodes["oc"]["id"]
    key = call(stage, "POST", "/api/keys", {"name": "described"})
    assert key.status == 201 and not wrong({"$ref": "#/components/schemas/NewKey"}, key.json(), stage), key
    assert call(stage, "PATCH", "/api/pricing", {"provider": "oc", "model": "m", "input": 3, "output": 15}).status == 200
    assert call(stage, "POST", "/api/usage/budget", {"provider": "oc", "dailyLimitUsd": 5}).status == 200
    assert call(stage, "PUT", "/api/settings/ip-filter", {"tempBan": {"ip": "203.0.113.77"}}).status == 200
    connection = call(stage, "GET", "/api/providers").json()["connections"][0]["id"]
    logged = call(stage, "GET", "/api/usage/logs?limit=1").json()["logs"][0]["requestId"]
    parameters = {"/api/providers/{id}": connection, "/api/provider-nodes/{id}": node, "/api/keys/{id}": key.json()["id"], "/api/usage/logs/{id}": logged}
    seen = 0
    for name, method, path, operation in operations(stage):
        if name in APART or name in UNREAD or method != "GET" or not path.startswith("/api/") or operation["x-guard"] == "key" or ("{" in path and path not in parameters):
            continue
        reply = call(stage, "GET", path.replace("{id}", parameters.get(path, "")))
        if "308" in operation["responses"]:
            assert reply.status == 308 and (reply.header("location") or "").startswith("/api/"), f"{name}: {reply}"
            continue
        content = operation["responses"]["200"]["content"]["application/json"]["schema"]
        assert reply.status == 200 and not (found := wrong(content, reply.json(), stage)), f"{name}: {found if reply.status == 200 else reply}"
        seen += 1
    assert seen > 20, seen
    refused = call(stage, "POST", "/api/keys", {})
    assert refused.status == 400 and not wrong({"$ref": "#/components/schemas/Error"}, refused.json(), stage), refused


def record_of(stage, reply):
    """The record of a request; it is written once the answer is through, so that the caller may be a moment too early."""
    for _ in range(100):
        found = call(stage, "GET", f"/api/usage/logs/{reply.header('x-request-id')}")
        if found.status == 200:
            return found.json()
        time.sleep(0.02)
    raise AssertionError(f"no record of {reply.header('x-request-id')}: {found}")


def test_money_is_counted_and_kept_within_its_budget(stage):
    key = call(stage, "POST", "/api/keys", {"name": "poor", "dailyBudgetUsd": "0.0002", "allowedModels": ["oc/*"]}).json()
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key['key']}"}

    def ask(model="oc/m", path="/v1/chat/completions"):
        return stage.post(path, {"model": model, "max_tokens": 20, "messages": [{"role": "user", "content": "money"}]}, headers=headers)
    assert call(stage, "PATCH", "/api/pricing", {"provider": "oc", "model": "m", "input": 3, "output": 15}).status == 200
    first = ask()
    assert first.status == 200, first
    row = record_of(stage, first)
    assert row["costNanoUsd"] == row["inputTokens"] * 3000 + row["outputTokens"] * 15000 and row["priceVersion"].startswith("own-"), row
    spent = next(b for b in call(stage, "GET", "/api/usage/budget").json()["keys"] if b["name"] == "poor")
    assert abs(spent["dailyTotal"] - row["costNanoUsd"] / 1e9) < 1e-12 and spent["reserved"] == 0, spent
    statuses = [ask().status for _ in range(10)]
    assert statuses[-1] == 402 and set(statuses) == {200, 402}, statuses
    refused = ask()
    assert refused.header("x-should-retry") == "false" and "budget" in refused.json()["error"]["message"], refused
    assert ask("an/m").status == 403, "a model that the key may not use"
    assert call(stage, "DELETE", "/api/pricing").status == 200
    unknown = stage.ask("chat", "no price")
    row = record_of(stage, unknown)
    assert row["costUsd"] is None and row["costNanoUsd"] is None, "an unknown price is no price of 0"
    budgets = call(stage, "GET", "/api/usage/budget").json()
    of_key = next(k for k in call(stage, "GET", "/api/keys").json()["keys"] if k["id"] == row["key"])
    assert budgets["global"]["dailyUnpriced"] >= 1 and of_key["monthlyUnpriced"] >= of_key["dailyUnpriced"] >= 1, f"{budgets} {of_key}"
    poor = next(b for b in budgets["keys"] if b["name"] == "poor")
    assert poor["dailyUnpriced"] == 0 and poor["dailyTotal"] > spent["dailyTotal"], poor
    free = record_of(stage, stage.ask("chat", "no charge", model="demo/echo"))
    assert free["costUsd"] == 0 and free["priceVersion"], free
    analytics = call(stage, "GET", "/api/usage/analytics?range=1d&offset=120").json()
    assert analytics["summary"]["requests"] >= 4 and analytics["summary"]["cost"] > 0 and analytics["summary"]["unpricedRequests"] >= 1, analytics["summary"]
    assert sum(day["requests"] for day in analytics["dailyTrend"]) == analytics["summary"]["requests"] == sum(analytics["weeklyPattern"])
    assert call(stage, "GET", "/api/usage/analytics?range=2d").status == 400
    metrics = request(stage.gateway.url + "/metrics", headers={"Cookie": stage.cookie}).body.decode()
    assert re.search(r'^omniroute_cost_usd_total\{provider="[^"]+"\} 0\.0', metrics, re.M) and re.search(r'class="input"\} [1-9]', metrics), metrics


def test_a_key_makes_no_more_requests_a_minute_than_it_may(stage):
    key = call(stage, "POST", "/api/keys", {"name": "slow", "requestsPerMinute": 2}).json()["key"]
    for dialect, left in (("chat", "x-ratelimit-remaining-requests"), ("messages", "anthropic-ratelimit-requests-remaining")):
        reply = stage.post({"chat": "/v1/chat/completions", "messages": "/v1/messages"}[dialect], stage.body(dialect, "x"), headers=stage.headers(dialect, key))
        assert reply.status == 200 and reply.header(left) in ("0", "1"), reply
    began = time.time()
    refused = stage.post("/v1/chat/completions", stage.body("chat", "x"), headers=stage.headers("chat", key))
    assert refused.status == 429 and 0 < int(refused.header("retry-after")) <= 60 - int(time.time() - began - 1), refused


def test_requests_are_told_as_they_end_and_how_long_they_took(stage):
    with Connection(stage.gateway.url) as connection:
        connection.send("GET", "/api/usage/logs/stream", {"Cookie": stage.cookie})
        assert connection.read_head().header("content-type") == "text/event-stream"
        pieces = connection.read_pieces()
        assert next(pieces).startswith(b":")
        asked = stage.ask("chat", "told live").header("x-request-id")
        text = b""
        while asked.encode() not in text:
            text += next(pieces)
        assert b"event: request" in text and b"told live" not in text, text
    summary = call(stage, "GET", "/api/telemetry/summary?windowMs=600000").json()
    assert summary["count"] >= 1 and 0 <= summary["p50"] <= summary["p95"] <= summary["p99"], summary


def test_the_console_log_is_read_and_followed(stage):
    stage.ask("chat", "<<error status=500>>")  # leaves a warning
    seen = call(stage, "GET", "/api/logs/console?level=warn&limit=5").json()
    assert 1 <= len(seen["lines"]) <= 5 and all(line["level"] in ("warn", "error") for line in seen["lines"]), seen
    assert any("attempt failed" in line["message"] for line in seen["lines"]) and stage.key not in str(seen), seen
    numbers = [line["id"] for line in seen["lines"]]
    assert numbers == sorted(numbers), numbers
    assert call(stage, "GET", f"/api/logs/console?after={numbers[-1]}&level=warn").json()["lines"] == []
    assert call(stage, "GET", f"/api/logs/console?after={numbers[-1] + 100000}").json()["lines"], "a number of an earlier run begins anew"
    assert call(stage, "GET", "/api/logs/console?level=loud").status == 400
    with Connection(stage.gateway.url) as connection:
        connection.send("GET", f"/api/logs/console/stream?level=warn&after={numbers[-1]}", {"Cookie": stage.cookie})
        assert connection.read_head().header("content-type") == "text/event-stream"
        pieces = connection.read_pieces()
        stage.ask("chat", "<<error status=500>>")
        text = b""
        while b"attempt failed" not in text:
            text += next(pieces)
        assert b"event: line" in text and f"id: {numbers[-1]}\n".encode() not in text, text


def test_a_gateway_that_leads_back_to_itself_stops(stage):
    stage.folder.command("node", "add", "--prefix", "self", "--name", "self", "--type", "openai", "--base-url", stage.gateway.url + "/v1", "--api-key", stage.key)
    assert stage.ask("chat", "once round", "self/oc/m").status == 200
    looped = stage.ask("chat", "for ever", "self/" * 12 + "oc/m")
    assert looped.status >= 400 and "loop" in looped.body.decode().lower() or "times" in looped.body.decode(), looped


def test_a_thousand_at_once_on_a_key_with_a_dollar_left_spend_a_dollar(stage):
    assert call(stage, "PATCH", "/api/pricing", {"provider": "oc", "model": "dear", "input": 0, "output": 20000}).status == 200
    key = call(stage, "POST", "/api/keys", {"name": "crowd", "dailyBudgetUsd": 1, "allowedModels": ["oc/dear"]}).json()
    one = 0.14  # seven tokens: what the provider says in the end, and the estimate before
    body = json.dumps({**stage.body("chat", "<<text first=1500>>", "oc/dear"), "max_tokens": 7}).encode()
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key['key']}"}
    connections = [Connection(stage.gateway.url, timeout=60) for _ in range(1000)]
    try:
        for connection in connections:
            connection.send("POST", "/v1/chat/completions", headers, body)
        statuses = [connection.read_head().status for connection in connections]
    finally:
        for connection in connections:
            connection.close()
    assert set(statuses) == {200, 402} and 6 <= statuses.count(200) <= 8, {status: statuses.count(status) for status in set(statuses)}
    spent = next(b for b in call(stage, "GET", "/api/usage/budget").json()["keys"] if b["name"] == "crowd")
    assert spent["dailyTotal"] <= 1 + one and abs(spent["dailyTotal"] - one * statuses.count(200)) < 1e-9 and spent["reserved"] == 0, spent
