#!/usr/bin/env python3
"""Runs the contract cases: <format>/<case>/ beside this file, and the rows of rules/ (see rows.py).

  run.py --tool PROGRAM [--only TEXT] [--write]

Without --only three things more must hold: every tricky case (wire-formats, section 12: 1 to 96) is shown by some case
here; every row of the tables of losses is; docs/translation.md is what those tables say.

A case's `case.json` says what it shows; beside it stand its input (request.json, response.json, stream.sse or
error.json, in the format of the folder), what it means (canonical.json) and what it becomes (to.<format>.json or .sse).
Streams are also split and cut at every byte, and what is written must keep to the grammar of its format. `--write`
makes the expected files and docs/translation.md from what the codecs do now: to be read before it is committed.

case.json: about; wire = numbers of the tricky cases it covers; model, target, context = where it goes; status = of an
error; for = request.json of another format that a stream answers; losses = {format: [fields]}; refused = {format:
field}; exact = compare what it becomes byte by byte; invalid = the field a bad request is refused for; same = false if it does not come back whole to its own format.
"""
import argparse
import json
import os
import sys

import grammar
import rows
from tool import Tool

HERE = os.path.dirname(os.path.abspath(__file__))
PAGE = os.path.join(HERE, "../../docs/translation.md")
TRICKY_CASES = range(1, 97)
FORMATS = ("openai-chat", "openai-responses", "anthropic", "gemini")
INPUTS = {"request.json": "request", "response.json": "response", "stream.sse": "stream", "error.json": "error"}


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return file.read()


def shown(kind, text):
    """The expected files are made to be read: JSON indented, streams as they are."""
    return text if kind == "stream" else json.dumps(json.loads(text), indent=2, ensure_ascii=False) + "\n"


def equal(kind, want, got):
    """Streams event by event, so that the order of members does not matter."""
    if kind == "stream":
        parsed = lambda text: [(name, data if data == "[DONE]" else json.loads(data)) for name, data in grammar.events(text)]
        return parsed(want) == parsed(got)
    return json.loads(want) == json.loads(got)


class Case:
    def __init__(self, tool, fmt, folder, write):
        self.tool, self.fmt, self.folder, self.write = tool, fmt, folder, write
        self.seen = set()  # (format, words) of what was lost or refused
        self.say = json.loads(read(os.path.join(folder, "case.json")))
        name = next(n for n in INPUTS if os.path.exists(os.path.join(folder, n)))
        self.kind, self.input = INPUTS[name], read(os.path.join(folder, name))

    def job(self, what, **more):
        job = {"what": what, "from": self.fmt, "input": self.input}
        for key in ("model", "target", "context", "status"):
            if key in self.say:
                job[key] = self.say[key]
        job.update(more)
        return self.tool(**job)

    def expected(self, name, got):
        """The problem with what was got, against the file of that name; writes the file if asked to."""
        path = os.path.join(self.folder, name)
        kind = "stream" if name.endswith(".sse") else self.kind if name.startswith("to.") else "canonical"
        if self.write:
            with open(path, "w", encoding="utf-8", newline="") as file:
                file.write(got + "\n" if self.exact(name) else shown(kind, got))
        if not os.path.exists(path):
            return "%s is missing" % name
        if self.exact(name) and read(path) != got + "\n":
            return "%s differs by its bytes, got:\n%s" % (name, got)
        if not equal(kind, read(path), got):
            return "%s differs, got:\n%s" % (name, shown(kind, got))
        return None

    def exact(self, name):
        return self.say.get("exact", False) and name.startswith("to.")

    def run(self):
        answer = self.job("canonical", of=self.kind)
        if "invalid" in self.say:
            if answer["ok"] or answer["error"]["param"] != self.say["invalid"]:
                yield "must be refused for %s, got %s" % (self.say["invalid"], json.dumps(answer)[:300])
            elif self.say.get("words", "") not in answer["error"]["message"]:
                yield "the message lacks the dialect's words: %s" % answer["error"]["message"]
            return
        if not answer["ok"]:
            yield "refused: %s" % answer["error"]
            return
        yield self.expected("canonical.json", json.dumps(answer["canonical"], ensure_ascii=False))
        if self.kind == "stream":
            yield from self.splits_and_cuts()
        for to in self.say.get("to", []):
            yield from self.translate(to)
        if self.kind == "request" and self.say.get("same", True):
            yield self.comes_back(answer["canonical"])

    def splits_and_cuts(self):
        split = self.job("splits")
        if split.get("differs") is not None:
            yield "read in two pieces at byte %s, it means something else" % split["differs"]
        if self.say.get("cuts", True):
            cut = self.job("cuts")
            for word in ("clean", "open"):
                if word in cut:
                    yield "cut at byte %d, its end is %s" % (cut[word], word)

    def translate(self, to):
        more = {"to": to}
        if "for" in self.say:
            more["request"] = read(os.path.join(self.folder, self.say["for"]))
        answer = self.job(self.kind, **more)
        for loss in answer.get("losses", []):
            self.seen.add((to, loss["why"]))
        if not answer["ok"]:
            self.seen.add((to, answer["error"]["message"].partition(": ")[2]))
        refused = self.say.get("refused", {}).get(to)
        if refused is not None:
            if answer["ok"] or answer["error"]["param"] != refused:
                yield "%s must be refused for %s, got %s" % (to, refused, json.dumps(answer)[:300])
            return
        if not answer["ok"]:
            yield "%s refused: %s" % (to, answer["error"])
            return
        yield self.expected("to.%s.%s" % (to, "sse" if self.kind == "stream" else "json"), answer["output"])
        if self.kind == "request":
            fields = sorted(loss["field"] for loss in answer["losses"])
            if self.write:
                self.write_losses(to, fields)
            if fields != sorted(self.say.get("losses", {}).get(to, [])):
                yield "losses to %s: %s" % (to, json.dumps(answer["losses"], indent=1))
        if self.kind == "stream":
            for problem in grammar.check(to, answer["output"]):
                yield "%s: %s" % (to, problem)
            if self.job("stream", feed="bytes", **more)["output"] != answer["output"] and not self.say.get("restarts"):
                yield "%s: fed in single bytes, it comes out otherwise" % to

    def write_losses(self, to, fields):
        losses = self.say.setdefault("losses", {})
        losses[to] = fields
        for name in [name for name, lost in losses.items() if not lost]:
            del losses[name]
        if not losses:
            del self.say["losses"]
        with open(os.path.join(self.folder, "case.json"), "w", encoding="utf-8") as file:
            file.write(json.dumps(self.say, indent=2, ensure_ascii=False) + "\n")

    def comes_back(self, canonical):
        answer = self.job("request", to=self.fmt)
        if not answer["ok"]:
            return "its own format refused: %s" % answer["error"]
        back = self.tool(what="canonical", of="request", **{"from": self.fmt}, input=answer["output"])
        if back["ok"] and "model" in self.say:
            back["canonical"]["model"] = canonical["model"]  # the target's name went out
        if not back["ok"] or back["canonical"] != canonical:
            return "it does not come back whole to its own format: %s" % json.dumps(back, ensure_ascii=False)[:2000]
        return None


