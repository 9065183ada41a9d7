"""Real clients through a gateway to the strict mock beside the project: clients.py BINARY [client…]

Clients: the keys of SCENARIOS. The SDKs run on an upstream of each format, the coding agents, which take longer, on the two that matter
most. The mock refuses what the real services refuse; it must have nothing to complain of.
"""
import os
import subprocess
import sys
from pathlib import Path

from place import ROOT, Count, need, put_node_on_path
from strict_mock import complaints, reset, start_mock

import daemon
from daemon import Daemon, Folder

# What the gateway serves of each client's tests: all but embeddings, pictures and sounds.
SCENARIOS = {
    "openai-sdk": "models chat chat-stream chat-tools-stream chat-tools chat-schema chat-image chat-abort chat-400 responses responses-stream "
                  "responses-tools responses-previous",
    "anthropic-sdk": "all",
    "google-genai-sdk": "models generate stream tools chat schema image count error-shape",
    "claude-code": "text tool parallel",
    "codex": "text tool parallel builtin",
}
UPSTREAMS = {"oc": "openai", "an": "anthropic", "re": "responses", "ge": "gemini"}


def run_client(script, gateway, key, model, scenarios):
    env = {**os.environ, "GATEWAY_URL": gateway.url, "API_KEY": key, "MODEL": model, "SCENARIOS": scenarios,
           "CLIENTS_DIR": os.environ.get("CLIENTS_DIR", str(ROOT / "build" / "clients"))}
    done = subprocess.run(["bash", str(script)], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", timeout=900, check=False)
    return done.stdout


def main():
    mock_program, scripts = need("mock/mock-upstream.mjs"), need("clients")
    daemon.BINARY = Path(sys.argv[1]).resolve()
    put_node_on_path()
    chosen = sys.argv[2:] or list(SCENARIOS)
    count = Count()
    process, mock = start_mock(mock_program)
    try:
        with Folder() as folder:
            key = folder.command("key", "create", "--name", "clients")["key"]
            for prefix, kind in UPSTREAMS.items():
                base = mock + ("/v1beta" if kind == "gemini" else "/v1")
                folder.command("node", "add", "--prefix", prefix, "--name", kind, "--type", kind, "--base-url", base, "--api-key", "mock-key")
            with Daemon(folder) as gateway:
                for client in chosen:
                    for prefix in UPSTREAMS if client.endswith("sdk") else ("oc", "an"):
                        reset(mock)
                        title = f"upstream {UPSTREAMS[prefix]}"
                        count.lines(run_client(scripts / f"run-{client}.sh", gateway, key, f"{prefix}/m", SCENARIOS[client]), title)
                        found = complaints(mock)
                        count.note(not found, f"{title}: {client}, the mock has nothing to complain of", "\n".join(found))
            count.note(gateway.process.returncode == 0, "the gateway ends with 0", gateway.output[-3000:])
    finally:
        process.terminate()
        process.wait(10)
    count.finish()


main()
