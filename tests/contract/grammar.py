"""What a stream must look like in its format: order, indices, terminators. Each check yields what is wrong."""
import json
import re


def events(text):
    """[(name or None, data)] of server-sent events."""
    out, name, data = [], None, []
    for line in re.split(r"\r\n|\n|\r", text) + [""]:
        if line == "":
            if data:
                out.append((name, "\n".join(data)))
            name, data = None, []
        elif line.startswith("event:"):
            name = line[6:].strip()
        elif line.startswith("data:"):
            data.append(line[5:].lstrip(" "))
    return out


def closed(text):
    if text and not text.endswith("\n\n") and not text.endswith("\r\n\r\n"):
        yield "the last event has no blank line behind it"


def chat(text):
    yield from closed(text)
    ended, failed, first, finished, calls, ids = False, False, True, set(), {}, set()
    for name, data in events(text):
        if ended or failed:
            yield "an event after the end: %.80s" % data
        if name is not None:
            yield "a named event: %s" % name
        if data == "[DONE]":
            ended = True
            continue
        chunk = json.loads(data)
        if "error" in chunk:
            failed = True
            if not {"message", "type", "param", "code"} <= set(chunk["error"]):
                yield "an error lacks members: %s" % chunk
            continue
        for key in ("id", "object", "created", "model", "choices"):
            if key not in chunk:
                yield "a chunk lacks %s" % key
        ids.add((chunk.get("id"), chunk.get("model"), chunk.get("created")))
        if not chunk["choices"] and not chunk.get("usage"):
            yield "a chunk says nothing"
        for choice in chunk["choices"]:
            index, delta = choice["index"], choice["delta"]
            if first and delta.get("role") != "assistant":
                yield "the first chunk has no role"
            first = False
            if index in finished and delta:
                yield "content after the finish of choice %d" % index
            for call in delta.get("tool_calls") or []:
                yield from chat_call(call, calls.setdefault(index, set()))
            if choice["finish_reason"] is not None:
                if choice["finish_reason"] not in ("stop", "length", "tool_calls", "content_filter"):
                    yield "finish_reason %s" % choice["finish_reason"]
                if index in finished:
                    yield "choice %d finishes twice" % index
                finished.add(index)
    if len(ids) > 1:
        yield "id, model or created change"
    if ended and not finished:
        yield "[DONE] without a finish"
    if not ended and not failed:
        yield "neither [DONE] nor an error at the end"


def chat_call(call, seen):
    if "index" not in call:
        yield "a call without index"
    elif call["index"] in seen:
        if call.get("id"):
            yield "call %d opens twice" % call["index"]
    else:
        if call["index"] != len(seen):
            yield "call index %d, expected %d" % (call["index"], len(seen))
        seen.add(call["index"])
        if not call.get("id") or not (call.get("function") or call.get("custom") or {}).get("name"):
            yield "a call begins without id or name"


DELTAS = {"text": ("text_delta", "citations_delta"), "thinking": ("thinking_delta", "signature_delta"),
          "tool_use": ("input_json_delta",), "server_tool_use": ("input_json_delta",), "mcp_tool_use": ("input_json_delta",)}


def anthropic(text):
    yield from closed(text)
    state, index, block, stopped, failed, closing = "before", 0, None, False, False, False
    for name, data in events(text):
        event = json.loads(data)
        if name != event.get("type"):
            yield "event: %s does not name %s" % (name, event.get("type"))
        if stopped or failed:
            yield "an event after the end: %s" % name
        if name == "error":
            failed = True
            if not event.get("error", {}).get("type") or not event["error"].get("message"):
                yield "an error without type or message"
        elif name == "ping":
            pass
        elif name == "message_start":
            if state != "before":
                yield "a second message_start"
            state = "open"
            for key in ("id", "type", "role", "model", "content", "stop_reason", "stop_sequence", "usage"):
                if key not in event["message"]:
                    yield "message_start lacks %s" % key
        elif state == "before":
            yield "%s before message_start" % name
        elif name == "content_block_start":
            if block is not None:
                yield "two blocks open at once"
            if closing:
                yield "a block after message_delta"
            if event["index"] != index:
                yield "block index %s, expected %d" % (event["index"], index)
            block = event["content_block"]["type"]
        elif name == "content_block_delta":
            if block is None or event["index"] != index:
                yield "a delta outside its block"
            if block in DELTAS and event["delta"]["type"] not in DELTAS[block]:
                yield "%s in a %s block" % (event["delta"]["type"], block)
        elif name == "content_block_stop":
            if block is None or event["index"] != index:
                yield "a stop outside its block"
            block, index = None, index + 1
        elif name == "message_delta":
            if block is not None:
                yield "message_delta while a block is open"
            if not event["delta"].get("stop_reason") or "usage" not in event:
                yield "message_delta lacks stop_reason or usage"
            closing = True
        elif name == "message_stop":
            if not closing:
                yield "message_stop without message_delta"
            stopped = True
        else:
            yield "unknown event %s" % name
    if not stopped and not failed:
        yield "neither message_stop nor an error at the end"


CHECKS = {"openai-chat": chat, "anthropic": anthropic}


def check(fmt, text):
    """What is wrong with a stream of that format; formats without a check here pass."""
    try:
        return list(CHECKS[fmt](text)) if fmt in CHECKS else []
    except (KeyError, TypeError, ValueError) as problem:
        return ["unreadable: %s: %s" % (type(problem).__name__, problem)]
