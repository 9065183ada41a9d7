"""The files of coding tools on this machine: written beside what is there, with a copy; put back byte for byte; never lost."""
import json
import os

from client import request
from daemon import Folder
from scene import Scene
from test_access import log_in
from test_management import PASSWORD, call

MINE = '{\n    // mine\n    "model": "opus",\n    "env": { "OTHER_TOKEN": "tok-of-somebody-else-1234" },\n    "hooks": [1,   2]\n}'
TOML = '# mine\napproval_policy = "never"   # always\n\n[mcp_servers.docs]\ncommand = "docs"\n'


def scene():
    stage = Scene(env={"INITIAL_PASSWORD": PASSWORD, "CLI_MODE": "host"})
    stage.cookie = log_in(stage.gateway.url)
    program = stage.folder.path / ".local/bin/claude"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n[ \"$1\" = --version ] && echo '9.9.9 (Claude Code)' && env > \"$HOME/seen\"\n")
    program.chmod(0o755)
    slow = stage.folder.path / ".local/bin/droid"
    slow.write_text("#!/bin/sh\nsleep 60\n")
    slow.chmod(0o755)
    return stage


def put(stage, path, text, mode=0o644):
    file = stage.folder.path / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode())
    file.chmod(mode)
    return file


def tool(stage, name, query=""):
    listed = call(stage, "GET", "/api/cli-tools" + query)
    assert listed.status == 200, listed
    return next(each for each in listed.json()["tools"] if each["id"] == name)


def act(stage, name, verb, body=None):
    return call(stage, "POST", f"/api/cli-tools/{name}/{verb}", body or {})


def test_a_preview_writes_nothing_and_shows_no_secret(stage):
    file = put(stage, ".claude/settings.json", MINE, 0o640)
    shown = act(stage, "claude", "preview", {"createKey": True, "models": {"opus": "oc/m"}})
    assert shown.status == 200, shown
    body = shown.json()["files"][0]
    assert body["path"] == "~/.claude/settings.json" and body["action"] == "change" and '+    "env": { "OTHER_TOKEN"' in body["diff"] and "ANTHROPIC_BASE_URL" in body["diff"], body
    assert "somebody-else" not in shown.body.decode() and file.read_text() == MINE
    assert not [key for key in call(stage, "GET", "/api/keys").json()["keys"] if key["name"] == "Claude Code"], "a preview made a key"
    wrong = act(stage, "claude", "preview", {"models": {"opus": "oc/m"}})
    assert wrong.status == 400 and wrong.json()["error"]["details"][0]["field"] == "apiKey", wrong
    for body, field in (({"createKey": True, "models": {"smart": "m"}}, "models.smart"), ({"apiKey": "k", "url": "ftp://x"}, "url"), ({"apiKey": "k", "models": []}, "models"),
                        ({"apiKey": "k", "createKey": True}, "createKey")):
        refused = act(stage, "claude", "preview", body)
        assert refused.status == 400 and refused.json()["error"]["details"][0]["field"] == field, refused
    assert act(stage, "droid", "preview", {"apiKey": "k"}).json()["error"]["details"][0]["field"] == "models.model"
    assert act(stage, "..%2fetc", "preview").status == 404 and act(stage, "nobody", "apply").status == 404


def test_written_used_and_undone_byte_for_byte(stage):
    file = put(stage, ".claude/settings.json", MINE, 0o640)
    seen = act(stage, "claude", "preview", {"createKey": True, "models": {"opus": "oc/m"}}).json()
    done = act(stage, "claude", "apply", {"createKey": True, "models": {"opus": "oc/m"}, "fingerprint": seen["fingerprint"]})
    assert done.status == 200 and done.json()["keyMade"] and done.json()["key"]["name"] == "Claude Code", done
    text = file.read_text()
    key = json.loads(text.replace("// mine", ""))["env"]["ANTHROPIC_AUTH_TOKEN"]
    assert key.startswith("sk-omr-") and key not in done.body.decode() and "// mine" in text and '"hooks": [1,   2]' in text, text
    assert oct(file.stat().st_mode & 0o777) == "0o640"
    env = json.loads(text.replace("// mine", ""))["env"]
    assert env["ANTHROPIC_BASE_URL"] == stage.gateway.url and env["ANTHROPIC_DEFAULT_OPUS_MODEL"] == "oc/m" and env["OTHER_TOKEN"], env
    assert stage.post("/v1/messages", stage.body("messages", "hi", "oc/m"), headers={"Content-Type": "application/json", "Authorization": f"Bearer {key}"}).status == 200
    now = tool(stage, "claude")
    assert now["state"] == "ours" and now["key"]["name"] == "Claude Code" and now["slots"][0] == {"id": "opus", "required": False, "model": "oc/m"}, now
    assert now["undo"]["changedSince"] is False and now["files"][0]["there"] and key not in json.dumps(now)

    folder = stage.folder.data / "backups/cli/claude"
    kept = [path for path in folder.rglob("*") if path.is_file()]
    assert {path.stat().st_mode & 0o777 for path in kept} == {0o600} and {path.name for path in kept} == {"0.copy", "meta.json"}, kept
    assert not any(key in path.read_text() for path in kept), "the key is in the copies"
    undone = act(stage, "claude", "undo")
    assert undone.status == 200 and file.read_text() == MINE and oct(file.stat().st_mode & 0o777) == "0o640", undone
    assert request(stage.gateway.url + "/v1/models", headers={"Authorization": f"Bearer {key}"}).status == 401, "the key of an undone file still works"
    assert tool(stage, "claude")["state"] == "not_set" and act(stage, "claude", "undo").json()["error"]["code"] == "cli_nothing_to_undo"
    words = " ".join(row["action"] for row in call(stage, "GET", "/api/compliance/audit-log").json()["items"])
    assert "cli-tool.apply" in words and "cli-tool.undo" in words, words


