import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { asError, get } from "../../api/client";
import { refresh, useLater, useQuery } from "../../api/query";
import type { ApiKey, CatalogProvider, Connection, RequestPage, RequestRow } from "../../api/types";
import { listen, underWay } from "../../app/live";
import { go, place, setQuery } from "../../app/router";
import { clock, locale, moment, t } from "../../i18n";
import { Button, Empty, explain, Field, KEY_MARK, ModelCell, Region, Select, Snippets, State, StatusCell, Switch, toast, tokens, took } from "../../ui";
import type { PageProps } from "..";
import { RequestDrawer } from "./drawer";
import { Recording } from "./recording";
import { fits, withNew } from "./shape";

const PAGE = 50;
const FILTERS = ["search", "status", "provider", "key", "model", "connection"] as const;
const NONE = Object.fromEntries([...FILTERS.map((name) => [name, null]), ["view", null]]);
const TOGETHER_MS = 250;
const AGAIN_MS = 2000;
const SEARCH_AGAIN_MS = 3000;

/** Requests that ended since the list was asked for, as they are told of; those that came before the stream are asked for once. */
function useTail(path: string, ready: boolean): { rows: RequestRow[]; cutAt: string | null } {
  const [rows, setRows] = useState<RequestRow[]>([]);
  const [cutAt, setCutAt] = useState<string | null>(null);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    setRows([]);
    if (!ready) return undefined;
    let waiting: RequestRow[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    let renewal: ReturnType<typeof setTimeout> | undefined;
    const asked = new URLSearchParams(path.split("?")[1]);
    const stop = listen<RequestRow>("/api/usage/logs/stream", "request", (row) => {
      // Whether the words of a search are in a body is known to the gateway alone.
      if (asked.has("search")) renewal ??= setTimeout(() => { renewal = undefined; void refresh(path); }, SEARCH_AGAIN_MS);
      if (asked.has("search") || !fits(row, asked)) return;
      waiting.push(row);
      if (waiting.length > 1) return;
      setTimeout(() => {
        const more = waiting.reverse();
        waiting = [];
        setRows((before) => withNew(before, more, PAGE));
      }, TOGETHER_MS);
    }, () => {
      setCutAt((since) => since ?? new Date().toISOString());
      timer = setTimeout(() => setTries((n) => n + 1), AGAIN_MS);
    }, () => {
      setCutAt(null);
      void refresh(path);
    });
    return () => {
      stop();
      clearTimeout(timer);
      clearTimeout(renewal);
    };
  }, [path, ready, tries]);
  return { rows, cutAt };
}

/** The list's address for the filters of the page's. */
export function listPath(query: URLSearchParams): string {
  const asked = new URLSearchParams({ limit: String(PAGE) });
  for (const name of FILTERS) {
    const value = query.get(name);
    if (value) asked.set(name, value);
  }
  return `/api/usage/logs?${asked.toString()}`;
}

/** What the filters offer; the rows themselves carry their names. */
interface Names { providers: Map<string, string>; keys: Map<string, string>; connections: Map<string, string> }
function useNames(): Names {
  const catalog = useLater<{ providers: CatalogProvider[] }>("/api/catalog/providers").data?.providers ?? [];
  const keys = useLater<{ keys: ApiKey[] }>("/api/keys").data?.keys ?? [];
  const connections = useLater<{ connections: Connection[] }>(place.value.query.has("connection") ? "/api/providers" : "").data?.connections ?? [];
  const used = catalog.filter((each) => each.activeConnections > 0 || each.id === place.value.query.get("provider"));
  return { providers: new Map(used.map((each) => [each.id, each.name])), keys: new Map(keys.map((each) => [each.id, each.name])), connections: new Map(connections.map((each) => [each.id, `${each.providerName} · ${each.name}`])) };
}

/** A filter that came with a link; it has no control of its own and can be taken away. */
function Only({ name, what }: { name: "model" | "connection"; what: string }): JSX.Element {
  return <span class="tag only"><span class="wrap-any">{t("requests.only", { what })}</span><Button kind="plain" small icon="close" label={t("requests.only.clear", { what })} onClick={() => setQuery({ [name]: null })}>{""}</Button></span>;
}

