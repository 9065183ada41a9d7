"""What requests and answers said: recorded where it is asked for, whole or cut, and never with a secret in it."""
import json
import time

from client import request
from scene import DIALECTS, UPSTREAM_KEY
from test_api import record_of
from test_management import call, scene  # noqa: F401  (the scene of these tests, too)


def turn(stage, **settings):
    assert call(stage, "PATCH", "/api/settings", settings).status == 200


def bodies_of(stage, reply, headers=None):
    record_of(stage, reply)  # what was said is kept before the usage row, which comes once the answer is through
    return call(stage, "GET", f"/api/usage/logs/{reply.header('x-request-id')}/bodies", headers=headers)


def key_of(stage, **draft):
    return call(stage, "POST", "/api/keys", draft).json()


def test_nothing_is_recorded_unless_it_is_asked_for(stage):
    reply = stage.ask("chat", "a silent word")
    missing = bodies_of(stage, reply)
    assert missing.status == 404 and b"request_logs" in missing.body, missing
    assert call(stage, "GET", "/api/usage/logs?search=silent").json()["logs"] == []
    key = key_of(stage, name="observed", logBodies=True)
    assert key["logBodies"] is True
    heard = stage.post("/v1/chat/completions", stage.body("chat", "an observed word"), headers={"Authorization": f"Bearer {key['key']}"})
    assert "an observed word" in bodies_of(stage, heard).json()["received"]["body"]
    assert bodies_of(stage, stage.ask("chat", "another")).status == 404, "a key's wish holds for all"
    assert call(stage, "PATCH", f"/api/keys/{key['id']}", {"logBodies": False}).json()["logBodies"] is False


def test_only_requests_that_failed_are_recorded_where_that_is_the_wish(stage):
    turn(stage, request_logs=True, request_log_errors_only=True)
    try:
        assert bodies_of(stage, stage.ask("chat", "all is well")).status == 404
        assert call(stage, "GET", "/api/usage/logs?search=well").json()["logs"] == []
        refused = bodies_of(stage, stage.ask("chat", "<<error status=418>>")).json()
        assert refused["returned"]["status"] >= 400 and refused["attempts"][0]["answered"]["status"] == 418, refused
        key = key_of(stage, name="all of it", logBodies=True)
        assert key["logErrorsOnly"] is False
        mine = {"Authorization": f"Bearer {key['key']}"}
        said = stage.post("/v1/chat/completions", stage.body("chat", "this key tells all"), headers=mine)
        assert bodies_of(stage, said).status == 200, "the key asked for all"
        turn(stage, request_logs=False)
        assert call(stage, "PATCH", f"/api/keys/{key['id']}", {"logErrorsOnly": True}).json()["logErrorsOnly"] is True
        assert bodies_of(stage, stage.post("/v1/chat/completions", stage.body("chat", "well again"), headers=mine)).status == 404
        broken = stage.post("/v1/chat/completions", stage.body("chat", "<<error status=400>>"), headers=mine)
        assert bodies_of(stage, broken).json()["returned"]["status"] == broken.status
        turn(stage, request_logs=True, request_log_errors_only=False)
        assert bodies_of(stage, stage.ask("chat", "well and recorded")).status == 200, "the setting is not obeyed at once"
    finally:
        turn(stage, request_logs=False, request_log_errors_only=False)


def test_all_four_sides_are_there_in_each_dialect_streamed_or_whole(stage):
    turn(stage, request_logs=True)
    for dialect in DIALECTS:
        for model in ("oc/m", "an/m"):
            for stream in (False, True):
                reply = stage.ask(dialect, "remember the zebra", model, stream)
                record = bodies_of(stage, reply).json()
                case = f"{dialect} {model} {stream}: {record}"
                assert "remember the zebra" in record["received"]["body"] and record["returned"]["status"] == 200, case
                attempt, = record["attempts"]
                assert attempt["sent"]["url"].startswith(stage.upstream.url) and "remember the zebra" in attempt["sent"]["body"], case
                assert attempt["answered"]["status"] == 200 and "zebra" in attempt["answered"]["body"], case
                assert record["returned"]["body"].encode() == reply.body and record["returned"]["bytes"] == len(reply.body), case
                assert not record["received"]["truncated"] and not attempt["answered"]["truncated"], case
    found = call(stage, "GET", "/api/usage/logs?search=remember%20zeb").json()["logs"]
    assert len(found) >= 8, found


