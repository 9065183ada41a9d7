"""Starting: what is printed, what is made, and how a start that cannot succeed says so."""
import os
import re
import socket
import sqlite3
import stat
import subprocess
import time

import daemon
from client import request
from daemon import Daemon, Folder, free_port


def ends_at_once(folder, *args, env=None, words=()):
    """The start must fail: exit code 1, one clear line that holds the words."""
    code, out, err = folder.run(*args, env=env, timeout=20)
    text = out + err
    assert code == 1, f"exit code {code}: {text}"
    for word in words:
        assert word in text, f"{word!r} is not named: {text}"
    assert len([line for line in err.splitlines() if line.startswith("omniroute: ")]) == 1, f"not one line: {text}"
    return text


def snapshot(folder):
    """Every file under the data directory with its bytes, but the lock, which notes who tried."""
    return {path: path.read_bytes() for path in sorted(folder.data.rglob("*")) if path.is_file() and path.suffix != ".lock"}


def test_version_and_help():
    with Folder() as folder:
        for flag in ("--version", "-v"):
            code, out, _ = folder.run(flag, data=False)
            assert code == 0 and re.search(r"\d+\.\d+\.\d+", out), out
        for flag in ("--help", "-h"):
            code, out, _ = folder.run(flag, data=False)
            assert code == 0 and "--port" in out and "--data-dir" in out, out
        assert not folder.data.exists(), "--help made a data directory"


def test_unknown_options_are_refused():
    with Folder() as folder:
        for args in (["--prot", "1"], ["serve", "--nope"], ["frobnicate"]):
            code, out, err = folder.run(*args, data=False)
            assert code != 0 and (out + err).strip(), f"{args}: {code}"


def test_a_port_that_is_no_number():
    with Folder() as folder:
        for port in ("abc", "70000", "-1", "80x"):
            code, out, err = folder.run("--port", port, "--no-open")
            assert code == 1 and port in out + err, f"{port}: {code} {out}{err}"


def test_the_port_comes_from_flag_then_environment():
    with Folder() as folder:
        flag, first, second = free_port(), free_port(), free_port()
        for env, port, args in (({"PORT": str(second)}, second, []), ({"OMNIROUTE_PORT": str(first), "PORT": str(second)}, first, [])):
            process = subprocess.Popen([str(daemon.BINARY), *args, "--no-open", "--data-dir", str(folder.data)], env=folder.env(env),
                                       cwd=folder.path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
            try:
                wait_for(f"http://127.0.0.1:{port}/readyz")
            finally:
                process.terminate()
                process.communicate(timeout=20)
        with Daemon(folder, env={"PORT": str(second)}, port=flag):
            pass


def wait_for(url, seconds=15):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if request(url, timeout=2).status == 200:
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"nothing answers at {url}")


def test_port_in_use_is_one_line():
    with Folder() as folder, socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ends_at_once(folder, "--port", port, "--no-open", words=[port, "use"])


def test_a_data_directory_that_cannot_be_written():
    with Folder() as folder:
        blocked = folder.path / "file"
        blocked.write_text("no folder")
        code, out, err = folder.run("--data-dir", str(blocked / "data"), "--port", str(free_port()), "--no-open", data=False)
        assert code == 1 and str(blocked) in out + err, f"{code} {out}{err}"
        if os.getuid() != 0:
            locked = folder.path / "locked"
            locked.mkdir(mode=0o500)
            code, out, err = folder.run("--data-dir", str(locked), "--port", str(free_port()), "--no-open", data=False)
            assert code == 1 and str(locked) in out + err, f"{code} {out}{err}"


def database_of(folder):
    found = [path for path in folder.data.rglob("*.sqlite")]
    assert found, f"no database in {list(folder.data.rglob('*'))}"
    return found[0]


def test_a_corrupt_database_is_left_as_it_is():
    with Folder() as folder:
        folder.command("key", "create", "--name", "a")
        database = database_of(folder)
        database.write_bytes(b"this is no database, and must stay as it is" * 100)
        for rest in ("-wal", "-shm"):
            database.with_name(database.name + rest).unlink(missing_ok=True)
        before = snapshot(folder)
        ends_at_once(folder, "--port", str(free_port()), "--no-open", words=[database.name])
        assert snapshot(folder) == before, "something was overwritten"


def test_a_newer_database_is_refused():
    with Folder() as folder:
        folder.command("key", "create", "--name", "a")
        database = database_of(folder)
        with sqlite3.connect(database) as connection:
            version = connection.execute("pragma user_version").fetchone()[0]
            tables = [row[0] for row in connection.execute("select name from sqlite_master where type='table'")]
            if version:
                connection.execute(f"pragma user_version = {version + 1000}")
            else:
                migrations = next(name for name in tables if "migration" in name)
                columns = [row[1] for row in connection.execute(f"pragma table_info({migrations})")]
                connection.execute(f"insert into {migrations} ({columns[0]}, {columns[1]}) values (9999, 'from the future')")
        connection.close()
        ends_at_once(folder, "--port", str(free_port()), "--no-open", words=[database.name, "newer"])


def test_a_wrong_encryption_key_is_refused():
    with Folder() as folder:
        right = {"STORAGE_ENCRYPTION_KEY": "the right key, long enough 0123456789"}
        folder.command("node", "add", "--prefix", "oc", "--name", "n", "--type", "openai", "--base-url", "http://127.0.0.1:9/v1", "--api-key", "s3cret-key-value", env=right)
        text = ends_at_once(folder, "--port", str(free_port()), "--no-open", env={"STORAGE_ENCRYPTION_KEY": "left by mistake, long enough 0123456789"}, words=["STORAGE_ENCRYPTION_KEY"])
        assert "left by mistake" not in text and "s3cret" not in text
        with Daemon(folder, env=right):
            pass


