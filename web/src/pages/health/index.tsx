import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { asError, post, remove, serverNow } from "../../api/client";
import { changed, refresh, useLater } from "../../api/query";
import type { Connection, Health, Latency, Percentiles, RateLimits } from "../../api/types";
import { bytes, duration, lookup, number, percent, t } from "../../i18n";
import { Ago, Button, Check, Countdown, Dialog, explain, Region, Skeleton, Stat, State, toast, took } from "../../ui";
import { breakerName, type Trouble, troubles, verdict } from "./shape";

const HEALTH = "/api/monitoring/health";
const LATENCY = "/api/monitoring/latency";

async function act(work: () => Promise<unknown>, done: string): Promise<void> {
  try {
    await work();
    toast(done);
  } catch (thrown) {
    toast(explain(asError(thrown)));
  }
  changed("/api/monitoring/", "/api/lockouts", "/api/rate-limits");
}

const until = (ms: number): string => new Date(serverNow() + ms).toISOString();
const back = (): void => void refresh(HEALTH);

function TroubleRow({ trouble }: { trouble: Trouble }): JSX.Element {
  if (trouble.kind === "breaker") {
    const { breaker } = trouble;
    const name = breakerName(breaker);
    return (
      <li class="trouble">
        <State is={trouble.is}>{t("health.breaker")}</State>
        <div class="grow">
          <strong class="wrap-any">{name}</strong>
          <div class="small muted">
            {t(`health.breaker.${breaker.state}`)} · {t("health.failures", { count: breaker.failureCount, most: breaker.threshold })}
            {breaker.retryInMs > 0 && <> · {t("health.tried")} <Countdown until={until(breaker.retryInMs)} onEnd={back} /></>}
          </div>
        </div>
        <Button small label={t("health.close.of", { name })} onClick={() => void act(() => post("/api/resilience/reset", { name: breaker.name }), t("health.closed", { name }))}>{t("health.close")}</Button>
      </li>
    );
  }
  if (trouble.kind === "rest") {
    const { rest } = trouble;
    const name = [rest.providerName, rest.connection, rest.model].filter(Boolean).join(" · ");
    const query = new URLSearchParams({ connection: rest.connectionId, ...(rest.model ? { model: rest.model } : {}) });
    return (
      <li class="trouble">
        <State is={trouble.is}>{t(`health.rest.${rest.state}`)}</State>
        <div class="grow">
          <strong class="wrap-any">{name}</strong>
          <div class="small muted">
            {lookup(`cause.${rest.reason}`) ?? rest.cause} · {rest.source === "provider" ? t("health.source.provider") : t("health.source.formula")}
            {rest.until && rest.remainingMs > 0 && <> · {t("health.over")} <Countdown until={rest.until} onEnd={back} /></>}
          </div>
        </div>
        <Button small label={t("health.end.of", { name })} onClick={() => void act(() => remove(`/api/lockouts?${query.toString()}`), t("health.ended", { name }))}>{t("health.end")}</Button>
      </li>
    );
  }
  if (trouble.kind === "connection") {
    const { connection } = trouble;
    return (
      <li class="trouble">
        <State is="bad">{t("health.test")}</State>
        <div class="grow">
          <strong class="wrap-any">{connection.providerName} · {connection.name}</strong>
          <div class="small muted wrap-any">{connection.lastErrorAt && <><Ago at={connection.lastErrorAt} />: </>}<span lang="en">{connection.lastError}</span></div>
        </div>
        <a class="button small" href={`/dashboard/providers/${encodeURIComponent(connection.provider)}`}>{t("home.look")}</a>
      </li>
    );
  }
  return (
    <li class="trouble">
      <State is="warn">{t("health.queue")}</State>
      <div class="grow"><strong class="wrap-any">{trouble.name}</strong><div class="small muted">{t("health.waiting", { queued: trouble.queued, running: trouble.running })}</div></div>
    </li>
  );
}

