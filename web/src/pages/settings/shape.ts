import type { Setting, SettingValue } from "../../api/types";

export const SECTIONS = ["general", "security", "network", "routing", "logs", "advanced"] as const;
export type Section = (typeof SECTIONS)[number];

// By the words of a key; what fits nowhere is advanced.
const places: [RegExp, Section][] = [
  [/^log_|^request_log|logs?$|retention|backup|disk|audit|telemetry|metrics|otlp/, "logs"],
  [/api_key|password|session|cors|public_urls|ip_|allow|deny|trusted|(?<!o)auth|login/, "security"],
  [/proxy|connect|port|host|tls|egress|upstream/, "network"],
  [/retry|backoff|budget|rate_limit|sticky|warm_up|cooldown|breaker|route|routing|combo|strategy|attempt|quota|limit|fallback|sticky/, "routing"],
  [/timeout|heartbeat|body|stream/, "general"],
];

export function sectionOf(key: string): Section {
  return places.find(([words]) => words.test(key))?.[1] ?? "advanced";
}

/** Comes masked, and is not given back by an undo. */
export const isSecret = (row: Setting): boolean => row.kind === "secret_url" || row.kind === "secret_text";

/** A value as the field shows it. Secrets come masked and are shown as they come. */
export function shownValue(row: Setting): string {
  if (Array.isArray(row.value)) return row.value.join(", ");
  return row.value === null ? "" : String(row.value);
}

/** What the field says, as the API takes it; undefined = a number outside its bounds or none at all. */
export function parseValue(row: Setting, text: string): SettingValue | undefined {
  if (row.kind === "list") return text.split(/[,\n]/).map((item) => item.trim()).filter(Boolean);
  if (!["milliseconds", "bytes", "count", "number"].includes(row.kind)) return text.trim();
  const value = Number(text);
  if (text.trim() === "" || !Number.isInteger(value)) return undefined;
  if (row.least !== undefined && value < row.least) return undefined;
  return row.most !== undefined && value > row.most ? undefined : value;
}
