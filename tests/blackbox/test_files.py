"""The configuration as a file, its copies, and the gateway as a service."""
import base64
import difflib
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import threading
import time

import daemon
from client import request
from daemon import Daemon, Folder
from scene import UPSTREAM_KEY, Scene
from test_access import log_in
from test_management import PASSWORD, call

FILE = """\
version: 1
settings:
  heartbeat_ms: 5000
nodes:
  - prefix: mine
    name: Mine
    format: openai-chat
    baseUrl: http://127.0.0.1:9/v1
connections:
  - provider: mine
    name: main
    apiKey: env:MINE_KEY
  - provider: groq
    name: spare
    apiKey: file:{folder}/groq.key
    isActive: false
keys:
  - name: laptop
    allowedModels: [mine/*]
    dailyBudgetUsd: 2.5
prices:
  - provider: mine
    model: big
    input: 1
    output: 2
budgets:
  - provider: '*'
    monthlyUsd: 50
"""
SECRETS = {"MINE_KEY": "sk-of-the-file-1234567890"}


def scene():
    stage = Scene(env={"INITIAL_PASSWORD": PASSWORD})
    stage.cookie = log_in(stage.gateway.url)
    return stage


def written(folder, text=FILE):
    (folder.path / "groq.key").write_text("gsk-of-the-file-1234567890\n")
    path = folder.path / "gateway.yaml"
    path.write_text(text.replace("{folder}", str(folder.path)))
    return str(path)


def test_a_file_is_compared_applied_and_then_nothing_differs(stage):
    path = written(stage.folder)
    code, text, _ = stage.folder.run("diff", path, env=SECRETS)
    assert code == 2 and "+ node mine" in text and "+ connection groq/spare" in text and "+ budget *" in text and "~ setting heartbeat_ms" in text, text
    assert stage.folder.run("apply", path, "--dry-run", env=SECRETS)[0] == 0 and stage.folder.run("diff", path, env=SECRETS)[0] == 2
    code, text, errors = stage.folder.run("apply", path, env=SECRETS)
    key = re.search(r"^sk-\S+$", text, re.M)
    assert code == 0 and key, text + errors
    assert stage.folder.run("diff", path, env=SECRETS)[:2] == (0, "Nothing differs.\n")
    connections = {c["name"]: c for c in call(stage, "GET", "/api/providers").json()["connections"]}
    assert connections["main"]["apiKeyHint"].endswith("7890") and connections["spare"]["isActive"] is False, connections
    assert stage.post("/v1/chat/completions", stage.body("chat", "x", "oc/m"), headers=stage.headers("chat", key[0])).status == 403
    code, exported, _ = stage.folder.run("export")
    assert code == 0 and "of-the-file" not in exported and "prefix: mine" in exported, exported
    (stage.folder.path / "exported.yaml").write_text(exported)
    assert stage.folder.run("diff", str(stage.folder.path / "exported.yaml"), "--prune")[:2] == (0, "Nothing differs.\n"), stage.folder.run("diff", str(stage.folder.path / "exported.yaml"), "--prune")
    kept = written(stage.folder, "version: 1\nbudgets: []\nkeys: [{name: scene}, {name: first}]\n")
    assert stage.folder.run("apply", kept, "--prune")[0] == 0
    assert [k["name"] for k in call(stage, "GET", "/api/keys").json()["keys"]] == ["scene"] or "laptop" not in call(stage, "GET", "/api/keys").body.decode()
    assert "main" in call(stage, "GET", "/api/providers").body.decode(), "a section that the file has not was pruned"


