// E5, E8, E9, F8: slow, empty, failing and absent gateways.
import { openPage } from "./browser.mjs";
import { Gateway } from "./gateway.mjs";
import { judged } from "./judge.mjs";
import { callOf, PAGES, REGIONS } from "./pages.mjs";
import { busyGateway, PASSWORD } from "./scene.mjs";
import { check, figures, held, ok, same, until } from "./suite.mjs";

const VIEWS = [...PAGES.map(({ path }) => path), "/logs?view=changes", "/logs?view=outgoing"];

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
      await page.getByRole("button", { name: "Try again" }).first().click({ timeout: 2000 }).catch(() => undefined); // a change may have mended it
      await page.getByText("The store is asleep.").first().waitFor({ state: "detached" });
      await page.locator("main .panel").first().waitFor();
    }
  });

  await check("E5 waiting is shown after 150 ms, not before; nothing else waits", async () => {
    const exact = (asked) => asked.pathname === "/api/keys";
    const { go, handler } = held((route) => route.continue().catch(() => undefined));
    await page.route(exact, handler);
    await page.goto(`${gateway.url}/dashboard/keys`);
    await page.getByRole("heading", { level: 1, name: "API keys" }).waitFor();
    await page.getByRole("heading", { name: "Connect a client" }).waitFor();
    await page.locator(".skeleton").waitFor();
    go();
    await page.getByText("laptop", { exact: true }).waitFor();
    same(await page.locator(".skeleton").count(), 0, "skeletons left");
    await page.unrouteAll({ behavior: "ignoreErrors" });
  });

  await check("E9 with 300 ms of delay and one call in ten failing: every page is usable, nothing is done twice", async () => {
    let state = 20_261;
    const dice = () => (state = (state * 48271) % 2147483647) / 2147483647;
    const met = { calls: 0, failed: 0 };
    const done = [];
    const streams = /^\/api\/(?:events|usage\/logs\/stream|logs\/console\/stream)/;
    await page.route((asked) => asked.pathname.startsWith("/api/") && !streams.test(asked.pathname), async (route) => {
      met.calls += 1;
      await new Promise((go) => setTimeout(go, 300));
      if (dice() < 0.1) {
        met.failed += 1;
        await route.fulfill({ status: 503, contentType: "application/json", body: '{"error":{"message":"The store is asleep.","type":"internal"}}' }).catch(() => undefined);
        return;
      }
      if (route.request().method() !== "GET") done.push(`${route.request().method()} ${new URL(route.request().url()).pathname}`);
      await route.continue().catch(() => undefined); // the page may be gone by then
    });
    /** Does it again for as long as it has not come about: that is what one does who reads that it failed. */
    const insist = (work, came) => until(async () => { if (!(await came())) await work(); await page.waitForTimeout(750); return came(); }, "what was asked for", 20_000);
    for (const name of ["once", "no more", "than that"]) {
      await page.goto(`${gateway.url}/dashboard/keys?create=1`);
      await page.getByLabel("Name").fill(name);
      await insist(() => page.getByRole("dialog").getByRole("button", { name: "Create key" }).dblclick({ delay: 20 }), () => page.getByRole("button", { name: "Copy the key" }).isVisible());
      same((await gateway.api("GET", "/api/keys")).keys.filter((each) => each.name === name).length, 1, `keys called ${name}`);
    }
    same(done.filter((each) => each === "POST /api/keys").length, 3, "keys made");
    const backups = async () => (await gateway.api("GET", "/api/db-backups")).backups.length;
    const before = await backups();
    await page.goto(`${gateway.url}/dashboard/backups`);
    await insist(() => page.getByRole("button", { name: "Make a backup" }).dblclick({ delay: 20 }), async () => (await backups()) > before);
    same((await backups()) - before, 1, "backups made");
    for (const path of VIEWS) {
      await page.goto(`${gateway.url}/dashboard${path}`);
      await page.locator("main .panel, main .note.bad").first().waitFor();
      await insist(() => page.getByRole("button", { name: "Try again" }).first().click({ timeout: 500 }).catch(() => undefined), async () => !(await page.getByRole("alert").count()) && Boolean(await page.locator("main .panel").count()));
    }
    figures["calls with 300 ms of delay"] = `${met.calls}, ${met.failed} of them failed`;
    await page.unrouteAll({ behavior: "ignoreErrors" });
    ok(met.failed > 2, "nothing failed");
  });

  await check("F8 with no way out of this machine nothing waits: no page shows that it waits for more than a second", async () => {
    figures["way out of this machine"] = await fetch("http://192.0.2.1/", { signal: AbortSignal.timeout(300) }).then(() => "open", (error) => error.cause?.code ?? error.name);
    const fresh = await new Gateway(world.binary, { env: { INITIAL_PASSWORD: PASSWORD } }).start();
    await fresh.api("POST", "/api/auth/login", { password: PASSWORD });
    const cold = await openPage(world.browser, fresh);
    await cold.addInitScript(() => {
      let since = 0;
      window.waited = 0;
      new MutationObserver(() => {
        const waits = document.querySelector(".skeleton") !== null;
        if (waits && !since) since = performance.now();
        if (!waits && since) { window.waited = Math.max(window.waited, performance.now() - since); since = 0; }
      }).observe(document, { childList: true, subtree: true });
    });
    const wrong = [];
    for (const path of [...VIEWS, "/providers?add=catalog", "/combos/new"]) {
      wrong.push(...(await judged(`waiting on ${path || "/"}`, { waited: { what: "it is shown for", bar: 1000 } }, async () => {
        await cold.goto(`${fresh.url}/dashboard${path}`);
        await cold.locator("main .panel, main textarea, main form, main li").first().waitFor();
        await cold.waitForTimeout(600); // what comes later is there, too
        await until(async () => !(await cold.locator(".skeleton").count()), `what still waits on ${path}`);
        return { waited: await cold.evaluate(() => window.waited) };
      })).wrong);
    }
    same(wrong, [], "spinners of more than a second");
    await cold.goto("about:blank");
    await cold.context().close();
    await fresh.remove();
  });

  await check("E8 the gateway stops and starts under the page: bar, recovery in 5 s, forms keep their text", async () => {
    await page.goto(`${gateway.url}/dashboard/settings`);
    const field = page.getByLabel("Heartbeat", { exact: true });
    await field.fill("4321");
    const { wrong } = await judged("a page after a restart", { back: { what: "goes on after", bar: 5, unit: "s", digits: 1 } }, async () => {
      await gateway.stop();
      await page.getByText("The gateway does not answer.", { exact: false }).first().waitFor();
      await gateway.start();
      const began = performance.now();
      await page.locator(".banner.bad").waitFor({ state: "detached" });
      return { back: (performance.now() - began) / 1000 };
    });
    same(wrong, [], "too slow");
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

  await check("E11 every view is in its address: filters, tabs, dialogs are the same after a reload", async () => {
    const shown = () => page.evaluate(() => JSON.stringify({
      title: document.querySelector("h1").textContent,
      controls: [...document.querySelectorAll("main input:not([type=password]), main select, dialog input:not([type=password]), dialog select")].map((each) => (each.type === "checkbox" ? each.checked : each.value)),
      tabs: [...document.querySelectorAll("[role=tab][aria-selected=true]")].map((each) => each.textContent),
      dialog: document.querySelector("dialog[open] h2")?.textContent ?? "",
    }));
    const plain = {};
    for (const path of ["/requests?status=429&search=oc", "/analytics?metric=tokens&split=key&range=7d", "/costs?split=key&range=7d", "/settings?q=heartbeat", "/logs?level=warn&q=try", "/logs?view=changes", "/providers?add=catalog", "/providers?add=own", "/keys?create=1", "/combos/new?template=always"]) {
      const seen = [];
      for (const step of ["came", "reload"]) {
        await (step === "came" ? page.goto(`${gateway.url}/dashboard${path}`) : page.reload());
        await page.locator("main .panel, main .empty, dialog[open]").first().waitFor();
        await page.waitForTimeout(700);
        seen.push(await shown());
      }
      same(seen[1], seen[0], path);
      const bare = path.split("?")[0];
      if (plain[bare] === undefined) {
        await page.goto(`${gateway.url}/dashboard${bare}`);
        await page.locator("main .panel, main .empty, main form").first().waitFor();
        await page.waitForTimeout(700);
        plain[bare] = await shown();
      }
      ok(plain[bare] !== seen[0], `${path} shows what ${bare} shows`);
    }
  });
  await page.context().close();
  await gateway.remove();
}
