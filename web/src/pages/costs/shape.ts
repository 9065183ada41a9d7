// Budgets as rows, when they begin anew, and the prices that count.
import type { Budget, Budgets, Prices, UsageSeries } from "../../api/types";

const DAY_MS = 86_400_000;

export interface BudgetRow { key: string; budget: Budget; kind: "all" | "provider" | "key"; name: string }

/** All first, then what has limits, the fullest first; keys without a limit stand last. */
export function budgetRows(budgets: Budgets, providerName: (id: string) => string): BudgetRow[] {
  const rows: BudgetRow[] = [
    ...budgets.providers.map((budget): BudgetRow => ({ key: `p ${budget.provider ?? ""}`, budget, kind: "provider", name: providerName(budget.provider ?? "") })),
    ...budgets.keys.map((budget): BudgetRow => ({ key: `k ${budget.apiKeyId ?? ""}`, budget, kind: "key", name: budget.name ?? "" })),
  ];
  return [{ key: "all", budget: budgets.global, kind: "all", name: "" }, ...rows.sort((a, b) => fullness(b.budget) - fullness(a.budget) || a.name.localeCompare(b.name))];
}

/** The larger of the two shares that are spent; -1 = no limit. */
export function fullness(budget: Budget): number {
  const share = (spent: number, limit: number | null): number => (limit === null || limit <= 0 ? -1 : spent / limit);
  return Math.max(share(budget.dailyTotal, budget.dailyLimitUsd), share(budget.monthlyTotal, budget.monthlyLimitUsd));
}

export const nextDay = (dayBegan: string): string => new Date(new Date(dayBegan).getTime() + DAY_MS).toISOString();

/** The next month's beginning: the same hour of the clock, one month on. */
export function nextMonth(monthBegan: string): string {
  const end = new Date(monthBegan);
  end.setMonth(end.getMonth() + 1);
  return end.toISOString();
}

/** What the month will have cost at its present pace; null in its first hours, which say nothing. */
export function forecast(spent: number, monthBegan: string, now: number): number | null {
  const began = new Date(monthBegan).getTime();
  const passed = now - began;
  return passed < DAY_MS / 2 ? null : (spent * (new Date(nextMonth(monthBegan)).getTime() - began)) / passed;
}

export interface PriceRow { provider: string; model: string; requests: number; unpriced: number; input: number | null; output: number | null; own: boolean; version: string }

/** The price of each model that was used, and of each that has one of the owner's; unknown ones first. */
export function priceRows(used: UsageSeries, prices: Prices, text: string): PriceRow[] {
  const rows = new Map<string, PriceRow>();
  for (const each of used.series) {
    if (!each.provider || !each.id) continue;
    const price = prices.prices[each.provider]?.[each.id];
    rows.set(`${each.provider}/${each.id}`, { provider: each.provider, model: each.id, requests: each.totals.requests, unpriced: each.totals.unpricedRequests, input: price?.input ?? null, output: price?.output ?? null, own: price?.source === "own", version: price?.version ?? "" });
  }
  const wanted = text.trim().toLowerCase();
  for (const [provider, models] of Object.entries(prices.prices)) {
    for (const [model, price] of Object.entries(models)) {
      const key = `${provider}/${model}`;
      if (rows.has(key) || !(price.source === "own" || (wanted !== "" && key.toLowerCase().includes(wanted)))) continue;
      rows.set(key, { provider, model, requests: 0, unpriced: 0, input: price.input, output: price.output, own: price.source === "own", version: price.version });
    }
  }
  return [...rows.values()].filter((row) => wanted === "" || `${row.provider}/${row.model}`.toLowerCase().includes(wanted)).sort((a, b) => Number(b.input === null) - Number(a.input === null) || b.requests - a.requests || a.model.localeCompare(b.model)).slice(0, 100);
}

/** Dollars as typed; null = no number that could be one. Empty = 0, which is no limit. */
export function dollars(text: string): number | null {
  const value = Number(text.trim().replace(/^\$/, ""));
  return Number.isFinite(value) && value >= 0 ? value : null;
}
