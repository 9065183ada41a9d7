"""A gateway of one's own: a binary on a free port with a data directory that goes away afterwards."""
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from client import request

BINARY = None  # set by run.py
# Nothing of the machine's own configuration reaches the gateway under test.
CLEAN = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LD_PRELOAD")}


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Ended(Exception):
    """The gateway ended instead of getting ready."""


class Folder:
    """A temporary folder that serves as HOME too; removed at the end."""

    def __init__(self):
        self.path = Path(tempfile.mkdtemp(prefix="omniroute-test-"))
        self.data = self.path / "data"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.remove()

    def remove(self):
        subprocess.run(["chmod", "-R", "u+rwx", str(self.path)], check=False)
        shutil.rmtree(self.path, ignore_errors=True)

    def env(self, extra=None):
        return {**CLEAN, "HOME": str(self.path), **(extra or {})}

    def run(self, *args, env=None, timeout=30, data=True, text=None):
        """One command to its end: (exit code, stdout, stderr)."""
        command = [str(BINARY), *args, *(["--data-dir", str(self.data)] if data else [])]
        done = subprocess.run(command, env=self.env(env), cwd=self.path, capture_output=True, timeout=timeout, input=text, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    def command(self, *args, env=None):
        """One command that must succeed and print JSON."""
        code, out, err = self.run(*args, "--json", env=env)
        assert code == 0, f"{' '.join(args)} ended with {code}: {out}{err}"
        return json.loads(out)


class Daemon:
    """with Daemon(folder) as gateway: … gateway.url"""

    def __init__(self, folder, *args, env=None, port=None):
        self.folder, self.port = folder, port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.output, self.output_lock = "", threading.Lock()
        self.process = subprocess.Popen([str(BINARY), "--port", str(self.port), "--data-dir", str(folder.data), "--no-open", *args],
                                        env=folder.env(env), cwd=folder.path, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT)
        self.reader = threading.Thread(target=self._collect, daemon=True)
        self.reader.start()

    def _collect(self):
        for line in self.process.stdout:
            with self.output_lock:
                self.output += line.decode("utf-8", "replace")

    def __enter__(self):
        return self.ready()

    def __exit__(self, *_):
        self.stop()

    def ready(self, seconds=20.0):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                self.reader.join(5)
                raise Ended(f"the gateway ended with {self.process.returncode}: {self.output[-2000:]}")
            try:
                # Its own line first: another gateway may have taken the port in between.
                if self.output and request(self.url + "/readyz", timeout=2).status == 200:
                    return self
            except OSError:
                pass
            time.sleep(0.02)
        self.stop()
        raise Ended(f"the gateway was not ready within {seconds:.0f} s: {self.output[-2000:]}")

    def signal(self, which=signal.SIGTERM):
        self.process.send_signal(which)

    def wait(self, seconds):
        """The exit code, or None if it still runs after so long."""
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
        self.reader.join(5)
        return code

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            if self.wait(10) is None:
                self.process.kill()
                self.wait(5)
        return self.process.returncode

    def rss_kb(self):
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1])
        return 0
