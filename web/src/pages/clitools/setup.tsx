import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { post } from "../../api/client";
import { changed, useQuery } from "../../api/query";
import type { CliApplied, CliPreview, CliTool } from "../../api/schema";
import type { RequestPage } from "../../api/types";
import { t } from "../../i18n";
import { Button, Dialog, explain, Field, Note, Select, State } from "../../ui";
import { Password, useTrusted } from "../backups/trusted";
import { Models } from "./models";
import { diffLines } from "./shape";

const PATH = "/api/cli-tools";
export const urlOf = (tool: CliTool): string => `${PATH}/${tool.id}`;

export function Difference({ preview }: { preview: CliPreview }): JSX.Element {
  return (
    <>
      {preview.files.map((file) => (
        <section key={file.path} class="stack-small">
          <h3><code class="wrap-any">{file.path}</code> <span class="small muted">{t(`tools.action.${file.action}`)}</span></h3>
          {file.target && <p class="small muted">{t("tools.link")} <code class="wrap-any">{file.target}</code></p>}
          {file.diff && (
            <div class="code">
              <pre class="diff" tabIndex={0} role="group" aria-label={t("tools.diff", { file: file.path })} translate={false}>
                {diffLines(file.diff).map((line, at) => line.is === "in" ? <ins key={at}>{line.text}</ins> : line.is === "out" ? <del key={at}>{line.text}</del> : <div key={at} class={line.is === "place" ? "skip-lines" : ""}>{line.text}</div>)}
              </pre>
            </div>
          )}
        </section>
      ))}
      {preview.files.every((file) => file.action === "none") && <Note role="status">{t("tools.same")}</Note>}
    </>
  );
}

/** Turns into a tick with the next request by the tool's key; with a new key that is its first one. */
export function NextCall({ keyId, isNew }: { keyId: string; isNew: boolean }): JSX.Element {
  const page = useQuery<RequestPage>(`/api/usage/logs?limit=1&key=${encodeURIComponent(keyId)}`).data;
  const first = useRef<string | null | undefined>(isNew ? null : undefined);
  const row = page?.logs[0];
  if (page && first.current === undefined) first.current = row?.requestId ?? null;
  if (!row || row.requestId === first.current) return <State is="unknown">{t("tools.waiting")}</State>;
  return <State is={row.status < 400 ? "ok" : "bad"}><a href={`/dashboard/requests/${row.requestId}`}>{t("keys.first", { model: row.model, status: row.status })}</a></State>;
}

type KeyChoice = "create" | "keep" | "paste";

/** Choose, look at what would change, write it, wait for the tool's next request. */
export function SetUp({ tool, defaultUrl, onClose }: { tool: CliTool; defaultUrl: string; onClose: () => void }): JSX.Element {
  const [url, setUrl] = useState(tool.state === "other" || !tool.pointsTo ? defaultUrl : tool.pointsTo.replace(/\/v1\/?$/, ""));
  const [models, setModels] = useState<Record<string, string>>(Object.fromEntries(tool.slots.map((slot) => [slot.id, slot.model ?? ""])));
  const [choice, setChoice] = useState<KeyChoice>(tool.key ? "keep" : "create");
  const [key, setKey] = useState("");
  const [preview, setPreview] = useState<CliPreview | null>(null);
  const [done, setDone] = useState<CliApplied | null>(null);
  const { ask, run, error, busy, close } = useTrusted();
  const body = (): Record<string, unknown> => ({
    url, models: Object.fromEntries(tool.slots.filter((slot) => models[slot.id]?.trim() || slot.model).map((slot) => [slot.id, models[slot.id]?.trim() || null])),
    ...(choice === "create" ? { createKey: true } : choice === "paste" ? { apiKey: key.trim() } : {}),
  });
  const look = (): void => run(async () => setPreview(await post<CliPreview>(`${urlOf(tool)}/preview`, body())));
  const apply = (): void => run(async () => {
    setDone(await post<CliApplied>(`${urlOf(tool)}/apply`, { ...body(), fingerprint: preview?.fingerprint }));
    changed(PATH, "/api/keys");
  });
  if (ask) return <Password onClose={close} onDone={() => run(ask)} />;
  const keepable = tool.keyHint !== null && (tool.key !== null || tool.state === "ours" || tool.state === "changed");
  const keys = [...(keepable ? [{ value: "keep" as const, text: t("tools.key.keep", { hint: tool.key?.name ?? tool.keyHint ?? "" }) }] : []), { value: "create" as const, text: t("tools.key.create", { name: tool.name }) }, { value: "paste" as const, text: t("tools.key.paste") }];
  const at = (field: string): string | null => (error?.field === field ? error.message : null);
  const used = done?.key ?? (choice === "keep" ? tool.key : null);
  const elsewhere = error && error.field !== "url" && error.field !== "apiKey" && !error.field?.startsWith("models.");
  return (
    <Dialog title={t("tools.setup.of", { name: tool.name })} onClose={onClose} kind="wide">
      {done ? (
        <>
          <Note is="ok" role="status" title={t("tools.done", { name: tool.name })}>{done.backup ? t("tools.kept") : t("tools.same")}</Note>
          {used ? <div role="status"><p class="muted">{t("tools.verify", { name: tool.name })}</p><NextCall keyId={used.id} isNew={done.keyMade} /></div> : <p class="muted">{t("tools.foreign")}</p>}
          <div class="actions"><Button kind="primary" onClick={onClose}>{t("close")}</Button></div>
        </>
      ) : preview ? (
        <div class="stack">
          <Difference preview={preview} />
          {preview.cannotWrite && <Note is="bad" role="alert"><span lang="en">{preview.cannotWrite}</span></Note>}
          {error && <Note is="bad" role="alert">{explain(error)}</Note>}
          <p class="small muted">{t("tools.backup")}</p>
          <div class="actions">
            <Button onClick={() => setPreview(null)}>{t("back")}</Button>
            <Button kind="primary" busy={busy || preview.cannotWrite !== null} onClick={apply}>{t("tools.apply")}</Button>
          </div>
        </div>
      ) : (
        <form class="stack" onSubmit={(event) => { event.preventDefault(); if (!busy) look(); }}>
          <Field label={t("tools.url")} type="url" value={url} onInput={setUrl} required help={t("tools.url.help")} error={at("url")} />
          <Models slots={tool.slots} models={models} error={error} onChange={setModels} />
          <Select label={t("tools.key")} value={choice} onChange={setChoice} options={keys} help={choice === "create" ? t("tools.key.create.help") : ""} />
          {choice === "paste" && <Field label={t("tools.key.text")} type="password" value={key} onInput={setKey} required error={at("apiKey")} />}
          {elsewhere && <Note is="bad" role="alert">{explain(error)}</Note>}
          <div class="actions"><Button onClick={onClose}>{t("cancel")}</Button><Button type="submit" kind="primary" busy={busy}>{t("tools.preview")}</Button></div>
        </form>
      )}
    </Dialog>
  );
}
