import type { JSX } from "preact";
import type { Connection, History, Overview, RequestRow } from "../../api/types";
import { underWay } from "../../app/live";
import { go } from "../../app/router";
import { clock, compact, number, percent, t } from "../../i18n";
import { Ago, Button, CopyLine, Empty, Icon, KEY_MARK, ModelCell, Note, Region, Snippets, Stat, State, StatusCell, took } from "../../ui";

/** Requests a minute as bars; the sentence says the same. */
function Spark({ history }: { history: History }): JSX.Element {
  const counts = history.last10Minutes.map((minute) => minute.requests);
  const high = Math.max(1, ...counts);
  const total = counts.reduce((sum, count) => sum + count, 0);
  return (
    <svg class="spark" viewBox="0 0 120 32" role="img" aria-label={t("home.spark", { count: total, high: Math.max(...counts) })}>
      {counts.map((count, i) => {
        const height = count === 0 ? 1 : Math.max(3, (count / high) * 30);
        return <rect key={i} x={i * 12 + 1} y={31 - height} width={10} height={height} rx={1} class={count === 0 ? "none" : ""} />;
      })}
    </svg>
  );
}

function Now({ history }: { history: History }): JSX.Element {
  const { requests, errors, inputTokens, outputTokens } = history.totals;
  const minute = history.last10Minutes.slice(0, -1).reduce((sum, each) => sum + each.requests, 0) / 9;
  return (
    <section class="panel">
      <header><h2>{t("home.now")}</h2><a href="/dashboard/requests">{t("home.all")}</a></header>
      <div class="day">
        <dl class="stats">
          <Stat label={t("home.requests")} value={compact(requests)} />
          <Stat label={t("home.success")} value={requests === 0 ? "–" : percent((requests - errors) / requests)} extra={errors > 0 ? <a href="/dashboard/requests?status=error">{t("home.failed", { count: errors })}</a> : null} />
          <Stat label={t("home.tokens")} value={compact(inputTokens + outputTokens)} extra={t("tokens.inout", { input: compact(inputTokens), output: compact(outputTokens) })} />
          <Stat label={t("home.rate")} value={number(Math.round(minute * 10) / 10)} extra={underWay.value ? t("home.underway", { count: underWay.value }) : null} />
        </dl>
        <Spark history={history} />
      </div>
    </section>
  );
}

interface Trouble { key: string; text: string; detail: string; href: string; verb: string; at: string | null }

function Attention({ connections, keys, served }: { connections: Connection[]; keys: number; served: boolean }): JSX.Element {
  const troubles: Trouble[] = connections
    .filter((each) => each.isActive && each.testStatus === "error")
    .map((each) => ({ key: each.id, text: t("home.failing", { provider: each.providerName, name: each.name }), detail: each.lastError ?? "", href: `/dashboard/providers/${encodeURIComponent(each.provider)}`, verb: t("home.look"), at: each.lastErrorAt }));
  const left: Trouble[] = [];
  if (!connections.some((each) => each.provider !== "demo")) left.push({ key: "connect", text: t("home.left.connect"), detail: t("home.left.connect.text"), href: "/dashboard/providers?add=catalog", verb: t("providers.add"), at: null });
  if (keys === 0) left.push({ key: "key", text: t("home.left.key"), detail: "", href: "/dashboard/keys?create=1", verb: t("keys.create"), at: null });
  if (!served) left.push({ key: "request", text: t("home.left.request"), detail: t("home.left.request.text"), href: "/setup?step=4", verb: t("home.left.request.verb"), at: null });
  const all = [...troubles, ...left];
  return (
    <section class="panel">
      <h2>{t("home.attention")}</h2>
      {all.length === 0 ? <State is="ok">{t("home.well")}</State> : (
        <ul class="stack-small">
          {all.map((each) => (
            <li key={each.key} class={`attention ${troubles.includes(each) ? "bad" : ""}`}>
              <Icon name={troubles.includes(each) ? "warn" : "info"} />
              <div class="grow">
                <strong>{each.text}</strong>
                {each.detail && <div class="small muted wrap-any">{each.at && <><Ago at={each.at} />: </>}<span lang={troubles.includes(each) ? "en" : undefined}>{each.detail}</span></div>}
              </div>
              <a class="button small" href={each.href}>{each.verb}</a>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Recent({ rows }: { rows: RequestRow[] }): JSX.Element {
  if (rows.length === 0) return <Empty title={t("home.norequests")} action={<Button onClick={() => go("/setup?step=4")}>{t("home.left.request.verb")}</Button>}>{t("home.norequests.text")}</Empty>;
  return (
    <div class="table-wrap">
      <table>
        <caption class="hidden-visually">{t("home.recent")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("requests.time")}</th>
            <th scope="col">{t("requests.status")}</th>
            <th scope="col">{t("requests.model")}</th>
            <th scope="col" class="right">{t("requests.total")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.requestId}>
              <td class="num tight"><a href={`/dashboard/requests/${row.requestId}`}>{clock(row.time)}</a></td>
              <td class="tight"><StatusCell row={row} /></td>
              <td><ModelCell row={row} /></td>
              <td class="num right tight">{took(row.latencyMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What needs me, what is happening, how to connect. */
export default function Home(): JSX.Element {
  return (
    <Region<Overview> path="/api/overview" lines={8}>
      {({ day, recent, connections, keys, model }) => (
        <div class="home">
          <Attention connections={connections} keys={keys} served={recent.length > 0} />
          <Now history={day} />
          <section class="panel flush">
            <header><h2>{t("home.recent")}</h2></header>
            <Recent rows={recent} />
          </section>
          <section class="panel">
            <h2>{t("home.connect")}</h2>
            <CopyLine text={`${location.origin}/v1`} label={t("home.copy.url")} />
            <CopyLine text={model ?? "demo/echo"} label={t("home.copy.model")} />
            <Note is="info">{t("home.key")} <a href="/dashboard/keys">{t("nav.keys")}</a></Note>
            <Snippets apiKey={KEY_MARK} model={model ?? "demo/echo"} />
          </section>
        </div>
      )}
    </Region>
  );
}
