// P2, P4: what each page costs the browser's main thread, how soon it is there, what moves, how long a key takes to paint; also while
// requests go by. Work is measured by the thread's own clock, so that it means the same on a busy machine; the wall's is printed.
import { openPage } from "./browser.mjs";
import { forget, gauge, seenBy, threadClock, traced } from "./gauge.mjs";
import { judged } from "./judge.mjs";
import { PAGES, READY } from "./pages.mjs";
import { busyGateway } from "./scene.mjs";
import { traffic } from "./speed.mjs";
import { check, figures, same } from "./suite.mjs";

// At most 100 ms at full speed and 200 ms on a CPU four times slower: 50 ms of work keep both.
const TASK = { what: "longest task", bar: 50 };
const COLD = {
  task: TASK,
  work: { what: "work to data", bar: 300 }, // data after 300 ms, and after 1,200 ms on a CPU four times slower
  key: { what: "work for a key, at most", bar: 50 },
  shift: { what: "layout shift", bar: 0.02, unit: "", digits: 4, fails: 1 },
  paint: { what: "by the wall first paint", bar: 150, fails: Infinity },
  data: { what: "data", bar: 300, fails: Infinity },
  input: { what: "key to paint", bar: 100, fails: Infinity },
};
const SWITCH = { work: { what: "work", bar: 100 }, wall: { what: "by the wall", bar: 100, fails: Infinity } };

/** What one does on a page, some keys in its search, and the palette: the most work that a key makes, in ms, and which. */
async function hands(page, clock) {
  let most = { key: 0, pressed: "" };
  const press = async (key, where) => {
    const before = await clock();
    await page.keyboard.press(key);
    await page.waitForTimeout(60);
    const took = ((await clock()) - before) * 1000;
    if (took > most.key) most = { key: took, pressed: `${key} in ${where}` };
  };
  const search = page.locator("main input[type=search]").first();
  if (await search.count()) {
    await search.focus();
    for (const key of ["a", "b", "Backspace", "Backspace"]) await press(key, "the search");
  }
  const palette = page.getByRole("combobox", { name: "Go to or do" });
  await press("Control+k", "the page");
  await palette.waitFor();
  for (const key of ["h", "e", "Escape"]) await press(key, "the palette");
  await palette.waitFor({ state: "detached" });
  return most;
}

/** A page from a cold cache: what it took to come, and what was seen while it was used. */
async function visit(world, gateway, path) {
  const page = await openPage(world.browser, gateway);
  await gauge(page);
  const clock = await threadClock(page);
  const took = {};
  const { longest, what } = await traced(world.browser, page, async () => {
    await page.goto(`${gateway.url}/dashboard${path}`);
    await page.locator(READY).first().waitFor();
    took.work = (await clock()) * 1000;
    took.data = await page.evaluate(() => performance.now());
    took.paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0);
    await page.waitForTimeout(500);
    Object.assign(took, await seenBy(page));
    await forget(page);
    Object.assign(took, await hands(page, clock));
  });
  took.input = (await seenBy(page)).input;
  await page.goto("about:blank");
  await page.context().close();
  return { ...took, task: longest, what };
}

export async function pace(world) {
  const { gateway, key } = await busyGateway(world);
  await gateway.api("POST", "/api/combos", { name: "my-stack", models: ["oc/m", "lim/m", "demo/echo"] });
  for (let i = 0; i < 120; i += 1) await gateway.chat(key, "demo/echo", `row ${i}`);
  await visit(world, gateway, ""); // the browser itself has started up then

  await check(`P2 P4 every page from cold: tasks of ${TASK.bar} ms at most, ${COLD.work.bar} ms of work to its data, ${COLD.key.bar} ms for a key, nothing moves`, async () => {
    const wrong = [];
    for (const { full: path } of PAGES) {
      const took = await judged(`cold ${path || "/"}`, COLD, () => visit(world, gateway, path));
      if (took.wrong.length) wrong.push(...took.wrong, took.what, took.pressed, ...took.moved);
    }
    same(wrong, [], "over the bars");
  });

  const page = await openPage(world.browser, gateway);
  await gauge(page);
  await page.goto(`${gateway.url}/dashboard`);
  await page.locator(READY).first().waitFor();
  await check("P2 from page to page: 100 ms of work at most", async () => {
    const names = await page.locator("nav.side a.item").evaluateAll((links) => links.map((link) => link.pathname));
    same(names.length, PAGES.length, "pages in the side bar");
    const clock = await threadClock(page);
    const to = async (name) => {
      const before = await clock();
      const wall = await page.evaluate(async ([to, ready]) => {
        const link = document.querySelector(`nav.side a.item[href="${to}"]`);
        const began = performance.now();
        link.click();
        while (!(link.getAttribute("aria-current") && document.querySelector(ready))) await new Promise((done) => setTimeout(done, 4));
        await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
        return performance.now() - began;
      }, [name, READY]);
      const work = ((await clock()) - before) * 1000;
      await page.waitForTimeout(200);
      return { work, wall };
    };
    const wrong = [];
    for (const name of [...names.slice(1), names[0]]) wrong.push(...(await judged(`to ${name}, first time`, SWITCH, () => to(name), 1)).wrong);
    for (const [i, name] of names.entries()) wrong.push(...(await judged(`to ${name}, again`, SWITCH, async () => { await to(names.at(i - 1)); return to(name); })).wrong);
    same(wrong, [], "slow");
  });

  await check(`P4 with thirty requests a second: no task above ${TASK.bar} ms on any page`, async () => {
    const wrong = [];
    const stop = traffic(gateway, key, "demo/echo", "load", 30);
    for (const { full: path } of PAGES) {
      await page.goto(`${gateway.url}/dashboard${path}`);
      await page.locator(READY).first().waitFor();
      await page.waitForTimeout(600);
      const took = await judged(`under load ${path || "/"}`, { longest: TASK }, () => traced(world.browser, page, () => page.waitForTimeout(1500)));
      if (took.wrong.length) wrong.push(...took.wrong, took.what);
    }
    figures["requests sent meanwhile"] = stop();
    same(wrong, [], "long tasks");
  });
  await page.goto("about:blank");
  await page.context().close();
  await gateway.remove();
}
