"""The fault checks beside the project against a binary: faults.py BINARY [check…]

Checks: auth badhttp disconnect drain kill9 rebind slowloris; without a name badhttp disconnect drain slowloris. MUTANTS (10000), ROUNDS (10), POWERCUT (1, random) and the checks' own variables pass through. The adapter that teaches them the
management API is tests/blackbox/admin.py.
"""
import os
import subprocess
import sys
from pathlib import Path

from place import ROOT, Count, need

import daemon
from daemon import CLEAN, Daemon, Folder

PASSWORD = "correct-horse-battery-20128"
CHECKS = ("badhttp", "disconnect", "drain", "slowloris")  # without a name: those that are quick, of what this gateway has
STARTING = ("auth", "drain", "kill9")  # these start gateways of their own


def environment(**more):
    return {**CLEAN, "HOME": os.environ.get("HOME", "/"), "ADMIN_FILE": str(ROOT / "tests" / "blackbox" / "admin.py"), "ADMIN_PASSWORD": PASSWORD, "MUTANTS": "10000", "ROUNDS": "10", "PYTHONDONTWRITEBYTECODE": "1",
            **{k: v for k, v in os.environ.items() if k in ("MUTANTS", "ROUNDS", "CONNS", "TRIALS", "BURST", "STREAMS", "POWERCUT")}, **more}


def run_check(program, env):
    done = subprocess.run([sys.executable, str(program)], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", timeout=900, check=False)
    return done.returncode == 0, done.stdout


def running(program):
    """A check of a running gateway; it must live on and end well."""
    with Folder() as folder:
        key = folder.command("key", "create", "--name", "faults")["key"]
        gateway = Daemon(folder, env={"INITIAL_PASSWORD": PASSWORD}).ready()
        good, output = run_check(program, environment(GATEWAY_URL=gateway.url, API_KEY=key, GATEWAY_PID=str(gateway.process.pid)))
        code = gateway.stop()
        if code != 0:
            return False, f"{output}\nthe gateway ended with {code}:\n{gateway.output[-6000:]}"
        return good, output


def starting(program):
    """A check that starts its own gateway."""
    with Folder() as folder:
        # Nothing is cut from what the check sets: with POWERCUT it preloads a library.
        command = f"{daemon.BINARY} --port {{port}} --data-dir {{data}} --no-open"
        return run_check(program, environment(GATEWAY_CMD=command, HOME=str(folder.path), INITIAL_PASSWORD=PASSWORD))


def main():
    folder = need("faults")
    daemon.BINARY = Path(sys.argv[1]).resolve()
    count = Count()
    for name in sys.argv[2:] or CHECKS:
        program = folder / f"{name}.py"
        good, output = starting(program) if name in STARTING else running(program)
        figures = [line for line in output.splitlines() if line.startswith("FIGURE")]
        count.note(good, f"{name}: {figures[-1] if figures else 'no figures'}", output)
    count.finish()


main()
