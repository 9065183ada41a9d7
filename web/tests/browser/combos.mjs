// Combos: built by hand and from templates, ordered by keyboard and by dragging, explained as they are edited, carried in files.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { axe, openPage } from "./browser.mjs";
import { busyGateway } from "./scene.mjs";
import { check, figures, ok, same, until } from "./suite.mjs";

export async function combos(world) {
  const { gateway, limited, send, key } = await busyGateway(world);
  const page = await openPage(world.browser, gateway);
  const rungs = () => page.locator(".ladder .rung code").allTextContents();
  const saved = async (name) => (await gateway.api("GET", `/api/combos/${name}`)).models;
  const add = async (model) => {
    await page.getByLabel("Model or combo to add").fill(model);
    await page.keyboard.press("Enter");
  };
  const explained = page.getByRole("region", { name: "What would happen now" });

  await check("a combo is built by keyboard alone; what would happen follows each edit, and nothing is sent", async () => {
    const before = (await gateway.api("GET", "/api/overview")).day.totals.requests;
    await page.goto(`${gateway.url}/dashboard/combos`);
    await page.getByText("There is no combo yet").waitFor();
    await page.getByRole("button", { name: "Create combo" }).press("Enter");
    await page.getByRole("textbox", { name: "Name" }).fill("mine");
    for (const model of ["lim/m", "oc/m", "demo/echo"]) await add(model);
    same(await rungs(), ["lim/m", "oc/m", "demo/echo"], "the ladder");
    await explained.getByText("The next request goes to", { exact: false }).waitFor();
    const handle = page.getByRole("button", { name: "Move demo/echo, place 3 of 3" });
    await handle.focus();
    await page.keyboard.press("Space");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Space");
    await until(async () => (await rungs())[0] === "demo/echo", "the new order");
    same(await page.evaluate(() => document.activeElement?.getAttribute("aria-label")), "Move demo/echo, place 1 of 3", "the focus stays on the handle");
    await explained.getByText("goes to demo/echo", { exact: false }).waitFor();
    await page.keyboard.press("Alt+ArrowDown");
    await until(async () => (await rungs())[1] === "demo/echo", "Alt and arrow");
    await page.keyboard.press("Space");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Escape");
    await until(async () => (await rungs())[1] === "demo/echo", "Escape puts back");
    await page.getByRole("button", { name: "Save", exact: true }).press("Enter");
    await page.waitForURL(/\/combos\/mine$/);
    same(await saved("mine"), ["lim/m", "demo/echo", "oc/m"], "what is stored");
    same((await gateway.api("GET", "/api/overview")).day.totals.requests, before, "requests sent meanwhile");
    same(await axe(page), [], "axe");
  });

  await check("targets are dragged", async () => {
    await page.locator(".handle").nth(2).dragTo(page.locator(".ladder > li").nth(0));
    await until(async () => (await rungs())[0] === "oc/m", "the dragged target on top");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByRole("button", { name: "Saved" }).waitFor();
    same(await saved("mine"), ["oc/m", "lim/m", "demo/echo"], "what is stored");
  });

  await check("T5 who is named next is who answers; a rest is told with its reason and its end", async () => {
    const first = async () => (await explained.locator("p .state").first().textContent()).match(/goes to (\S+) on/)[1];
    await explained.getByText("goes to oc/m", { exact: false }).waitFor();
    same(await send("mine", "hello"), 200, "the request");
    const served = async () => (await gateway.api("GET", "/api/usage/logs?limit=1")).logs[0];
    await until(async () => (await served()).model === "mine", "its row");
    const provider = (await served()).providerName;
    same([await first(), provider], ["oc/m", "Workstation"], "named and served");
    await page.getByRole("button", { name: "Take out oc/m" }).click();
    await gateway.chat(key, "lim/m", "rest");
    await until(async () => (await explained.textContent()).includes("demo/echo") && (await first()) === "demo/echo", "the one that can answer");
    await page.getByRole("button", { name: "Revert" }).click();
    same(await rungs(), ["oc/m", "lim/m", "demo/echo"], "reverted");
  });

  await check("T5 the dry run names the target that the next real request uses, over many made states", async () => {
    const strategies = ["fill-first", "round-robin", "least-used", "cost-optimized"];
    const orders = [["oc/m", "demo/echo"], ["demo/echo", "oc/m"], ["nope/x", "oc/m", "demo/echo"], ["demo/echo"]];
    let agreed = 0;
    for (let i = 0; i < 40; i += 1) {
      const models = orders[i % orders.length];
      const strategy = strategies[Math.floor(i / orders.length) % strategies.length];
      const name = `state-${i}`;
      await gateway.api("POST", "/api/combos", { name, models, strategy });
      const told = await gateway.api("POST", "/api/routing/explain", { model: name });
      same(await gateway.chat(key, name, "hello"), 200, name);
      const row = await until(async () => { const [newest] = (await gateway.api("GET", `/api/usage/logs?limit=1&model=${name}`)).logs; return newest; }, `the row of ${name}`);
      const alias = row.providerName === "Workstation" ? "oc" : "demo";
      if (told.plan[0].target.split("/")[0] === alias) agreed += 1;
      else throw new Error(`${name} ${strategy} ${models}: told ${told.plan[0].target}, served by ${row.providerName}`);
    }
    figures["dry runs that named who answered"] = `${agreed} of 40`;
    for (let i = 0; i < 40; i += 1) await gateway.api("DELETE", `/api/combos/state-${i}`);
  });

  await check("T3 a combo that fell back is one row with its attempts, and the list says so", async () => {
    await gateway.api("DELETE", "/api/lockouts");
    await gateway.api("POST", "/api/combos", { name: "falls", models: ["lim/m", "demo/echo"] });
    same(await gateway.chat(key, "falls", "hello"), 200, "the request");
    const [row] = await until(async () => { const { logs } = await gateway.api("GET", "/api/usage/logs?model=falls"); return logs.length ? logs : null; }, "the row");
    same(row.attempts > 1, true, `attempts: ${row.attempts}`);
    await page.goto(`${gateway.url}/dashboard/combos`);
    const line = page.locator("tbody tr", { hasText: "falls" });
    await until(async () => (await line.locator("td").nth(4).textContent()) === "100%", "the share that fell back");
  });

  await check("a cycle is refused where it is typed; a wrong name is told at its field", async () => {
    await page.goto(`${gateway.url}/dashboard/combos/mine`);
    await gateway.api("POST", "/api/combos", { name: "outer", models: ["mine"] });
    await page.getByRole("button", { name: "Saved" }).waitFor();
    await until(async () => { await add("outer"); return page.getByText("would contain this combo", { exact: false }).count(); }, "the cycle");
    await page.getByRole("textbox", { name: "Name" }).fill("no spaces!");
    page.expected.push(/status of 400/);
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.locator(".field-error", { hasText: "letters" }).waitFor();
    await page.getByRole("button", { name: "Revert" }).click();
  });

  await check("templates fill the ladder; a real test names who answers", async () => {
    await page.goto(`${gateway.url}/dashboard/combos`);
    await page.getByRole("link", { name: /^Always on/ }).click();
    await page.getByRole("textbox", { name: "Name" }).waitFor();
    same(await page.getByRole("textbox", { name: "Name" }).inputValue(), "always-on", "the name");
    ok((await rungs()).length >= 2, "targets");
    await page.goto(`${gateway.url}/dashboard/combos/mine`);
    await page.getByRole("button", { name: "Test all" }).click();
    await page.getByText("would answer").waitFor();
    same(await axe(page), [], "axe");
  });

  await check("combos go into a file and come back", async () => {
    await page.goto(`${gateway.url}/dashboard/combos`);
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Export all" }).click()]);
    const file = join(gateway.folder, "combos.json");
    await download.saveAs(file);
    const { combos: list } = JSON.parse(readFileSync(file, "utf8"));
    same(list.find((each) => each.name === "mine").models, ["oc/m", "lim/m", "demo/echo"], "the file");
    const line = page.locator("tbody tr", { has: page.getByRole("link", { name: "mine" }) });
    await line.getByRole("button", { name: "Remove mine" }).click();
    await page.getByRole("button", { name: "Undo" }).click();
    writeFileSync(file, JSON.stringify({ combos: [{ name: "mine", models: ["demo/echo"], strategy: "random" }, { name: "fresh", models: ["oc/m"] }] }));
    await page.getByRole("button", { name: "Import" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.locator("input[type=file]").setInputFiles(file);
    await dialog.getByText("Replaces yours").waitFor();
    same(await axe(page), [], "axe of the dialog");
    await dialog.getByRole("button", { name: "Take over" }).click();
    await dialog.waitFor({ state: "detached" });
    same([await saved("mine"), await saved("fresh")], [["demo/echo"], ["oc/m"]], "what is stored");
  });
  void limited;
  await page.context().close();
  await gateway.remove();
}
