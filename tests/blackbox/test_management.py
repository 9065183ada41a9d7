"""The management API: who gets in, what it keeps to itself, and that it does what it says."""
import json
import re
import time

from client import request
from daemon import Daemon, Folder
from scene import UPSTREAM_KEY, Scene

PASSWORD = "correct horse battery"
ROUTES = [("GET", "/api/providers"), ("POST", "/api/providers"), ("PUT", "/api/providers/1"), ("DELETE", "/api/providers/1"), ("POST", "/api/providers/1/test"),
          ("GET", "/api/provider-nodes"), ("POST", "/api/provider-nodes"), ("PUT", "/api/provider-nodes/1"), ("DELETE", "/api/provider-nodes/1"),
          ("GET", "/api/keys"), ("POST", "/api/keys"), ("DELETE", "/api/keys/1"), ("GET", "/api/settings"), ("PATCH", "/api/settings"),
          ("GET", "/api/usage/history"), ("GET", "/api/usage/logs"), ("GET", "/api/overview"), ("GET", "/api/events")]


def scene():
    stage = Scene(env={"INITIAL_PASSWORD": PASSWORD})
    login = request(stage.gateway.url + "/api/auth/login", "POST", {}, {"password": PASSWORD})
    assert login.status == 200, login
    stage.cookie = login.header("set-cookie").split(";")[0]
    stage.set_cookie = login.header("set-cookie")
    return stage


def call(stage, method, path, body=None, headers=None):
    lines = {"Cookie": stage.cookie} if headers is None else headers
    return request(stage.gateway.url + path, method, lines, body if method in ("POST", "PUT", "PATCH") else None)


def test_nothing_opens_without_a_session_or_an_admin_key(stage):
    strangers = [{}, {"Cookie": "auth_token=x"}, {"Cookie": stage.cookie + "x"}, {"Authorization": "Bearer sk-wrong"}, {"Authorization": f"Bearer {stage.key}"},
                 {"X-Forwarded-For": "127.0.0.1"}, {"X-Real-IP": "127.0.0.1", "Forwarded": "for=127.0.0.1"}]
    for method, path in ROUTES:
        for variant in (path, path + "/", path + "?x=1", "/" + path, path.replace("/api", "/api/."), path.upper()):
            for headers in strangers:
                reply = call(stage, method, variant, {}, headers)
                assert reply.status in (301, 308, 400, 401, 403, 404, 405), f"{method} {variant} {headers}: {reply}"
                assert UPSTREAM_KEY.encode() not in reply.body


def test_an_admin_key_opens_what_a_session_opens(stage):
    admin = stage.folder.command("key", "create", "--name", "root", "--scope", "admin")["key"]
    reader = stage.folder.command("key", "create", "--name", "eyes", "--scope", "read")["key"]
    for path in ("/api/providers", "/api/provider-nodes", "/api/keys", "/api/settings", "/api/usage/history"):
        for key in (admin, reader):
            assert call(stage, "GET", path, headers={"Authorization": f"Bearer {key}"}).status == 200, path
    made = call(stage, "POST", "/api/keys", {"name": "by key"}, {"Authorization": f"Bearer {admin}"})
    assert made.status == 201, made
    assert call(stage, "POST", "/api/keys", {"name": "no"}, {"Authorization": f"Bearer {reader}"}).status == 403


def test_the_session_cookie_is_for_browsers_alone(stage):
    words = {word.strip().lower() for word in stage.set_cookie.split(";")[1:]}
    assert {"httponly", "samesite=strict", "path=/"} <= words and not any(word.startswith("domain") for word in words), stage.set_cookie
    assert len(stage.cookie.split("=", 1)[1]) >= 22
    status = call(stage, "GET", "/api/auth/status").json()
    assert status["authenticated"] is True
    assert call(stage, "GET", "/api/auth/status", headers={}).json()["authenticated"] is False


