import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { post, remove } from "../../api/client";
import { changed, useLater } from "../../api/query";
import type { CliTool, CliTools } from "../../api/schema";
import type { RequestPage } from "../../api/types";
import { lookup, t } from "../../i18n";
import { Ago, Button, Code, CopyLine, Dialog, explain, Note, Region, State, toast } from "../../ui";
import { Password, useTrusted } from "../backups/trusted";
import { Models } from "./models";
import { SetUp, urlOf } from "./setup";
import { command, filled, sorted, wordOf } from "./shape";

const PATH = "/api/cli-tools";

function LastCall({ keyId }: { keyId: string }): JSX.Element {
  const page = useLater<RequestPage>(`/api/usage/logs?limit=1&key=${encodeURIComponent(keyId)}`).data;
  const row = page?.logs[0];
  if (!row) return <span class="muted">{page ? t("tools.waiting") : "–"}</span>;
  return <a href={`/dashboard/requests/${row.requestId}`}><Ago at={row.time} /></a>;
}

/** Back to what stood there, or only ours away where it was changed since. */
function Undo({ tool, onClose }: { tool: CliTool; onClose: () => void }): JSX.Element {
  const { ask, run, error, busy, close } = useTrusted();
  const act = (work: () => Promise<unknown>): void => run(async () => {
    await work();
    changed(PATH, "/api/keys");
    toast(t("tools.undone", { name: tool.name }));
    onClose();
  });
  const clear = (): void => act(() => remove(urlOf(tool)));
  if (ask) return <Password onClose={close} onDone={() => run(ask)} />;
  const since = tool.undo?.changedSince || error?.code === "cli_file_changed";
  return (
    <Dialog title={t("tools.undo.of", { name: tool.name })} onClose={onClose}>
      {tool.undo && !since && <p>{t("tools.undo.text")} <Ago at={tool.undo.at} /></p>}
      {since && <Note is="warn">{t("tools.since")}</Note>}
      {!tool.undo && <p>{t("tools.clear.text")}</p>}
      {error && error.code !== "cli_file_changed" && <Note is="bad" role="alert">{explain(error)}</Note>}
      <div class="actions">
        <Button onClick={onClose}>{t("cancel")}</Button>
        {(since || !tool.undo) && <Button kind={since ? "" : "danger primary"} busy={busy} onClick={clear}>{t("tools.clear")}</Button>}
        {tool.undo && <Button kind="danger primary" busy={busy} onClick={() => act(() => post(`${urlOf(tool)}/undo`, { force: since }))}>{since ? t("tools.undo.anyway") : t("tools.undo")}</Button>}
      </div>
    </Dialog>
  );
}

/** The text to copy, with the models that are chosen here. */
function ByHand({ tool }: { tool: CliTool }): JSX.Element {
  const [models, setModels] = useState<Record<string, string>>(Object.fromEntries(tool.slots.map((slot) => [slot.id, slot.model ?? ""])));
  return (
    <div class="stack">
      <Models slots={tool.slots.map((slot) => ({ ...slot, required: false }))} models={models} error={null} onChange={setModels} />
      {tool.snippets.map((each) => (
        <div key={each.file ?? ""} class="stack-small">
          {each.file && <code class="small wrap-any">{each.file}</code>}
          <Code label={t("tools.text.of", { name: tool.name })} text={filled(each.text, models)} />
        </div>
      ))}
      {tool.files.length > 0 && <div class="stack-small"><p class="small muted">{t("tools.elsewhere")}</p><CopyLine text={command(tool, location.origin, models)} label={t("tools.command.of", { name: tool.name })} /></div>}
    </div>
  );
}

