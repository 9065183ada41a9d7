"""The scene most tests play in: a gateway, the scripted provider, and a node in each upstream format that leads to it."""
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from client import Connection, request  # noqa: E402
from daemon import Daemon, Folder  # noqa: E402
from upstream import FakeUpstream  # noqa: E402

DIALECTS = ("chat", "messages")
PATHS = {"chat": "/v1/chat/completions", "messages": "/v1/messages"}
UPSTREAMS = {"oc": "openai", "an": "anthropic", "re": "responses", "ge": "gemini"}
PAIRS = [(dialect, f"{prefix}/m") for dialect in DIALECTS for prefix in UPSTREAMS]
UPSTREAM_KEY = "upstream-secret-4711-abcd"


class Scene:
    def __init__(self, env=None, args=()):
        self.folder = Folder()
        self.upstream = FakeUpstream()
        try:
            self.key = self.folder.command("key", "create", "--name", "scene")["key"]
            self.nodes = {prefix: self.add_node(prefix, kind, self.upstream.url + ("/v1beta" if kind == "gemini" else "/v1")) for prefix, kind in UPSTREAMS.items()}
            self.gateway = Daemon(self.folder, *args, env=env).ready()
        except BaseException:
            self.upstream.close()
            self.folder.remove()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.gateway.stop()
        self.upstream.close()
        self.folder.remove()

    def add_node(self, prefix, kind, url, *more):
        return self.folder.command("node", "add", "--prefix", prefix, "--name", prefix, "--type", kind, "--base-url", url, "--api-key", UPSTREAM_KEY, *more)

    def headers(self, dialect, key=None):
        key = self.key if key is None else key
        if dialect == "messages":
            return {"Content-Type": "application/json", "x-api-key": key, "anthropic-version": "2023-06-01"}
        return {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}

    def body(self, dialect, text, model="oc/m", stream=False, **more):
        body = {"model": model, "messages": [{"role": "user", "content": text}], **({"stream": True} if stream else {}), **more}
        if dialect == "messages":
            body.setdefault("max_tokens", 1000)
        return body

    def ask(self, dialect, text, model="oc/m", stream=False, timeout=20.0, **more):
        """One request; its answer, whole or broken."""
        return self.post(PATHS[dialect], self.body(dialect, text, model, stream, **more), dialect, timeout)

    def post(self, path, body, dialect="chat", timeout=20.0, headers=None):
        return request(self.gateway.url + path, "POST", headers or self.headers(dialect), body, timeout)

    def get(self, path, headers=None, method="GET"):
        return request(self.gateway.url + path, method, headers if headers is not None else {"Authorization": f"Bearer {self.key}"})

    def open(self, dialect, text, model="oc/m", stream=True, receive_buffer=None, **more):
        """A connection with the request sent, for tests that watch the answer come or go away."""
        connection = Connection(self.gateway.url, receive_buffer=receive_buffer)
        body = json.dumps(self.body(dialect, text, model, stream, **more)).encode()
        connection.send("POST", PATHS[dialect], self.headers(dialect), body)
        return connection


def envelope(dialect, reply):
    """The error inside an answer, after checking that it stands in the dialect's envelope."""
    assert reply.whole, f"the error is cut: {reply}"
    assert "application/json" in (reply.header("content-type") or ""), f"an error of type {reply.header('content-type')}"
    body = reply.json()
    error = body.get("error")
    assert isinstance(error, dict) and isinstance(error.get("message"), str) and len(error["message"]) > 8, f"no error with a message: {reply}"
    assert isinstance(error.get("type"), str), f"no error type: {reply}"
    if dialect == "messages":
        assert body.get("type") == "error", f"no Anthropic envelope: {reply}"
        assert reply.header("request-id"), "no request-id"
    else:
        assert {"param", "code"} <= set(error), f"no param or code: {reply}"
    assert reply.header("x-request-id"), "no x-request-id"
    return error


def stream_of(dialect, reply):
    """(text, ended well, error) of a streamed answer."""
    text, ended, error = "", False, None
    for name, data in reply.events():
        if data == "[DONE]":
            ended = error is None
            continue
        event = json.loads(data)
        if event.get("error"):
            error = event["error"]
        elif dialect == "chat":
            for choice in event.get("choices", []):
                text += choice.get("delta", {}).get("content") or ""
        else:
            assert name == event["type"], f"the event line says {name}, the data {event['type']}"
            if event["type"] == "content_block_delta":
                text += event["delta"].get("text", "")
            ended |= event["type"] == "message_stop"
    return text, ended, error


def text_of(dialect, reply):
    body = reply.json()
    if dialect == "chat":
        return body["choices"][0]["message"]["content"]
    return "".join(block.get("text", "") for block in body["content"])
