"""Each row of the failure table (src/resilience/failure_table.cpp) over real sockets: an upstream that says exactly the row's words."""
import json
import re
import socket
import threading
import time
from pathlib import Path

from scene import stream_of
from test_router import SAYS, RouterScene

TABLE = Path(__file__).resolve().parents[2] / "src" / "resilience" / "failure_table.cpp"
# Rows that no provider's words lead to, and what shows them.
ELSEWHERE = {
    "client_gone": "test_crowd, test_router: clients that leave",
    "asked_wrongly": "a request that is wrong in itself meets no provider",
    "cannot_be_said": "test_losses: strict",
    "budget": "test_router: a spent budget",
    "queue": "test_cascade: patience in a line",
    "gateway": "what the gateway itself rules out between plan and attempt",
    "network": "test_egress: a proxy that refuses",
    "connect_timeout": "test_cascade: a listener that takes nobody",
    "stream_payment": "each word for it that is known today is met by payment_text before",
    "stream_rate": "each word for it that is known today is met by rate_text before",
    "stream_quota": "each word for it that is known today is met by quota_text before",
}


def whole(status, error, headers=""):
    body = error if isinstance(error, bytes) else json.dumps({"type": "error", "error": {"type": error[0], "message": error[1]}}).encode()
    return f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body


def stream(kind, words):
    start = {"type": "message_start", "message": {"id": "m", "type": "message", "role": "assistant", "model": "m", "content": [], "usage": {"input_tokens": 1, "output_tokens": 0}}}
    failure = {"type": "error", "error": {"type": kind, "message": words}}
    body = f"event: message_start\ndata: {json.dumps(start)}\n\nevent: error\ndata: {json.dumps(failure)}\n\n".encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n" + body


def chat_stream(code):
    """An error in a stream that tells itself by a number alone, as resellers send it."""
    body = f"data: {json.dumps({'error': {'message': 'no', 'code': code}})}\n\n".encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n" + body


