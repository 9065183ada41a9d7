/// <reference types="vite/client" />
import { beforeAll, describe, expect, it } from "vitest";
import { bytes, compact, duration, lookup, preferredLocale, showLocale, t, withTexts } from "../../src/i18n";
import { en as baseEn } from "../../src/i18n/en";
import { moreEn } from "../../src/i18n/more-en";
import { moreZhCN } from "../../src/i18n/more-zh-CN";
import { restEn } from "../../src/i18n/rest-en";
import { restZhCN } from "../../src/i18n/rest-zh-CN";
import { zhCN as baseZhCN } from "../../src/i18n/zh-CN";

type Entry = string | { one: string; other: string };
const names = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "").sort();
const forms = (entry: Entry): string[] => (typeof entry === "string" ? [entry] : [entry.one, entry.other]);
const english: Record<string, Entry> = { ...baseEn, ...moreEn, ...restEn };
const chinese: Record<string, Entry> = { ...baseZhCN, ...moreZhCN, ...restZhCN };
const sources = import.meta.glob<string>(["../../src/**/*.{ts,tsx}", "!../../src/i18n/**"], { query: "?raw", import: "default", eager: true });
const code = Object.values(sources).join("\n");

describe("texts", () => {
  it("stand in one place each", () => {
    expect(Object.keys(english).length).toBe(Object.keys(baseEn).length + Object.keys(moreEn).length + Object.keys(restEn).length);
  });
  it("have the same placeholders in every language and form", () => {
    const different = Object.keys(english).filter((key) => {
      const [a = "", b = ""] = [english[key], chinese[key]].map((entry) => [...new Set(forms(entry ?? "").flatMap(names))].sort().join());
      return a !== b;
    });
    expect(different).toEqual([]);
  });
  it("are translated, apart from names of products and units", () => {
    const latin = Object.entries(chinese).filter(([key, entry]) => forms(entry).some((form) => form === forms(english[key] ?? "")[0] && /[a-z]{4}/.test(form)));
    expect(latin.map(([key]) => key)).toEqual(["node.type.openai", "node.type.responses", "node.type.anthropic", "node.type.gemini"]);
  });
  it("name a button for screen readers with the words that are seen on it", () => {
    const plain = (entry: Entry): string => forms(entry)[0]?.replace(/[\s…]/g, "").toLowerCase() ?? "";
    for (const table of [english, chinese]) {
      const other = Object.keys(table).filter((key) => {
        const seen = [table[key.replace(/\.of$/, "")], table[key.replace(/\.of$/, ".verb")]].filter((each) => each !== undefined);
        return key.endsWith(".of") && !key.startsWith("said.") && seen.length > 0 && !seen.some((each) => plain(table[key] ?? "").includes(plain(each)));
      });
      expect(other).toEqual([]);
    }
  });
  it("are all used", () => {
    const composed = ["console.level.", "backups.reason.", "attempt.next.", "analytics.metric.", "analytics.by.", "analytics.split.", "analytics.range.", "cause.", "window.", "quotas.source.", "health.breaker.", "health.rest.", "strategy.", "template.", "filter.", "combos.set.", "connect.key.", "node.type.", "scope.", "settings.", "said.", "outgoing.", "logs.", "bring.action.", "bring.kind.", "bring.why.", "bring.file.", "move.export", "move.import", "move.bring", "setup.strength.", "tier.", "test.", "error.", "kind.", "setting.", "nav.", "keys.grace.", "tools.state.", "tools.slot.", "tools.action.", "tools.note.", "tools.hidden."];
    const unused = Object.keys(english).filter((key) => !code.includes(`"${key}"`) && !composed.some((prefix) => key.startsWith(prefix)));
    expect(unused).toEqual([]);
  });
  it("say nothing with an exclamation mark", () => {
    const loud = [...Object.entries(english), ...Object.entries(chinese)].filter(([, entry]) => forms(entry).some((form) => /[!！]/.test(form)));
    expect(loud).toEqual([]);
  });
});

describe("t", () => {
  beforeAll(async () => {
    await showLocale("en");
    await withTexts("rest", Promise.resolve());
  });
  it("fills in names and groups digits", () => {
    expect(t("setup.progress", { step: 2, count: 4 })).toBe("Step 2 of 4");
    expect(t("setting.range", { least: 0, most: 3_600_000 })).toBe("From 0 to 3,600,000.");
  });
  it("takes the form that fits the number", () => {
    expect(t("catalog.models", { count: 1 })).toBe("1 model");
    expect(t("catalog.models", { count: 0 })).toBe("0 models");
  });
  it("knows the server's words, and says null for others", () => {
    expect(lookup("error.offline")).toContain("does not answer");
    expect(lookup("error.of_tomorrow")).toBeNull();
  });
  it("follows the language", async () => {
    await showLocale("zh-CN");
    expect(t("nav.home")).toBe("首页");
    expect(document.documentElement.lang).toBe("zh-CN");
    await showLocale("en");
  });
});

describe("figures", () => {
  it("are short and exact enough", () => {
    expect([duration(12), duration(1234), duration(61_000), duration(3_660_000), duration(572_400_000)]).toEqual(["12 ms", "1.2 s", "1 min 1 s", "1 h 1 min", "6 d 15 h"]);
    expect([bytes(512), bytes(33_554_432)]).toEqual(["512 B", "32 MiB"]);
    expect([compact(999), compact(128_000)]).toEqual(["999", "128K"]);
  });
  it("begin in the browser's language unless one was chosen", () => {
    expect(preferredLocale()).toBe("en");
    localStorage.setItem("omniroute.locale", "zh-CN");
    expect(preferredLocale()).toBe("zh-CN");
    localStorage.clear();
  });
});
