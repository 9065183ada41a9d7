"""The OpenAI Chat Completions side of the fake provider: read strictly, word whole or as events."""
import json
import time
from types import SimpleNamespace

from .script import encode

MEMBERS = set("""model messages stream stream_options max_tokens max_completion_tokens temperature top_p n stop presence_penalty
frequency_penalty logit_bias logprobs top_logprobs user seed tools tool_choice parallel_tool_calls response_format reasoning_effort
metadata store service_tier prompt_cache_key safety_identifier modalities audio prediction verbosity web_search_options
prompt_cache_retention""".split())
ROLES = {"system", "developer", "user", "assistant", "tool"}
FINISH = {"stop": "stop", "tool": "tool_calls", "length": "length", "filter": "content_filter"}


def text_of(content):
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content or [] if isinstance(part, dict))


def violations(body, headers):
    """What the real service would refuse."""
    if not headers.get("authorization", "").startswith("Bearer "):
        yield "no bearer token"
    if not isinstance(body.get("model"), str) or not isinstance(body.get("messages"), list) or not body["messages"]:
        yield "model or messages is missing"
        return
    for name in body:
        if name not in MEMBERS:
            yield f"unknown member {name}"
    if "stream_options" in body and body.get("stream") is not True:
        yield "stream_options without stream"
    open_calls = set()
    for i, message in enumerate(body["messages"]):
        role = message.get("role")
        if role not in ROLES:
            yield f"messages.{i}.role is {role!r}"
        if open_calls and role != "tool":
            yield f"messages.{i}: the calls {sorted(open_calls)} have no results"
            open_calls = set()
        if role == "tool":
            if message.get("tool_call_id") not in open_calls:
                yield f"messages.{i}: a result for no call"
            open_calls.discard(message.get("tool_call_id"))
        for call in message.get("tool_calls") or []:
            open_calls.add(call["id"])
            if call.get("type") != "function" or not isinstance(call["function"]["arguments"], str):
                yield f"messages.{i}: a call that is no function call"
        if message.get("content") is None and not message.get("tool_calls"):
            yield f"messages.{i}: no content"
    for i, tool in enumerate(body.get("tools") or []):
        if tool.get("type") != "function" or not tool.get("function", {}).get("name"):
            yield f"tools.{i} is no function"


def conversation(body):
    last, results, media = "", [], []
    for message in body.get("messages", []):
        role, content = message.get("role"), message.get("content")
        if role == "user":
            last, results, media = text_of(content), [], []
            for part in content if isinstance(content, list) else []:
                if part.get("type") == "image_url":
                    head, _, data = part["image_url"]["url"].partition(",")
                    media.append(f"{head.removeprefix('data:')} {len(data)}")
        elif role == "tool":
            results.append(text_of(content))
    return SimpleNamespace(text=last, results=results, media=media, tools=[t["function"]["name"] for t in body.get("tools") or []])


def usage_of(answer):
    given, made, cached = answer.usage
    return {"prompt_tokens": given, "completion_tokens": made, "total_tokens": given + made, "prompt_tokens_details": {"cached_tokens": cached}}


def whole(answer, body, with_usage):
    message = {"role": "assistant", "content": "".join(p[1] for p in answer.parts if p[0] == "text") or None}
    thinking = "".join(p[1] for p in answer.parts if p[0] == "thinking")
    calls = [p for p in answer.parts if p[0] == "tool"]
    if thinking:
        message["reasoning_content"] = thinking
    if calls:
        message["tool_calls"] = [{"id": c[1], "type": "function", "function": {"name": c[2], "arguments": json.dumps(c[3])}} for c in calls]
    reply = {"id": "chatcmpl-fake", "object": "chat.completion", "created": int(time.time()), "model": body["model"],
             "choices": [{"index": 0, "message": message, "finish_reason": answer.word if answer.word != "" else FINISH[answer.finish]}]}
    if with_usage:
        reply["usage"] = usage_of(answer)
    return encode(reply)


def frame(data):
    return b"data: " + encode(data) + b"\n\n"


def events(answer, body, with_usage):
    """The frames of a stream; the last one ends it."""
    def chunk(delta, finish=None):
        return frame({"id": "chatcmpl-fake", "object": "chat.completion.chunk", "created": 1700000000, "model": body["model"],
                      "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})
    yield chunk({"role": "assistant", "content": ""})
    index = 0
    for part in answer.parts:
        if part[0] == "text":
            yield chunk({"content": part[1]})
        elif part[0] == "thinking":
            yield chunk({"reasoning_content": part[1]})
        else:
            text = json.dumps(part[3])
            yield chunk({"tool_calls": [{"index": index, "id": part[1], "type": "function", "function": {"name": part[2], "arguments": ""}}]})
            for at in range(0, len(text), 5):
                yield chunk({"tool_calls": [{"index": index, "function": {"arguments": text[at:at + 5]}}]})
            index += 1
    if answer.word is not None:
        yield chunk({}, answer.word or FINISH[answer.finish])
    if with_usage and (body.get("stream_options") or {}).get("include_usage"):
        yield frame({"id": "chatcmpl-fake", "object": "chat.completion.chunk", "created": 1700000000, "model": body["model"], "choices": [],
                     "usage": usage_of(answer)})
    yield b"data: [DONE]\n\n"


def error(status, message, code):
    kind = {401: "authentication_error", 429: "rate_limit_error"}.get(status, "invalid_request_error" if status < 500 else "server_error")
    return json.dumps({"error": {"message": message, "type": kind, "param": None, "code": code or None}}).encode()


def error_event(message):
    return frame({"error": {"message": message, "type": "server_error", "param": None, "code": None}})
