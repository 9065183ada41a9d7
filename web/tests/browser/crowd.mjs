// Much: sixty connections, two hundred models, a long history. ROWS says how long (100000; the design's measure is 1000000).
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { axe, openPage, overflow } from "./browser.mjs";
import { Gateway } from "./gateway.mjs";
import { judge } from "./judge.mjs";
import { PAGES, READY } from "./pages.mjs";
import { PASSWORD } from "./scene.mjs";
import { check, figures, ok, same } from "./suite.mjs";

const ROWS = Number(process.env.ROWS ?? 100_000);
const PROVIDERS = ["openai", "anthropic", "gemini", "openrouter", "deepseek", "groq", "mistral", "glm", "minimax", "kimi"];
const LONG = { analytics: "&range=90d" };
const VIEWS = [...PAGES.map(({ name, full }) => [name, full + (LONG[name] ?? "")]), ["provider", "/providers/openai"]];

async function crowded(binary) {
  const gateway = await new Gateway(binary, { env: { INITIAL_PASSWORD: PASSWORD, LOG_RETENTION_DAYS: "3650", DISK_LIMIT_MB: "65536" } }).start();
  await gateway.api("POST", "/api/auth/login", { password: PASSWORD });
  const accounts = [];
  for (let i = 0; i < 60; i += 1) {
    const provider = PROVIDERS[i % PROVIDERS.length];
    accounts.push([(await gateway.api("POST", "/api/providers", { provider, apiKey: `sk-test-${i}-12345678`, name: `account ${Math.floor(i / PROVIDERS.length) + 1} of the team` })).id, provider]);
  }
  const models = [];
  for (let i = 0; i < 200; i += 1) {
    models.push(`model-with-a-long-name-${i}`);
    await gateway.api("POST", "/api/provider-models", { provider: PROVIDERS[i % PROVIDERS.length], modelId: models[i] });
  }
  const keys = [];
  for (let i = 0; i < 12; i += 1) keys.push((await gateway.api("POST", "/api/keys", { name: `client number ${i}` })).id);
  for (let i = 0; i < 10; i += 1) await gateway.api("POST", "/api/combos", { name: `stack-${i}`, models: Array.from({ length: 12 }, (_, n) => `${PROVIDERS[(i + n) % PROVIDERS.length]}/${models[n]}`) });
  const routes = models.flatMap((model, i) => accounts.filter(([, provider]) => provider === PROVIDERS[i % PROVIDERS.length]).map(([id, provider]) => [id, provider, model]));
  await gateway.stop();
  execFileSync("python3", [join(dirname(fileURLToPath(import.meta.url)), "crowd.py"), join(gateway.folder, "data"), String(ROWS)], { input: JSON.stringify({ routes, keys }) });
  await gateway.start();
  await gateway.api("POST", "/api/auth/login", { password: PASSWORD });
  return { gateway, accounts, keys };
}

export async function crowd(world) {
  const { gateway, accounts, keys } = await crowded(world.binary);
  const shots = process.env.SHOTS;
  if (shots) mkdirSync(shots, { recursive: true });

  await check(`P6 with ${ROWS} requests: a list, a filter and a detail take less than 100 ms each in the server`, async () => {
    const id = (await gateway.api("GET", "/api/usage/logs?limit=1")).logs[0].requestId;
    const said = (await gateway.api("GET", "/api/usage/logs?limit=1&search=word77")).logs[0].requestId;
    const asked = { list: "/api/usage/logs?limit=50", "errors alone": "/api/usage/logs?limit=50&status=error", "one key": `/api/usage/logs?limit=50&key=${keys[3]}`, "one connection": `/api/usage/logs?limit=50&connection=${accounts[7][0]}`, "words that none says": "/api/usage/logs?limit=50&search=zebra", "one id": `/api/usage/logs?limit=50&search=${id}`, "a word that many say": "/api/usage/logs?limit=50&search=word77", detail: `/api/usage/logs/${id}`, "what was said": `/api/usage/logs/${said}/bodies`, overview: "/api/overview", health: "/api/monitoring/latency", "90 days by model": "/api/usage/series?range=90d&split=model" };
    const slow = [];
    for (const [name, path] of Object.entries(asked)) {
      const times = [];
      for (let i = 0; i < 5; i += 1) {
        const began = performance.now();
        await gateway.api("GET", path);
        times.push(performance.now() - began);
      }
      const wrong = await judge(`${name} with ${ROWS} requests`, times.sort((a, b) => a - b)[2], 100);
      if (!name.startsWith("90")) slow.push(...wrong);
    }
    same(slow, [], "slow");
  });

  for (const [locale, theme, width] of [["en", "light", 1440], ["zh-CN", "dark", 390]]) {
    await check(`E3 E6 every page with much, in ${locale}, ${theme}, ${width} px: axe, sideways scroll, at most 1,500 elements in a list`, async () => {
      const page = await openPage(world.browser, gateway, { locale, theme, width });
      const wrong = [];
      for (const [name, path] of VIEWS) {
        await page.goto(`${gateway.url}/dashboard${path}`);
        await page.locator(READY).first().waitFor();
        await page.waitForTimeout(900);
        const elements = await page.evaluate(() => document.querySelectorAll("*").length);
        if (width > 1000) figures[`elements on ${name} with much`] = elements;
        if (["providers", "requests", "home"].includes(name) && elements > 1500) wrong.push(`${name}: ${elements} elements`);
        const wide = await overflow(page);
        if (wide) wrong.push(`${name} scrolls sideways: ${wide}`);
        wrong.push(...(await axe(page)).map((each) => `${name}: ${each}`));
        if (shots) await page.screenshot({ path: `${shots}/much-${name}-${locale}-${theme}-${width}.png` });
      }
      await page.context().close();
      same(wrong, [], "findings");
    });
  }

  await check("P2 P4 Home with much is there in 300 ms and moves nothing; older pages of requests follow", async () => {
    const page = await openPage(world.browser, gateway);
    const times = [];
    for (let i = 0; i < 5; i += 1) {
      const began = performance.now();
      await page.goto(`${gateway.url}/dashboard`);
      await page.locator("main table tbody tr").first().waitFor();
      times.push(performance.now() - began);
    }
    same(await judge("Home with data, median of 5", times.sort((a, b) => a - b)[2], 300), [], "slow");
    const shift = await page.evaluate(() => new Promise((done) => {
      let sum = 0;
      new PerformanceObserver((list) => { for (const each of list.getEntries()) if (!each.hadRecentInput) sum += each.value; }).observe({ type: "layout-shift", buffered: true });
      setTimeout(() => done(sum), 300);
    }));
    figures["layout shift of Home"] = shift.toFixed(4);
    ok(shift < 0.02, `layout shift ${shift}`);
    await page.goto(`${gateway.url}/dashboard/requests`);
    for (const rows of [50, 100, 150]) {
      await page.waitForFunction((n) => document.querySelectorAll("tbody tr").length === n, rows);
      await page.getByRole("button", { name: "Older requests" }).click();
    }
    await page.context().close();
  });
  await gateway.remove();
}
