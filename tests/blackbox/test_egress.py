"""Ways out: verified TLS to providers, egress proxies that fail closed, addresses of both families."""
import socket
import ssl
import subprocess
import threading

from scene import UPSTREAM_KEY, FakeUpstream, Scene, envelope, text_of


def certificate(folder, name, days="2", issuer=None, alternative="DNS:localhost,IP:127.0.0.1"):
    """A key and a certificate signed by `issuer` (a name made before), or by itself."""
    key, cert, request = (folder / f"{name}.{kind}" for kind in ("key", "pem", "csr"))
    run = lambda *words: subprocess.run(["openssl", *words], check=True, capture_output=True)
    run("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", str(key), "-out", str(request), "-subj", f"/CN={name}")
    (folder / "ext").write_text("basicConstraints=CA:TRUE\n" if issuer is None else f"subjectAltName={alternative}\n")
    signer = ["-signkey", str(key)] if issuer is None else ["-CA", str(folder / f"{issuer}.pem"), "-CAkey", str(folder / f"{issuer}.key"), "-CAcreateserial"]
    run("x509", "-req", "-in", str(request), "-out", str(cert), "-days", days, "-extfile", str(folder / "ext"), *signer)
    return key, cert


class TlsDoor:
    """Takes TLS off and hands the bytes to a plain port."""

    def __init__(self, key, cert, port):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        self.names = []
        context.sni_callback = lambda _, name, __: self.names.append(name)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port, self.context, self.behind = self.listener.getsockname()[1], context, port
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer):
        try:
            inner = self.context.wrap_socket(peer, server_side=True)
            pump(inner, socket.create_connection(("127.0.0.1", self.behind)))
        except OSError:
            peer.close()


