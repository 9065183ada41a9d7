"""`omniroute mock`: scripted upstreams, started like a user's own tests would start them."""
import re
import subprocess

import daemon
from client import request


class Mock:
    def __init__(self, script="ok", **models):
        words = [str(daemon.BINARY), "mock", "--script", script]
        for name, own in models.items():
            words += ["--model", f"{name}={own}"]
        self.process = subprocess.Popen(words, env=daemon.CLEAN, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        line = self.process.stdout.readline().decode()
        found = re.search(r"http://\S+?:\d+", line)
        assert found, f"the mock did not say where it listens: {line!r}"
        self.url = found.group()

    def requests(self, model=None):
        """How many requests it got, of one model or in all."""
        counts = request(self.url + "/mock/requests").json()
        return counts.get(model, 0) if model else sum(counts.values())

    def close(self):
        self.process.terminate()
        assert self.process.wait(10) == 0, "the mock did not end well"
        self.process.stdout.close()
