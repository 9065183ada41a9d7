"""The translator: as a command, which needs nothing but the binary, and over the management API."""
import json
import os
import subprocess
import tempfile

import daemon
from scene import Scene

scene = Scene
FORMATS = ("openai-chat", "openai-responses", "anthropic", "gemini")
CHAT = {"model": "m", "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hi"}], "logit_bias": {"1": 2}}


def translate(*words, text=""):
    """The command in an empty folder, with no home and no environment: (exit code, stdout, stderr)."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([str(daemon.BINARY), "translate", *words], env={"LD_LIBRARY_PATH": os.environ.get("LD_LIBRARY_PATH", "")}, cwd=folder,
                              input=text.encode(), capture_output=True, timeout=30, check=False)
        assert os.listdir(folder) == [], "it left something behind"
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_every_pair_of_requests(stage):
    for source in FORMATS:
        code, there, err = translate("--what", "request", "--from", "openai-chat", "--to", source, text=json.dumps(CHAT))
        assert code == 0 and not err, err
        for target in FORMATS:
            code, out, err = translate("--what", "request", "--from", source, "--to", target, "--model", "other", text=there)
            assert code == 0 and not err, f"{source} to {target}: {err}"
            assert "Be brief." in out and "hi" in out
            assert json.loads(out).get("model") == (None if target == "gemini" else "other"), out


def test_the_report_lists_what_was_lost(stage):
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, "losses.json")
        code, _, _ = translate("--what", "request", "--from", "openai-chat", "--to", "anthropic", "--report", report, text=json.dumps(CHAT))
        assert code == 0
        with open(report, encoding="utf-8") as file:
            assert [loss["field"] for loss in json.load(file)["losses"]] == ["logit_bias"]


def test_a_refusal_is_one_line_that_names_the_field(stage):
    for words, field in ((["--what", "request", "--from", "openai-chat", "--to", "anthropic"], "n"), (["--what", "answer", "--from", "gemini", "--to", "gemini"], "--what"),
                         (["--what", "request", "--from", "gemini"], "--to")):
        code, out, err = translate(*words, text=json.dumps({**CHAT, "n": 3}))
        assert code == 1 and not out and err.count("\n") == 1, (code, out, err)
        assert json.loads(err)["field"] == field, err


def translator(stage, step, body):
    return stage.post(f"/api/translator/{step}", body, headers={"Content-Type": "application/json", "Authorization": f"Bearer {admin(stage)}"})


def admin(stage):
    if not hasattr(stage, "reader"):
        stage.reader = stage.folder.command("key", "create", "--name", "reader", "--scope", "read", "--scope", "admin")["key"]
    return stage.reader


def test_the_api_detects_and_translates(stage):
    seen = translator(stage, "detect", {"body": {"contents": [{"parts": [{"text": "x"}]}]}}).json()
    assert (seen["success"], seen["format"], seen["what"]) == (True, "gemini", "request"), seen
    assert translator(stage, "detect", {"body": {"x": 1}}).json()["success"] is False
    done = translator(stage, "translate", {"targetFormat": "claude", "body": {**CHAT, "max_tokens": 12345678901234567}}).json()
    assert done["sourceFormat"] == "openai-chat" and done["targetFormat"] == "anthropic" and done["result"]["system"], done
    assert [loss["field"] for loss in done["losses"]] == ["logit_bias"], done
    stream = "data: " + json.dumps({"choices": [{"index": 0, "delta": {"content": "x"}, "finish_reason": "stop"}]}) + "\n\ndata: [DONE]\n\n"
    done = translator(stage, "translate", {"targetFormat": "anthropic", "body": stream}).json()
    assert done["what"] == "stream" and "event: message_stop" in done["result"], done


def test_the_api_goes_step_by_step_and_shows_no_credential(stage):
    body = {**CHAT, "model": "an/m"}
    first = translator(stage, "translate", {"step": 1, "provider": "an", "body": body}).json()
    assert first["model"] == "m" and first["targetFormat"] == "anthropic", first
    second = translator(stage, "translate", {"step": 2, "provider": "an", "body": body}).json()["result"]
    third = translator(stage, "translate", {"step": 3, "provider": "an", "body": second}).json()["result"]
    assert third["model"] == "m" and third["max_tokens"] > 0, third
    fourth = translator(stage, "translate", {"step": 4, "provider": "an", "body": third})
    assert fourth.json()["result"]["url"].endswith("/messages") and fourth.json()["result"]["headers"]["x-api-key"] == "****", fourth
    assert "upstream-secret" not in str(fourth)


def test_the_api_names_what_is_wrong(stage):
    for body, field in (({}, "body"), ({"body": CHAT}, "targetFormat"), ({"body": CHAT, "targetFormat": "morse"}, "targetFormat"), ({"body": CHAT, "provider": "nobody"}, "provider"),
                        ({"body": {**CHAT, "n": 2}, "targetFormat": "anthropic"}, "body.n"), ({"body": CHAT, "targetFormat": "gemini", "step": 7}, "step")):
        reply = translator(stage, "translate", body)
        assert reply.status == 400 and reply.json()["error"]["details"][0]["field"] == field, f"{field}: {reply}"
