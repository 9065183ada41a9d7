// What one does with the gateway itself: the console log, the order of connections, which models are listed, and
// backups: made, checked, looked into before they take the place of what is there; and the configuration as a file.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { axe, openPage } from "./browser.mjs";
import { busyGateway, PASSWORD } from "./scene.mjs";
import { check, ok, same, until } from "./suite.mjs";

export async function system(world) {
  const { gateway, key, node, send } = await busyGateway(world);
  const page = await openPage(world.browser, gateway);
  const names = async () => (await gateway.api("GET", "/api/keys")).keys.map((each) => each.name).sort();

  await check("the console log goes on by itself, is searched, held still, and leads to the request", async () => {
    await page.goto(`${gateway.url}/dashboard/logs`);
    const lines = page.locator(".console li");
    await lines.first().waitFor();
    const before = await lines.count();
    // Sent again where the account still rests: only what was tried and refused leaves a line.
    const refused = (words, what) => until(async () => { await send("oc/m", "<<error status=400>>"); return words(); }, what);
    await refused(async () => (await lines.count()) > before, "the new line");
    same(await axe(page), [], "axe");
    await page.getByLabel("Level", { exact: true }).selectOption({ label: "Errors" });
    await page.getByText("No line matches").waitFor();
    await page.getByLabel("Level", { exact: true }).selectOption({ label: "Warnings and errors" });
    await page.getByRole("searchbox").fill("ATTEMPT failed");
    await lines.first().waitFor();
    await page.reload();
    await lines.first().waitFor();
    same(await page.getByRole("searchbox").inputValue(), "ATTEMPT failed", "the search after a reload");
    await page.getByRole("switch", { name: "Live" }).click();
    const held = await lines.count();
    await refused(() => page.getByRole("button", { name: /new$/ }).isVisible(), "the sign of new lines");
    same(await lines.count(), held, "lines while held");
    await page.getByRole("button", { name: /new$/ }).click();
    await until(async () => (await lines.count()) > held, "the lines after");
    await lines.first().getByRole("link").click();
    await page.getByRole("dialog", { name: "Request" }).waitFor();
  });

  await check("connections are put in order by keyboard and by dragging; the order is asked for in that order", async () => {
    const order = async () => (await gateway.api("GET", "/api/providers")).connections.filter((each) => each.provider === "openai").sort((a, b) => a.priority - b.priority).map((each) => each.name);
    await gateway.api("POST", "/api/providers", { provider: "openai", apiKey: "sk-test-third-12345678", name: "third" });
    await page.goto(`${gateway.url}/dashboard/providers/openai`);
    const shown = () => page.locator(".ladder .connection strong").allTextContents();
    await until(async () => (await shown()).length === 3, "three connections");
    const first = await shown();
    await page.getByRole("button", { name: `Move ${first[2]}, place 3 of 3` }).focus();
    for (const key of ["Space", "ArrowUp", "ArrowUp", "Space"]) await page.keyboard.press(key);
    const wanted = [first[2], first[0], first[1]];
    same(await shown(), wanted, "the order on the page");
    same(await page.evaluate(() => document.activeElement?.getAttribute("aria-label")), `Move ${first[2]}, place 1 of 3`, "the focus");
    await until(async () => JSON.stringify(await order()) === JSON.stringify(wanted), "the order in the gateway");
    const handle = (name) => page.getByRole("button", { name: new RegExp(`^Move ${name}, place`) });
    await handle(first[2]).dragTo(page.locator(".ladder > li", { hasText: first[1] }));
    await until(async () => JSON.stringify(await order()) === JSON.stringify(first), "the order after dragging");
    await page.reload();
    await until(async () => JSON.stringify(await shown()) === JSON.stringify(first), "the order after a reload");
    same(await axe(page), [], "axe");
  });

  await check("a model is hidden from the lists that clients see, and shown again", async () => {
    await gateway.api("POST", "/api/provider-models", { provider: "oc", modelId: "seldom" });
    const listed = async () => (await (await fetch(`${gateway.url}/v1/models`, { headers: { authorization: `Bearer ${key}` } })).json()).data.some((each) => each.id === "oc/seldom");
    ok(await listed(), "the model is not in the list at first");
    await page.goto(`${gateway.url}/dashboard/providers/${node.id}`);
    await page.getByRole("button", { name: "Hide seldom" }).click();
    await page.getByText("1 hidden model is left out", { exact: false }).waitFor();
    ok(!(await listed()), "the hidden model is listed");
    same(await send("oc/seldom", "asked for by name"), 200, "the status for whoever names it");
    same(await axe(page), [], "axe");
    await page.getByRole("button", { name: "Show seldom" }).click();
    await page.getByRole("button", { name: "Hide seldom" }).waitFor();
    ok(await listed(), "the model is not in the list again");
  });

  await check("a backup is made, checked, looked into and restored; its word must be typed", async () => {
    await page.goto(`${gateway.url}/dashboard/backups`);
    await page.getByRole("button", { name: "Make a backup" }).click();
    const row = page.locator("tbody tr", { hasText: "By hand" });
    await row.first().waitFor();
    const before = await names();
    await row.first().getByRole("button", { name: /^Check/ }).click();
    await row.first().getByText(`${before.length} keys`, { exact: false }).waitFor();
    same(await axe(page), [], "axe");
    await gateway.api("POST", "/api/keys", { name: "made since" });
    await row.first().getByRole("button", { name: /^Restore/ }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "See what it holds" }).click();
    await dialog.getByText("The copy is sound").waitFor();
    ok((await names()).includes("made since"), "looking changed something");
    const now = dialog.getByRole("button", { name: "Restore now" });
    same(await now.getAttribute("aria-disabled"), "true", "the button before the word");
    await dialog.getByLabel("Type restore to go on").fill("restore");
    same(await axe(page), [], "axe of the dialog");
    page.expected.push(/status of 401/); // a restore ends all sessions
    await now.click();
    await page.waitForURL(/\/login/);
    await gateway.api("POST", "/api/auth/login", { password: PASSWORD });
    same(await names(), before, "the keys of the copy");
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/dashboard/);
    await page.goto(`${gateway.url}/dashboard/backups`);
    await page.locator("tbody tr", { hasText: "Before a restore" }).first().waitFor();
  });

  await check("the configuration goes into a file without secrets; another file is looked at, then applied", async () => {
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download" }).click()]);
    const file = join(gateway.folder, "gateway.yaml");
    await download.saveAs(file);
    const yaml = readFileSync(file, "utf8");
    ok(yaml.includes("Workstation") && !yaml.includes("upstream-secret"), "the file");
    await page.getByLabel("A configuration file").fill(yaml.replace("Workstation", "Workstation two"));
    await page.getByRole("button", { name: "See what would change" }).click();
    await page.getByRole("group", { name: "Changes" }).getByText("oc", { exact: false }).waitFor();
    same(await axe(page), [], "axe");
    await page.getByRole("button", { name: "Apply" }).click();
    await until(async () => (await gateway.api("GET", "/api/provider-nodes")).nodes.some((each) => each.name === "Workstation two"), "the change");
  });
  await page.context().close();
  await gateway.remove();
}
