import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { type ApiError, asError, patch, post } from "../../api/client";
import { refresh, useLater, useQuery } from "../../api/query";
import type { CatalogProvider, Combo, ComboConfig, ComboTest, Connection, RoutedModel } from "../../api/types";
import { go, place } from "../../app/router";
import { duration, t } from "../../i18n";
import { Button, Check, CopyButton, explain, Field, Note, State, Switch, toast } from "../../ui";
import { Explain, PLAIN, useDecision } from "./explain";
import { Ladder } from "./ladder";
import { bodyOf, type Draft, draftOf, EMPTY, freeName, fromTemplate, sameDraft, STRATEGIES, TEMPLATES } from "./shape";

function Strategies({ draft, onChange }: { draft: Draft; onChange: (draft: Draft) => void }): JSX.Element {
  return (
    <fieldset class="panel">
      <legend class="hidden-visually">{t("combos.strategy")}</legend>
      <h2 aria-hidden="true">{t("combos.strategy")}</h2>
      <div class="cards">
        {STRATEGIES.map((strategy) => (
          <label key={strategy} class={`card ${draft.strategy === strategy ? "chosen" : ""}`}>
            <input type="radio" name="strategy" checked={draft.strategy === strategy} onChange={() => onChange({ ...draft, strategy })} />
            <span><strong>{t(`strategy.${strategy}`)}</strong><span class="small muted">{t(`strategy.${strategy}.text`)}</span></span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

const NUMBERS = ["maxRetries", "retryDelayMs", "timeoutMs", "maxInputPrice", "hedgeAfterMs", "concurrencyPerModel"] as const;

function Limits({ draft, error, onChange }: { draft: Draft; error: ApiError | null; onChange: (config: ComboConfig) => void }): JSX.Element {
  const set = (name: keyof ComboConfig, value: number | boolean | null): void => {
    const { [name]: _, ...rest } = draft.config;
    onChange(value === null ? rest : { ...rest, [name]: value });
  };
  const shown = NUMBERS.filter((name) => name !== "concurrencyPerModel" || draft.strategy === "round-robin");
  return (
    <details class="panel">
      <summary>{t("combos.more")}</summary>
      <p class="small muted">{t("combos.more.text")}</p>
      <div class="pairs">
        {shown.map((name) => {
          const value = draft.config[name];
          return <Field key={name} label={t(`combos.set.${name}`)} type="number" value={value === undefined || value === null ? "" : String(value)} error={error?.field?.endsWith(name) ? error.message : null} onInput={(text) => set(name, text.trim() === "" || !Number.isFinite(Number(text)) ? null : Number(text))} />;
        })}
      </div>
      <Check label={t("combos.set.sessionAffinity")} checked={draft.config.sessionAffinity ?? true} onChange={(on) => set("sessionAffinity", on ? null : false)} />
      <Check label={t("combos.set.contentFilterFallback")} checked={draft.config.contentFilterFallback ?? false} onChange={(on) => set("contentFilterFallback", on ? true : null)} />
    </details>
  );
}

function RealTest({ name, disabled }: { name: string; disabled: boolean }): JSX.Element {
  const [result, setResult] = useState<ComboTest | null>(null);
  const [busy, setBusy] = useState(false);
  const run = async (): Promise<void> => {
    setBusy(true);
    try {
      setResult(await post<ComboTest>("/api/combos/test", { comboName: name }));
    } catch (thrown) {
      toast(explain(asError(thrown)));
    }
    setBusy(false);
  };
  return (
    <section class="panel">
      <header><h2>{t("combos.test")}</h2><Button busy={busy || disabled} onClick={() => void run()}>{busy ? t("test.busy") : t("combos.test.verb")}</Button></header>
      <p class="small muted">{disabled ? t("combos.test.save") : t("combos.test.text")}</p>
      {result && (
        <div class="stack-small" role="status">
          <p>{result.resolvedBy ? <State is="ok">{t("combos.test.by", { name: result.resolvedBy })}</State> : <State is="bad">{t("combos.test.nobody")}</State>}</p>
          <ul class="decisions">
            {result.results.map((each) => (
              <li key={each.model} class="decision">
                <div class="grow"><code class="wrap-any">{each.model}</code>{each.error && <div class="small bad-text wrap-any">{each.error}</div>}</div>
                <State is={each.status === "ok" ? "ok" : "bad"}><span class="num">{each.statusCode || "–"} · {duration(each.latencyMs)}</span></State>
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}

interface Props { combo: Combo | null; combos: Combo[]; providers: CatalogProvider[] }

function begin(combo: Combo | null, combos: Combo[], providers: CatalogProvider[]): Draft {
  if (combo) return draftOf(combo);
  const template = TEMPLATES.find((each) => each.id === place.peek().query.get("template"));
  const draft = template ? fromTemplate(template, providers) : EMPTY;
  return { ...draft, name: draft.name && freeName(draft.name, combos.map((each) => each.name)) };
}

/** The ladder on the left; on the right what would happen now. */
export function Builder({ combo, combos, providers }: Props): JSX.Element {
  const [draft, setDraft] = useState(() => begin(combo, combos, providers));
  const [wish, setWish] = useState(PLAIN);
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const models = useQuery<{ models: RoutedModel[] }>("/api/models").data?.models ?? [];
  const connections = useLater<{ connections: Connection[] }>("/api/providers").data?.connections ?? [];
  const asked = useDecision(draft, combo?.name ?? null, combos, wish);
  const clean = combo !== null && sameDraft(draft, draftOf(combo));
  useEffect(() => {
    if (clean || draft === EMPTY) return undefined;
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [clean]);
  const save = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      const saved = combo ? await patch<Combo>(`/api/combos/${encodeURIComponent(combo.id)}`, bodyOf(draft)) : await post<Combo>("/api/combos", bodyOf(draft));
      await refresh("/api/combos");
      toast(t("combos.saved", { name: saved.name }));
      go(`/dashboard/combos/${saved.name}`, true);
      setDraft(draftOf(saved));
    } catch (thrown) {
      setError(asError(thrown));
    }
    setBusy(false);
  };
  return (
    <div class="stack">
      <a href="/dashboard/combos">{t("combos.back")}</a>
      <div class="builder">
        <div class="stack">
          <form class="panel" onSubmit={(event) => { event.preventDefault(); if (!busy && !clean) void save(); }}>
            <div class="row end-aligned">
              <div class="grow"><Field label={t("combos.name")} value={draft.name} onInput={(name) => setDraft({ ...draft, name: name.trim() })} required help={t("combos.name.help")} error={error?.field === "name" ? error.message : null} autofocus={combo === null && draft.name === ""} /></div>
            </div>
            <div class="row far">
              <Switch label={t("combos.active")} checked={draft.isActive} onChange={(isActive) => setDraft({ ...draft, isActive })} />
              <div class="row">
                {combo && <CopyButton text={combo.name} small={false}>{t("combos.copy")}</CopyButton>}
                {combo && !clean && <Button onClick={() => setDraft(draftOf(combo))}>{t("combos.revert")}</Button>}
                <Button type="submit" kind="primary" busy={busy || clean || draft.targets.length === 0}>{clean ? t("combos.clean") : t("save")}</Button>
              </div>
            </div>
            {error && error.field !== "name" && <Note is="bad" role="alert">{explain(error)}</Note>}
          </form>
          <Ladder name={draft.name} targets={draft.targets} strategy={draft.strategy} models={models} combos={combos} connections={connections} decision={asked.decision} onChange={(targets) => setDraft({ ...draft, targets })} />
          <Strategies draft={draft} onChange={setDraft} />
          <Limits draft={draft} error={error} onChange={(config) => setDraft({ ...draft, config })} />
        </div>
        <div class="stack builder-side">
          <Explain asked={asked} wish={wish} onWish={setWish} empty={draft.targets.length === 0} />
          {combo && <RealTest name={combo.name} disabled={!clean || !combo.isActive} />}
        </div>
      </div>
    </div>
  );
}
