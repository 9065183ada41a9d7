import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { refresh } from "../../api/query";
import type { ConsoleLine, ConsoleLog } from "../../api/types";
import { listen } from "../../app/live";
import { place, setQuery } from "../../app/router";
import { clock, locale, moment, precise, t } from "../../i18n";
import { Button, Empty, Field, Region, saveFile, Select, State, Switch } from "../../ui";
import { asText, extended, LEVELS, matching, parts } from "./shape";

const KEPT = 1000;
const DRAWN = 150;
const PATH = `/api/logs/console?limit=${KEPT}`;
const AGAIN_MS = 2000;

/** The lines of the answer, and each that is written from then on; a lost stream begins with an answer again. */
function useTail(first: ConsoleLog): { lines: ConsoleLine[]; cutAt: string | null } {
  const [lines, setLines] = useState(first.lines);
  const [cutAt, setCutAt] = useState<string | null>(null);
  useEffect(() => {
    setLines(first.lines);
    let waiting: ConsoleLine[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = listen<ConsoleLine>(`/api/logs/console/stream?after=${first.lines[first.lines.length - 1]?.id ?? 0}`, "line", (line) => {
      waiting.push(line);
      if (waiting.length > 1) return;
      // What comes at once is drawn at once.
      setTimeout(() => {
        const more = waiting;
        waiting = [];
        setLines((before) => extended(before, more, KEPT));
      }, 50);
    }, () => {
      setCutAt((since) => since ?? new Date().toISOString());
      const again = (): void => {
        timer = setTimeout(() => void refresh(PATH).then(again), AGAIN_MS);
      };
      again();
    }, () => setCutAt(null));
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [first]);
  return { lines, cutAt };
}

function Row({ line }: { line: ConsoleLine }): JSX.Element {
  const { level } = line;
  const at = line.time ?? "";
  // Drawn once: more lines leave the others alone.
  return useMemo(() => (
    <li>
      <time dateTime={at} title={moment(at)} class="num muted">{precise(at)}</time>
      <span class="level">{level === "error" || level === "warn" ? <State is={level === "error" ? "bad" : "warn"}><code>{level}</code></State> : <code class="muted">{level}</code>}</span>
      <span class="wrap-any" lang="en">{parts(line.message).map((each, i) => (each.id ? <a key={i} href={`/dashboard/requests/${each.id}`}>{each.text}</a> : each.text))}</span>
    </li>
  ), [line, locale.value]);
}

function Lines({ log }: { log: ConsoleLog }): JSX.Element {
  const { lines: tail, cutAt } = useTail(log);
  const [held, setHeld] = useState<ConsoleLine[] | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const below = useRef(true);
  const { query } = place.value;
  const text = query.get("q") ?? "";
  const level = query.get("level") ?? "";
  const lines = held ?? tail;
  const shown = matching(lines, level, text);
  const last = held?.[held.length - 1]?.id ?? 0;
  const fresh = held ? tail.filter((line) => line.id > last).length : 0;
  useLayoutEffect(() => {
    // Whoever reads further up is not moved.
    if (below.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  });
  const turn = (): void => setHeld(held ? null : tail);
  useEffect(() => {
    // Space holds the lines still, or lets them go on.
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== " " || (event.target instanceof HTMLElement && event.target.closest("a, button, input, select, textarea, dialog, summary"))) return;
      event.preventDefault();
      turn();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  });
  return (
    <>
      <div class="filters">
        <Field label={t("console.search")} hideLabel type="search" value={text} onInput={(q) => setQuery({ q })} placeholder={t("console.search")} />
        <Select label={t("console.level")} hideLabel value={level} onChange={(chosen) => setQuery({ level: chosen })} options={LEVELS.map((each) => ({ value: each === "trace" ? "" : each, text: t(`console.level.${each}`) }))} />
        <Switch label={t("requests.live")} checked={!held} onChange={turn} />
        <Button icon="save" disabled={shown.length === 0} onClick={() => saveFile("omniroute.log", asText(shown), "text/plain")}>{t("console.save")}</Button>
      </div>
      <div class="row far">
        <div class="row muted num">
          <span>{t("console.count", { count: shown.length })}</span>
          {shown.length > DRAWN && <span>{t("console.newest", { count: DRAWN })}</span>}
          {cutAt && <State is="warn"><span class="wrap">{t("live.cut", { time: clock(cutAt) })}</span></State>}
        </div>
        {fresh > 0 && <Button small icon="down" onClick={() => setHeld(null)}>{t("requests.new", { count: fresh })}</Button>}
      </div>
      <div class="panel flush">
        {lines.length === 0 ? <Empty title={t("console.empty")} action={<a class="button" href="/dashboard/settings?q=log">{t("nav.settings")}</a>}>{t("console.empty.text")} <code>omniroute settings list</code></Empty>
          : shown.length === 0 ? <Empty title={t("console.none")} action={<Button onClick={() => setQuery({ q: null, level: null })}>{t("filter.clear")}</Button>}>{t("console.none.text", { count: lines.length })}</Empty> : (
            <div class="console" ref={box} tabIndex={0} role="group" aria-label={t("console.lines")}
              onScroll={(event) => { const { scrollHeight, scrollTop, clientHeight } = event.currentTarget; below.current = scrollHeight - scrollTop - clientHeight < 24; }}>
              <ol>{shown.slice(-DRAWN).map((line) => <Row key={line.id} line={line} />)}</ol>
            </div>
          )}
      </div>
    </>
  );
}

/** What the gateway writes, as it is written. */
export function Console(): JSX.Element {
  return (
    <Region<ConsoleLog> path={PATH} lines={10}>
      {(log) => (
        <div class="stack">
          <p class="muted">{t("console.text")} <code>{log.level}</code></p>
          <Lines log={log} />
        </div>
      )}
    </Region>
  );
}
