"""The command line, on a running daemon and on the data directory alone: the same commands, the same answers."""
import json

from client import request
from daemon import Daemon, Folder
from scene import UPSTREAM_KEY, FakeUpstream


def play(folder, upstream):
    """One round of every command; what it prints is what the management API says."""
    made = folder.command("key", "create", "--name", "ci")
    assert set(made) == {"id", "name", "key"} and made["name"] == "ci" and len(made["key"]) > 20, made
    listed = folder.command("key", "list")["keys"]
    assert [key["name"] for key in listed if key["id"] == made["id"]] == ["ci"]
    assert made["key"] not in json.dumps(listed), "a key is shown twice"
    rotated = folder.command("key", "rotate", "ci")
    assert rotated["id"] == made["id"] and rotated["key"] != made["key"]

    node = folder.command("node", "add", "--prefix", "lab", "--name", "Lab", "--type", "openai", "--base-url", upstream.url + "/v1", "--api-key", UPSTREAM_KEY)
    assert node["prefix"] == "lab" and node["baseUrl"] == upstream.url + "/v1" and node["type"] == "openai", node
    other = folder.command("node", "add", "--prefix", "claudish", "--name", "Claude-like", "--type", "anthropic", "--base-url", upstream.url + "/v1", "--api-key", UPSTREAM_KEY)
    assert {n["prefix"] for n in folder.command("node", "list")["nodes"]} >= {"lab", "claudish"}
    assert folder.command("node", "test", "lab")["valid"] is True

    account = folder.command("provider", "add", "--provider", "deepseek", "--api-key", "sk-deepseek-secret-9876", "--name", "mine")
    connections = folder.command("provider", "list")["connections"]
    assert {"mine"} <= {c["name"] for c in connections}
    everything = json.dumps([account, connections, node, other])
    assert "sk-deepseek-secret" not in everything and UPSTREAM_KEY not in everything, "a secret is shown"
    assert any(c["apiKeyHint"].endswith("9876") for c in connections if c["apiKeyHint"])

    for group, which in (("provider", "mine"), ("node", "lab"), ("node", other["id"]), ("key", "ci")):
        folder.command(group, "remove", which)
    assert not [c for c in folder.command("provider", "list")["connections"]], "a removed node left its connection behind"
    assert not folder.command("node", "list")["nodes"]


def test_on_the_data_directory_alone():
    with Folder() as folder, FakeUpstream() as upstream:
        play(folder, upstream)


def test_on_a_running_daemon():
    with Folder() as folder, FakeUpstream() as upstream, Daemon(folder):
        play(folder, upstream)


def test_changes_are_seen_by_a_running_daemon_at_once():
    with Folder() as folder, FakeUpstream() as upstream, Daemon(folder) as gateway:
        body = {"model": "lab/m", "messages": [{"role": "user", "content": "hi"}]}
        key = folder.command("key", "create", "--name", "a")["key"]
        ask = lambda: request(gateway.url + "/v1/chat/completions", "POST", {"Authorization": f"Bearer {key}"}, body).status
        assert ask() in (400, 404)
        folder.command("node", "add", "--prefix", "lab", "--name", "Lab", "--type", "openai", "--base-url", upstream.url + "/v1", "--api-key", UPSTREAM_KEY)
        assert ask() == 200
        folder.command("key", "remove", "a")
        assert ask() == 401


def test_what_was_set_up_without_a_daemon_is_there_when_it_starts():
    with Folder() as folder, FakeUpstream() as upstream:
        key = folder.command("key", "create", "--name", "a")["key"]
        folder.command("node", "add", "--prefix", "lab", "--name", "Lab", "--type", "openai", "--base-url", upstream.url + "/v1", "--api-key", UPSTREAM_KEY)
        body = {"model": "lab/m", "messages": [{"role": "user", "content": "hi"}]}
        for _ in range(2):
            with Daemon(folder) as gateway:
                assert request(gateway.url + "/v1/chat/completions", "POST", {"Authorization": f"Bearer {key}"}, body).status == 200


