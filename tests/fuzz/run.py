"""Runs each fuzz target for a while, from seeds made of the project's own cases. A crash leaves its input in BUILD/crashes.

Ten targets of 30 seconds each, two at a time, are what CI affords; whoever changes a reader runs `./dev fuzz 300`.

  run.py [--seconds N] [--seed N] [--only word] BUILD

The dice are the same each time (seed 1), so that a finding in CI is the change's own; for a longer walk give another seed.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

from upstream import anthropic, chat, gemini, responses, script  # noqa: E402

CONTRACT = HERE.parent / "contract"

REQUESTS = [
    "GET /v1/models HTTP/1.1\r\nHost: localhost:20128\r\n\r\n",
    "POST /v1/chat/completions?beta=true HTTP/1.1\r\nHost: [::1]:20128\r\nAuthorization: Bearer k\r\nContent-Length: 2\r\n\r\n{}",
    "POST /v1/messages HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x=\"y\"\r\nhello\r\n0\r\nT: v\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nConnection: close, x\r\nContent-Length: 1\r\n\r\na",
    "GET http://localhost/x?y HTTP/1.1\r\nHost: localhost\r\n\r\nGET / HTTP/1.1\r\nHost: b\r\n\r\n",
    "OPTIONS * HTTP/1.1\r\nHost: a\r\nOrigin: http://b\r\n\r\n", "HEAD / HTTP/1.0\r\n\r\n",
]
RESPONSES = [
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n6\r\ndata: \r\n0\r\n\r\n",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.0 429 Too Many Requests\r\nRetry-After: 3\r\n\r\nslow down",
    "HTTP/1.1 304 \r\nConnection: keep-alive\r\n\r\n",
]
STREAMS = ["data: a\n\ndata: b\r\n\r\n", ":comment\nevent: x\nid: 1\nretry: 5\ndata: a\ndata:b\n\n", "\ufeffdata: [DONE]\n\n", "data\n\ndata:\n\nevent: e\rdata: z\r\r",
           "{\"error\":1}\ndata: x"]
TEXTS = ['{"model":"a/b","stream":true,"a":[1,-2.5e3,null,{"b":"\\u00fc\\ud83d\\ude00"}]}', '[[[]],{}," ",0]', '{"a":1,"a":2}', "123", '"x"', "true"]


def cases(*names):
    """The bytes of all contract cases' files with one of these endings."""
    return [path.read_bytes() for name in names for path in sorted(CONTRACT.rglob(f"*{name}"))]


