"""The rules of the house, and proof that each lint catches its own bad samples.

  run.py [--soft] [names…]   all lints, or the named ones; --soft prints what is over a soft limit as well
"""
import sys

import coroutines
import floors
import headers
import readmes
import sizes
import words
from tree import Tree

LINTS = {"floors": floors, "headers": headers, "coroutines": coroutines, "sizes": sizes, "words": words, "readmes": readmes}


def self_test(name, lint):
    """Runs the lint over its samples; gives how many were judged rightly and what was not."""
    right, wrong = 0, []
    for title, files, is_bad in lint.samples():
        caught = [f for f in lint.check(Tree(files)) if not f.soft]
        if bool(caught) == is_bad:
            right += 1
        else:
            wrong.append(f"{name}: sample '{title}' " + ("was not caught" if is_bad else f"was refused: {caught[0]}"))
    return right, wrong


def main():
    chosen = [a for a in sys.argv[1:] if not a.startswith("-")] or list(LINTS)
    show_soft = "--soft" in sys.argv
    unknown = [name for name in chosen if name not in LINTS]
    if unknown:
        print(f"no such lint: {unknown[0]} (there are {', '.join(LINTS)})", file=sys.stderr)
        sys.exit(2)
    tree, passed, failed, soft = Tree(), 0, 0, 0
    for name in chosen:
        right, wrong = self_test(name, LINTS[name])
        findings = list(LINTS[name].check(tree))
        hard = [f for f in findings if not f.soft]
        soft += len(findings) - len(hard)
        for finding in hard + [f for f in findings if f.soft and show_soft]:
            print(f"{name}: {finding}")
        for line in wrong:
            print(line)
        passed += right + (not hard)
        failed += len(wrong) + bool(hard)
    if soft and not show_soft:
        print(f"{soft} over a soft limit; ./dev lint --soft names them")
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
