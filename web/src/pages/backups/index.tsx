import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { type ApiError, asError, call, post, remove } from "../../api/client";
import { changed, changedAll } from "../../api/query";
import type { BackupContent, BackupFile, FileChange } from "../../api/types";
import { bytes, lookup, moment, t } from "../../i18n";
import { Ago, Button, Check, Dialog, Empty, explain, Field, Note, Region, saveFile, State, Tag, TextArea, toast } from "../../ui";
import { Changes } from "./changes";
import { Move } from "./move";
import { Password, useTrusted } from "./trusted";

const PATH = "/api/db-backups";
const url = (id: string): string => `${PATH}/${encodeURIComponent(id)}`;

/** What a copy holds, before anything is put in its place; its name is to be typed. */
function Restore({ file, onClose }: { file: BackupFile; onClose: () => void }): JSX.Element {
  const [content, setContent] = useState<BackupContent | null>(null);
  const [typed, setTyped] = useState("");
  const { ask, run, error, busy, close } = useTrusted();
  const look = (): void => run(async () => setContent(await post<BackupContent>(PATH, { backupId: file.id, dryRun: true })));
  const restore = (): void => run(async () => {
    await post(PATH, { backupId: file.id });
    toast(t("backups.restored"));
    changedAll();
    onClose();
  });
  const word = t("backups.word");
  if (ask) return <Password onClose={close} onDone={() => run(ask)} />;
  return (
    <Dialog title={t("backups.restore")} onClose={onClose}>
      <p>{t("backups.restore.text", { when: moment(file.createdAt) })}</p>
      {content ? (
        <>
          <Note is="ok" title={t("backups.sound")}>{t("backups.holds", { connections: content.connectionCount, nodes: content.nodeCount, keys: content.keyCount })}</Note>
          <Note is="warn">{t("backups.replaces")}</Note>
          <Field label={t("backups.type", { word })} value={typed} onInput={setTyped} autofocus />
        </>
      ) : <p class="muted">{t("backups.look.text")}</p>}
      {error && <Note is="bad" role="alert">{explain(error)}</Note>}
      <div class="actions">
        <Button onClick={onClose}>{t("cancel")}</Button>
        {content ? <Button kind="danger primary" busy={busy || typed.trim() !== word} onClick={restore}>{t("backups.restore.verb")}</Button> : <Button kind="primary" busy={busy} onClick={look}>{t("backups.look")}</Button>}
      </div>
    </Dialog>
  );
}

function Remove({ file, onClose }: { file: BackupFile; onClose: () => void }): JSX.Element {
  const { ask, run, error, busy, close } = useTrusted();
  const drop = (): void => run(async () => {
    await remove(url(file.id));
    changed(PATH);
    onClose();
  });
  if (ask) return <Password onClose={close} onDone={() => run(ask)} />;
  return (
    <Dialog title={t("backups.remove.of", { when: moment(file.createdAt) })} onClose={onClose}>
      <p>{t("backups.remove.text")}</p>
      {error && <Note is="bad" role="alert">{explain(error)}</Note>}
      <div class="actions"><Button onClick={onClose}>{t("cancel")}</Button><Button kind="danger primary" busy={busy} onClick={drop}>{t("remove")}</Button></div>
    </Dialog>
  );
}

