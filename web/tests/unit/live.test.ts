import { describe, expect, it } from "vitest";
import type { ConsoleLine, RequestRow } from "../../src/api/types";
import { asText, extended, matching, parts } from "../../src/pages/logs/shape";
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