def test_a_lost_key_file_is_refused():
    with Folder() as folder:
        folder.command("node", "add", "--prefix", "oc", "--name", "n", "--type", "openai", "--base-url", "http://127.0.0.1:9/v1", "--api-key", "s3cret-key-value")
        keys = [path for path in folder.data.rglob("*") if path.is_file() and "sqlite" not in path.name and path.stat().st_size < 4096 and "key" in path.name]
        assert keys, f"no key file in {list(folder.data.rglob('*'))}"
        for path in keys:
            path.unlink()
        ends_at_once(folder, "--port", str(free_port()), "--no-open", words=["key"])


def test_files_are_for_their_owner_only_whatever_the_umask():
    with Folder() as folder:
        old = os.umask(0)
        try:
            with Daemon(folder) as gateway:
                request(gateway.url + "/v1/models")
                assert stat.S_IMODE(folder.data.stat().st_mode) == 0o700
                for path in folder.data.rglob("*"):
                    mode = stat.S_IMODE(path.lstat().st_mode)
                    assert mode == (0o700 if path.is_dir() else 0o600), f"{path.name} has mode {mode:o}"
        finally:
            os.umask(old)


def test_the_first_start_prints_what_one_needs_and_the_second_does_not():
    with Folder() as folder:
        with Daemon(folder) as gateway:
            wait_for_output(gateway, "curl")
            first = gateway.output
        assert gateway.process.returncode == 0, gateway.output
        assert f":{gateway.port}" in first, first
        key = re.search(r"\b(sk-[\w-]{16,})", first)
        assert key, f"no API key is printed: {first}"
        assert re.search(r"http://\S+/setup\?token=\S{16,}", first), f"no one-time link: {first}"
        with Daemon(folder) as gateway:
            wait_for_output(gateway, str(gateway.port))
            assert key[1] not in gateway.output, "the key is shown twice"
        for path, data in snapshot(folder).items():
            assert key[1].encode() not in data, f"{path.name} holds the key in plain"


def wait_for_output(gateway, word, seconds=5):
    end = time.monotonic() + seconds
    while word not in gateway.output and time.monotonic() < end:
        time.sleep(0.02)
    assert word in gateway.output, f"{word!r} is not printed: {gateway.output}"


def test_the_printed_curl_line_works_as_printed():
    with Folder() as folder, Daemon(folder) as gateway:
        wait_for_output(gateway, "curl")
        text = gateway.output[gateway.output.index("curl"):]
        lines = []
        for line in text.splitlines():
            lines.append(line.strip().removesuffix("\\"))
            if not line.rstrip().endswith("\\"):
                break
        command = " ".join(lines)
        done = subprocess.run(["bash", "-c", command + " -sS"], capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0 and "error" not in done.stdout[:60] and len(done.stdout) > 40, f"{command}: {done.stdout} {done.stderr}"


def test_the_built_in_provider_answers_before_anyone_has_an_account():
    with Folder() as folder:
        key = folder.command("key", "create", "--name", "a")["key"]
        with Daemon(folder) as gateway:
            headers = {"Authorization": f"Bearer {key}"}
            body = {"model": "demo/echo", "messages": [{"role": "user", "content": "one two three"}]}
            whole = request(gateway.url + "/v1/chat/completions", "POST", headers, body)
            assert whole.status == 200 and "one two three" in whole.json()["choices"][0]["message"]["content"], whole
            assert whole.json()["usage"]["completion_tokens"] > 0
            streamed = request(gateway.url + "/v1/chat/completions", "POST", headers, {**body, "stream": True})
            assert streamed.status == 200 and len(streamed.events()) > 3 and streamed.events()[-1][1] == "[DONE]", streamed
            claude = request(gateway.url + "/v1/messages", "POST", headers, {**body, "max_tokens": 100})
            assert claude.status == 200 and "one two three" in claude.json()["content"][0]["text"], claude


def test_nobody_gets_in_without_a_key_from_the_first_moment():
    with Folder() as folder, Daemon(folder) as gateway:
        body = {"model": "demo/echo", "messages": [{"role": "user", "content": "x"}]}
        assert request(gateway.url + "/v1/chat/completions", "POST", {}, body).status == 401
        assert request(gateway.url + "/api/providers").status in (401, 403)
        for password in ("123456", "CHANGEME", ""):
            reply = request(gateway.url + "/api/auth/login", "POST", {}, {"password": password})
            assert reply.status >= 400 and "set-cookie" not in reply.headers, reply


def test_keys_may_be_switched_off_on_loopback_only():
    with Folder() as folder:
        body = {"model": "demo/echo", "messages": [{"role": "user", "content": "x"}]}
        with Daemon(folder, env={"REQUIRE_API_KEY": "false"}) as gateway:
            assert request(gateway.url + "/v1/chat/completions", "POST", {}, body).status == 200
        try:
            with Daemon(folder, "--host", "0.0.0.0", env={"REQUIRE_API_KEY": "false"}) as gateway:
                assert request(gateway.url + "/v1/chat/completions", "POST", {}, body).status == 401
        except daemon.Ended as ended:
            assert "REQUIRE_API_KEY" in str(ended)


def test_the_environment_file_of_the_data_directory_is_honoured():
    with Folder() as folder:
        port = free_port()
        folder.data.mkdir(mode=0o700)
        (folder.data / ".env").write_text(f"# a comment\nexport OMNIROUTE_PORT={port}\n")
        process = subprocess.Popen([str(daemon.BINARY), "--no-open", "--data-dir", str(folder.data)], env=folder.env(), cwd=folder.path,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        try:
            wait_for(f"http://127.0.0.1:{port}/readyz")
        finally:
            process.terminate()
            process.communicate(timeout=20)