def test_all_that_an_owner_configures_goes_to_another_machine_and_back(stage):
    def must(method, path, body, status=200):
        reply = call(stage, method, path, body)
        assert reply.status in (status, 201), reply
        return reply.json()
    must("POST", "/api/provider-nodes", {"prefix": "zz", "name": "Last", "type": "anthropic", "baseUrl": "http://127.0.0.1:9/v1"})
    connection = must("POST", "/api/providers", {"provider": "zz", "name": "here", "authType": "none", "defaultModel": "m"})["id"]
    must("PATCH", f"/api/providers/{connection}/routing", {"maxConcurrent": 3, "weight": 40, "rateLimitProtection": True,
                                                             "quotaWindows": [{"name": "week", "kind": "weekly", "unit": "tokens", "limit": 1000, "day": 3}]})
    must("POST", "/api/provider-models", {"provider": "zz", "modelId": "own", "modelName": "Own", "contextLength": 9000, "tools": True, "inputPrice": 0.5})
    must("PUT", "/api/models/alias", {"alias": "fast", "model": "zz/own"})
    hide(stage, "zz", "own")
    hide(stage, "groq", "llama-3.1-8b-instant")
    must("PUT", "/api/models/wildcards", {"wildcardAliases": [{"pattern": "gpt-*", "target": "zz/*"}, {"pattern": "a?", "target": "zz/own"}]})
    must("POST", "/api/fallback/chains", {"model": "shared", "chain": [{"provider": "zz", "priority": 2}, {"provider": "groq", "priority": 1, "enabled": False}]})
    must("POST", "/api/combos", {"name": "inner", "models": ["zz/own"], "strategy": "p2c"}, 201)
    must("POST", "/api/combos", {"name": "big", "models": ["inner", {"model": "zz/own", "account": connection, "weight": 7, "config": {"maxRetries": 2}}],
                                 "config": {"timeoutMs": 4000, "sessionAffinity": False}, "isActive": False}, 201)
    must("PATCH", "/api/settings/combo-defaults", {"comboDefaults": {"maxRetries": 3}, "providerOverrides": {"zz": {"strategy": "random"}}})
    for limit in (5, 6):
        must("POST", "/api/keys", {"name": "twin", "requestsPerMinute": limit, "expiresAt": "2099-01-31T12:00:00Z"})
    must("PATCH", "/api/pricing", {"provider": "zz", "model": "own", "input": 3, "output": 15})
    must("POST", "/api/usage/budget", {"provider": "zz", "dailyLimitUsd": 5})
    must("PATCH", "/api/settings", {"heartbeat_ms": 4000, "ip_deny": ["203.0.113.0/24"]})
    code, text, _ = stage.folder.run("export")
    assert code == 0
    with Folder() as other:
        (other.path / "gateway.yaml").write_text(text)
        code, said, errors = other.run("apply", str(other.path / "gateway.yaml"))
        assert code == 0 and "connection oc/Account 1 (without a key)" in said, said + errors
        assert other.run("export")[1] == text, difference(text, other.run("export")[1])
        assert other.run("diff", str(other.path / "gateway.yaml"), "--prune")[:2] == (0, "Nothing differs.\n")
        for changed, words in (("version: 1\ncombos:\n  - name: big\n    models: [zz/own]\n    config:\n      maxRetires: 2\n", ("line 6, column 7", "maxRetires")),
                               ("version: 1\ncombos:\n  - name: inner\n    models: [big]\n  - name: big\n    models: [inner]\n", ("reach themselves", "inner")),
                               ("version: 1\nrouting:\n  combos:\n    maxRetries: 99\n", ("line 4", "0 to 10")), ("version: 1\naliases: [{alias: a/b, model: zz/own}]\n", ("slash",))):
            (other.path / "wrong.yaml").write_text(changed)
            code, said, errors = other.run("apply", str(other.path / "wrong.yaml"))
            assert code == 1 and all(word in errors for word in words), f"{changed}: {code} {said} {errors}"
        assert "hiddenModels:\n  - provider: groq\n    model: llama-3.1-8b-instant\n  - provider: zz\n    model: own" in text, text
        (other.path / "hidden.yaml").write_text("version: 1\nhiddenModels: [{provider: zz, model: own}, {provider: zz, model: other}]\n")
        assert other.run("diff", str(other.path / "hidden.yaml"))[1] == "+ hidden model zz/other\n"
        assert other.run("apply", str(other.path / "hidden.yaml"), "--prune")[1] == "+ hidden model zz/other\n- hidden model groq/llama-3.1-8b-instant\n"
        assert other.run("diff", str(other.path / "hidden.yaml"), "--prune")[:2] == (0, "Nothing differs.\n")
        (other.path / "wrong.yaml").write_text("version: 1\nhiddenModels: [{provider: nobody, model: own}]\n")
        assert other.run("apply", str(other.path / "wrong.yaml"))[0] == 1
        (other.path / "less.yaml").write_text("version: 1\ncombos: [{name: big, models: [zz/own]}]\naliases: []\nwildcards: []\nfallbackChains: []\nmodels: []\nprices: []\nbudgets: []\nrouting: {providers: {}}\n")
        assert other.run("apply", str(other.path / "less.yaml"), "--prune")[0] == 0
        left = other.run("export")[1]
        assert "name: big" in left and not any(word in left for word in ("name: inner", "alias: fast", "gpt-", "shared", "modelId: own", "dailyUsd: 5", "strategy: random", "sessionAffinity")), left
        assert "maxRetries: 3" in left, "a part of the routing section that the file has not was pruned"


