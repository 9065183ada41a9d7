// T: what the pages say is what happened.
import { openPage } from "./browser.mjs";
import { busyGateway } from "./scene.mjs";
import { check, figures, ok, same, until } from "./suite.mjs";

export async function truth(world) {
  const scene = await busyGateway(world);
  const { gateway, tally, limited, send } = scene;
  const page = await openPage(world.browser, gateway);
  const stat = async (label) => (await page.locator(".stat", { has: page.locator("dt", { hasText: label }) }).first().locator("dd").textContent()).trim();

  await check("T1 counts on Home and in the list are the upstream's own tally", async () => {
    await page.goto(`${gateway.url}/dashboard`);
    await page.locator(".stat").first().waitFor();
    same(await stat("Requests"), String(tally.requests), "requests on Home");
    ok((await stat("Succeeded")).includes(`${tally.errors} failed`), `failures on Home: ${await stat("Succeeded")}`);
    await page.goto(`${gateway.url}/dashboard/requests`);
    await page.locator("tbody tr").first().waitFor();
    same(await page.locator("tbody tr").count(), tally.requests, "rows");
    await page.getByLabel("Status").selectOption("error");
    await until(async () => (await page.locator("tbody tr").count()) === tally.errors, "the errors alone");
    await page.getByLabel("Status").selectOption("429");
    await until(async () => (await page.locator("tbody tr").count()) === tally.limited, "those that were limited");
    ok(tally.limited > 0, "nothing was limited");
  });

  await check("T2 a provider whose list works and chat fails is never shown ok", async () => {
    await page.goto(`${gateway.url}/dashboard/providers`);
    const row = page.locator("tbody tr", { hasText: "Limited" });
    await row.waitFor();
    ok((await row.textContent()).includes("Failing"), await row.textContent());
    await row.getByRole("button", { name: "Test Limited" }).click();
    await until(async () => (await row.getByRole("button").textContent()) === "Test", "the end of the test");
    ok((await row.textContent()).includes("Failing"), "shown ok after a test");
    await page.goto(`${gateway.url}/dashboard`);
    await page.getByText("Limited: ", { exact: false }).first().waitFor();
    ok(!(await page.getByText("Everything is well").count()), "Home says that all is well");
    void limited;
  });

  await check("T6 unknown counts are dashes, never 0", async () => {
    await page.goto(`${gateway.url}/dashboard/requests?status=429`);
    ok((await page.locator("tbody tr").first().textContent()).includes("– / –"), await page.locator("tbody tr").first().textContent());
  });

  await check("a request appears in the open list without asking by the clock", async () => {
    await page.goto(`${gateway.url}/dashboard/requests`);
    await page.locator("tbody tr").first().waitFor();
    await page.waitForTimeout(1200);
    const before = page.asked.length;
    await page.waitForTimeout(1500);
    same(page.asked.length - before, 0, "requests of a page at rest");
    const rows = await page.locator("tbody tr").count();
    const began = performance.now();
    await send("oc/m", "live");
    await until(async () => (await page.locator("tbody tr").count()) === rows + 1, "the new row");
    figures["ms from a request's answer to its row"] = Math.round(performance.now() - began);
  });

  await check("rows that one reads do not move; new ones are announced", async () => {
    await page.locator("tbody tr").nth(1).click();
    await page.getByRole("dialog", { name: "Request" }).waitFor();
    const first = await page.locator("tbody tr a").first().getAttribute("href");
    await send("oc/m", "while reading");
    await page.getByRole("button", { name: "1 new", includeHidden: true }).waitFor({ state: "attached" });
    same(await page.locator("tbody tr a").first().getAttribute("href"), first, "the first row");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "1 new" }).click();
    await until(async () => (await page.locator("tbody tr a").first().getAttribute("href")) !== first, "the new row");
  });

  await check("the translator's four columns follow and name what is lost", async () => {
    await page.goto(`${gateway.url}/dashboard/translator`);
    await until(async () => /max_tokens/.test(await page.getByRole("textbox", { name: "Anthropic" }).inputValue()), "the Anthropic column");
    await page.getByRole("region", { name: "Anthropic" }).getByText(/loss/).click();
    await page.getByRole("region", { name: "Anthropic" }).getByText("logit_bias").waitFor();
    await page.getByRole("textbox", { name: "OpenAI Chat" }).fill('{"model": x}');
    await page.getByText("line 1, column 11", { exact: false }).waitFor();
    await page.getByRole("tab", { name: "Stream" }).click();
    await until(async () => /message_start/.test(await page.getByRole("textbox", { name: "Anthropic" }).inputValue()), "the stream in Anthropic's words");
  });

  await check("a setting is checked in place, saved, undone, and put back to its default", async () => {
    await page.goto(`${gateway.url}/dashboard/settings?q=heartbeat`);
    const field = page.getByLabel("Heartbeat", { exact: true });
    page.expected.push(/status of 400/);
    await field.fill("-5");
    await page.keyboard.press("Enter");
    await page.getByText("Must be a whole number", { exact: false }).waitFor();
    await field.fill("7000");
    await page.keyboard.press("Enter");
    await until(async () => (await value(gateway, "heartbeat_ms")) === 7000, "the value in the gateway");
    await page.getByRole("button", { name: "Undo" }).click();
    await until(async () => (await value(gateway, "heartbeat_ms")) === 15000, "the value before");
    await page.getByText("Default", { exact: true }).waitFor();
  });

  await check("connections are reordered by keyboard and switched off with undo", async () => {
    await page.goto(`${gateway.url}/dashboard/providers/openai`);
    await page.getByRole("button", { name: "Move work up" }).focus();
    await page.keyboard.press("Alt+ArrowUp");
    await until(async () => (await page.locator(".connection strong").first().textContent()) === "work", "the new order");
    const order = (await gateway.api("GET", "/api/providers")).connections.filter((each) => each.provider === "openai").sort((a, b) => a.priority - b.priority);
    same(order.map((each) => each.name), ["work", "private"], "the order in the gateway");
    await page.getByRole("button", { name: "Remove work" }).click();
    await page.getByRole("button", { name: "Undo" }).click();
    await until(async () => (await gateway.api("GET", `/api/providers/${order[0].id}`)).isActive, "back on");
  });
  await page.context().close();
  await gateway.remove();
}

async function value(gateway, key) {
  return (await gateway.api("GET", "/api/settings")).settings.find((row) => row.key === key).value;
}