# model: (row, class, what the upstream answers, whether the request goes on to the next target)
ROWS = {
    "context": ("context_length", "context_length", whole(400, ("invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum")), True),
    "filter": ("content_filter", "content_filter", whole(400, ("invalid_request_error", "Output blocked by content filtering policy")), False),
    "payment": ("payment_text", "payment", whole(400, ("invalid_request_error", "Your credit balance is too low to access the API.")), True),
    "quota": ("quota_text", "quota", whole(429, ("rate_limit_error", "You exceeded your current quota.")), True),
    "quota-in-200": ("quota_text", "quota", stream("api_error", "You have hit your usage limit."), True),
    "no-credentials": ("no_credentials_text", "auth", whole(400, ("invalid_request_error", "No credentials for this")), True),
    "not-allowed": ("not_allowed_text", "forbidden", whole(400, ("invalid_request_error", "Request not allowed")), True),
    "rate-text": ("rate_text", "rate_limit", whole(500, ("api_error", "Too many requests, please wait")), True),
    "capacity-text": ("capacity_text", "capacity", whole(500, ("api_error", "The server is busy")), True),
    "state": ("state_missing", "bad_request", whole(404, ("invalid_request_error", "Previous response with id 'resp_1' not found.")), True),
    "model-text": ("model_text", "model_missing", whole(400, ("invalid_request_error", "model_not_found")), True),
    "key": ("key_refused", "auth", whole(400, ("authentication_error", "API key not valid.")), True),
    "s401": ("401", "auth", whole(401, ("permission_error", "who are you")), True),
    "s402": ("402", "payment", whole(402, ("invalid_request_error", "pay first")), True),
    "s403": ("403", "forbidden", whole(403, ("invalid_request_error", "not for you")), True),
    "s404": ("404", "model_missing", whole(404, b"nothing here"), True),
    "s413": ("413", "too_large", whole(413, b"big"), True),
    "s429": ("429", "rate_limit", whole(429, b"later", "retry-after: 3\r\n"), True),
    "s400": ("400", "bad_request", whole(400, ("invalid_request_error", "messages.0.role: must be a word")), False),
    "s503": ("503", "capacity", whole(503, b"no"), True),
    "s529": ("529", "capacity", whole(529, b"no"), True),
    "s500": ("5xx", "server_error", whole(500, b"boom"), True),
    "s524": ("5xx", "server_error", whole(524, b"late"), True),
    "s408": ("408", "timeout", whole(408, b"slow"), True),
    "s422": ("4xx", "bad_request", whole(422, b"unprocessable"), True),
    "empty": ("empty_answer", "empty_answer", b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 0\r\n\r\n", True),
    "refused": ("connect_failed", "unreachable", None, True),
    "silent": ("timeout", "timeout", b"", True),
    "protocol": ("protocol", "protocol", whole(200, b"this is no JSON"), True),
    "stream-402": ("402", "payment", chat_stream(402), True),
    "stream-429": ("429", "rate_limit", chat_stream(429), True),
    "stream-capacity": ("stream_capacity", "capacity", stream("UNAVAILABLE", "no"), True),
    "stream-forbidden": ("stream_forbidden", "forbidden", stream("permission_error", "no"), True),
    "stream-missing": ("stream_missing", "model_missing", stream("not_found_error", "no"), True),
    "stream-refused": ("stream_refused", "bad_request", stream("invalid_request_error", "no"), False),
    "stream-error": ("stream_error", "server_error", stream("api_error", "no"), True),
    "cut": ("cut", "cut", b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 999\r\n\r\nevent: mess", True),
    "elsewhere": ("other", "server_error", b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n", True),
}


class Sayer:
    """Answers each model's request with its row's bytes, then closes."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.held = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client = self.listener.accept()[0]
            except OSError:
                return
            data = b""
            while not re.search(rb'"model": ?"([^"]+)"', data):
                data += client.recv(65536)
            while int(re.search(rb"(?i)content-length: (\d+)", data)[1]) > len(data.split(b"\r\n\r\n", 1)[1]):
                data += client.recv(65536)
            words = ROWS[re.search(rb'"model": ?"([^"]+)"', data)[1].decode()][2]
            if words == b"":
                self.held.append(client)  # says nothing
                continue
            client.sendall(words)
            client.shutdown(socket.SHUT_WR)
            client.close()


def scene():
    return RouterScene()


def test_signs_of_life_leave_the_way_to_the_next_target_open():
    """The head comes at once, then nothing, then an error: the client was told to wait, and gets its answer elsewhere."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        for _ in range(2):
            client = listener.accept()[0]
            data = client.recv(65536)
            while int(re.search(rb"(?i)content-length: (\d+)", data)[1]) > len(data.split(b"\r\n\r\n", 1)[1]):
                data += client.recv(65536)
            head, rest = stream("overloaded_error", "later").split(b"event: error")
            client.sendall(head)
            time.sleep(0.7)
            client.sendall(b"event: error" + rest)
            client.close()

    threading.Thread(target=serve, daemon=True).start()
    with RouterScene(HEARTBEAT_MS="150") as stage:
        spare, _ = stage.upstream_of()
        stage.manage("POST", "/api/provider-nodes", {"prefix": "late", "name": "late", "type": "anthropic", "baseUrl": f"http://127.0.0.1:{listener.getsockname()[1]}/v1", "apiKey": "k"}, 201)
        stage.combo("patient", ["late/m", f"{spare}/m"])
        reply = stage.ask("messages", "hello", "patient", stream=True)
        assert reply.status == 200 and reply.whole and stream_of("messages", reply)[0] == SAYS, reply
        assert reply.body.count(b"event: message_start") == 1 and b"ping" in reply.body.split(b"message_start")[0], reply.body[:300]
        assert [a["outcome"] == "ok" for a in stage.why(reply)["attempts"]] == [False, True]
        stage.manage("DELETE", "/api/lockouts")
        reply = stage.ask("messages", "hello", "late/m", stream=True)
        errors = [json.loads(data)["error"]["type"] for name, data in reply.events() if name == "error"]
        assert reply.status == 200 and reply.whole and errors == ["overloaded_error"] and b"ping" in reply.body, reply
    listener.close()


def test_each_row_of_the_table(stage):
    spare, _ = stage.upstream_of()
    sayer = Sayer()
    base = {"prefix": "sayer", "name": "sayer", "type": "anthropic", "baseUrl": f"http://127.0.0.1:{sayer.port}/v1", "apiKey": "k"}
    node = stage.manage("POST", "/api/provider-nodes", base, 201)
    nobody = stage.manage("POST", "/api/provider-nodes", {**base, "prefix": "nobody", "name": "nobody", "baseUrl": "http://127.0.0.1:9/v1"}, 201)
    reseller = stage.manage("POST", "/api/provider-nodes", {**base, "prefix": "reseller", "name": "reseller", "type": "openai"}, 201)
    stage.manage("PATCH", "/api/resilience", {"profiles": {"apikey": {"circuitBreakerThreshold": 1000}}})
    seen = set()
    for model, (row, kind, said, goes_on) in ROWS.items():
        prefix = "nobody" if said is None else "reseller" if said.endswith(b"}}\n\n") and b'"code"' in said else "sayer"
        stage.manage("DELETE", "/api/lockouts")
        stage.combo(f"row-{model}", [f"{prefix}/{model}", f"{spare}/m"])
        reply = stage.ask("chat", "hello", f"row-{model}", stream=said is not None and b"event-stream" in said)
        why = stage.why(reply)
        first = why["attempts"][0]
        assert (first["rule"], first["outcome"]) == (row, kind), f"{model}: {first}"
        assert (reply.status == 200 and len(why["attempts"]) == 2) == goes_on, f"{model}: {reply} {why['attempts']}"
        seen.add(row)
    names = set(re.findall(r'FailureRow\{\.name = "([^"]+)"', TABLE.read_text()))
    assert names - seen == set(ELSEWHERE), names - seen ^ set(ELSEWHERE)
    sayer.listener.close()
    for each in (node, nobody, reseller):
        stage.manage("DELETE", f"/api/provider-nodes/{each['id']}")
