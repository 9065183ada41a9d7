import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { asError, patch, post, remove } from "../../api/client";
import { changed, refresh, useLater, useQuery } from "../../api/query";
import type { CatalogProvider, Connection, CustomModel, Health, ProviderNode, Rest, TestResult } from "../../api/types";
import { go, setQuery } from "../../app/router";
import { compact, lookup, t } from "../../i18n";
import { Ago, Button, Confirm, CopyButton, Countdown, Dialog, explain, Field, Note, Region, State, Switch, Tag, toast, toastUndo } from "../../ui";
import { reordered, ReorderList } from "../../ui/more";
import { testConnection, TestNote } from "./connect";
import { stateOf } from "./shape";

export const wordOf = (word: ReturnType<typeof stateOf>["word"]): string =>
  ({ ok: t("state.ok"), failing: t("state.failing"), untested: t("state.untested"), disabled: t("state.disabled"), builtin: t("state.builtin") })[word];

const url = (connection: Connection): string => `/api/providers/${encodeURIComponent(connection.id)}`;

async function change(connection: Connection, changes: Record<string, unknown>): Promise<boolean> {
  try {
    await patch(url(connection), changes);
    changed("/api/providers", "/api/catalog/");
    return true;
  } catch (thrown) {
    toast(explain(asError(thrown)));
    return false;
  }
}

/** Off at once, gone when nobody has taken it back for ten seconds. */
async function drop(connection: Connection): Promise<void> {
  if (!(await change(connection, { isActive: false }))) return;
  toastUndo(t("connection.removed", { name: connection.name }), () => void change(connection, { isActive: connection.isActive }), () => {
    void remove(url(connection)).catch((thrown: unknown) => toast(explain(asError(thrown)))).finally(() => changed("/api/providers", "/api/catalog/"));
  });
}

function Edit({ connection, onClose }: { connection: Connection; onClose: () => void }): JSX.Element {
  const [name, setName] = useState(connection.name);
  const [key, setKey] = useState("");
  const [model, setModel] = useState(connection.defaultModel ?? "");
  const [proxy, setProxy] = useState("");
  const [error, setError] = useState<ReturnType<typeof asError> | null>(null);
  const [busy, setBusy] = useState(false);
  const save = async (): Promise<void> => {
    setBusy(true);
    try {
      await patch(url(connection), { name, defaultModel: model, ...(key ? { apiKey: key.trim() } : {}), ...(proxy ? { proxy: proxy.trim() } : {}) });
      changed("/api/providers");
      onClose();
    } catch (thrown) {
      setError(asError(thrown));
      setBusy(false);
    }
  };
  const at = (field: string): string | null => (error?.field === field ? error.message : null);
  return (
    <Dialog title={t("connection.edit.of", { name: connection.name })} onClose={onClose}>
      <form class="stack" onSubmit={(event) => { event.preventDefault(); if (!busy) void save(); }}>
        <Field label={t("connect.name")} value={name} onInput={setName} required error={at("name")} autofocus />
        {connection.authType === "apikey" && <Field label={t("connection.newkey")} type="password" value={key} onInput={setKey} error={at("apiKey")} help={t("connection.newkey.help", { hint: connection.apiKeyHint ?? "–" })} />}
        <Field label={t("connect.model")} value={model} onInput={setModel} help={t("connect.model.help")} error={at("defaultModel")} />
        <Field label={t("connect.proxy")} value={proxy} onInput={setProxy} placeholder={connection.proxy ?? "socks5://127.0.0.1:1080"} error={at("proxy")} />
        {error && !error.field && <Note is="bad" role="alert">{explain(error)}</Note>}
        <div class="actions">
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button type="submit" kind="primary" busy={busy}>{t("save")}</Button>
        </div>
      </form>
    </Dialog>
  );
}

