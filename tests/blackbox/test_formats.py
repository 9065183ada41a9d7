"""Each client format over each upstream format: meaning is kept, and bytes where the formats are the same."""
import json
import time

from scene import PAIRS, PATHS, UPSTREAM_KEY, Scene, stream_of, text_of

scene = Scene

SAME = {"chat": "oc/m", "messages": "an/m"}


def tool(dialect):
    schema = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"], "additionalProperties": False}
    if dialect == "chat":
        return {"type": "function", "function": {"name": "weather", "description": "w", "parameters": schema}}
    return {"name": "weather", "description": "w", "input_schema": schema}


def test_text_whole_and_streamed(stage):
    for dialect, model in PAIRS:
        whole = stage.ask(dialect, "hello there", model)
        assert whole.status == 200 and text_of(dialect, whole) == "echo: hello there", f"{dialect} over {model}: {whole}"
        streamed = stage.ask(dialect, "hello there", model, stream=True)
        assert streamed.status == 200 and streamed.whole and "text/event-stream" in streamed.header("content-type")
        assert stream_of(dialect, streamed) == ("echo: hello there", True, None), f"{dialect} over {model}: {streamed}"
        assert not stage.upstream.last().violations


def test_a_stream_comes_as_it_is_made(stage):
    for dialect, model in PAIRS:
        reply = stage.ask(dialect, "<<text words=20 gap=50>>", model, stream=True)
        times = [at for at, _ in reply.pieces]
        assert len(times) >= 15 and times[-1] - times[0] > 0.7, f"{dialect} over {model}: the stream was held back: {times}"


def test_usage_means_the_same_everywhere(stage):
    for dialect, model in PAIRS:
        usage = stage.ask(dialect, "x", model).json()["usage"]
        if dialect == "chat":
            assert (usage["prompt_tokens"], usage["completion_tokens"], usage["total_tokens"]) == (11, 7, 18), f"{model}: {usage}"
            assert usage["prompt_tokens_details"]["cached_tokens"] == 3, f"{model}: {usage}"
        else:
            assert (usage["input_tokens"], usage["cache_read_input_tokens"], usage["output_tokens"]) == (8, 3, 7), f"{model}: {usage}"


def test_tool_calls_keep_id_name_and_arguments(stage):
    for dialect, model in PAIRS:
        for stream in (False, True):
            reply = stage.ask(dialect, "<<tools cities=Oslo,Rome>>", model, stream, tools=[tool(dialect)])
            calls = calls_of(dialect, reply, stream)
            assert [json.loads(arguments)["city"] for _, _, arguments in calls] == ["Oslo", "Rome"], f"{dialect} over {model}: {reply}"
            assert [identity for identity, _, _ in calls] == ["call_b0", "call_b1"], f"{dialect} over {model}: {calls}"
            assert {name for _, name, _ in calls} == {"weather"}


def calls_of(dialect, reply, stream):
    """(id, name, arguments) of each call of an answer."""
    if not stream:
        if dialect == "chat":
            return [(c["id"], c["function"]["name"], c["function"]["arguments"]) for c in reply.json()["choices"][0]["message"]["tool_calls"]]
        return [(b["id"], b["name"], json.dumps(b["input"])) for b in reply.json()["content"] if b["type"] == "tool_use"]
    calls = {}
    for _, data in reply.events():
        event = json.loads(data) if data != "[DONE]" else {}
        if dialect == "chat":
            for choice in event.get("choices", []):
                for call in choice["delta"].get("tool_calls") or []:
                    row = calls.setdefault(call["index"], ["", "", ""])
                    row[0] += call.get("id") or ""
                    row[1] += call["function"].get("name") or ""
                    row[2] += call["function"].get("arguments") or ""
        elif event.get("type") == "content_block_start" and event["content_block"]["type"] == "tool_use":
            calls[event["index"]] = [event["content_block"]["id"], event["content_block"]["name"], ""]
        elif event.get("type") == "content_block_delta" and event["delta"]["type"] == "input_json_delta":
            calls[event["index"]][2] += event["delta"]["partial_json"]
    return [tuple(calls[index]) for index in sorted(calls)]


def test_same_format_passes_the_bytes_with_only_the_model_changed(stage):
    for dialect, model in SAME.items():
        body = ('{ "messages" : [{"role":"user","content":"x"}],\n\t"max_tokens": 10,"temperature":0.70, "stream":false,'
                '"metadata":{"user_id":"\\u00fc \\/ 1e2"},  "model" :"' + model + '" , "stop' + ('"' if dialect == "chat" else '_sequences"') + ':["\\n"] }').encode()
        reply = stage.post(PATHS[dialect], body, dialect)
        assert reply.status == 200, reply
        assert stage.upstream.last().raw == body.replace(f'"{model}"'.encode(), b'"m"'), stage.upstream.last().raw


def test_the_provider_gets_its_own_key_and_nothing_of_the_callers(stage):
    for dialect, model in PAIRS:
        stage.post(PATHS[dialect], stage.body(dialect, "x", model), dialect,
                   headers={**stage.headers(dialect), "Cookie": "auth_token=abc", "X-Forwarded-For": "10.0.0.1", "Proxy-Authorization": "Basic eA=="})
        seen = stage.upstream.last()
        everything = json.dumps(seen.headers)
        assert UPSTREAM_KEY in everything
        assert stage.key not in everything and "auth_token" not in everything and "10.0.0.1" not in everything and "eA==" not in everything
        assert seen.headers.get({"an": "x-api-key", "ge": "x-goog-api-key"}.get(model[:2], "authorization")), seen.headers


def test_only_safe_headers_come_back(stage):
    reply = stage.ask("chat", "x")
    for name in ("set-cookie", "server-timing", "x-powered-by"):
        assert name not in reply.headers
    assert reply.header("content-type").startswith("application/json")


def test_every_request_leaves_a_usage_row(stage):
    admin = stage.folder.command("key", "create", "--name", "reader", "--scope", "admin")["key"]
    ids = {stage.ask("chat", "x").header("x-request-id"), stage.ask("messages", "x", stream=True).header("x-request-id")}
    for _ in range(50):
        rows = stage.get("/api/usage/logs?limit=50", {"Authorization": f"Bearer {admin}"})
        assert rows.status == 200, rows
        if ids <= {row["requestId"] for row in rows.json()["logs"]}:
            return
        time.sleep(0.1)
    raise AssertionError(f"the rows did not come: {rows}")
