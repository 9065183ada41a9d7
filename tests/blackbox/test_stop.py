"""Stopping: streams finish, new work is refused, the end is bounded, nothing is lost."""
import json
import signal
import sqlite3
import threading
import time

from client import Connection, request
from daemon import Daemon
from scene import DIALECTS, PATHS, Scene, stream_of


def stage_with(**env):
    return Scene(env=env)


def running_stream(stage, dialect, script):
    connection = stage.open(dialect, script)
    connection.read_head()
    next(connection.read_pieces())
    return connection


def finish(connection):
    for _ in connection.read_pieces():
        pass
    return connection.reply


def test_streams_under_way_finish_and_the_exit_is_0():
    with stage_with() as stage:
        streams = [(dialect, running_stream(stage, dialect, "<<text words=40 gap=40>>")) for dialect in DIALECTS for _ in range(4)]
        idle = Connection(stage.gateway.url)
        kept = Connection(stage.gateway.url)
        kept.send("GET", "/healthz")
        assert kept.read().status == 200
        stage.gateway.signal()
        time.sleep(0.3)
        try:
            assert request(stage.gateway.url + "/healthz", timeout=3).status in (0, 503), "a new request was served as if nothing were"
        except OSError:
            pass
        readers = []
        for dialect, connection in streams:
            reader = threading.Thread(target=finish, args=(connection,))
            reader.start()
            readers.append(reader)
        for reader in readers:
            reader.join(20)
        for dialect, connection in streams:
            text, ended, error = stream_of(dialect, connection.reply)
            assert ended and not error and text == "".join(f"w{i} " for i in range(40)), f"{dialect}: {connection.reply}"
        assert stage.gateway.wait(3) == 0, stage.gateway.output
        idle.close()
        kept.close()


def test_an_idle_gateway_ends_at_once_with_0():
    for which in (signal.SIGTERM, signal.SIGINT):
        with stage_with() as stage:
            began = time.monotonic()
            stage.gateway.signal(which)
            assert stage.gateway.wait(3) == 0, stage.gateway.output
            assert time.monotonic() - began < 2


def test_the_drain_is_bounded():
    with stage_with(SHUTDOWN_TIMEOUT_MS="1000") as stage:
        connection = running_stream(stage, "chat", "<<text words=5000 gap=50>>")
        began = time.monotonic()
        stage.gateway.signal()
        code = stage.gateway.wait(6)
        assert code == 0, f"ended with {code}: {stage.gateway.output}"
        assert 0.7 < time.monotonic() - began < 3.5
        reply = finish(connection)
        assert not stream_of("chat", reply)[1], "a stream that was broken off ended as if it were whole"


def test_a_second_signal_ends_it_at_once():
    with stage_with() as stage:
        connection = running_stream(stage, "chat", "<<text words=5000 gap=50>>")
        stage.gateway.signal()
        time.sleep(0.5)
        assert stage.gateway.process.poll() is None, "the drain did not wait"
        stage.gateway.signal()
        assert stage.gateway.wait(2) is not None, "a second signal did not end it"
        connection.close()
        stage.gateway = Daemon(stage.folder).ready()
        assert request(stage.gateway.url + "/readyz").status == 200


def test_usage_rows_are_there_after_the_stop():
    with stage_with() as stage:
        for i in range(20):
            assert stage.ask("chat", f"n{i}").status == 200
        stage.gateway.signal()
        assert stage.gateway.wait(5) == 0
        rows = 0
        for path in stage.folder.data.rglob("*.sqlite"):
            connection = sqlite3.connect(path)
            for (name,) in connection.execute("select name from sqlite_master where type='table' and name like '%usage%'").fetchall():
                rows += connection.execute(f"select count(*) from {name}").fetchone()[0]
            assert connection.execute("pragma integrity_check").fetchone()[0] == "ok"
            connection.close()
        assert rows >= 20, f"{rows} usage rows for 20 requests"


def test_a_request_that_arrives_on_a_kept_connection_while_draining_is_refused():
    with stage_with() as stage:
        held = running_stream(stage, "chat", "<<text words=60 gap=50>>")
        kept = Connection(stage.gateway.url)
        kept.send("GET", "/healthz")
        assert kept.read().status == 200
        stage.gateway.signal()
        time.sleep(0.2)
        try:
            kept.send("POST", PATHS["chat"], stage.headers("chat"), json.dumps(stage.body("chat", "x")).encode())
            assert kept.read().status in (0, 503)
        except OSError:
            pass
        assert stream_of("chat", finish(held))[1]
        assert stage.gateway.wait(3) == 0
