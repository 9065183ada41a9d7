import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { asError, remove } from "../../api/client";
import { changed, refresh } from "../../api/query";
import type { EgressEntry, EgressLog } from "../../api/types";
import { beats } from "../../app/live";
import { place, setQuery } from "../../app/router";
import { bytes, clock, moment, t } from "../../i18n";
import { Button, Empty, explain, Field, Region, Select, State, type StateWord, toast, took } from "../../ui";
import { going, OUTCOMES, type Outcome, WAYS } from "./shape";

const PATH = "/api/usage/proxy-logs?limit=500";
const DRAWN = 100;
const AGAIN_MS = 3000;
const states: Record<EgressEntry["state"], StateWord> = { refused: "bad", failed: "bad", open: "ok", closed: "off" };
const size = (value: number | null): string => (value === null ? "–" : bytes(value));

function Row({ entry }: { entry: EgressEntry }): JSX.Element {
  const { time, host, port, address, providerName, proxy, state, reason, verdict, connectMs, lastedMs, sentBytes, receivedBytes } = entry;
  const under = [address === host ? null : address, proxy].filter(Boolean).join(" · ");
  return (
    <tr>
      <td class="num tight">{time && <time dateTime={time} title={moment(time)}>{clock(time)}</time>}</td>
      <th scope="row" class="lead wrap-any">
        <span translate={false}>{host}:{port}</span> {providerName && <span class="muted">{providerName}</span>}
        {under && <div class="small muted" translate={false}>{under}</div>}
      </th>
      <td class="wide-only">{proxy ? entry.type : t("outgoing.direct")}</td>
      <td class="lead">
        <State is={states[state]}>{t(`outgoing.${state}`)}</State>
        {reason && <div class="small wrap-any" lang="en">{reason}</div>}
      </td>
      <td class="wide-only">{t(`outgoing.verdict.${verdict}`)}</td>
      <td class="right num tight" data-label={t("outgoing.connected")}>{took(connectMs)}</td>
      <td class={`right num tight ${sentBytes === null ? "wide-only" : ""}`} data-label={t("outgoing.bytes")}>{sentBytes === null ? "–" : `${size(sentBytes)} / ${size(receivedBytes)}`}</td>
      <td class={`right num tight ${lastedMs === null ? "wide-only" : ""}`} data-label={t("outgoing.lasted")}>{took(lastedMs)}</td>
    </tr>
  );
}

function Entries({ log }: { log: EgressLog }): JSX.Element {
  const { query } = place.value;
  const [most, setMost] = useState(DRAWN);
  const status = OUTCOMES.find((each) => each === query.get("status")) ?? "";
  const type = WAYS.find((each) => each === query.get("type")) ?? "";
  const text = query.get("q") ?? "";
  const shown = going(log.entries, status, type, text);
  const forget = async (): Promise<void> => {
    try {
      await remove(PATH);
      toast(t("outgoing.cleared"));
    } catch (thrown) {
      toast(explain(asError(thrown)));
    }
    changed(PATH);
  };
  if (log.entries.length === 0) return <div class="panel"><Empty title={t("outgoing.empty")}>{t("outgoing.empty.text")}</Empty></div>;
  return (
    <>
      <div class="filters">
        <Field label={t("outgoing.search")} hideLabel type="search" value={text} onInput={(q) => setQuery({ q })} placeholder={t("outgoing.search")} />
        <Select<Outcome | ""> label={t("state")} hideLabel value={status} onChange={(chosen) => setQuery({ status: chosen })} options={[{ value: "", text: t("state.all") }, ...OUTCOMES.map((value) => ({ value, text: t(`outgoing.${value}`) }))]} />
        <Select<EgressEntry["type"] | ""> label={t("outgoing.way")} hideLabel value={type} onChange={(chosen) => setQuery({ type: chosen })} options={[{ value: "", text: t("outgoing.ways") }, ...WAYS.map((value) => ({ value, text: value === "direct" ? t("outgoing.direct") : value }))]} />
        <Button onClick={() => void forget()}>{t("outgoing.clear")}</Button>
      </div>
      <div class="panel flush">
        {shown.length === 0 ? <Empty title={t("filter.none")} action={<Button onClick={() => setQuery({ q: null, status: null, type: null })}>{t("filter.clear")}</Button>} /> : (
          <div class="table-wrap">
            <table class="stacks">
              <caption class="hidden-visually">{t("logs.outgoing")}</caption>
              <thead>
                <tr>
                  <th scope="col">{t("logs.when")}</th>
                  <th scope="col">{t("outgoing.to")}</th>
                  <th scope="col" class="wide-only">{t("outgoing.way")}</th>
                  <th scope="col">{t("state")}</th>
                  <th scope="col" class="wide-only">{t("outgoing.verdict")}</th>
                  <th scope="col" class="right">{t("outgoing.connected")}</th>
                  <th scope="col" class="right">{t("outgoing.bytes")}</th>
                  <th scope="col" class="right">{t("outgoing.lasted")}</th>
                </tr>
              </thead>
              <tbody>{shown.slice(0, most).map((entry) => <Row key={entry.id} entry={entry} />)}</tbody>
            </table>
          </div>
        )}
      </div>
      {shown.length > most && <div class="row center"><Button onClick={() => setMost(most + DRAWN)}>{t("logs.older")}</Button></div>}
    </>
  );
}

/** Whom the gateway called, and whom it was not let to. */
export function Outgoing(): JSX.Element {
  useEffect(() => {
    // Asked again only where something has happened, and not for every request.
    let seen = beats.peek();
    const timer = setInterval(() => {
      if (beats.peek() === seen || document.hidden) return;
      seen = beats.peek();
      void refresh(PATH);
    }, AGAIN_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <Region<EgressLog> path={PATH} lines={8}>
      {(log) => (
        <div class="stack">
          <p class="muted row"><span>{t("outgoing.text")}</span><span class="num">{t("outgoing.counts", log.sinceStart)}</span></p>
          <Entries log={log} />
        </div>
      )}
    </Region>
  );
}
