import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { post } from "../../api/client";
import { changedAll } from "../../api/query";
import type { ImportReport } from "../../api/types";
import { t } from "../../i18n";
import { Button, CopyLine, Dialog, explain, Field, Note, Select } from "../../ui";
import { Changes, Notes } from "./changes";
import { ChooseFile, encoded } from "./choose";
import { Password, useTrusted } from "./trusted";

const SOURCES = ["omniroute", "9router"] as const;
type Source = (typeof SOURCES)[number];

/** What came, or would come, and what not. */
function Report({ report }: { report: ImportReport }): JSX.Element {
  const { applied, changes, notCarried, notes, newKeys } = report;
  return (
    <>
      {applied ? <Note is="ok" title={t("bring.done", { count: changes.length })} role="status">{t("bring.done.text")}</Note>
        : changes.length === 0 && <Note role="status">{t("bring.nothing")}</Note>}
      {newKeys.length > 0 && <section class="stack-small"><h3>{t("keys.once")}</h3>{newKeys.map((each) => <CopyLine key={each.name} text={each.key} label={`${t("keys.copy")}: ${each.name}`} />)}</section>}
      {notCarried.length > 0 && <section class="stack-small"><h3>{t("bring.lost", { count: notCarried.length })}</h3><Notes label={t("bring.lost", { count: notCarried.length })} list={notCarried} /></section>}
      {notes.length > 0 && <section class="stack-small"><h3>{t("bring.notes")}</h3><Notes label={t("bring.notes")} list={notes} /></section>}
      {!applied && changes.length > 0 && <section class="stack-small"><h3>{t("bring.changes", { count: changes.length })}</h3><Changes label={t("bring.changes", { count: changes.length })} list={changes} /></section>}
    </>
  );
}

/** The configuration of a related gateway: looked at, then taken over beside what is here. */
export function Bring({ onClose }: { onClose: () => void }): JSX.Element {
  const [from, setFrom] = useState<Source>("omniroute");
  const [file, setFile] = useState<File | null>(null);
  const [encryptionKey, setKey] = useState("");
  const [report, setReport] = useState<ImportReport | null>(null);
  const { ask, run, error, busy, close } = useTrusted();
  const send = (dryRun: boolean): void => run(async () => {
    if (!file) return;
    const key = from === "omniroute" && encryptionKey.trim() !== "" ? { encryptionKey: encryptionKey.trim() } : {};
    setReport(await post<ImportReport>("/api/import", { from, data: await encoded(file), dryRun, ...key }));
    if (!dryRun) changedAll();
  });
  const wrong = error?.code === "wrong_encryption_key";
  if (ask) return <Password onClose={close} onDone={() => run(ask)} />;
  if (report?.applied) {
    return (
      <Dialog title={t("move.bring")} onClose={onClose} kind="wide">
        <Report report={report} />
        <div class="actions"><a class="button" href="/dashboard/providers">{t("nav.providers")}</a><Button kind="primary" onClick={onClose}>{t("close")}</Button></div>
      </Dialog>
    );
  }
  const ready = report !== null && report.changes.length > 0;
  return (
    <Dialog title={t("move.bring")} onClose={onClose} kind="wide">
      <form class="stack" onSubmit={(event) => { event.preventDefault(); if (!busy && file) send(!ready); }}>
        {!report && <p>{t("bring.about")}</p>}
        <div class="pairs">
          <Select label={t("bring.from")} value={from} onChange={(source) => { setFrom(source); setReport(null); }} options={SOURCES.map((source) => ({ value: source, text: source === "omniroute" ? t("bring.from.omniroute") : source }))} />
          <ChooseFile label={t(`bring.file.${from}`)} accept={from === "omniroute" ? ".sqlite,.db,.json" : ".json"} file={file} onChoose={(chosen) => { setFile(chosen); setReport(null); }} />
        </div>
        {from === "omniroute" && <Field label={t("bring.key")} type="password" value={encryptionKey} onInput={(text) => { setKey(text); setReport(null); }} help={t("bring.key.help")} error={wrong ? explain(error) : null} />}
        {report && <Report report={report} />}
        {error && !wrong && <Note is="bad" role="alert">{error.status === 413 ? <>{t("move.large")} <code>{`omniroute import --from ${from}`}</code></> : explain(error)}</Note>}
        <div class="actions">
          <Button onClick={onClose}>{t("cancel")}</Button>
          {ready ? <Button type="submit" kind="primary" busy={busy}>{t("bring.verb", { count: report.changes.length })}</Button> : <Button type="submit" kind="primary" busy={busy || !file}>{t("config.look")}</Button>}
        </div>
      </form>
    </Dialog>
  );
}