def difference(one, other):
    return "\n".join(difflib.unified_diff(one.splitlines(), other.splitlines(), lineterm="", n=0))


def test_a_wrong_file_changes_nothing_and_says_where(stage):
    for text, words in (("version: 1\nnodes:\n  - prefix: new\n    baseUrl: http://127.0.0.1:9/v1\n    formt: gemini\n", ("line 5, column 5", "formt")),
                        ("version: 1\nsettings: {no_such: 1}\n", ("line 2", "no_such")), ("version: 2\n", ("version",)), ("a: [1\n", ("line ",)),
                        ("version: 1\nnodes:\n  - prefix: fine\n    baseUrl: http://127.0.0.1:9/v1\n  - prefix: bad\n    baseUrl: gopher://x\n", ("nodes.1", "baseUrl")),
                        ("version: 1\nkeys:\n  - name: a\n  - name: a\n", ("line 4", "twice")), ("version: 1\nkeys: [{name: a, scopes: [root]}]\n", ("scopes",)),
                        ("version: 1\nconnections: [{provider: groq, name: x, apiKey: 'env:NOT_THERE'}]\n", ("NOT_THERE", "line 2"))):
        path = written(stage.folder, text)
        code, _, errors = stage.folder.run("apply", path)
        assert code == 1 and all(word in errors for word in words), f"{text}: {errors}"
    assert not {"new", "fine", "bad"} & {n["prefix"] for n in call(stage, "GET", "/api/provider-nodes").json()["nodes"]}
    leak = call(stage, "POST", "/api/config/apply", {"yaml": "version: 1\nconnections: [{provider: groq, name: x, apiKey: 'file:/etc/hostname'}]\n"})
    assert leak.status == 400, "a file was read for a caller over HTTP"


def hide(stage, provider, model, hidden=True):
    reply = call(stage, "PATCH", "/api/provider-models", {"provider": provider, "modelId": model, "isHidden": hidden})
    assert reply.status == 200, reply


def test_a_backup_is_checked_and_put_back(stage):
    call(stage, "POST", "/api/keys", {"name": "before"})
    hide(stage, "groq", "llama-3.3-70b-versatile")
    made = call(stage, "PUT", "/api/db-backups", {})
    assert made.status == 201 and made.json()["size"] > 0, made
    backup = made.json()["id"]
    call(stage, "POST", "/api/keys", {"name": "after"})
    hide(stage, "groq", "llama-3.3-70b-versatile", False)
    hide(stage, "groq", "openai/gpt-oss-20b")
    assert call(stage, "POST", f"/api/db-backups/{backup}/verify", {}).json()["ok"] is True
    assert call(stage, "POST", "/api/db-backups", {"backupId": backup, "dryRun": True}).json()["restored"] is False
    restored = call(stage, "POST", "/api/db-backups", {"backupId": backup})
    assert restored.status == 200 and restored.json()["keyCount"] >= 2, restored
    assert call(stage, "GET", "/api/keys").status == 401, "sessions end"
    stage.cookie = log_in(stage.gateway.url)
    names = [k["name"] for k in call(stage, "GET", "/api/keys").json()["keys"]]
    assert "before" in names and "after" not in names, names
    text = stage.folder.run("export")[1]
    assert "llama-3.3-70b-versatile" in text and "model: openai/gpt-oss-20b" not in text.split("hiddenModels:")[1].split("aliases:")[0], "hidden models are of the copy"
    assert stage.ask("chat", "after the restore").status == 200, "credentials open"
    backups = call(stage, "GET", "/api/db-backups").json()["backups"]
    assert {b["reason"] for b in backups} >= {"manual", "pre-restore"}, backups
    assert any(row["action"] == "backup.restore" for row in call(stage, "GET", "/api/compliance/audit-log").json()["items"])
    for wrong, status in (("../storage.sqlite", 404), ("storage-x.sqlite", 404), ("", 404)):
        assert call(stage, "POST", "/api/db-backups", {"backupId": wrong}).status == status, wrong
    damaged = stage.folder.data / "db_backups" / "storage-20200101T000000Z-manual.sqlite"
    content = bytearray((stage.folder.data / "db_backups" / backup).read_bytes())
    content[4096:16384] = b"\xff" * 12288
    damaged.write_bytes(content)
    refused = call(stage, "POST", "/api/db-backups", {"backupId": damaged.name})
    assert refused.status == 409, refused
    assert call(stage, "DELETE", f"/api/db-backups/{damaged.name}").status == 200
    assert stage.folder.command("backup", "list")["backups"]


