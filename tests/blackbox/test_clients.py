"""What real clients need of a gateway, rule by rule: paths they call, keys they send, streams they can read, headers and bytes they rely on."""
import json

from client import request
from scene import UPSTREAM_KEY, Scene
from speak import FORMATS, MODELS, ask, body, finish_of, frames, headers, path, text_of

scene = Scene

UPSTREAMS = ("oc/m", "re/m", "an/m", "ge/m")


def post(stage, where, sent, head):
    return request(stage.gateway.url + where, "POST", head, sent, 20)


def test_every_path_that_clients_make_of_one_base_address(stage):
    for dialect, ways in {"chat": ("/v1/chat/completions", "/v1/v1/chat/completions", "/chat/completions"),
                          "responses": ("/v1/responses", "/responses", "/v1/v1/responses"),
                          "messages": ("/v1/messages?beta=true", "/v1/v1/messages?beta=true", "/messages"),
                          "gemini": ("/v1beta/models/an/m:generateContent", "/v1/models/an/m:generateContent", "/v1/v1beta/models/an/m:generateContent",
                                     "/v1beta/models/models/an/m:generateContent", "/v1beta/models/an%2Fm:generateContent", "/v1beta/an/m:generateContent",
                                     "/v1/an/m:generateContent")}.items():
        for way in ways:
            reply = post(stage, way, body(dialect, "hi", "an/m"), headers(dialect, stage.key))
            assert reply.status == 200 and text_of(dialect, reply) == "echo: hi", f"{way}: {reply}"


def test_a_key_comes_in_any_of_its_headers_or_in_two(stage):
    key = stage.key
    for given in ({"Authorization": f"Bearer {key}"}, {"x-api-key": key}, {"x-goog-api-key": key}, {"x-goog-api-key": key, "Authorization": f"Bearer {key}"},
                  {"x-api-key": key, "Authorization": f"Bearer {key}"}):
        for dialect in FORMATS:
            reply = post(stage, path(dialect, "oc/m"), body(dialect, "hi", "oc/m"), {"Content-Type": "application/json", **given})
            assert reply.status == 200, f"{dialect} with {list(given)}: {reply}"
    assert post(stage, path("gemini", "oc/m") + "?key=" + key, body("gemini", "hi", "oc/m"), {"Content-Type": "application/json"}).status == 200
    assert post(stage, path("chat", "oc/m") + "?key=" + key, body("chat", "hi", "oc/m"), {"Content-Type": "application/json"}).status == 401


def test_the_model_list_has_three_readers(stage):
    key = {"Authorization": f"Bearer {stage.key}"}
    openai = stage.get("/v1/models").json()
    assert openai["object"] == "list" and all(one["object"] == "model" and one["id"] for one in openai["data"])
    claude = stage.get("/v1/models?limit=1000", {**key, "anthropic-version": "2023-06-01"}).json()
    assert {"data", "has_more", "first_id", "last_id"} <= set(claude) and all(one["type"] == "model" and one["display_name"] for one in claude["data"])
    for where in ("/v1/models", "/v1beta/models"):
        google = stage.get(where, {"x-goog-api-key": stage.key}).json()
        assert all(one["name"].startswith("models/") for one in google["models"]), google


def test_unknown_headers_queries_and_members_are_no_errors(stage):
    odd = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "x-session-id": "s", "x-stainless-lang": "js", "x-codex-window-id": "w",
           "originator": "codex_exec", "x-session-affinity": "a"}
    for dialect in FORMATS:
        for model in UPSTREAMS:
            if model == MODELS[dialect]:
                continue  # there the provider has its own word
            reply = ask(stage, dialect, "hi", model, True, odd, neverHeardOf={"a": 1})
            assert reply.status == 200 and text_of(dialect, reply, True) == "echo: hi", f"{dialect} over {model}: {reply}"
            assert "neverHeardOf" in reply.header("x-omniroute-dropped"), reply


