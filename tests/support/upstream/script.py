"""What the fake provider is told to do. The user's text carries it through any gateway: <<kind key=value …>>.

Answers   text (default: echoes the text; words=N counts instead), think, tool city=Oslo, tools cities=Oslo,Rome,
          refuse (finish content_filter), length, utf8, big kb=N, image (says what media came), nousage,
          finish [word=W] (chat: that finish_reason, or none at all)
Faults    error status=429 [retry_after=2] [code=…]; error_in_stream after=N; cut after=N; reset after=N; early_end after=N;
          empty; garbage; html; hang; hang_after n=N; close (the connection, without a head); stale (closes a kept connection later)
Pace      first=MS before the head, gap=MS between frames, pause=MS at=N once before frame N, bytes=N cuts all frames into pieces
"""
import json
import re
from dataclasses import dataclass, field

MARK = re.compile(r"<<([a-z_0-9]+)((?: [a-z_]+=[^ <>]*)*)>>")
FAULTS = {"error", "error_in_stream", "cut", "reset", "early_end", "empty", "garbage", "html", "hang", "hang_after", "close"}


def encode(data):
    """JSON as bytes; half a surrogate pair, which a client may send, becomes a question mark."""
    return json.dumps(data, ensure_ascii=False).encode("utf-8", "replace")


@dataclass
class Script:
    kind: str = "text"
    values: dict = field(default_factory=dict)

    def number(self, name, default=0):
        return int(self.values.get(name, default))

    def seconds(self, name):
        return self.number(name) / 1000.0


@dataclass
class Answer:
    """The answer before it is worded in a format."""
    parts: list  # ("thinking", text, signature) | ("text", text) | ("tool", id, name, arguments as a dict)
    finish: str = "stop"  # stop, tool, length, filter
    usage: tuple = (11, 7, 3)  # input, output, of the input read from a cache
    word: str | None = ""  # in place of the finish's own; None: no finish is said


def find_script(text):
    marks = MARK.findall(text)
    if not marks:
        return Script()
    kind, rest = marks[-1]
    return Script(kind, dict(pair.split("=", 1) for pair in rest.split()))


def answer_to(script, conversation):
    """conversation: .text (last user text), .tools (names), .results (texts of tool results after the last user text), .media"""
    plain = MARK.sub("", conversation.text).strip()
    if script.kind == "tool" and not conversation.results:
        return Answer([("tool", "call_a1", conversation.tools[0] if conversation.tools else "none", {"city": script.values.get("city", "Oslo")})], "tool")
    if script.kind == "tools" and not conversation.results:
        cities = script.values.get("cities", "Oslo,Rome").split(",")
        name = conversation.tools[0] if conversation.tools else "none"
        return Answer([("text", "Looking. ")] + [("tool", f"call_b{i}", name, {"city": city}) for i, city in enumerate(cities)], "tool")
    if conversation.results:
        return Answer([("text", "tools said: " + " | ".join(conversation.results))])
    if script.kind == "think":
        return Answer([("thinking", "Let me think about it.", "sig-8b1f"), ("text", "thought: " + plain)])
    if script.kind == "image":
        return Answer([("text", "saw " + (", ".join(conversation.media) or "nothing"))])
    if script.kind == "utf8":
        return Answer([("text", "Grüße, 世界, 🚀 und \u2028 \"[DONE]\" \\ end")])
    if script.kind == "big":
        return Answer([("text", "x" * 1024)] * script.number("kb", 64))
    if "words" in script.values:
        return Answer([("text", f"w{i} ") for i in range(script.number("words"))])
    finish = {"refuse": "filter", "length": "length"}.get(script.kind, "stop")
    words = ("echo: " + plain).split(" ")
    pieces = [" " + word for word in words] if len(words) < 1000 else re.findall(r"(?s).{1,4096}", " " + " ".join(words))
    answer = Answer([("text", piece) for piece in [pieces[0][1:], *pieces[1:]]], finish)
    if script.kind == "finish":
        answer.word = script.values.get("word")
    return answer


def grouped(parts):
    """The parts with texts that follow each other put together: (the joined part, its pieces)."""
    groups = []
    for part in parts:
        if part[0] == "text" and groups and groups[-1][0] == "text":
            groups[-1][1].append(part[1])
        else:
            groups.append(("text", [part[1]]) if part[0] == "text" else (part[0], part))
    return [(("text", "".join(found)), found) if kind == "text" else (found, []) for kind, found in groups]