def test_everything_goes_to_another_machine_under_a_passphrase(stage):
    phrase = {"PHRASE": "correct horse battery staple"}
    file = stage.folder.path / "state.omniexport"
    code, text, errors = stage.folder.run("backup", "export", str(file), "--passphrase-from", "env:PHRASE", env=phrase)
    assert code == 0 and file.stat().st_mode & 0o777 == 0o600, text + errors
    sealed = file.read_bytes()
    assert UPSTREAM_KEY.encode() not in sealed and b"SQLite" not in sealed
    assert stage.folder.run("backup", "export", str(file), "--passphrase-from", "env:PHRASE", env=phrase)[0] == 1, "a file was overwritten"
    code, _, errors = stage.folder.run("backup", "export", str(file) + "2", "--passphrase-from", "plainly-said-passphrase")
    assert code == 1 and "never the secret itself" in errors, errors
    code, _, errors = stage.folder.run("backup", "export", str(file) + "2", "--passphrase-from", "-", text="short\n")
    assert code == 1 and "too short" in errors, errors
    assert not list(stage.folder.data.glob("work-*")), "work was left behind"
    with Folder() as other:
        own = {"STORAGE_ENCRYPTION_KEY": "another machine's own key, long enough"}
        (other.path / "phrase").write_text("correct horse battery staple\n")
        take = ("backup", "import", str(file), "--passphrase-from", f"file:{other.path}/phrase")
        other.run("key", "create", "--name", "of the other", env=own)
        before = other.run("export", env=own)[1]
        for wrong, words in ((sealed[:-9], "damaged"), (sealed[:200] + bytes([sealed[200] ^ 4]) + sealed[201:], "damaged"), (b"{}", "no file of"),
                             (sealed[:8] + b"\x09" + sealed[9:], "newer OmniRoute")):
            (other.path / "wrong").write_bytes(wrong)
            code, _, errors = other.run("backup", "import", str(other.path / "wrong"), "--passphrase-from", f"file:{other.path}/phrase", env=own)
            assert code == 1 and words in errors, errors
        code, _, errors = other.run("backup", "import", str(file), "--passphrase-from", "-", text="not the passphrase\n", env=own)
        assert code == 1 and "passphrase is not the one" in errors, errors
        code, text, errors = other.run(*take, "--dry-run", env=own)
        assert code == 0 and "connections" in text, text + errors
        assert other.run("export", env=own)[1] == before, "a try changed something"
        code, text, errors = other.run(*take, env=own)
        assert code == 0 and "Taken in" in text, text + errors
        assert other.run("export", env=own)[1] == stage.folder.run("export")[1]
        assert [b["reason"] for b in json.loads(other.run("backup", "list", "--json", env=own)[1])["backups"]] == ["pre-import"]
        with Daemon(other, env=own) as gateway:
            answer = request(gateway.url + "/v1/chat/completions", "POST", stage.headers("chat"), stage.body("chat", "from the other machine"))
            assert answer.status == 200, f"the credentials do not open there: {answer}"
        database = sqlite3.connect(other.data / "storage.sqlite")
        assert database.execute("SELECT count(*) FROM audit WHERE action = 'backup.import'").fetchone() == (1,)
        database.close()


