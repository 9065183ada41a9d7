"""Many clients at once against one gateway: those that leave, and those that wait in one line. Used by test_crowd.py with small
numbers, and by tests/acceptance/crowd.py with those of the product's promise."""
import json
import re
import selectors
import socket
import struct
import threading
import time

from test_router import connections

NO_LINGER = struct.pack("ii", 1, 0)


def request_bytes(stage, model, stream=False, number=0):
    body = json.dumps({"model": model, "messages": [{"role": "user", "content": f"number {number}."}], "stream": stream}).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:{stage.gateway.port}\r\nAuthorization: Bearer {stage.key}\r\nContent-Type: application/json\r\nX-Request-Id: crowd-{number}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def connected(stage):
    made = socket.socket()
    made.connect(("127.0.0.1", stage.gateway.port))
    return made


def leave(open_one):
    open_one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
    open_one.close()


def abort_clients(stage, count, at_once=50):
    """`count` clients leave: before the head of an answer, in the middle of a stream, and while they wait for a place. The names of
    the breakers that are not closed, what rests, and how many requests the providers saw."""
    silent, silent_mock = stage.upstream_of("hang")
    dripping, dripping_mock = stage.upstream_of("drip=100ms")
    narrow, narrow_mock = stage.upstream_of("hang")
    stage.manage("PATCH", f"/api/providers/{connections(stage, narrow)[0]['id']}/routing", {"maxConcurrent": 2})
    kinds = [(request_bytes(stage, f"{silent}/m"), False), (request_bytes(stage, f"{dripping}/m", True), True), (request_bytes(stage, f"{narrow}/m"), False)]
    for first in range(0, count, at_once):
        group = []
        for i in range(first, min(count, first + at_once)):
            words, reads = kinds[i % len(kinds)]
            client = connected(stage)
            client.sendall(words)
            group.append((client, reads))
        for client, reads in group:
            if reads:
                client.settimeout(10)
                assert client.recv(64).startswith(b"HTTP/1.1 200"), "the stream did not begin"
            leave(client)
    until = time.monotonic() + 20
    while stage.manage("GET", "/api/monitoring/health")["activeRequests"] > 1 and time.monotonic() < until:
        time.sleep(0.02)
    asked = silent_mock.requests() + dripping_mock.requests()
    state = stage.manage("GET", "/api/resilience")
    names = [connections(stage, prefix)[0]["provider"] for prefix in (silent, dripping, narrow)]
    open_ones = [b for b in state["circuitBreakers"] if b["name"].split("/")[0] in names and (b["state"] != "closed" or b["failureCount"])]
    resting = [r for r in state["lockouts"] if r["provider"] in names]
    lines = [r for r in stage.manage("GET", "/api/rate-limits")["connections"] if r["provider"] in names and (r["running"] or r["queued"])]
    return open_ones, resting, lines, asked


class Counter:
    """A provider of one's own that notes in which order requests came and how many were there at once."""

    def __init__(self, pause):
        self.pause, self.order, self.running, self.most, self.lock = pause, [], 0, 0, threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/v1"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                threading.Thread(target=self.serve, args=(self.listener.accept()[0],), daemon=True).start()
            except OSError:
                return

    def serve(self, client):
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        buffer = b""
        with client:
            while True:
                while b"\r\n\r\n" not in buffer or len(buffer) < buffer.index(b"\r\n\r\n") + 4 + int(re.search(rb"(?i)content-length: (\d+)", buffer)[1]):
                    more = client.recv(65536)
                    if not more:
                        return
                    buffer += more
                with self.lock:
                    self.order.append(int(re.search(rb"number (\d+)\.", buffer)[1]))
                    self.running += 1
                    self.most = max(self.most, self.running)
                buffer = b""
                time.sleep(self.pause)
                answer = b'{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"done"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}'
                with self.lock:
                    self.running -= 1  # before the answer goes out: the next one may come in between
                client.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Request-Id: crowd-{number}\r\nContent-Length: %d\r\n\r\n" % len(answer) + answer)

    def close(self):
        self.listener.close()


def arrivals(stage, provider, count):
    """When the gateway began each request, by its number; clients on several connections are not read in the order in which they wrote."""
    rows, until = [], time.monotonic() + 10
    while len(rows) < count and time.monotonic() < until:
        rows, cursor = [], ""
        while cursor is not None:
            page = stage.manage("GET", f"/api/usage/logs?provider={provider}&limit=500{cursor}")
            rows += page["logs"]
            cursor = page["next"] and f"&cursor={page['next']}"
        time.sleep(0.05)
    assert len(rows) >= count, f"{len(rows)} rows of {count} requests"
    return {int(row["requestId"].removeprefix("crowd-")): row["time"] for row in rows}


def crowd(stage, count, places=3, pause=0.002, abort_every=0):
    """`count` requests at once for a provider with so many places. Returns (statuses, most at once, how far the worst was overtaken,
    seconds)."""
    counter = Counter(pause)
    stage.count += 1
    prefix = f"r{stage.count}"
    node = stage.manage("POST", "/api/provider-nodes", {"prefix": prefix, "name": prefix, "type": "openai", "baseUrl": counter.url, "apiKey": "k"}, 201)
    account = next(c for c in stage.manage("GET", "/api/providers")["connections"] if c["provider"] == node["id"])
    stage.manage("PATCH", f"/api/providers/{account['id']}/routing", {"maxConcurrent": places})
    clients = [connected(stage) for _ in range(count)]
    began = time.monotonic()
    for number, client in enumerate(clients):
        client.sendall(request_bytes(stage, f"{prefix}/m", number=number))
    gone = set(range(abort_every, count, abort_every)) if abort_every else set()
    for number in gone:
        leave(clients[number])
    statuses, waiting, buffers = {}, selectors.DefaultSelector(), {}
    for number, client in enumerate(clients):
        if number not in gone:
            waiting.register(client, selectors.EVENT_READ, number)
    until = began + 60
    while len(statuses) < count - len(gone) and time.monotonic() < until:
        for key, _ in waiting.select(1):
            piece = key.fileobj.recv(65536)
            text = buffers[key.data] = buffers.get(key.data, b"") + piece
            if not piece or (b"\r\n\r\n" in text and b"}" in text.split(b"\r\n\r\n", 1)[1][-3:]):
                statuses[key.data] = int(text[9:12]) if text else 0
                waiting.unregister(key.fileobj)
                key.fileobj.close()
    seconds = time.monotonic() - began
    counter.close()
    came = arrivals(stage, node["id"], count - len(gone))
    served = [came[number] for number in counter.order if number in came]
    worst = max(sum(earlier > mine for earlier in served[:at]) for at, mine in enumerate(served))
    return [statuses.get(number, 0) for number in range(count) if number not in gone], counter.most, worst, seconds
