"""Contract cases as rows: rules/*.json beside this file, each a list of objects.

name      request|response|stream|error/<from>-to-<to>/<the rule>
input     the body as JSON, or for a stream a list of events: JSON values, or strings that go out as they are
events    for a stream whose events have names: those names come from the member `type` of each event
model, target, context, status    as in a folder's case.json; for: the client's request that an answer belongs to
has       {path: value} that must stand in what came out; a path is keys and positions apart by dots, "#" the number of
          elements; of a stream it begins with "facts." for what the events say as a whole, or with an event's position
lacks     paths that must not stand there
text      words that must stand in it, nowhere: words that must not
losses    {field: nearest|dropped}, exactly; refused: the field a request is refused for
ends      of a stream: "clean" or "error"
"""
import json
import os

import grammar

HERE = os.path.dirname(os.path.abspath(__file__))
NAMED = ("openai-responses", "anthropic")


def rows():
    root = os.path.join(HERE, "rules")
    for name in sorted(os.listdir(root)):
        with open(os.path.join(root, name), encoding="utf-8") as file:
            yield from json.load(file)


def formats_of(name):
    for a in grammar.CHECKS:
        for b in grammar.CHECKS:
            if name.split("/")[1] == "%s-to-%s" % (a, b):
                return a, b
    raise ValueError("no pair of formats in %s" % name)


def framed(fmt, events):
    out = []
    for event in events:
        if isinstance(event, str):
            out.append(event)
        elif fmt in NAMED:
            out.append("event: %s\ndata: %s\n\n" % (event.get("type", "error"), json.dumps(event, ensure_ascii=False)))
        else:
            out.append("data: %s\n\n" % json.dumps(event, ensure_ascii=False))
    return "".join(out)


def at(value, path):
    """(found, value)"""
    for step in path.split("."):
        if step == "#":
            return isinstance(value, (list, dict)), len(value) if isinstance(value, (list, dict)) else None
        if isinstance(value, list) and step.lstrip("-").isdigit():
            if not -len(value) <= int(step) < len(value):
                return False, None
            value = value[int(step)]
        elif isinstance(value, dict) and step in value:
            value = value[step]
        else:
            return False, None
    return True, value


def said(fmt, text):
    """What a stream says as a whole, in few words."""
    facts = {"text": "", "reasoning": "", "calls": {}, "order": [], "ends": "open"}
    parsed = [(name, None if data == "[DONE]" else json.loads(data)) for name, data in grammar.events(text)]
    for name, event in parsed:
        READ[fmt](event, facts)
    facts["calls"] = list(facts["calls"].values())
    return facts, [event for _, event in parsed]


def call(facts, key, call_id, name, arguments):
    if key not in facts["calls"]:
        facts["calls"][key] = {"id": call_id, "name": name, "arguments": ""}
        facts["order"].append("call")
    facts["calls"][key]["arguments"] += arguments


def words(facts, kind, text):
    facts[kind] += text
    if text and facts["order"][-1:] != [kind]:
        facts["order"].append(kind)


def read_chat(event, facts):
    if event is None:
        facts["ends"] = "clean"
    elif "error" in event:
        facts["ends"] = "error"
    else:
        for choice in event["choices"]:
            delta = choice["delta"]
            words(facts, "reasoning", delta.get("reasoning_content") or "")
            words(facts, "text", delta.get("content") or "")
            for each in delta.get("tool_calls") or []:
                function = each.get("function") or each.get("custom") or {}
                call(facts, each["index"], each.get("id"), function.get("name"), function.get("arguments") or function.get("input") or "")
            facts["finish"] = choice["finish_reason"] or facts.get("finish")
        facts["usage"] = event.get("usage") or facts.get("usage")


def read_responses(event, facts):
    kind, item = event["type"], event.get("item") or {}
    if kind == "response.output_text.delta":
        words(facts, "text", event["delta"])
    elif kind in ("response.reasoning_summary_text.delta", "response.reasoning_text.delta"):
        words(facts, "reasoning", event["delta"])
    elif kind == "response.output_item.added" and item["type"] in ("function_call", "custom_tool_call"):
        call(facts, event["output_index"], item["call_id"], item["name"], "")
    elif kind in ("response.function_call_arguments.delta", "response.custom_tool_call_input.delta"):
        call(facts, event["output_index"], None, None, event["delta"])
    elif kind == "error" or kind == "response.failed":
        facts["ends"] = "error"
    elif kind in ("response.completed", "response.incomplete"):
        facts["ends"], facts["usage"] = "clean", event["response"]["usage"]
        facts["finish"] = (event["response"]["incomplete_details"] or {}).get("reason", event["response"]["status"])


