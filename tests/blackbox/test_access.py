"""Who comes in: sessions, keys with ends, address rules, and the log of who changed what."""
import time

from client import request
from daemon import Daemon, Folder
from scene import Scene
from test_management import PASSWORD, call, scene  # noqa: F401  (the scene of these tests, too)


def log_in(url, headers=None):
    reply = request(url + "/api/auth/login", "POST", headers or {}, {"password": PASSWORD})
    assert reply.status == 200, reply
    return reply.header("set-cookie").split(";")[0]


def test_sessions_are_listed_ended_and_renewed_at_login(stage):
    other = log_in(stage.gateway.url, {"User-Agent": "another browser"})
    sessions = call(stage, "GET", "/api/sessions").json()["sessions"]
    assert sum(s["current"] for s in sessions) == 1 and any(s["browser"] == "another browser" and s["address"] == "127.0.0.1" for s in sessions), sessions
    assert not any(other.split("=")[1] in str(s) for s in sessions), "a token is shown"
    again = log_in(stage.gateway.url, {"Cookie": other})
    assert call(stage, "GET", "/api/keys", headers={"Cookie": other}).status == 401, "the session before a login goes on"
    ended = next(s for s in call(stage, "GET", "/api/sessions", headers={"Cookie": again}).json()["sessions"] if s["current"])
    assert call(stage, "DELETE", f"/api/sessions/{ended['id']}").status == 200
    assert call(stage, "GET", "/api/keys", headers={"Cookie": again}).status == 401
    assert call(stage, "DELETE", f"/api/sessions/{ended['id']}").status == 404
    third = log_in(stage.gateway.url)
    assert call(stage, "DELETE", "/api/sessions").json()["ended"] >= 1
    assert call(stage, "GET", "/api/keys", headers={"Cookie": third}).status == 401 and call(stage, "GET", "/api/keys").status == 200


def test_a_key_ends_when_its_time_is_over_and_a_rotated_one_has_its_grace(stage):
    def works(key):
        return request(stage.gateway.url + "/v1/models", headers={"Authorization": f"Bearer {key}"}).status == 200
    soon = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() + 2)) + ".500Z"
    made = call(stage, "POST", "/api/keys", {"name": "short", "expiresAt": soon}).json()
    assert made["expiresAt"] == soon and works(made["key"]), made
    plain = call(stage, "POST", "/api/keys", {"name": "rotated"}).json()
    graceful = call(stage, "POST", f"/api/keys/{plain['id']}/rotate", {"graceSeconds": 2}).json()
    assert works(plain["key"]) and works(graceful["key"]) and graceful["previousTextUntil"], graceful
    time.sleep(3.1)
    assert not works(made["key"]) and not works(plain["key"]) and works(graceful["key"])
    assert call(stage, "PATCH", f"/api/keys/{made['id']}", {"expiresAt": None}).status == 200 and works(made["key"])
    at_once = call(stage, "POST", f"/api/keys/{plain['id']}/rotate", {}).json()
    assert not works(graceful["key"]) and works(at_once["key"])
    for body, field in (({"expiresAt": "2001-01-01T00:00:00Z"}, "expiresAt"), ({"expiresAt": "tomorrow"}, "expiresAt"), ({"allowedModels": [""]}, "allowedModels"),
                        ({"requestsPerMinute": -1}, "requestsPerMinute"), ({"dailyBudgetUsd": "much"}, "dailyBudgetUsd")):
        wrong = call(stage, "PATCH", f"/api/keys/{plain['id']}", body)
        assert wrong.status == 400 and field in wrong.body.decode(), wrong


def test_address_rules_hold_at_once_and_only_trusted_proxies_are_believed(stage):
    def from_outside(path="/v1/models"):
        return request(stage.gateway.url + path, headers={"Authorization": f"Bearer {stage.key}", "X-Forwarded-For": "203.0.113.5"}).status
    rules = {"mode": "blacklist", "enabled": True, "blacklist": ["203.0.113.0/24"]}
    assert call(stage, "PUT", "/api/settings/ip-filter", rules).json()["blacklist"] == ["203.0.113.0/24"]
    assert from_outside() == 200, "a header of nobody in particular was believed"
    assert call(stage, "PATCH", "/api/settings", {"trusted_proxies": ["127.0.0.0/8"]}).status == 200
    try:
        assert from_outside() == 403 and from_outside("/healthz") == 403
        assert call(stage, "PUT", "/api/settings/ip-filter", {"addWhitelist": "203.0.113.5", "mode": "whitelist-priority"}).status == 200
        assert from_outside() == 200
        banned = call(stage, "PUT", "/api/settings/ip-filter", {"tempBan": {"ip": "203.0.113.5", "durationMs": 60000, "reason": "noise"}})
        assert banned.json()["tempBans"][0]["reason"] == "noise" and from_outside() == 403, banned
        assert call(stage, "PUT", "/api/settings/ip-filter", {"removeBan": "203.0.113.5"}).json()["tempBans"] == [] and from_outside() == 200
        assert call(stage, "PUT", "/api/settings/ip-filter", {"tempBan": {"ip": "127.0.0.1"}}).status == 400
        assert call(stage, "PUT", "/api/settings/ip-filter", {"blacklist": ["10.0.0.1/8"]}).status == 400
    finally:
        assert call(stage, "PATCH", "/api/settings", {"trusted_proxies": None, "ip_filter": None, "ip_deny": None, "ip_allow": None}).status == 200


