import type { RequestRow } from "../../api/types";

/** Whether a row belongs to the list that was asked for so. */
export function fits(row: RequestRow, asked: URLSearchParams): boolean {
  const is = (name: string, value: string | null): boolean => !asked.get(name) || asked.get(name) === value;
  const status = asked.get("status");
  if (status && (status === "error" ? row.status < 400 : row.status !== Number(status))) return false;
  return is("provider", row.provider) && is("key", row.key) && (is("model", row.model) || is("model", row.upstreamModel)) && is("connection", row.connection);
}

/** The newest `most` of what is there and what came since, both newest first; each once, none older than a full list. */
export function withNew(rows: readonly RequestRow[], more: readonly RequestRow[], most: number): RequestRow[] {
  const known = new Set(rows.map((row) => row.requestId));
  const oldest = rows.length < most ? "" : (rows[rows.length - 1]?.time ?? "");
  return [...more.filter((row) => !known.has(row.requestId) && row.time >= oldest), ...rows].slice(0, most);
}
