// What is known about providers without asking: the shape of their keys, their order, their state.
import type { CatalogProvider, Connection, NodeType, Tier } from "../../api/types";
import type { StateWord } from "../../ui/basic";

// As the providers' own documents show their keys; the longest prefix counts.
const prefixes: [string, string][] = [
  ["sk-ant-", "anthropic"], ["sk-or-", "openrouter"], ["sk-proj-", "openai"], ["gsk_", "groq"], ["AIza", "gemini"], ["xai-", "xai"],
  ["nvapi-", "nvidia"], ["pplx-", "perplexity"], ["csk-", "cerebras"], ["fw_", "fireworks"], ["tgp_", "together"],
];

/** The provider whose keys begin like this one, or null. */
export function providerOfKey(key: string): string | null {
  const fits = prefixes.filter(([prefix]) => key.trim().startsWith(prefix)).sort((a, b) => b[0].length - a[0].length);
  return fits[0]?.[1] ?? null;
}

/** What is wrong with a pasted key before anyone is asked; null = nothing. */
export function keyFault(key: string): "spaces" | "url" | "bearer" | null {
  const text = key.trim();
  if (/^https?:\/\//i.test(text)) return "url";
  if (/^bearer\s/i.test(text)) return "bearer";
  return /\s/.test(text) ? "spaces" : null;
}

export const TIERS: readonly Tier[] = ["free", "apikey", "cheap", "subscription", "local"];

/** The state of a connection: its own words, never better than the last test. */
export function stateOf(connection: Connection): { is: StateWord; word: "ok" | "failing" | "untested" | "disabled" | "builtin" } {
  if (!connection.isActive) return { is: "off", word: "disabled" };
  if (connection.testStatus === "error") return { is: "bad", word: "failing" };
  if (connection.testStatus === "ok") return { is: "ok", word: "ok" };
  if (connection.provider === "demo") return { is: "ok", word: "builtin" };
  return { is: "unknown", word: "untested" };
}

const weight: Record<StateWord, number> = { bad: 0, warn: 1, unknown: 2, ok: 3, off: 4 };
/** The worst of several states. */
export function worst(states: StateWord[]): StateWord {
  return [...states].sort((a, b) => weight[a] - weight[b])[0] ?? "unknown";
}

/** Connections by provider, each in the order in which they are asked. */
export function byProvider(connections: Connection[]): [string, Connection[]][] {
  const groups = new Map<string, Connection[]>();
  for (const connection of connections) groups.set(connection.provider, [...(groups.get(connection.provider) ?? []), connection]);
  for (const list of groups.values()) list.sort((a, b) => a.priority - b.priority);
  return [...groups];
}

/** The model to try first with a provider, as clients name it. */
export function firstModel(provider: CatalogProvider | undefined, connection?: Connection): string {
  const model = connection?.defaultModel ?? provider?.models[0]?.id ?? "";
  return provider && model ? `${provider.alias}/${model}` : "";
}

/** A short name for a node, from its address: "localhost:11434" becomes "localhost". */
export function prefixOf(url: string): string {
  try {
    const host = new URL(url).hostname.replace(/^(api|www)\./, "");
    const name = /^[\d.:[\]]+$/.test(host) ? "local" : (host.split(".")[0] ?? "");
    return name.toLowerCase().replace(/[^a-z0-9-]/g, "").slice(0, 20);
  } catch {
    return "";
  }
}

export const NODE_TYPES: readonly NodeType[] = ["openai", "anthropic", "responses", "gemini"];
