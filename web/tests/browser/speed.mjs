// P4, P5: the page while fifty requests a second go by. SECONDS says how long (20; the design's measure is 300).
import { openPage } from "./browser.mjs";
import { forget, gauge, seenBy, threadClock, traced } from "./gauge.mjs";
import { busyGateway } from "./scene.mjs";
import { check, figures, ok } from "./suite.mjs";

const SECONDS = Number(process.env.SECONDS ?? 20);
const A_SECOND = 50;

/** Sends so many requests a second until the returned function is called, which answers how many were sent. */
export function traffic(gateway, key, model, text, aSecond = A_SECOND) {
  let sent = 0;
  const timer = setInterval(() => {
    sent += 1;
    void gateway.chat(key, model, `${text} ${sent}`).catch(() => undefined);
  }, 1000 / aSecond);
  return () => {
    clearInterval(timer);
    return sent;
  };
}

export async function speed(world) {
  const { gateway, key: secret } = await busyGateway(world);
  const page = await openPage(world.browser, gateway);
  await gauge(page);
  const clock = await threadClock(page);
  const cdp = await page.context().newCDPSession(page);
  const heap = async () => {
    await cdp.send("HeapProfiler.collectGarbage");
    return (await cdp.send("Runtime.getHeapUsage")).usedSize / 1024 / 1024;
  };

  // A refused request leaves a warning in the console.
  for (const [name, path, rows, model, text] of [["requests", "/requests", "tbody tr", "demo/echo", "row"], ["console", "/logs", ".console li", "oc/m", "<<error status=400>>"]]) {
    await check(`P5 P4 ${name} at ${A_SECOND} requests a second for ${SECONDS} s: at most a quarter of the main thread, 30 MB, 1,500 elements`, async () => {
      await page.goto(`${gateway.url}/dashboard${path}`);
      await page.locator(rows).first().waitFor();
      await page.waitForTimeout(500);
      const { shift } = await seenBy(page); // while it comes; rows that are told of move the others on purpose
      const stop = traffic(gateway, secret, model, text);
      await page.waitForTimeout(3000); // the list is full
      await forget(page);
      const [before, began, first] = [await clock(), performance.now(), await heap()];
      await page.waitForTimeout(SECONDS * 500);
      const keys = [];
      const traces = await traced(world.browser, page, async () => {
        for (const key of ["/", "a", "b", "c", "Escape"]) {
          const at = await clock();
          await page.keyboard.press(key);
          await page.waitForTimeout(100);
          keys.push(((await clock()) - at) * 1000);
        }
        await page.waitForTimeout(3000);
      });
      const { input } = await seenBy(page);
      const key = Math.max(...keys);
      await page.waitForTimeout(SECONDS * 500);
      const [after, last] = [await clock(), await heap()];
      const sent = stop();
      const busy = (after - before) / ((performance.now() - began) / 1000);
      const elements = await page.evaluate(() => document.querySelectorAll("*").length);
      figures[`${name} at ${A_SECOND} a second`] = `${sent} sent, main thread ${(busy * 100).toFixed(0)} % busy, heap ${first.toFixed(1)} to ${last.toFixed(1)} MB, ${elements} elements, longest task ${traces.longest.toFixed(0)} ms, at most ${key.toFixed(0)} ms of work for a key (${input} ms to paint by the wall), shift ${shift.toFixed(4)}`;
      ok(busy <= 0.25, `the main thread is ${(busy * 100).toFixed(0)} % busy`);
      ok(last <= 30 && last - first < 5, `the heap went from ${first.toFixed(1)} to ${last.toFixed(1)} MB`);
      ok(elements <= 1500, `${elements} elements`);
      ok(traces.longest <= 50, `a task of ${traces.longest.toFixed(0)} ms: ${traces.what}`); // 200 ms on a CPU four times slower
      ok(key <= 50, `${key.toFixed(0)} ms of work for a key`);
      ok(shift < 0.02, `layout shift ${shift}`);
    });
  }
  await page.goto("about:blank");
  await page.context().close();
  await gateway.remove();
}
