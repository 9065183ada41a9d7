// Every connection with each of its windows as a row; what runs out first stands first.
import type { Quota, QuotaWindow } from "../../api/types";

export interface Row { key: string; quota: Quota; name: string; window: QuotaWindow | null; share: number | null }

export function rowsOf(connections: readonly Quota[]): Row[] {
  const rows = connections.flatMap((quota): Row[] => {
    const windows = Object.entries(quota.quotas);
    if (windows.length === 0) return [{ key: quota.connectionId, name: "", quota, window: null, share: null }];
    return windows.map(([name, window]) => ({ key: `${quota.connectionId} ${name}`, name, quota, window, share: window.spent ? 1 : window.usedPercentage === undefined ? null : window.usedPercentage / 100 }));
  });
  return rows.sort((a, b) => Number(b.share !== null) - Number(a.share !== null) || (b.share ?? 0) - (a.share ?? 0) || Number(b.window !== null) - Number(a.window !== null) || a.quota.connection.localeCompare(b.quota.connection));
}

export const toneOf = (share: number): "" | "warn" | "bad" => (share >= 1 ? "bad" : share >= 0.9 ? "warn" : "");
