// One question at a time: which figure, by what, over how long.
import type { SeriesOfOne, SeriesTotals, UsageSeries } from "../../api/types";

export const METRICS = ["requests", "tokens", "cost", "errors", "latency"] as const;
export type Metric = (typeof METRICS)[number];
export const MOST_LINES = 6;

/** A figure of some requests; null = there is nothing to tell, or nobody knows. */
export function valueOf(totals: SeriesTotals, metric: Metric): number | null {
  if (metric === "requests") return totals.requests;
  if (metric === "tokens") return totals.inputTokens + totals.outputTokens;
  // A sum that lacks requests and comes to nothing tells nothing.
  if (metric === "cost") return totals.costUsd === 0 && totals.unpricedRequests > 0 ? null : totals.costUsd;
  if (metric === "errors") return totals.errors;
  return totals.meanLatencyMs;
}

/** The lines of a chart: the largest, and all others as one. */
export function linesOf(data: UsageSeries, other: string): { label: string; points: SeriesTotals[] }[] {
  const names = new Map<string, number>();
  for (const each of data.series) names.set(each.label, (names.get(each.label) ?? 0) + 1);
  const label = (each: SeriesOfOne): string => ((names.get(each.label) ?? 0) > 1 && each.provider ? `${each.label} (${each.providerName ?? each.provider})` : each.label);
  if (data.series.length <= MOST_LINES) return data.series.map((each) => ({ label: label(each), points: each.points }));
  return [...data.series.slice(0, MOST_LINES - 1).map((each) => ({ label: label(each), points: each.points })), { label: other, points: data.others }];
}

/** How much more than before, as a share; null where there was nothing before, or next to nothing. */
export function changeOf(now: number | null, before: number | null): number | null {
  const change = now === null || before === null || before === 0 ? null : (now - before) / before;
  return change !== null && change < 10 ? change : null;
}

const quoted = (text: string): string => (/[",\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);

/** The table as a file: numbers as they are, what is not known left empty. */
export function csvOf(data: UsageSeries): string {
  const head = ["name", "requests", "errors", "input_tokens", "output_tokens", "cost_usd", "unpriced_requests", "mean_latency_ms"];
  const row = (label: string, each: SeriesTotals): string => [quoted(label), each.requests, each.errors, each.inputTokens, each.outputTokens, each.costUsd ?? "", each.unpricedRequests, each.meanLatencyMs ?? ""].join(",");
  return [head.join(","), ...data.series.map((each) => row(each.label, each.totals)), row("total", data.totals)].join("\n") + "\n";
}
