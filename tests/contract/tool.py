"""The batch program over the codecs, as a function call."""
import json
import subprocess


class Tool:
    def __init__(self, path):
        self.path = path
        self.process = subprocess.Popen([path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def formats(self):
        return subprocess.run([self.path, "formats"], check=True, capture_output=True, text=True).stdout.split()

    def table(self):
        """The tables of losses as the page docs/translation.md."""
        return subprocess.run([self.path, "table"], check=True, capture_output=True, text=True, encoding="utf-8").stdout

    def rules(self):
        """{"rows": [{to, how, why}], "unaccounted": [...]} of the tables of losses."""
        return json.loads(subprocess.run([self.path, "rules"], check=True, capture_output=True, text=True, encoding="utf-8").stdout)

    def __call__(self, **job):
        """Runs one job; raises only if the program itself broke."""
        self.process.stdin.write(json.dumps(job).encode("utf-8") + b"\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the program ended; last job: %.300s" % json.dumps(job))
        answer = json.loads(line.decode("utf-8"))
        if "broken" in answer:
            raise RuntimeError(answer["broken"])
        return answer
