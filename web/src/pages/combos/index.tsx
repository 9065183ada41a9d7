import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { asError, patch, post, remove } from "../../api/client";
import { changed, useLater, useQuery } from "../../api/query";
import type { CatalogProvider, Combo, ComboMetrics } from "../../api/types";
import { go } from "../../app/router";
import { duration, number, percent, t } from "../../i18n";
import { Button, CopyButton, Dialog, Empty, explain, Note, Region, saveFile, Skeleton, Switch, Tag, toast, toastUndo } from "../../ui";
import type { PageProps } from "..";
import { Builder } from "./builder";
import { fileOf, fromTemplate, readFile, targetOf, TEMPLATES } from "./shape";

const url = (combo: Combo): string => `/api/combos/${encodeURIComponent(combo.id)}`;

async function attempt(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (thrown) {
    toast(explain(asError(thrown)));
    return false;
  } finally {
    changed("/api/combos");
  }
}

/** Off at once, gone when nobody has taken it back for ten seconds. */
async function drop(combo: Combo): Promise<void> {
  if (!(await attempt(() => patch(url(combo), { isActive: false })))) return;
  toastUndo(t("combos.removed", { name: combo.name }), () => void attempt(() => patch(url(combo), { isActive: combo.isActive })), () => void attempt(() => remove(url(combo))));
}

/** Which share of a combo's requests each target answered. */
function Shares({ combo, metrics }: { combo: Combo; metrics: ComboMetrics }): JSX.Element | null {
  const parts = Object.entries(metrics.byModel).map(([model, each]) => ({ model, count: each.successes })).filter((each) => each.count > 0).sort((a, b) => b.count - a.count);
  const total = parts.reduce((sum, each) => sum + each.count, 0);
  if (total === 0) return null;
  let x = 0;
  const words = parts.map((each) => `${each.model} ${percent(each.count / total)}`).join(", ");
  return (
    <svg class="shares" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label={t("combos.shares", { name: combo.name, parts: words })}>
      <title>{words}</title>
      {parts.map((each, i) => {
        const width = (each.count / total) * 100;
        x += width;
        return <rect key={each.model} class={`series-${(i % 6) + 1}`} x={x - width} width={width} height="8" />;
      })}
    </svg>
  );
}

function Row({ combo, metrics }: { combo: Combo; metrics: ComboMetrics | undefined }): JSX.Element {
  const targets = combo.models.map(targetOf);
  return (
    <tr>
      <td class="lead combo-name">
        <span class="row nowrap"><a class="strong wrap-any" href={`/dashboard/combos/${combo.name}`}>{combo.name}</a><CopyButton text={combo.name} label={t("copy.of", { what: combo.name })} /></span>
        <span class="small muted">{t(`strategy.${combo.strategy}`)}</span>
      </td>
      <td class="lead">
        <span class="row targets">{targets.slice(0, 4).map((target, i) => <Tag key={`${target.model} ${i}`}><code>{target.model}</code></Tag>)}{targets.length > 4 && <span class="muted small">{t("combos.andmore", { count: targets.length - 4 })}</span>}</span>
        {metrics && <Shares combo={combo} metrics={metrics} />}
      </td>
      <td class="wide-only right num">{metrics ? number(metrics.totalRequests) : "–"}</td>
      <td class="wide-only right num">{metrics && metrics.totalRequests > 0 ? percent(metrics.successRate) : "–"}</td>
      <td class="wide-only right num">{metrics && metrics.totalRequests > 0 ? percent(metrics.fallbackRate) : "–"}</td>
      <td class="wide-only right num tight">{metrics && metrics.totalRequests > 0 ? duration(metrics.avgLatencyMs) : "–"}</td>
      <td><Switch label={t("combos.active.of", { name: combo.name })} hideLabel checked={combo.isActive} onChange={(isActive) => void attempt(() => patch(url(combo), { isActive }))} /></td>
      <td class="tight"><Button small kind="danger" label={t("combos.remove.of", { name: combo.name })} onClick={() => void drop(combo)}>{t("remove")}</Button></td>
    </tr>
  );
}

function Table({ combos, metrics }: { combos: Combo[]; metrics: Record<string, ComboMetrics> }): JSX.Element {
  return (
    <div class="panel flush table-wrap">
      <table class="stacks">
        <caption class="hidden-visually">{t("nav.combos")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("combos.name")}</th>
            <th scope="col">{t("combos.targets")}</th>
            <th scope="col" class="wide-only right">{t("nav.requests")}</th>
            <th scope="col" class="wide-only right">{t("home.success")}</th>
            <th scope="col" class="wide-only right">{t("combos.fallbacks")}</th>
            <th scope="col" class="wide-only right">{t("combos.latency")}</th>
            <th scope="col">{t("keys.enabled")}</th>
            <th scope="col"><span class="hidden-visually">{t("actions")}</span></th>
          </tr>
        </thead>
        <tbody>{[...combos].sort((a, b) => a.name.localeCompare(b.name)).map((combo) => <Row key={combo.id} combo={combo} metrics={metrics[combo.name]} />)}</tbody>
      </table>
    </div>
  );
}

