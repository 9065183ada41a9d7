import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call, get, post } from "../../api/client";
import { changedAll } from "../../api/query";
import type { BackupContent, Health } from "../../api/types";
import { number, t } from "../../i18n";
import { Button, Dialog, explain, Field, Icon, type IconName, Note, saveFile, toast } from "../../ui";
import { Bring } from "./bring";
import { ChooseFile, encoded } from "./choose";
import { Password, useTrusted } from "./trusted";

const SHORTEST = 12;
/** Gateways whose files are read. */
const KNOWN = "OmniRoute, 9router";

/** Everything into one file under a passphrase. */
function Export({ onClose }: { onClose: () => void }): JSX.Element {
  const [passphrase, setPassphrase] = useState("");
  const [again, setAgain] = useState("");
  const [name, setName] = useState<string | null>(null);
  const { ask, run, error, busy, close } = useTrusted();
  const long = new TextEncoder().encode(passphrase).length >= SHORTEST;
  const fits = long && passphrase === again;
  const save = (): void => run(async () => {
    const file = await call<File>("POST", "/api/db-backups/export", { passphrase }, "file");
    saveFile(file.name, file, "application/octet-stream");
    setName(file.name);
  });
  if (ask) return <Password onClose={close} onDone={() => run(ask)} />;
  return (
    <Dialog title={t("move.export")} onClose={onClose}>
      {name ? (
        <>
          <Note is="ok" title={t("move.exported")} role="status"><span class="wrap-any" translate={false}>{name}</span></Note>
          <p>{t("move.exported.text")}</p>
          <div class="actions"><Button kind="primary" onClick={onClose}>{t("close")}</Button></div>
        </>
      ) : (
        <form class="stack" onSubmit={(event) => { event.preventDefault(); if (!busy && fits) save(); }}>
          <p>{t("move.export.about")}</p>
          <Field label={t("move.passphrase")} type="password" name="passphrase" autocomplete="new-password" value={passphrase} onInput={setPassphrase} help={t("move.passphrase.help", { count: SHORTEST })} required autofocus />
          <Field label={t("move.again")} type="password" name="again" autocomplete="new-password" value={again} onInput={setAgain} error={again !== "" && again !== passphrase ? t("move.differ") : null} required />
          {error && <Note is="bad" role="alert">{explain(error)}</Note>}
          <div class="actions"><Button onClick={onClose}>{t("cancel")}</Button><Button type="submit" kind="primary" busy={busy || !fits}>{t("config.export")}</Button></div>
        </form>
      )}
    </Dialog>
  );
}

interface Found { content: BackupContent; now: Health["configuration"] }

/** What is configured now beside what the file holds. */
function Compared({ found: { content, now } }: { found: Found }): JSX.Element {
  const rows: [string, number, number][] = [[t("move.connections"), now.connections, content.connectionCount], [t("move.nodes"), now.nodes, content.nodeCount], [t("nav.keys"), now.keys, content.keyCount]];
  return (
    <table class="compared">
      <caption class="hidden-visually">{t("move.compared")}</caption>
      <thead><tr><th scope="col"><span class="hidden-visually">{t("move.what")}</span></th><th scope="col" class="right">{t("move.now")}</th><th scope="col" class="right">{t("move.infile")}</th></tr></thead>
      <tbody>{rows.map(([what, here, there]) => <tr key={what}><th scope="row">{what}</th><td class="right num">{number(here)}</td><td class="right num">{number(there)}</td></tr>)}</tbody>
    </table>
  );
}

/** Such a file in place of what is here, once it was looked into. */
function Import({ onClose }: { onClose: () => void }): JSX.Element {
  const [file, setFile] = useState<File | null>(null);
  const [passphrase, setPassphrase] = useState("");
  const [found, setFound] = useState<Found | null>(null);
  const [typed, setTyped] = useState("");
  const { ask, run, error, busy, close } = useTrusted();
  const word = t("backups.word");
  const send = async (dryRun: boolean): Promise<BackupContent> => post<BackupContent>("/api/db-backups/import", { passphrase, data: file ? await encoded(file) : "", dryRun });
  const look = (): void => run(async () => {
    const [content, health] = await Promise.all([send(true), get<Health>("/api/monitoring/health")]);
    setFound({ content, now: health.configuration });
  });
  const apply = (): void => run(async () => {
    await send(false);
    toast(t("move.imported"));
    changedAll();
    onClose();
  });
  const given = file !== null && passphrase !== "";
  const wrong = error?.code === "wrong_passphrase";
  if (ask) return <Password onClose={close} onDone={() => run(ask)} />;
  return (
    <Dialog title={t("move.import")} onClose={onClose}>
      <form class="stack" onSubmit={(event) => { event.preventDefault(); if (busy || !given) return; if (!found) look(); else if (typed.trim() === word) apply(); }}>
        {!found && <p>{t("move.import.about")}</p>}
        <ChooseFile label={t("move.file")} accept=".omniexport" file={file} onChoose={(chosen) => { setFile(chosen); setFound(null); }} />
        <Field label={t("move.passphrase")} type="password" name="passphrase" value={passphrase} onInput={(text) => { setPassphrase(text); setFound(null); }} error={wrong ? explain(error) : null} required />
        {found && (
          <>
            <Note is="ok" title={t("move.opened")} role="status" />
            <Compared found={found} />
            <Note is="warn">{t("move.replaces")}</Note>
            <Field label={t("backups.type", { word })} value={typed} onInput={setTyped} autofocus />
          </>
        )}
        {error && !wrong && <Note is="bad" role="alert">{error.status === 413 ? <>{t("move.large")} <code>omniroute backup import</code></> : explain(error)}</Note>}
        <div class="actions">
          <Button onClick={onClose}>{t("cancel")}</Button>
          {found ? <Button type="submit" kind="danger primary" busy={busy || typed.trim() !== word}>{t("move.import.now")}</Button> : <Button type="submit" kind="primary" busy={busy || !given}>{t("backups.look")}</Button>}
        </div>
      </form>
    </Dialog>
  );
}

const WAYS = ["export", "import", "bring"] as const;
const ICONS: Record<(typeof WAYS)[number], IconName> = { export: "down", import: "up", bring: "swap" };

/** To another machine, from another machine, from another gateway. */
export function Move(): JSX.Element {
  const [open, setOpen] = useState<(typeof WAYS)[number] | null>(null);
  const close = (): void => setOpen(null);
  return (
    <section class="panel">
      <h2>{t("move.title")}</h2>
      <ul>
        {WAYS.map((way) => (
          <li key={way} class="catalog-entry">
            <Icon name={ICONS[way]} />
            <div class="grow"><strong>{t(`move.${way}`)}</strong><div class="small muted">{t(`move.${way}.text`)}{way === "bring" && <span translate={false}> {KNOWN}</span>}</div></div>
            <Button small onClick={() => setOpen(way)}>{t(`move.${way}.verb`)}</Button>
          </li>
        ))}
      </ul>
      {open === "export" && <Export onClose={close} />}
      {open === "import" && <Import onClose={close} />}
      {open === "bring" && <Bring onClose={close} />}
    </section>
  );
}
