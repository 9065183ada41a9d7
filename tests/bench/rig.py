"""The processes of the bench: mock and load on one core, nginx and the gateway on the other."""
import json
import os
import shutil
import socket
import statistics
import subprocess
import time
import urllib.request
from pathlib import Path

LOAD_CORE, PROXY_CORE = os.environ.get("LOAD_CPU", "0"), os.environ.get("GW_CPU", "1")
PATHS = {"openai": "/v1/chat/completions", "anthropic": "/v1/messages"}

NGINX = """daemon off; master_process off; worker_processes 1; worker_rlimit_nofile 65536;
error_log {folder}/error.log; pid {folder}/nginx.pid;
events {{ worker_connections 8192; use epoll; }}
http {{
  access_log off; keepalive_requests 100000000; client_max_body_size 64m; client_body_buffer_size 4m;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  upstream mock {{ server 127.0.0.1:{mock}; keepalive 2048; keepalive_requests 100000000; }}
  server {{ listen 127.0.0.1:{port} backlog=4096; tcp_nodelay on;
    location / {{ proxy_pass http://mock; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; proxy_read_timeout 600s; }} }}
}}
"""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def resident_mb(pid):
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") / 2**20


def build(root, *targets):
    """Builds programs of this folder with the bench preset."""
    if not (root / "build" / "bench" / "build.ninja").exists():
        subprocess.run(["cmake", "--preset", "bench"], cwd=root, check=True, stdout=subprocess.DEVNULL)
    jobs = os.environ.get("JOBS", str(os.cpu_count()))
    subprocess.run(["cmake", "--build", "--preset", "bench", "-j", jobs, "--target", *targets], cwd=root, check=True, stdout=subprocess.DEVNULL)


class Rig:
    def __init__(self, root, binary, folder, own_tools):
        self.root, self.binary, self.folder = root, binary, folder
        self.processes, self.ports = {}, {name: free_port() for name in ("mock", "nginx", "gateway")}
        self.mock_tool, self.load_tool = self._tools(own_tools)

    def __enter__(self):
        try:
            self._start("mock", [str(self.mock_tool), "--port", str(self.ports["mock"]), *self.mock_extra], LOAD_CORE)
            self._start_nginx()
            self._configure()
            self._start_gateway()
            for name in ("mock", "nginx", "gateway"):
                self._wait(name)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()

    # ---- making
    def _tools(self, own):
        """The mock and the load generator: those that stand beside the project if they do, else the project's own."""
        beside = self.root.parent / "shared" / "tools" / "bench"
        self.mock_extra = []
        self.mock_speaks = {"openai", "anthropic"}
        if not own and (beside / "mockup.cpp").exists():
            out = self.root / "build" / "bench-tools"
            out.mkdir(parents=True, exist_ok=True)
            for name in ("mockup", "llmload"):
                source, program = beside / f"{name}.cpp", out / name
                if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
                    subprocess.run(["g++", "-std=c++20", "-O2", "-pthread", str(source), "-o", str(program)], check=True)
            self.mock_extra = ["--max-seconds", "7200"]
            self.mock_speaks.add("gemini")
            return out / "mockup", out / "llmload"
        build(self.root, "bench_mock", "bench_load")
        return tuple(self.root / "build" / "bench" / "tests" / "bench" / name for name in ("bench_mock", "bench_load"))

    def _start(self, name, command, core, env=None):
        log = open(self.folder / f"{name}.log", "ab")
        self.processes[name] = subprocess.Popen(["taskset", "-c", core, *command], stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=env)

    def _start_nginx(self):
        place = self.folder / "nginx"
        place.mkdir()
        (place / "nginx.conf").write_text(NGINX.format(folder=place, mock=self.ports["mock"], port=self.ports["nginx"]))
        program = shutil.which("nginx") or "/usr/sbin/nginx"
        self._start("nginx", [program, "-p", str(place), "-e", str(place / "error.log"), "-c", str(place / "nginx.conf")], PROXY_CORE)

    def command(self, *words):
        done = subprocess.run([str(self.binary), *words, "--json", "--data-dir", str(self.folder / "data")], capture_output=True, text=True, env=self._env(),
                              check=False)
        if done.returncode:
            raise SystemExit(f"omniroute {' '.join(words)} failed: {done.stdout}{done.stderr}")
        return json.loads(done.stdout)

    def _env(self):
        return {"PATH": os.environ["PATH"], "HOME": str(self.folder)}

    def _configure(self):
        self.key = self.command("key", "create", "--name", "bench")["key"]
        mock = f"http://127.0.0.1:{self.ports['mock']}"
        for prefix, kind, path in (("mk", "openai", "/v1"), ("ma", "anthropic", "/v1"), ("mg", "gemini", "/v1beta")):
            self.command("node", "add", "--prefix", prefix, "--name", prefix, "--type", kind, "--base-url", mock + path, "--api-key", "k")

    def _start_gateway(self):
        self._start("gateway", [str(self.binary), "--port", str(self.ports["gateway"]), "--data-dir", str(self.folder / "data"), "--no-open"],
                    PROXY_CORE, self._env())

    def stop_gateway(self):
        self.processes["gateway"].terminate()
        self.processes["gateway"].wait(15)

    def _ask(self, name):
        body = json.dumps({"model": "mk/mock-c1-b256-d0-t0", "messages": [{"role": "user", "content": "hi"}]}).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.ports[name]}/v1/chat/completions", body,
                                         {"Content-Type": "application/json", "Authorization": f"Bearer {self.key}"})
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status == 200 and b"@" in answer.read()

    def _wait(self, name, seconds=15.0):
        """Until the process answers a chat request; seconds since the call."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            try:
                if self._ask(name):
                    return time.monotonic() - began
            except OSError:
                pass
            if self.processes[name].poll() is not None:
                break
            time.sleep(0.002)
        raise SystemExit(f"{name} does not answer: {(self.folder / (name + '.log')).read_text()[-2000:]}")

    # ---- measuring
    def load(self, target, dialect, body, arguments):
        headers = ["--header", f"x-api-key: {self.key}", "--header", "anthropic-version: 2023-06-01"] if dialect == "anthropic" else \
                  ["--header", f"Authorization: Bearer {self.key}"]
        command = ["taskset", "-c", LOAD_CORE, str(self.load_tool), "--url", f"http://127.0.0.1:{self.ports[target]}{PATHS[dialect]}", "--body", str(body),
                   "--pid", str(self.processes[target].pid), *headers, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        if not done.stdout.startswith("{"):
            raise SystemExit(f"the load generator failed on {target}: {done.stdout}{done.stderr}")
        return json.loads(done.stdout)

    def footprint(self, times):
        """Restarts the gateway: milliseconds to its first answer, and MB resident after three quiet seconds."""
        starts = []
        for _ in range(times):
            self.stop_gateway()
            began = time.monotonic()
            self._start_gateway()
            self._wait("gateway")
            starts.append((time.monotonic() - began) * 1000)
        time.sleep(3)
        return {"start": statistics.median(starts), "idle": resident_mb(self.processes["gateway"].pid)}
