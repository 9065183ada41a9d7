"""Our own listener: TLS, its files while they change, and sockets that a service manager hands over."""
import http.client
import json
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time

import daemon
from client import Connection, request
from daemon import Daemon, Folder
from scene import UPSTREAM_KEY
from test_files import eventually
from upstream import FakeUpstream

PASSWORD = "a listener's long password"
ACTIVATE = """import os, sys
os.dup2(int(sys.argv[1]), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
os.execv(sys.argv[2], sys.argv[2:])"""


def certificate(folder, name, days=30):
    """A self-signed certificate of its own key: (certificate, key) files."""
    cert, key = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", str(days), "-subj", f"/CN={name}",
                    "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", str(key), "-out", str(cert)], check=True, capture_output=True)
    return cert, key


class Secured:
    """A gateway behind TLS, with the fake provider."""

    def __init__(self):
        self.folder, self.upstream = Folder(), FakeUpstream()
        self.key = self.folder.command("key", "create", "--name", "scene")["key"]
        self.folder.command("node", "add", "--prefix", "oc", "--type", "openai", "--base-url", self.upstream.url + "/v1", "--api-key", UPSTREAM_KEY)
        self.first = certificate(self.folder.path, "first")
        self.cert, self.private = self.folder.path / "live.pem", self.folder.path / "live.key"
        self.install(self.first)
        self.gateway = Daemon(self.folder, "--tls-cert", str(self.cert), "--tls-key", str(self.private), env={"INITIAL_PASSWORD": PASSWORD})
        assert eventually(lambda: f"ready on https://127.0.0.1:{self.gateway.port} " in self.gateway.output), self.gateway.output
        self.silent = [socket.create_connection(("127.0.0.1", self.gateway.port)) for _ in range(40)]

    def install(self, pair):
        """In place, as certbot does: each file whole, one after the other."""
        for source, target in zip(pair, (self.cert, self.private)):
            beside = target.with_suffix(".new")
            beside.write_bytes(source.read_bytes())
            beside.rename(target)

    def context(self, trusted=None):
        return ssl.create_default_context(cafile=str(trusted or self.first[0]))

    def open(self, context=None):
        return http.client.HTTPSConnection("localhost", self.gateway.port, context=context or self.context(), timeout=20)

    def ask(self, connection, text, **more):
        body = json.dumps({"model": "oc/m", "messages": [{"role": "user", "content": text}], **more})
        connection.request("POST", "/v1/chat/completions", body, {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"})
        return connection.getresponse()

    def shown(self):
        """The certificate that a new connection is shown."""
        context = ssl._create_unverified_context()
        with socket.create_connection(("127.0.0.1", self.gateway.port), timeout=10) as plain, context.wrap_socket(plain) as secured:
            return ssl.DER_cert_to_PEM_cert(secured.getpeercert(True))

    def close(self):
        for idle in self.silent:
            idle.close()
        self.gateway.stop()
        self.upstream.close()
        self.folder.remove()


def scene():
    return Secured()


def test_requests_and_streams_go_through_tls(stage):
    connection = stage.open()
    reply = stage.ask(connection, "plain answer")
    assert reply.status == 200 and json.loads(reply.read())["choices"], reply
    assert connection.sock.version() in ("TLSv1.2", "TLSv1.3"), connection.sock.version()
    stream = stage.ask(connection, "a stream", stream=True)
    text = stream.read().decode()
    assert stream.status == 200 and text.rstrip().endswith("data: [DONE]"), text
    connection.close()
    body = json.dumps({"model": "oc/m", "stream": True, "messages": [{"role": "user", "content": "by curl"}]})
    done = subprocess.run(["curl", "-sSN", "--cacert", str(stage.first[0]), "-H", f"Authorization: Bearer {stage.key}", "-H", "Content-Type: application/json", "-d", body,
                           f"https://localhost:{stage.gateway.port}/v1/chat/completions"], capture_output=True, text=True, timeout=20, env=daemon.CLEAN, check=False)
    assert done.returncode == 0 and "[DONE]" in done.stdout, done.stderr
    large = stage.open()
    assert stage.ask(large, "x" * 3_000_000).status == 200, "a body of many records"


def test_old_versions_and_other_protocols_are_refused(stage):
    old = stage.context()
    old.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    other = stage.context()
    other.set_alpn_protocols(["h2"])
    for context in (old, other):
        try:
            stage.open(context).connect()
            raise AssertionError("the handshake went through")
        except (ssl.SSLError, ConnectionError):
            pass
    ours = stage.context()
    ours.set_alpn_protocols(["h2", "http/1.1"])
    connection = stage.open(ours)
    connection.connect()
    assert connection.sock.selected_alpn_protocol() == "http/1.1"


def test_plain_http_on_the_port_is_told_so(stage):
    reply = request(f"http://127.0.0.1:{stage.gateway.port}/readyz", timeout=10)
    assert reply.status == 400 and b"https://" in reply.body and reply.whole, reply
    for rubbish in (b"\x00" * 100, b"SSH-2.0-OpenSSH\r\n", b"\x16\x03\x01\xff\xff" + b"x" * 4000, b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00"):
        with socket.create_connection(("127.0.0.1", stage.gateway.port), timeout=5) as raw:
            raw.sendall(rubbish)
            raw.shutdown(socket.SHUT_WR)
            try:
                while raw.recv(4096):
                    pass
            except ConnectionResetError:
                pass
    assert stage.ask(stage.open(), "still serving").status == 200


def test_a_client_that_says_goodbye_ends_the_request(stage):
    for farewell in (True, False):
        connection = stage.open()
        stage.upstream.forget()
        body = json.dumps({"model": "oc/m", "stream": True, "messages": [{"role": "user", "content": "<<hang>> gone"}]})
        connection.request("POST", "/v1/chat/completions", body, {"Authorization": f"Bearer {stage.key}", "Content-Type": "application/json"})
        assert stage.upstream.wait(lambda: stage.upstream.seen), "the request did not arrive"
        if farewell:
            connection.sock.setblocking(False)
            try:
                connection.sock.unwrap()
            except (ssl.SSLWantReadError, OSError):
                pass
        connection.sock.close()
        asked = stage.upstream.last()
        assert stage.upstream.wait(lambda: asked.gone_at is not None), f"the provider still works (close_notify: {farewell})"


def test_the_session_cookie_is_bound_to_tls(stage):
    connection = stage.open()
    connection.request("POST", "/api/auth/login", json.dumps({"password": PASSWORD}), {"Content-Type": "application/json", "Origin": f"https://localhost:{stage.gateway.port}"})
    reply = connection.getresponse()
    cookie = reply.getheader("set-cookie")
    assert reply.status == 200 and cookie.startswith("__Host-") and "Secure" in cookie, cookie


def test_a_new_certificate_is_taken_and_a_bad_one_is_not(stage):
    kept = stage.open()
    assert stage.ask(kept, "before").read()
    second = certificate(stage.folder.path, "second")
    stage.install(second)
    assert eventually(lambda: stage.shown() == second[0].read_text()), stage.gateway.output
    assert stage.ask(kept, "the old connection goes on").read()
    stage.private.write_bytes(stage.first[1].read_bytes())
    assert eventually(lambda: "new certificate not taken" in stage.gateway.output), stage.gateway.output
    stage.cert.write_text("no certificate at all")
    assert stage.shown() == second[0].read_text(), "the present one goes on"
    stage.cert.unlink()
    assert stage.ask(stage.open(stage.context(second[0])), "still").status == 200
    stage.install(stage.first)
    stage.gateway.signal(signal.SIGHUP)
    assert eventually(lambda: stage.shown() == stage.first[0].read_text()), stage.gateway.output
    assert "PRIVATE" not in stage.gateway.output and stage.gateway.output.count("new certificate not taken") <= 3, stage.gateway.output


def test_who_never_shakes_hands_is_let_go(stage):
    assert stage.ask(stage.open(), "others are served meanwhile").status == 200
    end = time.monotonic() + 15
    for idle in stage.silent:
        idle.settimeout(max(0.1, end - time.monotonic()))
        try:
            assert idle.recv(1) == b"", "an answer without a question"
        except ConnectionResetError:
            pass


def test_the_doctor_looks_at_the_certificate(stage):
    ended, key = certificate(stage.folder.path, "soon", days=3)
    names = {"OMNIROUTE_TLS_CERT": str(ended), "OMNIROUTE_TLS_KEY": str(key)}
    code, text, _ = stage.folder.run("doctor", env=names)
    assert code == 0 and "CN = soon" in text and "warn" in text, text
    key.chmod(0o644)
    assert "chmod 600" in stage.folder.run("doctor", env=names)[1]
    code, text, _ = stage.folder.run("doctor", env={**names, "OMNIROUTE_TLS_KEY": str(stage.first[1])})
    assert code == 1 and "cannot be used" in text, text
    with Folder() as other:
        for args, words in ((["--tls-cert", str(ended)], "both"), (["--tls-cert", str(ended), "--tls-key", "/nowhere"], "/nowhere"),
                            (["--tls-cert", str(ended), "--tls-key", str(stage.first[1])], "cannot be used")):
            code, _, errors = other.run("serve", "--no-open", "--port", "0", *args)
            assert code == 1 and words in errors and len(errors.splitlines()) == 1, errors


class Manager:
    """A service manager in small: a listening socket that outlives the service, and ears for what it tells."""

    def __init__(self, folder):
        self.folder = folder
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = "http://127.0.0.1:%d" % self.listener.getsockname()[1]
        self.ears = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.ears.bind(str(folder.path / "notify"))
        self.told = []
        threading.Thread(target=lambda: [self.told.append(self.ears.recv(1000).decode()) for _ in iter(int, 1)], daemon=True).start()

    def start(self, descriptor=None):
        descriptor = self.listener.fileno() if descriptor is None else descriptor
        command = [sys.executable, "-c", ACTIVATE, str(descriptor), str(daemon.BINARY), "serve", "--no-open", "--data-dir", str(self.folder.data)]
        return subprocess.Popen(command, env=self.folder.env({"NOTIFY_SOCKET": str(self.folder.path / "notify"), "WATCHDOG_USEC": "400000"}), cwd=self.folder.path,
                                pass_fds=(descriptor,), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def test_a_listening_socket_is_taken_over_and_outlives_the_service():
    with Folder() as folder:
        manager = Manager(folder)
        key = folder.command("key", "create", "--name", "k")["key"]
        for round in range(2):
            early = Connection(manager.url)  # nobody serves yet: the kernel keeps the caller waiting
            early.send("GET", "/v1/models", {"Authorization": f"Bearer {key}"})
            manager.told.clear()
            process = manager.start()
            assert early.read().status == 200
            assert eventually(lambda: any(t.startswith("READY=1") and manager.url in t for t in manager.told) and "WATCHDOG=1" in manager.told), manager.told
            assert request(manager.url + "/v1/models").status == 401, "keys are needed as on a port of its own"
            if round == 0:
                process.send_signal(signal.SIGHUP)
                assert eventually(lambda: any(t.startswith("RELOADING=1\nMONOTONIC_USEC=") for t in manager.told) and manager.told[-1] in ("READY=1", "WATCHDOG=1")), manager.told
                assert process.poll() is None, "a reload is no end"
            process.terminate()
            assert process.wait(20) == 0 and eventually(lambda: "STOPPING=1" in manager.told), manager.told
        manager.listener.close()


def test_what_is_no_listening_socket_is_refused_and_credentials_are_read():
    with Folder() as folder:
        manager = Manager(folder)
        ends = socket.socketpair()
        process = manager.start(ends[0].fileno())
        assert process.wait(20) == 1
        words = process.stderr.read()
        assert "no listening stream socket" in words and len(words.splitlines()) == 1, words
    with Folder() as folder:
        credentials = folder.path / "credentials"
        credentials.mkdir()
        (credentials / "storage.key").write_text("the key that the manager keeps\n")
        env = {"CREDENTIALS_DIRECTORY": str(credentials)}
        assert folder.run("provider", "add", "--provider", "groq", "--api-key", "gsk-1234567890123", env=env)[0] == 0
        assert not (folder.data / "master.key").exists()
        code, _, errors = folder.run("provider", "list")
        assert code == 1 and "STORAGE_ENCRYPTION_KEY" in errors, errors
        assert folder.run("provider", "list", env={"STORAGE_ENCRYPTION_KEY": "the key that the manager keeps"})[0] == 0

