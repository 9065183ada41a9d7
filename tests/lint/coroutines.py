"""The coroutine forms that g++ 12.2 miscompiles, and the rules that keep away from them (docs/architecture.md, "Coroutines").

Rule 1  a statement with co_await has no braced list, no capturing lambda, no ?:, and builds no aggregate
Rule 2  a lambda that is a coroutine captures nothing
Rule 3  a coroutine takes no rvalue references
Rule 4  no structured binding on an awaited result, no tuples or pairs as results
Rule 5  detached is written in net alone
Rule 6  no lock lives across a co_await
"""
import re

from blocks import parse
from tree import Finding, blank, closing, line_of

CAPTURES = re.compile(r"(?<![\w)\]])\[\s*[^\[\]\s][^\[\]]*\]\s*(?=[({<]|mutable|->)")
COROUTINE = re.compile(r"\bco_(?:await|return|yield)\b")
LOCK = re.compile(r"\b(?:lock_guard|unique_lock|scoped_lock|shared_lock)\b\s*(?:<.*?>)?\s+\w+\s*[({]")
STRUCT = re.compile(r"\bstruct\s+(\w+)\s*(?:final\s*)?\{")
BUILT = re.compile(r"(?:\bmake_(?:unique|shared)\s*<\s*(?:\w+::)*|(?<![\w.>]))([A-Z]\w*)\s*>?\s*\((?!\s*\))")


def aggregates(tree):
    """Names of structs without a constructor, of the whole tree: what a statement with co_await must not build."""
    found = set()
    for name in tree.cpp("include/", "src/"):
        text = blank(tree.text(name))
        for match in STRUCT.finditer(text):
            body = text[match.end() - 1:closing(text, match.end() - 1)]
            if ";" in body and not re.search(rf"\b{match[1]}\s*\(", body):
                found.add(match[1])
    return found


def check_statement(statement, names):
    text = statement.text
    if CAPTURES.search(text):
        yield "a capturing lambda in a statement with co_await: name it on the line before"
    if "?" in text:
        yield "?: in a statement with co_await: use if"
    if statement.braced:
        yield "a braced list in a statement with co_await: name it on the line before, then std::move"
    for built in BUILT.findall(text):
        if built in names:
            yield f"the aggregate {built} is built in a statement with co_await: name it on the line before, then std::move"
    if re.search(r"\bauto\s*&{0,2}\s*\[[^\[\]]*\]\s*=\s*co_await\b", text):
        yield "a structured binding on an awaited result: give it a name"


def locked_at(statement):
    """Whether a lock made earlier in this block, or in one round it, is still held."""
    block = statement.block
    while block:
        for earlier in block.statements:
            if earlier is not statement and earlier.line <= statement.line and LOCK.search(earlier.text):
                return True
        if block.kind != "inner":
            return False
        block = block.parent
    return False


def check_blocks(name, text, names):
    coroutines = set()
    for block in parse(text):
        for statement in block.statements:
            if not COROUTINE.search(statement.text):
                continue
            owner = block.function()
            if owner and owner.kind == "lambda" and owner.captures and id(owner) not in coroutines:
                coroutines.add(id(owner))
                yield Finding(name, owner.line, "a lambda with captures is a coroutine: make it a function that takes values")
            if "co_await" not in statement.text:
                continue
            for what in check_statement(statement, names):
                yield Finding(name, statement.line, what)
            if locked_at(statement):
                yield Finding(name, statement.line, "a lock lives across a co_await: put what locks into a plain function")


def check_signatures(name, text):
    text = blank(text)
    for match in re.finditer(r"\bTask<[^;{}()]*?>\s+[\w:]+\s*\(", text):
        opening = match.end() - 1
        if "&&" in text[opening:closing(text, opening)]:
            yield Finding(name, line_of(text, match.start()), "a coroutine takes an rvalue reference: take the value")
    for match in re.finditer(r"\bTask<[^;{}()]*\b(?:tuple|pair)\s*<", text):
        yield Finding(name, line_of(text, match.start()), "a coroutine gives a tuple or pair: give a struct with names")
    if not name.startswith(("src/net/", "include/omniroute/net/", "tests/")):
        for match in re.finditer(r"\bdetached\b", text):
            yield Finding(name, line_of(text, match.start()), "detached outside net: spawn on a worker, which owns the coroutine")


def check(tree):
    names = aggregates(tree)
    for name in tree.cpp():
        if not name.startswith("tests/unit/toolchain/"):
            yield from check_blocks(name, tree.text(name), names)
            yield from check_signatures(name, tree.text(name))


AGGREGATE = "struct Plan {\n  std::string name;\n  std::vector<int> steps;\n};\n"
BAD = {
    "braced list": "Task<void> f() {\n  co_await run(Plan{\"a\", {1}});\n}\n",
    "designated": "Task<void> f() {\n  auto r = co_await run({.name = x});\n}\n",
    "parenthesised aggregate": AGGREGATE + "Task<void> f() {\n  co_await run(Plan(\"a\"));\n}\n",
    "aggregate in make_unique": AGGREGATE + "Task<void> f() {\n  co_await run(std::make_unique<Plan>(name));\n}\n",
    "merely beside it": "Task<void> f() {\n  use(co_await run(), Plan{a});\n}\n",
    "in an if head": "Task<void> f() {\n  if (auto r = co_await run(Plan{a}); !r) {\n    stop();\n  }\n}\n",
    "capturing lambda": "Task<void> f() {\n  co_await each([&](int x) { use(x); });\n}\n",
    "conditional": "Task<void> f() {\n  auto r = co_await run(a ? b : c);\n}\n",
    "structured binding": "Task<void> f() {\n  auto [a, b] = co_await run();\n}\n",
    "capturing coroutine": "auto f = [this]() -> Task<void> {\n  co_await run();\n};\n",
    "lock across": "Task<void> f() {\n  std::lock_guard lock(mutex_);\n  co_await run();\n}\n",
    "lock round a block": "Task<void> f() {\n  std::lock_guard lock(mutex_);\n  if (a) {\n    co_await run();\n  }\n}\n",
    "rvalue parameter": "Task<void> f(std::string&& text);\n",
    "tuple result": "Task<std::tuple<int, int>> f();\n",
    "detached": "void f() {\n  co_spawn(executor, g(), asio::detached);\n}\n",
}
GOOD = {
    "named and moved": "Task<void> f() {\n  Plan plan{\"a\", {1}};\n  co_await run(std::move(plan));\n}\n",
    "if with initialiser": "Task<void> f() {\n  if (auto r = co_await run(a, b); !r) {\n    Plan plan{a};\n  }\n}\n",
    "class temporaries": "Task<void> f() {\n  co_await run(std::string(\"a\"), Tick(5s));\n}\n",
    "plain lambda coroutine": "auto f = []() -> Task<void> {\n  co_await run();\n};\n",
    "lambda that only builds": "void f() {\n  each([this](int x) { use(x); });\n}\n",
    "question in a string": "Task<void> f() {\n  co_await say(\"really? {}\");\n}\n",
    "lock in its own block": "Task<void> f() {\n  {\n    std::lock_guard lock(mutex_);\n  }\n  co_await run();\n}\n",
    "next statement": "Task<void> f() {\n  auto x = co_await run();\n  int y = x ? 1 : 2;\n}\n",
    "array index": "Task<void> f() {\n  co_await run(parts[i]);\n}\n",
}


def samples():
    for name, text in BAD.items():
        yield name, {"src/routing/bad.cpp": text}, True
    for name, text in GOOD.items():
        yield name, {"src/routing/good.cpp": text}, False