function Reset({ health, onClose }: { health: Health; onClose: () => void }): JSX.Element {
  const open = health.circuitBreakers.filter((each) => each.state !== "CLOSED" || each.failureCount > 0).length;
  const [breakers, setBreakers] = useState(true);
  const [rests, setRests] = useState(true);
  const run = async (): Promise<void> => {
    await act(async () => {
      if (breakers) await post("/api/resilience/reset", {});
      if (rests) await remove("/api/lockouts");
    }, t("health.reset.done"));
    onClose();
  };
  return (
    <Dialog title={t("health.reset")} onClose={onClose}>
      <p>{t("health.reset.text")}</p>
      <Check label={t("health.reset.breakers", { count: open })} checked={breakers} onChange={setBreakers} />
      <Check label={t("health.reset.rests", { count: health.lockouts.length })} checked={rests} onChange={setRests} />
      <div class="actions"><Button onClick={onClose}>{t("cancel")}</Button><Button kind="primary" busy={!breakers && !rests} onClick={() => void run()}>{t("health.reset.verb")}</Button></div>
    </Dialog>
  );
}

function Worst({ health, latency, connections, limits }: { health: Health; latency: Latency | undefined; connections: Connection[]; limits: RateLimits | undefined }): JSX.Element {
  const [reset, setReset] = useState(false);
  const list = troubles(health, connections, limits);
  const word = latency ? verdict(latency, list) : null;
  return (
    <section class="panel">
      <header>
        <h2>{t("health.now")}</h2>
        <Button small onClick={() => setReset(true)}>{t("health.reset")}</Button>
      </header>
      {word && latency && (
        <p class="verdict"><State is={word.is}><span class="wrap">{word.word === "failing" ? t("health.failing", { errors: latency.errors, requests: latency.requests }) : word.word === "trouble" ? (latency.errors > 0 ? t("health.some", { errors: latency.errors, requests: latency.requests }) : t("health.trouble", { count: word.providers })) : word.word === "quiet" ? t("health.quiet") : t("health.well", { requests: latency.requests })}</span></State></p>
      )}
      {list.length > 0 && <ul class="troubles">{list.map((each, i) => <TroubleRow key={each.kind === "breaker" ? each.breaker.name : each.kind === "rest" ? `${each.rest.connectionId} ${each.rest.model ?? ""}` : each.kind === "connection" ? each.connection.id : i} trouble={each} />)}</ul>}
      {list.length === 0 && <p class="small muted">{t("health.breakers.closed", { count: health.circuitBreakers.length })}</p>}
      {reset && <Reset health={health} onClose={() => setReset(false)} />}
    </section>
  );
}

const micro = (value: number | null): string => (value === null ? "–" : value < 1000 ? `${number(value)} µs` : value < 100_000 ? `${number(Math.round(value / 100) / 10)} ms` : duration(value / 1000));

function Spreads({ of, show }: { of: Percentiles; show: (value: number | null) => string }): JSX.Element {
  return <>{[of.p50, of.p95, of.p99].map((value, i) => <td key={i} class={`right num tight ${i === 2 && show === took ? "wide-only" : ""}`}>{show(value)}</td>)}</>;
}