function Templates({ providers }: { providers: CatalogProvider[] }): JSX.Element {
  return (
    <section class="panel">
      <h2>{t("combos.templates")}</h2>
      <div class="cards">
        {TEMPLATES.map((template) => (
          <a key={template.id} class="card" href={`/dashboard/combos/new?template=${template.id}`}>
            <span><strong>{t(`template.${template.id}`)}</strong><span class="small muted">{t(`template.${template.id}.text`)}</span>
              <span class="small template-models">{fromTemplate(template, providers).targets.slice(0, 5).map((each) => <code key={each.model}>{each.model}</code>)}</span></span>
          </a>
        ))}
      </div>
    </section>
  );
}

function Import({ combos, onClose }: { combos: Combo[]; onClose: () => void }): JSX.Element {
  const [found, setFound] = useState<Record<string, unknown>[] | null>(null);
  const [bad, setBad] = useState(false);
  const [busy, setBusy] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const read = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    const combosOfFile = readFile(await file.text());
    setFound(combosOfFile);
    setBad(combosOfFile === null);
  };
  const there = (name: unknown): Combo | undefined => combos.find((each) => each.name === name);
  const take = async (): Promise<void> => {
    setBusy(true);
    let done = 0;
    for (const each of found ?? []) {
      const before = there(each["name"]);
      if (await attempt(() => (before ? patch(url(before), each) : post("/api/combos", each)))) done += 1;
    }
    setBusy(false);
    if (done === (found ?? []).length) {
      toast(t("combos.imported", { count: done }));
      onClose();
    }
  };
  return (
    <Dialog title={t("combos.import")} onClose={onClose}>
      <p>{t("combos.import.text")}</p>
      <div>
        <input ref={input} class="hidden-visually" type="file" accept=".json,application/json" tabIndex={-1} aria-label={t("combos.import.file")} onChange={(event) => void read(event.currentTarget.files?.[0])} />
        <Button onClick={() => input.current?.click()}>{t("combos.import.file")}</Button>
      </div>
      {bad && <Note is="bad" role="alert">{t("combos.import.bad")}</Note>}
      {found && (
        <ul class="stack-small">
          {found.map((each) => <li key={String(each["name"])} class="row"><code>{String(each["name"])}</code><Tag is={there(each["name"]) ? "warn" : "ok"}>{there(each["name"]) ? t("combos.import.replaces") : t("combos.import.new")}</Tag></li>)}
        </ul>
      )}
      <div class="actions"><Button onClick={onClose}>{t("cancel")}</Button><Button kind="primary" busy={busy || !found} onClick={() => void take()}>{t("combos.import.verb")}</Button></div>
    </Dialog>
  );
}

function List({ combos }: { combos: Combo[] }): JSX.Element {
  const [importing, setImporting] = useState(false);
  const metrics = useLater<{ metrics: Record<string, ComboMetrics> }>("/api/combos/metrics").data?.metrics ?? {};
  const providers = useLater<{ providers: CatalogProvider[] }>("/api/catalog/providers").data?.providers;
  return (
    <div class="stack">
      <p class="muted reading">{t("combos.text")}</p>
      <div class="row">
        <Button kind="primary" icon="plus" onClick={() => go("/dashboard/combos/new")}>{t("combos.create")}</Button>
        <Button onClick={() => setImporting(true)}>{t("combos.import")}</Button>
        {combos.length > 0 && <Button onClick={() => saveFile("combos.json", fileOf(combos))}>{t("combos.export")}</Button>}
      </div>
      {combos.length > 0 ? <Table combos={combos} metrics={metrics} /> : (
        <div class="panel"><Empty title={t("combos.empty")}>{t("combos.empty.text")} <code>omniroute combo set</code></Empty></div>
      )}
      {providers && <Templates providers={providers} />}
      {importing && <Import combos={combos} onClose={() => setImporting(false)} />}
    </div>
  );
}

/** The catalog is waited for where a template is to be filled in. */
function Ready({ name, combos }: { name: string; combos: Combo[] }): JSX.Element {
  const catalog = useQuery<{ providers: CatalogProvider[] }>("/api/catalog/providers");
  const combo = combos.find((each) => each.name === name) ?? null;
  if (name !== "new" && !combo) return <div class="panel"><Empty title={t("combos.unknown", { name })} action={<a class="button" href="/dashboard/combos">{t("combos.back")}</a>} /></div>;
  if (!catalog.data && !catalog.error) return <Skeleton />;
  return <Builder key={combo?.id ?? "new"} combo={combo} combos={combos} providers={catalog.data?.providers ?? []} />;
}

export default function Combos({ rest }: PageProps): JSX.Element {
  return <Region<{ combos: Combo[] }> path="/api/combos" lines={6}>{({ combos }) => (rest ? <Ready name={rest} combos={combos} /> : <List combos={combos} />)}</Region>;
}
