import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { serverNow } from "../../api/client";
import { useLater } from "../../api/query";
import type { Budgets, Prices, UsageSeries } from "../../api/types";
import { place } from "../../app/router";
import { money, t } from "../../i18n";
import { Note, Region, Skeleton, Stat } from "../../ui";
import { chosen, type Range, RANGES, seriesPath, type Split, SPLITS } from "../../api/series";
import { BudgetTable } from "./budgets";
import { PriceTable } from "./prices";
import { forecast } from "./shape";

const BUDGETS = "/api/usage/budget";

function Sums({ budgets }: { budgets: Budgets }): JSX.Element {
  const sum = (value: number, unpriced: number): string => (unpriced === 0 ? money(value) : value === 0 ? t("costs.unknown") : t("costs.atleast", { sum: money(value) }));
  const { global, monthBegan } = budgets;
  const ahead = forecast(global.monthlyTotal, monthBegan, serverNow());
  return (
    <section class="panel">
      <dl class="stats">
        <Stat label={t("costs.today")} value={sum(global.dailyTotal, global.dailyUnpriced)} />
        <Stat label={t("costs.month")} value={sum(global.monthlyTotal, global.monthlyUnpriced)} />
        <Stat label={t("costs.forecast")} value={ahead === null ? "–" : sum(ahead, global.monthlyUnpriced)} extra={ahead === null ? t("costs.early") : t("costs.pace")} />
        {global.reserved > 0 && <Stat label={t("costs.reserved")} value={money(global.reserved)} />}
      </dl>
    </section>
  );
}

function Unknown({ used }: { used: UsageSeries }): JSX.Element | null {
  const prices = useLater<Prices>("/api/pricing").data;
  const missing = used.series.filter((each) => each.totals.unpricedRequests > 0 && each.id !== "");
  if (missing.length === 0 || !prices) return null;
  const wanting = missing.filter((each) => !prices.prices[each.provider ?? ""]?.[each.id]).map((each) => each.id);
  return <Note is="warn" title={t("costs.missing", { count: used.totals.unpricedRequests })}>{wanting.length > 0 ? t("costs.missing.text", { models: wanting.slice(0, 5).join(", ") }) : t("costs.missing.since")}</Note>;
}

type Drawing = typeof import("../analytics/picture");

/** The chart with its questions; what draws it is fetched behind the sums. */
function Course({ split, range }: { split: Split; range: Range }): JSX.Element | null {
  const [drawing, setDrawing] = useState<Drawing | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => void import("../analytics/picture").then(setDrawing), 150);
    return () => clearTimeout(timer);
  }, []);
  if (!drawing) return <div class="course"><Skeleton lines={8} /></div>;
  const { Picture, Questions } = drawing;
  return (
    <div class="stack course">
      <Questions metric="cost" split={split} range={range} metrics={["cost"]} />
      <Region<UsageSeries> path={seriesPath(range, split)} lines={8}>{(data) => <Picture data={data} metric="cost" range={range} />}</Region>
    </div>
  );
}

/** What it cost, what it may cost, and what it is reckoned with. */
export default function Costs(): JSX.Element {
  const { query } = place.value;
  const split = chosen(SPLITS, query.get("split"), "provider");
  const range = chosen(RANGES, query.get("range"), "30d");
  const used = useLater<UsageSeries>(seriesPath("30d", "model")).data;
  return (
    <div class="stack">
      <Region<Budgets> path={BUDGETS}>{(budgets) => <Sums budgets={budgets} />}</Region>
      <Course split={split} range={range} />
      <Region<Budgets> path={BUDGETS}>{(budgets) => <BudgetTable budgets={budgets} />}</Region>
      <p class="small muted">{t("costs.estimates")}</p>
      {used && <Unknown used={used} />}
      {used && <PriceTable used={used} />}
    </div>
  );
}
