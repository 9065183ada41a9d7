import { beforeAll, describe, expect, it } from "vitest";
import type { CatalogProvider, Combo, Decision, Tier } from "../../src/api/types";
import { inquiry, PLAIN } from "../../src/pages/combos/explain";
import { standing } from "../../src/pages/combos/ladder";
import { withTexts } from "../../src/i18n";
import { bodyOf, cycle, draftOf, EMPTY, fileOf, freeName, fromTemplate, proposal, readFile, sameDraft, TEMPLATES } from "../../src/pages/combos/shape";
import { reordered } from "../../src/ui/reorder";

const combo = (changes: Partial<Combo>): Combo => ({ id: "i", name: "a", models: ["x/y"], strategy: "fill-first", config: {}, isActive: true, createdAt: null, updatedAt: null, ...changes });
const provider = (id: string, tier: Tier, activeConnections = 1): CatalogProvider => ({
  id, alias: id, name: id, tier, auth: "apikey", permission: "official", format: "openai", kinds: [], usable: true, isNode: false, activeConnections, passthroughModels: false, models: [{ id: "m", name: "M", context: null }],
});
const template = (id: string) => TEMPLATES.find((each) => each.id === id) ?? TEMPLATES[0]!;

beforeAll(async () => withTexts("more", Promise.resolve()));

describe("combos", () => {
  it("are sent as they came; a target that says nothing more is its name", () => {
    const whole = combo({ models: ["x/y", { model: "x/z", weight: 30, account: "work" }], strategy: "weighted", config: { maxRetries: 2, strategy: "weighted" } });
    expect(bodyOf(draftOf(whole))).toEqual({ name: "a", models: ["x/y", { model: "x/z", account: "work", weight: 30 }], config: { maxRetries: 2, strategy: "weighted" }, isActive: true });
    expect(bodyOf({ ...draftOf(whole), strategy: "random" })["models"]).toEqual(["x/y", { model: "x/z", account: "work" }]);
    expect([sameDraft(draftOf(whole), draftOf(whole)), sameDraft(draftOf(whole), { ...draftOf(whole), isActive: false })]).toEqual([true, false]);
  });
  it("change places", () => {
    expect([reordered(["a", "b", "c"], 0, 2), reordered(["a", "b", "c"], 2, 0), reordered(["a"], 5, 0)]).toEqual([["b", "c", "a"], ["c", "a", "b"], ["a"]]);
  });
  it("never contain themselves, however deep", () => {
    const all = [combo({ name: "b", models: ["c"] }), combo({ name: "c", models: ["a", "b"] })];
    expect([cycle("a", "b", all), cycle("a", "a", all), cycle("z", "b", all), cycle("z", "x/y", all)]).toEqual([true, true, false, false]);
  });
  it("go into a file and come back; anything else is refused", () => {
    expect(readFile(fileOf([combo({})]))).toEqual([{ name: "a", models: ["x/y"], strategy: "fill-first", config: {}, isActive: true }]);
    expect([readFile("[{}]"), readFile("nonsense"), readFile('{"combos":[]}'), readFile('{"name":"a","models":["b"]}')?.length]).toEqual([null, null, null, 1]);
  });
  it("from a template name what is connected, tier after tier, else what is usual", () => {
    const connected = [provider("f", "free"), provider("s", "subscription"), provider("off", "apikey", 0)];
    expect(fromTemplate(template("always"), connected).targets.map((each) => each.model)).toEqual(["s/m", "f/m"]);
    expect(fromTemplate(template("subscription"), []).targets.length).toBeGreaterThan(1);
    expect([proposal(connected)?.name, proposal([provider("s", "cheap")])]).toEqual(["my-stack", null]);
    expect([freeName("a", []), freeName("a", ["a", "a-2"])]).toEqual(["a", "a-3"]);
  });
});

describe("a dry run", () => {
  const draft = { ...EMPTY, name: "new", targets: [{ model: "x/y" }] };
  it("is asked for with the draft in place of what is stored, and what the request is to hold", () => {
    const asked = inquiry(draft, "old", [combo({ name: "old" }), combo({ name: "other" })], { ...PLAIN, when: "5h", key: "k", tools: true });
    expect(asked).toMatchObject({ model: "new", at: "5h", key: "k", request: { tools: [{}] } });
    expect(JSON.stringify(asked["config"])).toMatch(/other.*new/);
    expect(JSON.stringify(asked["config"])).not.toMatch(/old/);
  });
  it("says of each target how it stands", () => {
    const decision: Decision = { model: "new", strategy: "", revision: 1, time: "", attempts: [], plan: [{ target: "x/y", account: "a" }], removed: [{ target: "x/z", filter: "no_tools", reason: "r" }, { target: "x/r", filter: "account_cooling", reason: "r", retryInMs: 5 }] };
    expect(["x/y", "x/z", "x/r", "inner"].map((model) => standing({ model }, decision).is)).toEqual(["ok", "bad", "warn", "unknown"]);
    expect(standing({ model: "x/y" }, null).is).toBe("unknown");
  });
});
