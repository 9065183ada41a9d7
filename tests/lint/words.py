"""What must not stand in a file of the repository: secrets, paths of somebody's machine, download hosts, unfinished work."""
import json
import re

from tree import Finding

# The words are put together here so that this file does not hold them.
UNFINISHED = "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK", "not imple" + "mented", r"in a later (?:issue|session)"))
IDLE_TESTS = "|".join(("GTEST_" + "SKIP", "DISABLED" + "_", r"EXPECT_TRUE\(tr" + r"ue\)", r"\bx" + r"fail\b", r"\b(?:it|test|describe)\.sk" + r"ip\("))
RULES = [
    ("a private key", re.compile("-----BEGIN (?:[A-Z]+ )?PRIV" + "ATE KEY-----")),
    ("something like a provider's secret", re.compile(r"\b(?:sk-(?:proj|ant|or)-[A-Za-z0-9_-]{24,}|sk-[A-Za-z0-9]{40,}|AKIA[0-9A-Z]{16}"
                                                     r"|gh[pousr]_[A-Za-z0-9]{36}|AIza[0-9A-Za-z_-]{35}|xox[abpr]-[0-9A-Za-z-]{20,})\b")),
    ("a path of one machine", re.compile(r"(?<![\w.$}/])/(?:work|farm|root|home/(?!user\b)\w+)/")),
    ("a package registry's address", re.compile(r"https?://(?:registry|deb|pypi|npm|proxy)\.[a-z]", re.I)),
    ("a word for unfinished work", re.compile(rf"\b(?:{UNFINISHED})\b")),
    ("a test that does not test", re.compile(IDLE_TESTS)),
    ("a conflict mark", re.compile(r"^(?:<{7}|>{7}) ", re.M)),
]
BINARY = (".png", ".ico", ".woff2", ".bin", ".pem", ".der")
# Fuzz seeds and contract cases are bytes for machines, vendored libraries are others' words; the rules about words do not apply.
DATA = ("tests/fuzz/seeds/", "tests/contract/", "web/vendor/")


def check_lock(name, text):
    try:
        lock = json.loads(text)
    except ValueError as error:
        yield Finding(name, 1, f"is no JSON: {error}")
        return
    for package, entry in lock.get("packages", {}).items():
        if "resolved" in entry:
            yield Finding(name, 1, f"{package} names a download address; npm with omit-lockfile-registry-resolved leaves it out")


def check(tree):
    for name in tree.names:
        if name.endswith(BINARY):
            continue
        text = tree.text(name)
        if name.endswith("package-lock.json"):
            yield from check_lock(name, text)
        for what, pattern in RULES:
            if name.startswith(DATA) and not what.startswith(("a private", "something")):
                continue
            for match in pattern.finditer(text):
                yield Finding(name, text.count("\n", 0, match.start()) + 1, f"{what}: {match[0][:40]}")


def samples():
    yield "a private key", {"a.txt": "-----BEGIN PRIV" + "ATE KEY-----\n"}, True
    yield "a provider's key", {"a.txt": "key: sk-" + "proj-" + "a1B2" * 8 + "\n"}, True
    yield "a machine's path", {"docs/a.md": "see /ro" + "ot/project/x\n"}, True
    yield "a home", {"docs/a.md": "see /ho" + "me/somebody/x\n"}, True
    yield "unfinished", {"src/net/a.cpp": "// TO" + "DO: later\n"}, True
    yield "unfinished in a vendored library", {"web/vendor/lib/a.js": "// TO" + "DO: later\n"}, False
    yield "a skipped test", {"tests/unit/net/a_test.cpp": "GTEST_" + "SKIP();\n"}, True
    yield "a lock with addresses", {"tests/e2e/package-lock.json": json.dumps({"packages": {"node_modules/a": {"resolved": "x"}}})}, True
    yield "a registry", {"dev": "npm config set registry https://regi" + "stry.example.com\n"}, True
    yield "plain text", {"docs/a.md": "The data directory is ~/.omniroute; ask for http://127.0.0.1:20128/v1.\n"}, False