/** What keeps requests from this connection now, and until when. */
function Rests({ connection, rests }: { connection: Connection; rests: Rest[] }): JSX.Element | null {
  if (rests.length === 0) return null;
  const end = async (rest: Rest): Promise<void> => {
    try {
      await remove(`/api/lockouts?${new URLSearchParams({ connection: rest.connectionId, ...(rest.model ? { model: rest.model } : {}) }).toString()}`);
    } catch (thrown) {
      toast(explain(asError(thrown)));
    }
    changed("/api/lockouts");
  };
  return (
    <ul class="stack-small">
      {rests.map((rest) => {
        const name = rest.model ? `${connection.name} · ${rest.model}` : connection.name;
        return (
          <li key={rest.model ?? ""} class="row small">
            <State is={rest.state === "cooling" ? "bad" : "warn"}>{t("connection.rests", { cause: lookup(`cause.${rest.reason}`) ?? rest.cause })}</State>
            {rest.model && <code class="wrap-any">{rest.model}</code>}
            {rest.until && rest.remainingMs > 0 && <Countdown until={rest.until} onEnd={() => changed("/api/lockouts")} />}
            <Button small label={t("connection.endrest.of", { name })} onClick={() => void end(rest)}>{t("connection.endrest")}</Button>
          </li>
        );
      })}
    </ul>
  );
}

interface RowProps { connection: Connection; place: number; count: number; rests: Rest[]; onMove: (from: number, to: number) => void }

function ConnectionRow({ connection, place, count, rests, onMove }: RowProps): JSX.Element {
  const [busy, setBusy] = useState(false);
  const [result, setResult] = useState<TestResult | null>(null);
  const [edit, setEdit] = useState(false);
  const state = stateOf(connection);
  const fixed = connection.id === "demo";
  const test = async (): Promise<void> => {
    setBusy(true);
    try {
      setResult(await testConnection(connection.id));
    } catch (thrown) {
      toast(explain(asError(thrown)));
    }
    setBusy(false);
  };
  return (
    <div class="connection">
      <div class="row far">
        <div class="row">
          {count > 1 && (
            <span class="row tight">
              <Button small kind="plain" icon="up" label={t("move.up", { name: connection.name })} disabled={place === 0} onClick={() => onMove(place, place - 1)}>{""}</Button>
              <Button small kind="plain" icon="down" label={t("move.down", { name: connection.name })} disabled={place === count - 1} onClick={() => onMove(place, place + 1)}>{""}</Button>
            </span>
          )}
          <strong class="wrap-any">{connection.name}</strong>
          <State is={state.is}>{wordOf(state.word)}</State>
          {connection.apiKeyHint && <code class="muted">{connection.apiKeyHint}</code>}
          {connection.proxy && <Tag>{t("connection.via", { proxy: connection.proxy })}</Tag>}
        </div>
        <div class="row">
          <Button small busy={busy} label={t("test.of", { name: connection.name })} onClick={() => void test()}>{busy ? t("test.busy") : t("test.verb")}</Button>
          {!fixed && (
            <>
              <Button small label={t("connection.edit.of", { name: connection.name })} onClick={() => setEdit(true)}>{t("edit")}</Button>
              <Button small kind="danger" label={t("connection.remove.of", { name: connection.name })} onClick={() => void drop(connection)}>{t("remove")}</Button>
              <Switch label={t("connection.enabled.of", { name: connection.name })} hideLabel checked={connection.isActive} onChange={(isActive) => void change(connection, { isActive })} />
            </>
          )}
        </div>
      </div>
      {connection.testStatus === "error" && connection.lastError && !result && (
        <p class="small wrap-any bad-text">{connection.lastErrorAt && <><Ago at={connection.lastErrorAt} />: </>}<span lang="en">{connection.lastError}</span></p>
      )}
      <Rests connection={connection} rests={rests} />
      {result && <TestNote result={result} />}
      {edit && <Edit connection={connection} onClose={() => setEdit(false)} />}
    </div>
  );
}

