import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import { locale, t } from "../i18n";

export interface ChartSeries { label: string; values: (number | null)[] }
interface ChartProps { label: string; summary: string; starts: readonly string[]; bucketMs: number; series: readonly ChartSeries[]; show: (value: number) => string; whole?: boolean }

const DASHES: readonly number[][] = [[], [8, 4], [2, 3], [12, 4, 2, 4], [5, 5], [1, 4]];
const HEIGHT = 260;
const DAY_MS = 86_400_000;

function timeFormat(bucketMs: number, span: number): Intl.DateTimeFormat {
  const tag = locale.value ?? "en";
  if (bucketMs >= DAY_MS) return new Intl.DateTimeFormat(tag, { month: "short", day: "numeric" });
  if (span <= 1.5 * DAY_MS) return new Intl.DateTimeFormat(tag, { hour: "2-digit", minute: "2-digit", hour12: false });
  return new Intl.DateTimeFormat(tag, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false });
}

/** Steps of an axis of counts: nothing lies between one and two. */
const WHOLE = Array.from({ length: 36 }, (_, i) => (i % 3 === 0 ? 1 : i % 3 === 1 ? 2 : 5) * 10 ** Math.floor(i / 3));

/** Where a day begins the axis says which, elsewhere the time of day. */
function tickFormat(at: number, bucketMs: number): Intl.DateTimeFormat {
  const time = new Date(at);
  return timeFormat(time.getHours() === 0 && time.getMinutes() === 0 ? DAY_MS : bucketMs, DAY_MS);
}

/** Lines over time. It reads as one sentence; its values stand in a table that can be opened. */
export function Chart({ label, summary, starts, bucketMs, series, show, whole }: ChartProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<number | null>(null);
  const [theme, setTheme] = useState(document.documentElement.dataset["theme"]);
  const times = starts.map((each) => new Date(each).getTime() / 1000);
  const span = ((times[times.length - 1] ?? 0) - (times[0] ?? 0)) * 1000;
  const when = timeFormat(bucketMs, span);
  useEffect(() => {
    const observer = new MutationObserver(() => setTheme(document.documentElement.dataset["theme"]));
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    return () => observer.disconnect();
  }, []);
  const drawn = JSON.stringify([times, series, bucketMs, theme, locale.value]);
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const style = getComputedStyle(document.documentElement);
    const color = (name: string): string => style.getPropertyValue(name).trim();
    const font = `12px ${color("--font")}`;
    const axis: uPlot.Axis = { stroke: color("--muted"), font, grid: { stroke: color("--line"), width: 1 }, ticks: { show: false } };
    const plot = new uPlot({
      width: element.clientWidth, height: HEIGHT, legend: { show: false }, padding: [12, 28, 0, 0],
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 8 } },
      scales: { x: { time: true }, y: { range: (_, low, high) => [Math.min(0, low), high > 0 ? high * 1.1 : 1] } },
      axes: [
        { ...axis, size: 32, space: 90, values: (_, splits) => splits.map((each) => tickFormat(each * 1000, bucketMs).format(each * 1000)) },
        { ...axis, size: 72, ...(whole ? { incrs: WHOLE } : {}), values: (_, splits) => splits.map((each) => show(each)) },
      ],
      series: [{}, ...series.map((each, i): uPlot.Series => ({ label: each.label, stroke: color(`--series-${(i % 6) + 1}`), width: 2, dash: [...(DASHES[i % 6] ?? [])], spanGaps: false, points: { show: times.length < 3 } }))],
      hooks: { setCursor: [(u) => setAt(u.cursor.idx ?? null)] },
    }, [times, ...series.map((each) => each.values)], element);
    const resize = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }));
    resize.observe(element);
    return () => {
      resize.disconnect();
      plot.destroy();
    };
  }, [drawn]);
  const start = at === null ? undefined : starts[at];
  return (
    <div class="chart">
      <ul class="legend" aria-hidden="true">
        {series.map((each, i) => {
          const value = at === null ? undefined : each.values[at];
          return <li key={each.label}><svg viewBox="0 0 24 8"><line class={`line-${(i % 6) + 1}`} x1="0" y1="4" x2="24" y2="4" stroke-dasharray={(DASHES[i % 6] ?? []).join(" ")} /></svg><span class="wrap-any">{each.label}</span>{start !== undefined && <strong class="num">{value === null || value === undefined ? "–" : show(value)}</strong>}</li>;
        })}
        {start !== undefined && <li class="muted num">{when.format(new Date(start))}</li>}
      </ul>
      <div class="plot" ref={box} role="img" aria-label={`${label}. ${summary}`} />
      <details>
        <summary>{t("chart.table")}</summary>
        <div class="table-wrap chart-values" tabIndex={0} role="group" aria-label={t("chart.table")}>
          <table>
            <caption class="hidden-visually">{label}</caption>
            <thead><tr><th scope="col">{t("requests.time")}</th>{series.map((each) => <th scope="col" class="right" key={each.label}>{each.label}</th>)}</tr></thead>
            <tbody>{starts.map((each, i) => <tr key={each}><td class="tight num">{when.format(new Date(each))}</td>{series.map((one) => { const value = one.values[i]; return <td class="right num" key={one.label}>{value === null || value === undefined ? "–" : show(value)}</td>; })}</tr>)}</tbody>
          </table>
        </div>
      </details>
    </div>
  );
}
