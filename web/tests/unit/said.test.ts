import { describe, expect, it } from "vitest";
import type { Bodies, Message } from "../../src/api/types";
import { differences, eventsOf, folded, isMasked, linesOf, readable, sidesOf } from "../../src/pages/requests/said";

const message = (body: string, value = "plain"): Message => ({ headers: [{ name: "x", value }], body, bytes: body.length, truncated: false });

describe("what was said", () => {
  it("has two sides for each try, one for a try that nobody answered", () => {
    const attempt = { provider: "a", model: "m", connection: "c", connectionName: null, sent: message("s") };
    const bodies: Bodies = { requestId: "r", time: null, received: message("r"), attempts: [{ ...attempt, answered: null }, { ...attempt, answered: message("a") }], returned: message("b") };
    expect(sidesOf(bodies).map((side) => side.id)).toEqual(["received", "sent-1", "sent-2", "answered-2", "returned"]);
  });

  it("breaks the lines of JSON and leaves anything else alone", () => {
    expect(readable('{"a":[1]}')).toBe('{\n  "a": [\n    1\n  ]\n}');
    expect(readable('{"a":[1')).toBe('{"a":[1');
  });

  it("folds the streams of each format into their words", () => {
    const stream = (...events: unknown[]): string => `: hello\n\n${events.map((event) => `event: x\ndata: ${JSON.stringify(event)}\n\n`).join("")}data: [DONE]\n\n`;
    const words = (text: string): string => folded(eventsOf(text) ?? []);
    expect(words(stream({ choices: [{ delta: { role: "assistant" } }] }, { choices: [{ delta: { content: "Good " } }] }, { choices: [{ delta: { content: "day" } }] }))).toBe("Good day");
    expect(words(stream({ type: "content_block_delta", delta: { type: "text_delta", text: "Good " } }, { type: "content_block_delta", delta: { type: "text_delta", text: "day" } }))).toBe("Good day");
    expect(words(stream({ type: "response.output_text.delta", delta: "Good " }, { type: "response.function_call_arguments.delta", delta: "{" }, { type: "response.output_text.delta", delta: "day" }))).toBe("Good day");
    expect(words(stream({ candidates: [{ content: { parts: [{ text: "Good day" }] } }] }))).toBe("Good day");
    expect(eventsOf('{"a":1}')).toBeNull();
  });

  it("knows what was masked", () => {
    expect(isMasked(message("my key is [redacted]"))).toBe(true);
    expect(isMasked(message("", "[redacted]"))).toBe(true);
    expect(isMasked(message("nothing"))).toBe(false);
  });
});

describe("differences", () => {
  it("are none where only the order of members differs", () => {
    expect(differences('{"b":1,"a":2}', '{"a":2,"b":1}')?.every((line) => line.is === "skip")).toBe(true);
  });

  it("name what went and what came, with three lines around", () => {
    const before = { list: [1, 2, 3, 4, 5, 6, 7, 8, 9], model: "a" };
    expect(differences(JSON.stringify(before), JSON.stringify({ ...before, model: "b" }))).toEqual([
      { is: "skip", text: "", count: 9 }, { is: "same", text: "    8," }, { is: "same", text: "    9" }, { is: "same", text: "  ]," },
      { is: "gone", text: '  "model": "a"' }, { is: "new", text: '  "model": "b"' }, { is: "same", text: "}" },
    ]);
  });

  it("turn one list of lines into the other, whatever the lists are", () => {
    let state = 7;
    const dice = (n: number): number => (state = (state * 48271) % 2147483647) % n;
    for (let i = 0; i < 200; i += 1) {
      const [from, to] = [0, 0].map(() => Array.from({ length: dice(12) }, () => `line ${dice(5)}`).join("\n"));
      const lines = differences(from ?? "", to ?? "");
      const all = lines?.flatMap((line) => (line.is === "skip" ? [] : [line])) ?? [];
      const skipped = lines?.reduce((sum, line) => sum + (line.count ?? 0), 0) ?? 0;
      expect(all.filter((line) => line.is !== "new").length + skipped).toBe(linesOf(from ?? "").length);
      expect(all.filter((line) => line.is !== "gone").length + skipped).toBe(linesOf(to ?? "").length);
      if (skipped === 0) expect(all.filter((line) => line.is !== "gone").map((line) => line.text)).toEqual(linesOf(to ?? ""));
    }
  });

  it("are not told where nearly everything differs", () => {
    const text = (word: string): string => Array.from({ length: 2000 }, (_, i) => `${word} ${i}`).join("\n");
    expect(differences(text("a"), text("b"))).toBeNull();
  });
});
