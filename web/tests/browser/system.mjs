// What one does with the gateway itself: the console log, the order of connections, which models are listed, and
// backups: made, checked, looked into before they take the place of what is there; the configuration as a file; the way to
// another machine and from other gateways.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { axe, openPage } from "./browser.mjs";
import { Gateway } from "./gateway.mjs";
import { busyGateway, PASSWORD } from "./scene.mjs";
import { check, ok, same, until } from "./suite.mjs";

const PASSPHRASE = "four words and a number 7";

/** The original's storage.sqlite with a connection, a node, a login, a setting and its history. */
function original(path, url) {
  execFileSync("python3", ["-c", `import sqlite3, sys
base = sqlite3.connect(sys.argv[1])
base.executescript("""CREATE TABLE provider_connections (id, provider, auth_type, name, priority, is_active, api_key, refresh_token);
CREATE TABLE provider_nodes (id, type, name, prefix, api_type, base_url);
CREATE TABLE key_value (namespace, key, value);
CREATE TABLE usage_history (id INTEGER PRIMARY KEY, provider);
INSERT INTO provider_connections VALUES ('c1', 'groq', 'apikey', 'from the original', 1, 1, 'gsk-of-the-original-1', NULL), ('c2', 'claude', 'oauth', 'me', 1, 1, NULL, 'refresh');
INSERT INTO key_value VALUES ('settings', 'theme', '"dark"');
INSERT INTO usage_history (provider) VALUES ('groq');""")
base.execute("INSERT INTO provider_nodes VALUES ('n1', 'openai-compatible', 'Old box', 'oldbox', 'chat', ?)", (sys.argv[2],))
base.commit()`, path, url]);
}