def test_a_logout_ends_the_session(stage):
    login = request(stage.gateway.url + "/api/auth/login", "POST", {}, {"password": PASSWORD})
    cookie = {"Cookie": login.header("set-cookie").split(";")[0]}
    assert call(stage, "GET", "/api/keys", headers=cookie).status == 200
    assert call(stage, "POST", "/api/auth/logout", {}, cookie).status == 200
    assert call(stage, "GET", "/api/keys", headers=cookie).status == 401


def test_foreign_pages_can_change_nothing(stage):
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "http://localhost:1"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
                    {"Content-Type": "text/plain"}, {"Content-Type": "application/x-www-form-urlencoded"}):
        reply = call(stage, "POST", "/api/keys", {"name": "forged"}, {"Cookie": stage.cookie, **headers})
        assert reply.status in (400, 403, 415), f"{headers}: {reply}"
    for host in ("evil.example", "evil.example:20128", "127.0.0.1.evil.example", "169.254.169.254"):
        reply = call(stage, "GET", "/api/keys", headers={"Cookie": stage.cookie, "Host": host})
        assert reply.status in (400, 403, 404, 421), f"{host}: {reply}"
    assert "forged" not in call(stage, "GET", "/api/keys").body.decode()


def test_connections_live_their_life(stage):
    made = call(stage, "POST", "/api/providers", {"provider": "deepseek", "name": "mine", "apiKey": "sk-deepseek-secret-9876"})
    assert made.status == 201, made
    identity = made.json()["id"]
    changed = call(stage, "PUT", f"/api/providers/{identity}", {"name": "yours", "isActive": False, "priority": 1})
    assert changed.status == 200 and changed.json()["name"] == "yours" and changed.json()["isActive"] is False, changed
    shown = call(stage, "GET", f"/api/providers/{identity}")
    assert shown.json()["apiKeyHint"].endswith("9876")
    everything = made.body + changed.body + shown.body + call(stage, "GET", "/api/providers").body
    assert b"sk-deepseek-secret" not in everything, "a stored secret came back"
    assert call(stage, "DELETE", f"/api/providers/{identity}").status == 200
    assert call(stage, "GET", f"/api/providers/{identity}").status == 404


def test_a_connection_test_asks_the_provider(stage):
    connection = next(c for c in call(stage, "GET", "/api/providers").json()["connections"] if c["provider"] == stage.nodes["oc"]["id"])
    reply = call(stage, "POST", f"/api/providers/{connection['id']}/test", {})
    assert reply.status == 200 and reply.json()["valid"] is True, reply


def test_wrong_input_names_the_field(stage):
    for path, body, field in (("/api/keys", {}, "name"), ("/api/keys", {"name": 5}, "name"), ("/api/providers", {"name": "x"}, "provider"),
                              ("/api/provider-nodes", {"prefix": "a b", "name": "x", "baseUrl": "http://x"}, "prefix"),
                              ("/api/provider-nodes", {"prefix": "ok", "name": "x", "baseUrl": "gopher://x"}, "base"),
                              ("/api/provider-nodes", {"prefix": "oc", "name": "x", "baseUrl": "http://127.0.0.1:1"}, "oc")):
        reply = call(stage, "POST", path, body)
        assert reply.status in (400, 409) and field in reply.body.decode(), f"{path} {body}: {reply}"
    assert call(stage, "PATCH", "/api/settings", {"no_such_setting": 1}).status == 400
    assert call(stage, "POST", "/api/keys", b"{").status == 400


def test_settings_change_at_once(stage):
    rows = {row["key"]: row for row in call(stage, "GET", "/api/settings").json()["settings"]}
    assert "stream_idle_timeout_ms" in rows, list(rows)
    assert call(stage, "PATCH", "/api/settings", {"first_byte_timeout_ms": 700}).status == 200
    try:
        assert stage.ask("chat", "<<hang>>", stream=True).status == 504
    finally:
        assert call(stage, "PATCH", "/api/settings", {"first_byte_timeout_ms": None}).status == 200