def test_a_file_that_was_not_there_is_private_and_goes_again(stage):
    file = stage.folder.path / ".codex/config.toml"
    assert act(stage, "codex", "apply", {"apiKey": stage.key, "models": {"model": "oc/m"}}).status == 200
    assert oct(file.stat().st_mode & 0o777) == "0o600" and 'model_provider = "omniroute"' in file.read_text()
    assert tool(stage, "codex")["key"]["name"] == "scene"
    assert act(stage, "codex", "undo").status == 200 and not file.exists()
    assert request(stage.gateway.url + "/v1/models", headers={"Authorization": f"Bearer {stage.key}"}).status == 200, "a key that was given was removed"


def test_what_was_changed_since_is_not_lost(stage):
    file = put(stage, ".codex/config.toml", TOML)
    assert act(stage, "codex", "apply", {"apiKey": stage.key, "models": {"model": "oc/m"}}).status == 200
    fingerprint = act(stage, "codex", "preview", {"apiKey": stage.key}).json()["fingerprint"]
    file.write_text(file.read_text() + "\n[added]\nby = \"me\"\n")
    assert tool(stage, "codex")["state"] == "changed" and tool(stage, "codex")["undo"]["changedSince"]
    stale = act(stage, "codex", "apply", {"apiKey": stage.key, "fingerprint": fingerprint})
    assert stale.status == 409 and stale.json()["error"]["code"] == "cli_file_changed", stale
    refused = act(stage, "codex", "undo")
    assert refused.status == 409 and refused.json()["error"]["code"] == "cli_file_changed" and "config.toml" in refused.json()["error"]["message"], refused
    assert "by = " in file.read_text()
    removed = call(stage, "DELETE", "/api/cli-tools/codex")
    assert removed.status == 200 and file.read_text() == TOML + "\n[added]\nby = \"me\"\n", file.read_text()
    assert call(stage, "DELETE", "/api/cli-tools/codex").json()["error"]["code"] == "cli_nothing_to_undo"
    assert act(stage, "codex", "undo").status == 200, "a removal can be undone"
    assert act(stage, "codex", "undo", {"force": True}).status == 200 and file.read_text() == TOML
    for _ in range(4):
        assert act(stage, "codex", "apply", {"apiKey": stage.key, "models": {"model": f"oc/{_}"}}).status == 200
    assert len(call(stage, "GET", "/api/cli-tools/codex/backups").json()["backups"]) == 5
    assert all(act(stage, "codex", "undo").status == 200 for _ in range(4)) and file.read_text() == TOML


def test_what_is_broken_stays_as_it_is(stage):
    for name, path, text, place in (("claude", ".claude/settings.json", '{\n  "env": {\n    "A": 1,,\n  }\n}', "line 3, column 12"), ("codex", ".codex/config.toml", "a = 1\nb = = 2\n", "line 2, column 5"),
                                    ("openclaw", ".openclaw/openclaw.json", '{\n  "agents": "mine"\n}', "line 2, column 13")):
        file = put(stage, path, text)
        before = file.stat()
        for verb in ("preview", "apply"):
            refused = act(stage, name, verb, {"apiKey": stage.key, "models": {"model": "oc/m"} if name != "claude" else {}})
            error = refused.json()["error"]
            assert refused.status == 409 and error["code"] == "cli_file_invalid" and place in error["message"] and path in error["message"], refused
        assert file.read_text() == text and file.stat().st_mtime_ns == before.st_mtime_ns
        if name != "openclaw":
            assert tool(stage, name)["state"] == "unreadable" and place in tool(stage, name)["reason"]
        file.unlink()


