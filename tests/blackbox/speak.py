"""The four client formats in a few words: how to ask in each, and what an answer says."""
import json

FORMATS = ("chat", "responses", "messages", "gemini")
MODELS = {"chat": "oc/m", "responses": "re/m", "messages": "an/m", "gemini": "ge/m"}  # a node of the scene for each upstream format


def path(dialect, model, stream=False):
    if dialect == "gemini":
        return f"/v1beta/models/{model}:" + ("streamGenerateContent?alt=sse" if stream else "generateContent")
    return {"chat": "/v1/chat/completions", "responses": "/v1/responses", "messages": "/v1/messages"}[dialect]


def headers(dialect, key, **more):
    name, prefix = {"messages": ("x-api-key", ""), "gemini": ("x-goog-api-key", "")}.get(dialect, ("Authorization", "Bearer "))
    version = {"anthropic-version": "2023-06-01"} if dialect == "messages" else {}
    return {"Content-Type": "application/json", name: prefix + key, **version, **more}


def body(dialect, text, model, stream=False, **fields):
    turn = {"role": "user", "content": text}
    if dialect == "gemini":
        return {"contents": [{"role": "user", "parts": [{"text": text}]}], **fields}
    more = {"stream": True} if stream else {}
    if dialect == "responses":
        return {"model": model, "input": [turn], "store": False, **more, **fields}
    if dialect == "messages":
        more["max_tokens"] = 1000
    return {"model": model, "messages": [turn], **more, **fields}


def ask(stage, dialect, text, model, stream=False, extra_headers=None, **fields):
    """One request in a dialect; its answer, whole or as a stream."""
    sent = headers(dialect, stage.key, **(extra_headers or {}))
    return stage.post(path(dialect, model, stream), body(dialect, text, model, stream, **fields), dialect, headers=sent)


def frames(reply):
    return [json.loads(data) for _, data in reply.events() if data != "[DONE]"]


def text_of(dialect, reply, stream=False):
    """The text of an answer."""
    if dialect == "chat":
        choices = [choice for frame in (frames(reply) if stream else [reply.json()]) for choice in frame.get("choices", [])]
        return "".join(choice["delta" if stream else "message"].get("content") or "" for choice in choices)
    if dialect == "gemini":
        found = [c for frame in (frames(reply) if stream else [reply.json()]) for c in frame.get("candidates", [])]
        return "".join(part.get("text", "") for c in found for part in c.get("content", {}).get("parts", []) if not part.get("thought"))
    if dialect == "messages":
        if stream:
            return "".join(f["delta"].get("text", "") for f in frames(reply) if f["type"] == "content_block_delta")
        return "".join(block.get("text", "") for block in reply.json()["content"])
    items = [f["item"] for f in frames(reply) if f["type"] == "response.output_item.done"] if stream else reply.json()["output"]
    return "".join(part.get("text", "") for item in items if item["type"] == "message" for part in item["content"])


def finish_of(dialect, reply, stream=False):
    """(the finish word, the stop sequence that was met or None)"""
    if dialect == "chat":
        words = [c["finish_reason"] for f in (frames(reply) if stream else [reply.json()]) for c in f.get("choices", []) if c.get("finish_reason")]
        return (words[-1] if words else None), None
    if dialect == "gemini":
        words = [c["finishReason"] for f in (frames(reply) if stream else [reply.json()]) for c in f.get("candidates", []) if c.get("finishReason")]
        return (words[-1] if words else None), None
    if dialect == "messages":
        last = [f["delta"] for f in frames(reply) if f["type"] == "message_delta"][-1] if stream else reply.json()
        return last["stop_reason"], last.get("stop_sequence")
    last = frames(reply)[-1]["response"] if stream else reply.json()
    return last["status"], None


def message_of(dialect, reply):
    """(message, the field it names or None) of an error, after a look at its envelope."""
    error = reply.json()["error"]
    if dialect == "messages":
        assert reply.json()["type"] == "error" and error["type"], reply
        return error["message"], None
    if dialect == "gemini":
        assert error["code"] == reply.status and error["status"], reply
        return error["message"], None
    return error["message"], error["param"]
