"""What a client may send, and what it gets when it sends nonsense."""
import json
import re
import time

from client import Connection, request
from scene import DIALECTS, PATHS, Scene, envelope, text_of

scene = Scene


def refused(stage, dialect, body, status, *, words=(), headers=None, path=None):
    """The error of a request that must be refused, checked for status, envelope and words; the gateway never asked upstream."""
    before = len(stage.upstream.seen)
    reply = stage.post(path or PATHS[dialect], body, dialect, headers=headers)
    assert reply.status == status, f"{status} is due: {reply}"
    error = envelope(dialect, reply)
    named = re.sub(r"\[(\d+)\]", r".\1", f"{error.get('param')} {error['message']}")  # messages[0] and messages.0 are the same place
    for word in words:
        assert word in named, f"{word!r} is not named: {reply}"
    assert len(stage.upstream.seen) == before, "the provider was asked all the same"
    return error


def test_malformed_json_is_400(stage):
    for dialect in DIALECTS:
        for body in (b"", b"{", b"[]", b"nul", b'"text"', b'{"model":"oc/m",}', b'{"model":"oc/m" "messages":[]}', b"{'model':1}", b'{"a":1}{"b":2}', b'{"a":01}', b'{"a":NaN}'):
            refused(stage, dialect, body, 400)


def test_a_wrong_type_is_400_and_names_the_field(stage):
    for dialect in DIALECTS:
        good = stage.body(dialect, "x", model="an/m" if dialect == "chat" else "oc/m")
        cases = [("model", {**good, "model": 7}), ("messages", {**good, "messages": "hi"}), ("messages.0", {**good, "messages": ["hi"]}),
                 ("messages.0.role", {**good, "messages": [{"role": "king", "content": "x"}]}),
                 ("messages.1.content", {**good, "messages": [good["messages"][0], {"role": "user", "content": 5}]}),
                 ("stream", {**good, "stream": "yes"}), ("max_tokens", {**good, "max_tokens": "many"}), ("tools", {**good, "tools": {}})]
        for field, body in cases:
            refused(stage, dialect, body, 400, words=[field])


def test_missing_fields_are_400(stage):
    for dialect in DIALECTS:
        refused(stage, dialect, {"messages": [{"role": "user", "content": "x"}]}, 400, words=["model"])
        refused(stage, dialect, {"model": "an/m" if dialect == "chat" else "oc/m"}, 400, words=["messages"])


def test_an_unknown_model_or_provider_is_refused_in_words(stage):
    for dialect in DIALECTS:
        for model in ("nobody/m", "../etc/passwd", "oc/../m", "a\u0000b"):
            reply = stage.ask(dialect, "x", model=model)
            assert 400 <= reply.status <= 404, f"{model}: {reply}"
            envelope(dialect, reply)


def test_deep_nesting_is_refused_or_passed_but_never_ends_the_process(stage):
    for dialect in DIALECTS:
        for depth in (200, 5_000, 100_000, 1_000_000):
            for opening, closing in (("[", "]"), ('{"a":', "}")):
                deep = opening * depth + "1" + closing * depth
                body = json.dumps(stage.body(dialect, "x"))[:-1] + f', "metadata": {deep}}}'
                reply = stage.post(PATHS[dialect], body, dialect)
                assert reply.status in (200, 400, 413), f"depth {depth}: {reply}"
                if reply.status != 200:
                    envelope(dialect, reply)
    assert stage.ask("chat", "still there").status == 200


def test_invalid_utf8_and_lone_surrogates_are_400_or_pass_unharmed(stage):
    for dialect in DIALECTS:
        for model in ("oc/m", "an/m"):
            for text in (rb"\ud800", rb"\udc00 x", rb"\ud83d\ud83d", b"\xff\xfe", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"cut \xe2\x82"):
                body = json.dumps(stage.body(dialect, "TEXT", model)).encode().replace(b"TEXT", text)
                reply = stage.post(PATHS[dialect], body, dialect)
                assert reply.status in (200, 400), f"{text}: {reply}"
                if reply.status == 400:
                    envelope(dialect, reply)
                    continue
                arrived = stage.upstream.last().raw
                translated = (model == "oc/m") != (dialect == "chat")
                # Where bytes pass they are the same; what is written anew has U+FFFD in the place of half a pair.
                assert text in arrived or translated and "\ufffd".encode() in arrived, f"{text} was changed on its way: {arrived}"