def test_links_are_followed_and_what_is_no_file_is_left(stage):
    target = put(stage, "dotfiles/settings.json", MINE)
    link = stage.folder.path / ".claude/settings.json"
    link.parent.mkdir(exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(target)
    shown = act(stage, "claude", "preview", {"apiKey": stage.key}).json()["files"][0]
    assert shown["target"] == "~/dotfiles/settings.json", shown
    assert act(stage, "claude", "apply", {"apiKey": stage.key}).status == 200
    assert link.is_symlink() and "ANTHROPIC_BASE_URL" in target.read_text()
    assert act(stage, "claude", "undo").status == 200 and link.is_symlink() and target.read_text() == MINE
    link.unlink()
    link.symlink_to(stage.folder.path / "nowhere")
    refused = act(stage, "claude", "apply", {"apiKey": stage.key})
    assert refused.status == 409 and "link" in refused.json()["error"]["message"], refused
    link.unlink()
    if os.geteuid() != 0:
        link.parent.chmod(0o500)
        refused = act(stage, "claude", "apply", {"apiKey": stage.key})
        link.parent.chmod(0o700)
        assert refused.status == 409 and refused.json()["error"]["code"] == "cli_file_not_writable", refused


def test_programs_are_found_and_asked_with_a_limit(stage):
    assert tool(stage, "claude")["version"] is None
    found = tool(stage, "claude", "?versions=true")
    assert found["version"] == "9.9.9 (Claude Code)" and found["commandPath"] == "~/.local/bin/claude", found
    assert "INITIAL_PASSWORD" not in (stage.folder.path / "seen").read_text(), "a program got a secret of ours"
    slow = tool(stage, "droid")
    assert slow["found"] and slow["version"] is None and slow["versionReason"] == "timeout", slow
    by_hand = tool(stage, "gemini")
    assert by_hand["state"] == "by_hand" and stage.gateway.url in by_hand["snippets"][0]["text"], by_hand


def test_the_command_line_does_the_same_without_a_gateway():
    with Folder() as folder:
        file = folder.path / ".codex/config.toml"
        file.parent.mkdir()
        file.write_text(TOML)
        words = ("setup", "codex", "--url", "http://gateway.example:8080", "--key", "sk-omr-given", "--model", "oc/m")
        code, out, err = folder.run(*words, "--dry-run")
        assert code == 0 and '+model = "oc/m"' in out and "sk-omr-given" not in out and file.read_text() == TOML, out + err
        assert folder.command(*words)["applied"] is True
        assert 'base_url = "http://gateway.example:8080/v1"' in file.read_text() and not (folder.data / "storage.sqlite").exists()
        listed = {each["id"]: each for each in folder.command("setup", "--list")["tools"]}
        assert listed["codex"]["state"] == "ours" and listed["claude"]["state"] == "not_set"
        file.write_text(file.read_text() + "# more\n")
        code, out, err = folder.run("setup", "codex", "--undo")
        assert code == 1 and "changed since" in err, out + err
        code, out, err = folder.run("setup", "codex", "--remove")
        assert code == 0 and file.read_text() == TOML + "# more\n", out + err
        made = folder.command("setup", "claude", "--model", "opus=best")
        env = json.loads((folder.path / ".claude/settings.json").read_text())["env"]
        assert made["keyMade"] and env["ANTHROPIC_DEFAULT_OPUS_MODEL"] == "best" and env["ANTHROPIC_BASE_URL"] == "http://127.0.0.1:20128", env
        assert [key["name"] for key in folder.command("key", "list")["keys"]] == ["Claude Code"]
        assert folder.command("setup", "claude", "--undo")["undone"] and not (folder.path / ".claude/settings.json").exists()
        assert not folder.command("key", "list")["keys"]
        code, out, err = folder.run("setup", "gemini", "--model", "oc/m")
        assert code == 0 and "gemini --model oc/m" in out, out + err
        for wrong, named in ((("setup", "nobody"), "nobody"), (("setup", "droid", "--key", "k"), "model"), (("setup", "codex", "--key", "k", "--url", "x"), "url")):
            code, out, err = folder.run(*wrong)
            assert code == 1 and named in err, f"{wrong}: {out}{err}"


def test_a_container_says_that_it_cannot_see_the_files():
    with Scene(env={"INITIAL_PASSWORD": PASSWORD, "CLI_MODE": "container"}) as stage:
        stage.cookie = log_in(stage.gateway.url)
        listed = call(stage, "GET", "/api/cli-tools").json()
        claude = listed["tools"][0]
        assert listed["hidden"] == "container" and claude["state"] == "hidden" and claude["snippets"][0]["text"], listed
        refused = act(stage, "claude", "apply", {"apiKey": stage.key})
        assert refused.status == 409 and refused.json()["error"]["code"] == "cli_hidden", refused
        assert not (stage.folder.path / ".claude").exists()
