"""What the tables of the format reference say of a pair: what changes on the way by rule, so that it is no difference.

The judge compares what both formats can say; here stands what one of them cannot, in one place."""
import json
import re

IMAGE_NOTE = "[The answer holds an image that this format cannot carry.]"
NO_SYSTEM_TURNS = ("anthropic", "gemini")
NO_REFUSAL_PART = ("anthropic", "gemini")
FUNCTIONS_ONLY = ("anthropic", "gemini")


# ------------------------------------------------------------ answers

def answer(want, got, through):
    """The facts to compare for an answer that went through these formats (case 40, 81, table 8.1)."""
    want, got = dict(want), dict(got)
    if "anthropic" in through:  # an image becomes a note in words
        got["text"] = (got.get("text") or "").replace(IMAGE_NOTE, "")
    if want.get("refusal") and any(fmt in NO_REFUSAL_PART for fmt in through):  # a refusal becomes text
        want["text"] = (want.get("text") or "") + want.pop("refusal")
        got["text"] = (got.get("text") or "") + (got.pop("refusal", None) or "")
    custom = [call for call in want.get("tool_calls") or [] if call.get("kind") == "custom"]
    if custom and any(fmt in FUNCTIONS_ONLY for fmt in through):  # a free text becomes {"input": …}
        want["tool_calls"] = [call if call.get("kind") != "custom" else dict(call, arguments={"input": call["arguments"]})
                              for call in want["tool_calls"]]
    elif custom and "openai-chat" in through:  # the judge reads no free-text calls there
        want["tool_calls"] = [call for call in want["tool_calls"] if call.get("kind") != "custom"]
        got["tool_calls"] = [call for call in got.get("tool_calls") or [] if call.get("kind") != "custom" and call.get("name")]
    return want, got


# ------------------------------------------------------------ requests

def refused(text, want, a, b):
    """True if the request must be refused by name for that target: what lies at one vendor (case 60, table 8.1), audio
    where there is no place for it (case 80)."""
    if a == b:
        return False
    body = json.loads(text)
    held = ("background", "conversation", "prompt") if a == "openai-responses" else ("cachedContent",) if a == "gemini" else ()
    if body.get("previous_response_id") or any(body.get(key) for key in held):
        return True
    for media in want.get("media") or []:
        mime, url = media.get("mime") or "", media.get("url") or ""
        if media["source"] == "ref" or url.startswith("gs://"):
            return True
        audio = mime.startswith("audio") or url.split("?")[0].endswith((".mp3", ".wav"))
        if audio and (b in ("anthropic", "openai-responses") or (b == "openai-chat" and url)):
            return True
    return False


def notes_to_system(facts):
    """System text in the middle becomes marked user text where there are no system turns (case 2)."""
    squeezed = re.sub(r"\s+", "", facts.get("user_text") or "")
    notes = re.findall(r"<system-reminder>(.*?)</system-reminder>", squeezed)
    facts = dict(facts, user_text=re.sub(r"<system-reminder>.*?</system-reminder>", "", squeezed))
    facts["system"] = re.sub(r"\s+", "", facts.get("system") or "") + "".join(notes)
    return facts


def plain_schema(value):
    """A schema without what differs by rule (cases 63, 65, 68)."""
    if isinstance(value, list):
        return [plain_schema(each) for each in value]
    if not isinstance(value, dict):
        return value
    out = {}
    for key, each in value.items():
        if key == "const":
            out["enum"] = [each]
        elif key not in ("$schema", "$id", "$comment"):
            out["anyOf" if key == "oneOf" else key] = plain_schema(each)
    return out


def bare(name, spaces):
    """A tool's name without its namespace."""
    for space in spaces:
        if name.startswith(space + "__"):
            return name[len(space) + 2:]
    return name


def namespaces(text):
    found = set()

    def walk(value):
        if isinstance(value, list):
            for each in value:
                walk(each)
        elif isinstance(value, dict):
            if value.get("type") == "namespace":
                found.add(value["name"])
            if value.get("type") == "function_call" and value.get("namespace"):
                found.add(value["namespace"])
            for each in value.values():
                walk(each)

    walk(json.loads(text))
    return found


def request(text, want, got, through):
    """The facts to compare for a request that went through these formats."""
    want, got = dict(want), dict(got)
    if len(through) == 1:
        return want, got
    if any(fmt in NO_SYSTEM_TURNS for fmt in through):
        want, got = notes_to_system(want), notes_to_system(got)
    if not want.get("user_text") and got.get("user_text") == ".":  # case 4
        got["user_text"] = ""
    spaces = namespaces(text)
    if spaces:  # tools of a namespace get flat names, and the judge does not look into namespaces
        want["tools"], got["tools"] = [], []
        got["tool_calls"] = [dict(call, name=bare(call["name"], spaces)) for call in got.get("tool_calls") or []]
    if "gemini" in through:
        for facts in (want, got):
            facts["json_schema"] = plain_schema(facts.get("json_schema"))
            facts["tools"] = [dict(tool, parameters=plain_schema(tool.get("parameters"))) for tool in facts.get("tools") or []]
        for key in ("model", "stream", "user", "parallel_tool_calls"):  # in the path, or nowhere
            want[key] = None
    if "openai-responses" in through:
        want["stop"] = None  # the gateway enforces it (case 41)
        if want.get("max_output_tokens"):
            want["max_output_tokens"] = max(want["max_output_tokens"], 16)
    if want.get("tool_choice") == "validated":
        want["tool_choice"] = "auto"
    if isinstance(want.get("tool_choice"), dict) and "names" in want["tool_choice"] and "anthropic" in through:
        want["tool_choice"] = want["tool_choice"]["mode"]  # the tools themselves are the subset
    return want, got