/** The connections in their order, which is shown as wanted while it is being saved. */
function Connections({ list, rests }: { list: Connection[]; rests: Rest[] }): JSX.Element {
  const [wanted, setWanted] = useState<string[] | null>(null);
  const next = useRef<string[] | null>(null);
  const saving = useRef(false);
  const shown = wanted ? [...list].sort((a, b) => wanted.indexOf(a.id) - wanted.indexOf(b.id)) : list;
  const save = async (): Promise<void> => {
    if (saving.current) return;
    saving.current = true;
    const places = new Map(list.map((each) => [each.id, each.priority]));
    try {
      while (next.current) {
        const order = next.current;
        next.current = null;
        for (const [i, id] of order.entries()) {
          if (places.get(id) === i + 1) continue;
          await patch(`/api/providers/${encodeURIComponent(id)}`, { priority: i + 1 });
          places.set(id, i + 1);
        }
      }
    } catch (thrown) {
      next.current = null;
      toast(explain(asError(thrown)));
    }
    saving.current = false;
    await refresh("/api/providers");
    if (!next.current) setWanted(null);
  };
  const move = (from: number, to: number): void => {
    next.current = reordered(shown, from, to).map((each) => each.id);
    setWanted(next.current);
    void save();
  };
  const row = (connection: Connection, place: number): JSX.Element => <ConnectionRow connection={connection} place={place} count={shown.length} rests={rests.filter((rest) => rest.connectionId === connection.id)} onMove={move} />;
  if (list.length === 0) return <p class="padded muted">{t("connection.none")}</p>;
  if (list.length === 1) return <ol>{shown.map((each, i) => <li key={each.id}>{row(each, i)}</li>)}</ol>;
  return <ReorderList label={t("providers.connections")} items={shown} idOf={(each) => each.id} nameOf={(each) => each.name} onMove={move}>{row}</ReorderList>;
}

/** The provider's models: those one added oneself, and those that come with it. */
function Models({ provider }: { provider: CatalogProvider }): JSX.Element {
  const path = `/api/provider-models?provider=${encodeURIComponent(provider.id)}`;
  const said = useLater<{ models: CustomModel[]; hidden?: { modelId: string }[] }>(path).data;
  const own = said?.models ?? [];
  const hidden = new Set((said?.hidden ?? []).map((each) => each.modelId));
  const [text, setText] = useState("");
  const [name, setName] = useState("");
  const [busy, setBusy] = useState(false);
  const all = [...own.map((each) => ({ id: each.modelId, name: each.modelName, context: each.contextLength ?? null, own: true })), ...provider.models.filter((each) => !own.some((one) => one.modelId === each.id)).map((each) => ({ ...each, own: false }))];
  const found = all.filter((model) => `${model.id} ${model.name}`.toLowerCase().includes(text.toLowerCase()));
  const act = async (work: () => Promise<unknown>): Promise<boolean> => {
    setBusy(true);
    try {
      await work();
      return true;
    } catch (thrown) {
      toast(explain(asError(thrown)));
      return false;
    } finally {
      setBusy(false);
      changed("/api/provider-models", "/api/catalog/", "/api/models");
    }
  };
  const add = async (): Promise<void> => {
    const id = name.trim();
    if (id === "" || !(await act(() => post("/api/provider-models", { provider: provider.id, modelId: id })))) return;
    setName("");
    toast(t("models.added", { name: id }));
  };
  return (
    <section class="panel flush">
      <header>
        <h2>{t("models.title")}</h2>
        {all.length > 8 && <Field label={t("filter")} hideLabel type="search" value={text} onInput={setText} placeholder={t("filter")} />}
      </header>
      {hidden.size > 0 && <p class="padded small muted">{t("models.hidden.text", { count: hidden.size })}</p>}
      {all.length === 0 ? <p class="padded muted">{t("models.any", { example: `${provider.alias}/…` })}</p> : (
        <ul class="model-list">
          {found.map((model) => (
            <li key={model.id} class="row far">
              <span class="wrap-any"><code>{provider.alias}/{model.id}</code> <span class="muted">{model.name !== model.id ? model.name : ""}</span> {model.own && <Tag is="info">{t("models.own")}</Tag>} {hidden.has(model.id) && <Tag>{t("models.hidden")}</Tag>}</span>
              <span class="row">
                {model.context !== null && <span class="muted small num">{t("models.context", { tokens: compact(model.context) })}</span>}
                <CopyButton text={`${provider.alias}/${model.id}`} label={t("copy.of", { what: `${provider.alias}/${model.id}` })} />
                <Button small label={t(hidden.has(model.id) ? "models.show.of" : "models.hide.of", { name: model.id })} onClick={() => void act(() => patch("/api/provider-models", { provider: provider.id, modelId: model.id, isHidden: !hidden.has(model.id) }))}>{hidden.has(model.id) ? t("show") : t("hide")}</Button>
                {model.own && <Button small kind="danger" label={t("models.remove.of", { name: model.id })} onClick={() => void act(() => remove(`${path}&model=${encodeURIComponent(model.id)}`))}>{t("remove")}</Button>}
              </span>
            </li>
          ))}
        </ul>
      )}
      <form class="add-target" onSubmit={(event) => { event.preventDefault(); if (!busy) void add(); }}>
        <div class="grow"><Field label={t("models.add.label")} hideLabel value={name} onInput={setName} placeholder={t("models.add.label")} /></div>
        <Button type="submit" icon="plus" busy={busy}>{t("models.add")}</Button>
      </form>
    </section>
  );
}

