"""The OpenAI Responses side of the fake provider: read strictly, word whole or as events.

Only the model "compactor" knows compaction, by /responses/compact and by a compaction_trigger in the input.
"""
import json
import time
from types import SimpleNamespace

from .script import encode, grouped

MEMBERS = set("""model input instructions stream stream_options store tools tool_choice parallel_tool_calls max_output_tokens
max_tool_calls temperature top_p top_logprobs reasoning text include metadata user safety_identifier prompt_cache_key
prompt_cache_retention service_tier truncation previous_response_id background conversation prompt""".split())
STATUS = {"stop": ("completed", None), "tool": ("completed", None), "length": ("incomplete", "max_output_tokens"),
          "filter": ("incomplete", "content_filter")}


def items(body):
    given = body.get("input")
    return [{"type": "message", "role": "user", "content": given}] if isinstance(given, str) else given or []


def text_of(content):
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content or [])


COMPACTED = {"type": "compaction", "id": "cmp_fake", "encrypted_content": "vendor-bytes"}


def compacts(body):
    return body.get("model") == "compactor"


def violations(body, headers):
    """What the real service would refuse."""
    if not headers.get("authorization", "").startswith("Bearer "):
        yield "no bearer token"
    if not isinstance(body.get("model"), str) or not items(body):
        yield "model or input is missing"
    for name in body:
        if name not in MEMBERS:
            yield f"unknown member {name}"
    calls = {item.get("call_id") for item in items(body) if item.get("type") == "function_call"}
    for i, item in enumerate(items(body)):
        kind = item.get("type", "message")
        if kind == "message" and item.get("role") not in ("user", "assistant", "system", "developer"):
            yield f"input[{i}].role is {item.get('role')!r}"
        if kind == "compaction_trigger" and not compacts(body):
            yield f"input[{i}].type is {kind!r}"
        if kind == "compaction" and item.get("encrypted_content") != COMPACTED["encrypted_content"]:
            yield f"input[{i}]: a compaction that was not made here"
        if kind == "function_call_output" and item.get("call_id") not in calls:
            yield f"input[{i}]: a result for no call"
        if kind == "reasoning" and item.get("encrypted_content") not in (None, "sig-8b1f"):
            yield f"input[{i}]: encrypted content that was not issued here"
    for i, tool in enumerate(body.get("tools") or []):
        if tool.get("type") == "function" and not tool.get("name"):
            yield f"tools[{i}] lacks a name"


def conversation(body):
    last, results, media = "", [], []
    for item in items(body):
        if item.get("type", "message") == "message" and item.get("role") == "user":
            last, results, media = text_of(item.get("content")), [], []
            for part in item["content"] if isinstance(item.get("content"), list) else []:
                if part.get("type") == "input_image":
                    head, _, data = part["image_url"].partition(",")
                    media.append(f"{head.removeprefix('data:')} {len(data)}")
        elif item.get("type") == "function_call_output":
            results.append(text_of(item.get("output")))
    return SimpleNamespace(text=last, results=results, media=media, tools=[t["name"] for t in body.get("tools") or [] if t.get("type") == "function"])


def output_of(answer):
    """The output items; texts that follow each other are one message."""
    output = []
    for i, (part, _) in enumerate(grouped(answer.parts)):
        if part[0] == "thinking":
            output.append({"type": "reasoning", "id": f"rs_{i}", "summary": [{"type": "summary_text", "text": part[1]}], "encrypted_content": part[2]})
        elif part[0] == "tool":
            output.append({"type": "function_call", "id": f"fc_{i}", "call_id": part[1], "name": part[2], "arguments": json.dumps(part[3]), "status": "completed"})
        else:
            output.append({"type": "message", "id": f"msg_{i}", "role": "assistant", "status": "completed",
                           "content": [{"type": "output_text", "text": part[1], "annotations": []}]})
    return output


def response(answer, body, with_usage, output, status=None):
    done, why = STATUS[answer.finish]
    found = {"id": "resp_fake", "object": "response", "created_at": int(time.time()), "model": body["model"], "status": status or done, "error": None,
             "incomplete_details": {"reason": why} if why and not status else None, "output": output, "parallel_tool_calls": True, "tools": [],
             "tool_choice": "auto", "usage": None}
    if with_usage and not status:
        given, made, cached = answer.usage
        found["usage"] = {"input_tokens": given, "input_tokens_details": {"cached_tokens": cached}, "output_tokens": made,
                          "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": given + made}
    return found


def compact(body):
    """The answer of /responses/compact."""
    return encode({"id": "resp_compact", "object": "response.compaction", "created_at": int(time.time()), "output": [COMPACTED],
                   "usage": {"input_tokens": 90, "output_tokens": 9, "total_tokens": 99}})


def whole(answer, body, with_usage):
    return encode(response(answer, body, with_usage, output_of(answer)))


def events(answer, body, with_usage):
    """The frames of a stream; the last one ends it."""
    number = -1

    def frame(kind, **members):
        nonlocal number
        number += 1
        return b"event: " + kind.encode() + b"\ndata: " + encode({"type": kind, "sequence_number": number, **members}) + b"\n\n"
    yield frame("response.created", response=response(answer, body, with_usage, [], "in_progress"))
    output = output_of(answer)
    for index, (item, (_, pieces)) in enumerate(zip(output, grouped(answer.parts))):
        place = {"output_index": index, "item_id": item["id"]}
        if item["type"] == "reasoning":
            text = item["summary"][0]["text"]
            yield frame("response.output_item.added", output_index=index, item={**item, "summary": []})
            yield frame("response.reasoning_summary_part.added", **place, summary_index=0, part={"type": "summary_text", "text": ""})
            yield frame("response.reasoning_summary_text.delta", **place, summary_index=0, delta=text)
            yield frame("response.reasoning_summary_text.done", **place, summary_index=0, text=text)
            yield frame("response.reasoning_summary_part.done", **place, summary_index=0, part=item["summary"][0])
        elif item["type"] == "function_call":
            yield frame("response.output_item.added", output_index=index, item={**item, "arguments": "", "status": "in_progress"})
            for at in range(0, len(item["arguments"]), 5):
                yield frame("response.function_call_arguments.delta", **place, delta=item["arguments"][at:at + 5])
            yield frame("response.function_call_arguments.done", **place, name=item["name"], arguments=item["arguments"])
        else:
            part = item["content"][0]
            yield frame("response.output_item.added", output_index=index, item={**item, "content": [], "status": "in_progress"})
            yield frame("response.content_part.added", **place, content_index=0, part={**part, "text": ""})
            for delta in pieces:
                yield frame("response.output_text.delta", **place, content_index=0, delta=delta, logprobs=[])
            yield frame("response.output_text.done", **place, content_index=0, text=part["text"], logprobs=[])
            yield frame("response.content_part.done", **place, content_index=0, part=part)
        yield frame("response.output_item.done", output_index=index, item=item)
    kind = "response.incomplete" if STATUS[answer.finish][1] else "response.completed"
    yield frame(kind, response=response(answer, body, with_usage, output))


def error(status, message, code):
    kind = {401: "authentication_error", 429: "rate_limit_error"}.get(status, "invalid_request_error" if status < 500 else "server_error")
    return encode({"error": {"message": message, "type": kind, "param": None, "code": code or None}})


def error_event(message):
    return b"event: error\ndata: " + encode({"type": "error", "sequence_number": 99, "code": "server_error", "message": message, "param": None}) + b"\n\n"