def test_gemini_streams_hold_nothing_but_data_lines(stage):
    for model in UPSTREAMS:
        reply = ask(stage, "gemini", "<<text words=5>>", model, True)
        lines = [line for line in reply.body.decode().splitlines() if line]
        assert lines and all(line.startswith("data: {") for line in lines), f"{model}: {lines}"


def test_claude_streams_name_their_events_and_responses_streams_end_with_whole_items(stage):
    for model in UPSTREAMS:
        events = list(ask(stage, "messages", "hi", model, True).events())
        assert all(name == json.loads(data)["type"] for name, data in events)
        assert [name for name, _ in events if name != "ping"][0] == "message_start" and events[-1][0] == "message_stop", model
        done = frames(ask(stage, "responses", "hi", model, True))
        assert [e["item"]["content"][0]["text"] for e in done if e["type"] == "response.output_item.done" and e["item"]["type"] == "message"] == ["echo: hi"]
        assert done[-1]["type"] == "response.completed" and done[-1]["response"]["id"] and done[-1]["response"]["usage"]["total_tokens"] == 18


def test_chat_clients_see_only_openais_finish_reasons(stage):
    for word, expected in (("eos", "stop"), ("max_tokens", "length"), ("end_turn", "stop"), ("tool_calls", "tool_calls"), ("length", "length")):
        for stream in (False, True):
            reply = ask(stage, "chat", f"<<finish word={word}>> hi", "oc/m", stream)
            finish, _ = finish_of("chat", reply, stream)
            assert finish == expected, f"{word}, stream {stream}: {reply}"
            assert text_of("chat", reply, stream) == "echo: hi"
    for stream in (False, True):
        reply = ask(stage, "chat", "<<finish>> hi", "oc/m", stream)
        assert finish_of("chat", reply, stream)[0] == "stop", f"no finish at all, stream {stream}: {reply}"
    assert reply.body.decode().rstrip().endswith("data: [DONE]"), reply


def test_streams_are_called_streams(stage):
    for dialect in FORMATS:
        for model in UPSTREAMS:
            assert ask(stage, dialect, "hi", model, True).header("content-type").startswith("text/event-stream")


def test_several_turns_of_one_role_and_tool_results_in_parts(stage):
    turns = [{"role": "user", "content": "one"}, {"role": "user", "content": [{"type": "text", "text": "two"}]},
             {"role": "assistant", "content": None, "tool_calls": [{"id": "callx", "type": "function", "function": {"name": "weather", "arguments": "{}"}}]},
             {"role": "tool", "tool_call_id": "callx", "content": [{"type": "text", "text": "sun"}, {"type": "text", "text": "shine"}]}]
    for model in UPSTREAMS:
        tools = [{"type": "function", "function": {"name": "weather", "description": "w"}}]
        reply = post(stage, "/v1/chat/completions", {"model": model, "messages": turns, "tools": tools}, headers("chat", stage.key))
        assert reply.status == 200 and text_of("chat", reply).startswith("tools said: sun"), f"{model}: {reply}"
        assert not stage.upstream.last().violations


def test_beta_and_session_headers_go_on_to_their_own_format_unchanged(stage):
    claude = {"anthropic-beta": "claude-code-20250219,context-management-2025-06-27", "x-app": "cli", "user-agent": "claude-cli/2.1",
              "x-claude-code-session-id": "s1", "x-claude-code-agent-id": "a1"}
    ask(stage, "messages", "hi", "an/m", extra_headers=claude)
    sent = stage.upstream.last().headers
    assert {name: sent.get(name) for name in claude} == claude, sent
    codex = {"originator": "codex_exec", "session-id": "s", "thread-id": "t", "x-client-request-id": "r", "x-codex-beta-features": "remote_compaction_v2",
             "x-openai-subagent": "review", "openai-beta": "responses=experimental"}
    ask(stage, "responses", "hi", "re/m", extra_headers=codex)
    sent = stage.upstream.last().headers
    assert {name: sent.get(name) for name in codex} == codex, sent
    ask(stage, "messages", "hi", "oc/m", extra_headers=claude)
    sent = stage.upstream.last().headers
    assert not [name for name in claude if name in sent and name != "user-agent"], "another format gets them, too"
    ask(stage, "chat", "hi", "oc/m", extra_headers={"openai-organization": "org-of-the-caller", "openai-project": "p"})
    assert "openai-organization" not in stage.upstream.last().headers and "openai-project" not in stage.upstream.last().headers


