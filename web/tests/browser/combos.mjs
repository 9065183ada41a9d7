// Combos: built by hand and from templates, ordered by keyboard and by dragging, explained as they are edited, carried in files.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { axe, openPage } from "./browser.mjs";
import { busyGateway } from "./scene.mjs";
import { check, figures, ok, same, until } from "./suite.mjs";

export async function combos(world) {
  const { gateway, limited, node, send, key } = await busyGateway(world);
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

  await check("T5 the dry run names the target that the next real request is sent to first, in 200 random states", async () => {
    let state = 20_271;
    const dice = (sides) => (state = (state * 48271) % 2147483647) % sides;
    const met = { served: 0, refused: 0, elsewhere: 0 };
    for (let i = 0; i < 200; i += 1) {
      // What rests, which connection is on, and the order of what is there: each as it falls.
      if (dice(3) === 0) await gateway.api("DELETE", "/api/lockouts");
      if (dice(9) === 0) await gateway.api("POST", "/api/resilience/reset", {});
      if (dice(4) === 0) await gateway.chat(key, "lim/m", "rest");
      if (dice(8) === 0) await gateway.api("PATCH", `/api/providers/${node.connection.id}`, { isActive: dice(2) === 0 });
      const left = ["oc/m", "lim/m", "demo/echo", "nope/x"];
      const models = Array.from({ length: 1 + dice(4) }, () => left.splice(dice(left.length), 1)[0]);
      const strategy = ["fill-first", "round-robin", "least-used", "cost-optimized"][dice(4)];
      const what = `state ${i}: ${strategy} of ${models}`;
      await gateway.api("POST", "/api/combos", { name: `state-${i}`, models, strategy });
      const { plan } = await gateway.api("POST", "/api/routing/explain", { model: `state-${i}` });
      const answer = await fetch(`${gateway.url}/v1/chat/completions`, { method: "POST", headers: { "content-type": "application/json", authorization: `Bearer ${key}` }, body: JSON.stringify({ model: `state-${i}`, messages: [{ role: "user", content: "hello" }] }) });
      await answer.text();
      const first = /; (\S+)#/.exec(answer.headers.get("x-omniroute-route") ?? "")?.[1] ?? null;
      same(first, plan[0]?.target ?? null, what);
      same(answer.ok || first !== null, plan.length > 0, `${what}: an answer`);
      met[answer.ok ? "served" : "refused"] += 1;
      if (first !== null && first !== models[0]) met.elsewhere += 1;
      await gateway.api("DELETE", `/api/combos/state-${i}`);
    }
    await gateway.api("PATCH", `/api/providers/${node.connection.id}`, { isActive: true });
    await gateway.api("DELETE", "/api/lockouts");
    await gateway.api("POST", "/api/resilience/reset", {});
    figures["dry runs that named who was asked"] = `200: ${met.served} were served, ${met.refused} refused, ${met.elsewhere} went past their first target`;
    ok(met.refused > 5 && met.elsewhere > 20, "the states are all alike");
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
