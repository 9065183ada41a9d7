"""What the router has learnt outlives the process, however it ends."""
import signal
import time

from daemon import Daemon
from scene import envelope
from test_router import RouterScene, connections


def test_a_killed_gateway_goes_on_where_it_was():
    with RouterScene() as stage:
        resting, resting_mock = stage.upstream_of("429=60s,ok")
        broken, broken_mock = stage.upstream_of("500x9,ok")
        one, one_mock = stage.upstream_of()
        two, two_mock = stage.upstream_of()
        stage.combo("rounds", [f"{one}/m", f"{two}/m"], "round-robin")
        stage.combo("talk", [f"{one}/t", f"{two}/t"], "round-robin")
        account = connections(stage, one)[0]["id"]
        stage.manage("PATCH", f"/api/providers/{account}/routing", {"quotaWindows": [{"name": "daily", "kind": "daily", "limit": 100}]})
        assert stage.ask("chat", "hello", f"{resting}/m").status == 429
        for _ in range(5):
            stage.ask("chat", "hello", f"{broken}/m")
        for _ in range(3):
            assert stage.ask("chat", "hello", "rounds").status == 200
        counts = (one_mock.requests("m"), two_mock.requests("m"))
        assert counts == (2, 1), counts
        for _ in range(3):
            talk = stage.ask("chat", "hello", "talk", prompt_cache_key="conversation-9")
            assert talk.status == 200
        home = talk.header("x-omniroute-route").split("; ")[1].split(" ")[0]
        time.sleep(0.5)  # what is learnt is written a few times a second
        stage.gateway.signal(signal.SIGKILL)
        assert stage.gateway.wait(5) == -signal.SIGKILL
        stage.gateway = Daemon(stage.folder).ready()
        reply = stage.ask("chat", "hello", f"{resting}/m")
        assert reply.status == 429 and resting_mock.requests() == 1, reply
        assert 50 <= int(reply.header("retry-after")) <= 60, reply.headers
        before = broken_mock.requests()
        reply = stage.ask("chat", "hello", f"{broken}/m")
        assert reply.status == 503 and "breaker" in envelope("chat", reply)["message"] and broken_mock.requests() == before, reply
        assert stage.ask("chat", "hello", "rounds").status == 200
        assert two_mock.requests("m") == 2, "the round began anew"
        assert stage.manage("GET", f"/api/usage/{account}")["quotas"]["daily"]["counted"] == 2 + one_mock.requests("t")
        metrics = stage.manage("GET", "/api/combos/metrics?combo=rounds")["metrics"]["rounds"]
        assert metrics["totalRequests"] == 4, metrics
        assert sorted(target["requests"] for target in metrics["byModel"].values()) == [2, 2], metrics
        for _ in range(3):
            talk = stage.ask("chat", "hello", "talk", prompt_cache_key="conversation-9")
            assert talk.header("x-omniroute-route").split("; ")[1].split(" ")[0] == home, talk.headers
        affinity = stage.why(talk)["affinity"]
        assert affinity["outcome"] == "kept", affinity
        reply = stage.ask("chat", "hello", "rounds")
        assert stage.why(reply)["attempts"][0]["outcome"] == "ok"
