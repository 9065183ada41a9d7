// F: from an empty data folder to a real answer and a copied key; and what a stranger meets.
import { createServer } from "node:http";
import { axe, openPage } from "./browser.mjs";
import { Gateway } from "./gateway.mjs";
import { judge } from "./judge.mjs";
import { check, figures, ok, same, until } from "./suite.mjs";

const PASSWORD = "correct horse battery";

/** Counts what a user does, so that the path cannot grow unseen. */
function hands(page) {
  const done = { clicks: 0, fields: 0 };
  return {
    done,
    click: async (role, name) => { done.clicks += 1; await page.getByRole(role, { name }).click(); },
    type: async (label, text) => { done.fields += 1; await page.getByLabel(label, { exact: true }).fill(text); },
  };
}

export async function firstRun({ binary, browser, upstream, moody }) {
  const gateway = await new Gateway(binary).start();
  const page = await openPage(browser, gateway, { signedIn: false });
  page.expected.push(/status of 40[013]/);
  let key = "";

  await check("F2 every address leads to set-up before a password is set", async () => {
    for (const path of ["/", "/dashboard/keys", "/login"]) {
      await page.goto(gateway.url + path);
      await page.waitForURL(/\/setup$/);
    }
  });

  await check("F3 without the link a token is asked; a wrong one and a default password are refused", async () => {
    await page.getByLabel("Set-up token").fill("guessed");
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Set password" }).click();
    await page.locator(".field-error").waitFor();
    await page.goto(`${gateway.url}/setup?token=${gateway.token}`);
    await page.getByLabel("Password", { exact: true }).fill("123456");
    await page.getByRole("button", { name: "Set password" }).click();
    await page.locator(".field-error").waitFor();
    ok(!page.url().includes(gateway.token), "the token stays in the address bar");
  });

  await check("F1 four steps end with a real answer: at most 6 clicks, 2 fields, 60 s", async () => {
    const began = performance.now();
    const { click, type, done } = hands(page);
    await page.goto(`${gateway.url}/setup?token=${gateway.token}`);
    await page.reload();
    await type("Password", PASSWORD);
    await click("button", "Set password");
    await page.getByRole("heading", { name: "Connect a provider" }).waitFor();
    await page.reload();
    await click("button", /Just try it/);
    await page.getByRole("heading", { name: "Choose a model" }).waitFor();
    await page.reload();
    await click("button", "Continue");
    await page.getByRole("heading", { name: "Use it" }).waitFor();
    await click("button", "Make a key");
    await click("button", /^Send a request to/);
    await page.getByText("answered in", { exact: false }).waitFor();
    await click("button", "Copy the key");
    key = await page.locator(".copy-line code").textContent();
    figures["clicks to the first answer and a copied key"] = done.clicks;
    figures["fields to the first answer"] = done.fields;
    same(await judge("the first answer, scripted", (performance.now() - began) / 1000, 60, "s"), [], "too slow");
    ok(done.clicks <= 6 && done.fields <= 2, JSON.stringify(done));
    same(await gateway.chat(key, "demo/echo", "hello"), 200, "a client with the key");
    same(await axe(page), [], "axe");
  });

  await check("F6 the key is shown once and is in no later answer or page", async () => {
    await page.getByRole("link", { name: "Open the dashboard" }).click();
    await page.getByRole("heading", { level: 1, name: "Home" }).waitFor();
    const answers = [];
    page.on("response", async (response) => { if (response.url().includes("/api/") && !response.url().includes("/events")) answers.push(await response.text().catch(() => "")); });
    for (const path of ["", "/keys", "/requests", "/logs", "/settings"]) {
      await page.goto(`${gateway.url}/dashboard${path}`);
      await page.locator("main .panel").first().waitFor();
      await page.waitForTimeout(500);
      ok(!(await page.content()).includes(key), `the key stands on ${path}`);
    }
    ok(answers.length > 4 && !answers.some((text) => text.includes(key)), "an answer holds the key");
    ok(!gateway.output.includes(key), "the log holds the key");
  });

  await check("F4 with all skipped, Home lists what is left", async () => {
    await page.goto(`${gateway.url}/setup?step=2`);
    await page.getByRole("link", { name: /^Skip/ }).click();
    await page.getByText("Connect a provider").waitFor();
  });

  await check("F5 a server of models on this machine is offered in set-up and connects with one click; step 3 proposes a combo", async () => {
    const local = createServer((request, reply) => {
      request.resume();
      const body = request.url.endsWith("/models") ? { object: "list", data: [{ id: "small-model", object: "model" }] }
        : { id: "c", object: "chat.completion", created: 1, model: "small-model", choices: [{ index: 0, message: { role: "assistant", content: "Hi" }, finish_reason: "stop" }], usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } };
      reply.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
    await new Promise((done, fail) => local.once("error", fail).listen(1234, "127.0.0.1", done));
    await page.goto(`${gateway.url}/setup?step=2`);
    await page.getByRole("button", { name: /^LM Studio runs on this machine/ }).click();
    await page.getByText("It works").waitFor();
    await page.getByRole("button", { name: "Continue" }).click();
    await page.waitForURL(/step=3/);
    same(new URL(page.url()).searchParams.get("model"), "lmstudio/small-model", "the model");
    same(await gateway.chat(key, "lmstudio/small-model", "hello"), 200, "a request to it");
    local.close();
    await page.context().request.post(`${gateway.url}/api/providers`, { data: { provider: "openai", apiKey: "sk-test-first-12345678", name: "a" }, headers: { origin: gateway.url } });
    await page.context().request.post(`${gateway.url}/api/providers`, { data: { provider: "deepseek", apiKey: "sk-test-second-12345678", name: "b" }, headers: { origin: gateway.url } });
    await page.goto(`${gateway.url}/setup?step=3`);
    await page.getByRole("button", { name: "Make this combo" }).waitFor();
    same(await axe(page), [], "axe");
    await page.locator(".handle").first().focus();
    await page.keyboard.press("Alt+ArrowDown");
    await page.getByRole("button", { name: "Make this combo" }).click();
    await page.waitForURL(/step=4&model=my-stack/);
  });

  await check("F5 an own address connects with a real answer; each failure shows its own remedy", async () => {
    const cases = [["/401/v1", "The key was refused"], ["/402/v1", "The account has no credit"], ["/404/v1", "It answers, but does not know the model"], ["/429/v1", "The key is good, but limited right now"], ["/503/v1", "The provider is in trouble"]];
    await page.goto(`${gateway.url}/dashboard/providers?add=own`);
    const dialog = page.getByRole("dialog");
    const connect = async (address, prefix) => {
      await dialog.getByLabel("Base URL").fill(address);
      await dialog.getByLabel("API key, if it asks for one").fill("upstream-secret-4711");
      await dialog.getByLabel("Prefix").fill(prefix);
      await dialog.getByRole("button", { name: "Save and test" }).click();
    };
    for (const [path, words] of [...cases.map(([path, words]) => [moody.url + path, words]), ["http://127.0.0.1:9/v1", "It could not be reached"]]) {
      await connect(path, "moody");
      await dialog.getByText(words).waitFor();
      await dialog.getByRole("button", { name: "Try again" }).click();
    }
    await connect(`${upstream.url}/v1`, "mine");
    await dialog.getByText("It works").waitFor();
    same(await axe(page), [], "axe");
    await dialog.getByRole("button", { name: "Open provider" }).click();
    await page.getByRole("heading", { level: 2, name: "mine" }).waitFor();
    same(await gateway.chat(key, "mine/m", "hello"), 200, "a request to it");
  });

  await check("login: wrong password, right password, and back to where one was going", async () => {
    const other = await openPage(browser, gateway, { signedIn: false });
    other.expected.push(/status of 401/);
    await other.goto(`${gateway.url}/dashboard/requests?status=error`);
    await other.waitForURL(/\/login\?next=/);
    await other.getByLabel("Password", { exact: true }).fill("wrong password");
    await other.keyboard.press("Enter");
    await other.getByText("That is not the password.").waitFor();
    await other.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await other.keyboard.press("Enter");
    await other.waitForURL(/\/dashboard\/requests\?status=error$/);
    await until(async () => (await other.getByRole("heading", { level: 1 }).textContent()) === "Requests", "the page asked for");
    await other.getByRole("button", { name: "Account" }).click();
    await other.getByRole("button", { name: "Sign out" }).click();
    await other.waitForURL(/\/login$/);
    await other.context().close();
  });
  await page.context().close();
  await gateway.remove();
}
