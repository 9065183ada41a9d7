import type { JSX } from "preact";
import { useQuery } from "../../api/query";
import { analyticsPath, chosen, RANGES, SPLITS, type Split } from "../../api/series";
import type { SeriesTotals, UsageSeries } from "../../api/types";
import { place } from "../../app/router";
import { compact, duration, number, percent, t } from "../../i18n";
import { Button, Region, saveFile } from "../../ui";
import { Cost, Picture, Questions } from "./picture";
import { csvOf, type Metric, METRICS } from "./shape";

function filterOf(split: Split, id: string): string | null {
  if (id === "") return null;
  return split === "all" || split === "model" ? null : `/dashboard/requests?${new URLSearchParams({ [split === "connection" ? "connection" : split]: id }).toString()}`;
}

function Table({ data, split, metric }: { data: UsageSeries; split: Split; metric: Metric }): JSX.Element {
  const rows = split === "all" ? [] : data.series;
  const cells = (totals: SeriesTotals): JSX.Element => (
    <>
      <td class="right num tight">{number(totals.requests)}</td>
      <td class="right num tight wide-only">{totals.requests > 0 ? percent((totals.requests - totals.errors) / totals.requests) : "–"}</td>
      <td class={`right num tight ${metric === "tokens" ? "" : "wide-only"}`}>{compact(totals.inputTokens + totals.outputTokens)}</td>
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
              <th scope="col" class={`right ${metric === "tokens" ? "" : "wide-only"}`}>{t("home.tokens")}</th>
              <th scope="col" class="right">{t("analytics.metric.cost")}</th>
              <th scope="col" class="right wide-only">{t("combos.latency")}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((each) => {
              const href = filterOf(split, each.id);
              const label = each.label || t("analytics.none");
              return <tr key={`${each.id} ${each.provider ?? ""}`}><th scope="row" class="wrap-any">{href ? <a href={href}>{label}</a> : label}{split === "model" && each.providerName && <span class="muted"> {each.providerName}</span>}</th>{cells(each.totals)}</tr>;
            })}
            {data.rest.requests > 0 && <tr><th scope="row">{t("analytics.other")}</th>{cells(data.rest)}</tr>}
            <tr class="sum"><th scope="row">{t("analytics.total")}</th>{cells(data.totals)}</tr>
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** One chart, the same as a table, one question at a time. */
export default function Analytics(): JSX.Element {
  const { query } = place.value;
  const metric = chosen(METRICS, query.get("metric"), "requests");
  const split = chosen(SPLITS, query.get("split"), "all");
  const range = chosen(RANGES, query.get("range"), "7d");
  const path = analyticsPath(query);
  useQuery<UsageSeries>(path);
  return (
    <div class="stack">
      <Questions metric={metric} split={split} range={range} />
      <Region<UsageSeries> path={path} lines={10}>
        {(data) => (
          <>
            <Picture data={data} metric={metric} range={range} />
            <Table data={data} split={split} metric={metric} />
          </>
        )}
      </Region>
      <p class="small muted">{t("analytics.zone", { zone: Intl.DateTimeFormat().resolvedOptions().timeZone })}</p>
    </div>
  );
}