function Card({ tool, version, busy, onSetUp, onUndo }: { tool: CliTool; version: CliTool | undefined; busy: boolean; onSetUp: () => void; onUndo: () => void }): JSX.Element {
  const [open, setOpen] = useState(false);
  const ours = tool.state === "ours" || tool.state === "changed";
  const writable = tool.state !== "hidden" && tool.state !== "by_hand";
  const said = version?.version ?? tool.version;
  return (
    <section class="panel stack-small" aria-label={tool.name}>
      <header><h2>{tool.name}</h2><State is={wordOf(tool)}>{t(`tools.state.${tool.state}`)}</State></header>
      <dl class="facts">
        {tool.command && <><dt>{t("tools.program")}</dt>
        <dd>{tool.commandPath ? <><span class="num" translate={false}>{said ?? ""}</span> <code>{tool.commandPath}</code></> : tool.found ? t("tools.noprogram") : t("tools.notfound")}{!said && version?.versionReason && <span class="small muted"> {t("tools.noversion")}</span>}</dd></>}
        {tool.files.length > 0 && <><dt>{t("tools.file")}</dt><dd>{tool.files.map((file) => <div key={file.path}><code>{file.path}</code>{file.target && <> → <code>{file.target}</code></>}{!file.there && tool.state !== "hidden" && <span class="small muted"> {t("tools.notthere")}</span>}</div>)}</dd></>}
        {tool.pointsTo && <><dt>{t("tools.points")}</dt><dd><code>{tool.pointsTo}</code></dd></>}
        {tool.slots.some((slot) => slot.model) && <><dt>{t("tools.models")}</dt><dd>{tool.slots.filter((slot) => slot.model).map((slot) => <div key={slot.id}><code>{slot.model}</code></div>)}</dd></>}
        {ours && tool.key && <><dt>{t("tools.last")}</dt><dd><LastCall keyId={tool.key.id} /></dd></>}
      </dl>
      {tool.reason && <Note is={tool.state === "unreadable" ? "bad" : "info"}><span lang="en" class="wrap-any">{tool.reason}</span></Note>}
      {tool.notes.map((note) => <p key={note} class="small muted">{lookup(`tools.note.${note}`)}</p>)}
      <div class="row">
        {writable && <Button kind={ours || !tool.found ? "" : "primary"} busy={busy} label={ours ? t("tools.change.of", { name: tool.name }) : t("tools.setup.of", { name: tool.name })} onClick={onSetUp}>{ours ? t("tools.change") : t("tools.setup")}</Button>}
        {writable && (tool.undo || ours) && <Button label={t("tools.undo.of", { name: tool.name })} onClick={onUndo}>{t("tools.undo")}</Button>}
        <Button kind={writable ? "plain" : ""} expanded={open} label={t("tools.text.of", { name: tool.name })} onClick={() => setOpen(!open)}>{t("tools.text")}</Button>
      </div>
      {open && <ByHand tool={tool} />}
    </section>
  );
}

function Tools({ data }: { data: CliTools }): JSX.Element {
  const [open, setOpen] = useState<{ id: string; to: "setup" | "undo" } | null>(null);
  const versions = useLater<CliTools>(data.hidden ? "" : `${PATH}?versions=true`).data?.tools;
  const chosen = data.tools.find((tool) => tool.id === open?.id);
  return (
    <>
      {data.hidden && <Note is="info" title={t("tools.hidden")}>{lookup(`tools.hidden.${data.hidden}`)}</Note>}
      {!data.hidden && !data.mayWrite && <Note is="info">{t("tools.readonly")}</Note>}
      <div class="tool-cards">
        {sorted(data.tools).map((tool) => <Card key={tool.id} tool={tool} version={versions?.find((each) => each.id === tool.id)} busy={!data.mayWrite} onSetUp={() => setOpen({ id: tool.id, to: "setup" })} onUndo={() => setOpen({ id: tool.id, to: "undo" })} />)}
      </div>
      {chosen && open?.to === "setup" && <SetUp tool={chosen} defaultUrl={data.defaultUrl} onClose={() => setOpen(null)} />}
      {chosen && open?.to === "undo" && <Undo tool={chosen} onClose={() => setOpen(null)} />}
    </>
  );
}

/** The coding tools on this machine: found or not, where each points, and one step to point it here and back. */
export default function CliToolsPage(): JSX.Element {
  return (
    <div class="stack">
      <p class="muted reading">{t("tools.intro")}</p>
      <Region<CliTools> path={PATH} lines={8}>{(data) => <Tools data={data} />}</Region>
    </div>
  );
}