function List({ files }: { files: BackupFile[] }): JSX.Element {
  const [open, setOpen] = useState<{ file: BackupFile; to: "restore" | "remove" } | null>(null);
  const [checked, setChecked] = useState<Record<string, string>>({});
  const verify = async (file: BackupFile): Promise<void> => {
    try {
      const content = await post<BackupContent>(`${url(file.id)}/verify`);
      setChecked({ ...checked, [file.id]: t("backups.holds", { connections: content.connectionCount, nodes: content.nodeCount, keys: content.keyCount }) });
    } catch (thrown) {
      toast(explain(asError(thrown)));
    }
  };
  if (files.length === 0) return <div class="panel"><Empty title={t("backups.empty")}>{t("backups.empty.text")} <code>omniroute backup</code></Empty></div>;
  return (
    <div class="panel flush table-wrap">
      <table class="stacks">
        <caption class="hidden-visually">{t("nav.backups")}</caption>
        <thead><tr><th scope="col">{t("backups.when")}</th><th scope="col">{t("backups.reason")}</th><th scope="col" class="right">{t("backups.size")}</th><th scope="col">{t("state")}</th><th scope="col"><span class="hidden-visually">{t("actions")}</span></th></tr></thead>
        <tbody>
          {files.map((file) => {
            const when = moment(file.createdAt);
            return (
              <tr key={file.id}>
                <th scope="row" class="lead"><Ago at={file.createdAt} /> <span class="small muted wrap-any" translate={false}>{file.filename}</span></th>
                <td><Tag>{lookup(`backups.reason.${file.reason.replace(/^schema.*/, "pre-migration").replace(/-?[^a-z-].*$/, "")}`) ?? file.reason}</Tag></td>
                <td class="right num tight">{bytes(file.size)}</td>
                <td>{checked[file.id] ? <State is="ok"><span class="wrap">{checked[file.id]}</span></State> : <span class="muted">–</span>}</td>
                <td class="tight">
                  <div class="row end">
                    <Button small label={t("backups.verify.of", { when })} onClick={() => void verify(file)}>{t("backups.verify")}</Button>
                    <Button small label={t("backups.restore.of", { when })} onClick={() => setOpen({ file, to: "restore" })}>{t("backups.restore")}</Button>
                    <Button small kind="danger" label={t("backups.remove.of", { when })} onClick={() => setOpen({ file, to: "remove" })}>{t("remove")}</Button>
                  </div>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {open?.to === "restore" && <Restore file={open.file} onClose={() => setOpen(null)} />}
      {open?.to === "remove" && <Remove file={open.file} onClose={() => setOpen(null)} />}
    </div>
  );
}

/** The configuration as one file: what it says now, and what another would change. */
function AsFile(): JSX.Element {
  const [yaml, setYaml] = useState("");
  const [prune, setPrune] = useState(false);
  const [changes, setChanges] = useState<FileChange[] | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const act = (work: () => Promise<void>): void => {
    setBusy(true);
    setError(null);
    work().catch((thrown: unknown) => setError(asError(thrown))).finally(() => setBusy(false));
  };
  const fetchFile = (): void => act(async () => saveFile("gateway.yaml", await call<string>("GET", "/api/config/export", undefined, "text"), "application/yaml"));
  const look = (): void => act(async () => setChanges((await post<{ changes: FileChange[] }>("/api/config/apply", { yaml, prune, dryRun: true })).changes));
  const apply = (): void => act(async () => {
    await post("/api/config/apply", { yaml, prune });
    toast(t("config.applied"));
    setChanges(null);
    setYaml("");
    changedAll();
  });
  return (
    <section class="panel">
      <header><h2>{t("config.title")}</h2><Button small busy={busy} onClick={fetchFile}>{t("config.export")}</Button></header>
      <p class="muted reading">{t("config.text")}</p>
      <TextArea label={t("config.paste")} value={yaml} rows={8} onInput={(text) => { setYaml(text); setChanges(null); }} />
      <Check label={t("config.prune")} checked={prune} onChange={(on) => { setPrune(on); setChanges(null); }} help={t("config.prune.help")} />
      {error && <Note is="bad" role="alert">{explain(error)}</Note>}
      {changes && (changes.length === 0 ? <Note is="ok" role="status">{t("config.nothing")}</Note> : <Changes label={t("config.changes")} list={changes} />)}
      <div class="row">
        <Button busy={busy || yaml.trim() === ""} onClick={look}>{t("config.look")}</Button>
        {changes && changes.length > 0 && <Button kind="primary" busy={busy} onClick={apply}>{t("config.apply")}</Button>}
      </div>
    </section>
  );
}

/** Copies of the configuration, and the configuration as a file. */
export default function Backups(): JSX.Element {
  const [busy, setBusy] = useState(false);
  const make = async (): Promise<void> => {
    setBusy(true);
    try {
      await call("PUT", PATH);
      changed(PATH);
      toast(t("backups.made"));
    } catch (thrown) {
      toast(explain(asError(thrown)));
    }
    setBusy(false);
  };
  return (
    <div class="stack">
      <p class="muted reading">{t("backups.text")} <a href="/dashboard/settings?q=backup">{t("nav.settings")}</a></p>
      <div><Button kind="primary" icon="plus" busy={busy} onClick={() => void make()}>{t("backups.make")}</Button></div>
      <Region<{ backups: BackupFile[] }> path={PATH} lines={5}>{({ backups }) => <List files={backups} />}</Region>
      <Move />
      <AsFile />
    </div>
  );
}
