import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useQuery } from "../../api/query";
import type { Decision, RequestRow } from "../../api/types";
import { place, setQuery } from "../../app/router";
import { lookup, moment, money, t, withTexts } from "../../i18n";
import { Button, CopyButton, Dialog, ErrorPanel, explain, Note, Skeleton, Stat, StatusCell, Tabs, Tag, tokens, took } from "../../ui";
import { Attempts, DecisionView } from "../../ui/more";

interface DrawerProps { id: string; row: RequestRow | undefined; onClose: () => void; onStep: (by: number) => void }

/** When it came, each try and what came of it, and when it ended; then why it went this way. */
function Course({ row }: { row: RequestRow }): JSX.Element {
  const asked = useQuery<Decision>(`/api/requests/${encodeURIComponent(row.requestId)}/route`);
  const decision = asked.data;
  const attempts = decision?.attempts ?? [];
  return (
    <>
      <section class="stack-small">
        <h3>{t("timeline.title")}</h3>
        <p class="small muted">{t("timeline.received", { time: moment(row.time) })}</p>
        {decision && attempts.length > 0 ? <Attempts attempts={attempts} totalMs={row.latencyMs} /> : <p>{row.attempts === 0 ? t("timeline.unsent") : t("timeline.attempts", { count: row.attempts })}</p>}
        {row.firstTokenMs !== null && <p class="small">{t("timeline.first", { time: took(row.firstTokenMs) })}</p>}
        <p class="small">{t("timeline.end", { status: row.status, time: took(row.latencyMs) })}</p>
      </section>
      <section class="stack-small">
        <h3>{t("request.why")}</h3>
        {decision ? (
          <>
            <p class="small muted">{decision.combo ? t("request.why.combo", { name: decision.combo, strategy: lookup(`strategy.${decision.strategy}`) ?? decision.strategy }) : t("request.why.model", { name: decision.model })}</p>
            <DecisionView decision={decision} past />
            {decision.combo && <p><a href={`/dashboard/combos/${decision.combo}`}>{t("request.why.now")}</a></p>}
          </>
        ) : asked.error ? <p class="muted">{asked.error.status === 404 ? t("request.why.none") : explain(asked.error)}</p> : <Skeleton lines={3} />}
      </section>
    </>
  );
}

type SaidView = typeof import("./bodies").default;

/** What was said; the code for it is fetched when it is asked for. */
function Said({ id }: { id: string }): JSX.Element {
  const [view, setView] = useState<{ View: SaidView } | null>(null);
  useEffect(() => {
    void withTexts("rest", import("./bodies")).then((module) => setView({ View: module.default }));
  }, []);
  return view ? <view.View key={id} id={id} /> : <Skeleton lines={8} />;
}

/** What came of it, by whom, and what it took. */
function Account({ row }: { row: RequestRow }): JSX.Element {
  return (
    <div class="stack">
      <Course row={row} />
      <section class="stack-small">
        <h3>{t("request.facts")}</h3>
        <dl class="facts">
          <dt>{t("request.endpoint")}</dt><dd><code>{row.endpoint}</code> <span class="muted">{row.format}</span> {row.streamed && <Tag>{t("request.streamed")}</Tag>}</dd>
          <dt>{t("request.asked")}</dt><dd>{row.model}</dd>
          <dt>{t("request.served")}</dt><dd>{row.upstreamModel ?? t("request.nobody")}</dd>
          <dt>{t("requests.provider")}</dt><dd>{row.provider ? <a href={`/dashboard/providers/${encodeURIComponent(row.provider)}`}>{row.providerName ?? row.provider}</a> : "–"}</dd>
          <dt>{t("request.connection")}</dt><dd>{row.connectionName ?? row.connection ?? "–"}</dd>
          <dt>{t("requests.key")}</dt><dd>{row.keyName ?? (row.key ? t("requests.key.gone") : "–")}</dd>
        </dl>
      </section>
      <section class="stack-small">
        <h3>{t("request.tokens")}</h3>
        <dl class="facts num">
          <dt>{t("tokens.input")}</dt><dd>{tokens(row.inputTokens)}</dd>
          <dt>{t("tokens.output")}</dt><dd>{tokens(row.outputTokens)}</dd>
          <dt>{t("tokens.cacheread")}</dt><dd>{tokens(row.cacheReadTokens)}</dd>
          <dt>{t("tokens.cachewrite")}</dt><dd>{tokens(row.cacheWriteTokens)}</dd>
          <dt>{t("tokens.reasoning")}</dt><dd>{tokens(row.reasoningTokens)}</dd>
          <dt>{t("analytics.metric.cost")}</dt><dd>{row.costUsd === null ? t("costs.unknown") : <>{money(row.costUsd)} {row.priceVersion && <span class="muted">{t("request.price", { version: row.priceVersion })}</span>}</>}</dd>
        </dl>
        {row.dropped.length > 0 && <p class="small muted">{t("request.dropped", { fields: row.dropped.join(", ") })}</p>}
        {row.estimated && <p class="small muted">{t("tokens.estimated")}</p>}
      </section>
    </div>
  );
}

/** One request in full; arrow keys go through the list. */
export function RequestDrawer({ id, row: listed, onClose, onStep }: DrawerProps): JSX.Element {
  const asked = useQuery<RequestRow>(listed ? "" : `/api/usage/logs/${encodeURIComponent(id)}`);
  const row = listed ?? asked.data;
  const view = place.value.query.get("view") === "said" ? "said" : "course";
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT|PRE)$/.test(event.target.tagName)) return;
      if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
      event.preventDefault();
      onStep(event.key === "ArrowDown" ? 1 : -1);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  });
  return (
    <Dialog title={t("request.title")} onClose={onClose} kind="drawer">
      <div class="row far">
        <code class="wrap-any">{id}</code>
        <div class="row">
          <CopyButton text={id} label={t("request.copyid")} />
          <Button small icon="up" label={t("request.previous")} onClick={() => onStep(-1)}>{""}</Button>
          <Button small icon="down" label={t("request.next")} onClick={() => onStep(1)}>{""}</Button>
        </div>
      </div>
      {!row ? (asked.error?.status === 404 ? <Note is="info" title={t("request.unknown")}>{t("request.unknown.text")}</Note> : asked.error ? <ErrorPanel error={asked.error} /> : <Skeleton />) : (
        <>
          {row.error && <Note is="bad" title={lookup(`kind.${row.error}`) ?? row.error}><span class="wrap-any" lang="en">{row.errorMessage}</span></Note>}
          <dl class="stats">
            <Stat label={t("requests.status")} value={<StatusCell row={row} />} />
            <Stat label={t("requests.total")} value={took(row.latencyMs)} />
            <Stat label={t("requests.firsttoken")} value={took(row.firstTokenMs)} />
            <Stat label={t("requests.tokens")} value={`${tokens(row.inputTokens)} / ${tokens(row.outputTokens)}`} />
          </dl>
          <Tabs label={t("request.view")} tabs={[{ id: "course", name: t("request.view.course") }, { id: "said", name: t("request.view.said") }]} active={view} onChange={(to) => setQuery({ view: to === "said" ? to : null })}>
            {view === "said" ? <Said id={row.requestId} /> : <Account row={row} />}
          </Tabs>
        </>
      )}
    </Dialog>
  );
}