function FilterBar({ names }: { names: Names }): JSX.Element {
  const { query } = place.value;
  const [search, setSearch] = useState(query.get("search") ?? "");
  useEffect(() => {
    const timer = setTimeout(() => {
      if (search !== (place.peek().query.get("search") ?? "")) setQuery({ search });
    }, 250);
    return () => clearTimeout(timer);
  }, [search]);
  const options = (all: string, map: Map<string, string>): { value: string; text: string }[] => [{ value: "", text: all }, ...[...map].map(([value, text]) => ({ value, text }))];
  const [model, connection] = [query.get("model"), query.get("connection")];
  return (
    <div class="filters">
      <Field label={t("requests.search")} hideLabel type="search" value={search} onInput={setSearch} placeholder={t("requests.search.hint")} />
      <Select label={t("requests.status")} hideLabel value={query.get("status") ?? ""} onChange={(status) => setQuery({ status })}
        options={[{ value: "", text: t("requests.status.all") }, { value: "error", text: t("requests.status.error") }, { value: "200", text: "200" }, { value: "429", text: "429" }, { value: "500", text: "500" }, { value: "502", text: "502" }, { value: "503", text: "503" }]} />
      <Select label={t("requests.provider")} hideLabel value={query.get("provider") ?? ""} onChange={(provider) => setQuery({ provider })} options={options(t("requests.provider.all"), names.providers)} />
      <Select label={t("requests.key")} hideLabel value={query.get("key") ?? ""} onChange={(key) => setQuery({ key })} options={options(t("requests.key.all"), names.keys)} />
      {model && <Only name="model" what={model} />}
      {connection && <Only name="connection" what={names.connections.get(connection) ?? t("request.connection")} />}
      {FILTERS.some((name) => query.has(name)) && <Button onClick={() => { setSearch(""); setQuery(NONE); }}>{t("filter.clear")}</Button>}
    </div>
  );
}

/** A row as it was drawn, until it or the language changes: fifty more a second leave the others alone. */
function Row({ row, chosen, onOpen }: { row: RequestRow; chosen: boolean; onOpen: (row: RequestRow) => void }): JSX.Element {
  return useMemo(() => (
    <tr class="clickable" aria-selected={chosen} onClick={() => onOpen(row)}>
      <td class="tight num"><a href={`/dashboard/requests/${row.requestId}${location.search}`} title={moment(row.time)}>{clock(row.time)}</a></td>
      <td class="tight"><StatusCell row={row} /></td>
      <td><ModelCell row={row} />{row.attempts > 1 && <span class="tag warn">{t("requests.attempts", { count: row.attempts })}</span>}</td>
      <td>{row.providerName ?? row.provider ?? "–"}</td>
      <td>{row.keyName ?? (row.key ? t("requests.key.gone") : "–")}</td>
      <td class="right num tight">{tokens(row.inputTokens)} / {tokens(row.outputTokens)}</td>
      <td class="right num tight">{took(row.firstTokenMs)}</td>
      <td class="right num tight">{took(row.latencyMs)}</td>
    </tr>
  ), [row, chosen, location.search, locale.value]);
}

