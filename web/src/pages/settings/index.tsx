import type { JSX } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import { type ApiError, asError, patch, post, remove } from "../../api/client";
import { changed } from "../../api/query";
import type { Session, Setting, SettingValue } from "../../api/types";
import { place, setQuery } from "../../app/router";
import { access } from "../../app/session";
import { ago, bytes, duration, locale, lookup, t } from "../../i18n";
import { Button, Empty, explain, Field, Note, Region, Select, Switch, Tag, toast, toastUndo } from "../../ui";
import { isSecret, parseValue, sectionOf, SECTIONS, shownValue } from "./shape";

/** In English mostly the gateway's own words. */
function helpOf(row: Setting): string {
  const help = lookup(`setting.${row.key}`) || row.help;
  return row.kind === "milliseconds" ? t("setting.ms", { help }) : help;
}
const nameOf = (row: Setting): string => lookup(`setting.${row.key}.name`) ?? row.key.replace(/_ms$|_bytes$/, "").replace(/_/g, " ").replace(/^./, (first) => first.toUpperCase());

/** The value in words beside a bare number. */
function inWords(row: Setting, text: string): string {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) return "";
  if (row.kind === "milliseconds") return value === 0 ? "" : duration(value);
  return row.kind === "bytes" ? bytes(value) : "";
}

function Row({ row }: { row: Setting }): JSX.Element {
  const kept = shownValue(row);
  const [text, setText] = useState<string | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const pinned = row.source === "environment";
  const shown = text ?? kept;
  const save = async (value: SettingValue, undo = true): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      const before = row.source === "default" ? null : row.value;
      await patch("/api/settings", { [row.key]: value });
      changed("/api/settings");
      setText(null);
      if (undo && !isSecret(row)) toastUndo(t("setting.saved", { name: nameOf(row) }), () => void save(before, false), () => undefined);
      else toast(t("setting.saved", { name: nameOf(row) }));
    } catch (thrown) {
      setError(asError(thrown));
    }
    setBusy(false);
  };
  const submit = (): void => {
    const value = parseValue(row, shown);
    if (value === undefined) setError(asError(new Error(t("setting.bounds", { least: row.least ?? 0, most: row.most ?? 0 }))));
    else void save(value);
  };
  const help = (
    <>
      {inWords(row, shown) && <span class="num">= {inWords(row, shown)} · </span>}{helpOf(row)} {row.least !== undefined && row.kind !== "boolean" && row.kind !== "list" && !isSecret(row) && <span class="num">{t("setting.range", { least: row.least, most: row.most ?? 0 })}</span>}
    </>
  );
  return (
    <div class="setting">
      <div class="setting-control">
        {row.kind === "boolean" ? (
          <>
            <div class="row far">
              <span class="label">{nameOf(row)}</span>
              <Switch label={nameOf(row)} hideLabel checked={row.value === true} disabled={pinned || busy} onChange={(on) => void save(on)} />
            </div>
            <small class="muted">{helpOf(row)}</small>
          </>
        ) : row.kind === "choice" ? (
          <Select label={nameOf(row)} value={String(row.value)} disabled={pinned} help={helpOf(row)} options={(row.choices ?? "").split(" ").map((value) => ({ value, text: value }))} onChange={(value) => void save(value)} />
        ) : (
          <form class="row end-aligned" onSubmit={(event) => { event.preventDefault(); if (!busy) submit(); }}>
            <div class="grow">
              <Field label={nameOf(row)} value={shown} onInput={setText} readOnly={pinned} help={help} error={error ? explain(error) : null}
                placeholder={row.kind === "list" ? t("setting.list") : isSecret(row) ? t("setting.none") : ""} />
            </div>
            {text !== null && text !== kept && (
              <span class="row setting-buttons">
                <Button type="submit" kind="primary" small busy={busy} label={t("setting.save.of", { name: nameOf(row) })}>{t("save")}</Button>
                <Button small onClick={() => { setText(null); setError(null); }}>{t("cancel")}</Button>
              </span>
            )}
          </form>
        )}
        {error && (row.kind === "boolean" || row.kind === "choice") && <Note is="bad" role="alert">{explain(error)}</Note>}
      </div>
      <div class="setting-source small muted">
        {pinned ? <Tag is="info">{t("setting.pinned", { variable: row.environment.split(" ").join(", ") })}</Tag> : row.source === "default" ? t("setting.default") : (
          <button type="button" class="link" onClick={() => void save(null)}>{t("setting.reset", { name: nameOf(row) })}</button>
        )}
      </div>
    </div>
  );
}