def test_behind_tls_the_cookie_is_bound_to_it(stage):
    assert call(stage, "PATCH", "/api/settings", {"trusted_proxies": ["127.0.0.1"]}).status == 200
    reply = request(stage.gateway.url + "/api/auth/login", "POST", {"X-Forwarded-Proto": "https"}, {"password": PASSWORD})
    assert call(stage, "PATCH", "/api/settings", {"trusted_proxies": None}).status == 200
    assert reply.header("set-cookie").startswith("__Host-") and "; Secure" in reply.header("set-cookie"), reply


def test_the_audit_log_tells_who_changed_what_without_secrets(stage):
    made = call(stage, "POST", "/api/providers", {"provider": "groq", "name": "audited", "apiKey": "gsk-secret-of-the-audit-4711"}).json()
    assert call(stage, "PATCH", f"/api/providers/{made['id']}", {"name": "renamed"}).status == 200
    assert call(stage, "DELETE", f"/api/providers/{made['id']}").status == 200
    page = call(stage, "GET", "/api/compliance/audit-log?action=connection&limit=3")
    remove, update, create = page.json()["items"]
    assert (create["action"], update["action"], remove["action"]) == ("connection.create", "connection.update", "connection.remove"), page
    assert create["before"] is None and create["after"]["name"] == "audited" and update["before"]["name"] == "audited" and update["after"]["name"] == "renamed"
    assert remove["after"] is None and remove["actor"] == "dashboard" and remove["address"] == "127.0.0.1" and remove["requestId"]
    assert b"secret-of-the-audit" not in page.body
    assert page.json()["next"], "older rows are there"
    assert any(row["action"] == "login" for row in call(stage, "GET", "/api/compliance/audit-log?action=login").json()["items"])


def test_wrong_passwords_count_across_a_restart():
    with Folder() as folder:
        with Daemon(folder, env={"INITIAL_PASSWORD": PASSWORD}) as gateway:
            statuses = [request(gateway.url + "/api/auth/login", "POST", {}, {"password": f"wrong {i}"}).status for i in range(11)]
            assert statuses[-1] == 429, statuses
        with Daemon(folder) as gateway:
            blocked = request(gateway.url + "/api/auth/login", "POST", {}, {"password": PASSWORD})
            assert blocked.status == 429 and 0 < int(blocked.header("retry-after")) <= 60, blocked


def test_the_command_line_does_it_all():
    with Scene() as stage:
        made = stage.folder.command("key", "create", "--name", "cli", "--rpm", "5", "--daily-budget", "1.5", "--model", "oc/*")
        keys = {key["name"]: key for key in stage.folder.command("key", "list")["keys"]}
        assert keys["cli"]["requestsPerMinute"] == 5 and keys["cli"]["dailyBudgetUsd"] == 1.5 and keys["cli"]["allowedModels"] == ["oc/*"], keys
        stage.folder.command("key", "set", "cli", "--rpm", "0", "--off", "--expires", "never")
        assert stage.get("/v1/models", {"Authorization": f"Bearer {made['key']}"}).status == 401
        stage.folder.command("key", "set", "cli", "--on")
        stage.folder.command("key", "rotate", "cli", "--grace", "60")
        assert stage.get("/v1/models", {"Authorization": f"Bearer {made['key']}"}).status == 200
        rows = stage.folder.command("audit")["items"]
        assert rows[0]["action"] == "key.update" and rows[0]["actor"] == "command line", rows[0]
        assert stage.folder.command("session", "list")["sessions"] == []
        assert stage.folder.command("api", "GET", "/api/settings/ip-filter")["enabled"] is False
