import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { type ApiError, asError, post, remove } from "../../api/client";
import { changed, useQuery } from "../../api/query";
import type { CatalogProvider, Connection, LocalServer, NodeType, ProviderNode, TestResult } from "../../api/types";
import { duration, lookup, t } from "../../i18n";
import { Button, explain, Field, Note, Select, Skeleton } from "../../ui";
import { keyFault, NODE_TYPES, prefixOf, providerOfKey } from "./shape";

/** What a test found out, with the remedy for each kind of failure. */
export function TestNote({ result }: { result: TestResult }): JSX.Element {
  const title = lookup(`test.${result.type}`) ?? result.message;
  const remedy = lookup(`test.${result.type}.remedy`);
  const is = result.type === "ok" ? "ok" : result.valid ? "warn" : "bad";
  return (
    <Note is={is} title={title} role="status">
      <div class="stack-small">
        {result.type === "ok"
          ? <span>{result.model ? t("test.took.model", { time: duration(result.latency), model: result.model }) : t("test.took", { time: duration(result.latency) })}</span>
          : <span class="wrap-any">{result.message}</span>}
        {remedy && <span>{remedy}</span>}
      </div>
    </Note>
  );
}

/** Tests a connection with one real token, and lets what is shown of it follow. */
export async function testConnection(id: string): Promise<TestResult> {
  const result = await post<TestResult>(`/api/providers/${encodeURIComponent(id)}/test`, { depth: "chat" });
  changed("/api/providers");
  return result;
}

export interface Done { connection: Connection; result: TestResult }
interface ConnectProps { onDone: (done: Done) => void }

function useSaving(): { busy: boolean; error: ApiError | null; run: (work: () => Promise<void>) => void } {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const run = (work: () => Promise<void>): void => {
    if (busy) return;
    setBusy(true);
    setError(null);
    work().catch((thrown: unknown) => setError(asError(thrown))).finally(() => setBusy(false));
  };
  return { busy, error, run };
}

/** What follows a save that did not pass its test: try again with something else, or keep it as it is. */
function Failed({ done, onKeep, onAgain }: { done: Done; onKeep: () => void; onAgain: () => void }): JSX.Element {
  return (
    <>
      <TestNote result={done.result} />
      <div class="row">
        <Button kind="primary" onClick={onAgain}>{t("connect.again")}</Button>
        <Button onClick={onKeep}>{t("connect.keep")}</Button>
      </div>
    </>
  );
}

/** Paste a key: the prefix tells the provider, saving tests it. */
export function KeyForm({ provider, onDone }: ConnectProps & { provider: string | null }): JSX.Element {
  const catalog = useQuery<{ providers: CatalogProvider[] }>("/api/catalog/providers");
  const [key, setKey] = useState("");
  const [name, setName] = useState("");
  const [model, setModel] = useState("");
  const [proxy, setProxy] = useState("");
  const [chosen, setChosen] = useState(provider);
  const [failed, setFailed] = useState<Done | null>(null);
  const { busy, error, run } = useSaving();
  if (!catalog.data) return <Skeleton />;
  const offered = catalog.data.providers.filter((each) => each.usable && each.auth === "apikey" && !each.isNode);
  const id = chosen ?? providerOfKey(key) ?? offered[0]?.id ?? "";
  const fault = keyFault(key);
  const save = (): void => run(async () => {
    const connection = await post<Connection>("/api/providers", {
      provider: id, apiKey: key.trim(), ...(name ? { name } : {}), ...(model ? { defaultModel: model } : {}), ...(proxy ? { proxy } : {}),
    });
    const done = { connection, result: await testConnection(connection.id) };
    changed("/api/providers", "/api/catalog/");
    if (done.result.valid) onDone(done);
    else setFailed(done);
  });
  const again = (): void => run(async () => {
    if (failed) await remove(`/api/providers/${failed.connection.id}`);
    changed("/api/providers");
    setFailed(null);
  });
  if (failed) return <Failed done={failed} onKeep={() => onDone(failed)} onAgain={again} />;
  const keyError = fault ? t(`connect.key.${fault}`) : error?.field === "apiKey" ? error.message : null;
  return (
    <form class="stack" onSubmit={(event) => { event.preventDefault(); if (key && !fault) save(); }}>
      <Field label={t("connect.key")} type="password" value={key} onInput={setKey} error={keyError} autofocus required help={t("connect.key.help")} />
      {!provider && <Select label={t("connect.provider")} value={id} options={offered.map((each) => ({ value: each.id, text: each.name }))} onChange={setChosen} />}
      <details>
        <summary>{t("more")}</summary>
        <div class="stack">
          <Field label={t("connect.name")} value={name} onInput={setName} help={t("connect.name.help")} error={error?.field === "name" ? error.message : null} />
          <Field label={t("connect.model")} value={model} onInput={setModel} help={t("connect.model.help")} />
          <Field label={t("connect.proxy")} value={proxy} onInput={setProxy} placeholder="socks5://127.0.0.1:1080" error={error?.field === "proxy" ? error.message : null} />
        </div>
      </details>
      {error && !["apiKey", "name", "proxy"].includes(error.field ?? "") && <Note is="bad" role="alert">{explain(error)}</Note>}
      <div class="row">
        <Button type="submit" kind="primary" busy={busy}>{busy ? t("connect.testing") : t("connect.save")}</Button>
      </div>
    </form>
  );
}

