// Health and Quotas: what is in trouble, the worst first, what one can do about it, and what is left of each allowance.
import { axe, openPage } from "./browser.mjs";
import { busyGateway } from "./scene.mjs";
import { check, figures, ok, same, until } from "./suite.mjs";

export async function watch(world) {
  const { gateway, limited, key, node } = await busyGateway(world);
  const page = await openPage(world.browser, gateway);
  const troubles = page.locator(".trouble");

  await check("Health names what is shut, worst first, and closes it; counts agree with the requests", async () => {
    for (let i = 0; i < 6; i += 1) {
      await gateway.api("DELETE", "/api/lockouts");
      await gateway.chat(key, "lim/m", `shut ${i}`);
    }
    await page.goto(`${gateway.url}/dashboard/health`);
    await troubles.first().waitFor();
    const told = await until(async () => { const { requests, errors } = await gateway.api("GET", "/api/monitoring/latency"); return requests >= 16 ? { requests, errors } : null; }, "all requests");
    await until(async () => (await page.locator(".verdict").textContent()).includes(`${told.errors} of ${told.requests}`), `the sentence: ${JSON.stringify(told)}`);
    const rows = (await gateway.api("GET", "/api/usage/logs?limit=500")).logs;
    same([rows.length, rows.filter((row) => row.status >= 400).length], [told.requests, told.errors], "the list of requests");
    const first = await troubles.first().textContent();
    ok(/Circuit breaker|Resting/.test(first) && first.includes("Limited"), first);
    const words = await page.locator("main").textContent();
    ok(!/node-[0-9a-f]{8}/.test(words), "an id is shown as a name");
    same(await axe(page), [], "axe");
    const { sinceStart } = await gateway.api("GET", "/api/monitoring/latency");
    const added = page.getByRole("table", { name: "What the gateway adds" }).getByRole("row", { name: "Since the start" });
    same(Number((await added.getByRole("cell").first().textContent()).replace(/\D/g, "")), sinceStart.overheadUs.count, "requests that overhead is known of");
    ok(/^\d+ µs|^[\d.]+ ms/.test(await added.getByRole("cell").nth(1).textContent()), "the overhead's median");
    const open = async () => (await gateway.api("GET", "/api/monitoring/health")).circuitBreakers.filter((each) => each.state === "OPEN").length;
    const before = await open();
    ok(before > 0, "no breaker opened");
    await page.getByRole("button", { name: /^Close now/ }).first().click();
    await until(async () => (await open()) === before - 1, "one closed");
    await page.getByRole("button", { name: "Reset …" }).click();
    const dialog = page.getByRole("dialog");
    same(await axe(page), [], "axe of the dialog");
    await dialog.getByRole("button", { name: "Reset", exact: true }).click();
    await until(async () => (await open()) === 0 && (await gateway.api("GET", "/api/lockouts")).lockouts.length === 0, "all closed");
    await until(async () => (await page.locator(".trouble .state", { hasText: "Circuit breaker" }).count()) === 0, "the page follows");
  });

  await check("T4 a countdown is the gateway's, also where the browser's clock is an hour off", async () => {
    const off = await openPage(world.browser, gateway);
    await off.addInitScript(() => { const real = Date.now; Date.now = () => real() + 3_600_000; });
    await gateway.api("PATCH", `/api/providers/${(await gateway.api("GET", "/api/providers")).connections.find((each) => each.provider === node.id).id}/routing`,
      { quotaWindows: [{ name: "five_hour", kind: "session", unit: "requests", minutes: 300, limit: 40 }, { name: "daily", kind: "daily", unit: "tokens" }] });
    await gateway.api("DELETE", "/api/lockouts");
    same(await gateway.chat(key, "oc/m", "counts"), 200, "a request");
    await off.goto(`${gateway.url}/dashboard/quotas`);
    const row = off.locator("tbody tr", { hasText: "5 hours" });
    await row.locator("time").waitFor();
    await off.waitForTimeout(700);
    const shown = await row.locator("time").textContent();
    const windows = (await gateway.api("GET", "/api/quota")).connections.find((each) => each.provider === node.id).quotas;
    const minutes = Math.floor((new Date(windows.five_hour.resetAt).getTime() - Date.now()) / 60_000);
    const [, hours, rest] = /(\d+) h (\d+) min/.exec(shown) ?? [];
    ok(Math.abs(Number(hours) * 60 + Number(rest) - minutes) <= 1, `shown ${shown}, left ${minutes} min`);
    figures["countdown with a clock an hour off"] = `${shown}; the gateway says ${minutes} min`;
    await off.context().close();
  });

  await check("Quotas have a row for every connection; an unknown limit is a state with a reason, never 0", async () => {
    await page.goto(`${gateway.url}/dashboard/quotas`);
    const { connections } = await gateway.api("GET", "/api/quota");
    const rows = connections.reduce((sum, each) => sum + Math.max(1, Object.keys(each.quotas).length), 0);
    await until(async () => (await page.locator("tbody tr").count()) === rows, `${rows} rows`);
    await page.locator("tbody tr", { hasText: "Workstation" }).getByText("1 of 40 requests").waitFor();
    await page.locator("tbody tr", { hasText: "Day" }).getByText("limit not published", { exact: false }).waitFor();
    await page.locator("tbody tr", { hasText: "private" }).getByText("The provider publishes none").waitFor();
    same(await page.locator("tbody tr").first().getByText("5 hours").count(), 1, "what runs out first stands first");
    await gateway.chat(key, "oc/m", "once more");
    await page.locator("tbody tr", { hasText: "Workstation" }).getByText("2 of 40 requests").waitFor();
    same(await axe(page), [], "axe");
  });
  await check("a provider shows what rests and why; a rest is ended; a model of one's own is added and taken away", async () => {
    await gateway.api("DELETE", "/api/lockouts");
    await gateway.api("POST", "/api/resilience/reset", {});
    await gateway.api("PATCH", "/api/settings", { apikey_rate_limit_cooldown_ms: 30_000 }); // as long as a slow machine needs to look
    await gateway.chat(key, "lim/m", "rest");
    await page.goto(`${gateway.url}/dashboard/providers/${limited.id}`);
    await page.locator(".connection .state", { hasText: "Rests: Rate limit" }).waitFor();
    await page.getByRole("button", { name: /^End the rest/ }).first().click();
    await until(async () => (await gateway.api("GET", "/api/lockouts")).lockouts.length === 0, "no rest");
    await page.goto(`${gateway.url}/dashboard/providers/openai`);
    await page.getByLabel("Model to add").fill("gpt-of-mine");
    await page.keyboard.press("Enter");
    const line = page.locator(".model-list li", { hasText: "openai/gpt-of-mine" });
    await line.getByText("Yours").waitFor();
    same((await gateway.api("GET", "/api/provider-models?provider=openai")).models.map((each) => each.modelId), ["gpt-of-mine"], "what is stored");
    same(await axe(page), [], "axe");
    await line.getByRole("button", { name: "Remove gpt-of-mine" }).click();
    await line.waitFor({ state: "detached" });
  });
  await page.context().close();
  await gateway.remove();
}
