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


ITEM_PARTS = {"message": "content_part", "reasoning": "reasoning_summary_part"}
DELTAS_OF = {"message": ("output_text", "refusal"), "reasoning": ("reasoning_summary_text", "reasoning_text"),
             "function_call": ("function_call_arguments",), "custom_tool_call": ("custom_tool_call_input",)}
WHOLE = {"output_text": "text", "refusal": "refusal", "reasoning_summary_text": "text", "reasoning_text": "text",
         "function_call_arguments": "arguments", "custom_tool_call_input": "input"}
ENDS = {"response.completed": "completed", "response.incomplete": "incomplete", "response.failed": "failed"}


class Responses:
    """One stream of OpenAI Responses, event by event."""

    def __init__(self):
        self.number, self.state, self.item, self.part, self.run, self.items, self.failed, self.ids = 0, "before", None, None, None, [], False, set()

    def take(self, name, event):
        kind = event.get("type")
        if name != kind:
            yield "event: %s does not name %s" % (name, kind)
        if self.state == "ended":
            yield "an event after the end: %s" % kind
        if event.get("sequence_number") != self.number:
            yield "sequence_number %s, expected %d" % (event.get("sequence_number"), self.number)
        self.number += 1
        if kind == "error":
            self.failed = True
            yield from self.error(event)
        elif kind in ENDS:
            yield from self.end(kind, event["response"])
        elif self.failed:
            yield "%s after an error" % kind
        elif kind in ("response.created", "response.in_progress"):
            yield from self.start(kind, event["response"])
        elif self.state != "open":
            yield "%s before response.in_progress" % kind
        elif kind == "response.output_item.added":
            yield from self.open(event)
        elif self.item is None or event.get("output_index") != len(self.items):
            yield "%s outside its item" % kind
        elif kind == "response.output_item.done":
            yield from self.close(event)
        else:
            yield from self.inside(kind[len("response."):], event)

    def start(self, kind, response):
        want = "before" if kind == "response.created" else "created"
        if self.state != want:
            yield "%s in the wrong place" % kind
        self.state = "created" if want == "before" else "open"
        if response.get("output") != [] or response.get("status") != "in_progress" or not response.get("id", "").startswith("resp_"):
            yield "%s: output, status or id is wrong" % kind
        for key in ("object", "created_at", "model", "error", "incomplete_details", "instructions", "metadata", "parallel_tool_calls", "temperature",
                    "tool_choice", "tools", "top_p"):
            if key not in response:
                yield "%s lacks %s" % (kind, key)

    @staticmethod
    def error(event):
        error = event.get("error", event)
        if not error.get("message") or "code" not in error or "param" not in error:
            yield "an error lacks members"

    def open(self, event):
        if self.item is not None:
            yield "two items open at once"
        if event["output_index"] != len(self.items):
            yield "output_index %s, expected %d" % (event["output_index"], len(self.items))
        self.item, self.part, self.run, self.parts = event["item"], None, None, 0
        if self.item.get("id") in self.ids or not self.item.get("id"):
            yield "an item's id is missing or stands twice"
        self.ids.add(self.item.get("id"))
        if self.item["type"] in DELTAS_OF and (self.item.get("content") or self.item.get("arguments") or self.item.get("input")):
            yield "an item opens with content"

    def inside(self, kind, event):
        item = self.item["type"]
        if event.get("item_id") != self.item["id"]:
            yield "item_id %s, expected %s" % (event.get("item_id"), self.item["id"])
        stem, _, verb = kind.rpartition(".")
        if stem == ITEM_PARTS.get(item) and verb in ("added", "done"):
            index = event["content_index" if item == "message" else "summary_index"]
            if index != self.parts or (verb == "added") != (self.part is None):
                yield "%s out of order" % kind
            self.part = event["part"] if verb == "added" else None
            self.parts += verb == "done"
            if verb == "done" and self.run is not None:
                yield "%s before its text is done" % kind
        elif stem in DELTAS_OF.get(item, ()) and verb == "delta":
            if ITEM_PARTS.get(item) and stem != "reasoning_text" and self.part is None:
                yield "%s outside a part" % kind
            self.run = (stem, (self.run or (stem, ""))[1] + event["delta"])
        elif stem in DELTAS_OF.get(item, ()) and verb == "done":
            if event[WHOLE[stem]] != (self.run or (stem, ""))[1]:
                yield "%s is not what its deltas were" % kind
            self.run = None
        elif kind != "output_text.annotation.added" and item in DELTAS_OF:
            yield "%s in a %s" % (kind, item)

    def close(self, event):
        if self.part is not None or self.run is not None:
            yield "an item is done before what is in it"
        if event["item"].get("id") != self.item["id"] or event["item"]["type"] != self.item["type"]:
            yield "another item is done than was added"
        if event["item"]["type"] in DELTAS_OF and event["item"].get("status") == "in_progress":
            yield "a done item is in progress"
        self.items.append(event["item"])
        self.item = None

    def end(self, kind, response):
        self.state = "ended"
        if response.get("status") != ENDS[kind]:
            yield "%s with status %s" % (kind, response.get("status"))
        if kind == "response.failed":
            if not response.get("error"):
                yield "response.failed without error"
            return
        if self.failed:
            yield "%s after an error" % kind
        if self.item is not None:
            yield "%s while an item is open" % kind
        if response["output"] != self.items:
            yield "the output at the end is not what was sent"
        if kind == "response.incomplete" and (response.get("incomplete_details") or {}).get("reason") not in ("max_output_tokens", "content_filter"):
            yield "incomplete without a reason"


