import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { useQuery } from "../../api/query";
import type { RequestRow } from "../../api/types";
import { lookup, moment, t } from "../../i18n";
import { Button, CopyButton, Dialog, ErrorPanel, Note, Skeleton, Stat, StatusCell, Tag, tokens, took } from "../../ui";

interface DrawerProps { id: string; row: RequestRow | undefined; onClose: () => void; onStep: (by: number) => void }

/** To scale: until the first token, and from there to the end. */
function Timeline({ row }: { row: RequestRow }): JSX.Element {
  const total = Math.max(1, row.latencyMs);
  const first = row.firstTokenMs ?? row.latencyMs;
  return (
    <div class="stack-small">
      <svg class="timeline" viewBox="0 0 400 16" preserveAspectRatio="none" aria-hidden="true">
        <rect class="wait" x="0" y="4" width={(first / total) * 400} height="8" />
        <rect class="stream" x={(first / total) * 400} y="4" width={400 - (first / total) * 400} height="8" />
      </svg>
      <ol class="steps">
        <li>{t("timeline.received", { time: moment(row.time) })}</li>
        <li>{row.attempts === 0 ? t("timeline.unsent") : t("timeline.attempts", { count: row.attempts })}</li>
        {row.firstTokenMs !== null && <li>{t("timeline.first", { time: took(row.firstTokenMs) })}</li>}
        <li>{t("timeline.end", { status: row.status, time: took(row.latencyMs) })}</li>
      </ol>
    </div>
  );
}

/** One request in full; arrow keys go through the list. */
export function RequestDrawer({ id, row: listed, onClose, onStep }: DrawerProps): JSX.Element {
  const asked = useQuery<RequestRow>(listed ? "" : `/api/usage/logs/${encodeURIComponent(id)}`);
  const row = listed ?? asked.data;
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
          {row.error && <Note is="bad" title={lookup(`kind.${row.error}`) ?? row.error}><span class="wrap-any">{row.errorMessage}</span></Note>}
          <dl class="stats">
            <Stat label={t("requests.status")} value={<StatusCell row={row} />} />
            <Stat label={t("requests.total")} value={took(row.latencyMs)} />
            <Stat label={t("requests.firsttoken")} value={took(row.firstTokenMs)} />
            <Stat label={t("requests.tokens")} value={`${tokens(row.inputTokens)} / ${tokens(row.outputTokens)}`} />
          </dl>
          <section class="stack-small"><h3>{t("timeline.title")}</h3><Timeline row={row} /></section>
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
            </dl>
            {row.dropped.length > 0 && <p class="small muted">{t("request.dropped", { fields: row.dropped.join(", ") })}</p>}
            {row.estimated && <p class="small muted">{t("tokens.estimated")}</p>}
          </section>
        </>
      )}
    </Dialog>
  );
}
