import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { asError, get } from "../../api/client";
import type { AuditPage, AuditRow } from "../../api/types";
import { clock, moment, t } from "../../i18n";
import { Button, Code, Dialog, Empty, explain, Region, toast } from "../../ui";

const PATH = "/api/compliance/audit-log?limit=50";
const text = (value: unknown): string => (value === null ? t("logs.nothing") : JSON.stringify(value, null, 2));

function Detail({ row, onClose }: { row: AuditRow; onClose: () => void }): JSX.Element {
  return (
    <Dialog title={t("logs.detail")} onClose={onClose} kind="wide">
      <dl class="facts">
        <dt>{t("logs.when")}</dt><dd>{moment(row.time)}</dd>
        <dt>{t("logs.who")}</dt><dd><span translate={false}>{row.actor}</span> {row.address && <span class="muted">{row.address}</span>}</dd>
        <dt>{t("logs.what")}</dt><dd><code>{row.action}</code> <span class="wrap-any">{row.target}</span></dd>
      </dl>
      <div class="formats">
        <section class="stack-small"><h3>{t("logs.before")}</h3><Code label={t("logs.before")} text={text(row.before)} /></section>
        <section class="stack-small"><h3>{t("logs.after")}</h3><Code label={t("logs.after")} text={text(row.after)} /></section>
      </div>
    </Dialog>
  );
}

function List({ page }: { page: AuditPage }): JSX.Element {
  const [older, setOlder] = useState<AuditPage[]>([]);
  const [open, setOpen] = useState<AuditRow | null>(null);
  const [busy, setBusy] = useState(false);
  const rows = [...page.items, ...older.flatMap((each) => each.items)];
  const next = older.length > 0 ? (older[older.length - 1]?.next ?? null) : page.next;
  const more = async (): Promise<void> => {
    setBusy(true);
    try {
      const got = await get<AuditPage>(`${PATH}&cursor=${next}`);
      setOlder([...older, got]);
    } catch (thrown) {
      toast(explain(asError(thrown)));
    }
    setBusy(false);
  };
  if (rows.length === 0) return <div class="panel"><Empty title={t("logs.empty")}>{t("logs.empty.text")}</Empty></div>;
  return (
    <>
      <div class="panel flush table-wrap">
        <table>
          <caption class="hidden-visually">{t("nav.logs")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("logs.when")}</th>
              <th scope="col">{t("logs.what")}</th>
              <th scope="col">{t("logs.target")}</th>
              <th scope="col" class="wide-only">{t("logs.who")}</th>
              <th scope="col" class="wide-only">{t("logs.from")}</th>
              <th scope="col"><span class="hidden-visually">{t("actions")}</span></th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.id}>
                <td class="num tight"><time dateTime={row.time} title={moment(row.time)}>{clock(row.time)}</time></td>
                <td class="tight"><code>{row.action}</code></td>
                <td class="wrap-any" translate={false}>{row.target}</td>
                <td class="wide-only wrap-any" translate={false}>{row.actor}</td>
                <td class="wide-only num tight">{row.address ?? "–"}</td>
                <td class="tight">{(row.before !== null || row.after !== null) && <Button small label={`${t("logs.show")}: ${row.action} ${row.target}`} onClick={() => setOpen(row)}>{t("logs.show")}</Button>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {next !== null && <div class="row center"><Button busy={busy} onClick={() => void more()}>{t("logs.older")}</Button></div>}
      {open && <Detail row={open} onClose={() => setOpen(null)} />}
    </>
  );
}

/** Every change to the gateway. */
export function Audit(): JSX.Element {
  return (
    <div class="stack">
      <p class="muted">{t("logs.audit")}</p>
      <Region<AuditPage> path={PATH} lines={8}>{(page) => <List page={page} />}</Region>
    </div>
  );
}
