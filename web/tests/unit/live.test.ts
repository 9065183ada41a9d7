import { describe, expect, it } from "vitest";
import type { ConsoleLine, RequestRow } from "../../src/api/types";
import { asText, extended, going, matching, parts } from "../../src/pages/logs/shape";
import { fits, withNew } from "../../src/pages/requests/shape";

const line = (id: number, level: ConsoleLine["level"], message: string): ConsoleLine => ({ id, level, message, time: "2026-11-23T08:00:00.000Z" });
const row = (requestId: string, more: Partial<RequestRow> = {}): RequestRow => ({ requestId, time: `2026-11-23T08:00:0${requestId}.000Z`, status: 200, model: "oc/m", upstreamModel: "m", provider: "oc", key: "k", connection: "c", ...more }) as RequestRow;

describe("the console", () => {
  const lines = [line(1, "debug", "looked up"), line(2, "info", "request: id=req_12345678 path=/v1"), line(3, "warn", "attempt failed: request=req_12345678 rule=x"), line(4, "error", "Disk full")];
  it("shows what is important enough and holds the text", () => {
    expect(matching(lines, "", "").length).toBe(4);
    expect(matching(lines, "warn", "").map((each) => each.id)).toEqual([3, 4]);
    expect(matching(lines, "info", "disk").map((each) => each.id)).toEqual([4]);
  });
  it("goes on where it was, without doubles, and forgets the oldest", () => {
    expect(extended(lines, [line(4, "error", "Disk full"), line(5, "info", "x")], 3).map((each) => each.id)).toEqual([3, 4, 5]);
  });
  it("finds the requests that a line names", () => {
    expect(parts(lines[1]?.message ?? "").filter((each) => each.id).map((each) => each.id)).toEqual(["req_12345678"]);
    expect(parts(lines[2]?.message ?? "").map((each) => each.text).join("")).toBe(lines[2]?.message);
    expect(parts("nothing").length).toBe(1);
  });
  it("becomes a file", () => {
    expect(asText(lines).split("\n").length).toBe(5);
  });
});

describe("the list of requests", () => {
  it("takes a row that fits its filters", () => {
    expect(fits(row("1"), new URLSearchParams("limit=50"))).toBe(true);
    expect(fits(row("1"), new URLSearchParams("status=error"))).toBe(false);
    expect(fits(row("1", { status: 429 }), new URLSearchParams("status=error&provider=oc"))).toBe(true);
    expect(fits(row("1", { status: 429 }), new URLSearchParams("status=500"))).toBe(false);
    expect(fits(row("1"), new URLSearchParams("model=m&key=k&connection=c"))).toBe(true);
    expect(fits(row("1"), new URLSearchParams("key=other"))).toBe(false);
  });
  it("has each row once, the newest first, and no older one than it holds", () => {
    expect(withNew([row("3"), row("2")], [row("4"), row("3")], 50).map((each) => each.requestId)).toEqual(["4", "3", "2"]);
    expect(withNew([row("5"), row("4")], [row("6"), row("1")], 2).map((each) => each.requestId)).toEqual(["6", "5"]);
  });
});

describe("outgoing connections", () => {
  const entry = (id: number, changes: object) => ({ id, time: null, host: "api.example.com", port: 443, tls: true, address: null, type: "direct" as const, proxy: null, provider: null, providerName: null, verdict: "allowed" as const, state: "closed" as const, reason: null, connectMs: 1, lastedMs: null, sentBytes: null, receivedBytes: null, ...changes });
  const entries = [entry(1, {}), entry(2, { state: "failed" as const, reason: "No route to host" }), entry(3, { state: "refused" as const, host: "10.0.0.1" }), entry(4, { state: "open" as const, type: "socks5" as const, proxy: "socks5://me@proxy:1080" })];
  const ids = (...by: ["" | "ok" | "error" | "refused", string, string]): number[] => going(entries, ...by).map((each) => each.id);
  it("are found by outcome, way and words of any part", () => {
    expect(ids("", "", "")).toEqual([1, 2, 3, 4]);
    expect(ids("ok", "", "")).toEqual([1, 4]);
    expect(ids("error", "", "")).toEqual([2, 3]);
    expect(ids("refused", "direct", "")).toEqual([3]);
    expect(ids("", "socks5", "")).toEqual([4]);
    expect(ids("", "", " no ROUTE ")).toEqual([2]);
    expect(ids("", "", "example.com:443")).toEqual([1, 2, 4]);
  });
});
