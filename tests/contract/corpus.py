#!/usr/bin/env python3
"""Runs recorded exchanges through the codecs and compares the facts that must survive.

  corpus.py CORPUS [--tool PROGRAM] [--derive derive.py] [--only TEXT] [--cuts N]

For each case of a format that is spoken: facts hold from A to A, to every B and back again; streams also in single
bytes and cut inside every multi-byte character; a stream cut anywhere never ends clean. Cases that cannot pass stand
with their reason in corpus-exceptions.txt; one that passes all the same is reported, so that the list stays true.
"""
import argparse
import importlib.util
import json
import os
import random
import re
import sys
import tempfile

import grammar
import table
from tool import Tool

HERE = os.path.dirname(os.path.abspath(__file__))


def load_derive(path):
    spec = importlib.util.spec_from_file_location("derive", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return file.read()


def framed(fmt, text):
    """A .jsonl stream in the framing of its format."""
    out = []
    for line in re.split(r"\r?\n", text):
        if not line.strip():
            continue
        if fmt in ("anthropic", "openai-responses"):
            out.append("event: %s\ndata: %s\n\n" % (json.loads(line).get("type"), line))
        else:
            out.append("data: %s%s" % (line, "\r\n\r\n" if fmt == "gemini" else "\n\n"))
    if fmt == "openai-chat":
        out.append("data: [DONE]\n\n")
    return "".join(out)


class Judge:
    def __init__(self, tool, derive, cuts):
        self.tool, self.derive, self.cuts = tool, derive, cuts
        self.formats = tool.formats()

    # ------------------------------------------------------------ facts of what we wrote

    def facts(self, fmt, kind, text):
        suffix = ".sse" if kind == "stream" else ".json"
        with tempfile.NamedTemporaryFile("w", suffix=suffix, encoding="utf-8", newline="", delete=False) as file:
            file.write(text)
        try:
            return self.derive.facts(fmt, kind, file.name)
        finally:
            os.unlink(file.name)

    def run(self, what, a, b, text, **more):
        answer = self.tool(what=what, **{"from": a, "to": b}, input=text, **more)
        if not answer["ok"]:
            raise ValueError("%s to %s refused: %s" % (a, b, answer["error"]["message"]))
        return answer

    # ------------------------------------------------------------ requests

    @staticmethod
    def squeezed(text):
        return re.sub(r"\s+", "", text or "")

    def request_differences(self, want, got, pair):
        """What must survive in a request. `pair`: the formats it went through; what they have no place for may go."""
        out = []

        def unlike(name, a, b):
            if a != b:
                out.append("%s differs: want %.200s, got %.200s" % (name, json.dumps(a), json.dumps(b)))

        through = set(pair)
        for key in ("system", "user_text", "assistant_text"):
            unlike(key, self.squeezed(want.get(key)), self.squeezed(got.get(key)))
        calls = lambda facts: [(c["name"], json.dumps(c["arguments"], sort_keys=True)) for c in facts.get("tool_calls") or []]
        unlike("tool_calls", calls(want), calls(got))
        # A text document is a text where the format has no documents; the judge sees it as media or not at all.
        documents = len(through) > 1 and any(m["source"] == "text" for m in want.get("media") or [])
        results = lambda facts: [self.squeezed(r.get("text")) for r in facts.get("tool_results") or []]
        if not documents:
            unlike("tool_results", results(want), results(got))
        tools = lambda facts: [(t["name"], json.dumps(t.get("parameters"), sort_keys=True)) for t in facts.get("tools") or []]
        untyped = None in (want.get("builtin_tools") or [])  # tools without a type, which the judge takes for none
        if not untyped:
            unlike("tools", tools(want), tools(got))
        unread = any("document_url" in turn for turn in want.get("turns") or [])  # a part the judge does not read
        media = lambda facts: [(m["source"], m.get("sha256") or m.get("url") or m.get("ref")) for m in facts.get("media") or []]
        if not documents and not unread:
            unlike("media", media(want), media(got))
        for key in ("model", "max_output_tokens", "json_schema", "stop", "stream", "user"):
            if want.get(key) not in (None, [], False):
                unlike(key, want.get(key), got.get(key))
        if want.get("tool_choice") and (want.get("tools") or len(through) == 1):  # without tools it is left out
            unlike("tool_choice", want.get("tool_choice"), got.get("tool_choice"))
        if want.get("parallel_tool_calls") is False:
            unlike("parallel_tool_calls", False, got.get("parallel_tool_calls"))
        if len(through) == 1:
            unlike("thinking", want.get("thinking") or [], got.get("thinking") or [])
            if not untyped:
                unlike("builtin_tools", want.get("builtin_tools") or [], got.get("builtin_tools") or [])
            unlike("cache_breakpoints", want.get("cache_breakpoints") or 0, got.get("cache_breakpoints") or 0)
            for key in ("temperature", "top_p", "top_k", "reasoning", "json_mode"):
                if want.get(key) is not None:
                    unlike(key, want.get(key), got.get(key))
        return out

    def request(self, a, text, want):
        model = json.loads(text).get("model") or ""
        for b in self.formats:
            answer = self.tool(what="request", **{"from": a, "to": b}, input=text, model=model)
            if table.refused(text, want, a, b):
                if answer["ok"] or not answer["error"]["param"]:
                    yield "%s-%s: must be refused by name" % (a, b)
                continue
            if not answer["ok"]:
                yield "%s-%s refused: %s" % (a, b, answer["error"]["message"])
                continue
            there = answer["output"]
            if b == a:
                yield from self.tagged(a, a, self.request_differences(want, self.facts(a, "request", there), (a,)))
                continue
            if table.refused("{}", want, b, a):
                continue
            back = self.run("request", b, a, there, model=model)["output"]
            pair = table.request(text, want, self.facts(a, "request", back), (a, b))
            yield from self.tagged(a, b, self.request_differences(*pair, (a, b)))

    # ------------------------------------------------------------ answers

    @staticmethod
    def tagged(a, b, differences):
        for difference in differences:
            yield "%s-%s: %s" % (a, b, difference)

    def response(self, a, text, want):
        for b in self.formats:
            there = self.run("response", a, b, text)["output"]
            yield from self.tagged(a, b, self.derive.same(*table.answer(want, self.facts(b, "response", there), (a, b))))
            back = self.run("response", b, a, there)["output"]
            yield from self.tagged(a, b + " and back", self.derive.same(*table.answer(want, self.facts(a, "response", back), (a, b))))

    def error(self, a, text, status):
        want = self.derive.error_of(json.loads(text), status) or {}
        for b in self.formats:
            there = self.run("error", a, b, text, status=status)["output"]
            error = self.derive.error_of(json.loads(there)) or {}
            if error.get("message") != want.get("message"):
                yield "%s-%s: message differs: want %r, got %r" % (a, b, want.get("message"), error.get("message"))
            back = self.derive.error_of(json.loads(self.run("error", b, a, there, status=status)["output"])) or {}
            if back.get("message") != want.get("message"):
                yield "%s-%s and back: message differs: %r" % (a, b, back.get("message"))

    # ------------------------------------------------------------ streams

    def stream_facts(self, fmt, text):
        facts = self.facts(fmt, "stream", text)
        if fmt == "openai-chat" and facts.get("error") and "[DONE]" in text:
            facts["complete"] = True  # an error must not be followed by the clean end's mark
        return facts

    def ends_as(self, want, got):
        if want.get("complete") and not got.get("complete"):
            return ["a whole stream came out broken: %s" % got.get("error")]
        # The one legal way from incomplete to complete: [DONE] came, only the reason was missing.
        if not want.get("complete") and got.get("complete") and not want.get("done_marker"):
            return ["a broken stream came out whole"]
        return []

    def stream(self, a, text, want, name):
        data = text.encode("utf-8")
        inside = [n for n in range(1, len(data)) if data[n] & 0xC0 == 0x80]
        restarted = (want.get("message_starts") or 1) > 1
        for b in self.formats:
            there = self.run("stream", a, b, text)["output"]
            got = self.stream_facts(b, there)
            yield from self.tagged(a, b, self.derive.same(*table.answer(want, got, (a, b))) + self.ends_as(want, got) + grammar.check(b, there))
            back = self.run("stream", b, a, there)["output"]
            got = self.stream_facts(a, back)
            yield from self.tagged(a, b + " and back", self.derive.same(*table.answer(want, got, (a, b))) + self.ends_as(want, got))
            live = self.run("stream", a, b, text, splits=[])["output"]
            if live != there and not restarted:
                yield "%s-%s: fed whole, a live stream differs" % (a, b)
            if self.run("stream", a, b, text, feed="bytes")["output"] != live:
                yield "%s-%s: fed in single bytes, the result differs" % (a, b)
            if inside and self.run("stream", a, b, text, splits=inside)["output"] != live:
                yield "%s-%s: cut inside multi-byte characters, the result differs" % (a, b)
            yield from self.tagged(a, b, self.cut(a, b, text, data, name))

    def cut(self, a, b, text, data, name):
        dice = random.Random(name)
        for _ in range(self.cuts):
            at = dice.randrange(len(data))
            left = data[:at].decode("utf-8", "ignore")
            try:
                whole = self.facts(a, "stream", left)
            except Exception:
                whole = {}
            if whole.get("complete") or whole.get("done_marker"):
                continue  # what was cut off was no part of the answer
            out = self.run("stream", a, b, text, cut=at)["output"]
            for problem in grammar.check(b, out):
                yield "cut at byte %d: %s" % (at, problem)
            if self.stream_facts(b, out).get("complete"):
                yield "cut at byte %d, it ended clean" % at

    # ------------------------------------------------------------ a case

    def case(self, folder):
        with open(os.path.join(folder, "meta.json"), encoding="utf-8") as file:
            meta = json.load(file)
        name, a, expect = os.path.basename(folder), meta["format"], meta["expect"]
        for entry in sorted(os.listdir(folder)):
            match = self.derive.FILE.match(entry)
            if not match:
                continue
            kind, text = match.group(1), read(os.path.join(folder, entry))
            try:
                if kind == "request":
                    yield from self.request(match.group(2), text, expect.get("request") or {})
                elif kind == "stream":
                    yield from self.stream(a, framed(a, text) if entry.endswith(".jsonl") else text, expect.get("stream") or {}, name)
                elif meta["kind"] == "error":
                    yield from self.error(a, text, meta["http_status"])
                else:
                    yield from self.response(a, text, expect.get("response") or {})
            except ValueError as problem:
                yield "%s: %s" % (kind, problem)


def exceptions():
    """{case: reason} of corpus-exceptions.txt."""
    out = {}
    with open(os.path.join(HERE, "corpus-exceptions.txt"), encoding="utf-8") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                case, _, reason = line.strip().partition(" ")
                out[case] = reason.strip()
    return out


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("corpus")
    parser.add_argument("--tool", default=os.path.join(HERE, "../../build/dev/tests/contract/codec_tool"))
    parser.add_argument("--derive")
    parser.add_argument("--only", default="")
    parser.add_argument("--cuts", type=int, default=4)
    options = parser.parse_args()
    if not os.path.isdir(options.corpus):
        print("no corpus at %s: nothing to check" % options.corpus)
        return 0
    derive = load_derive(options.derive or os.path.join(options.corpus, "../tools/derive.py"))
    judge = Judge(Tool(options.tool), derive, options.cuts)
    known, used = exceptions(), set()
    passed, failed, excused, counts = 0, 0, 0, {}
    for folder in derive.cases([options.corpus]):
        name = os.path.basename(folder)
        with open(os.path.join(folder, "meta.json"), encoding="utf-8") as file:
            fmt = json.load(file)["format"]
        if options.only not in name or fmt not in judge.formats:
            continue
        problems = list(judge.case(folder))
        counts.setdefault(fmt, [0, 0])[0 if not problems else 1] += 1
        if not problems:
            passed += 1
            if name in known:
                print("%s passes; take it off corpus-exceptions.txt" % name)
                failed += 1
        elif name in known:
            excused += 1
            used.add(name)
        else:
            failed += 1
            print(name)
            for problem in problems[:8]:
                print("    " + problem)
    for fmt, (good, bad) in sorted(counts.items()):
        print("%s: %d of %d" % (fmt, good, good + bad))
    print("%d listed as exceptions" % excused)
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
