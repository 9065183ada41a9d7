// E5, E8, E9, F8: slow, empty, failing and absent gateways.
import { openPage } from "./browser.mjs";
import { busyGateway } from "./scene.mjs";
import { check, figures, ok, same, until } from "./suite.mjs";

/** Each page with the call that its first region shows. */
export const REGIONS = [["", "/api/overview"], ["/providers", "/api/providers"], ["/keys", "/api/keys"], ["/requests", "/api/usage/logs?limit=50"], ["/combos", "/api/combos"], ["/analytics", (url) => url.pathname === "/api/usage/series"], ["/costs", "/api/usage/budget"], ["/quotas", "/api/quota"], ["/health", "/api/monitoring/health"], ["/backups", "/api/db-backups"], ["/settings", "/api/settings"], ["/logs", "/api/logs/console?limit=1000"], ["/logs?view=changes", "/api/compliance/audit-log?limit=50"]];

/** What page.route() takes for such a call. */
export const callOf = (url) => (asked) => (typeof url === "function" ? url(asked) : asked.pathname + asked.search === url);

export async function trouble(world) {
  const { gateway, key } = await busyGateway(world);
  const page = await openPage(world.browser, gateway);
  page.expected.push(/status of 5\d\d/, /ERR_(CONNECTION|INCOMPLETE|EMPTY|NETWORK)/, /Failed to load resource/);

  await check("E5 each region says what failed, and a retry mends it", async () => {
    for (const [path, url] of REGIONS) {
      await page.route(callOf(url), (route) => route.fulfill({ status: 500, contentType: "application/json", headers: { "x-request-id": "req_sample" }, body: '{"error":{"message":"The store is asleep.","type":"internal"}}' }));
      await page.goto(`${gateway.url}/dashboard${path}`);
      await page.getByText("The store is asleep.").first().waitFor();
      await page.unrouteAll({ behavior: "ignoreErrors" });
      await page.getByRole("button", { name: "Try again" }).first().click();
      await page.getByText("The store is asleep.").first().waitFor({ state: "detached" });
      await page.locator("main .panel").first().waitFor();
    }
  });

  await check("E5 waiting is shown after 150 ms, not before; nothing else waits", async () => {
    const exact = (asked) => asked.pathname === "/api/keys";
    await page.route(exact, async (route) => { await new Promise((done) => setTimeout(done, 700)); await route.continue().catch(() => undefined); });
    await page.goto(`${gateway.url}/dashboard/keys`);
    await page.getByRole("heading", { level: 1, name: "API keys" }).waitFor();
    await page.getByRole("heading", { name: "Connect a client" }).waitFor();
    await page.locator(".skeleton").waitFor();
    await page.getByText("laptop", { exact: true }).waitFor();
    same(await page.locator(".skeleton").count(), 0, "skeletons left");
    await page.unrouteAll({ behavior: "ignoreErrors" });
  });

  await check("E9 with 300 ms of delay nothing is sent twice", async () => {
    let posts = 0;
    const exact = (asked) => asked.pathname === "/api/keys";
    await page.route(exact, async (route) => {
      if (route.request().method() === "POST") posts += 1;
      await new Promise((done) => setTimeout(done, 300));
      await route.continue().catch(() => undefined); // the page may be gone by then
    });
    await page.goto(`${gateway.url}/dashboard/keys?create=1`);
    await page.getByLabel("Name").fill("once");
    const button = page.getByRole("dialog").getByRole("button", { name: "Create key" });
    await button.dblclick();
    await page.getByRole("button", { name: "Copy the key" }).waitFor();
    same(posts, 1, "keys made");
    await page.unrouteAll({ behavior: "ignoreErrors" });
  });

  await check("E8 the gateway stops and starts under the page: bar, recovery in 5 s, forms keep their text", async () => {
    await page.goto(`${gateway.url}/dashboard/settings`);
    const field = page.getByLabel("Heartbeat", { exact: true });
    await field.fill("4321");
    await gateway.stop();
    await page.getByText("The gateway does not answer.", { exact: false }).first().waitFor();
    await gateway.start();
    const began = performance.now();
    await page.locator(".banner.bad").waitFor({ state: "detached" });
    figures["seconds to recover after a restart"] = ((performance.now() - began) / 1000).toFixed(1);
    ok(performance.now() - began < 5000, "too slow");
    same(await field.inputValue(), "4321", "the text typed before");
    await page.goto(`${gateway.url}/dashboard/requests`);
    await page.locator("tbody tr").first().waitFor();
    await gateway.chat(key, "demo/echo", "after");
    const ids = async () => page.locator("tbody tr a").evaluateAll((links) => links.map((link) => link.pathname));
    const rows = (await ids()).length;
    await until(async () => (await ids()).length > rows || rows > 10, "the new row");
    same(new Set(await ids()).size, (await ids()).length, "rows without doubles");
  });

  await check("E11 a reload shows the same: filters, drawer, search", async () => {
    const id = (await gateway.api("GET", "/api/usage/logs?status=error")).logs[0].requestId;
    await page.goto(`${gateway.url}/dashboard/requests/${id}?status=error`);
    for (let i = 0; i < 2; i += 1) {
      await page.getByRole("dialog", { name: "Request" }).waitFor();
      await page.getByText(id).first().waitFor();
      same(await page.getByLabel("Status", { exact: true }).inputValue(), "error", "the filter");
      if (i === 0) await page.reload();
    }
    await page.goto(`${gateway.url}/dashboard/logs?view=changes`);
    await page.goBack();
    await page.getByRole("dialog", { name: "Request" }).waitFor();
  });
  await page.context().close();
  await gateway.remove();
}
