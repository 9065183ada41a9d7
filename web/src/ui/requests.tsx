import type { JSX } from "preact";
import type { RequestRow } from "../api/types";
import { compact, duration, t } from "../i18n";
import { State, type StateWord } from "./basic";

/** What no sum holds, because its price is not known; a warning where it could use up a limit. */
export function Unpriced({ count, limited = true }: { count: number; limited?: boolean }): JSX.Element | null {
  if (count === 0) return null;
  const words = <span class="wrap">{t("spent.unpriced", { count })}</span>;
  return limited ? <State is="warn">{words}</State> : <span class="muted">{words}</span>;
}

export const stateOfStatus = (status: number): StateWord => (status < 400 ? "ok" : status === 429 || status === 499 ? "warn" : "bad");

export function StatusCell({ row }: { row: RequestRow }): JSX.Element {
  return <State is={stateOfStatus(row.status)}><span class="num">{row.status}</span></State>;
}

/** "asked → served" where they differ. */
export function ModelCell({ row }: { row: RequestRow }): JSX.Element {
  const served = row.upstreamModel && !row.model.endsWith(row.upstreamModel) ? row.upstreamModel : null;
  return (
    <>
      <span class="wrap-any">{row.model}</span>
      {served && <span class="muted wrap-any"> → {served}</span>}
    </>
  );
}

/** Unknown is a dash, never 0. */
export const tokens = (value: number | null): string => (value === null ? "–" : compact(value));
export const took = (value: number | null): string => (value === null ? "–" : value === 0 ? `< ${duration(1)}` : duration(value));
export const tokensText = (row: RequestRow): string => t("tokens.inout", { input: tokens(row.inputTokens), output: tokens(row.outputTokens) });
