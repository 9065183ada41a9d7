"""Recorded requests of real clients through a gateway to the strict mock beside the project: replay.py BINARY [FOLDER] [--only TEXT]

FOLDER (default: clients beside the tools) holds one recorded request a file. Each goes to an upstream of each of the four formats, once
answered with text and, if it offers tools, once with reasoning and a call. The answer must come to its own end in the client's format,
and the mock, which refuses what the real services refuse, must have nothing to complain of.
"""
import argparse
import json
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

from place import TOOLS, Count, need, put_node_on_path
from strict_mock import complaints, reset, start_mock

import daemon
from client import request
from daemon import Daemon, Folder
from speak import finish_of, frames

UPSTREAMS = {"oc": "openai", "an": "anthropic", "re": "responses", "ge": "gemini"}
FINISHES = {"chat": {"stop", "length", "tool_calls"}, "messages": {"end_turn", "tool_use", "max_tokens", "stop_sequence"},
            "responses": {"completed", "incomplete"}, "gemini": {"STOP", "MAX_TOKENS"}}
# What stands on the wire between two machines, and what a key of ours takes the place of.
OWN = {"host", "content-length", "connection", "accept-encoding", "transfer-encoding", "authorization", "x-api-key", "x-goog-api-key", "upgrade",
       "sec-websocket-key", "sec-websocket-version", "sec-websocket-extensions"}
GEMINI = re.compile(r"(.*/models/)(.+):(generateContent|streamGenerateContent|countTokens)$")


def dialect_of(path):
    for end, dialect in (("/chat/completions", "chat"), ("/messages", "messages"), ("/messages/count_tokens", "messages"), ("/responses", "responses")):
        if path.endswith(end):
            return dialect
    return "gemini" if GEMINI.match(path) else None


def recordings(folder, only):
    for file in sorted(folder.glob("*/*.json")):
        with open(file, encoding="utf-8") as opened:
            record = json.load(opened)
        title = f"{file.parent.name}/{file.stem}"
        if isinstance(record, dict) and record.get("method") in ("POST", "GET", "HEAD") and only in title:
            yield title, record


def aimed(record, prefix):
    """The recorded request with its model at one of the nodes: (path with query, body)."""
    path, body = record["path"], json.loads(json.dumps(record["body"]))
    match = GEMINI.match(path)
    if match:
        path = f"{match[1]}{prefix}/{match[2]}:{match[3]}"
    else:
        body["model"] = f"{prefix}/{body['model']}"
    query = urlencode(record.get("query") or {})
    return path + ("?" + query if query else ""), body


def headers_of(record, key):
    sent = {name: value for name, value in record["headers"].items() if name.lower() not in OWN}
    name = next((name for name in ("x-api-key", "x-goog-api-key") if name in record["headers"]), "authorization")
    return {**sent, name: key if name != "authorization" else f"Bearer {key}"}


def problem(dialect, record, reply):
    """What is wrong with the answer, or nothing."""
    if record["path"].endswith(("count_tokens", "countTokens")):
        good = reply.status == 200 and any(isinstance(reply.json().get(name), int) for name in ("input_tokens", "totalTokens"))
        return None if good else str(reply)
    if reply.status != 200 or not reply.whole:
        return str(reply)
    stream = "text/event-stream" in reply.header("content-type")
    if stream and any(frame.get("error") or frame.get("type") in ("error", "response.failed") for frame in frames(reply)):
        return f"an error in the stream: {reply}"
    finish, _ = finish_of(dialect, reply, stream)
    return None if finish in FINISHES[dialect] else f"finish {finish!r}: {reply}"


def play(gateway, key, prefix, mock, records):
    """All recorded requests on one upstream: a list of (title, what is wrong or nothing)."""
    results = []
    for title, record in records:
        dialect = dialect_of(record["path"])
        if record["method"] != "POST" or dialect is None:
            continue  # embeddings, pictures and sounds are not served
        sent, body = aimed(record, prefix)
        for behaviour in ("text", "thinktool") if body.get("tools") else ("text",):
            request(mock + "/__mock/rules", "POST", body=[{"match": {}, "first": True, "do": {"preset": behaviour}}])
            reply = request(gateway.url + sent, "POST", headers_of(record, key), body, 30)
            wrong = "; ".join(complaints(mock)) or problem(dialect, record, reply)
            if body.get("previous_response_id"):
                # It was answered by somebody else: nobody here can know it, and that must be said.
                unsaid = reply.status not in (400, 404) or reply.json()["error"]["code"] != "previous_response_not_found"
                wrong = str(reply) if unsaid else None
            reset(mock)
            results.append((f"{title}: upstream {UPSTREAMS[prefix]}, {behaviour}", wrong))
    return results


def play_others(gateway, key, records):
    """Requests that reach no upstream."""
    results = []
    for title, record in records:
        if record["method"] == "GET" and record["path"].endswith("/responses"):
            reply = request(gateway.url + record["path"], "GET", {"authorization": f"Bearer {key}", "connection": "upgrade", "upgrade": "websocket"})
            results.append((f"{title}: 426", None if reply.status == 426 else str(reply)))
        elif record["method"] != "POST":
            reply = request(f"{gateway.url}{record['path']}?{urlencode(record.get('query') or {})}", record["method"], headers_of(record, key))
            good = reply.status == 200 or record["path"] == "/api/hello"
            results.append((f"{title}: {record['method']} {record['path']}", None if good else str(reply)))
    return results


def play_all(count, folder, only, mocks):
    records = list(recordings(folder, only))
    with Folder() as data:
        key = data.command("key", "create", "--name", "replay")["key"]
        for prefix, kind in UPSTREAMS.items():
            base = mocks[prefix] + ("/v1beta" if kind == "gemini" else "/v1")
            data.command("node", "add", "--prefix", prefix, "--name", kind, "--type", kind, "--base-url", base, "--api-key", "mock-key")
        with Daemon(data) as gateway, ThreadPoolExecutor(len(mocks)) as pool:
            runs = list(pool.map(lambda row: play(gateway, key, *row, records), mocks.items()))
            for title, wrong in [row for run in runs for row in run] + play_others(gateway, key, records):
                count.note(not wrong, title, wrong or "")
        count.note(gateway.process.returncode == 0, "the gateway ends with 0", gateway.output[-3000:])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("folder", nargs="?", default=str(TOOLS.parent / "clients"))
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    folder = Path(options.folder)
    if not folder.is_dir():
        print(f"no recorded requests at {folder}; skipped")
        print("0 passed, 0 failed, 1 skipped")
        return
    program = need("mock/mock-upstream.mjs")
    daemon.BINARY = Path(options.binary).resolve()
    put_node_on_path()
    count = Count()
    started = {prefix: start_mock(program) for prefix in UPSTREAMS}
    try:
        play_all(count, folder, options.only, {prefix: address for prefix, (_, address) in started.items()})
    finally:
        for process, _ in started.values():
            process.terminate()
            process.wait(10)
    count.finish()


sys.exit(main())
