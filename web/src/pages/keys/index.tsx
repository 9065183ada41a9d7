import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { asError, patch, post, remove } from "../../api/client";
import { changed, useLater, useQuery } from "../../api/query";
import type { ApiKey, Group, History, NewApiKey, RequestPage, Setting } from "../../api/types";
import { place, setQuery } from "../../app/router";
import { ago, money, number, t } from "../../i18n";
import { Ago, Button, CopyLine, Dialog, Empty, explain, KEY_MARK, Note, Region, Select, Snippets, State, Switch, Tag, toast, toastUndo, Unpriced } from "../../ui";
import { KeyDialog } from "./edit";

const DAY_MS = 86_400_000;
/** Since the start of an hour, so that the address stays the same for a while. */
const dayAgo = (): number => Math.floor((Date.now() - DAY_MS) / 3_600_000) * 3_600_000;
const url = (key: ApiKey): string => `/api/keys/${encodeURIComponent(key.id)}`;

async function change(key: ApiKey, changes: Record<string, unknown>): Promise<boolean> {
  try {
    await patch(url(key), changes);
    changed("/api/keys");
    return true;
  } catch (thrown) {
    toast(explain(asError(thrown)));
    return false;
  }
}

/** Dead at once, gone when nobody has taken it back for ten seconds. */
async function revoke(key: ApiKey): Promise<void> {
  if (!(await change(key, { isActive: false }))) return;
  toastUndo(t("keys.revoked", { name: key.name }), () => void change(key, { isActive: key.isActive }), () => {
    void remove(url(key)).catch((thrown: unknown) => toast(explain(asError(thrown)))).finally(() => changed("/api/keys"));
  });
}

/** The line under a new key that turns into a tick with its first request. */
function FirstCall({ id }: { id: string }): JSX.Element {
  const row = useQuery<RequestPage>(`/api/usage/logs?limit=1&key=${encodeURIComponent(id)}`).data?.logs[0];
  if (!row) return <State is="unknown">{t("keys.waiting")}</State>;
  return (
    <State is={row.status < 400 ? "ok" : "bad"}>
      <a href={`/dashboard/requests/${row.requestId}`}>{t("keys.first", { model: row.model, status: row.status })}</a>
    </State>
  );
}

/** The key's text, this once. */
function Shown({ made, onClose }: { made: NewApiKey; onClose: () => void }): JSX.Element {
  return (
    <Dialog title={t("keys.made", { name: made.name })} onClose={onClose} kind="wide">
      <Note is="warn">{t("keys.once")}</Note>
      <CopyLine text={made.key} label={t("keys.copy")} />
      <div role="status"><FirstCall id={made.id} /></div>
      <Snippets apiKey={made.key} model="demo/echo" />
      <div class="actions"><Button kind="primary" onClick={onClose}>{t("keys.kept")}</Button></div>
    </Dialog>
  );
}

/** What a key with a budget has spent of it. */
function Spent({ item }: { item: ApiKey }): JSX.Element {
  return (
    <>
      {item.dailyBudgetUsd && <div class="small muted num">{t("keys.spent.today", { spent: money(item.dailyTotal), limit: money(item.dailyBudgetUsd) })} <Unpriced count={item.dailyUnpriced} /></div>}
      {item.monthlyBudgetUsd && <div class="small muted num">{t("keys.spent.month", { spent: money(item.monthlyTotal), limit: money(item.monthlyBudgetUsd) })} <Unpriced count={item.monthlyUnpriced} /></div>}
    </>
  );
}

const expired = (item: ApiKey): boolean => item.expiresAt !== null && new Date(item.expiresAt).getTime() <= Date.now();

function Row({ item, used, known, onRotate, onEdit }: { item: ApiKey; used: Group | undefined; known: boolean; onRotate: () => void; onEdit: () => void }): JSX.Element {
  return (
    <tr>
      <td class="lead wrap-any">
        <strong>{item.name}</strong>
        <Spent item={item} />
        {item.previousTextUntil && <div class="small muted">{t("keys.old", { when: ago(item.previousTextUntil) })}</div>}
      </td>
      <td class="tight"><code>{item.hint}</code></td>
      <td class="wide-only">
        <span class="row">
          {item.scopes.map((scope) => <Tag key={scope} is={scope === "admin" ? "warn" : ""}>{t(`scope.${scope}`)}</Tag>)}
          {item.logBodies && <Tag is="info">{t(item.logErrorsOnly ? "keys.errorsonly.tag" : "keys.bodies.tag")}</Tag>}
          {item.allowedModels.map((model) => <Tag key={model}><span translate={false}>{model}</span></Tag>)}
        </span>
      </td>
      <td class="wide-only right num">{used ? <a href={`/dashboard/requests?key=${encodeURIComponent(item.id)}`}>{number(used.requests)}</a> : known ? 0 : "–"}</td>
      <td class="wide-only">{expired(item) ? <Tag is="bad">{t("keys.expired")}</Tag> : item.expiresAt ? <Ago at={item.expiresAt} /> : "–"}</td>
      <td><Switch label={t("keys.enabled.of", { name: item.name })} hideLabel checked={item.isActive} onChange={(isActive) => void change(item, { isActive })} /></td>
      <td class="tight">
        <div class="row end">
          <Button small label={t("keys.edit.of", { name: item.name })} onClick={onEdit}>{t("edit")}</Button>
          <Button small label={t("keys.rotate.of", { name: item.name })} onClick={onRotate}>{t("keys.rotate")}</Button>
          <Button small kind="danger" label={t("keys.revoke.of", { name: item.name })} onClick={() => void revoke(item)}>{t("keys.revoke")}</Button>
        </div>
      </td>
    </tr>
  );
}

