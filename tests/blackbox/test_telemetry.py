"""What others are told: traces and metrics over OTLP, and the log of the connections that the gateway opens."""
import json
import socket
import time

from client import request
from otlp import Collector, words
from scene import Scene
from test_egress import Proxy
from test_management import PASSWORD, call

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"
QUICK = {"OTEL_BSP_SCHEDULE_DELAY": "100", "OTEL_METRIC_EXPORT_INTERVAL": "200", "INITIAL_PASSWORD": PASSWORD}


def scene():
    return signed_in(Scene(env=QUICK))


def signed_in(stage):
    login = request(stage.gateway.url + "/api/auth/login", "POST", {}, {"password": PASSWORD})
    stage.cookie = login.header("set-cookie").split(";")[0]
    return stage


def turn(stage, **settings):
    done = call(stage, "PATCH", "/api/settings", settings)
    assert done.status == 200, done


def until(look, what, seconds=10):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.03)
    raise AssertionError(what() if callable(what) else what)


def spans_of(collector, reply):
    """The request's span and those of its attempts, as soon as they are there."""
    def look():
        with collector.lock:
            whole = next((span for span in collector.spans if span["attributes"].get("omniroute.request.id") == reply.header("x-request-id")), None)
            return whole and (whole, [span for span in collector.spans if span.get("parentSpanId") == whole["spanId"]])
    found = until(look, lambda: f"no span came: {collector.faults} {len(collector.spans)}")
    assert not collector.faults, collector.faults
    return found


def test_a_request_is_a_span_and_each_attempt_one_below_it(stage):
    for protocol in ("http/json", "http/protobuf"):
        with Collector() as collector:
            turn(stage, otlp_endpoint=collector.url, otlp_protocol=protocol, otlp_headers="x-team=blue%20whale", otlp_resource_attributes=["deployment.environment.name=test"])
            headers = {**stage.headers("chat"), "traceparent": f"00-{TRACE}-{PARENT}-01", "tracestate": "vendor=1"}
            reply = stage.post("/v1/chat/completions", stage.body("chat", "traced <<text words=3 first=50>>", "oc/m", True), headers=headers)
            whole, attempts = spans_of(collector, reply)
            assert (whole["traceId"], whole["parentSpanId"], whole["traceState"], whole["kind"]) == (TRACE, PARENT, "vendor=1", 2), whole
            said = whole["attributes"]
            assert whole["name"] == "chat oc/m" and said["gen_ai.operation.name"] == "chat" and said["gen_ai.request.model"] == "oc/m", whole
            assert (said["gen_ai.usage.input_tokens"], said["gen_ai.usage.output_tokens"]) == (11, 7) and said["http.response.status_code"] == 200, said
            assert said["omniroute.request.stream"] is True and 0 < said["omniroute.overhead"] < 1 and said["omniroute.time_to_first_token"] >= 0.05, said
            attempt, = attempts
            assert attempt["traceId"] == TRACE and attempt["kind"] == 3 and attempt["attributes"]["gen_ai.request.model"] == "m", attempt
            assert (attempt["attributes"]["server.address"], attempt["attributes"]["server.port"]) == ("127.0.0.1", int(stage.upstream.url.rsplit(":", 1)[1])), attempt
            assert whole["startTimeUnixNano"] <= attempt["startTimeUnixNano"] <= attempt["endTimeUnixNano"] <= whole["endTimeUnixNano"], (whole, attempt)
            assert abs(whole["startTimeUnixNano"] / 1e9 - time.time()) < 60 and attempt.get("status", {}) == {}, attempt
            failed = stage.ask("chat", "<<error status=500>>", "oc/m")
            whole, attempts = spans_of(collector, failed)
            assert whole["status"]["code"] == 2 and whole["attributes"]["error.type"] and "parentSpanId" not in whole and whole["traceId"] != TRACE, whole
            assert attempts and all(each["status"]["code"] == 2 and each["attributes"]["http.response.status_code"] == 500 for each in attempts), attempts
            who, sent = collector.resources[-1], collector.headers[-1]
            assert who["service.name"] == "omniroute" and who["deployment.environment.name"] == "test" and who["service.version"], who
            assert sent["x-team"] == "blue whale", sent
    shown = next(row for row in call(stage, "GET", "/api/settings").json()["settings"] if row["key"] == "otlp_headers")
    assert "whale" not in json.dumps(shown) and shown["value"] == "(set)", shown
    turn(stage, otlp_endpoint=None, otlp_headers=None, otlp_protocol=None, otlp_resource_attributes=None)


