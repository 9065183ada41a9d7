"""The black-box suite: drives the real binary over HTTP and its command line.

  run.py BINARY [words…]     only tests whose names hold one of the words

Each module test_*.py has functions test_*; one with a parameter gets what the module's
scene() returned, which all tests of the module share.
"""
import importlib
import inspect
import os
import sys
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import daemon  # noqa: E402

LOCK = threading.Lock()


def tests_of(module, words):
    found = [(name, body) for name, body in vars(module).items() if name.startswith("test_") and callable(body)]
    return [(name, body) for name, body in found if not words or any(word in f"{module.__name__}.{name}" for word in words)]


def report(name, seconds, error=None):
    with LOCK:
        print(f"{'FAIL' if error else 'ok  '} {name} ({seconds:.1f} s)", flush=True)
        if error:
            print("     " + "\n     ".join(error.strip().splitlines()[-30:]), flush=True)


def play(module, tests):
    """Runs the tests of one module; the names of those that failed."""
    failed, scene = [], None
    try:
        scene = module.scene() if hasattr(module, "scene") else None
    except Exception:
        report(f"{module.__name__}: its scene", 0, traceback.format_exc())
        return [f"{module.__name__}.{name}" for name, _ in tests]
    for name, body in tests:
        title, began, error = f"{module.__name__}.{name}", time.monotonic(), None
        try:
            body(*([scene] if inspect.signature(body).parameters else []))
        except Exception:
            error = traceback.format_exc()
            if scene is not None and scene.gateway.process.poll() is not None:
                error += f"\nthe gateway ended with {scene.gateway.process.returncode}:\n{scene.gateway.output[-1500:]}"
        report(title, time.monotonic() - began, error)
        failed += [title] if error else []
    if scene is not None:
        code = scene.gateway.stop()
        scene.close()
        if code != 0:
            failed.append(f"{module.__name__}: the gateway ended with {code}")
            report(failed[-1], 0, scene.gateway.output[-3000:])
    return failed


def main():
    if len(sys.argv) < 2 or not os.access(sys.argv[1], os.X_OK):
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    daemon.BINARY = Path(sys.argv[1]).resolve()
    modules = [importlib.import_module(path.stem) for path in sorted(HERE.glob("test_*.py"))]
    plan = [(module, tests) for module in modules if (tests := tests_of(module, sys.argv[2:]))]
    total = sum(len(tests) for _, tests in plan)
    with ThreadPoolExecutor(int(os.environ.get("SCENES", "3"))) as pool:  # most of a test is waiting
        failed = [name for names in pool.map(lambda row: play(*row), plan) for name in names]
    for name in failed:
        print(f"FAILED {name}")
    print(f"{max(0, total - len(failed))} passed, {len(failed)} failed")
    sys.exit(1 if failed or not total else 0)


main()