def test_no_key_and_no_token_lands_in_a_record(stage):
    turn(stage, request_logs=True)
    secrets = [UPSTREAM_KEY, stage.key, "sk-ant-abcdefgh12345678", "hunter2-hunter2", stage.cookie.split("=")[1]]
    text = f"my key is {stage.key}, theirs {UPSTREAM_KEY}, and sk-ant-abcdefgh12345678"
    body = stage.body("chat", text, metadata={"password": "hunter2-hunter2", "note": json.dumps({"access_token": "hunter2-hunter2"})})
    headers = {**stage.headers("chat"), "Cookie": stage.cookie, "X-Auth-Token": "hunter2-hunter2"}
    shown = [bodies_of(stage, stage.post("/v1/chat/completions", body, headers=headers)) for _ in range(2)]
    shown.append(bodies_of(stage, stage.ask("messages", text, "oc/m", True)))
    shown.append(bodies_of(stage, stage.ask("chat", text + " <<error status=400>>", "oc/m")))
    for reply in shown:
        assert reply.status == 200, reply
        for secret in secrets:
            assert secret not in reply.body.decode(), f"{secret} in {reply.body.decode()}"
        assert "my key is [redacted]" in reply.body.decode(), reply.body.decode()
        received = reply.json()["received"]
        assert len(received["body"]) < received["bytes"] and not received["truncated"], f"masks are no cut: {received}"
    assert stage.gateway.stop() == 0
    held = b"".join(file.read_bytes() for file in stage.folder.data.iterdir() if file.name.startswith("telemetry"))
    assert b"my key is [redacted]" in held
    for secret in secrets:
        assert secret.encode() not in held, f"{secret} is on the disk"
    stage.gateway = type(stage.gateway)(stage.folder, env={"INITIAL_PASSWORD": "correct horse battery"}).ready()
    login = request(stage.gateway.url + "/api/auth/login", "POST", {}, {"password": "correct horse battery"})
    stage.cookie = login.header("set-cookie").split(";")[0]


def test_large_broken_and_left_answers_are_recorded_as_far_as_they_came(stage):
    turn(stage, request_logs=True, request_log_bytes=2048)
    try:
        large = stage.ask("chat", "<<big kb=64>> " + "y" * 5000, stream=True)
        record = bodies_of(stage, large).json()
        for side in (record["received"], record["attempts"][0]["answered"], record["returned"]):
            assert side["truncated"] and len(side["body"]) == 2048 and side["bytes"] > 5000, side
        assert record["returned"]["bytes"] == len(large.body)
        refused = bodies_of(stage, stage.ask("chat", "<<error status=418>>")).json()
        assert refused["attempts"][0]["answered"]["status"] == 418 and refused["returned"]["status"] >= 400, refused
        connection = stage.open("chat", "<<text words=2000 gap=20>>")
        head = connection.read_head()
        next(connection.read_pieces())
        connection.close()
        left = request_of(stage, head)
        assert left["returned"]["status"] == 499 and "w0" in left["returned"]["body"] and "w1999" not in left["returned"]["body"], left
    finally:
        turn(stage, request_log_bytes=65536)


def request_of(stage, head):
    for _ in range(100):
        reply = call(stage, "GET", f"/api/usage/logs/{head.header('x-request-id')}/bodies")
        if reply.status == 200:
            return reply.json()
        time.sleep(0.1)
    raise AssertionError(f"no record: {reply}")


def test_only_who_may_administer_reads_them_and_all_are_forgotten_at_a_word(stage):
    turn(stage, request_logs=True)
    reply = stage.ask("chat", "a word for the owner alone")
    reader = {"Authorization": "Bearer " + key_of(stage, name="reader", scopes=["read"])["key"]}
    admin = {"Authorization": "Bearer " + key_of(stage, name="chief", scopes=["admin"])["key"]}
    assert bodies_of(stage, reply, reader).status == 403 and bodies_of(stage, reply, admin).status == 200
    assert call(stage, "GET", "/api/usage/logs?search=owner", headers=reader).json()["logs"] == [], "a reader finds what he may not read"
    assert len(call(stage, "GET", "/api/usage/logs?search=owner", headers=admin).json()["logs"]) == 1
    assert len(call(stage, "GET", f"/api/usage/logs?search={reply.header('x-request-id')}", headers=reader).json()["logs"]) == 1
    assert call(stage, "DELETE", "/api/usage/bodies", headers=reader).status == 403 and bodies_of(stage, reply).status == 200
    assert call(stage, "DELETE", "/api/usage/bodies").status == 200 and bodies_of(stage, reply).status == 404
    turn(stage, request_logs=False)
    assert bodies_of(stage, stage.ask("chat", "off again")).status == 404, "the setting is not obeyed at once"
