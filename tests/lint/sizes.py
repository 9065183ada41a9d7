"""Files, functions and headers stay small enough for a head. Over the limit is printed; over double fails."""
from blocks import parse
from tree import Finding

FILE, HEADER, FUNCTION = 400, 150, 60  # lines; twice as much is the hard limit
SCRIPTS = (".py", ".sh", ".mjs", ".js", ".ts", ".tsx")


def over(name, line, what, lines, limit):
    if lines > limit:
        yield Finding(name, line, f"{what} has {lines} lines, the limit is {limit}, and {2 * limit} fails", soft=lines <= 2 * limit)


def check(tree):
    for name in tree.under("include/", "src/", "tests/", "web/", ends=(".cpp", ".hpp", *SCRIPTS)):
        if name.startswith("web/vendor/"):
            continue
        lines = tree.text(name).count("\n")
        public = name.startswith("include/") and name.endswith(".hpp")
        yield from over(name, 1, "the header" if public else "the file", lines, HEADER if public else FILE)
        if not name.endswith((".cpp", ".hpp")):
            continue
        for block in parse(tree.text(name)):
            if block.kind == "function":
                title = " ".join(block.head.split())[:80]
                yield from over(name, block.line, f"the function '{title}'", block.last_line - block.line + 1, FUNCTION)


def samples():
    long_body = "  step();\n"
    yield "a long function", {"src/net/a.cpp": "void f() {\n" + long_body * 121 + "}\n"}, True
    yield "a long file", {"src/net/a.cpp": "int a();\n" * 801}, True
    yield "a long header", {"include/omniroute/net/a.hpp": "int a();\n" * 301}, True
    yield "a long method", {"src/net/a.cpp": "namespace a {\nclass B {\n  int f() const {\n" + long_body * 121 + "  }\n};\n}\n"}, True
    yield "many short functions", {"src/net/a.cpp": ("void f() {\n" + long_body * 10 + "}\n") * 30}, False
