import { describe, expect, it } from "vitest";
import type { CliTool } from "../../src/api/schema";
import { command, diffLines, filled, sorted } from "../../src/pages/clitools/shape";

const tool = (id: string, more: Partial<CliTool> = {}): CliTool => ({
  id, name: id, command: id, commandPath: null, version: null, versionReason: null, files: [], found: false, state: "not_set", reason: null, pointsTo: null, slots: [{ id: "model", required: true, model: null }],
  keyHint: null, undo: null, notes: [], snippets: [], key: null, ...more,
});

describe("the texts to copy", () => {
  it("hold what is chosen and keep the mark of what is not", () => {
    expect(filled("a <opus> b <haiku> <opus>", { opus: " oc/m ", haiku: "" })).toBe("a oc/m b <haiku> oc/m");
  });
  it("are one line for another machine, quoted for a shell", () => {
    expect(command(tool("codex"), "http://10.0.0.2:20128", { model: "oc/m" })).toBe("omniroute setup codex --url http://10.0.0.2:20128 --key env:OMNIROUTE_KEY --model oc/m");
    const claude = tool("claude", { slots: [{ id: "opus", required: false, model: null }, { id: "haiku", required: false, model: null }] });
    expect(command(claude, "http://x", { opus: "it's mine", haiku: "" })).toBe("omniroute setup claude --url http://x --key env:OMNIROUTE_KEY --model 'opus=it'\\''s mine'");
  });
});

describe("the cards", () => {
  it("begin with who uses us, then who is there; by hand comes last", () => {
    const tools = [tool("hand", { state: "by_hand", found: true }), tool("missing"), tool("there", { found: true }), tool("ours", { state: "changed" })];
    expect(sorted(tools).map((each) => each.id)).toEqual(["ours", "there", "missing", "hand"]);
  });
});

describe("a difference", () => {
  it("tells each line's part", () => {
    expect(diffLines("@@ -1,1 +1,2 @@\n a\n-b\n+c\n\\ no line end\n").map((line) => line.is)).toEqual(["place", "same", "out", "in", "place"]);
  });
});
