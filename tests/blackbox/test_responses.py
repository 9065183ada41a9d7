"""The Responses API beyond one answer: kept responses, compaction, counting, what Codex tries first."""
import json
import time

from client import request
from scene import Scene
from speak import ask, body, frames, headers, text_of

scene = Scene

ANYWHERE = ("oc/m", "re/m", "an/m", "ge/m")
HISTORY = [{"role": "user", "content": "first"}, {"role": "assistant", "content": "echo: first"}]


def post(stage, path, sent, **more):
    return stage.post(path, sent, headers=headers("responses", stage.key, **more))


def refusal(reply):
    error = reply.json()["error"]
    return reply.status, error["code"], error["param"]


def test_a_conversation_goes_on_from_a_kept_response_at_any_provider(stage):
    for model in ANYWHERE:
        first = post(stage, "/v1/responses", {"model": "oc/m", "input": "one"}).json()
        second = post(stage, "/v1/responses", {"model": model, "input": "two", "previous_response_id": first["id"]})
        assert second.status == 200 and text_of("responses", second) == "echo: two", f"{model}: {second}"
        assert "echo: one" in json.dumps(stage.upstream.last().body), f"{model}: the history is missing: {stage.upstream.last().body}"


def test_an_unknown_response_is_refused_in_openais_words_where_the_target_cannot_know_it(stage):
    for model in ("oc/m", "an/m", "ge/m"):
        for path in ("/v1/responses", "/v1/responses/compact", "/v1/responses/input_tokens"):
            reply = post(stage, path, {"model": model, "input": "two", "previous_response_id": "resp_nowhere"})
            assert refusal(reply) == (400, "previous_response_not_found", "previous_response_id"), f"{model} {path}: {reply}"
    reply = post(stage, "/v1/responses", {"model": "re/m", "input": "two", "previous_response_id": "resp_theirs"})
    assert reply.status == 200 and stage.upstream.last().body["previous_response_id"] == "resp_theirs", "the provider may know it"


def test_a_kept_response_is_shown_and_removed_for_its_key_alone(stage):
    whole = post(stage, "/v1/responses", {"model": "an/m", "input": "keep me"}).json()
    streamed = frames(post(stage, "/v1/responses", {"model": "ge/m", "input": "keep me", "stream": True}))[-1]["response"]
    other = stage.folder.command("key", "create", "--name", "other")["key"]
    for kept in (whole, streamed):
        path = f"/v1/responses/{kept['id']}"
        shown = stage.get(path)
        assert shown.status == 200 and shown.json()["output"] == kept["output"], shown
        assert stage.get(path, {"Authorization": f"Bearer {other}"}).status == 404
        gone = stage.get(path, method="DELETE")
        assert gone.status == 200 and gone.json() == {"id": kept["id"], "object": "response", "deleted": True}, gone
        assert refusal(stage.get(path))[:2] == (404, "response_not_found") and stage.get(path, method="DELETE").status == 404
    unkept = ask(stage, "responses", "x", "an/m").json()
    assert stage.get(f"/v1/responses/{unkept['id']}").status == 404, "store:false was kept"


def item_of(reply):
    output = reply.json()["output"]
    assert [item["type"] for item in output] == ["compaction"] and output[0]["id"] and output[0]["encrypted_content"], reply
    return output[0]


def test_compact_gives_an_item_that_any_provider_goes_on_from(stage):
    for model in ANYWHERE:
        tools = [{"type": "function", "name": "weather", "parameters": {"type": "object", "properties": {}}}]
        reply = post(stage, "/v1/responses/compact", {"model": model, "input": HISTORY, "tools": tools, "instructions": "Be kind."})
        assert reply.status == 200 and reply.json()["object"] == "response.compaction", f"{model}: {reply}"
        assert reply.json()["usage"]["input_tokens"] == 11, reply
        asked = json.dumps(stage.upstream.last().body)
        assert "echo: first" in asked and "Be kind." in asked and "Write a summary" in asked, f"{model}: {asked}"
        item = item_of(reply)
        for after in ANYWHERE:
            stage.upstream.forget()
            going_on = post(stage, "/v1/responses", {"model": after, "input": [item, {"role": "user", "content": "go on"}], "store": False})
            assert going_on.status == 200, f"{model} to {after}: {going_on}"
            seen = stage.upstream.last()
            assert not seen.violations and "Summary of the conversation so far" in json.dumps(seen.body), f"{after}: {seen.body}"