/** Out of one gateway, into another; and in from gateways of another make. */
async function moving(world, gateway) {
  const page = await openPage(world.browser, gateway);
  page.expected.push(/status of 4\d\d/); // wrong files and passphrases are refused
  const dialog = page.getByRole("dialog");
  const file = join(gateway.folder, "state.omniexport");
  const strange = join(gateway.folder, "notes.omniexport");
  writeFileSync(strange, "some notes of mine");
  const start = async (where, { url }, verb) => {
    await where.goto(`${url}/dashboard/backups`);
    await where.getByRole("button", { name: verb }).click();
  };

  await check("everything is exported into a file under a passphrase that is typed twice", async () => {
    await start(page, gateway, "Export …");
    const save = dialog.getByRole("button", { name: "Download" });
    await dialog.getByLabel("Passphrase", { exact: true }).fill("short");
    await dialog.getByLabel("Passphrase again").fill("short");
    same(await save.getAttribute("aria-disabled"), "true", "the button with a short passphrase");
    await dialog.getByLabel("Passphrase", { exact: true }).fill(PASSPHRASE);
    await dialog.getByText("The two are not the same.").waitFor();
    await dialog.getByLabel("Passphrase again").fill(PASSPHRASE);
    same(await axe(page), [], "axe");
    const [download] = await Promise.all([page.waitForEvent("download"), save.click()]);
    ok(/^omniroute-\w+\.omniexport$/.test(download.suggestedFilename()), download.suggestedFilename());
    await download.saveAs(file);
    await dialog.getByText("The file is made").waitFor();
    const bytes = readFileSync(file);
    ok(bytes.length > 1000 && !bytes.includes("upstream-secret") && !bytes.includes("Workstation"), "the file is not sealed");
  });

  await check("another gateway takes the file in: not with a wrong passphrase, not a strange file, not unseen", async () => {
    const other = await new Gateway(world.binary, { env: { INITIAL_PASSWORD: "another passphrase here" } }).start();
    await other.api("POST", "/api/auth/login", { password: "another passphrase here" });
    const there = await openPage(world.browser, other);
    there.expected.push(/status of 4\d\d/); // refused files; the end of the session
    await start(there, other, "Import …");
    const asked = there.getByRole("dialog");
    const look = asked.getByRole("button", { name: "See what it holds" });
    await asked.getByLabel("Exported file").setInputFiles(strange);
    await asked.getByLabel("Passphrase").fill(PASSPHRASE);
    await look.click();
    await asked.getByRole("alert").getByText("backup export", { exact: false }).waitFor();
    await asked.getByLabel("Exported file").setInputFiles(file);
    await asked.getByLabel("Passphrase").fill("not the one at all");
    await look.click();
    await asked.getByText("not the one this file was sealed with", { exact: false }).waitFor();
    same(await axe(there), [], "axe of a refusal");
    await asked.getByLabel("Passphrase").fill(PASSPHRASE);
    await look.click();
    const counts = (await gateway.api("GET", "/api/monitoring/health")).configuration;
    const row = (name) => asked.getByRole("row", { name }).getByRole("cell").allTextContents();
    await asked.getByText("The file opened and is sound").waitFor();
    same(await row("API keys"), ["1", String(counts.keys)], "keys here and in the file");
    same(await row("Connections"), [String((await other.api("GET", "/api/monitoring/health")).configuration.connections), String(counts.connections)], "connections here and in the file");
    same((await other.api("GET", "/api/provider-nodes")).nodes.length, 0, "addresses after the look");
    same(await axe(there), [], "axe of the look");
    const now = asked.getByRole("button", { name: "Import now" });
    same(await now.getAttribute("aria-disabled"), "true", "the button before the word");
    await asked.getByLabel("Type restore to go on").fill("restore");
    await now.click();
    await there.waitForURL(/\/login/);
    await there.getByLabel("Password", { exact: true }).fill(PASSWORD); // the file's
    await there.keyboard.press("Enter");
    await there.waitForURL(/\/dashboard/);
    await other.api("POST", "/api/auth/login", { password: PASSWORD });
    same((await other.api("GET", "/api/provider-nodes")).nodes.map((each) => each.name).sort(), (await gateway.api("GET", "/api/provider-nodes")).nodes.map((each) => each.name).sort(), "the addresses there");
    await there.goto(`${other.url}/dashboard/backups`);
    await there.locator("tbody tr", { hasText: "Before an import" }).first().waitFor();
    await there.context().close();
    await other.remove();
  });

  await check("what the original and 9router hold is looked at, then brought in; what cannot come is named with its reason", async () => {
    const theirs = join(gateway.folder, "storage-of-the-original.sqlite");
    original(theirs, `${world.upstream.url}/v1`);
    await start(page, gateway, "Bring in …");
    const look = dialog.getByRole("button", { name: "See what would change" });
    const choose = (label, path) => dialog.getByLabel(label).setInputFiles(path);
    await choose("Its storage.sqlite", strange);
    await look.click();
    await dialog.getByRole("alert").waitFor();
    await choose("Its storage.sqlite", theirs);
    await look.click();
    const lost = dialog.getByRole("group", { name: "Not carried over" });
    await lost.getByText("claude/me").waitFor();
    for (const words of ["theme", "usage_history"]) ok((await lost.textContent()).includes(words), `${words} is not named`);
    await dialog.getByRole("group", { name: "Would be made (2)" }).getByText("groq/from the original").waitFor();
    ok(!(await gateway.api("GET", "/api/provider-nodes")).nodes.some((each) => each.prefix === "oldbox"), "looking changed something");
    same(await axe(page), [], "axe");
    await dialog.getByRole("button", { name: "Bring in 2 objects" }).click();
    await dialog.getByText("2 objects are brought in").waitFor();
    ok((await gateway.api("GET", "/api/providers")).connections.some((each) => each.name === "from the original"), "the connection");
    await dialog.locator(".actions").getByRole("button", { name: "Close" }).click();

    const nine = join(gateway.folder, "db.json");
    writeFileSync(nine, JSON.stringify({ providerConnections: [], modelAliases: { nick: "oldbox/m" } }));
    await page.getByRole("button", { name: "Bring in …" }).click();
    await dialog.getByLabel("From").selectOption("9router");
    await choose("Its db.json", theirs);
    await look.click();
    await dialog.getByRole("alert").getByText("JSON", { exact: false }).waitFor();
    await choose("Its db.json", nine);
    await look.click();
    await dialog.getByRole("button", { name: "Bring in 1 object", exact: true }).click();
    await dialog.getByText("1 object is brought in").waitFor();
    await dialog.locator(".actions").getByRole("button", { name: "Close" }).click();
    await page.getByRole("button", { name: "Bring in …" }).click();
    await dialog.getByLabel("From").selectOption("9router");
    await choose("Its db.json", nine);
    await look.click();
    await dialog.getByText("There is nothing in the file", { exact: false }).waitFor();
  });
  await page.context().close();
}

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

  await check("E11 outgoing connections have their outcome; they are filtered, searched, and the view is in the address", async () => {
    await gateway.api("POST", "/api/provider-nodes", { prefix: "gone", name: "Gone", type: "openai", baseUrl: "http://127.0.0.1:9/v1", apiKey: "upstream-secret-4713" });
    await send("gone/m", "nobody listens");
    await page.goto(`${gateway.url}/dashboard/logs?view=outgoing`);
    const rows = page.locator("tbody tr");
    await rows.filter({ hasText: "127.0.0.1:9" }).first().waitFor();
    same(await rows.count(), Math.min(100, (await gateway.api("GET", "/api/usage/proxy-logs?limit=500")).entries.length), "rows");
    same(await axe(page), [], "axe");
    await page.getByLabel("State", { exact: true }).selectOption({ label: "Did not come about" });
    await page.getByRole("searchbox").fill("Gone");
    await until(async () => /Failed/.test(await rows.first().textContent()) && (await rows.count()) < 5, "what failed");
    await page.reload();
    await rows.first().waitFor();
    same([await page.getByRole("searchbox").inputValue(), new URL(page.url()).search], ["Gone", "?view=outgoing&status=error&q=Gone"], "the view after a reload");
    await page.getByLabel("Way", { exact: true }).selectOption("socks5");
    await page.getByText("Nothing matches the filter").waitFor();
    await page.getByRole("button", { name: "Clear filters" }).click();
    const before = await rows.count();
    ok(before > 1, "rows after clearing the filters");
    await gateway.api("POST", "/api/provider-nodes", { prefix: "away", name: "Away", type: "openai", baseUrl: "http://127.0.0.1:10/v1", apiKey: "upstream-secret-4714" });
    await send("away/m", "nobody listens");
    await rows.filter({ hasText: "127.0.0.1:10" }).first().waitFor(); // by itself
    await page.getByRole("button", { name: "Clear the list" }).click();
    await page.getByText("No connection yet").waitFor();
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
    await page.getByRole("group", { name: "Changes" }).getByText("oc", { exact: true }).waitFor();
    same(await axe(page), [], "axe");
    await page.getByRole("button", { name: "Apply" }).click();
    await until(async () => (await gateway.api("GET", "/api/provider-nodes")).nodes.some((each) => each.name === "Workstation two"), "the change");
  });
  await page.context().close();
  await moving(world, gateway);
  await gateway.remove();
}
