// F7: a coding tool's file is written from the page, with a copy, used, and put back byte for byte; what is broken stays.
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { axe, openPage } from "./browser.mjs";
import { busyGateway, PASSWORD } from "./scene.mjs";
import { check, ok, same, until } from "./suite.mjs";

const MINE = '{\n    // mine\n    "hooks": [1,   2],\n    "env": { "OTHER_TOKEN": "tok-of-somebody-else-1234" }\n}';

export async function tools(world) {
  const { gateway } = await busyGateway(world);
  const page = await openPage(world.browser, gateway);
  const put = (path, text, mode = 0o600) => {
    const file = join(gateway.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    chmodSync(file, mode);
    return file;
  };
  put(".local/bin/claude", "#!/bin/sh\necho '9.9.9 (Claude Code)'\n", 0o755);
  const file = put(".claude/settings.json", MINE, 0o640);
  const card = page.getByRole("region", { name: "Claude Code" });
  const dialog = page.getByRole("dialog");

  await check("F7 a tool is found, its file looked at before it is written, and a copy kept", async () => {
    await page.goto(`${gateway.url}/dashboard/cli-tools`);
    await card.locator(".state", { hasText: /Not set$/ }).waitFor();
    await card.getByText("9.9.9 (Claude Code)").waitFor();
    same(await page.getByRole("region").first().getAttribute("aria-label"), "Claude Code", "the first card");
    await card.getByRole("button", { name: "Set up Claude Code" }).click();
    await dialog.getByLabel("For Opus").fill("oc/m");
    same(await axe(page), [], "axe of the form");
    await page.keyboard.press("Enter");
    const diff = dialog.getByRole("group", { name: "Changes to ~/.claude/settings.json" });
    await diff.getByText("ANTHROPIC_BASE_URL").waitFor();
    ok(!(await diff.innerText()).includes("somebody-else"), "a secret is shown");
    same(readFileSync(file, "utf8"), MINE, "the file after the preview");
    same(await axe(page), [], "axe of the difference");
    await dialog.getByRole("button", { name: "Write" }).click();
    await dialog.getByText("Waiting for its first request").waitFor();
    ok(readFileSync(file, "utf8").includes("// mine"), "a comment is gone");
  });

  await check("F7 the page ticks when the tool's next request arrives", async () => {
    const { env } = JSON.parse(readFileSync(file, "utf8").replace("// mine", ""));
    same(env.ANTHROPIC_BASE_URL, `http://127.0.0.1:${gateway.port}`, "the address");
    await gateway.api("DELETE", "/api/lockouts");  // what the scene's traffic may have sent to rest
    const headers = { "content-type": "application/json", authorization: `Bearer ${env.ANTHROPIC_AUTH_TOKEN}`, "anthropic-version": "2023-06-01" };
    const answer = await fetch(`${env.ANTHROPIC_BASE_URL}/v1/messages`, { method: "POST", headers, body: JSON.stringify({ model: env.ANTHROPIC_DEFAULT_OPUS_MODEL, max_tokens: 50, messages: [{ role: "user", content: "hi" }] }) });
    same(answer.status, 200, "the status of the tool's request");
    await answer.text();
    await dialog.getByRole("link", { name: /oc\/m/ }).waitFor();
    same(await axe(page), [], "axe");
    await dialog.getByRole("button", { name: "Close" }).last().click();
    await card.locator(".state", { hasText: /Uses this gateway$/ }).waitFor();
    same(await axe(page), [], "axe of the cards");
  });

  await check("F7 what was changed since is not lost without a word; undone it is byte for byte what it was", async () => {
    const written = readFileSync(file, "utf8");
    writeFileSync(file, `${written}\n`);
    await page.reload();
    await card.getByText("file changed since", { exact: false }).waitFor();
    await card.getByRole("button", { name: "Undo Claude Code" }).click();
    await dialog.getByText("A file was changed since", { exact: false }).waitFor();
    same(await axe(page), [], "axe of the question");
    await page.keyboard.press("Escape");
    same(readFileSync(file, "utf8"), `${written}\n`, "the file after no");
    writeFileSync(file, written);
    await page.reload();
    await card.getByRole("button", { name: "Undo Claude Code" }).click();
    await dialog.getByRole("button", { name: "Undo", exact: true }).click();
    await card.locator(".state", { hasText: /Not set$/ }).waitFor();
    same(readFileSync(file, "utf8"), MINE, "the file");
    ok(!(await gateway.api("GET", "/api/keys")).keys.some((each) => each.name === "Claude Code"), "the key of an undone file is still there");
  });

  await check("F7 a file that is no JSON is named with its place and stays; the text to copy is there for every tool", async () => {
    const broken = '{\n  "env": {,}\n}';
    writeFileSync(file, broken);
    await page.reload();
    await card.getByText("line 2, column 11", { exact: false }).waitFor();
    page.expected.push(/status of 409/);
    await card.getByRole("button", { name: "Set up Claude Code" }).click();
    await page.keyboard.press("Tab");
    await dialog.getByRole("button", { name: "See what changes" }).click();
    await dialog.getByRole("alert").getByText("line 2, column 11", { exact: false }).waitFor();
    await page.keyboard.press("Escape");
    same(readFileSync(file, "utf8"), broken, "the broken file");
    const cards = page.getByRole("region");
    for (let i = 0; i < (await cards.count()); i += 1) {
      const name = await cards.nth(i).getAttribute("aria-label");
      await cards.nth(i).getByRole("button", { name: `Text to copy for ${name}` }).click();
      await cards.nth(i).getByRole("group", { name: `Text to copy for ${name}` }).first().waitFor();
    }
    same(await axe(page), [], "axe with every text open");
    ok(!existsSync(join(gateway.folder, ".codex")), "a text made a file");
  });

  await check("F7 writing asks for the password again where it was given long ago", async () => {
    writeFileSync(file, MINE);
    await page.reload();
    let refused = 0;
    await page.route("**/api/cli-tools/claude/apply", async (route) => {
      refused += 1;
      if (refused > 1) return route.continue();
      return route.fulfill({ status: 403, contentType: "application/json", body: JSON.stringify({ error: { message: "Again.", type: "forbidden", code: "recent_login_required" } }) });
    });
    page.expected.push(/status of 403/);
    await card.getByRole("button", { name: "Set up Claude Code" }).click();
    await dialog.getByRole("button", { name: "See what changes" }).click();
    await dialog.getByRole("button", { name: "Write" }).click();
    await dialog.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.keyboard.press("Enter");
    await dialog.getByText("Claude Code is set up").waitFor();
    await page.unrouteAll({ behavior: "ignoreErrors" });
    await until(() => readFileSync(file, "utf8").includes("ANTHROPIC_BASE_URL"), "the file");
  });

  await page.context().close();
  await gateway.remove();
}
