// P4, P5: the page while fifty requests a second go by. SECONDS says how long (20; the design's measure is 300).
import { openPage } from "./browser.mjs";
import { forget, gauge, seenBy, threadClock, traced } from "./gauge.mjs";
import { judged } from "./judge.mjs";
import { busyGateway } from "./scene.mjs";
import { check, figures, same } from "./suite.mjs";

const SECONDS = Number(process.env.SECONDS ?? 20);
const A_SECOND = 50;

const BARS = {
  busy: { what: "main thread busy", bar: 25, unit: "%" },
  task: { what: "longest task", bar: 50 }, // 200 ms on a CPU four times slower
  key: { what: "work for a key, at most", bar: 50 },
  input: { what: "by the wall key to paint", bar: 100, fails: Infinity },
  heap: { what: "heap", bar: 30, unit: "MB", digits: 1, fails: 1 },
  grown: { what: "grown by", bar: 5, unit: "MB", digits: 1, fails: 1 },
  elements: { what: "elements", bar: 1500, unit: "", fails: 1 },
  shift: { what: "layout shift", bar: 0.02, unit: "", digits: 4, fails: 1 },
};

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
      const took = await judged(`${name} at ${A_SECOND} a second`, BARS, async () => {
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
        await page.waitForTimeout(SECONDS * 500);
        const [after, last] = [await clock(), await heap()];
        figures[`sent to ${name}`] = stop();
        const busy = ((after - before) / ((performance.now() - began) / 1000)) * 100;
        const elements = await page.evaluate(() => document.querySelectorAll("*").length);
        return { busy, heap: last, grown: last - first, elements, task: traces.longest, key: Math.max(...keys), shift, input, what: traces.what };
      });
      same(took.wrong, [], `over the bars (${took.what})`);
    });
  }
  await page.goto("about:blank");
  await page.context().close();
  await gateway.remove();
}