/** An upstream of one's own: its address, what it speaks, a key if it wants one. */
export function NodeForm({ onDone }: ConnectProps): JSX.Element {
  const [url, setUrl] = useState("");
  const [type, setType] = useState<NodeType>("openai");
  const [prefix, setPrefix] = useState("");
  const [key, setKey] = useState("");
  const [failed, setFailed] = useState<{ done: Done; node: string } | null>(null);
  const { busy, error, run } = useSaving();
  const shown = prefix || prefixOf(url);
  const save = (): void => run(async () => {
    const node = await post<ProviderNode>("/api/provider-nodes", {
      prefix: shown, name: shown, type, baseUrl: url.trim(), ...(key ? { apiKey: key.trim() } : { authType: "none" }),
    });
    changed("/api/providers", "/api/catalog/", "/api/provider-nodes");
    if (!node.connection) return;
    const done = { connection: node.connection, result: await testConnection(node.connection.id) };
    if (done.result.valid) onDone(done);
    else setFailed({ done, node: node.id });
  });
  const again = (): void => run(async () => {
    if (failed) await remove(`/api/provider-nodes/${failed.node}`);
    changed("/api/providers", "/api/catalog/", "/api/provider-nodes");
    setFailed(null);
  });
  if (failed) return <Failed done={failed.done} onKeep={() => onDone(failed.done)} onAgain={again} />;
  const at = (field: string): string | null => (error?.field === field ? error.message : null);
  return (
    <form class="stack" onSubmit={(event) => { event.preventDefault(); save(); }}>
      <Field label={t("node.url")} type="url" value={url} onInput={setUrl} placeholder="http://127.0.0.1:11434/v1" required autofocus help={t("node.url.help")} error={at("baseUrl")} />
      <Field label={t("node.key")} type="password" value={key} onInput={setKey} help={t("node.key.help")} error={at("apiKey")} />
      <Select label={t("node.type")} value={type} options={NODE_TYPES.map((each) => ({ value: each, text: t(`node.type.${each}`) }))} onChange={setType} />
      <Field label={t("node.prefix")} value={shown} onInput={setPrefix} help={t("node.prefix.help", { example: `${shown || "local"}/llama3` })} error={at("prefix")} required />
      {error && !["baseUrl", "apiKey", "prefix"].includes(error.field ?? "") && <Note is="bad" role="alert">{explain(error)}</Note>}
      <div class="row">
        <Button type="submit" kind="primary" busy={busy}>{busy ? t("connect.testing") : t("connect.save")}</Button>
      </div>
    </form>
  );
}

/** Servers of models found on the gateway's machine: one click connects and tests one. */
export function LocalOffers({ onDone }: ConnectProps): JSX.Element | null {
  const found = useQuery<{ servers: LocalServer[] }>("/api/setup/local").data?.servers.filter((each) => !each.connected) ?? [];
  const [failed, setFailed] = useState<{ done: Done; node: string } | null>(null);
  const { busy, error, run } = useSaving();
  const connect = (server: LocalServer): void => run(async () => {
    const node = await post<ProviderNode>("/api/provider-nodes", { prefix: server.prefix, name: server.name, type: "openai", baseUrl: server.baseUrl, authType: "none" });
    changed("/api/providers", "/api/catalog/", "/api/provider-nodes", "/api/setup/");
    if (!node.connection) return;
    const done = { connection: node.connection, result: await testConnection(node.connection.id) };
    if (done.result.valid) onDone(done);
    else setFailed({ done, node: node.id });
  });
  const again = (): void => run(async () => {
    if (failed) await remove(`/api/provider-nodes/${failed.node}`);
    changed("/api/providers", "/api/catalog/", "/api/provider-nodes", "/api/setup/");
    setFailed(null);
  });
  if (failed) return <Failed done={failed.done} onKeep={() => onDone(failed.done)} onAgain={again} />;
  if (found.length === 0) return null;
  return (
    <>
      {found.map((server) => (
        <button key={server.prefix} type="button" class="door" aria-disabled={busy ? "true" : undefined} onClick={() => connect(server)}>
          <strong>{busy ? t("connect.testing") : t("local.found", { name: server.name })}</strong>
          <span class="muted wrap-any">{server.models.length > 0 ? server.models.slice(0, 4).join(", ") : t("local.nomodels")}</span>
        </button>
      ))}
      {error && <Note is="bad" role="alert">{explain(error)}</Note>}
    </>
  );
}