def test_metrics_carry_the_names_of_the_conventions(stage):
    for protocol in ("http/json", "http/protobuf"):
        with Collector() as collector:
            turn(stage, otlp_endpoint=collector.url, otlp_protocol=protocol, otlp_traces="none")
            asked = [stage.ask("chat", "measured", "oc/m", stream) for stream in (False, True)]
            assert all(reply.status == 200 for reply in asked)

            def counted():
                with collector.lock:
                    metric = collector.metrics.get("gen_ai.server.request.duration")
                    return metric and sum(point["count"] for point in metric["histogram"]["dataPoints"]) >= 2
            until(counted, lambda: f"no metrics came: {collector.faults} {list(collector.metrics)}")
            names = {"gen_ai.server.request.duration": "s", "gen_ai.server.time_to_first_token": "s", "gen_ai.client.operation.duration": "s",
                     "gen_ai.client.operation.time_to_first_chunk": "s", "gen_ai.client.token.usage": "{token}", "omniroute.overhead": "s"}
            assert {name: collector.metrics[name]["unit"] for name in collector.metrics} == names, collector.metrics.keys()
            types = {words(point["attributes"])["gen_ai.token.type"] for point in collector.metrics["gen_ai.client.token.usage"]["histogram"]["dataPoints"]}
            assert types == {"input", "output"} and not collector.faults and not collector.spans, (types, collector.faults, collector.spans)
    turn(stage, otlp_endpoint=None, otlp_protocol=None, otlp_traces=None)


def test_a_sampler_and_the_callers_own_decision_are_obeyed(stage):
    with Collector() as collector:
        turn(stage, otlp_endpoint=collector.url, otlp_metrics="none")
        quiet = stage.post("/v1/chat/completions", stage.body("chat", "quiet"), headers={**stage.headers("chat"), "traceparent": f"00-{TRACE}-{PARENT}-00"})
        turn(stage, otlp_sampler="traceidratio", otlp_sampler_arg="0")
        silent = stage.ask("chat", "silent")
        turn(stage, otlp_sampler="always_on")
        loud = stage.ask("chat", "loud")
        spans_of(collector, loud)
        told = {span["attributes"].get("omniroute.request.id") for span in collector.spans}
        assert quiet.header("x-request-id") not in told and silent.header("x-request-id") not in told, told
        assert not collector.metrics, collector.metrics.keys()
    wrong = call(stage, "PATCH", "/api/settings", {"otlp_sampler_arg": "1.5"})
    assert wrong.status == 400 and b"otlp_sampler_arg" in wrong.body, wrong
    for key, value in (("otlp_endpoint", "collector:4317"), ("otlp_headers", "no pair"), ("otlp_protocol", "grpc")):
        assert call(stage, "PATCH", "/api/settings", {key: value}).status == 400, key
    turn(stage, otlp_endpoint=None, otlp_metrics=None, otlp_sampler=None, otlp_sampler_arg=None)


def counter(stage, name):
    text = request(stage.gateway.url + "/metrics", headers={"Cookie": stage.cookie}).body.decode()
    return int(next(line.split()[1] for line in text.splitlines() if line.startswith(name + " ")))


def test_a_collector_that_fails_costs_no_request_and_no_memory(stage):
    with Collector(status=503) as collector:
        turn(stage, otlp_endpoint=collector.url, otlp_queue=2, otlp_metrics="none")
        before = counter(stage, "omniroute_otlp_spans_dropped_total")
        for _ in range(12):
            assert stage.ask("chat", "whatever the collector says").status == 200
        until(lambda: counter(stage, "omniroute_otlp_spans_dropped_total") > before, "nothing was dropped")
        until(lambda: counter(stage, "omniroute_otlp_failures_total") > 0, "no failure was counted")
        assert counter(stage, "omniroute_otlp_spans_waiting") <= 4, "more wait than may"
        collector.status = 200
        last = until(lambda: collector.spans and True, "what waited was not exported once it worked again")
        assert last and not collector.faults, collector.faults
    turn(stage, otlp_endpoint=None, otlp_queue=None, otlp_metrics=None)


