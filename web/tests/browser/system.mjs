// Backups: made, checked, looked into before they take the place of what is there; and the configuration as a file.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { axe, openPage } from "./browser.mjs";
import { busyGateway, PASSWORD } from "./scene.mjs";
import { check, ok, same, until } from "./suite.mjs";

export async function system(world) {
  const { gateway } = await busyGateway(world);
  const page = await openPage(world.browser, gateway);
  const names = async () => (await gateway.api("GET", "/api/keys")).keys.map((each) => each.name).sort();

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
