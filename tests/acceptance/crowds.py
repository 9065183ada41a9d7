"""The promise about crowds at its full size: crowds.py BINARY [ABORTS [CROWD]]

10,000 clients that leave open no breaker; 1,000 requests at once on three places are never more than three at a time, come in their
order, and none is forgotten.
"""
import sys
import time
from pathlib import Path

from place import Count

import daemon

daemon.BINARY = Path(sys.argv[1]).resolve()

from crowd import abort_clients, crowd  # noqa: E402
from test_crowd import scene  # noqa: E402


def main():
    aborts = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    clients = int(sys.argv[3]) if len(sys.argv) > 3 else 1_000
    count = Count()
    with scene() as stage:
        began = time.monotonic()
        open_ones, resting, lines, asked = abort_clients(stage, aborts)
        count.note(not open_ones and not resting and not lines, f"{aborts} aborts in {time.monotonic() - began:.1f} s, {asked} of them seen by a provider: "
                   f"{len(open_ones)} breakers with a failure, {len(resting)} rests, {len(lines)} lines left", f"{open_ones} {resting} {lines}")
        statuses, most, worst, seconds = crowd(stage, clients)
        count.note(statuses == [200] * clients and most == 3 and worst < clients // 5,
                   f"{clients} at once on 3 places in {seconds:.1f} s: {statuses.count(200)} answered, {most} at a time, nobody overtaken by more than {worst} that came later")
    count.finish()


if __name__ == "__main__":
    main()
