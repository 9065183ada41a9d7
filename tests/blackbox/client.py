"""An HTTP/1.1 client that hides nothing: whether an answer was whole, when its pieces came, what stood on the wire."""
import json
import re
import socket
import struct
import time
from urllib.parse import urlsplit


class Reply:
    def __init__(self, status, headers, head):
        self.status, self.headers, self.head = status, headers, head
        self.body, self.whole = b"", False
        self.pieces = []  # (seconds since the request, bytes) as they came

    def header(self, name):
        return self.headers.get(name.lower())

    def json(self):
        return json.loads(self.body)

    def events(self):
        """(event name or None, data) of a stream; comments are left out."""
        found = []
        for block in re.split(r"\r?\n\r?\n", self.body.decode("utf-8", "strict")):
            name, data = None, []
            for line in re.split(r"\r?\n", block):
                if line.startswith("event:"):
                    name = line[6:].strip()
                elif line.startswith("data:"):
                    data.append(line[5:].removeprefix(" "))
            if data:
                found.append((name, "\n".join(data)))
        return found

    def __repr__(self):
        return f"<{self.status} whole={self.whole} {self.body[:300]!r}>"


class Connection:
    """One connection. send() a request, then read() its answer, whole or piece by piece."""

    def __init__(self, url, timeout=20.0, receive_buffer=None):
        target = urlsplit(url)
        self.authority = target.netloc
        self.timeout = timeout
        self.socket = socket.socket(socket.AF_INET)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(timeout)
        self.socket.connect((target.hostname, target.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer, self.sent_at, self.reply, self.method = b"", 0.0, None, "GET"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def reset(self):
        """Closes with RST."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def raw(self, data):
        self.sent_at = time.monotonic()
        self.socket.sendall(data)

    def send(self, method, path, headers=None, body=None):
        lines = {"Host": self.authority, **(headers or {})}
        if body is not None and "Transfer-Encoding" not in lines:
            lines["Content-Length"] = str(len(body))
        self.method = method
        head = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in lines.items() if v is not None)
        self.raw(head.encode("latin-1") + b"\r\n" + (body or b""))

    def _more(self):
        piece = self.socket.recv(65536)
        self.buffer += piece
        return bool(piece)

    def read_head(self):
        """The head of the final answer; None when the connection ended without one."""
        while True:
            while b"\r\n\r\n" not in self.buffer:
                try:
                    if not self._more():
                        return None
                except ConnectionResetError:
                    return None
            head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")
            status = int(lines[0].split(" ")[1])
            headers = {}
            for line in lines[1:]:
                name, _, value = line.partition(":")
                headers[name.lower()] = value.strip()
            if status >= 200:
                self.reply = Reply(status, headers, head)
                return self.reply

    def read_pieces(self):
        """Yields the pieces of the body as they come; the reply is whole when this ends and reply.whole says so."""
        reply = self.reply
        if self.method == "HEAD" or reply.status in (204, 304):
            reply.whole = True
            return
        chunked = "chunked" in (reply.header("transfer-encoding") or "")
        length = reply.header("content-length")
        try:
            if chunked:
                while True:
                    while b"\r\n" not in self.buffer:
                        if not self._more():
                            return
                    size = int(self.buffer.split(b"\r\n", 1)[0].split(b";")[0], 16)
                    need = self.buffer.index(b"\r\n") + 2 + size + 2
                    while len(self.buffer) < need:
                        if not self._more():
                            return
                    data = self.buffer[need - 2 - size:need - 2]
                    self.buffer = self.buffer[need:]
                    if size == 0:
                        reply.whole = True
                        return
                    yield self._keep(data)
            while length is None or len(reply.body) < int(length):
                if self.buffer:
                    left = len(self.buffer) if length is None else int(length) - len(reply.body)
                    data, self.buffer = self.buffer[:left], self.buffer[left:]
                    yield self._keep(data)
                elif not self._more():
                    reply.whole = length is None
                    return
            reply.whole = True
        except ConnectionResetError:
            return

    def _keep(self, data):
        self.reply.body += data
        self.reply.pieces.append((time.monotonic() - self.sent_at, data))
        return data

    def read(self):
        """The whole answer, or what came of it."""
        reply = self.read_head()
        if reply is None:
            return Reply(0, {}, b"")
        for _ in self.read_pieces():
            pass
        return reply

    def ended(self, seconds=5.0):
        """Whether the server closes the connection within so long, with nothing more to say."""
        self.socket.settimeout(seconds)
        try:
            return self.buffer == b"" and self.socket.recv(1) == b""
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False


def request(url, method="GET", headers=None, body=None, timeout=20.0):
    """One request on a connection of its own; `body` may be bytes, text, or anything JSON."""
    target = urlsplit(url)
    lines = {"Connection": "close", **(headers or {})}
    if body is not None and not isinstance(body, bytes):
        body = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        lines.setdefault("Content-Type", "application/json")
    with Connection(url, timeout) as connection:
        try:
            connection.send(method, target.path + (f"?{target.query}" if target.query else ""), lines, body)
        except (BrokenPipeError, ConnectionResetError):
            pass  # refused before the body was through; the answer may still be there
        return connection.read()