function Danger({ node }: { node: ProviderNode }): JSX.Element {
  const [ask, setAsk] = useState(false);
  const yes = async (): Promise<void> => {
    try {
      await remove(`/api/provider-nodes/${encodeURIComponent(node.id)}`);
      changed("/api/providers", "/api/catalog/", "/api/provider-nodes");
      go("/dashboard/providers");
    } catch (thrown) {
      toast(explain(asError(thrown)));
    }
  };
  return (
    <section class="panel">
      <h2>{t("node.title")}</h2>
      <dl class="facts">
        <dt>{t("node.url")}</dt><dd><code>{node.baseUrl}</code></dd>
        <dt>{t("node.type")}</dt><dd>{t(`node.type.${node.type}`)}</dd>
      </dl>
      <div><Button kind="danger" onClick={() => setAsk(true)}>{t("node.remove")}</Button></div>
      {ask && <Confirm title={t("node.remove")} text={t("node.remove.text", { name: node.name })} verb={t("node.remove")} onYes={() => void yes()} onClose={() => setAsk(false)} />}
    </section>
  );
}

/** Everything about one provider: connections in their order, models, the node's address. */
export function Detail({ id }: { id: string }): JSX.Element {
  const catalog = useQuery<{ providers: CatalogProvider[] }>("/api/catalog/providers").data?.providers;
  const provider = catalog?.find((each) => each.id === id);
  const rests = useLater<{ lockouts: Rest[] }>("/api/lockouts").data?.lockouts.filter((each) => each.state !== "ready") ?? [];
  const breaker = useLater<Health>("/api/monitoring/health").data?.circuitBreakers.some((each) => each.state === "OPEN" && (each.name === id || each.name.startsWith(`${id}/`))) ?? false;
  const node = useQuery<{ nodes: ProviderNode[] }>(provider?.isNode ? "/api/provider-nodes" : "").data?.nodes.find((each) => each.id === id);
  return (
    <>
      <div class="row far">
        <div class="row">
          <a href="/dashboard/providers">{t("nav.providers")}</a> <span aria-hidden="true">/</span> <h2>{provider?.name ?? id}</h2>
          {provider && <Tag>{provider.isNode ? t("tier.own") : t(`tier.${provider.tier}`)}</Tag>}
          {breaker && <a href="/dashboard/health"><State is="bad">{t("connection.breaker")}</State></a>}
        </div>
        {provider?.auth === "apikey" && !provider.isNode && <Button kind="primary" icon="plus" onClick={() => setQuery({ add: id }, false)}>{t("connection.add")}</Button>}
      </div>
      <Region<{ connections: Connection[] }> path="/api/providers">
        {({ connections }) => {
          const list = connections.filter((each) => each.provider === id).sort((a, b) => a.priority - b.priority);
          return (
            <section class="panel flush">
              <header>
                <h2>{t("providers.connections")}</h2>
                {list.length > 1 && <span class="small muted">{t("connection.order")}</span>}
              </header>
              <Connections list={list} rests={rests} />
            </section>
          );
        }}
      </Region>
      {provider && <Models provider={provider} />}
      {node && <Danger node={node} />}
    </>
  );
}
