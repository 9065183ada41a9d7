"""The mock provider that stands beside the project, driven by its control endpoint."""
import json
import subprocess

from place import ROOT  # noqa: F401  puts the black-box suite's modules on the path

from client import request


def start_mock(program):
    """The mock, strict, on a free port: (process, its address)."""
    process = subprocess.Popen(["node", str(program), "--port", "0", "--strict", "--keep", "2000"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    line = process.stdout.readline()
    return process, f"http://127.0.0.1:{json.loads(line)['port']}"


def reset(mock):
    """Forgets rules and requests."""
    request(mock + "/__mock/reset", "POST", body={})


def complaints(mock):
    """What the mock found wrong since the last reset, as lines."""
    seen = request(mock + "/__mock/requests?since=0").json()
    rows = seen if isinstance(seen, list) else seen.get("requests", [])
    return [f"{row.get('path')} {v}" for row in rows for v in row.get("violations", []) if v.get("level") == "error"]