const GRACES = ["0", "3600", "86400", "604800"] as const;

function Rotate({ item, onMade, onClose }: { item: ApiKey; onMade: (made: NewApiKey) => void; onClose: () => void }): JSX.Element {
  const [grace, setGrace] = useState<(typeof GRACES)[number]>("3600");
  const rotate = async (): Promise<void> => {
    try {
      onMade(await post<NewApiKey>(`${url(item)}/rotate`, { graceSeconds: Number(grace) }));
      changed("/api/keys");
    } catch (thrown) {
      toast(explain(asError(thrown)));
    }
  };
  return (
    <Dialog title={t("keys.rotate.of", { name: item.name })} onClose={onClose}>
      <p>{t("keys.rotate.text")}</p>
      <Select label={t("keys.grace")} value={grace} onChange={setGrace} options={GRACES.map((value) => ({ value, text: t(`keys.grace.${value}`) }))} />
      <div class="actions">
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Button kind="primary" onClick={() => void rotate()}>{t("keys.rotate")}</Button>
      </div>
    </Dialog>
  );
}

function RequireKey({ settings }: { settings: Setting[] | undefined }): JSX.Element | null {
  if (settings?.find((each) => each.key === "require_api_key")?.value !== false) return null;
  return <Note is="warn" title={t("keys.notneeded")}>{t("keys.notneeded.text")} <a href="/dashboard/settings?q=require_api_key">{t("nav.settings")}</a></Note>;
}

export default function Keys(): JSX.Element {
  const [made, setMade] = useState<NewApiKey | null>(null);
  const [rotating, setRotating] = useState<ApiKey | null>(null);
  const [editing, setEditing] = useState<ApiKey | null>(null);
  const settings = useQuery<{ settings: Setting[] }>("/api/settings");
  const used = useLater<History>(`/api/usage/history?since=${dayAgo()}`).data?.byApiKey;
  const creating = place.value.query.has("create");
  const create = (): void => setQuery({ create: "1" }, false);
  return (
    <div class="stack">
      <div class="row far">
        <p class="muted reading">{t("keys.text")}</p>
        <Button kind="primary" icon="plus" onClick={create}>{t("keys.create")}</Button>
      </div>
      <RequireKey settings={settings.data?.settings} />
      <Region<{ keys: ApiKey[] }> path="/api/keys" also={settings}>
        {({ keys }) => keys.length === 0 ? (
          <div class="panel"><Empty title={t("keys.empty")} action={<Button kind="primary" icon="plus" onClick={create}>{t("keys.create")}</Button>}>{t("keys.empty.text")} <code>omniroute key create --name laptop</code></Empty></div>
        ) : (
          <div class="panel flush table-wrap">
            <table class="stacks">
              <caption class="hidden-visually">{t("nav.keys")}</caption>
              <thead>
                <tr>
                  <th scope="col">{t("keys.name")}</th>
                  <th scope="col">{t("keys.hint")}</th>
                  <th scope="col" class="wide-only">{t("keys.scopes")}</th>
                  <th scope="col" class="wide-only right">{t("keys.lastday")}</th>
                  <th scope="col" class="wide-only">{t("keys.expires")}</th>
                  <th scope="col">{t("keys.enabled")}</th>
                  <th scope="col"><span class="hidden-visually">{t("actions")}</span></th>
                </tr>
              </thead>
              <tbody>{keys.map((item) => <Row key={item.id} item={item} used={used?.find((each) => each.id === item.id)} known={used !== undefined} onRotate={() => setRotating(item)} onEdit={() => setEditing(item)} />)}</tbody>
            </table>
          </div>
        )}
      </Region>
      <section class="panel">
        <h2>{t("snippets.title")}</h2>
        <p class="muted">{t("snippets.text")}</p>
        <Snippets apiKey={KEY_MARK} model="demo/echo" />
      </section>
      {creating && !made && (
        <KeyDialog title={t("keys.create")} verb={t("keys.create")} known={null} onClose={() => setQuery({ create: null })}
          onSave={async (body) => {
            setMade(await post<NewApiKey>("/api/keys", body));
            changed("/api/keys");
            setQuery({ create: null });
          }} />
      )}
      {editing && (
        <KeyDialog title={t("keys.edit.of", { name: editing.name })} verb={t("save")} known={editing} onClose={() => setEditing(null)}
          onSave={async (body) => {
            await patch(url(editing), body);
            changed("/api/keys");
            setEditing(null);
          }} />
      )}
      {made && <Shown made={made} onClose={() => setMade(null)} />}
      {rotating && <Rotate item={rotating} onMade={(key) => { setMade(key); setRotating(null); }} onClose={() => setRotating(null)} />}
    </div>
  );
}