def test_several_beta_headers_are_one_list(stage):
    reply = ask(stage, "messages", "hi", "an/m", extra_headers={"anthropic-beta": "a-1", "Anthropic-Beta": "b-2"})
    assert reply.status == 200, reply
    assert stage.upstream.last().headers["anthropic-beta"].replace(" ", "") == "a-1,b-2"


THOUGHT = {"type": "thinking", "thinking": "hm", "signature": "c2lnLThiMWY="}


def test_thinking_goes_back_to_its_issuer_alone_byte_for_byte(stage):
    first = ask(stage, "messages", "<<think>> of it", "an/m", thinking={"type": "enabled", "budget_tokens": 1024}, max_tokens=4096).json()
    turns = [{"role": "user", "content": "x"}, {"role": "assistant", "content": first["content"]}, {"role": "user", "content": "more"}]
    for model in UPSTREAMS:
        reply = post(stage, "/v1/messages", {"model": model, "max_tokens": 4096, "messages": turns}, headers("messages", stage.key))
        assert reply.status == 200, f"{model}: {reply}"
        sent = json.dumps(stage.upstream.last().body)
        own = model == "an/m"
        assert ("sig-8b1f" in sent) == own, f"{model}: {sent}"
        assert ("messages.1.content.0" in (reply.header("x-omniroute-dropped") or "")) == (not own and model != "ge/m"), f"{model}: {reply.headers}"
    assert stage.upstream.seen and THOUGHT["type"] == first["content"][0]["type"]


def test_claude_codes_own_members_pass_or_are_named(stage):
    fields = {"context_management": {"edits": [{"type": "clear_thinking_20251015"}]}, "output_config": {"effort": "high"},
              "system": [{"type": "text", "text": "Be kind.", "cache_control": {"type": "ephemeral"}}],
              "thinking": {"type": "adaptive", "display": "omitted"}}
    ask(stage, "messages", "hi", "an/m", **fields)
    assert stage.upstream.last().body["context_management"] == fields["context_management"]
    for model in ("oc/m", "re/m", "ge/m"):
        reply = ask(stage, "messages", "hi", model, True, **fields)
        assert reply.status == 200 and {"context_management", "cache_control"} <= set(reply.header("x-omniroute-dropped").split(", ")), f"{model}: {reply.headers}"
        assert "Be kind." in json.dumps(stage.upstream.last().body) and not stage.upstream.last().violations


def test_a_system_turn_stays_at_its_place(stage):
    turns = [{"role": "user", "content": "one"}, {"role": "assistant", "content": "echo: one"}, {"role": "system", "content": "From now on: short."},
             {"role": "user", "content": "two"}]
    for model in ("oc/m", "re/m", "ge/m"):
        reply = post(stage, "/v1/messages", {"model": model, "max_tokens": 99, "messages": turns}, headers("messages", stage.key))
        sent = json.dumps(stage.upstream.last().body)
        assert reply.status == 200 and sent.index("echo: one") < sent.index("From now on") < sent.index("two"), f"{model}: {sent}"