def test_duplicate_keys_are_400_or_pass_unharmed(stage):
    for dialect in DIALECTS:
        body = json.dumps(stage.body(dialect, "x"))[:-1] + ', "temperature": 0.1, "temperature": 0.9}'
        reply = stage.post(PATHS[dialect], body, dialect)
        assert reply.status in (200, 400), reply
        twice = '{"model":"nobody/x","model":"oc/m",' + json.dumps(stage.body(dialect, "x"))[1:]
        assert stage.post(PATHS[dialect], twice, dialect).status in (200, 400, 404)


def test_a_body_over_the_limit_is_413_before_it_is_read(stage):
    for dialect in DIALECTS:
        with Connection(stage.gateway.url) as connection:
            connection.send("POST", PATHS[dialect], {**stage.headers(dialect), "Content-Length": str(1 << 40)}, None)
            reply = connection.read()
            assert reply.status == 413, reply
            envelope(dialect, reply)
            assert connection.ended(), "the connection stays open behind a body nobody will read"


def test_a_chunked_body_over_the_limit_is_413(stage):
    with Connection(stage.gateway.url, timeout=60) as connection:
        connection.send("POST", PATHS["chat"], {**stage.headers("chat"), "Transfer-Encoding": "chunked"}, None)
        piece = b"100000\r\n" + b" " * (1 << 20) + b"\r\n"
        try:
            for _ in range(200):
                connection.socket.sendall(piece)
        except OSError:
            pass
        reply = connection.read()
        assert reply.status in (0, 413), reply  # 0: refused by a close while we were still sending
    assert stage.ask("chat", "still there").status == 200


def test_keys_come_in_every_form_clients_use(stage):
    body = stage.body("chat", "hi")
    for headers in ({"Authorization": f"Bearer {stage.key}"}, {"authorization": f"bearer {stage.key}"}, {"x-api-key": stage.key}, {"X-API-Key": stage.key}):
        reply = stage.post(PATHS["chat"], body, headers={"Content-Type": "application/json", **headers})
        assert reply.status == 200, f"{headers}: {reply}"


def test_without_a_valid_key_nothing_reaches_a_provider(stage):
    for dialect in DIALECTS:
        body = stage.body(dialect, "x")
        wrong = ["", "sk-wrong", stage.key[:-1], stage.key + "x", stage.key.upper(), " ", "null", "*", "' or 1=1 --"]
        forms = [{"Authorization": f"Bearer {key}"} for key in wrong] + [{"x-api-key": key} for key in wrong] + [{}, {"Authorization": f"Basic {stage.key}"}]
        for headers in forms:
            error = refused(stage, dialect, body, 401, headers={"Content-Type": "application/json", **headers})
            assert stage.key not in json.dumps(error)


def test_models_has_three_readers(stage):
    reply = stage.get("/v1/models")
    assert reply.status == 200 and reply.json()["object"] == "list"
    ids = [model["id"] for model in reply.json()["data"]]
    assert ids and len(ids) == len(set(ids)), "an id stands twice"
    claude = stage.get("/v1/models?limit=1000", {"x-api-key": stage.key, "anthropic-version": "2023-06-01"}).json()
    assert claude["data"][0]["type"] == "model" and "has_more" in claude and "first_id" in claude
    one = stage.get(f"/v1/models/{ids[0]}")
    assert one.status == 200 and one.json()["id"] == ids[0]
    missing = stage.get("/v1/models/nobody/nothing")
    assert missing.status == 404
    envelope("chat", missing)


def test_count_tokens_counts(stage):
    for model in ("oc/m", "an/m"):
        reply = stage.post("/v1/messages/count_tokens?beta=true", {"model": model, "messages": [{"role": "user", "content": "one two three four"}]}, "messages")
        assert reply.status == 200 and reply.json()["input_tokens"] > 0, reply


def test_health_needs_no_key(stage):
    for path in ("/", "/healthz", "/readyz"):
        assert request(stage.gateway.url + path).status == 200, path
        head = request(stage.gateway.url + path, "HEAD")
        assert head.status == 200 and head.body == b"", path


def test_aliases_lead_to_the_same_routes(stage):
    for path in ("/v1/chat/completions", "/v1/v1/chat/completions", "/chat/completions", "/v1/chat/completions?beta=true&x=%20"):
        reply = stage.post(path, stage.body("chat", "hi"))
        assert reply.status == 200 and text_of("chat", reply) == "echo: hi", f"{path}: {reply}"
    for path in ("/v1/messages", "/v1/v1/messages", "/v1/messages?beta=true"):
        assert text_of("messages", stage.post(path, stage.body("messages", "hi"), "messages")) == "echo: hi", path
    for path in ("/v1/models", "/v1/v1/models", "/models"):
        assert stage.get(path).json()["data"], path


