"""The sockets of the fake provider. Raw on purpose: it has to break off, stall and lie as real ones do."""
import json
import select
import socket
import struct
import threading
import time

from . import anthropic, chat, gemini, responses, script as scripts

FORMATS = {"/chat/completions": chat, "/messages": anthropic, "/responses": responses, ":generateContent": gemini, ":streamGenerateContent": gemini}


def ready(connection, what, seconds):
    """Whether a socket is ready, or broken, within the time. poll and not select, which knows no descriptor above 1023."""
    poll = select.poll()
    poll.register(connection, what)
    return bool(poll.poll(seconds * 1000))


class Gone(Exception):
    """The gateway closed the connection while we were busy with its request."""


class Seen:
    """One request as it arrived, and how it ended. Times are time.monotonic()."""

    def __init__(self, method, path, headers, body, raw):
        self.method, self.path, self.headers, self.body, self.raw = method, path, headers, body, raw
        self.violations = []
        self.at, self.gone_at, self.done_at = time.monotonic(), None, None
        self.connection = 0  # the number of the connection it came on
        self.sent = 0        # bytes of the body that the gateway took

    def as_json(self):
        return {"method": self.method, "path": self.path, "headers": self.headers, "body": self.body, "violations": self.violations,
                "gone": self.gone_at is not None, "done": self.done_at is not None, "connection": self.connection, "sent": self.sent}