function Table({ rows, selected, onOpen }: { rows: RequestRow[]; selected: string; onOpen: (row: RequestRow) => void }): JSX.Element {
  return (
    <div class="panel flush table-wrap">
      <table class="requests">
        <caption class="hidden-visually">{t("nav.requests")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("requests.time")}</th>
            <th scope="col">{t("requests.status")}</th>
            <th scope="col">{t("requests.model")}</th>
            <th scope="col">{t("requests.provider")}</th>
            <th scope="col">{t("requests.key")}</th>
            <th scope="col" class="right">{t("requests.tokens")}</th>
            <th scope="col" class="right">{t("requests.firsttoken")}</th>
            <th scope="col" class="right">{t("requests.total")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.requestId} row={row} chosen={row.requestId === selected} onOpen={onOpen} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The newest page, live or held still, with older pages below it. */
function List({ page, path, selected, cutAt }: { page: RequestPage; path: string; selected: string; cutAt: string | null }): JSX.Element {
  const [held, setHeld] = useState<RequestPage | null>(null);
  const [older, setOlder] = useState<RequestPage[]>([]);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    setHeld(null);
    setOlder([]);
  }, [path]);
  // Whoever reads older rows or a detail is not moved by new ones.
  const still = held ?? (older.length > 0 || selected ? page : null);
  useEffect(() => {
    if (held === null && (older.length > 0 || selected)) setHeld(page);
  }, [older.length, selected]);
  const top = still ?? page;
  const rows = [...top.logs, ...older.flatMap((each) => each.logs)];
  const newest = top.logs[0]?.requestId;
  const fresh = newest ? page.logs.findIndex((row) => row.requestId === newest) : 0;
  const next = older.length > 0 ? (older[older.length - 1]?.next ?? null) : top.next;
  const more = async (): Promise<void> => {
    if (next === null) return;
    setBusy(true);
    try {
      // What was told of since has pushed rows out of the list: the next page begins where a new first one ends.
      const first = older.length > 0 ? top : await get<RequestPage>(path);
      const from = older.length > 0 ? next : first.next;
      if (from !== null) {
        const got = await get<RequestPage>(`${path}&cursor=${from}`);
        setHeld(first);
        setOlder([...older, got]);
      }
    } catch (thrown) {
      toast(explain(asError(thrown)));
    }
    setBusy(false);
  };
  const open = (row: RequestRow): void => go(`/dashboard/requests/${row.requestId}${location.search}`);
  const step = (by: number): void => {
    const row = rows[rows.findIndex((each) => each.requestId === selected) + by];
    if (row) go(`/dashboard/requests/${row.requestId}${location.search}`, true);
  };
  const pinned = held !== null;
  useEffect(() => {
    // Space holds the list still, or lets it go on.
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== " " || (event.target instanceof HTMLElement && event.target.closest("a, button, input, select, textarea, dialog, summary"))) return;
      event.preventDefault();
      setHeld(pinned ? null : page);
      if (pinned) setOlder([]);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  });
  return (
    <>
      <div class="row far">
        <div class="row">
          <Switch label={t("requests.live")} checked={!pinned} onChange={(on) => { setHeld(on ? null : page); if (on) setOlder([]); }} />
          <Recording />
          {underWay.value !== null && <span class="muted">{t("requests.underway", { count: underWay.value })}</span>}
          {cutAt && <State is="warn"><span class="wrap">{t("live.cut", { time: clock(cutAt) })}</span></State>}
        </div>
        {pinned && fresh !== 0 && <Button small icon="up" onClick={() => { setHeld(null); setOlder([]); }}>{fresh < 0 ? t("requests.new.many") : t("requests.new", { count: fresh })}</Button>}
      </div>
      <Table rows={rows} selected={selected} onOpen={open} />
      {next !== null && <div class="row center"><Button busy={busy} onClick={() => void more()}>{t("requests.more")}</Button></div>}
      {selected && <RequestDrawer id={selected} row={rows.find((row) => row.requestId === selected)} onClose={() => go(`/dashboard/requests${location.search}`)} onStep={step} />}
    </>
  );
}

export default function Requests({ rest }: PageProps): JSX.Element {
  const names = useNames();
  const { query } = place.value;
  const path = listPath(query);
  const filtered = FILTERS.some((name) => query.has(name));
  const { rows: tail, cutAt } = useTail(path, useQuery<RequestPage>(path).data !== undefined);
  return (
    <div class="stack">
      <FilterBar names={names} />
      <Region<RequestPage> path={path} lines={10}>
        {(listed) => { const page = { ...listed, logs: withNew(listed.logs, tail, PAGE) }; return page.logs.length > 0 || rest ? <List page={page} path={path} selected={rest} cutAt={cutAt} /> : filtered ? (
          <div class="panel"><Empty title={t("requests.none")} action={<Button onClick={() => setQuery(NONE)}>{t("filter.clear")}</Button>}>{t("requests.none.text")}</Empty></div>
        ) : (
          <div class="panel">
            <h2>{t("requests.empty")}</h2>
            <p class="muted">{t("requests.empty.text")}</p>
            <State is="unknown">{t("requests.listening")}</State>
            <Snippets apiKey={KEY_MARK} model="demo/echo" />
          </div>
        ); }}
      </Region>
    </div>
  );
}