def pump(a, b):
    """Copies both ways until either side ends."""
    def copy(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
    other = threading.Thread(target=copy, args=(b, a), daemon=True)
    other.start()
    copy(a, b)


class Proxy:
    """An HTTP CONNECT or SOCKS5 proxy that leads everything to one port, whatever was asked for, and notes what that was."""

    def __init__(self, kind, port, user=None):
        self.kind, self.behind, self.user, self.asked = kind, port, user, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer):
        try:
            target = self._socks(peer) if self.kind == "socks5" else self._connect(peer)
            if target:
                self.asked.append(target)
                pump(peer, socket.create_connection(("127.0.0.1", self.behind)))
        except OSError:
            pass
        peer.close()

    def _connect(self, peer):
        head = b""
        while b"\r\n\r\n" not in head:
            head += peer.recv(4096)
        line = head.split(b"\r\n")[0].decode()
        if self.user and b"proxy-authorization: basic" not in head.lower():
            peer.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\ncontent-length: 0\r\n\r\n")
            return None
        if not line.startswith("CONNECT "):  # plain http goes through in absolute form
            target = line.split(" ")[1]
            self.asked.append(target)
            behind = socket.create_connection(("127.0.0.1", self.behind))
            behind.sendall(head)
            pump(peer, behind)
            return None
        peer.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        return line.split(" ")[1]

    def _socks(self, peer):
        count = peer.recv(2)[1]
        methods = peer.recv(count)
        if self.user:
            if 2 not in methods:
                peer.sendall(b"\x05\xff")
                return None
            peer.sendall(b"\x05\x02")
            peer.recv(513)
            peer.sendall(b"\x01\x00")
        else:
            peer.sendall(b"\x05\x00")
        _, _, _, kind = peer.recv(4)
        host = peer.recv(peer.recv(1)[0]).decode() if kind == 3 else socket.inet_ntop(socket.AF_INET if kind == 1 else socket.AF_INET6, peer.recv(4 if kind == 1 else 16))
        port = int.from_bytes(peer.recv(2), "big")
        peer.sendall(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
        return f"{host}:{port}"


def scene():
    stage = Scene()
    folder = stage.folder.path
    certificate(folder, "root")
    certificate(folder, "stranger")
    stage.tls = {
        "good": TlsDoor(*certificate(folder, "good", issuer="root"), stage.upstream.port),
        "other name": TlsDoor(*certificate(folder, "other", issuer="root", alternative="DNS:elsewhere.example"), stage.upstream.port),
        "stranger": TlsDoor(*certificate(folder, "unknown", issuer="stranger"), stage.upstream.port),
    }
    return stage


def test_a_private_ca_is_trusted_for_the_node_that_names_it(stage):
    door = stage.tls["good"]
    root = str(stage.folder.path / "root.pem")
    stage.add_node("tls", "openai", f"https://localhost:{door.port}/v1", "--ca-file", root)
    for stream in (False, True):
        assert stage.ask("chat", "hi", "tls/m", stream).status == 200
    assert "localhost" in door.names, "no server name was sent"
    stage.add_node("tlsip", "openai", f"https://127.0.0.1:{door.port}/v1", "--ca-file", root)
    assert stage.ask("chat", "hi", "tlsip/m").status == 200


def test_a_certificate_that_does_not_fit_is_refused(stage):
    root = str(stage.folder.path / "root.pem")
    cases = [("untrusted", stage.tls["good"], None), ("othername", stage.tls["other name"], root), ("stranger", stage.tls["stranger"], root)]
    for prefix, door, ca in cases:
        stage.add_node(prefix, "openai", f"https://localhost:{door.port}/v1", *(["--ca-file", ca] if ca else []))
        before = len(stage.upstream.seen)
        reply = stage.ask("chat", "hi", f"{prefix}/m")
        assert reply.status == 502, f"{prefix}: {reply}"
        assert "certificate" in envelope("chat", reply)["message"], f"{prefix}: {reply}"
        assert len(stage.upstream.seen) == before, f"{prefix}: the request was sent all the same"


def test_a_port_that_speaks_no_tls_is_an_error(stage):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        stage.add_node("plain", "openai", f"https://127.0.0.1:{listener.getsockname()[1]}/v1")
        connection = stage.open("chat", "hi", "plain/m", stream=False)
        peer, _ = listener.accept()
        with peer:
            peer.recv(4096)
            peer.sendall(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")
            reply = connection.read()
        assert reply.status == 502, reply
        envelope("chat", reply)


def test_requests_go_through_the_connections_proxy(stage):
    for kind, user in (("http", None), ("http", "joe"), ("socks5", None), ("socks5", "joe")):
        proxy = Proxy(kind, stage.upstream.port, user)
        prefix = f"{kind}{user or ''}"
        credentials = f"{user}:pass-word@" if user else ""
        stage.add_node(prefix, "openai", "http://provider.invalid/v1", "--proxy", f"{kind}://{credentials}127.0.0.1:{proxy.port}")
        reply = stage.ask("chat", "hi", f"{prefix}/m")
        assert reply.status == 200 and text_of("chat", reply) == "echo: hi", f"{prefix}: {reply}"
        assert any("provider.invalid" in target for target in proxy.asked), f"{prefix}: the proxy was asked for {proxy.asked}"
        if user:
            assert "pass-word" not in stage.gateway.output
            assert "pass-word" not in str(stage.folder.command("provider", "list"))


def test_https_goes_through_a_proxy_and_is_still_verified(stage):
    root = str(stage.folder.path / "root.pem")
    for kind in ("http", "socks5"):
        proxy = Proxy(kind, stage.tls["good"].port)
        stage.add_node(f"{kind}tls", "openai", f"https://localhost:{stage.tls['good'].port}/v1", "--ca-file", root, "--proxy", f"{kind}://127.0.0.1:{proxy.port}")
        assert stage.ask("chat", "hi", f"{kind}tls/m").status == 200
        assert proxy.asked, f"{kind}: the proxy was not used"
        liar = Proxy(kind, stage.tls["other name"].port)
        stage.add_node(f"{kind}liar", "openai", "https://localhost:1/v1", "--ca-file", root, "--proxy", f"{kind}://127.0.0.1:{liar.port}")
        assert stage.ask("chat", "hi", f"{kind}liar/m").status == 502


def test_a_proxy_that_is_gone_or_refuses_fails_closed(stage):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        gone = taken.getsockname()[1]
    needs_user = Proxy("http", stage.upstream.port, "joe").port
    for prefix, address in (("gone5", f"socks5://127.0.0.1:{gone}"), ("gone", f"http://127.0.0.1:{gone}"), ("needs", f"http://127.0.0.1:{needs_user}")):
        before = len(stage.upstream.seen)
        # The provider itself could be reached; it must not be.
        stage.add_node(prefix, "openai", stage.upstream.url + "/v1", "--proxy", address)
        reply = stage.ask("chat", "hi", f"{prefix}/m")
        assert reply.status in (502, 504), f"{prefix}: {reply}"
        envelope("chat", reply)
        assert len(stage.upstream.seen) == before, f"{prefix}: it went directly instead"


def test_ipv6_and_names_with_two_addresses(stage):
    if not socket.has_ipv6:
        return
    try:
        listener = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        return  # a machine without IPv6 on loopback
    def forward():
        while True:
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=pump, args=(peer, socket.create_connection(("127.0.0.1", stage.upstream.port))), daemon=True).start()
    threading.Thread(target=forward, daemon=True).start()
    stage.add_node("six", "openai", f"http://[::1]:{listener.getsockname()[1]}/v1")
    assert stage.ask("chat", "hi", "six/m").status == 200
    stage.add_node("name", "openai", f"http://localhost:{stage.upstream.port}/v1")  # ::1 refuses, 127.0.0.1 answers
    assert stage.ask("chat", "hi", "name/m").status == 200
    listener.close()


def test_private_bases_do_not_leak_the_key_elsewhere(stage):
    with FakeUpstream() as other:
        reply = stage.post("/v1/chat/completions", {**stage.body("chat", "hi"), "base_url": other.url, "api_base": other.url, "api_key": "x"},
                           headers={**stage.headers("chat"), "X-Base-Url": other.url, "X-Forwarded-Host": "evil.example"})
        assert reply.status in (200, 400), reply
        assert not other.seen and UPSTREAM_KEY not in str([seen.headers for seen in other.seen])
