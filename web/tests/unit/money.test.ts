import { describe, expect, it } from "vitest";
import type { Budget, Prices, SeriesTotals, UsageSeries } from "../../src/api/types";
import { chosen, RANGES } from "../../src/api/series";
import { changeOf, csvOf, linesOf, valueOf } from "../../src/pages/analytics/shape";
import { budgetRows, dollars, forecast, fullness, nextDay, nextMonth, priceRows } from "../../src/pages/costs/shape";

const totals = (requests: number, changes: Partial<SeriesTotals> = {}): SeriesTotals => ({ requests, errors: 0, inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, costUsd: 0, unpricedRequests: 0, meanLatencyMs: requests ? 10 : null, ...changes });
const one = (id: string, requests: number, changes: Partial<SeriesTotals> = {}) => ({ id, label: id, provider: "p", providerName: "P", totals: totals(requests, changes), points: [totals(requests, changes)] });
const data = (series: ReturnType<typeof one>[]): UsageSeries => ({ range: "7d", split: "model", bucketMs: 1, serverNow: "", starts: ["2026-01-01T00:00:00Z"], totals: totals(9), previous: totals(3), series, others: [totals(13)], rest: totals(0) });
const budget = (changes: Partial<Budget>): Budget => ({ apiKeyId: null, provider: null, dailyLimitUsd: null, monthlyLimitUsd: null, dailyTotal: 0, monthlyTotal: 0, dailyUnpriced: 0, monthlyUnpriced: 0, reserved: 0, warning: false, exhausted: false, ...changes });

describe("analytics", () => {
  it("draw the largest, the rest as one; what nobody knows is no 0", () => {
    const lines = linesOf(data([1, 2, 3, 4, 5, 6, 7].map((n) => one(`m${n}`, n, n > 5 ? { costUsd: null, unpricedRequests: n } : {}))), "others");
    expect(lines.map((line) => line.label)).toEqual(["m1", "m2", "m3", "m4", "m5", "others"]);
    expect(lines[5]?.points[0]?.requests).toBe(13);
    expect([valueOf(totals(1, { costUsd: null }), "cost"), valueOf(totals(2, { unpricedRequests: 1 }), "cost"), valueOf(totals(0), "latency"), valueOf(totals(2, { inputTokens: 3, outputTokens: 4 }), "tokens")]).toEqual([null, null, null, 7]);
  });
  it("compare with the time before, where there was something", () => {
    expect([changeOf(3, 2), changeOf(1, 0), changeOf(null, 2), changeOf(99, 1)]).toEqual([0.5, null, null, null]);
  });
  it("go into a file in which the unknown is empty", () => {
    expect(csvOf(data([one('a,"b', 2, { costUsd: null, unpricedRequests: 2 })])).split("\n")[1]).toBe('"a,""b",2,0,0,0,,2,10');
  });
  it("take from the address only words that they know", () => {
    expect([chosen(RANGES, "90d", "7d"), chosen(RANGES, "2d", "7d"), chosen(RANGES, null, "7d")]).toEqual(["90d", "7d", "7d"]);
  });
});

describe("costs", () => {
  it("name the fullest budget first, after the one for all", () => {
    const rows = budgetRows({ global: budget({}), providers: [budget({ provider: "p", monthlyLimitUsd: 10, monthlyTotal: 1 })], keys: [budget({ apiKeyId: "k", name: "idle" }), budget({ apiKeyId: "l", name: "full", dailyLimitUsd: 1, dailyTotal: 2 })], warningThreshold: 0.8, dayBegan: "", monthBegan: "" }, (id) => id.toUpperCase());
    expect(rows.map((row) => row.name)).toEqual(["", "full", "P", "idle"]);
    expect([fullness(budget({})), fullness(budget({ dailyLimitUsd: 4, dailyTotal: 1 }))]).toEqual([-1, 0.25]);
  });
  it("begin anew with the day and the month", () => {
    expect([nextDay("2026-02-28T00:00:00Z"), nextMonth("2026-02-01T00:00:00Z")].map((each) => each.slice(0, 10))).toEqual(["2026-03-01", "2026-03-01"]);
    const began = "2026-04-01T00:00:00Z";
    expect([forecast(1, began, Date.parse("2026-04-01T01:00:00Z")), Math.round(forecast(1, began, Date.parse("2026-04-04T00:00:00Z")) ?? 0)]).toEqual([null, 10]);
  });
  it("list unknown prices first, and search all", () => {
    const price = { input: 1, output: 2, cached: 0, cacheCreation: 0, reasoning: 0, version: "v" };
    const prices: Prices = { asOf: "", unit: "", prices: { p: { known: { ...price, source: "catalog" }, mine: { ...price, source: "own" }, unused: { ...price, source: "catalog" } } } };
    const used = data([one("known", 9), one("secret", 1, { costUsd: null, unpricedRequests: 1 })]);
    expect(priceRows(used, prices, "").map((row) => [row.model, row.input])).toEqual([["secret", null], ["known", 1], ["mine", 1]]);
    expect(priceRows(used, prices, "UNU").map((row) => row.model)).toEqual(["unused"]);
    expect(["12.5", "$3", "", "-1", "x"].map(dollars)).toEqual([12.5, 3, 0, null, null]);
  });
});
