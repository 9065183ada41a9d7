import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { type ApiError, asError, post } from "../../api/client";
import { changed, useLater } from "../../api/query";
import type { Budget, Budgets, CatalogProvider } from "../../api/types";
import { money, t } from "../../i18n";
import { Button, Countdown, Dialog, explain, Field, Meter, Note, Select, State, Tag, Unpriced } from "../../ui";
import { type BudgetRow, budgetRows, dollars, nextDay, nextMonth } from "./shape";

function Edit({ row, providers, onClose }: { row: BudgetRow | null; providers: CatalogProvider[]; onClose: () => void }): JSX.Element {
  const amount = (value: number | null | undefined): string => (value ? String(value) : "");
  const [provider, setProvider] = useState(providers[0]?.id ?? "");
  const [daily, setDaily] = useState(amount(row?.budget.dailyLimitUsd));
  const [monthly, setMonthly] = useState(amount(row?.budget.monthlyLimitUsd));
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const bad = (text: string): string | null => (dollars(text) === null ? t("budgets.amount") : null);
  // As it was typed: the smallest amounts have no plain form as JSON numbers.
  const plain = (text: string): string => text.trim().replace(/^\$/, "") || "0";
  const save = async (): Promise<void> => {
    if (bad(daily) || bad(monthly)) return;
    setBusy(true);
    try {
      const who = row ? (row.kind === "key" ? { apiKeyId: row.budget.apiKeyId } : row.kind === "provider" ? { provider: row.budget.provider } : {}) : { provider };
      await post("/api/usage/budget", { ...who, dailyLimitUsd: plain(daily), monthlyLimitUsd: plain(monthly) });
      changed("/api/usage/budget", "/api/keys");
      onClose();
    } catch (thrown) {
      setError(asError(thrown));
      setBusy(false);
    }
  };
  return (
    <Dialog title={row ? t("budgets.edit.of", { name: row.name || t("budgets.all") }) : t("budgets.add")} onClose={onClose}>
      <form class="stack" onSubmit={(event) => { event.preventDefault(); if (!busy) void save(); }}>
        {!row && <Select label={t("requests.provider")} value={provider} onChange={setProvider} options={providers.map((each) => ({ value: each.id, text: each.name }))} />}
        <div class="pairs">
          <Field label={t("keys.daily")} value={daily} onInput={setDaily} error={bad(daily)} autofocus />
          <Field label={t("keys.monthly")} value={monthly} onInput={setMonthly} error={bad(monthly)} />
        </div>
        <p class="small muted">{t("budgets.text")}</p>
        {error && <Note is="bad" role="alert">{explain(error)}</Note>}
        <div class="actions"><Button onClick={onClose}>{t("cancel")}</Button><Button type="submit" kind="primary" busy={busy}>{t("save")}</Button></div>
      </form>
    </Dialog>
  );
}

function Spent({ spent, unpriced, limit, name, threshold }: { spent: number; unpriced: number; limit: number | null; name: string; threshold: number }): JSX.Element {
  if (!limit) return <span class="num">{money(spent)} <span class="small"><Unpriced count={unpriced} limited={false} /></span></span>;
  const share = spent / limit;
  const words = t("budgets.of", { spent: money(spent), limit: money(limit) });
  return <div class="used"><Meter share={share} label={`${name}: ${words}`} is={share >= 1 ? "bad" : share >= threshold ? "warn" : ""} /><span class="small num">{words} <Unpriced count={unpriced} /></span></div>;
}

function StateOf({ budget }: { budget: Budget }): JSX.Element {
  if (budget.exhausted) return <State is="bad">{t("budgets.exhausted")}</State>;
  if (budget.warning) return <State is="warn">{t("budgets.warning")}</State>;
  if (!budget.dailyLimitUsd && !budget.monthlyLimitUsd) return <span class="muted">{t("budgets.none")}</span>;
  const unpriced = (budget.dailyLimitUsd && budget.dailyUnpriced > 0) || (budget.monthlyLimitUsd && budget.monthlyUnpriced > 0);
  return unpriced ? <State is="unknown">{t("budgets.known")}</State> : <State is="ok">{t("budgets.within")}</State>;
}

/** What may be spent, by whom, and what is left of it. */
export function BudgetTable({ budgets }: { budgets: Budgets }): JSX.Element {
  const [edit, setEdit] = useState<BudgetRow | "new" | null>(null);
  const providers = useLater<{ providers: CatalogProvider[] }>("/api/catalog/providers").data?.providers.filter((each) => each.activeConnections > 0) ?? [];
  const rows = budgetRows(budgets, (id) => providers.find((each) => each.id === id)?.name ?? id);
  return (
    <section class="panel flush">
      <header>
        <h2>{t("budgets.title")}</h2>
        <Button small icon="plus" onClick={() => setEdit("new")}>{t("budgets.add")}</Button>
      </header>
      <div class="table-wrap">
        <table class="stacks">
          <caption class="hidden-visually">{t("budgets.title")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("budgets.whose")}</th>
              <th scope="col">{t("budgets.today")} <span class="num">(<Countdown until={nextDay(budgets.dayBegan)} onEnd={() => changed("/api/usage/budget")} />)</span></th>
              <th scope="col">{t("budgets.month")} <span class="num">(<Countdown until={nextMonth(budgets.monthBegan)} />)</span></th>
              <th scope="col">{t("state")}</th>
              <th scope="col"><span class="hidden-visually">{t("actions")}</span></th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => {
              const name = row.name || t("budgets.all");
              return (
                <tr key={row.key}>
                  <th scope="row" class="lead"><strong class="wrap-any">{name}</strong> {row.kind !== "all" && <Tag>{row.kind === "key" ? t("requests.key") : t("requests.provider")}</Tag>}</th>
                  <td class="lead" data-label={t("budgets.today")}><Spent spent={row.budget.dailyTotal} unpriced={row.budget.dailyUnpriced} limit={row.budget.dailyLimitUsd} name={`${name}, ${t("budgets.today")}`} threshold={budgets.warningThreshold} /></td>
                  <td class="lead" data-label={t("budgets.month")}><Spent spent={row.budget.monthlyTotal} unpriced={row.budget.monthlyUnpriced} limit={row.budget.monthlyLimitUsd} name={`${name}, ${t("budgets.month")}`} threshold={budgets.warningThreshold} /></td>
                  <td class="tight"><StateOf budget={row.budget} /></td>
                  <td class="tight"><Button small label={t("budgets.edit.of", { name })} onClick={() => setEdit(row)}>{t("edit")}</Button></td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {edit && <Edit row={edit === "new" ? null : edit} providers={providers} onClose={() => setEdit(null)} />}
    </section>
  );
}
