import { describe, expect, it } from "vitest";
import type { Breaker, Connection, Health, Limits, Quota, QuotaWindow, Rest } from "../../src/api/types";
import { breakerName, troubles, verdict } from "../../src/pages/health/shape";
import { rowsOf, toneOf } from "../../src/pages/quotas/shape";

const breaker = (changes: Partial<Breaker>): Breaker => ({ name: "p", provider: "P", state: "CLOSED", failureCount: 0, threshold: 5, openings: 0, retryInMs: 0, ...changes });
const rest = (changes: Partial<Rest>): Rest => ({ connectionId: "c", connection: "C", provider: "p", providerName: "P", scope: "account", model: null, state: "cooling", reason: "rate_limit", cause: "", source: "formula", level: 1, until: null, remainingMs: 1, ...changes });
const health = (circuitBreakers: Breaker[], lockouts: Rest[]): Health => ({
  status: "ok", version: "", uptime: 0, timestamp: "", activeRequests: 0, openConnections: 0, circuitBreakers, lockouts,
  system: { version: "", pid: 1, platform: "", workers: 1, memoryBytes: 0, startedAt: "" }, store: { dataDir: "", commits: 0, failedCommits: 0, usageWritten: 0, usageWaiting: 0, usageLost: 0 }, configuration: { revision: 1, connections: 0, nodes: 0, keys: 0 },
});
const connection: Connection = { id: "c", provider: "x", providerName: "X", authType: "apikey", name: "n", priority: 1, isActive: true, apiKeyHint: null, proxy: null, defaultModel: null, testStatus: "error", lastError: "", lastErrorAt: null, createdAt: null, updatedAt: null };
const limits: Limits = { connectionId: "c", provider: "p", providerName: "P", name: "n", enabled: true, active: true, requestsPerMinute: 0, minTimeBetweenRequests: 0, concurrentRequests: 1, queued: 2, running: 1 };

describe("health", () => {
  it("names what is shut before what is tried again, the longest first, and leaves out what is well", () => {
    const list = troubles(health([breaker({}), breaker({ state: "HALF_OPEN" }), breaker({ state: "OPEN", retryInMs: 9 })], [rest({ remainingMs: 50 }), rest({ state: "suspect" }), rest({ state: "ready" })]), [connection, { ...connection, isActive: false }], { connections: [limits, { ...limits, queued: 0 }], overview: { running: 0, queued: 0 } });
    expect(list.map((each) => `${each.kind} ${each.is}`)).toEqual(["rest bad", "breaker bad", "connection bad", "rest warn", "breaker warn", "queue warn"]);
  });
  it("says what clients notice, and only that", () => {
    const shut = troubles(health([breaker({ state: "OPEN" })], []), [], undefined);
    expect([verdict({ requests: 0, errors: 0 }, []), verdict({ requests: 9, errors: 0 }, []), verdict({ requests: 9, errors: 0 }, shut), verdict({ requests: 90, errors: 1 }, []), verdict({ requests: 9, errors: 1 }, [])].map((each) => `${each.is} ${each.word}`)).toEqual(["ok quiet", "ok well", "warn trouble", "warn trouble", "bad failing"]);
  });
  it("calls a breaker by its provider's name and its model, never by an id", () => {
    expect([breakerName(breaker({ name: "node-1/m/x", provider: "Mine" })), breakerName(breaker({ name: "node-1", provider: "Mine" })), breakerName(breaker({ name: "gone/m", provider: null }))]).toEqual(["Mine · m/x", "Mine", "gone · m"]);
  });
});

describe("quotas", () => {
  const window = (changes: Partial<QuotaWindow>): QuotaWindow => ({ displayName: "w", unit: "requests", counted: 0, resetAt: null, spent: false, source: "counted", ageMs: 0, confidence: 1, ...changes });
  const quota = (connection: string, quotas: Record<string, QuotaWindow>): Quota => ({ connectionId: connection, connection, provider: "p", providerName: "P", plan: null, quotas, message: null });
  it("have a row for every connection; what runs out first stands first, the unknown last", () => {
    const rows = rowsOf([quota("none", {}), quota("half", { day: window({ usedPercentage: 50 }), week: window({}) }), quota("spent", { day: window({ spent: true }) })]);
    expect(rows.map((row) => [row.quota.connection, row.name, row.share])).toEqual([["spent", "day", 1], ["half", "day", 0.5], ["half", "week", null], ["none", "", null]]);
    expect([toneOf(0.5), toneOf(0.9), toneOf(1)]).toEqual(["", "warn", "bad"]);
  });
});