def test_an_import_over_http_wants_a_recent_login_and_a_kill_leaves_the_old_state(stage):
    phrase = "correct horse battery staple"
    exported = call(stage, "POST", "/api/db-backups/export", {"passphrase": phrase})
    assert exported.status == 200 and exported.header("content-disposition").endswith('.omniexport"') and exported.header("cache-control") == "no-store", exported
    body = {"passphrase": phrase, "data": base64.b64encode(exported.body).decode(), "dryRun": True}
    assert call(stage, "POST", "/api/db-backups/import", body).json()["restored"] is False
    wrong = call(stage, "POST", "/api/db-backups/import", {**body, "passphrase": "another passphrase"})
    assert wrong.status == 400 and wrong.json()["error"]["code"] == "wrong_passphrase", wrong
    assert call(stage, "POST", "/api/db-backups/import", {**body, "data": "*"}).json()["error"]["details"][0]["field"] == "data"
    for path in ("export", "import"):
        reply = request(f"{stage.gateway.url}/api/db-backups/{path}", "POST", {"Content-Type": "application/json"}, body)
        assert reply.status == 401, reply
    with Folder() as other:
        other.run("key", "create", "--name", "mine")
        (other.path / "state").write_bytes(exported.body)
        take = [str(daemon.BINARY), "backup", "import", str(other.path / "state"), "--passphrase-from", "env:PHRASE", "--data-dir", str(other.data)]
        old = other.run("export")[1]
        for pause in (0.2, 0.4, 0.6, 0.8):
            process = subprocess.Popen(take, env=other.env({"PHRASE": phrase}), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(pause)
            process.kill()
            process.wait()
            now = other.run("export")[1]
            assert now == old or ("prefix: oc" in now and "prefix: ge" in now), f"half of it is there: {now}"
            assert not list(other.data.glob("work-*")), "work was left behind"
        assert other.run("doctor")[0] == 0


def eventually(true, seconds=15):
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.05)
    return true()


def test_config_is_applied_at_the_start_and_when_the_file_changes():
    with Folder() as folder:
        path = written(folder)
        notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        notices.bind(str(folder.path / "notify"))
        told = []
        threading.Thread(target=lambda: [told.append(notices.recv(1000)) for _ in iter(int, 1)], daemon=True).start()
        with Daemon(folder, "--config", path, env={**SECRETS, "INITIAL_PASSWORD": PASSWORD, "NOTIFY_SOCKET": str(folder.path / "notify"), "WATCHDOG_USEC": "400000"}) as gateway:
            assert eventually(lambda: told and told[0].startswith(b"READY=1") and b"WATCHDOG=1" in told), told
            assert "mine" in [n["prefix"] for n in folder.command("node", "list")["nodes"]]

            def heartbeat():
                return next(row["value"] for row in folder.command("settings", "list")["settings"] if row["key"] == "heartbeat_ms")
            assert heartbeat() == 5000
            written(folder, FILE.replace("5000", "rubbish"))
            gateway.signal(signal.SIGHUP)
            eventually(lambda: "not applied" in gateway.output)
            assert "not applied" in gateway.output and heartbeat() == 5000 and request(gateway.url + "/readyz").status == 200, gateway.output
            written(folder, FILE.replace("5000", "7000"))
            assert eventually(lambda: heartbeat() == 7000)
            assert "of-the-file" not in gateway.output
        assert eventually(lambda: b"STOPPING=1" in told), told
        assert gateway.process.returncode == 0


def test_the_doctor_and_the_unit_file():
    with Scene() as stage:
        code, text, _ = stage.folder.run("doctor")
        assert code == 0 and "data directory" in text and "runs" in text, text
        (stage.folder.data / "master.key").chmod(0o644)
        code, text, _ = stage.folder.run("doctor")
        assert code == 1 and "chmod 600" in text, text
        (stage.folder.data / "master.key").chmod(0o600)
        if os.geteuid() != 0:
            code, text, _ = stage.folder.run("service", "install")
            unit = (stage.folder.path / ".config/systemd/user/omniroute.service").read_text()
            assert code == 0 and "Type=notify" in unit and "WatchdogSec=" in unit and "NoNewPrivileges=yes" in unit, unit
            assert stage.folder.run("service", "uninstall")[0] == 0


def test_old_records_make_room():
    with Scene(env={"INITIAL_PASSWORD": PASSWORD, "LOG_RETENTION_DAYS": "1", "DISK_LIMIT_MB": "16"}) as stage:
        cookie = log_in(stage.gateway.url)
        rows = {row["key"]: row for row in request(stage.gateway.url + "/api/settings", headers={"Cookie": cookie}).json()["settings"]}
        assert rows["log_retention_days"]["value"] == 1 and rows["disk_limit_mb"]["value"] == 16
        assert stage.ask("chat", "kept").status == 200
        assert eventually(lambda: request(stage.gateway.url + "/api/usage/logs", headers={"Cookie": cookie}).json()["logs"]), "a record of today is gone"