def responses(text):
    yield from closed(text)
    stream = Responses()
    for name, data in events(text):
        yield from stream.take(name, json.loads(data))
    if stream.state != "ended" and not stream.failed:
        yield "neither an end nor an error at the end"


GEMINI_FINISH = re.compile("[A-Z][A-Z_]*$")  # the vendor adds words


def gemini(text):
    yield from closed(text)
    if text.replace("\r\n", "").count("\n"):
        yield "a line end is not CRLF"
    finished, failed, said = set(), False, False
    for name, data in events(text):
        chunk = json.loads(data)
        if name is not None:
            yield "a named event: %s" % name
        if failed:
            yield "an event after an error"
        if "error" in chunk:
            failed = True
            if not {"code", "message", "status"} <= set(chunk["error"]):
                yield "an error lacks members"
            continue
        if not chunk.get("candidates") and not chunk.get("promptFeedback") and not chunk.get("usageMetadata"):
            yield "a chunk says nothing"
        said = said or bool(chunk.get("promptFeedback"))
        for candidate in chunk.get("candidates") or []:
            index = candidate.get("index", 0)
            if index in finished:
                yield "candidate %d after its finish" % index
            yield from gemini_parts((candidate.get("content") or {}).get("parts") or [])
            if candidate.get("finishReason"):
                finished.add(index)
                if not GEMINI_FINISH.match(candidate["finishReason"]):
                    yield "finishReason %s" % candidate["finishReason"]
    if not finished and not failed and not said:
        yield "neither a finish nor an error at the end"


def gemini_parts(parts):
    for part in parts:
        kinds = [key for key in part if key not in ("thought", "thoughtSignature", "videoMetadata")]
        if len(kinds) != 1:
            yield "a part holds %s" % kinds
        call = part.get("functionCall")
        if call is not None and (not call.get("name") or not isinstance(call.get("args", {}), dict)):
            yield "a call without name or with arguments that are no object"


CHECKS = {"openai-chat": chat, "openai-responses": responses, "anthropic": anthropic, "gemini": gemini}


def check(fmt, text):
    """What is wrong with a stream of that format."""
    try:
        return list(CHECKS[fmt](text))
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        return ["unreadable: %s: %s" % (type(problem).__name__, problem)]
