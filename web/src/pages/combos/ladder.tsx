import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import type { Combo, ComboTarget, Connection, Decision, RoutedModel, Strategy } from "../../api/types";
import { compact, money, t } from "../../i18n";
import { Button, Field, FieldError, Select, State, type StateWord } from "../../ui";
import { reordered, ReorderList, whyNot } from "../../ui/more";
import { cycle } from "./shape";

/** How a target stands in the dry run: asked first, asked later, or left out. */
export function standing(target: ComboTarget, decision: Decision | null): { is: StateWord; why: string } {
  if (!decision) return { is: "unknown", why: "" };
  const planned = decision.plan.findIndex((each) => each.target === target.model);
  if (planned >= 0) return { is: "ok", why: planned === 0 ? t("explain.chosen") : t("explain.ready") };
  const removed = decision.removed.find((each) => each.target === target.model);
  if (removed) return { is: removed.retryInMs !== undefined ? "warn" : "bad", why: whyNot(removed) };
  return { is: "unknown", why: t("combos.nested") };
}

interface RungProps { target: ComboTarget; place: number; strategy: Strategy; model: RoutedModel | undefined; connections: Connection[]; decision: Decision | null; onChange: (target: ComboTarget) => void; onRemove: () => void }

function Rung({ target, place, strategy, model, connections, decision, onChange, onRemove }: RungProps): JSX.Element {
  const { is, why } = standing(target, decision);
  const own = model ? connections.filter((each) => each.provider === model.provider) : [];
  return (
    <div class="rung">
      <div class="row far">
        <div class="row grow">
          <span class="place num" aria-hidden="true">{place}</span>
          <code class="wrap-any">{target.model}</code>
          {why && <State is={is}><span class="wrap">{why}</span></State>}
        </div>
        <Button small kind="plain" icon="close" label={t("combos.target.remove", { name: target.model })} onClick={onRemove}>{""}</Button>
      </div>
      <div class="row small muted rung-facts">
        {model && <span class="num">{model.inputPrice !== null ? t("combos.price", { input: money(model.inputPrice), output: money(model.outputPrice ?? 0) }) : t("combos.price.unknown")}</span>}
        {model?.contextLength && <span class="num">{t("models.context", { tokens: compact(model.contextLength) })}</span>}
        {model?.tools === false && <span>{t("combos.notools")}</span>}
        {model?.images === false && <span>{t("combos.noimages")}</span>}
        {(own.length > 1 || target.account) && (
          <Select label={t("combos.account.of", { name: target.model })} hideLabel value={target.account ?? ""} onChange={(account) => { const { account: _, ...rest } = target; onChange(account ? { ...rest, account } : rest); }}
            options={[{ value: "", text: t("combos.account.any") }, ...own.map((each) => ({ value: each.id, text: each.name })), ...(target.account && !own.some((each) => each.id === target.account) ? [{ value: target.account, text: target.account }] : [])]} />
        )}
        {strategy === "weighted" && (
          <span class="weight"><Field label={t("combos.weight.of", { name: target.model })} hideLabel type="number" value={String(target.weight ?? 0)} onInput={(text) => onChange({ ...target, weight: Math.max(0, Math.min(100, Math.round(Number(text) || 0))) })} /> {t("combos.weight")}</span>
        )}
      </div>
    </div>
  );
}

interface LadderProps { name: string; targets: ComboTarget[]; strategy: Strategy; models: RoutedModel[]; combos: Combo[]; connections: Connection[]; decision: Decision | null; onChange: (targets: ComboTarget[]) => void }

/** The targets from top to bottom, and a field for another. */
export function Ladder({ name, targets, strategy, models, combos, connections, decision, onChange }: LadderProps): JSX.Element {
  const [text, setText] = useState("");
  const [error, setError] = useState<string | null>(null);
  const id = useId();
  const add = (): void => {
    const model = text.trim();
    if (model === "") return;
    if (cycle(name, model, combos)) return setError(t("combos.cycle", { name: model }));
    setError(null);
    setText("");
    onChange([...targets, { model }]);
  };
  return (
    <section class="panel flush">
      <header><h2>{t("combos.ladder")}</h2><span class="small muted wide-only">{t("combos.ladder.help")}</span></header>
      {targets.length === 0 ? <p class="padded muted">{t("combos.ladder.empty")}</p> : (
        <ReorderList label={t("combos.ladder")} items={targets} idOf={(target, i) => `${target.model} ${targets.slice(0, i).filter((each) => each.model === target.model).length}`} nameOf={(target) => target.model} onMove={(from, to) => onChange(reordered(targets, from, to))}>
          {(target, i) => (
            <Rung target={target} place={i + 1} strategy={strategy} model={models.find((each) => each.id === target.model)} connections={connections} decision={decision}
              onChange={(changed) => onChange(targets.map((each, at) => (at === i ? changed : each)))} onRemove={() => onChange(targets.filter((_, at) => at !== i))} />
          )}
        </ReorderList>
      )}
      <form class="add-target" onSubmit={(event) => { event.preventDefault(); add(); }}>
        <label for={id} class="hidden-visually">{t("combos.add.label")}</label>
        <input class="input grow" id={id} list={`${id}-models`} value={text} placeholder={t("combos.add.hint")} autocomplete="off" spellcheck={false} aria-invalid={error ? "true" : undefined} aria-describedby={error ? `${id}-error` : undefined}
          onInput={(event) => { setText(event.currentTarget.value); setError(null); }} />
        <datalist id={`${id}-models`}>
          {combos.filter((each) => each.name !== name).map((each) => <option key={each.id} value={each.name}>{t("combos.nested")}</option>)}
          {models.map((each) => <option key={each.id} value={each.id}>{each.name}</option>)}
        </datalist>
        <Button type="submit" icon="plus">{t("combos.add")}</Button>
      </form>
      {error && <div class="padded"><FieldError id={`${id}-error`} text={error} /></div>}
    </section>
  );
}
