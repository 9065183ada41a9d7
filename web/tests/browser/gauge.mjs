// What a page's main thread does: its tasks and who made them, what moved, how long a key takes to paint.

/** Makes every document of the page keep these from its first moment. */
export async function gauge(page) {
  await page.addInitScript(() => {
    const kept = { tasks: [], blame: [], shift: 0, moved: [], input: 0 };
    window.gauge = kept;
    const name = (node) => `${node?.nodeName}.${node?.className ?? ""}`;
    const watch = (type, each, more = {}) => new PerformanceObserver((list) => list.getEntries().forEach(each)).observe({ type, buffered: true, ...more });
    watch("longtask", (task) => kept.tasks.push(Math.round(task.duration)));
    watch("long-animation-frame", (frame) => kept.blame.push(`${Math.round(frame.duration)} ms: ${frame.scripts.map((script) => `${script.invoker} ${Math.round(script.duration)} (layout ${Math.round(script.forcedStyleAndLayoutDuration)})`).join(", ") || "style, layout and paint"}`));
    watch("event", (event) => { kept.input = Math.max(kept.input, event.duration); }, { durationThreshold: 16 });
    watch("layout-shift", (shift) => {
      if (shift.hadRecentInput) return;
      kept.shift += shift.value;
      kept.moved.push(`${shift.value.toFixed(4)} at ${Math.round(shift.startTime)} ms: ${shift.sources.map(({ node, previousRect, currentRect }) => `${name(node)} ${previousRect.y} to ${currentRect.y}`).join(", ")}`);
    });
  });
}

/** What was seen, by the wall's clock, since the document came, or since forget(). */
export async function seenBy(page) {
  const { tasks, ...rest } = await page.evaluate(() => window.gauge);
  return { longest: Math.max(0, ...tasks), ...rest };
}

export const forget = (page) => page.evaluate(() => Object.assign(window.gauge, { tasks: [], blame: [], shift: 0, moved: [], input: 0 }));

/** Seconds of work of the page's main thread so far, by the thread's own clock: whoever else works on the machine does not count. */
export async function threadClock(page) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
  return async () => (await cdp.send("Performance.getMetrics")).metrics.find(({ name }) => name === "TaskDuration").value;
}

/** The tasks of the page's main thread while `work` is done, by the thread's own clock: the longest in ms, and what it did. */
export async function traced(browser, page, work) {
  await browser.startTracing(page, { categories: ["__metadata", "toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline"] });
  await work();
  const { traceEvents } = JSON.parse(await browser.stopTracing());
  const renderers = new Set(traceEvents.filter((event) => event.name === "thread_name" && event.args.name === "CrRendererMain").map((event) => `${event.pid} ${event.tid}`));
  const done = traceEvents.filter((event) => event.ph === "X" && renderers.has(`${event.pid} ${event.tid}`));
  const tasks = done.filter((event) => event.name === "RunTask" && event.tdur > 0).sort((a, b) => b.tdur - a.tdur);
  if (!tasks.length) throw new Error("the trace knows no task");
  const [longest] = tasks;
  const parts = done.filter((event) => event !== longest && event.pid === longest.pid && event.tid === longest.tid && event.ts >= longest.ts && event.ts + (event.dur ?? 0) <= longest.ts + longest.dur && event.tdur > longest.tdur / 10);
  const what = parts.map((event) => `${event.name} ${(event.tdur / 1000).toFixed(0)} ${event.args.data?.url ?? event.args.data?.functionName ?? event.args.data?.type ?? ""}`.trim());
  return { longest: longest.tdur / 1000, what: what.join(", "), trace: traceEvents };
}
