import type { JSX } from "preact";
import { refresh, useLater } from "../../api/query";
import type { CatalogProvider, History, Quota, QuotaWindow } from "../../api/types";
import { compact, duration, lookup, number, percent, t } from "../../i18n";
import { Button, Countdown, Empty, Meter, Region, State, Tag } from "../../ui";
import { type Row, rowsOf, toneOf } from "./shape";

const PATH = "/api/quota";
const DAY_MS = 86_400_000;
const dayAgo = (): number => Math.floor((Date.now() - DAY_MS) / 3_600_000) * 3_600_000;

function Used({ window, share, name }: { window: QuotaWindow; share: number | null; name: string }): JSX.Element {
  const unit = window.unit === "tokens" ? t("quotas.tokens") : t("quotas.requests");
  if (share === null) return <span class="muted">{t("quotas.counted", { count: compact(window.counted), unit })}</span>;
  const words = window.total !== undefined && window.used !== undefined ? t("quotas.of", { used: number(window.used), total: number(window.total), unit }) : percent(share);
  return (
    <div class="used">
      <Meter share={share} label={`${name} ${window.displayName}: ${words}`} is={toneOf(share)} />
      <span class="small num">{window.spent ? <State is="bad">{t("quotas.spent")}</State> : words}</span>
    </div>
  );
}

function Source({ window }: { window: QuotaWindow }): JSX.Element {
  return (
    <span class="small muted">
      {t(`quotas.source.${window.source}`)}
      {window.source !== "none" && <> · {window.ageMs < 2000 ? t("quotas.fresh") : t("quotas.age", { age: duration(Math.round(window.ageMs / 1000) * 1000) })}</>}
      {window.confidence < 0.5 && <> · {t("quotas.unsure")}</>}
    </span>
  );
}

function Line({ row, provider, counted }: { row: Row; provider: CatalogProvider | undefined; counted: { requests: number; tokens: number } | undefined }): JSX.Element {
  const { quota, window, share, name } = row;
  return (
    <tr>
      <th scope="row" class="lead">
        <a class="strong wrap-any" href={`/dashboard/providers/${encodeURIComponent(quota.provider)}`}>{quota.providerName}</a> <span class="muted">{quota.connection}</span>
        {provider && <> <Tag>{provider.isNode ? t("tier.own") : t(`tier.${provider.tier}`)}</Tag></>}
      </th>
      <td>{window ? (lookup(`window.${name}`) ?? window.displayName) : <span class="muted">{t("quotas.nowindow")}</span>}</td>
      <td class="lead">{window ? <Used window={window} share={share} name={quota.connection} /> : <span class="muted">{counted ? t("quotas.day", { requests: counted.requests, tokens: compact(counted.tokens) }) : t("quotas.unused")}</span>}</td>
      <td class={`num tight ${window?.resetAt ? "" : "wide-only"}`} data-label={t("quotas.resets")}>{window?.resetAt ? <Countdown until={window.resetAt} onEnd={() => void refresh(PATH)} /> : <span class="muted">–</span>}</td>
      <td>{window ? <Source window={window} /> : <span class="small muted">{t("quotas.unpublished")}</span>}</td>
    </tr>
  );
}

function Table({ connections }: { connections: Quota[] }): JSX.Element {
  const providers = useLater<{ providers: CatalogProvider[] }>("/api/catalog/providers").data?.providers ?? [];
  const used = useLater<History>(`/api/usage/history?since=${dayAgo()}`).data?.byAccount ?? [];
  const rows = rowsOf(connections);
  return (
    <div class="panel flush table-wrap">
      <table class="stacks">
        <caption class="hidden-visually">{t("nav.quotas")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("request.connection")}</th>
            <th scope="col">{t("quotas.window")}</th>
            <th scope="col">{t("quotas.used")}</th>
            <th scope="col">{t("quotas.resets")}</th>
            <th scope="col">{t("quotas.source")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const own = used.find((each) => each.id === row.quota.connectionId);
            return <Line key={row.key} row={row} provider={providers.find((each) => each.id === row.quota.provider)} counted={own && { requests: own.requests, tokens: own.inputTokens + own.outputTokens }} />;
          })}
        </tbody>
      </table>
    </div>
  );
}

/** How much of each allowance is left, until when, and who says so. */
export default function Quotas(): JSX.Element {
  return (
    <div class="stack">
      <p class="muted reading">{t("quotas.text")} <code>omniroute quota</code></p>
      <Region<{ connections: Quota[] }> path={PATH} lines={8}>
        {({ connections }) => (
          <>
            {connections.length === 0 ? <div class="panel"><Empty title={t("quotas.empty")} action={<a class="button primary" href="/dashboard/providers?add=catalog">{t("providers.add")}</a>} /></div> : <Table connections={connections} />}
            <div><Button small icon="refresh" onClick={() => void refresh(PATH)}>{t("quotas.refresh")}</Button></div>
          </>
        )}
      </Region>
    </div>
  );
}
