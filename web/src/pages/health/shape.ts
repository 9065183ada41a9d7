// What is in trouble, the worst first, and the sentence above it.
import type { Breaker, Connection, Health, Latency, RateLimits, Rest } from "../../api/types";
import type { StateWord } from "../../ui/basic";

export type Trouble =
  | { kind: "breaker"; is: StateWord; breaker: Breaker }
  | { kind: "rest"; is: StateWord; rest: Rest }
  | { kind: "connection"; is: StateWord; connection: Connection }
  | { kind: "queue"; is: StateWord; name: string; queued: number; running: number };

const weight: Partial<Record<StateWord, number>> = { bad: 0, warn: 1, unknown: 2 };

/** Everything that keeps requests from somewhere: what is shut before what is tried again, the longest first. */
export function troubles(health: Health, connections: readonly Connection[], limits: RateLimits | undefined): Trouble[] {
  const list: (Trouble & { ms: number })[] = [];
  for (const breaker of health.circuitBreakers) {
    if (breaker.state !== "CLOSED") list.push({ kind: "breaker", is: breaker.state === "OPEN" ? "bad" : "warn", breaker, ms: breaker.retryInMs });
  }
  for (const rest of health.lockouts) {
    if (rest.state !== "ready") list.push({ kind: "rest", is: rest.state === "cooling" ? "bad" : "warn", rest, ms: rest.remainingMs });
  }
  for (const connection of connections) {
    if (connection.isActive && connection.testStatus === "error") list.push({ kind: "connection", is: "bad", connection, ms: 0 });
  }
  for (const each of limits?.connections ?? []) {
    if (each.queued > 0) list.push({ kind: "queue", is: "warn", name: `${each.providerName} · ${each.name}`, queued: each.queued, running: each.running, ms: 0 });
  }
  return list.sort((a, b) => (weight[a.is] ?? 3) - (weight[b.is] ?? 3) || b.ms - a.ms);
}

export type Verdict = { is: StateWord; word: "well" | "quiet" | "trouble" | "failing"; providers: number };

/** From the last minutes and what is shut now: nobody is served badly, or who is. */
export function verdict(latency: Pick<Latency, "requests" | "errors">, list: readonly Trouble[]): Verdict {
  const names = new Set(list.map((each) => (each.kind === "breaker" ? each.breaker.provider : each.kind === "rest" ? each.rest.provider : each.kind === "connection" ? each.connection.provider : each.name)));
  const providers = names.size;
  if (latency.errors > 0 && latency.errors * 10 >= latency.requests) return { is: "bad", word: "failing", providers };
  if (latency.errors > 0 || list.some((each) => each.kind !== "queue")) return { is: "warn", word: "trouble", providers };
  return { is: "ok", word: latency.requests === 0 ? "quiet" : "well", providers };
}

/** What people call a breaker: its provider, and the model where it is of one. */
export function breakerName(breaker: Breaker): string {
  const slash = breaker.name.indexOf("/");
  const model = slash >= 0 ? breaker.name.slice(slash + 1) : "";
  return [breaker.provider ?? breaker.name.slice(0, slash >= 0 ? slash : undefined), model].filter(Boolean).join(" · ");
}