def test_deferred_tools_are_offered_once_they_are_referenced(stage):
    deferred = {"name": "Later", "description": "l", "input_schema": {"type": "object", "properties": {}}, "defer_loading": True}
    search = {"name": "ToolSearch", "description": "s", "input_schema": {"type": "object", "properties": {"query": {"type": "string"}}}}
    turns = [{"role": "user", "content": "find it"}, {"role": "assistant", "content": [{"type": "tool_use", "id": "toolu_1", "name": "ToolSearch", "input": {"query": "x"}}]},
             {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": [{"type": "tool_reference", "tool_name": "Later"}]}]}]
    for model in ("oc/m", "re/m", "ge/m"):
        ask(stage, "messages", "hi", model, tools=[search, deferred])
        assert '"Later"' not in json.dumps(stage.upstream.last().body.get("tools")), f"{model}: offered too early"
        reply = post(stage, "/v1/messages", {"model": model, "max_tokens": 99, "messages": turns, "tools": [search, deferred]}, headers("messages", stage.key))
        assert reply.status == 200 and '"Later"' in json.dumps(stage.upstream.last().body["tools"]), f"{model}: {stage.upstream.last().body}"


CODEX_TOOLS = [{"type": "custom", "name": "apply_patch", "description": "p", "format": {"type": "grammar", "syntax": "lark", "definition": "start: x"}},
               {"type": "namespace", "name": "agents", "description": "n", "tools": [{"type": "function", "name": "spawn", "parameters": {"type": "object", "properties": {}}}]},
               {"type": "web_search"}, {"type": "local_shell"}]


def test_codex_tools_become_functions_and_their_calls_come_back_as_they_were(stage):
    for model in ("oc/m", "an/m", "ge/m"):
        for stream in (False, True):
            reply = ask(stage, "responses", "<<tool city=Oslo>>", model, stream, tools=CODEX_TOOLS)
            assert reply.status == 200 and not stage.upstream.last().violations, f"{model}: {reply}"
            output = frames(reply)[-1]["response"]["output"] if stream else reply.json()["output"]
            assert [(item["type"], item["name"]) for item in output] == [("custom_tool_call", "apply_patch")], f"{model}: {output}"
            assert isinstance(output[0]["input"], str) and output[0]["call_id"]
            assert "tools" in reply.header("x-omniroute-dropped"), "web_search was dropped in silence"
            history = [{"role": "user", "content": "x"}, output[0], {"type": "custom_tool_call_output", "call_id": output[0]["call_id"], "output": "done"}]
            after = post(stage, "/v1/responses", {"model": model, "input": history, "tools": CODEX_TOOLS, "store": False}, headers("responses", stage.key))
            assert text_of("responses", after) == "tools said: done", f"{model}: {after}"


def test_hosted_tools_pass_where_the_upstream_has_them(stage):
    ask(stage, "responses", "hi", "re/m", tools=CODEX_TOOLS)
    assert stage.upstream.last().body["tools"] == CODEX_TOOLS
    search = {"type": "web_search_20250305", "name": "web_search", "max_uses": 8}
    ask(stage, "messages", "hi", "an/m", tools=[search])
    assert stage.upstream.last().body["tools"] == [search]
    reply = ask(stage, "gemini", "hi", "oc/m", tools=[{"googleSearch": {}}])
    assert reply.status == 200 and "tools" in reply.header("x-omniroute-dropped"), reply.headers


def test_refusals_keep_the_words_that_clients_look_for(stage):
    long = "prompt_is_too_long:_maximum_context_length"
    for dialect in FORMATS:
        for model in UPSTREAMS:
            reply = ask(stage, dialect, f"<<error status=400 message={long}>>", model)
            assert reply.status == 400 and long in reply.body.decode(), f"{dialect} over {model}: {reply}"
    reply = post(stage, "/v1/messages", {"model": "oc/m", "max_tokens": 9, "messages": [{"role": "user", "content": "a"}, {"role": "king", "content": "b"}]},
                 headers("messages", stage.key))
    assert reply.status == 400 and reply.json()["error"]["message"].startswith("messages.1.role"), reply
    assert UPSTREAM_KEY not in str(reply)