def test_compact_passes_where_the_provider_offers_it(stage):
    reply = post(stage, "/v1/responses/compact", {"model": "re/compactor", "input": HISTORY})
    assert item_of(reply)["encrypted_content"] == "vendor-bytes", reply
    assert stage.upstream.last().path.endswith("/responses/compact")
    reply = post(stage, "/codex/responses/compact", {"model": "re/compactor", "input": HISTORY})
    assert reply.status == 200, reply


def test_a_compaction_trigger_ends_in_one_compaction_item(stage):
    for model in ANYWHERE:
        sent = {"model": model, "input": HISTORY + [{"type": "compaction_trigger"}], "store": False}
        item = item_of(post(stage, "/v1/responses", sent))
        streamed = post(stage, "/v1/responses", {**sent, "stream": True})
        events = frames(streamed)
        assert [event["type"] for event in events] == ["response.created", "response.in_progress", "response.output_item.added",
                                                       "response.output_item.done", "response.completed"], f"{model}: {streamed}"
        assert [event["sequence_number"] for event in events] == list(range(5))
        assert events[3]["item"] == item and events[4]["response"]["output"] == [item] and events[4]["response"]["status"] == "completed"
        assert events[4]["response"]["usage"]["total_tokens"] == 18


def test_an_item_of_ours_that_was_changed_is_refused(stage):
    item = {"type": "compaction", "id": "cmp_1", "encrypted_content": "omnic1.####"}
    reply = post(stage, "/v1/responses", {"model": "an/m", "input": [item], "store": False})
    assert refusal(reply) == (400, None, "input[0].encrypted_content"), reply


def test_failures_while_compacting_are_the_providers(stage):
    for model in ("oc/m", "re/m"):
        sent = [{"role": "user", "content": "<<error status=429 retry_after=3>>"}]
        reply = post(stage, "/v1/responses/compact", {"model": model, "input": sent})
        assert reply.status in (200, 429), f"{model}: {reply}"
    assert post(stage, "/v1/responses/compact", {"model": "oc/m", "input": 7}).status == 400
    assert post(stage, "/v1/responses/compact", {"input": "x"}).json()["error"]["param"] == "model"


def test_input_tokens_come_from_the_provider_or_are_marked_as_estimated(stage):
    counted = post(stage, "/v1/responses/input_tokens", {"model": "re/m", "input": "how long is this"})
    assert counted.json()["input_tokens"] == 42 and counted.header("x-omniroute-estimated") is None, counted
    assert stage.upstream.last().path.endswith("/responses/input_tokens")
    for model in ("oc/m", "an/m", "ge/m"):
        guessed = post(stage, "/v1/responses/input_tokens", {"model": model, "input": "how long is this"})
        assert guessed.json() == {"object": "response.input_tokens", "input_tokens": 4}, guessed
        assert guessed.header("x-omniroute-estimated") == "true"
    counted = stage.post("/v1beta/models/ge/m:countTokens", {"contents": [{"parts": [{"text": "x"}]}]}, headers=headers("gemini", stage.key))
    assert counted.json()["totalTokens"] == 42 and counted.header("x-omniroute-estimated") is None, counted


def test_codex_finds_its_paths(stage):
    for path in ("/codex", "/codex/responses", "/codex/v1/responses", "/responses", "/v1/v1/responses"):
        reply = post(stage, path, body("responses", "hi", "oc/m"))
        assert reply.status == 200 and text_of("responses", reply) == "echo: hi", f"{path}: {reply}"


def test_a_websocket_is_refused_with_426(stage):
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
               "Authorization": f"Bearer {stage.key}", "OpenAI-Beta": "responses_websockets=2026-02-06"}
    for path in ("/v1/responses", "/responses", "/codex/responses", "/v1/v1/responses"):
        began = time.monotonic()
        reply = request(stage.gateway.url + path, "GET", upgrade)
        assert reply.status == 426 and reply.json()["error"]["message"], f"{path}: {reply}"
        assert time.monotonic() - began < 2
