"""Cuts C++ text into blocks and statements, near enough to the language for lints that look at forms.

A statement is what stands between ; { and } of one block. The body of a lambda is a block of its own: in the statement that
holds the lambda it shows as {}. A braced list is part of its statement and is noted there.
"""
import re
from dataclasses import dataclass, field
from typing import Optional

from tree import blank

BLOCK_WORDS = re.compile(r"\b(?:else|do|try|const|noexcept|override|final|mutable|constexpr)$")
TYPE_HEAD = re.compile(r"^\s*(?:(?:export|inline|typedef|static|constexpr)\s+)*(?:template\s*<.*>\s*)?(?:namespace|struct|class|union|enum|extern)\b", re.S)
ROUND = r"\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)"
LAMBDA = re.compile(rf"(?<![\w)\]])\[(?P<captures>[^\[\]]*)\]\s*(?:<[^<>]*>\s*)?(?:{ROUND})?(?:\s|mutable\b|noexcept\b|constexpr\b)*(?:->\s*[\w:<>,\s*&]+)?$")


@dataclass
class Statement:
    text: str
    line: int
    braced: bool  # holds a braced list
    block: "Block"


@dataclass
class Block:
    kind: str  # "file", "scope" (namespace, class, enum), "function", "lambda", "inner" (if, for, a bare block)
    head: str
    line: int
    parent: Optional["Block"]
    captures: str = ""
    last_line: int = 0
    statements: list = field(default_factory=list)

    def function(self):
        """The function or lambda that this block is part of; None outside any."""
        block = self
        while block and block.kind == "inner":
            block = block.parent
        return block if block and block.kind in ("function", "lambda") else None


@dataclass
class _Open:
    bracket: str
    block: Optional[Block]  # set when the bracket opened a block
    text: list = field(default_factory=list)
    line: int = 0
    braced: bool = False


def opens_block(before):
    """Whether a { after this statement text opens a block, not a braced list."""
    if not before or before[-1] in ")];}:\"" or BLOCK_WORDS.search(before) or TYPE_HEAD.match(before):
        return True
    # a trailing return type: "(…) -> Task<void> {"
    return bool(re.search(r"->\s*[\w:<>,\s*&]+$", before)) and ")" in before or bool(LAMBDA.search(before))


def kind_of(before, parent):
    lambda_head = LAMBDA.search(before)
    if lambda_head:
        return "lambda", lambda_head["captures"].strip()
    if TYPE_HEAD.match(before) and "(" not in re.sub(r"alignas\s*\([^)]*\)", "", before.split("{")[0]):
        return "scope", ""
    if parent.kind in ("file", "scope") and "(" in before:
        return "function", ""
    return ("inner" if parent.function() else "scope"), ""


def parse(source):
    """All blocks of a file, the file itself first."""
    text = re.sub(r"^[ \t]*#(?:[^\n\\]|\\.|\\\n)*", lambda m: re.sub(r"[^\n]", " ", m[0]), blank(source), flags=re.M)
    root = Block("file", "", 1, None)
    blocks, stack, line = [root], [_Open("", root)], 1

    def block_frame():
        return next(frame for frame in reversed(stack) if frame.block)

    def put(c):
        frame = block_frame()
        if not frame.text:
            if c.isspace():
                return
            frame.line = line
        frame.text.append(c)

    def finish(frame):
        words = "".join(frame.text).strip()
        if words:
            frame.block.statements.append(Statement(words, frame.line, frame.braced, frame.block))
        frame.text, frame.braced = [], False

    for c in text:
        line += c == "\n"
        top = stack[-1]
        if c == "{" and opens_block("".join(block_frame().text).rstrip()):
            owner = block_frame()
            before = "".join(owner.text).rstrip()
            kind, captures = kind_of(before, owner.block)
            block = Block(kind, before, line, owner.block, captures)
            blocks.append(block)
            if top is owner:  # not inside brackets: the text so far is the block's head, a statement of its own
                finish(owner)
            else:
                owner.text.append("{}")
            stack.append(_Open("{", block))
        elif c in "([{":
            put(c)
            block_frame().braced |= c == "{"
            stack.append(_Open(c, None))
        elif c in ")]}" and len(stack) > 1:
            if top.block:
                finish(top)
                top.block.last_line = line
                stack.pop()
            else:
                stack.pop()
                put(c)
        elif c == ";" and top.block:
            finish(top)
        else:
            put(c)
    finish(stack[0])
    return blocks
