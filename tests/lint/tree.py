"""What every lint stands on: the files of the tree, C++ text without its comments and literals, and findings."""
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Finding:
    path: str
    line: int
    text: str
    soft: bool = False  # printed, but does not fail the lint

    def __str__(self):
        return f"{self.path}:{self.line}: {'(soft) ' if self.soft else ''}{self.text}"


class Tree:
    """A set of files under a root: the repository's own, or a sample of a self-test held in memory."""

    def __init__(self, files=None):
        if files is None:
            listed = subprocess.run(["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard"],
                                    capture_output=True, text=True, check=True).stdout.split("\n")
            self.names = sorted(name for name in listed if name and (ROOT / name).is_file())
            self.texts = {}
        else:
            self.names, self.texts = sorted(files), dict(files)

    def text(self, name):
        if name not in self.texts:
            self.texts[name] = (ROOT / name).read_bytes().decode("utf-8", "replace")
        return self.texts[name]

    def under(self, *prefixes, ends=("",)):
        return [n for n in self.names if n.startswith(prefixes) and n.endswith(ends)]

    def cpp(self, *prefixes):
        return self.under(*(prefixes or ("include/", "src/", "tests/")), ends=(".cpp", ".hpp"))


TOKEN = re.compile(r"""
    //[^\n]*                                     # line comment
  | /\*.*?\*/                                    # block comment
  | (?:u8|[uUL])?R"(?P<tag>[^()\\\s]{0,16})\(.*?\)(?P=tag)"   # raw string
  | "(?:\\.|[^"\\\n])*"                          # string
  | (?<![0-9a-fA-F])'(?:\\.|[^'\\\n])*'          # character, not a digit separator
""", re.S | re.X)


def blank(text):
    """The same text, same length and lines, with comments and the insides of literals turned into spaces."""
    def spaces(match):
        found = match.group(0)
        hidden = re.sub(r"[^\n]", " ", found)
        if found[0] in "\"'" or 'R"' in found[:4]:
            hidden = '"' + hidden[1:-1] + '"' if len(found) > 1 else hidden
        return hidden
    return TOKEN.sub(spaces, text)


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def closing(text, opening):
    """The position of the bracket that closes the one at `opening`, or the end of the text."""
    pairs = {"(": ")", "{": "}", "[": "]"}
    close, depth = pairs[text[opening]], 0
    for at in range(opening, len(text)):
        if text[at] == text[opening]:
            depth += 1
        elif text[at] == close:
            depth -= 1
            if depth == 0:
                return at
    return len(text) - 1
