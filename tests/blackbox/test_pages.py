"""The pages: how the dashboard's files are served, what it is told of as it happens, and the tests of connections it asks for."""
import gzip
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from client import Connection, request
from daemon import Daemon, Folder
from scene import Scene
from test_api import record_of
from test_management import PASSWORD, call

HEADERS = {"content-security-policy": "require-trusted-types-for 'script'", "cross-origin-opener-policy": "same-origin", "cross-origin-resource-policy": "same-origin",
           "referrer-policy": "no-referrer", "x-content-type-options": "nosniff", "permissions-policy": "camera=()"}


class ListsAlone(BaseHTTPRequestHandler):
    """A provider whose list of models works while every chat is refused."""

    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        self.answer(200, {"object": "list", "data": [{"id": "the-one", "object": "model"}]})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.answer(int(self.path.split("/")[1]), {"error": {"message": f"no {body['model']} for you", "type": "x", "code": None}})

    def log_message(self, *_):
        pass


def told(stream, mark):
    """What came on a connection up to that mark, as it stands on the wire."""
    while mark not in stream.buffer:
        stream._more()
    seen, stream.buffer = stream.buffer, b""
    return seen


def scene():
    stage = Scene(env={"INITIAL_PASSWORD": PASSWORD})
    login = request(stage.gateway.url + "/api/auth/login", "POST", {}, {"password": PASSWORD})
    stage.cookie = login.header("set-cookie").split(";")[0]
    stage.full = request(stage.gateway.url + "/api/version").json()["web"] == "full"
    return stage


def test_every_page_carries_the_strict_headers(stage):
    for path in ("/", "/dashboard", "/dashboard/providers/openai", "/login", "/setup", "/recover"):
        reply = stage.get(path, {})
        assert reply.status == 200 and reply.header("content-type").startswith("text/html"), f"{path}: {reply}"
        for name, words in HEADERS.items():
            assert words in (reply.header(name) or ""), f"{path} {name}: {reply.header(name)}"
        assert "unsafe" not in reply.header("content-security-policy")
        assert not re.search(rb"<script(?![^>]*src=)|<style|\sstyle=|\son[a-z]+=|https?://", reply.body), "something inline or from elsewhere"


def test_pages_are_for_their_own_addresses(stage):
    for path in ("/v1/nope", "/api/nope", "/nope", "/assets/nope.js", "/assets/../index.html", "/assets/%2e%2e/index.html", "/assets/..%2f..%2fetc%2fpasswd", "/dashboardx"):
        reply = stage.get(path, {})
        assert reply.status in (400, 401, 404), f"{path}: {reply}"
        assert "json" in reply.header("content-type"), f"{path} answers with {reply.header('content-type')}"


