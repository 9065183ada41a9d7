"""A room includes only from floors below its own, and foreign headers only where docs/architecture.md allows them.

The two tables of docs/architecture.md are the single source; CMake's link lists must agree with them.
"""
import re
from fnmatch import fnmatch

from tree import ROOT, Finding

TABLES = "docs/architecture.md"
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)
ROOM_OF = re.compile(r"^(?:include/omniroute|src)/(\w+)/")
STANDARD = re.compile(r"^[a-z_]+$|^std[a-z]+\.h$")  # <vector>, <stdint.h>


def section(text, title):
    return text.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def floors(text):
    """Room -> floor."""
    rows = re.findall(r"^\|\s*(\d+)\s*\|\s*`(\w+)`\s*\|", section(text, "Floors"), re.M)
    return {room: int(floor) for floor, room in rows}


def foreign(text):
    """(header prefix, [patterns of files]) with the longest prefix first."""
    rows = []
    for line in section(text, "Foreign headers").splitlines():
        cells = [re.findall(r"`([^`]+)`", cell) for cell in line.split("|")[1:3]]
        if len(cells) == 2 and cells[0] and cells[1]:
            rows += [(prefix, cells[1]) for prefix in cells[0]]
    return sorted(rows, key=lambda row: -len(row[0]))


def check_include(name, room, quote, header, tree, table, allowed):
    """What is wrong with one include, or None."""
    own = re.match(r"omniroute/(\w+)/", header)
    if own:
        other = own[1]
        if other == room:
            return None
        if other not in table:
            return f"the room {other} has no floor in {TABLES}"
        if table[other] >= table[room]:
            return f"{room} (floor {table[room]}) includes {header} of floor {table[other]}: only floors below may be known"
        return None
    if quote == '"':
        beside = name.rsplit("/", 1)[0] + "/" + header
        if beside in tree.names or f"src/{room}/{header}" in tree.names:
            return None
        return f"{header} is no file of the room {room}; headers of other rooms are included as omniroute/<room>/…"
    if STANDARD.match(header):
        return None
    for prefix, patterns in allowed:
        if header == prefix or prefix.endswith("/") and header.startswith(prefix):
            if any(fnmatch(name, pattern) for pattern in patterns):
                return None
            return f"{header} may be included only by {', '.join(patterns)}"
    return f"{header} stands in no row of the foreign headers in {TABLES}"


def check_links(tree, table):
    """CMake's link lists: each room links only rooms of floors below."""
    text = tree.text("CMakeLists.txt")
    for match in re.finditer(r"^omniroute_room\((\w+)([^)]*)\)", text, re.M):
        room = match[1]
        line = text.count("\n", 0, match.start()) + 1
        linked = re.search(r"ROOMS((?:\s+[a-z_]+)+)", match[2])
        for other in linked[1].split() if linked else []:
            if room not in table or other not in table:
                yield Finding("CMakeLists.txt", line, f"{room} or {other} has no floor in {TABLES}")
            elif table[other] >= table[room]:
                yield Finding("CMakeLists.txt", line, f"{room} (floor {table[room]}) links {other} of floor {table[other]}")


def check(tree):
    tables = (ROOT / TABLES).read_text() if TABLES not in tree.names else tree.text(TABLES)
    table, allowed = floors(tables), foreign(tables)
    if len(table) < 10 or len(allowed) < 5:
        yield Finding(TABLES, 1, "the tables of floors and foreign headers cannot be read")
        return
    for name in tree.cpp("include/", "src/"):
        match = ROOM_OF.match(name)
        if not match:
            yield Finding(name, 1, "a source outside any room")
            continue
        room, text = match[1], tree.text(name)
        if room not in table:
            yield Finding(name, 1, f"the room {room} has no floor in {TABLES}")
            continue
        for found in INCLUDE.finditer(text):
            wrong = check_include(name, room, found[1], found[2], tree, table, allowed)
            if wrong:
                yield Finding(name, text.count("\n", 0, found.start()) + 1, wrong)
    if "CMakeLists.txt" in tree.names:
        yield from check_links(tree, table)


def samples():
    def source(name, *lines):
        return {name: "".join(f"#include {line}\n" for line in lines)}
    yield "a floor above", source("src/net/a.cpp", '"omniroute/http/client.hpp"'), True
    yield "the same floor", source("src/http/a.cpp", '"omniroute/store/database.hpp"'), True
    yield "a room without a floor", source("src/attic/a.cpp", "<string>"), True
    yield "another room's private header", source("src/pipeline/a.cpp", '"request_parser.hpp"'), True
    yield "Asio outside net", source("src/pipeline/a.cpp", "<boost/asio/steady_timer.hpp>"), True
    yield "SQLite in a public header", source("include/omniroute/store/a.hpp", "<sqlite3.h>"), True
    yield "an unknown library", source("src/net/a.cpp", "<curl/curl.h>"), True
    yield "a link to a floor above", {"CMakeLists.txt": "omniroute_room(net ROOMS base http LIBRARIES OpenSSL::SSL)\n"}, True
    yield "below", source("src/http/a.cpp", '"omniroute/net/stream.hpp"', "<string>", "<fmt/core.h>"), False
    yield "own room", {**source("src/http/a.cpp", '"b.hpp"', '"omniroute/http/url.hpp"'), "src/http/b.hpp": ""}, False
    yield "a link below", {"CMakeLists.txt": "omniroute_room(http ROOMS base net)\n"}, False
