"""python3 -m upstream [port]: the fake provider alone; prints its port, ends when its stdin does."""
import sys

from .server import FakeUpstream

upstream = FakeUpstream(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
print(upstream.port, flush=True)
sys.stdin.read()
