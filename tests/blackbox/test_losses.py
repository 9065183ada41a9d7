"""What a target cannot carry: told in the answer's header and in the request's record, or refused where the caller is strict."""
import time

from scene import Scene
from speak import FORMATS, ask, message_of, text_of

scene = Scene

# One field of each client format that a target of another format has no place for, and that target.
LOST = {
    "chat": ({"seed": 7, "logit_bias": {"5": 1}}, "an/m", {"seed", "logit_bias"}),
    "responses": ({"truncation": "auto"}, "oc/m", {"truncation"}),
    "messages": ({"top_k": 5}, "re/m", {"top_k"}),
    "gemini": ({"safetySettings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}]}, "oc/m", {"safetySettings"}),
}


def admin(stage):
    if not hasattr(stage, "reader"):
        stage.reader = stage.folder.command("key", "create", "--name", "reader", "--scope", "read")["key"]
    return {"Authorization": f"Bearer {stage.reader}"}


def record(stage, reply):
    """The request's own record; rows are written a little later than the answer."""
    for _ in range(50):
        found = stage.get(f"/api/usage/logs/{reply.header('x-request-id')}", admin(stage))
        if found.status == 200:
            return found.json()
        time.sleep(0.1)
    raise AssertionError(f"no record: {found}")


def test_a_drop_is_told_in_header_and_record_whole_and_streamed(stage):
    for dialect in FORMATS:
        fields, model, names = LOST[dialect]
        for stream in (False, True):
            reply = ask(stage, dialect, "hi", model, stream, **fields)
            assert reply.status == 200 and text_of(dialect, reply, stream) == "echo: hi", f"{dialect}: {reply}"
            told = set((reply.header("x-omniroute-dropped") or "").split(", "))
            assert told == names, f"{dialect} over {model}: {told}"
            assert set(record(stage, reply)["dropped"]) == names, f"{dialect} over {model}: {record(stage, reply)}"


def test_the_history_counts_them_by_field(stage):
    ask(stage, "chat", "hi", "an/m", seed=1)
    for _ in range(50):
        fields = {row["id"]: row["requests"] for row in stage.get("/api/usage/history", admin(stage)).json()["byDroppedField"]}
        if fields.get("seed", 0) >= 1:
            break
        time.sleep(0.1)
    assert fields["seed"] >= 1, fields
    rows = stage.get("/api/usage/logs?dropped=true", admin(stage)).json()["logs"]
    assert rows and all(row["dropped"] for row in rows), rows


def test_strict_refuses_a_drop_by_name_in_the_clients_dialect(stage):
    for dialect in FORMATS:
        fields, model, names = LOST[dialect]
        for stream in (False, True):
            stage.upstream.forget()
            reply = ask(stage, dialect, "hi", model, stream, {"x-omniroute-strict": "true"}, **fields)
            assert reply.status == 400, f"{dialect} over {model}: {reply}"
            message, param = message_of(dialect, reply)
            assert all(name in message for name in names), f"{dialect}: {message}"
            assert param is None or param in names, f"{dialect}: {param}"
            assert not stage.upstream.seen, "the provider was asked all the same"
            assert record(stage, reply)["status"] == 400


def test_strict_lets_through_what_is_carried_whole(stage):
    for dialect in FORMATS:
        for model in ("oc/m", "re/m", "an/m", "ge/m"):
            reply = ask(stage, dialect, "hi", model, False, {"x-omniroute-strict": "true"})
            assert reply.status == 200 and reply.header("x-omniroute-dropped") is None, f"{dialect} over {model}: {reply}"


def test_a_record_that_is_not_there_is_404(stage):
    assert stage.get("/api/usage/logs/req_none", admin(stage)).status == 404


def test_more_output_than_the_model_has_is_brought_within_it(stage):
    # The fake provider answers to any name; these are models whose limits are known by their family.
    sent = {
        "chat": ("oc/gpt-4o", {"max_completion_tokens": 50_000}, lambda body: body.get("max_tokens") or body.get("max_completion_tokens"), 16_384),
        "messages": ("an/claude-3-5-haiku", {"max_tokens": 32_000}, lambda body: body["max_tokens"], 8_192),
        "responses": ("re/gpt-4o", {"max_output_tokens": 50_000}, lambda body: body["max_output_tokens"], 16_384),
        "gemini": ("ge/gemini-2.5-pro", {"generationConfig": {"maxOutputTokens": 99_000}}, lambda body: body["generationConfig"]["maxOutputTokens"], 65_536),
    }
    for dialect, (model, fields, read, most) in sent.items():
        for stream in (False, True):
            reply = ask(stage, dialect, "hi", model, stream, **fields)
            assert reply.status == 200 and text_of(dialect, reply, stream) == "echo: hi", f"{dialect}: {reply}"
            got = read(stage.upstream.last().as_json()["body"])
            assert got == most, f"{dialect}: {got}"
            assert not stage.upstream.last().violations, stage.upstream.last().violations
    within = ask(stage, "messages", "hi", "an/claude-3-5-haiku", max_tokens=8_000)
    assert within.status == 200 and stage.upstream.last().as_json()["body"]["max_tokens"] == 8_000
