"""The Anthropic Messages side of the fake provider: read strictly, word whole or as events."""
import json
from types import SimpleNamespace

from .script import encode, grouped

MEMBERS = set("""model messages max_tokens system stream temperature top_p top_k stop_sequences tools tool_choice thinking metadata
service_tier output_config context_management container mcp_servers cache_control""".split())
BLOCKS = {"text", "image", "document", "tool_use", "tool_result", "thinking", "redacted_thinking"}
FINISH = {"stop": "end_turn", "tool": "tool_use", "length": "max_tokens", "filter": "refusal"}


def blocks(content):
    return [{"type": "text", "text": content}] if isinstance(content, str) else content or []


def violations(body, headers):
    """What the real service would refuse."""
    if not headers.get("x-api-key") and not headers.get("authorization"):
        yield "no key"
    if not headers.get("anthropic-version"):
        yield "anthropic-version is missing"
    if not isinstance(body.get("model"), str) or not isinstance(body.get("messages"), list) or not body["messages"]:
        yield "model or messages is missing"
        return
    if not isinstance(body.get("max_tokens"), int) or body["max_tokens"] < 1:
        yield "max_tokens is missing"
    for name in body:
        if name not in MEMBERS:
            yield f"unknown member {name}"
    open_calls = set()
    for i, message in enumerate(body["messages"]):
        if message.get("role") not in ("user", "assistant"):
            yield f"messages.{i}.role is {message.get('role')!r}"
        results = {b.get("tool_use_id") for b in blocks(message.get("content")) if b.get("type") == "tool_result"}
        if message.get("role") == "user" and results != open_calls:
            yield f"messages.{i}: results {sorted(results)} for the calls {sorted(open_calls)}"
        open_calls = set()
        for j, block in enumerate(blocks(message.get("content"))):
            if block.get("type") not in BLOCKS:
                yield f"messages.{i}.content.{j}.type is {block.get('type')!r}"
            if block.get("type") == "text" and not block.get("text"):
                yield f"messages.{i}.content.{j}: empty text"
            if block.get("type") == "tool_use":
                open_calls.add(block["id"])
                if not isinstance(block.get("input"), dict):
                    yield f"messages.{i}.content.{j}: input is no object"
            if block.get("type") == "thinking" and block.get("signature") != "sig-8b1f":
                yield f"messages.{i}.content.{j}: a signature that was not issued here"
    for i, tool in enumerate(body.get("tools") or []):
        if not tool.get("name") or not isinstance(tool.get("input_schema"), dict):
            yield f"tools.{i} lacks a name or a schema"


def conversation(body):
    last, results, media = "", [], []
    for message in body.get("messages", []):
        if message.get("role") != "user":
            continue
        found = blocks(message.get("content"))
        texts = [b["text"] for b in found if b.get("type") == "text"]
        if texts:
            last, results, media = "".join(texts), [], []
        for block in found:
            if block.get("type") == "image":
                source = block["source"]
                media.append(f"{source.get('media_type', 'url')};base64 {len(source.get('data', ''))}")
            if block.get("type") == "tool_result":
                results.append("".join(b.get("text", "") for b in blocks(block.get("content"))))
    return SimpleNamespace(text=last, results=results, media=media, tools=[t["name"] for t in body.get("tools") or []])


def usage_of(answer):
    given, made, cached = answer.usage
    return {"input_tokens": given - cached, "cache_read_input_tokens": cached, "cache_creation_input_tokens": 0, "output_tokens": made}


def content_of(answer):
    content = []
    for part, _ in grouped(answer.parts):
        if part[0] == "thinking":
            content.append({"type": "thinking", "thinking": part[1], "signature": part[2]})
        elif part[0] == "tool":
            content.append({"type": "tool_use", "id": part[1], "name": part[2], "input": part[3]})
        else:
            content.append({"type": "text", "text": part[1]})
    return content


def whole(answer, body, with_usage):
    reply = {"id": "msg_fake", "type": "message", "role": "assistant", "model": body["model"], "content": content_of(answer),
             "stop_reason": FINISH[answer.finish], "stop_sequence": None}
    if with_usage:
        reply["usage"] = usage_of(answer)
    return encode(reply)


def frame(data):
    return b"event: " + data["type"].encode() + b"\ndata: " + encode(data) + b"\n\n"


def events(answer, body, with_usage):
    """The frames of a stream; the last one ends it."""
    first = {"input_tokens": usage_of(answer)["input_tokens"], "cache_read_input_tokens": answer.usage[2], "output_tokens": 1} if with_usage else {}
    yield frame({"type": "message_start", "message": {"id": "msg_fake", "type": "message", "role": "assistant", "model": body["model"],
                                                      "content": [], "stop_reason": None, "stop_sequence": None, "usage": first}})
    yield frame({"type": "ping"})
    index, kind = -1, None
    for part in answer.parts:
        if part[0] != kind or kind == "tool":
            if kind:
                yield frame({"type": "content_block_stop", "index": index})
            index, kind = index + 1, part[0]
            opened = {"text": {"type": "text", "text": ""}, "thinking": {"type": "thinking", "thinking": "", "signature": ""},
                      "tool": {"type": "tool_use", "id": part[1], "name": part[2] if kind == "tool" else "", "input": {}}}[kind]
            yield frame({"type": "content_block_start", "index": index, "content_block": opened})
        if kind == "text":
            deltas = [{"type": "text_delta", "text": part[1]}]
        elif kind == "thinking":
            deltas = [{"type": "thinking_delta", "thinking": part[1]}, {"type": "signature_delta", "signature": part[2]}]
        else:
            text = json.dumps(part[3])
            deltas = [{"type": "input_json_delta", "partial_json": text[at:at + 5]} for at in range(0, len(text), 5)]
        for delta in deltas:
            yield frame({"type": "content_block_delta", "index": index, "delta": delta})
    if kind:
        yield frame({"type": "content_block_stop", "index": index})
    end = {"type": "message_delta", "delta": {"stop_reason": FINISH[answer.finish], "stop_sequence": None}}
    if with_usage:
        end["usage"] = {"output_tokens": answer.usage[1]}
    yield frame(end)
    yield frame({"type": "message_stop"})


def error(status, message, code):
    kind = {400: "invalid_request_error", 401: "authentication_error", 403: "permission_error", 404: "not_found_error",
            413: "request_too_large", 429: "rate_limit_error", 529: "overloaded_error"}.get(status, "api_error")
    return json.dumps({"type": "error", "error": {"type": code or kind, "message": message}}).encode()


def error_event(message):
    return frame({"type": "error", "error": {"type": "api_error", "message": message}})
