import type { JSX } from "preact";
import { type Range, RANGES, SPLITS, type Split } from "../../api/series";
import type { SeriesTotals, UsageSeries } from "../../api/types";
import { setQuery } from "../../app/router";
import { compact, duration, money, percent, t } from "../../i18n";
import { Button, Empty, Select } from "../../ui";
import { Chart } from "../../ui/chart";
import { changeOf, linesOf, type Metric, METRICS, valueOf } from "./shape";

export const shownAs = (metric: Metric): ((value: number) => string) => {
  if (metric === "cost") return money;
  if (metric === "latency") return duration;
  return compact;
};

/** A sum of money that may lack some: "at least", or unknown. */
export function Cost({ of }: { of: SeriesTotals }): JSX.Element {
  if (of.requests === 0) return <>–</>;
  const sum = valueOf(of, "cost");
  if (sum === null) return <span class="muted">{t("costs.unknown")}</span>;
  return <>{of.unpricedRequests > 0 ? t("costs.atleast", { sum: money(sum) }) : money(sum)}</>;
}

function Change({ now, before, metric }: { now: SeriesTotals; before: SeriesTotals; metric: Metric }): JSX.Element | null {
  const change = changeOf(valueOf(now, metric), valueOf(before, metric));
  if (change === null) return null;
  return <span class="small muted num">{t("analytics.before", { change: `${change > 0 ? "+" : ""}${percent(change)}` })}</span>;
}

interface Question { metric: Metric; split: Split; range: Range }

export function Questions({ metric, split, range, metrics = METRICS }: Question & { metrics?: readonly Metric[] }): JSX.Element {
  return (
    <div class="row question">
      {metrics.length > 1 && <Select label={t("analytics.metric")} hideLabel value={metric} onChange={(value) => setQuery({ metric: value })} options={metrics.map((value) => ({ value, text: t(`analytics.metric.${value}`) }))} />}
      <Select label={t("analytics.split")} hideLabel value={split} onChange={(value) => setQuery({ split: value })} options={SPLITS.map((value) => ({ value, text: t(`analytics.by.${value}`) }))} />
      <Select label={t("analytics.range")} hideLabel value={range} onChange={(value) => setQuery({ range: value })} options={RANGES.map((value) => ({ value, text: t(`analytics.range.${value}`) }))} />
    </div>
  );
}

export function Picture({ data, metric, range }: { data: UsageSeries } & Omit<Question, "split">): JSX.Element {
  const lines = linesOf(data, t("analytics.other")).map((line) => ({ label: line.label || (data.split === "all" ? t(`analytics.metric.${metric}`) : t("analytics.none")), values: line.points.map((each) => valueOf(each, metric)) }));
  const values = lines.flatMap((line) => line.values.filter((each): each is number => each !== null));
  const show = shownAs(metric);
  const total = valueOf(data.totals, metric);
  const summary = t("analytics.summary", { low: show(Math.min(0, ...values)), high: show(Math.max(0, ...values)), total: total === null ? t("costs.unknown") : show(total) });
  return (
    <section class="panel">
      <header>
        <h2>{t(`analytics.metric.${metric}`)}</h2>
        <span class="row"><strong class="num">{metric === "cost" ? <Cost of={data.totals} /> : total === null ? "–" : show(total)}</strong><Change now={data.totals} before={data.previous} metric={metric} /></span>
      </header>
      {data.totals.requests === 0 ? <Empty title={t("analytics.empty")} action={range === "1y" ? null : <Button onClick={() => setQuery({ range: "1y" })}>{t("analytics.empty.verb")}</Button>}>{t("analytics.empty.text")}</Empty>
        : <Chart label={t(`analytics.metric.${metric}`)} summary={summary} starts={data.starts} bucketMs={data.bucketMs} series={lines} show={show} whole={show === compact} />}
    </section>
  );
}