def read_anthropic(event, facts):
    kind, delta, block = event["type"], event.get("delta") or {}, event.get("content_block") or {}
    if block.get("type") == "tool_use":
        call(facts, event["index"], block["id"], block["name"], "")
    words(facts, "text", delta.get("text", ""))
    words(facts, "reasoning", delta.get("thinking", ""))
    if delta.get("type") == "input_json_delta":
        call(facts, event["index"], None, None, delta["partial_json"])
    if kind == "message_delta":
        facts["finish"], facts["usage"] = delta["stop_reason"], event["usage"]
    if kind in ("message_stop", "error"):
        facts["ends"] = "clean" if kind == "message_stop" else "error"


def read_gemini(event, facts):
    if "error" in event:
        facts["ends"] = "error"
    facts["usage"] = event.get("usageMetadata") or facts.get("usage")
    for candidate in event.get("candidates") or []:
        for part in (candidate.get("content") or {}).get("parts") or []:
            words(facts, "reasoning" if part.get("thought") else "text", part.get("text", ""))
            if "functionCall" in part:
                each = part["functionCall"]
                call(facts, len(facts["calls"]), each.get("id"), each["name"], json.dumps(each["args"], separators=(",", ":")))
        if candidate.get("finishReason"):
            facts["ends"], facts["finish"] = "clean", candidate["finishReason"]


READ = {"openai-chat": read_chat, "openai-responses": read_responses, "anthropic": read_anthropic, "gemini": read_gemini}


class Row:
    def __init__(self, tool, say):
        self.tool, self.say, self.kind = tool, say, say["name"].split("/")[0]
        self.a, self.b = formats_of(say["name"])
        self.seen = set()  # (format, words) of what was lost or refused

    def run(self):
        body = framed(self.a, self.say["input"]) if self.kind == "stream" else self.say["input"]
        job = {"what": self.kind, "from": self.a, "to": self.b, "input": body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)}
        for key in ("model", "target", "context", "status"):
            if key in self.say:
                job[key] = self.say[key]
        if "for" in self.say:
            job["request"] = json.dumps(self.say["for"], ensure_ascii=False)
        answer = self.tool(**job)
        if not answer["ok"]:
            self.seen.add((self.b, answer["error"]["message"].partition(": ")[2]))
            if answer["error"]["param"] != self.say.get("refused"):
                yield "refused: %s" % answer["error"]
            return
        if "refused" in self.say:
            yield "must be refused for %s" % self.say["refused"]
            return
        losses = {loss["field"]: loss["how"] for loss in answer.get("losses", [])}
        self.seen |= {(self.b, loss["why"]) for loss in answer.get("losses", [])}
        if self.kind == "request" and losses != self.say.get("losses", {}):
            yield "losses: %s" % json.dumps(answer["losses"])
        yield from self.judge(answer["output"])
        if self.kind == "stream" and self.tool(feed="bytes", **job)["output"] != answer["output"] and not self.say.get("restarts"):
            yield "fed in single bytes, it comes out otherwise"

    def judge(self, text):
        if self.kind == "stream":
            yield from grammar.check(self.b, text)
            facts, events = said(self.b, text)
            if facts["ends"] != self.say.get("ends", "clean"):
                yield "it ends %s" % facts["ends"]
            got = events + [facts]
            whole = {**{str(n): event for n, event in enumerate(events)}, "facts": facts}
        else:
            got = whole = json.loads(text)
        for path, want in self.say.get("has", {}).items():
            found, value = at(whole, path)
            if not found or value != want:
                yield "%s is %s, expected %s\n    in %.1500s" % (path, json.dumps(value) if found else "absent", json.dumps(want), json.dumps(got, ensure_ascii=False))
        for path in self.say.get("lacks", []):
            if at(whole, path)[0]:
                yield "%s must be absent\n    in %.1500s" % (path, json.dumps(got, ensure_ascii=False))
        for each in self.say.get("text", []):
            if each not in text:
                yield "%r is missing\n    in %.1500s" % (each, text)
        for each in self.say.get("nowhere", []):
            if each in text:
                yield "%r must not stand there\n    in %.1500s" % (each, text)
