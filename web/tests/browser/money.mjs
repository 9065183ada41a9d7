// Analytics and Costs: sums that agree with the requests, however they are split, and never a 0 for what nobody knows.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { axe, openPage } from "./browser.mjs";
import { busyGateway } from "./scene.mjs";
import { check, ok, same, until } from "./suite.mjs";

export async function money(world) {
  const { gateway, tally, node, send, key } = await busyGateway(world);
  const page = await openPage(world.browser, gateway, { timezoneId: "Asia/Shanghai" });
  const cell = async (name, column) => (await page.locator("tbody tr", { has: page.getByRole("rowheader", { name, exact: true }) }).locator("td").nth(column).textContent()).trim();

  await check("T1 Analytics count what the upstream counted, in all and by each split", async () => {
    await page.goto(`${gateway.url}/dashboard/analytics?range=1d`);
    await page.getByRole("rowheader", { name: "Total" }).waitFor();
    same(await cell("Total", 0), String(tally.requests), "requests in all");
    for (const split of ["provider", "model", "connection", "key"]) {
      await page.getByLabel("Split").selectOption(split);
      await page.waitForURL(new RegExp(`split=${split}`));
      await page.getByRole("heading", { name: `By ${split}` }).waitFor();
      same(await cell("Total", 0), String(tally.requests), `the total by ${split}`);
      const rows = await page.locator("section.flush > .table-wrap tbody tr:not(.sum) td:nth-child(2)").allTextContents();
      same(rows.reduce((sum, each) => sum + Number(each), 0), tally.requests, `the rows by ${split}`);
    }
    same(await axe(page), [], "axe");
  });

  await check("T6 an unknown price is unknown, is listed, and makes sums say at least", async () => {
    same(await cell("laptop", 3), "unknown", "the cost of the key");
    await page.goto(`${gateway.url}/dashboard/costs`);
    await page.getByText(/^The price of \d+ requests is not known$/).waitFor();
    const line = page.locator("tbody tr", { has: page.locator("code", { hasText: /^m$/ }) });
    await line.getByText("unknown").waitFor();
    await line.getByRole("button", { name: "Set price of m" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Input, $ per million tokens").fill("3");
    await dialog.getByLabel("Output, $ per million tokens").fill("15");
    same(await axe(page), [], "axe of the dialog");
    await dialog.getByRole("button", { name: "Save" }).click();
    await line.getByText("Yours").waitFor();
    await until(async () => { await gateway.api("DELETE", "/api/lockouts"); return (await send("oc/m", "priced")) === 200; }, "a request with a price");
    await page.locator(".stat", { hasText: "This month" }).getByText(/^at least \$0\.\d+/).waitFor();
    ok(!/at least \$0\.00(?!\d)/.test(await page.locator("main").textContent()), "a sum of nothing");
  });

  await check("budgets are set, counted, warned of and obeyed", async () => {
    const mine = (await gateway.api("GET", "/api/keys")).keys.find((each) => each.name === "laptop");
    await page.getByRole("button", { name: "Edit the budget of laptop" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Budget a day, in dollars").fill("much");
    await dialog.getByText("Must be an amount", { exact: false }).waitFor();
    await dialog.getByLabel("Budget a day, in dollars").fill("0.000001");
    same(await axe(page), [], "axe of the dialog");
    await dialog.getByRole("button", { name: "Save" }).click();
    await page.locator("tbody tr", { hasText: "laptop" }).locator(".state", { hasText: "Spent" }).waitFor();
    same((await gateway.api("GET", `/api/keys/${mine.id}`)).dailyBudgetUsd, 0.000001, "what is stored");
    same(await gateway.chat(key, "oc/m", "too much"), 402, "the next request");
    await gateway.api("POST", "/api/usage/budget", { apiKeyId: mine.id, monthlyLimitUsd: "5" });
    const { monthlyUnpriced } = await gateway.api("GET", `/api/keys/${mine.id}`);
    ok(monthlyUnpriced > 3, `requests of unknown price: ${monthlyUnpriced}`);
    await page.locator("tbody tr", { hasText: "laptop" }).getByText("Within, as far as known").waitFor();
    await page.goto(`${gateway.url}/dashboard/keys`);
    await page.locator("tbody tr", { hasText: "laptop" }).getByText(`of $5.00 this month`).waitFor();
    await page.locator("tbody tr", { hasText: "laptop" }).getByText(`and ${monthlyUnpriced} requests of unknown price`).waitFor();
    same(await axe(page), [], "axe of Keys");
    await page.goto(`${gateway.url}/dashboard/costs`);
    await gateway.api("POST", "/api/usage/budget", { apiKeyId: mine.id });
    await page.locator("tbody tr", { hasText: "laptop" }).getByText("No limit").waitFor();
    same(await axe(page), [], "axe");
  });

  await check("days begin at the viewer's midnight; the table goes into a file; the view is in the address", async () => {
    await until(async () => { await gateway.api("DELETE", "/api/lockouts"); return (await send("oc/nobody-knows", "no price")) === 200; }, "a request without a price");
    await page.goto(`${gateway.url}/dashboard/analytics?range=30d&split=model&metric=cost`);
    await page.getByText("Asia/Shanghai", { exact: false }).waitFor();
    ok(page.asked.some((each) => each.includes("offset=480")), "the zone is not asked for");
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "CSV" }).click()]);
    await download.saveAs(join(gateway.folder, "usage.csv"));
    const lines = readFileSync(join(gateway.folder, "usage.csv"), "utf8").trim().split("\n").map((each) => each.split(","));
    same(Number(lines.at(-1)[1]), lines.slice(1, -1).reduce((sum, each) => sum + Number(each[1]), 0), "the file's total");
    ok(lines.some((each) => each[5] === ""), "what is not known is left empty");
    await page.reload();
    same(await page.getByLabel("Figure").inputValue(), "cost", "the figure after a reload");
    await page.getByText("Values as a table").click();
    same(await page.locator(".chart-values tbody tr").count(), 30, "days");
    same(await axe(page), [], "axe");
  });
  void node;
  await page.context().close();
  await gateway.remove();
}