def test_assets_are_packed_tagged_and_kept(stage):
    index = stage.get("/dashboard", {})
    if not stage.full:
        assert b"<!doctype html>" in index.body.lower(), "a binary without the dashboard answers with a plain page"
        return
    names = re.findall(r'"(/assets/[^"]+)"', index.body.decode())
    assert len(names) >= 3, names
    for path in ["/dashboard", *names]:
        plain, packed = stage.get(path, {}), stage.get(path, {"Accept-Encoding": "br, gzip"})
        assert packed.header("content-encoding") == "gzip" and plain.header("content-encoding") is None
        assert gzip.decompress(packed.body) == plain.body, path
        assert packed.header("vary").lower() == plain.header("vary").lower() == "accept-encoding"
        assert packed.header("etag") != plain.header("etag") and packed.header("etag") == plain.header("etag")[:-1] + '-gz"'
        assert stage.get(path, {"Accept-Encoding": "gzip;q=0, identity"}).header("content-encoding") is None
        again = stage.get(path, {"If-None-Match": f'"x", W/{plain.header("etag")}'})
        assert again.status == 304 and again.body == b"" and again.header("etag") == plain.header("etag"), again
        head = stage.get(path, {}, method="HEAD")
        assert head.status == 200 and head.body == b"" and head.header("etag") == plain.header("etag"), head
        kind = {"js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}.get(path.rpartition(".")[2], "text/html")
        assert plain.header("content-type").startswith(kind), f"{path} is {plain.header('content-type')}"
        hashed = re.search(r"-[A-Z0-9]{8}\.(js|css)$", path)
        assert ("immutable" in packed.header("cache-control")) == bool(hashed), f"{path}: {packed.header('cache-control')}"
    assert b"MIT License" in stage.get("/assets/licences.txt", {}).body


def test_the_dashboard_comes_from_a_folder_on_loopback_alone():
    with Folder() as folder:
        web = folder.path / "web"
        (web / "assets").mkdir(parents=True)
        (web / "index.html").write_text("<!doctype html><title>mine</title>")
        (web / "assets" / "main.js").write_text("export {}")
        (folder.path / "secret").write_text("kept")
        with Daemon(folder, "--web-dir", str(web)) as gateway:
            page = request(gateway.url + "/dashboard/keys", "GET", {})
            assert b"<title>mine</title>" in page.body and page.header("cache-control") == "no-store" and page.header("content-security-policy"), page
            script = request(gateway.url + "/assets/main.js", "GET", {})
            assert (script.body, script.header("content-type")) == (b"export {}", "text/javascript; charset=utf-8"), script
            (web / "assets" / "main.js").write_text("export {};")
            assert request(gateway.url + "/assets/main.js", "GET", {}).body == b"export {};", "a change counts at once"
            for path in ("/assets/nope.js", "/assets/../../secret", "/assets/%2e%2e/%2e%2e/secret"):
                assert request(gateway.url + path, "GET", {}).status in (400, 404), path
        code, _, err = folder.run("--web-dir", str(web), "--host", "0.0.0.0", "--no-open")
        assert code != 0 and "loopback" in err, (code, err)


def test_what_changes_is_told_as_it_happens(stage):
    with Connection(stage.gateway.url) as stranger:
        stranger.send("GET", "/api/events", {})
        assert stranger.read().status == 401
    with Connection(stage.gateway.url) as stream:
        stream.send("GET", "/api/events", {"Cookie": stage.cookie})
        seen = told(stream, b"event: hello")
        assert b"text/event-stream" in seen and b'"version"' in seen
        stage.ask("chat", "tell")
        assert b"event: change" in told(stream, b'"requests"')
        made = call(stage, "POST", "/api/keys", {"name": "told"})
        assert made.status == 201
        heard = told(stream, b'"config"')
        assert made.json()["key"].encode() not in heard
        active = [json.loads(line[6:])["active"] for line in heard.decode().splitlines() if line.startswith("data: ") and "active" in line]
        assert all(count == 0 for count in active), f"streams of dashboards count as requests: {active}"


def test_what_changed_between_an_answer_and_the_stream_is_told(stage):
    mark = call(stage, "GET", "/api/overview").header("x-omniroute-mark")
    assert call(stage, "POST", "/api/keys", {"name": "in between"}).status == 201
    with Connection(stage.gateway.url) as stream:
        stream.send("GET", "/api/events?since=" + mark, {"Cookie": stage.cookie})
        heard = told(stream, b'"config"')
        assert b'"requests"' not in heard and f"id: {call(stage, 'GET', '/api/overview').header('x-omniroute-mark')}\n".encode() in heard, heard
    for wrong in ("x", "1", "1.", ".1", "1.2.3", "-", "1.-2"):
        refused = call(stage, "GET", "/api/events?since=" + wrong)
        assert refused.status == 400 and b"since" in refused.body, (wrong, refused)
    assert request(stage.gateway.url + "/api/auth/status", "GET", {}).header("x-omniroute-mark") is None, "strangers are told what happens here"


def test_the_overview_agrees_with_the_log(stage):
    before = call(stage, "GET", "/api/overview").json()
    for text in ("one", "two", "<<error status=400>>"):
        stage.ask("chat", text)
    after = before
    for _ in range(100):
        after = call(stage, "GET", "/api/overview").json()
        if after["day"]["totals"]["requests"] >= before["day"]["totals"]["requests"] + 3:
            break
    rows = call(stage, "GET", "/api/usage/logs").json()["logs"]
    assert after["day"]["totals"]["requests"] == len(rows) == before["day"]["totals"]["requests"] + 3
    assert after["day"]["totals"]["errors"] == sum(row["status"] >= 400 for row in rows)
    assert after["recent"] == rows[:8]
    assert rows[0]["providerName"] == "oc" and rows[0]["keyName"] == "scene" and rows[0]["connectionName"], rows[0]
    assert after["keys"] == len(call(stage, "GET", "/api/keys").json()["keys"])
    assert after["model"] is None, "no connection has a model that is known"


def test_a_provider_that_only_lists_is_never_ok(stage):
    url = f"/api/providers/{stage.nodes['oc']['connection']['id']}/test"
    listed = call(stage, "POST", url, {"depth": "list"}).json()
    assert listed["valid"] and listed["model"] is None, listed
    answered = call(stage, "POST", url, {"depth": "chat"}).json()
    assert answered["type"] == "ok" and answered["valid"] and answered["model"], answered
    assert call(stage, "POST", url, {"depth": "deep"}).status == 400
    server = ThreadingHTTPServer(("127.0.0.1", 0), ListsAlone)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        for status, kind in ((429, "upstream_rate_limited"), (402, "upstream_no_credit"), (404, "upstream_model_unknown"), (401, "upstream_auth_error"), (400, "upstream_error"), (503, "upstream_unavailable")):
            base = f"http://127.0.0.1:{server.server_port}/{status}/v1"
            node = call(stage, "POST", "/api/provider-nodes", {"prefix": f"m{status}", "name": "m", "type": "openai", "baseUrl": base, "apiKey": "k"}).json()
            url = f"/api/providers/{node['connection']['id']}"
            tested = call(stage, "POST", url + "/test", {"depth": "chat"}).json()
            assert (tested["valid"], tested["type"], tested["model"]) == (False, kind, "the-one"), tested
            assert call(stage, "GET", url).json()["testStatus"] == "error"
    finally:
        server.shutdown()
        server.server_close()


def test_times_are_told_by_provider_and_our_own_apart(stage):
    before = call(stage, "GET", "/api/monitoring/latency").json()
    for text in ("quick", "quick again", "<<error status=400>>"):
        record_of(stage, stage.ask("chat", text))
    told = call(stage, "GET", "/api/monitoring/latency").json()
    assert told["requests"] == before["requests"] + 3 and told["errors"] >= before["errors"] + 1, told
    assert sum(row["requests"] for row in told["byProvider"]) == told["requests"] and told["complete"]
    mine = next(row for row in told["byProvider"] if row["label"] == "oc")
    assert mine["totalMs"]["p50"] <= mine["totalMs"]["p95"] <= mine["totalMs"]["p99"] and mine["totalMs"]["count"] == mine["requests"]
    assert 0 < told["ownUs"]["p50"] <= told["ownUs"]["p99"] and told["ownUs"]["count"] >= 3
    assert told["overheadUs"]["count"] >= 3 and 0 < told["overheadUs"]["p50"] <= told["overheadUs"]["p99"], told
    assert call(stage, "GET", "/api/monitoring/latency?windowMs=5").status == 400
    assert call(stage, "GET", "/api/monitoring/latency?windowMs=1000").json()["windowMs"] == 1000


def test_our_own_time_leaves_out_the_waiting(stage):
    slow = [stage.ask("chat", "<<text words=4 first=200 gap=50>>", stream=stream) for stream in (False, True)]
    slow.append(stage.ask("messages", "<<text first=200 gap=50>>", stream=True))
    for reply in slow:
        row = record_of(stage, reply)
        assert row["latencyMs"] >= 200 and 0 < row["overheadUs"] < row["latencyMs"] * 1000 - 190_000, row


def test_prometheus_gets_histograms_that_add_up(stage):
    record_of(stage, stage.ask("chat", "measured <<text first=30>>", stream=True))
    text = request(stage.gateway.url + "/metrics", headers={"Cookie": stage.cookie}).body.decode()
    since = call(stage, "GET", "/api/monitoring/latency").json()["sinceStart"]
    for name in ("request_duration", "first_token", "overhead"):
        family = f"omniroute_{name}_seconds"
        assert f"# TYPE {family} histogram" in text
        buckets = re.findall(rf'^{family}_bucket{{provider="([^"]+)",le="([^"]+)"}} (\d+)$', text, re.M)
        counts = dict(re.findall(rf'^{family}_count{{provider="([^"]+)"}} (\d+)$', text, re.M))
        sums = dict(re.findall(rf'^{family}_sum{{provider="([^"]+)"}} ([\d.]+)$', text, re.M))
        assert counts and set(counts) == set(sums), text
        for provider, count in counts.items():
            mine = [(float(le), int(n)) for who, le, n in buckets if who == provider]
            assert mine == sorted(mine) and [n for _, n in mine] == sorted(n for _, n in mine), mine
            assert mine[-1] == (float("inf"), int(count)), mine
        assert sum(int(count) for count in counts.values()) >= 1, counts
    assert since["overheadUs"]["count"] == since["totalUs"]["count"] >= since["firstTokenUs"]["count"] >= 1, since
    assert since["overheadUs"]["p50"] <= since["totalUs"]["p50"] and since["totalUs"]["p50"] <= since["totalUs"]["p99"], since


def test_sums_over_time_add_up_however_they_are_split(stage):
    record_of(stage, stage.ask("chat", "for the chart"))
    whole = call(stage, "GET", "/api/usage/series?range=1d&offset=480").json()
    assert whole["totals"]["requests"] == len(call(stage, "GET", "/api/usage/logs?limit=500").json()["logs"])
    assert whole["bucketMs"] == 1_800_000 and whole["previous"]["requests"] == 0
    assert whole["starts"][0].endswith("T16:00:00.000Z"), "a day begins at the viewer's midnight"
    for split in ("provider", "model", "connection", "key"):
        told = call(stage, "GET", f"/api/usage/series?range=1d&offset=480&split={split}").json()
        assert told["totals"] == whole["totals"], split
        for series in told["series"]:
            assert len(series["points"]) == len(told["starts"]) and told["others"] == [] and sum(point["requests"] for point in series["points"]) == series["totals"]["requests"]
            assert (series["totals"]["costUsd"] is None) == (series["totals"]["unpricedRequests"] == series["totals"]["requests"]), series["totals"]
    assert "oc" in [series["label"] for series in call(stage, "GET", "/api/usage/series?split=provider").json()["series"]]
    assert len(call(stage, "GET", "/api/usage/series?range=1y").json()["starts"]) == 366
    for wrong in ("range=2d", "split=color", "offset=9999"):
        assert call(stage, "GET", f"/api/usage/series?{wrong}").status == 400, wrong


def test_servers_of_models_on_this_machine_are_found(stage):
    found = call(stage, "GET", "/api/setup/local")
    assert found.status == 200
    try:
        server = ThreadingHTTPServer(("127.0.0.1", 1234), ListsAlone)
    except OSError:
        return  # somebody's own server listens there
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        mine = next(each for each in call(stage, "GET", "/api/setup/local").json()["servers"] if each["name"] == "LM Studio")
        assert mine == {"name": "LM Studio", "prefix": "lmstudio", "baseUrl": "http://127.0.0.1:1234/v1", "models": ["the-one"], "connected": False}, mine
        call(stage, "POST", "/api/provider-nodes", {"prefix": "lmstudio", "name": "LM Studio", "type": "openai", "baseUrl": mine["baseUrl"]})
        assert next(each for each in call(stage, "GET", "/api/setup/local").json()["servers"] if each["name"] == "LM Studio")["connected"]
    finally:
        server.shutdown()
        server.server_close()
