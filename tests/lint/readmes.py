"""Each room has a README.md of about half a page: purpose, main types, how to add."""
from tree import Finding


def check(tree):
    rooms = sorted({name.split("/")[1] for name in tree.cpp("src/")})
    for room in rooms:
        name = f"src/{room}/README.md"
        if name not in tree.names:
            yield Finding(name, 1, f"the room {room} has no README.md")
            continue
        lines = tree.text(name).strip().splitlines()
        if not lines or not lines[0].startswith("# "):
            yield Finding(name, 1, "starts without a title")
        if not 5 <= len(lines) <= 80:
            yield Finding(name, 1, f"has {len(lines)} lines; half a page is meant (5 to 80)")


def samples():
    good = "# net\n\nStreams.\n\nMain types: Stream.\n\nTo add: a file.\n"
    yield "none", {"src/net/a.cpp": ""}, True
    yield "too short", {"src/net/a.cpp": "", "src/net/README.md": "# net\n"}, True
    yield "no title", {"src/net/a.cpp": "", "src/net/README.md": "net\n" * 8}, True
    yield "there", {"src/net/a.cpp": "", "src/net/README.md": good}, False
