import { describe, expect, it } from "vitest";
import type { Connection, Setting } from "../../src/api/types";
import { nextPath } from "../../src/pages/login";
import { byProvider, keyFault, prefixOf, providerOfKey, stateOf, worst } from "../../src/pages/providers/shape";
import { listPath } from "../../src/pages/requests";
import { parseValue, sectionOf, SECTIONS, shownValue } from "../../src/pages/settings/shape";
import { stepOf } from "../../src/pages/setup";
import { strengthOf } from "../../src/pages/setup/strength";
import { jsonFault, SAMPLES, shown } from "../../src/pages/translator/samples";
import { snippets } from "../../src/ui/snippet_texts";

const connection = (changes: Partial<Connection>): Connection => ({
  id: "c", provider: "openai", providerName: "OpenAI", authType: "apikey", name: "n", priority: 1, isActive: true, apiKeyHint: null, proxy: null,
  defaultModel: null, testStatus: "unknown", lastError: null, lastErrorAt: null, createdAt: null, updatedAt: null, ...changes,
});
const setting = (changes: Partial<Setting>): Setting => ({ key: "k", value: 1, default: 1, source: "default", kind: "milliseconds", environment: "K", help: "", ...changes });

describe("a pasted key", () => {
  it("tells its provider, the longest prefix first", () => {
    expect(["sk-ant-api03-x", " gsk_x", "sk-or-v1-x", "AIzaX", "nothing"].map(providerOfKey)).toEqual(["anthropic", "groq", "openrouter", "gemini", null]);
  });
  it("is looked at before anyone is asked", () => {
    expect(["abc", "a b", "https://x", "Bearer abc"].map(keyFault)).toEqual([null, "spaces", "url", "bearer"]);
  });
});

describe("connections", () => {
  it("are never better than their last test", () => {
    expect(stateOf(connection({ testStatus: "error" })).is).toBe("bad");
    expect(stateOf(connection({ testStatus: "error", isActive: false })).is).toBe("off");
    expect(stateOf(connection({})).is).toBe("unknown");
    expect(worst(["ok", "off", "bad"])).toBe("bad");
  });
  it("stand by provider in the order in which they are asked", () => {
    const groups = byProvider([connection({ id: "b", priority: 2 }), connection({ id: "x", provider: "glm" }), connection({ id: "a" })]);
    expect(groups.map(([id, list]) => [id, list.map((each) => each.id)])).toEqual([["openai", ["a", "b"]], ["glm", ["x"]]]);
  });
  it("give a node a prefix from its address", () => {
    expect(["https://api.example.com/v1", "http://localhost:1/v1", "http://10.0.0.1/v1", "nonsense"].map(prefixOf)).toEqual(["example", "localhost", "local", ""]);
  });
});

describe("settings", () => {
  it("are shown and read back as the API has them", () => {
    expect(shownValue(setting({ kind: "list", value: ["a", "b"] }))).toBe("a, b");
    expect(parseValue(setting({ kind: "list" }), " a, b\nc ,")).toEqual(["a", "b", "c"]);
    expect(parseValue(setting({ least: 5, most: 9 }), "7")).toBe(7);
    expect(["4", "10", "x", "", "7.5"].map((text) => parseValue(setting({ least: 5, most: 9 }), text))).toEqual([undefined, undefined, undefined, undefined, undefined]);
  });
  it("each have a section", () => {
    expect(["log_level", "require_api_key", "http_proxy", "total_timeout_ms", "something"].map(sectionOf)).toEqual(["logs", "security", "network", "general", "advanced"]);
    expect(SECTIONS).toContain(sectionOf("heartbeat_ms"));
  });
});

describe("addresses", () => {
  it("after signing in lead only to pages of ours", () => {
    expect(["/dashboard/keys?a=1", "//evil.example", "/dashboard//evil", "https://evil.example", "/dashboardx", null].map(nextPath)).toEqual(["/dashboard/keys?a=1", "/dashboard", "/dashboard", "/dashboard", "/dashboard", "/dashboard"]);
  });
  it("of the request list carry the filters alone", () => {
    expect(listPath(new URLSearchParams("status=error&other=1&model=a/b"))).toBe("/api/usage/logs?limit=50&status=error&model=a%2Fb");
  });
  it("of the set-up name a step that may be taken", () => {
    expect([stepOf("4", false), stepOf("4", true), stepOf(null, true), stepOf("9", true), stepOf("1", true)]).toEqual([1, 4, 2, 2, 2]);
  });
});

describe("texts of the pages", () => {
  it("judge a password by length and variety", () => {
    expect(["short", "aaaaaaaaaaaaaaaa", "eight888", "correct horse battery"].map(strengthOf)).toEqual(["short", "short", "fair", "strong"]);
  });
  it("name where JSON breaks", () => {
    expect(jsonFault('{"a":1}')).toBeNull();
    expect([jsonFault('{\n  "a": x\n}'), jsonFault('[1,'), jsonFault('{"a" 1}'), jsonFault('{} x')]).toEqual([{ line: 2, column: 8 }, { line: 1, column: 4 }, { line: 1, column: 6 }, { line: 1, column: 4 }]);
    expect(SAMPLES.map((sample) => jsonFault(sample.body))).toEqual([null, null, null]);
    expect([shown("data: x"), shown({ a: 1 })]).toEqual(["data: x", '{\n  "a": 1\n}']);
  });
  it("point every client at this gateway, with the key", () => {
    const all = snippets("http://localhost:20128", "sk-omr-x", "demo/echo");
    expect(all.filter((each) => !each.text.includes("sk-omr-x") || !each.text.includes("http://localhost:20128")).map((each) => each.id)).toEqual([]);
  });
});
