"""Each header compiles alone. What compiled once is remembered by the text of all it includes from the tree."""
import hashlib
import os
import re
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tree import ROOT, Finding

KEPT = ROOT / "build" / "lint" / "headers"
FLAGS = ["-std=c++20", "-fcoroutines", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-DBOOST_ASIO_NO_DEPRECATED",
         "-DBOOST_ASIO_DISABLE_BOOST_COROUTINE", "-x", "c++"]
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', re.M)


def reached(tree, name, seen):
    """All files of the tree that a header includes, itself first."""
    if name in seen:
        return
    seen.add(name)
    for header in INCLUDE.findall(tree.text(name)):
        for other in ("include/" + header, name.rsplit("/", 1)[0] + "/" + header, "/".join(name.split("/")[:2]) + "/" + header):
            if other in tree.names:
                reached(tree, other, seen)
                break


def digest(tree, name):
    seen = set()
    reached(tree, name, seen)
    key = hashlib.sha256(" ".join(FLAGS).encode())
    for other in sorted(seen):
        key.update(other.encode() + b"\0" + tree.text(other).encode() + b"\0")
    return key.hexdigest()


def compiles(name, root):
    """The compiler's first error, or None."""
    room = "/".join(name.split("/")[:2])
    command = ["g++", *FLAGS, "-I", str(root / "include"), "-I", str(root / room), "-"]
    unit = f'#include "{root / name}"\n#include "{root / name}"\n'  # twice: the guard holds
    result = subprocess.run(command, input=unit, capture_output=True, text=True, check=False)
    if result.returncode == 0:
        return None
    errors = [line for line in result.stderr.splitlines() if "error:" in line]
    return re.sub(r"^.*?error:\s*", "", (errors or result.stderr.splitlines() or ["unknown"])[0])


def check(tree):
    if tree.texts and any(name not in tree.texts for name in tree.names) or not tree.texts:
        yield from check_under(tree, ROOT, KEPT)
        return
    with tempfile.TemporaryDirectory() as folder:  # a sample that lives in memory
        root = Path(folder)
        for name in tree.names:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(tree.text(name))
        yield from check_under(tree, root, root / "kept")


def check_under(tree, root, kept):
    kept.mkdir(parents=True, exist_ok=True)
    names = tree.under("include/", "src/", ends=(".hpp",))
    keys = {name: digest(tree, name) for name in names}
    todo = [name for name in names if not (kept / keys[name]).exists()]
    with ThreadPoolExecutor(int(os.environ.get("JOBS", os.cpu_count() or 2))) as pool:
        for name, error in zip(todo, pool.map(lambda n: compiles(n, root), todo)):
            if error:
                yield Finding(name, 1, f"does not compile alone: {error}")
            else:
                (kept / keys[name]).touch()


def samples():
    yield "lacks an include", {"include/omniroute/base/a.hpp": "#pragma once\nstd::string f();\n"}, True
    yield "lacks a guard", {"include/omniroute/base/a.hpp": "#include <string>\nstruct A {};\n"}, True
    yield "stands alone", {"include/omniroute/base/a.hpp": "#pragma once\n#include <string>\nstd::string f();\n"}, False