def test_wrong_commands_say_why_and_fail():
    with Folder() as folder, FakeUpstream() as upstream:
        wrong = [
            (["key", "create"], "--name"), (["key", "remove", "nobody"], "nobody"), (["key", "create", "--name", "x", "--scope", "king"], "scope"),
            (["node", "add", "--prefix", "a/b", "--name", "n", "--base-url", upstream.url], "prefix"),
            (["node", "add", "--prefix", "x", "--name", "n", "--type", "smoke", "--base-url", upstream.url], "type"),
            (["node", "add", "--prefix", "x", "--name", "n", "--base-url", "ftp://x/"], "http://"),
            (["node", "add", "--prefix", "openai", "--name", "n", "--base-url", upstream.url], "openai"),
            (["node", "add", "--prefix", "x", "--name", "n", "--base-url", "http://169.254.169.254/latest"], "169.254"),
            (["provider", "add", "--provider", "nobody", "--api-key", "k", "--name", "n"], "nobody"),
            (["provider", "test", "nobody"], "nobody"), (["node", "remove", "nobody"], "nobody"),
        ]
        for words, named in wrong:
            for more in ([], ["--json"]):
                code, out, err = folder.run(*words, *more)
                assert code == 1 and named in out + err, f"{words}: {code} {out}{err}"
        folder.command("node", "add", "--prefix", "twice", "--name", "n", "--base-url", upstream.url, "--api-key", "k")
        code, out, err = folder.run("node", "add", "--prefix", "twice", "--name", "n", "--base-url", upstream.url, "--api-key", "k")
        assert code == 1 and "twice" in out + err


def test_a_provider_that_refuses_the_key_fails_its_test():
    with Folder() as folder, FakeUpstream() as upstream:
        upstream.strict = True
        with Daemon(folder):
            folder.command("node", "add", "--prefix", "bad", "--name", "bad", "--type", "openai", "--base-url", "http://127.0.0.1:9/v1", "--api-key", "k")
            code, out, _ = folder.run("node", "test", "bad", "--json")
            assert code == 1 and json.loads(out)["valid"] is False, out


def test_the_password_is_set_and_opens_the_dashboard():
    for running in (False, True):
        with Folder() as folder:
            if not running:
                code, out, err = folder.run("password", "set", "--stdin", text="a long password, say\n")
                assert code == 0, out + err
            with Daemon(folder) as gateway:
                if running:
                    code, out, err = folder.run("password", "set", "--stdin", text="a long password, say\n")
                    assert code == 0, out + err
                login = request(gateway.url + "/api/auth/login", "POST", {}, {"password": "a long password, say"})
                assert login.status == 200 and login.header("set-cookie"), login
                assert request(gateway.url + "/api/auth/login", "POST", {}, {"password": "wrong password"}).status == 401
            assert "a long password" not in gateway.output
    with Folder() as folder:
        for weak in ("123456", "CHANGEME", "short", ""):
            code, out, err = folder.run("password", "set", "--stdin", text=weak + "\n")
            assert code == 1, f"{weak!r} was taken: {out}{err}"


def test_secrets_do_not_show_in_the_list_of_processes():
    """A key given by stdin never stands on a command line."""
    with Folder() as folder:
        code, out, err = folder.run("provider", "add", "--provider", "deepseek", "--name", "mine", "--api-key", "-", "--json", text="sk-from-stdin-4321\n")
        assert code == 0 and "4321" in out and "sk-from-stdin" not in out, out + err


def test_health_by_exit_code():
    with Folder() as folder:
        assert folder.run("health")[0] == 1
        with Daemon(folder):
            code, out, _ = folder.run("health", "--json")
            assert code == 0 and json.loads(out)["status"] == "ok"


def test_a_second_daemon_on_the_same_directory_is_refused():
    with Folder() as folder, Daemon(folder) as gateway:
        code, out, err = folder.run("--port", "0", "--no-open", timeout=20)
        assert code == 1 and str(folder.data) in out + err, f"{code} {out}{err}"
        assert request(gateway.url + "/readyz").status == 200
