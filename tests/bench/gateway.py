"""A gateway on a data directory, and questions to its management API."""
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request

from rig import free_port

PASSWORD = "correct horse battery"
SETTINGS = {"INITIAL_PASSWORD": PASSWORD, "DISK_LIMIT_MB": "1000000", "LOG_RETENTION_DAYS": "3650", "REQUEST_LOG_HOURS": "8760"}


def ask(url, cookie=None, body=None):
    """Status, milliseconds, body and headers of the answer."""
    request = urllib.request.Request(url, data=body, headers={"Content-Type": "application/json", **({"Cookie": cookie} if cookie else {})})
    began = time.perf_counter()
    try:
        with urllib.request.urlopen(request, timeout=300) as reply:
            data = reply.read()
            return reply.status, (time.perf_counter() - began) * 1000, data, reply.headers
    except urllib.error.HTTPError as error:
        return error.code, (time.perf_counter() - began) * 1000, error.read(), error.headers


def log_in(base, password):
    """The cookie of a session."""
    return ask(base + "/api/auth/login", body=json.dumps({"password": password}).encode())[3]["set-cookie"].split(";")[0]


class Gateway:
    """`seconds_to_start`: an older data directory is brought to the present version meanwhile. `core`: the one that it may use."""

    def __init__(self, binary, data, core=None):
        port, began = free_port(), time.monotonic()
        self.base = f"http://127.0.0.1:{port}"
        command = [str(binary), "--port", str(port), "--data-dir", str(data), "--no-open", "--log-level", "warn"]
        self.process = subprocess.Popen(["taskset", "-c", core, *command] if core else command, env={**os.environ, **SETTINGS}, stdout=subprocess.DEVNULL)
        while True:
            try:
                if ask(self.base + "/readyz")[0] == 200:
                    break
            except OSError:
                pass
            if time.monotonic() > began + 3600 or self.process.poll() is not None:
                sys.exit("the gateway did not get ready")
            time.sleep(0.05)
        self.seconds_to_start = time.monotonic() - began
        self.cookie = log_in(self.base, PASSWORD)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(60)

    def ask(self, path):
        return ask(self.base + path, self.cookie)