def test_health_is_open_and_tells_strangers_little(stage):
    stranger = call(stage, "GET", "/api/monitoring/health", headers={})
    assert stranger.status == 200 and stranger.json()["status"] == "ok"
    assert str(stage.folder.data) not in stranger.body.decode()
    assert call(stage, "GET", "/api/monitoring/health").json()["system"]["pid"] == stage.gateway.process.pid


def test_password_guessing_is_slowed_and_the_owner_stays_in():
    with Folder() as folder, Daemon(folder, env={"INITIAL_PASSWORD": PASSWORD}) as gateway:
        owner = request(gateway.url + "/api/auth/login", "POST", {}, {"password": PASSWORD}).header("set-cookie").split(";")[0]
        statuses = [request(gateway.url + "/api/auth/login", "POST", {}, {"password": f"wrong {i}"}).status for i in range(14)]
        assert 429 in statuses[:12], statuses
        assert request(gateway.url + "/api/keys", headers={"Cookie": owner}).status == 200
        sent = {"Cookie": owner, "Content-Type": "application/json"}
        locked = request(gateway.url + "/api/policies", headers=sent).json()["lockedIdentifiers"]
        assert [(row["identifier"], row["reason"]) for row in locked] == [("login:127.0.0.1", "wrong_password")] and 0 < locked[0]["remainingMs"] <= 60_000, locked
        unlocked = request(gateway.url + "/api/policies", "POST", sent, {"action": "unlock", "identifier": "login:127.0.0.1"})
        assert unlocked.status == 200, unlocked
        assert request(gateway.url + "/api/auth/login", "POST", {}, {"password": PASSWORD}).status == 200


def test_the_one_time_link_sets_the_password_once():
    with Folder() as folder, Daemon(folder) as gateway:
        end = time.monotonic() + 5  # it is printed before the first answer, and read by a thread of this program
        while not (token := re.search(r"[?&]token=([\w.~-]+)", gateway.output)) and time.monotonic() < end:
            time.sleep(0.01)
        assert token, gateway.output
        assert request(gateway.url + "/api/auth/status").json()["setupRequired"] is True
        page = request(gateway.url + f"/setup?token={token[1]}")
        assert page.status == 200 and "text/html" in page.header("content-type"), page
        for body, status in (({"token": "wrong", "password": PASSWORD}, 403), ({"token": token[1], "password": "123456"}, 400)):
            assert request(gateway.url + "/api/auth/setup", "POST", {}, body).status == status, body
        done = request(gateway.url + "/api/auth/setup", "POST", {}, {"token": token[1], "password": PASSWORD})
        assert done.status == 200 and done.header("set-cookie"), done
        again = request(gateway.url + "/api/auth/setup", "POST", {}, {"token": token[1], "password": "another password"})
        assert again.status in (403, 409), again
        assert request(gateway.url + "/api/auth/login", "POST", {}, {"password": PASSWORD}).status == 200


def test_usage_is_counted_by_key_and_model(stage):
    before = call(stage, "GET", "/api/usage/history").json()["totals"]
    for dialect, stream in (("chat", False), ("messages", True)):
        assert stage.ask(dialect, "counted", "an/m", stream).status == 200
    assert stage.ask("chat", "<<error status=400>>").status == 400
    end = time.monotonic() + 5
    while time.monotonic() < end:
        totals = call(stage, "GET", "/api/usage/history").json()["totals"]
        if totals["requests"] - before["requests"] >= 3:
            break
        time.sleep(0.05)
    assert totals["requests"] - before["requests"] == 3 and totals["errors"] - before["errors"] == 1, totals
    assert totals["inputTokens"] - before["inputTokens"] == 22 and totals["outputTokens"] - before["outputTokens"] == 14, (before, totals)
    rows = call(stage, "GET", "/api/usage/logs?limit=3").json()["logs"]
    assert {row["status"] for row in rows} == {200, 400} and all(row["requestId"] for row in rows), rows
    assert any(row["streamed"] and row["firstTokenMs"] is not None for row in rows), rows
    assert "counted" not in json.dumps(rows), "a prompt is in the usage rows"
