"""What is taken over from related gateways: the original OmniRoute's storage.sqlite and 9router's db.json, built here from their published shapes."""
import base64
import hashlib
import json
import sqlite3
import subprocess

from client import request
from daemon import Daemon, Folder
from scene import Scene
from test_access import log_in
from test_management import PASSWORD, call

THEIR_KEY = "the original's own encryption key"
OLD_KEY = "sk-0123456789abcdef-x1y2z3-deadbeef"


def scene():
    stage = Scene(env={"INITIAL_PASSWORD": PASSWORD})
    stage.cookie = log_in(stage.gateway.url)
    return stage


def sealed(text, key=THEIR_KEY):
    """A field as the original encrypts it; openssl has no GCM on its command line, so the cipher is done by hand over ECB."""
    secret = hashlib.scrypt(key.encode(), salt=b"omniroute-field-encryption-v1", n=16384, r=8, p=1, dklen=32)

    def block(data):
        return subprocess.run(["openssl", "enc", "-aes-256-ecb", "-nopad", "-K", secret.hex()], input=data, capture_output=True, check=True).stdout

    def times(x, y):
        z = 0
        for bit in range(127, -1, -1):
            z ^= x * (y >> bit & 1)
            x = x >> 1 ^ (0xE1 << 120) * (x & 1)
        return z

    def ghash(data):
        h, y = int.from_bytes(block(bytes(16)), "big"), 0
        for at in range(0, len(data), 16):
            y = times(y ^ int.from_bytes(data[at:at + 16], "big"), h)
        return y.to_bytes(16, "big")

    def padded(data):
        return data + bytes(-len(data) % 16)
    iv, plain = bytes(range(16)), text.encode()
    start = int.from_bytes(ghash(iv + bytes(8) + (128).to_bytes(8, "big")), "big")
    counters = b"".join((start >> 32 << 32 | (start + i) & 0xFFFFFFFF).to_bytes(16, "big") for i in range(1 + (len(plain) + 15) // 16))
    stream = block(counters)
    body = bytes(a ^ b for a, b in zip(plain, stream[16:]))
    tag = bytes(a ^ b for a, b in zip(ghash(padded(body) + bytes(8) + (len(body) * 8).to_bytes(8, "big")), stream))
    return f"enc:v1:{iv.hex()}:{body.hex()}:{tag.hex()}"


def original(path, url, seal=False):
    """A storage.sqlite of the original, in use (its log is not merged)."""
    base = sqlite3.connect(path)
    base.executescript("""PRAGMA journal_mode=WAL;
        CREATE TABLE provider_connections (id TEXT PRIMARY KEY, provider TEXT, auth_type TEXT, name TEXT, email TEXT, priority INTEGER, is_active INTEGER, api_key TEXT,
            access_token TEXT, refresh_token TEXT, default_model TEXT, provider_specific_data TEXT);
        CREATE TABLE provider_nodes (id TEXT PRIMARY KEY, type TEXT, name TEXT, prefix TEXT, api_type TEXT, base_url TEXT);
        CREATE TABLE combos (id TEXT PRIMARY KEY, name TEXT UNIQUE, data TEXT);
        CREATE TABLE api_keys (id TEXT PRIMARY KEY, name TEXT, key TEXT UNIQUE, machine_id TEXT, allowed_models TEXT);
        CREATE TABLE key_value (namespace TEXT, key TEXT, value TEXT, PRIMARY KEY (namespace, key));
        CREATE TABLE usage_history (id INTEGER PRIMARY KEY, provider TEXT);
        CREATE TABLE domain_budgets (api_key_id TEXT PRIMARY KEY, daily_limit_usd REAL, monthly_limit_usd REAL, warning_threshold REAL);
        CREATE TABLE domain_fallback_chains (model TEXT PRIMARY KEY, chain TEXT);""")
    node = "openai-compatible-chat-4711"
    close = sealed if seal else (lambda text: text)
    base.executemany("INSERT INTO provider_connections VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", [
        ("c1", "groq", "apikey", "work", None, 1, 1, close("gsk-of-the-original-1"), None, None, "llama-3.1-8b-instant", None),
        ("c2", "groq", "apikey", "work", None, 2, 0, close("gsk-of-the-original-2"), None, None, None, None),
        ("c3", node, "apikey", "local", None, 1, 1, close("key-of-the-node-12345"), None, None, None, None),
        ("c4", "claude", "oauth", "me", "me@example.com", 1, 1, None, "token", "refresh", None, None),
        ("c5", "long-forgotten", "apikey", "x", None, 1, 1, "k", None, None, None, None)])
    base.execute("INSERT INTO provider_nodes VALUES (?, 'openai-compatible', 'My box', 'box', 'chat', ?)", (node, url))
    base.executemany("INSERT INTO combos VALUES (?,?,?)", [
        ("o1", "coding", json.dumps({"models": [{"model": "box/m", "weight": 70}, "groq/llama-3.1-8b-instant"], "strategy": "weighted", "config": {"maxRetries": 2, "odd": 1}})),
        ("o2", "bad name!", json.dumps({"models": ["box/m"]}))])
    base.execute("INSERT INTO api_keys VALUES ('k1', 'laptop', ?, 'machine', ?)", (OLD_KEY, json.dumps(["box/*", "coding"])))
    base.execute("INSERT INTO domain_budgets VALUES ('k1', 2.5, 0, 80)")
    base.execute("INSERT INTO domain_fallback_chains VALUES ('m', ?)", (json.dumps([{"provider": "box", "priority": 1}, {"provider": "long-forgotten", "priority": 2}]),))
    base.executemany("INSERT INTO key_value VALUES (?,?,?)", [
        ("modelAliases", "fast", '"box/m"'), ("settings", "theme", '"dark"'), ("settings", "password", '"$2b$12$hash"'), ("settings", "comboDefaults", '{"maxRetries": 3}'),
        ("settings", "wildcardAliases", '[{"pattern": "gpt-*", "target": "box/*"}]'), ("customModels", node, '[{"id": "own", "name": "Own", "source": "manual"}]'),
        ("pricing", "groq", '{"llama-3.1-8b-instant": {"input": 0.05, "output": 0.08, "cached": 0.01}}'),
        ("proxyConfig", "keys", '{"c1": {"type": "http", "host": "127.0.0.1", "port": 9, "username": "u", "password": "proxy-secret-1"}}')])
    base.executemany("INSERT INTO usage_history (provider) VALUES (?)", [("groq",)] * 3)
    base.commit()
    return base


def bytes_of(folder):
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir() if not p.name.endswith("-shm")}


def taken(folder, *args, env=None):
    code, out, errors = folder.run("import", *args, "--json", env=env)
    assert code == 0, out + errors
    return json.loads(out)


def test_the_original_s_configuration_is_taken_over(stage):
    with Folder() as folder:
        theirs = folder.path / "theirs"
        theirs.mkdir()
        base = original(theirs / "storage.sqlite", stage.upstream.url + "/v1")
        before = bytes_of(theirs)
        trial = taken(folder, str(theirs / "storage.sqlite"), "--from", "omniroute", "--dry-run")
        empty = folder.run("export")[1]
        assert trial["applied"] is False and len(trial["changes"]) >= 10 and "coding" not in empty, trial
        done = taken(folder, str(theirs / "storage.sqlite"), "--from", "omniroute")
        assert done["changes"] == trial["changes"] and done["newKeys"] == [], done
        assert bytes_of(theirs) == before and base.execute("SELECT count(*) FROM provider_connections").fetchone() == (5,), "their file was touched"
        lost = {f"{n['kind']} {n['name']}": n["reason"] for n in done["notCarried"]}
        assert "Log in anew" in lost["connection claude/me"] and "not known here" in lost["connection long-forgotten/x"], lost
        assert any("bad name!" in name for name in lost) and "3 records" in lost["usage usage_history"] and any("theme" in name for name in lost), lost
        assert any(n["name"] == "laptop" and n["code"] == "guessable_key" for n in done["notes"]), done["notes"]
        codes = {n["code"] for n in done["notCarried"]}
        assert codes >= {"login", "unknown_provider", "settings", "history", None}, codes
        text = folder.run("export")[1]
        for words in ("prefix: box", "name: work (2)", "strategy: weighted", "weight: 70", "maxRetries: 3", "pattern: gpt-*", "modelId: own", "dailyBudgetUsd: \"2.5\"",
                      "alias: fast", "input: 0.05", "model: m"):
            assert words in text, f"{words} is missing: {text}"
        again = taken(folder, str(theirs / "storage.sqlite"), "--from", "omniroute")
        assert again["changes"] == [] and folder.run("export")[1] == text, again
        base.close()
        with Daemon(folder) as gateway:
            head = {"Content-Type": "application/json", "Authorization": f"Bearer {OLD_KEY}"}
            for model in ("box/m", "fast", "coding", "gpt-x"):
                reply = request(gateway.url + "/v1/chat/completions", "POST", head, {"model": model, "messages": [{"role": "user", "content": "hi"}]})
                assert reply.status == 200, f"{model}: {reply}"
            wrong = request(gateway.url + "/v1/models", headers={"Authorization": f"Bearer {OLD_KEY}x"})
            assert wrong.status == 401, wrong
        text = "".join(p.read_bytes().decode("latin-1") for p in folder.data.glob("*.sqlite*"))
        assert not [s for s in ("gsk-of-the-original", "proxy-secret-1", OLD_KEY) if s in text], "a secret lies in the clear"


def test_encrypted_credentials_need_their_key(stage):
    with Folder() as folder:
        path = folder.path / "storage.sqlite"
        original(path, stage.upstream.url + "/v1", seal=True).close()
        without = taken(folder, str(path), "--from", "omniroute", "--dry-run")
        assert sum("STORAGE_ENCRYPTION_KEY" in n["reason"] for n in without["notCarried"]) == 3, without
        code, _, errors = folder.run("import", str(path), "--from", "omniroute", "--key-from", "env:K", env={"K": "another key"})
        assert code == 1 and "opens none" in errors, errors
        done = taken(folder, str(path), "--from", "omniroute", "--key-from", "env:K", env={"K": THEIR_KEY})
        hints = {c["name"]: c["apiKeyHint"] for c in folder.command("provider", "list")["connections"]}
        assert hints["work"].endswith("al-1") and hints["local"].endswith("2345"), hints
        assert not any("enc:v1" in json.dumps(part) or THEIR_KEY in json.dumps(part) for part in done.values())


def test_nine_router_s_json_comes_by_file_and_over_http(stage):
    data = {"providerConnections": [{"id": "1", "provider": "groq", "authType": "apikey", "name": "nine", "priority": 1, "isActive": True, "apiKey": "gsk-of-nine-router"},
                                    {"id": "2", "provider": "codex", "authType": "oauth", "email": "a@b.c", "accessToken": "t", "refreshToken": "r"}],
            "providerNodes": [{"id": "n1", "type": "anthropic-compatible", "name": "Nine", "prefix": "nn", "baseUrl": "http://127.0.0.1:9/v1"}],
            "modelAliases": {"nick": "nn/m"}, "combos": [{"id": "x", "name": "both", "models": ["nn/m", "groq/llama-3.1-8b-instant"]}],
            "apiKeys": [{"id": "k", "name": "nine key", "key": "sk-abcd1234", "machineId": "m"}], "customModels": [{"providerAlias": "nn", "id": "mine", "name": "Mine", "type": "llm"}],
            "pricing": {"nn": {"m": {"input": 1, "output": 2}}}, "disabledModels": {"groq": ["llama-3.1-8b-instant"]}, "settings": {"cloudEnabled": False}, "mitmAlias": {}}
    body = {"from": "9router", "document": data, "dryRun": True}
    trial = call(stage, "POST", "/api/import", body)
    assert trial.status == 200 and trial.json()["applied"] is False and len(trial.json()["changes"]) == 8, trial.json()
    assert "nine" not in call(stage, "GET", "/api/providers").body.decode()
    encoded = {"from": "9router", "data": base64.b64encode(json.dumps(data).encode()).decode()}
    done = call(stage, "POST", "/api/import", encoded).json()
    assert done["applied"] and done["changes"] == trial.json()["changes"] and any("codex" in n["name"] for n in done["notCarried"]), done
    assert call(stage, "POST", "/api/import", encoded).json()["changes"] == []
    exported = stage.folder.run("export")[1]
    assert "hiddenModels:\n  - provider: groq\n    model: llama-3.1-8b-instant" in exported and "format: anthropic" in exported, exported
    assert call(stage, "PUT", "/api/models/alias", {"alias": "nick", "model": "oc/other"}).status == 200
    kept = call(stage, "POST", "/api/import", encoded).json()
    assert kept["changes"] == [] and any(n["name"] == "nick" and n["code"] == "here_already" and "stays" in n["reason"] for n in kept["notCarried"]), kept
    assert request(stage.gateway.url + "/api/import", "POST", {"Content-Type": "application/json"}, body).status == 401
    for wrong in ({}, {"from": "elsewhere", "data": "e30"}, {"from": "9router"}, {"from": "9router", "document": {}}, {"from": "omniroute", "data": "####"}):
        assert call(stage, "POST", "/api/import", wrong).status == 400, wrong


def test_what_is_none_of_theirs_is_refused_in_one_line(stage):
    with Folder() as folder:
        files = {"empty": b"", "rubbish.json": b"{not json", "list.json": b"[1]", "other.json": b'{"a": 1}', "cut.sqlite": b"SQLite format 3\x00" + b"x" * 5000}
        for name, content in files.items():
            (folder.path / name).write_bytes(content)
        other = sqlite3.connect(folder.path / "stranger.sqlite")
        other.executescript("CREATE TABLE t (a); CREATE VIEW provider_connections AS SELECT 1 AS id")
        other.close()
        huge = sqlite3.connect(folder.path / "huge.sqlite")
        huge.executescript("CREATE TABLE provider_connections (id, api_key); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20001) "
                           "INSERT INTO provider_connections SELECT i, 'k' FROM n")
        huge.close()
        folder.run("key", "list")
        before = folder.run("export")[1]
        ours = str(folder.data / "storage.sqlite")
        says = {"empty": "no JSON object", "rubbish.json": "no JSON object", "list.json": "no JSON object", "other.json": "no list of provider connections",
                "cut.sqlite": "no SQLite database", "stranger.sqlite": "not the storage.sqlite of an OmniRoute", "huge.sqlite": "more than any configuration",
                "nowhere": "cannot be read", str(folder.path): "cannot be read", ours: "omniroute backup export"}
        for name, words in says.items():
            database = name.endswith(".sqlite")
            for source in ("omniroute", "9router"):
                code, out, errors = folder.run("import", str(folder.path / name), "--from", source)
                assert code == 1 and out == "" and len(errors.splitlines()) == 1 and len(errors) < 400, f"{name} from {source}: {code} {out} {errors}"
                wanted = "as JSON in its dashboard" if database and source == "9router" else words
                assert wanted in errors, f"{name} from {source}: {errors}"
        assert folder.run("export")[1] == before

