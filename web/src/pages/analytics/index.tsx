import type { JSX } from "preact";
import { useQuery } from "../../api/query";
import type { SeriesTotals, UsageSeries } from "../../api/types";
import { place, setQuery } from "../../app/router";
import { compact, duration, money, number, percent, t } from "../../i18n";
import { Button, Empty, Region, saveFile, Select } from "../../ui";
import { Chart } from "../../ui/chart";
import { changeOf, chosen, csvOf, linesOf, type Metric, METRICS, type Range, RANGES, seriesPath, SPLITS, type Split, valueOf } from "./shape";

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

function filterOf(split: Split, id: string): string | null {
  if (id === "") return null;
  return split === "all" || split === "model" ? null : `/dashboard/requests?${new URLSearchParams({ [split === "connection" ? "connection" : split]: id }).toString()}`;
}

function Table({ data, split }: { data: UsageSeries; split: Split }): JSX.Element {
  const rows = split === "all" ? [] : data.series;
  const cells = (totals: SeriesTotals): JSX.Element => (
    <>
      <td class="right num">{number(totals.requests)}</td>
      <td class="right num wide-only">{totals.requests > 0 ? percent((totals.requests - totals.errors) / totals.requests) : "–"}</td>
      <td class="right num">{compact(totals.inputTokens + totals.outputTokens)}</td>
      <td class="right num tight"><Cost of={totals} /></td>
      <td class="right num wide-only tight">{totals.meanLatencyMs === null ? "–" : duration(totals.meanLatencyMs)}</td>
    </>
  );
  return (
    <section class="panel flush">
      <header>
        <h2>{t(`analytics.by.${split}`)}</h2>
        <Button small onClick={() => saveFile(`omniroute-${data.range}-${split}.csv`, csvOf(data), "text/csv")}>{t("analytics.csv")}</Button>
      </header>
      <div class="table-wrap">
        <table>
          <caption class="hidden-visually">{t("nav.analytics")}</caption>
          <thead>
            <tr>
              <th scope="col">{t(`analytics.split.${split}`)}</th>
              <th scope="col" class="right">{t("nav.requests")}</th>
              <th scope="col" class="right wide-only">{t("home.success")}</th>
              <th scope="col" class="right">{t("home.tokens")}</th>
              <th scope="col" class="right">{t("analytics.metric.cost")}</th>
              <th scope="col" class="right wide-only">{t("combos.latency")}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((each) => {
              const href = filterOf(split, each.id);
              const label = each.label || t("analytics.none");
              return <tr key={`${each.id} ${each.provider ?? ""}`}><th scope="row" class="wrap-any">{href ? <a href={href}>{label}</a> : label}</th>{cells(each.totals)}</tr>;
            })}
            {data.rest.requests > 0 && <tr><th scope="row">{t("analytics.other")}</th>{cells(data.rest)}</tr>}
            <tr class="sum"><th scope="row">{t("analytics.total")}</th>{cells(data.totals)}</tr>
          </tbody>
        </table>
      </div>
    </section>
  );
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
        : <Chart label={t(`analytics.metric.${metric}`)} summary={summary} starts={data.starts} bucketMs={data.bucketMs} series={lines} show={show} />}
    </section>
  );
}

/** One chart, the same as a table, one question at a time. */
export default function Analytics(): JSX.Element {
  const { query } = place.value;
  const metric = chosen(METRICS, query.get("metric"), "requests");
  const split = chosen(SPLITS, query.get("split"), "all");
  const range = chosen(RANGES, query.get("range"), "7d");
  const path = seriesPath(range, split);
  useQuery<UsageSeries>(path);
  return (
    <div class="stack">
      <Questions metric={metric} split={split} range={range} />
      <Region<UsageSeries> path={path} lines={10}>
        {(data) => (
          <>
            <Picture data={data} metric={metric} range={range} />
            <Table data={data} split={split} />
          </>
        )}
      </Region>
      <p class="small muted">{t("analytics.zone", { zone: Intl.DateTimeFormat().resolvedOptions().timeZone })}</p>
    </div>
  );
}