/** The part of requests' time that is our own. */
function Added({ latency }: { latency: Latency }): JSX.Element {
  const rows: [string, Percentiles][] = [[t("health.window"), latency.overheadUs], [t("health.own"), latency.ownUs], [t("health.start"), latency.sinceStart.overheadUs]];
  return (
    <section class="panel flush">
      <header><h2>{t("health.added")}</h2></header>
      <p class="padded small muted">{t("health.added.text")}</p>
      <div class="table-wrap">
        <table>
          <caption class="hidden-visually">{t("health.added")}</caption>
          <thead><tr><th scope="col"><span class="hidden-visually">{t("requests.time")}</span></th><th scope="col" class="right wide-only">{t("nav.requests")}</th>{[50, 95, 99].map((of) => <th key={of} scope="col" class="right">{t("health.p", { of })}</th>)}</tr></thead>
          <tbody>
            {rows.map(([what, of], i) => (
              <tr key={what}>
                <th scope="row" class={i === 1 ? "part" : ""}>{what}</th>
                <td class="right num tight wide-only">{number(of.count)}</td>
                <Spreads of={of} show={micro} />
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Times({ latency }: { latency: Latency }): JSX.Element {
  const rows = [...latency.byProvider].sort((a, b) => (b.totalMs.p95 ?? 0) - (a.totalMs.p95 ?? 0));
  return (
    <section class="panel flush">
      <header><h2>{t("health.times")}</h2><span class="small muted">{t("health.window")}</span></header>
      {latency.requests === 0 ? <p class="padded muted">{t("health.notimes")}</p> : (
        <div class="table-wrap">
          <table>
            <caption class="hidden-visually">{t("health.times")}</caption>
            <thead>
              <tr>
                <th scope="col">{t("requests.provider")}</th>
                <th scope="col" class="right">{t("nav.requests")}</th>
                <th scope="col" class="right wide-only">{t("health.errors")}</th>
                <th scope="col" class="right">{t("health.p", { of: 50 })}</th>
                <th scope="col" class="right">{t("health.p", { of: 95 })}</th>
                <th scope="col" class="right wide-only">{t("health.p", { of: 99 })}</th>
                <th scope="col" class="right wide-only">{t("health.first")}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.id ?? ""}>
                  <th scope="row">{row.id ? <a href={`/dashboard/requests?provider=${encodeURIComponent(row.id)}`}>{row.label}</a> : t("health.nobody")}</th>
                  <td class="right num tight">{number(row.requests)}</td>
                  <td class="right num tight wide-only">{row.errors > 0 ? percent(row.errors / row.requests) : "–"}</td>
                  <Spreads of={row.totalMs} show={took} />
                  <td class="right num wide-only tight">{took(row.firstTokenMs.p50)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Lines({ limits }: { limits: RateLimits | undefined }): JSX.Element | null {
  const shown = limits?.connections.filter((each) => each.enabled || each.running > 0 || each.queued > 0) ?? [];
  if (!limits) return null;
  return (
    <section class="panel flush">
      <header><h2>{t("health.lines")}</h2><span class="small muted num">{t("health.lines.sum", { running: limits.overview.running, queued: limits.overview.queued })}</span></header>
      {shown.length === 0 ? <p class="padded muted">{t("health.lines.none")}</p> : (
        <div class="table-wrap">
          <table>
            <caption class="hidden-visually">{t("health.lines")}</caption>
            <thead><tr><th scope="col">{t("request.connection")}</th><th scope="col" class="right">{t("health.running")}</th><th scope="col" class="right">{t("health.queued")}</th><th scope="col" class="right wide-only">{t("keys.rpm")}</th><th scope="col" class="right wide-only">{t("health.atonce")}</th></tr></thead>
            <tbody>
              {shown.map((each) => (
                <tr key={each.connectionId}>
                  <th scope="row" class="wrap-any">{each.providerName} <span class="muted">{each.name}</span></th>
                  <td class="right num tight">{each.running}</td>
                  <td class="right num tight">{each.queued}</td>
                  <td class="right num tight wide-only">{each.requestsPerMinute || "–"}</td>
                  <td class="right num tight wide-only">{each.concurrentRequests || "–"}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Process({ health }: { health: Health }): JSX.Element {
  const { system, store } = health;
  return (
    <section class="panel">
      <h2>{t("health.process")}</h2>
      <dl class="stats">
        <Stat label={t("health.version")} value={health.version} />
        <Stat label={t("health.uptime")} value={duration(health.uptime * 1000)} />
        <Stat label={t("health.memory")} value={bytes(system.memoryBytes)} />
        <Stat label={t("health.workers")} value={number(system.workers)} />
        <Stat label={t("health.connections")} value={number(health.openConnections)} />
        <Stat label={t("health.written")} value={number(store.usageWritten)} extra={store.usageWaiting > 0 ? t("health.unwritten", { count: store.usageWaiting }) : null} />
        {store.usageLost > 0 && <Stat label={t("health.lost")} value={number(store.usageLost)} />}
      </dl>
      <p class="small muted wrap-any">{store.dataDir}</p>
    </section>
  );
}

/** What is wrong comes first, and what to do about it beside it. The rest follows when that has its size. */
export default function HealthPage(): JSX.Element {
  const latency = useLater<Latency>(LATENCY);
  const connections = useLater<{ connections: Connection[] }>("/api/providers");
  const limits = useLater<RateLimits>("/api/rate-limits");
  const settled = [latency, connections, limits].every((each) => each.data !== undefined || each.error !== null);
  return (
    <Region<Health> path={HEALTH} lines={8}>
      {(health) => (
        <div class="stack">
          <Worst health={health} latency={latency.data} connections={connections.data?.connections ?? []} limits={limits.data} />
          {settled ? (
            <>
              <Region<Latency> path={LATENCY}>{(times) => <><Times latency={times} /><Added latency={times} /></>}</Region>
              <Lines limits={limits.data} />
              {"system" in health && <Process health={health} />}
            </>
          ) : <Skeleton lines={6} />}
        </div>
      )}
    </Region>
  );
}
