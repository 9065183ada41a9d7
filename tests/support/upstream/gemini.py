"""The Gemini side of the fake provider: read strictly, word whole or as events."""
import json
from types import SimpleNamespace

from .script import encode

MEMBERS = set("contents systemInstruction tools toolConfig generationConfig safetySettings cachedContent labels".split())
PARTS = set("text inlineData fileData functionCall functionResponse thought thoughtSignature videoMetadata executableCode codeExecutionResult".split())
NO_SIGNATURE = "skip_thought_signature_validator"  # what the vendor documents for calls that another model made
FINISH = {"stop": "STOP", "tool": "STOP", "length": "MAX_TOKENS", "filter": "SAFETY"}


def violations(body, headers):
    """What the real service would refuse. `model` is not of the body: the server puts it there."""
    if not headers.get("x-goog-api-key") and not headers.get("authorization"):
        yield "no key"
    if not isinstance(body.get("contents"), list) or not body["contents"]:
        yield "contents is missing"
        return
    for name in body:
        if name not in MEMBERS and name != "model":
            yield f"unknown member {name}"
    for i, turn in enumerate(body["contents"]):
        if turn.get("role", "user") not in ("user", "model"):
            yield f"contents[{i}].role is {turn.get('role')!r}"
        if not turn.get("parts"):
            yield f"contents[{i}]: no parts"
        for j, part in enumerate(turn.get("parts") or []):
            if not part or set(part) - PARTS:
                yield f"contents[{i}].parts[{j}] holds {sorted(set(part) - PARTS)}"
            if part.get("thoughtSignature") not in (None, "c2lnLThiMWY=", NO_SIGNATURE):
                yield f"contents[{i}].parts[{j}]: a signature that was not issued here"
        calls = sum("functionCall" in part for part in turn.get("parts") or [])
        after = body["contents"][i + 1]["parts"] if calls and i + 1 < len(body["contents"]) else []
        if calls and sum("functionResponse" in part for part in after) != calls:
            yield f"contents[{i}]: {calls} calls, another number of responses after them"
    for i, tool in enumerate(body.get("tools") or []):
        for declared in tool.get("functionDeclarations") or []:
            if not declared.get("name"):
                yield f"tools[{i}]: a function without a name"


def conversation(body):
    last, results, media = "", [], []
    for turn in body.get("contents", []):
        if turn.get("role", "user") != "user":
            continue
        texts = [part["text"] for part in turn["parts"] if "text" in part]
        if texts:
            last, results, media = "".join(texts), [], []
        for part in turn["parts"]:
            if "inlineData" in part:
                media.append(f"{part['inlineData']['mimeType']};base64 {len(part['inlineData']['data'])}")
            if "functionResponse" in part:
                given = part["functionResponse"]["response"]
                results.append(next((v for v in given.values() if isinstance(v, str)), json.dumps(given)))
    names = [d["name"] for tool in body.get("tools") or [] for d in tool.get("functionDeclarations") or []]
    return SimpleNamespace(text=last, results=results, media=media, tools=names)


def parts_of(part):
    if part[0] == "thinking":
        return {"text": part[1], "thought": True, "thoughtSignature": "c2lnLThiMWY="}
    if part[0] == "tool":
        return {"functionCall": {"id": part[1], "name": part[2], "args": part[3]}}
    return {"text": part[1]}


def candidate(answer, body, parts, finish, with_usage):
    found = {"candidates": [{"content": {"parts": parts, "role": "model"}, "index": 0}], "modelVersion": body.get("model", "m"), "responseId": "fake"}
    if finish:
        found["candidates"][0]["finishReason"] = FINISH[answer.finish]
    if finish and with_usage:
        given, made, cached = answer.usage
        found["usageMetadata"] = {"promptTokenCount": given, "candidatesTokenCount": made, "totalTokenCount": given + made, "cachedContentTokenCount": cached}
    return found


def whole(answer, body, with_usage):
    return encode(candidate(answer, body, [parts_of(part) for part in answer.parts], True, with_usage))


def frame(data):
    return b"data: " + encode(data) + b"\r\n\r\n"


def events(answer, body, with_usage):
    """The frames of a stream; the last one ends it: this format has no other mark."""
    for part in answer.parts:
        yield frame(candidate(answer, body, [parts_of(part)], False, with_usage))
    yield frame(candidate(answer, body, [{"text": ""}], True, with_usage))


def error(status, message, code):
    word = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED", 503: "UNAVAILABLE"}
    return encode({"error": {"code": status, "message": message, "status": code or word.get(status, "INTERNAL")}})


def error_event(message):
    return frame({"error": {"code": 500, "message": message, "status": "INTERNAL"}})