function Password(): JSX.Element {
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const save = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await post("/api/auth/password", { currentPassword: current, newPassword: next });
      // Every session has ended with the old password: sign in again with the new one.
      await post("/api/auth/login", { password: next });
      access.value = "in";
      setCurrent("");
      setNext("");
      toast(t("password.changed"));
    } catch (thrown) {
      setError(asError(thrown));
    }
    setBusy(false);
  };
  const at = (field: string): string | null => (error?.field === field ? error.message : null);
  return (
    <section class="panel" id="section-security">
      <h2>{t("settings.password")}</h2>
      <form class="stack form-narrow" onSubmit={(event) => { event.preventDefault(); if (!busy) void save(); }}>
        <Field label={t("password.current")} type="password" autocomplete="current-password" value={current} onInput={setCurrent} required error={at("currentPassword")} />
        <Field label={t("password.new")} type="password" autocomplete="new-password" value={next} onInput={setNext} required help={t("setup.password.help")} error={at("newPassword")} />
        {error && !["currentPassword", "newPassword"].includes(error.field ?? "") && <Note is="bad" role="alert">{error.status === 401 ? t("login.wrong") : explain(error)}</Note>}
        <div><Button type="submit" busy={busy}>{t("password.verb")}</Button></div>
      </form>
    </section>
  );
}

function agentName(agent: string): string {
  const browser = /(Edg|OPR|Firefox|Chrome|Safari)\/\d+/.exec(agent)?.[1];
  const system = /(Windows|Macintosh|Android|iPhone|iPad|Linux)/.exec(agent)?.[1];
  const known: Record<string, string> = { Edg: "Edge", OPR: "Opera", Macintosh: "macOS" };
  return [browser, system].filter((word) => word !== undefined).map((word) => known[word] ?? word).join(" · ") || agent.slice(0, 40) || t("sessions.unknown");
}

function Sessions(): JSX.Element {
  const end = (path: string): void => {
    remove(path).then(() => changed("/api/sessions"), (thrown: unknown) => toast(explain(asError(thrown))));
  };
  return (
    <section class="panel flush">
      <header><h2>{t("settings.sessions")}</h2></header>
      <Region<{ sessions: Session[] }> path="/api/sessions" lines={2}>
        {({ sessions }) => (
          <>
            <ul>
              {sessions.map((each) => (
                <li key={each.id} class="connection">
                  <div class="row far">
                    <div class="row"><strong translate={false}>{agentName(each.browser)}</strong> <span class="muted num">{each.address}</span> {each.current ? <Tag is="ok">{t("sessions.this")}</Tag> : <span class="muted small">{t("sessions.seen", { when: ago(each.lastSeenAt ?? each.createdAt) })}</span>}</div>
                    {!each.current && <Button small kind="danger" label={t("sessions.end.of", { browser: agentName(each.browser) })} onClick={() => end(`/api/sessions/${encodeURIComponent(each.id)}`)}>{t("sessions.end")}</Button>}
                  </div>
                </li>
              ))}
            </ul>
            {sessions.length > 1 && <div class="padded"><Button kind="danger" onClick={() => end("/api/sessions")}>{t("sessions.endall")}</Button></div>}
          </>
        )}
      </Region>
    </section>
  );
}

/** The settings that `text` is found in. A row is made when it is first found; from then on a key of the search only shows or hides it. */
function Found({ settings, text }: { settings: Setting[]; text: string }): JSX.Element {
  const shown = locale.value;
  const rows = useMemo(() => settings.map((row) => ({
    key: row.key,
    section: sectionOf(row.key),
    words: `${row.key} ${row.key.replace(/_/g, " ")} ${nameOf(row)} ${helpOf(row)} ${row.environment}`.toLowerCase(),
    row: <Row row={row} />,
  })), [settings, shown]);
  const made = useRef(new Set<string>()).current;
  const found = new Set(rows.filter((each) => each.words.includes(text.toLowerCase())).map(({ key }) => key));
  found.forEach((key) => made.add(key));
  return (
    <>
      {SECTIONS.map((section) => {
        const mine = rows.filter((each) => each.section === section && made.has(each.key));
        return (
          <section key={section} class="panel flush" hidden={!mine.some((each) => found.has(each.key))}>
            <header><h2>{t(`settings.${section}`)}</h2></header>
            <ul>{mine.map((each) => <li key={each.key} hidden={!found.has(each.key)}>{each.row}</li>)}</ul>
          </section>
        );
      })}
      {found.size === 0 && <div class="panel"><Empty title={t("filter.none")} action={<Button onClick={() => setQuery({ q: null })}>{t("filter.clear")}</Button>} /></div>}
    </>
  );
}

export default function Settings(): JSX.Element {
  const text = place.value.query.get("q") ?? "";
  return (
    <div class="stack reading-wide">
      <div class="filters">
        <Field label={t("filter")} hideLabel type="search" value={text} onInput={(value) => setQuery({ q: value })} placeholder={t("settings.search")} />
      </div>
      <Region<{ settings: Setting[] }> path="/api/settings" lines={10}>{({ settings }) => <Found settings={settings} text={text} />}</Region>
      <div class="stack" hidden={text !== ""}>
        <Password />
        <Sessions />
      </div>
    </div>
  );
}
