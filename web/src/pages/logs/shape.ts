import type { ConsoleLine, EgressEntry } from "../../api/types";

export const LEVELS = ["trace", "debug", "info", "warn", "error"] as const;
export type Level = (typeof LEVELS)[number];

/** The lines that are at least so important and hold the text, whatever its case. */
export function matching(lines: readonly ConsoleLine[], least: string, text: string): ConsoleLine[] {
  const rank = Math.max(0, LEVELS.findIndex((each) => each === least));
  const wanted = text.toLowerCase();
  return lines.filter((line) => LEVELS.findIndex((each) => each === line.level) >= rank && line.message.toLowerCase().includes(wanted));
}

/** What is there with what came since; the oldest go where it would be more than `most`. */
export function extended(lines: readonly ConsoleLine[], more: readonly ConsoleLine[], most: number): ConsoleLine[] {
  const newest = lines[lines.length - 1]?.id ?? 0;
  return [...lines, ...more.filter((line) => line.id > newest)].slice(-most);
}

/** A line in parts; those with an id name a request. */
export function parts(message: string): { text: string; id: string | null }[] {
  const found: { text: string; id: string | null }[] = [];
  let end = 0;
  for (const match of message.matchAll(/(?<=\brequest(?:: id)?=)[\w-]{8,}/g)) {
    found.push({ text: message.slice(end, match.index), id: null }, { text: match[0], id: match[0] });
    end = match.index + match[0].length;
  }
  found.push({ text: message.slice(end), id: null });
  return found.filter((each) => each.text !== "");
}

/** The lines as the gateway would have written them into a file. */
export const asText = (lines: readonly ConsoleLine[]): string => lines.map((line) => `${line.time ?? ""} ${line.level} ${line.message}\n`).join("");

export const OUTCOMES = ["ok", "error", "refused", "failed", "open", "closed"] as const;
export type Outcome = (typeof OUTCOMES)[number];
export const WAYS = ["direct", "http", "https", "socks5"] as const;

/** Outgoing connections of that outcome and way ("" = any) that say the text anywhere, whatever its case. */
export function going(entries: readonly EgressEntry[], outcome: Outcome | "", way: string, text: string): EgressEntry[] {
  const wanted = text.trim().toLowerCase();
  return entries.filter((each) => {
    const came = each.state === "open" || each.state === "closed";
    if (outcome === "ok" ? !came : outcome === "error" ? came : outcome !== "" && outcome !== each.state) return false;
    if (way !== "" && way !== each.type) return false;
    return [`${each.host}:${each.port}`, each.address, each.proxy, each.reason, each.providerName].some((part) => part?.toLowerCase().includes(wanted));
  });
}