def test_unknown_paths_and_methods(stage):
    for path in ("/v1/nothing", "/v1/chat/completions/x", "/nothing"):
        assert stage.post(path, stage.body("chat", "x")).status == 404, path
    for path, method in (("/v1/chat/completions", "GET"), ("/v1/messages", "DELETE"), ("/v1/models", "POST")):
        reply = request(stage.gateway.url + path, method, {"Authorization": f"Bearer {stage.key}"}, b"{}" if method == "POST" else None)
        assert reply.status == 405, f"{method} {path}: {reply}"
        assert reply.header("allow"), "405 without Allow"


def test_unknown_headers_and_members_are_no_errors(stage):
    extra = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "x-session-id": "s", "x-stainless-lang": "js", "originator": "x"}
    for dialect in DIALECTS:
        for model in ("oc/m", "an/m"):
            reply = stage.post(PATHS[dialect], {**stage.body(dialect, "hi", model), "metadata": {"user_id": "u"}}, dialect,
                               headers={**stage.headers(dialect), **extra})
            assert reply.status == 200, reply


def test_each_answer_has_a_request_id_and_the_callers_is_kept(stage):
    ids = set()
    for dialect in DIALECTS:
        for reply in (stage.ask(dialect, "a"), stage.ask(dialect, "b", stream=True), stage.post(PATHS[dialect], b"{", dialect)):
            ids.add(reply.header("x-request-id"))
            assert reply.header("x-request-id"), reply
            if dialect == "messages":
                assert reply.header("request-id") == reply.header("x-request-id")
    assert len(ids) == 6, "two requests share an id"


def test_a_page_of_another_origin_may_not_read_answers(stage):
    reply = request(stage.gateway.url + PATHS["chat"], "OPTIONS", {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST",
                                                                   "Access-Control-Request-Headers": "authorization,content-type"})
    assert reply.status in (200, 204, 403), reply
    assert reply.header("access-control-allow-origin") in (None, "null"), reply.headers


def test_answers_on_one_connection_come_in_order(stage):
    with Connection(stage.gateway.url) as connection:
        for i in range(5):
            body = json.dumps(stage.body("chat", f"n{i}")).encode()
            connection.send("POST", PATHS["chat"], stage.headers("chat"), body)
            assert text_of("chat", connection.read()) == f"echo: n{i}"
        both = b""
        for path in ("/healthz", "/v1/models"):
            both += f"GET {path} HTTP/1.1\r\nHost: {connection.authority}\r\nAuthorization: Bearer {stage.key}\r\n\r\n".encode()
        connection.raw(both)
        assert connection.read().status == 200
        assert connection.read().json()["object"] == "list"


def test_a_client_that_waits_for_100_gets_it(stage):
    body = json.dumps(stage.body("chat", "hi")).encode()
    with Connection(stage.gateway.url) as connection:
        connection.send("POST", PATHS["chat"], {**stage.headers("chat"), "Content-Length": str(len(body)), "Expect": "100-continue"}, None)
        connection.socket.settimeout(5)
        assert b"100" in connection.socket.recv(100)
        connection.socket.sendall(body)
        assert connection.read().status == 200


def test_a_request_line_of_no_http_is_400_and_closes(stage):
    for line in (b"GET / HTTP/2.0\r\n\r\n", b"\x16\x03\x01\x02\x00\x01", b"GET /\r\n\r\n", b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"):
        with Connection(stage.gateway.url) as connection:
            connection.raw(line)
            connection.socket.settimeout(15)
            reply = connection.read()
            assert reply.status in (0, 400, 408, 505), reply
            assert reply.status == 0 or connection.ended()


def test_a_kept_connection_survives_an_error_of_meaning(stage):
    with Connection(stage.gateway.url) as connection:
        connection.send("POST", PATHS["chat"], stage.headers("chat"), b"{}")
        assert connection.read().status == 400
        connection.send("POST", PATHS["chat"], stage.headers("chat"), json.dumps(stage.body("chat", "hi")).encode())
        assert connection.read().status == 200


def test_a_megabyte_prompt_arrives_whole(stage):
    text = "größe " * 150_000
    began = time.monotonic()
    for model in ("oc/m", "an/m"):
        reply = stage.ask("chat", text, model=model)
        assert reply.status == 200 and text_of("chat", reply) == "echo: " + text.strip()
    assert time.monotonic() - began < 15