def gaps(tool, covered, seen):
    """What the cases as a whole leave out."""
    for number in sorted(set(TRICKY_CASES) - covered):
        yield "tricky case %d is shown by no case" % number
    rules = tool.rules()
    for field in rules["unaccounted"]:
        yield "the tables of losses do not say what becomes of it: %s" % field
    for row in rules["rows"]:
        if not any(to == row["to"] and why.startswith(row["why"]) for to, why in seen):
            yield "no case shows this loss to %s: %s (%s)" % (row["to"], row["why"], row["how"])


def made_streams(tool):
    """Answers made by dice keep to the grammar of the format that they are written in."""
    for seed in range(200):
        for fmt in FORMATS:
            for fails in (False, True):
                text = tool(what="made", seed=seed, to=fmt, fails=fails)["output"]
                for problem in grammar.check(fmt, text):
                    yield "seed %d as %s%s: %s" % (seed, fmt, " that fails" if fails else "", problem)


def page(tool, write):
    """The problem with docs/translation.md; writes it if asked to."""
    want = tool.table()
    if write:
        with open(PAGE, "w", encoding="utf-8") as file:
            file.write(want)
    if not os.path.exists(PAGE) or read(PAGE) != want:
        yield "docs/translation.md is not what the tables say; tests/contract/run.py --write writes it"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tool", required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    tool = Tool(options.tool)
    spoken = tool.formats()
    passed, failed, covered, seen = 0, 0, set(), set()
    for fmt in FORMATS:
        root = os.path.join(HERE, fmt)
        for name in sorted(os.listdir(root)) if os.path.isdir(root) and fmt in spoken else []:
            if options.only not in "%s/%s" % (fmt, name):
                continue
            case = Case(tool, fmt, os.path.join(root, name), options.write)
            covered.update(case.say.get("wire", []))
            problems = [problem for problem in case.run() if problem]
            seen |= case.seen
            passed, failed = passed + (not problems), failed + bool(problems)
            for problem in problems:
                print("%s/%s: %s" % (fmt, name, problem))
    for say in rows.rows():
        if options.only not in say["name"]:
            continue
        row = rows.Row(tool, say)
        covered.update(say.get("wire", []))
        problems = list(row.run())
        seen |= row.seen
        passed, failed = passed + (not problems), failed + bool(problems)
        for problem in problems:
            print("%s: %s" % (say["name"], problem))
    for name, problems in [] if options.only else [("the cases as a whole", list(gaps(tool, covered, seen))), ("the page", list(page(tool, options.write))),
                                                       ("made streams", list(made_streams(tool)))]:
        passed, failed = passed + (not problems), failed + bool(problems)
        for problem in problems:
            print("%s: %s" % (name, problem))
    print("%d of %d tricky cases covered" % (len(covered & set(TRICKY_CASES)), len(TRICKY_CASES)))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