def test_the_environment_is_honoured_and_the_rest_goes_out_at_the_end():
    with Collector() as collector:
        env = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url + "/", "OTEL_SERVICE_NAME": "front door", "OTEL_RESOURCE_ATTRIBUTES": "host.name=a%2Cb,team=x",
               "OTEL_EXPORTER_OTLP_HEADERS": "authorization=Bearer%20t", "OTEL_METRICS_EXPORTER": "none", "OTEL_BSP_SCHEDULE_DELAY": "60000", "INITIAL_PASSWORD": PASSWORD}
        with Scene(env=env) as stage:
            reply = stage.ask("messages", "the last word", "oc/m")
            time.sleep(0.3)
            assert not collector.spans, "it did not wait for company"
            assert stage.gateway.stop() == 0
            whole, attempts = spans_of(collector, reply)
            assert whole["attributes"]["http.route"] == "/v1/messages" and len(attempts) == 1, (whole, attempts)
            assert collector.resources[-1]["service.name"] == "front door" and collector.resources[-1]["host.name"] == "a,b", collector.resources
            assert collector.headers[-1]["authorization"] == "Bearer t" and "Bearer t" not in stage.gateway.output
    with Collector() as collector, Scene(env={"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_SDK_DISABLED": "true", **QUICK}) as stage:
        assert stage.ask("chat", "nobody hears").status == 200
        assert stage.gateway.stop() == 0 and collector.asked == 0


def entries(stage, query=""):
    return call(stage, "GET", "/api/usage/proxy-logs" + query).json()["entries"]


def test_each_connection_outside_is_on_record_with_its_end(stage):
    assert call(stage, "DELETE", "/api/usage/proxy-logs").status == 200
    port = int(stage.upstream.url.rsplit(":", 1)[1])
    stage.add_node("fresh", "openai", f"http://localhost:{port}/v1")
    assert stage.ask("chat", "hello", "fresh/m").status == 200
    first = entries(stage, "?search=localhost")[0]
    assert (first["host"], first["port"], first["type"], first["verdict"], first["state"]) == ("localhost", port, "direct", "allowed", "open"), first
    assert first["address"] in ("127.0.0.1", "::1") and first["providerName"] == "fresh" and first["reason"] is None and first["sentBytes"] is None, first
    stage.ask("chat", "<<close>>", "fresh/m")
    ended = until(lambda: [entry for entry in entries(stage, "?search=localhost") if entry["id"] == first["id"] and entry["state"] == "closed"], "the connection did not end")[0]
    assert ended["sentBytes"] > 200 and ended["receivedBytes"] > 100 and ended["lastedMs"] >= 0, ended


def test_what_the_rules_forbid_and_what_fails_says_why(stage):
    assert call(stage, "PATCH", "/api/settings", {"otlp_endpoint": "http://169.254.169.254"}).status == 200
    with socket.create_server(("127.0.0.1", 0)) as taken:
        gone = taken.getsockname()[1]
    stage.add_node("gone", "openai", f"http://127.0.0.1:{gone}/v1")
    proxy = Proxy("socks5", stage.upstream.port, "joe")
    stage.add_node("through", "openai", "http://provider.invalid/v1", "--proxy", f"socks5://joe:pass-word@127.0.0.1:{proxy.port}")
    assert stage.ask("chat", "x", "gone/m").status >= 500
    assert stage.ask("chat", "x", "through/m").status == 200
    refused = until(lambda: entries(stage, "?status=refused"), "the collector's address is not refused")[0]
    assert call(stage, "PATCH", "/api/settings", {"otlp_endpoint": ""}).status == 200
    assert (refused["host"], refused["address"], refused["verdict"]) == ("169.254.169.254", "169.254.169.254", "refused"), refused
    assert "may not be connected to" in refused["reason"], refused
    failed = next(entry for entry in entries(stage, "?status=failed") if entry["port"] == gone)
    assert failed["verdict"] == "allowed" and "refused" in failed["reason"] and failed["address"] == "127.0.0.1", failed
    tunnelled = entries(stage, "?type=socks5")[0]
    assert tunnelled["host"] == "provider.invalid" and tunnelled["proxy"] == f"socks5://joe@127.0.0.1:{proxy.port}", tunnelled
    assert "pass-word" not in json.dumps(entries(stage)) and all(e["state"] in ("refused", "failed") for e in entries(stage, "?status=error"))
    assert call(stage, "GET", "/api/usage/proxy-logs?status=odd").status == 400
    listed = stage.folder.command("egress", "--status", "refused")["entries"]
    assert refused["id"] in [entry["id"] for entry in listed] and all(entry["state"] == "refused" for entry in listed), listed  # the exporter may have tried again
    kept = len(entries(stage, "?limit=500"))
    assert stage.gateway.stop() == 0
    stage.gateway = type(stage.gateway)(stage.folder, env=QUICK).ready()
    signed_in(stage)
    again = entries(stage, "?limit=500")
    assert len(again) >= kept and any(entry["id"] == refused["id"] and entry["state"] == "refused" for entry in again), "a restart forgot them"
    assert all(entry["state"] != "open" for entry in again if entry["id"] <= refused["id"]), again