class FakeUpstream:
    """with FakeUpstream() as upstream: … upstream.url … upstream.seen"""

    def __init__(self, port=0, strict=True):
        self.strict, self.seen, self.connections = strict, [], 0
        self._changed = threading.Condition()
        self._open = set()
        self._listener = socket.create_server(("127.0.0.1", port), backlog=512)
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._listener.close()
        for connection in list(self._open):
            try:
                connection.close()
            except OSError:
                pass

    def forget(self):
        with self._changed:
            self.seen.clear()

    def wait(self, condition, seconds=5.0):
        """Waits until condition() holds, looking again at each change; gives its last value."""
        with self._changed:
            self._changed.wait_for(condition, seconds)
            return condition()

    def last(self):
        return self.seen[-1]

    # ---- connections
    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._open.add(connection)
            threading.Thread(target=self._serve, args=(connection, self.connections), daemon=True).start()

    def _serve(self, connection, number):
        buffer = bytearray()
        try:
            while True:
                request = self._read(connection, buffer)
                if request is None:
                    return
                request.connection = number
                if request.path.startswith("/__"):
                    self._control(connection, request)
                    continue
                with self._changed:
                    self.seen.append(request)
                    self._changed.notify_all()
                try:
                    keep = self._answer(connection, request)
                    request.done_at = time.monotonic()
                except (Gone, OSError, ValueError):  # ValueError: closed by ourselves meanwhile
                    request.gone_at = time.monotonic()
                    keep = False
                with self._changed:
                    self._changed.notify_all()
                if not keep:
                    return
        except OSError:
            pass
        finally:
            self._open.discard(connection)
            connection.close()

    def _read(self, connection, buffer):
        while b"\r\n\r\n" not in buffer:
            piece = connection.recv(65536)
            if not piece:
                return None
            buffer += piece
        head, _, rest = bytes(buffer).partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        method, path, _ = lines[0].split(" ", 2)
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        length = int(headers.get("content-length", 0))
        rest = bytearray(rest)
        while len(rest) < length:
            piece = connection.recv(1 << 20)
            if not piece:
                return None
            rest += piece
        raw = bytes(rest[:length])
        buffer[:] = rest[length:]
        try:
            body = json.loads(raw) if raw else None
        except ValueError:
            body = None
        return Seen(method, path.partition("?")[0], headers, body, raw)

    def _control(self, connection, request):
        """GET /__seen, POST /__forget: for suites in other languages."""
        if request.path == "/__forget":
            self.forget()
        body = json.dumps([seen.as_json() for seen in self.seen]).encode()
        connection.sendall(head(200, "application/json", len(body)) + body)

    # ---- answers
    def _send(self, connection, request, data):
        """Sends, looking out for the gateway's end."""
        view = memoryview(data)
        while view:
            self._check_gone(connection, 0)
            if ready(connection, select.POLLOUT, 0.02):
                sent = connection.send(view[:65536])
                request.sent += sent
                view = view[sent:]

    def _check_gone(self, connection, seconds):
        """Waits so long; raises Gone as soon as the gateway closes or resets."""
        end = time.monotonic() + seconds
        while True:
            readable = ready(connection, select.POLLIN, max(0.0, end - time.monotonic()))
            if readable and not connection.recv(1, socket.MSG_PEEK):
                raise Gone
            if time.monotonic() >= end:
                return
            if readable:  # a pipelined byte: nothing to read now, do not spin
                time.sleep(0.005)

    def _answer(self, connection, request):
        """Answers one request; true if the connection may be kept."""
        wire = next((w for end, w in FORMATS.items() if request.path.endswith(end)), None)
        if request.method == "GET" and request.path.endswith("/models"):
            body = json.dumps({"object": "list", "data": [{"id": "m", "object": "model", "created": 0, "owned_by": "fake"}]}).encode()
            self._send(connection, request, head(200, "application/json", len(body)) + body)
            return True
        if request.method == "POST" and request.path.endswith(("/messages/count_tokens", "/input_tokens", ":countTokens")):
            body = b'{"input_tokens":42,"totalTokens":42}'
            self._send(connection, request, head(200, "application/json", len(body)) + body)
            return True
        if request.path.endswith("/responses/compact") and isinstance(request.body, dict) and responses.compacts(request.body):
            body = responses.compact(request.body)
            self._send(connection, request, head(200, "application/json", len(body)) + body)
            return True
        if wire is None or not isinstance(request.body, dict):
            return self._refuse(connection, request, wire or chat, 404 if wire is None else 400, "no such path, or no JSON object", "")
        if wire is gemini:
            request.body["model"] = request.path.rpartition("/")[2].partition(":")[0]
        request.violations = list(wire.violations(request.body, request.headers))
        if request.violations and self.strict:
            return self._refuse(connection, request, wire, 400, "; ".join(request.violations), "")
        talk = wire.conversation(request.body)
        script = scripts.find_script(talk.text)
        self._check_gone(connection, script.seconds("first"))
        if script.kind == "error":
            return self._refuse(connection, request, wire, script.number("status", 500), script.values.get("message", "scripted_failure"),
                                script.values.get("code", ""), script.values.get("retry_after"))
        if script.kind == "hang":
            self._check_gone(connection, 600)
        if script.kind == "close":
            return False
        if script.kind in ("garbage", "html"):
            body = b"<html><body>Please sign in</body></html>" if script.kind == "html" else b'{"id":"x","choices":[{"de'
            self._send(connection, request, head(200, "text/html" if script.kind == "html" else "application/json", len(body)) + body)
            return True
        answer = scripts.answer_to(script, talk)
        with_usage = script.kind != "nousage"
        if request.body.get("stream") or request.path.endswith(":streamGenerateContent"):
            keep = self._stream(connection, request, wire, script, wire.events(answer, request.body, with_usage))
        else:
            body = b"" if script.kind == "empty" else wire.whole(answer, request.body, with_usage)
            out = head(200, "application/json", len(body)) + body
            keep = script.kind not in ("cut", "reset")
            self._send(connection, request, out if keep else out[:-20])
            if script.kind == "reset":
                reset(connection)
        if script.kind == "stale":
            threading.Timer(0.15, hang_up, [connection]).start()
        return keep

    def _refuse(self, connection, request, wire, status, message, code, retry_after=None):
        body = wire.error(status, message, code)
        extra = f"retry-after: {retry_after}\r\n" if retry_after else ""
        self._send(connection, request, head(status, "application/json", len(body), extra) + body)
        return True

    def _stream(self, connection, request, wire, script, frames):
        self._send(connection, request, head(200, "text/event-stream", None))
        size, after = script.number("bytes"), script.number("after", 3)
        for i, data in enumerate([] if script.kind == "empty" else frames):
            if i and "gap" in script.values:
                self._check_gone(connection, script.seconds("gap"))
            if "pause" in script.values and i == script.number("at", 3):
                self._check_gone(connection, script.seconds("pause"))
            if script.kind == "hang_after" and i == script.number("n", 3):
                self._check_gone(connection, 600)
            if i == after and script.kind in ("cut", "reset", "early_end", "error_in_stream"):
                if script.kind == "reset":
                    reset(connection)
                if script.kind == "early_end":
                    self._send(connection, request, b"0\r\n\r\n")
                if script.kind == "error_in_stream":
                    self._send(connection, request, chunk(wire.error_event("scripted failure inside the stream")) + b"0\r\n\r\n")
                return script.kind in ("early_end", "error_in_stream")
            pieces = [data[at:at + size] for at in range(0, len(data), size)] if size else [data]
            for piece in pieces:
                self._send(connection, request, chunk(piece))
        self._send(connection, request, b"0\r\n\r\n")
        return True


def chunk(data):
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def head(status, content_type, length, extra=""):
    framing = "transfer-encoding: chunked" if length is None else f"content-length: {length}"
    return f"HTTP/1.1 {status} Scripted\r\ncontent-type: {content_type}\r\nx-request-id: req_fake\r\n{extra}{framing}\r\n\r\n".encode()


def hang_up(connection):
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # it is gone already


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