def conversations():
    """Requests in all formats with all that people send, and the answers the fake provider gives to them, whole and as streams."""
    tool = {"type": "object", "properties": {"city": {"type": ["string", "null"]}}}
    image = "iVBORw0KGgo="
    yield json.dumps({"model": "m", "stream": True, "stream_options": {"include_usage": True}, "max_completion_tokens": 9, "temperature": 0.5, "stop": ["a"], "n": 1,
                      "tools": [{"type": "function", "function": {"name": "t", "description": "d", "parameters": tool, "strict": True}}], "tool_choice": "auto",
                      "reasoning_effort": "low", "response_format": {"type": "json_schema", "json_schema": {"name": "j", "schema": tool}}, "messages": [
                          {"role": "developer", "content": "s"}, {"role": "user", "content": [{"type": "text", "text": "\u00fc"}, {"type": "image_url", "image_url": {
                              "url": "data:image/png;base64," + image, "detail": "low"}}]},
                          {"role": "assistant", "content": None, "reasoning_content": "r", "tool_calls": [
                              {"id": "c", "type": "function", "function": {"name": "t", "arguments": "{\"city\":1}"}}]}, {"role": "tool", "tool_call_id": "c", "content": "r"}]})
    yield json.dumps({"model": "m", "max_tokens": 9, "stream": True, "system": [{"type": "text", "text": "s", "cache_control": {"type": "ephemeral"}}],
                      "thinking": {"type": "enabled", "budget_tokens": 1024}, "metadata": {"user_id": "u"}, "stop_sequences": ["a"], "tool_choice": {"type": "any"},
                      "tools": [{"name": "t", "description": "d", "input_schema": tool}], "output_config": {"effort": "low"}, "messages": [
                          {"role": "user", "content": [{"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": image}}, {"type": "text", "text": "x"}]},
                          {"role": "assistant", "content": [{"type": "thinking", "thinking": "t", "signature": "s"}, {"type": "redacted_thinking", "data": "d"},
                                                            {"type": "tool_use", "id": "c", "name": "t", "input": {"city": 1}}]},
                          {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c", "is_error": True, "content": [{"type": "text", "text": "r"}]}]}]})
    yield json.dumps({"model": "m", "stream": True, "store": False, "include": ["reasoning.encrypted_content"], "reasoning": {"effort": "low", "summary": "auto"},
                      "instructions": "s", "text": {"format": {"type": "json_schema", "name": "j", "schema": tool, "strict": True}}, "parallel_tool_calls": True,
                      "tools": [{"type": "function", "name": "t", "parameters": tool}, {"type": "custom", "name": "c", "format": {"type": "text"}}, {"type": "web_search"}],
                      "input": [{"type": "message", "role": "developer", "content": "d"},
                                {"role": "user", "content": [{"type": "input_text", "text": "x"}, {"type": "input_image", "image_url": "data:image/png;base64," + image}]},
                                {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "t"}], "encrypted_content": "e"},
                                {"type": "function_call", "call_id": "c", "name": "t", "arguments": "{}"}, {"type": "function_call_output", "call_id": "c", "output": "r"}]})
    yield json.dumps({"systemInstruction": {"parts": [{"text": "s"}]}, "generationConfig": {"maxOutputTokens": 9, "stopSequences": ["a"], "responseMimeType": "application/json",
                      "responseJsonSchema": tool, "thinkingConfig": {"includeThoughts": True, "thinkingBudget": 99}}, "toolConfig": {"functionCallingConfig": {"mode": "ANY"}},
                      "tools": [{"functionDeclarations": [{"name": "t", "parametersJsonSchema": tool}]}, {"googleSearch": {}}], "contents": [
                          {"role": "user", "parts": [{"text": "x"}, {"inlineData": {"mimeType": "image/png", "data": image}}]},
                          {"role": "model", "parts": [{"text": "t", "thought": True}, {"functionCall": {"id": "c", "name": "t", "args": {"city": 1}}, "thoughtSignature": "czE="}]},
                          {"role": "user", "parts": [{"functionResponse": {"id": "c", "name": "t", "response": {"output": "r"}}}]}]})
    for wire in (chat, anthropic, responses, gemini):
        for text in ("hello you", "<<tools cities=a,b>>", "<<think>> x", "<<utf8>>", "<<length>>", "<<refuse>>"):
            talk = SimpleNamespace(text=text, tools=["t"], results=[], media=[])
            answer = script.answer_to(script.find_script(text), talk)
            yield wire.whole(answer, {"model": "m"}, True).decode()
            yield b"".join(wire.events(answer, {"model": "m", "stream_options": {"include_usage": True}}, True)).decode()
        yield wire.error(429, "slow down", "x").decode()
        yield wire.error_event("broken").decode()


def seeds(target):
    if target.startswith("fuzz_http"):
        return [b"\x07" + text.encode() for text in (REQUESTS if "request" in target else RESPONSES)]
    if target == "fuzz_sse":
        return [b"\x05" + text.encode() for text in STREAMS] + [b"\x05" + text.encode() for text in conversations()] + [b"\x05" + data for data in cases(".sse")]
    texts = [text.encode() for text in [*TEXTS, *conversations()]] + cases(".json", ".sse")
    if target == "fuzz_translate":  # its first two bytes choose the pair of formats and the cut
        return [bytes([i % 16, i * 37 % 256]) + text for i, text in enumerate(texts)]
    return texts


def play(build, target, seconds, seed):
    """Runs one target; gives its name, whether it held, and the end of its output."""
    name = target.name
    corpus, crashes = build / "corpus" / name, build / "crashes" / name
    for folder in (corpus, crashes):
        folder.mkdir(parents=True, exist_ok=True)
    for i, data in enumerate(seeds(name)):
        (corpus / f"seed-{i:04d}").write_bytes(data[:1 << 20])
    kept = HERE / "seeds" / name  # inputs that broke something once
    for path in sorted(kept.iterdir()) if kept.is_dir() else []:
        shutil.copy(path, corpus / f"kept-{path.name}")
    command = [str(target), str(corpus), f"-max_total_time={seconds}", f"-artifact_prefix={crashes}/", "-timeout=10", "-rss_limit_mb=2048", "-print_final_stats=1",
               "-verbosity=1", "-max_len=16384", f"-seed={seed}"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", timeout=seconds + 300, check=False)
    lines = done.stdout.splitlines()
    runs = next((line.rsplit(":", 1)[1].strip() for line in lines if "number_of_executed_units" in line), "0")
    print(f"{'ok  ' if done.returncode == 0 else 'FAIL'} {name}: {runs} inputs", flush=True)
    return name, done.returncode == 0, lines[-40:]


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seconds", type=int, default=30)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--only", default="")
    options.add_argument("build")
    given = options.parse_args()
    build = Path(given.build)
    targets = sorted(path for path in (build / "tests" / "fuzz").glob("fuzz_*") if os.access(path, os.X_OK) and path.is_file() and given.only in path.name)
    with ThreadPoolExecutor(int(os.environ.get("JOBS", os.cpu_count() or 2))) as pool:
        results = list(pool.map(lambda target: play(build, target, given.seconds, given.seed), targets))
    for name, held, tail in results:
        if not held:
            print(f"FAILED {name}\n" + "\n".join("   | " + line for line in tail))
    broken = sum(not held for _, held, _ in results)
    print(f"{len(results) - broken} passed, {broken} failed")
    sys.exit(1 if broken or not results else 0)


main()
