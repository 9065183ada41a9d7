// Pictures of the main pages for README.md, into docs/pictures. Only when asked for by name: ./dev web-e2e <binary> pictures
import { execFileSync } from "node:child_process";
import { mkdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { openPage } from "./browser.mjs";
import { Gateway } from "./gateway.mjs";
import { PASSWORD } from "./scene.mjs";
import { check, figures, ok, until } from "./suite.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const FOLDER = join(here, "../../../docs/pictures");
const LARGEST = 150 * 1024;

export async function household({ binary, upstream, moody }) {
  const gateway = await new Gateway(binary, { env: { INITIAL_PASSWORD: PASSWORD } }).start();
  await gateway.api("POST", "/api/auth/login", { password: PASSWORD });
  const routes = [];
  for (const [provider, name, models] of [["glm", "team", ["glm-4.7", "glm-4.6"]], ["anthropic", "work", ["claude-sonnet-4-5"]], ["groq", "free tier", ["llama-3.3-70b-versatile"]], ["kimi", "private", ["kimi-k2-thinking"]]]) {
    const { id } = await gateway.api("POST", "/api/providers", { provider, apiKey: `sk-test-${provider}-12345678`, name });
    for (const model of models) routes.push([id, provider, model]);
  }
  const keys = [];
  let key = "";
  for (const name of ["laptop", "build server", "editor"]) {
    const made = await gateway.api("POST", "/api/keys", { name });
    keys.push(made.id);
    key ||= made.key;
  }
  await gateway.stop();
  execFileSync("python3", [join(here, "crowd.py"), join(gateway.folder, "data"), "9000"], { input: JSON.stringify({ routes, keys }) });
  await gateway.start();
  await gateway.api("POST", "/api/auth/login", { password: PASSWORD });
  const node = await gateway.api("POST", "/api/provider-nodes", { prefix: "lab", name: "Lab server", type: "openai", baseUrl: `${upstream.url}/v1`, apiKey: "upstream-secret-4711" });
  await gateway.api("POST", "/api/provider-nodes", { prefix: "old", name: "Old server", type: "openai", baseUrl: `${moody.url}/429/v1`, apiKey: "upstream-secret-4712" });
  await gateway.api("PATCH", `/api/providers/${node.connection.id}/routing`, { quotaWindows: [{ name: "five_hour", kind: "session", unit: "requests", minutes: 300, limit: 40 }, { name: "weekly", kind: "weekly", unit: "tokens", day: 1, hour: 0, limit: 5000 }] });
  await gateway.api("POST", "/api/usage/budget", { dailyLimitUsd: "5", monthlyLimitUsd: "60" });
  await gateway.api("POST", "/api/usage/budget", { apiKeyId: keys[1], monthlyLimitUsd: "20" });
  await gateway.api("POST", "/api/combos", { name: "always-on", models: ["old/coder", "lab/coder", "glm/glm-4.7", "cc/claude-opus-4-6", "demo/echo"] });
  for (let i = 0; i < 14; i += 1) await gateway.chat(key, i % 3 ? "lab/coder" : "always-on", `Explain line ${i} of the parser.`, i % 2 === 1);
  await gateway.api("DELETE", "/api/lockouts");
  await gateway.chat(key, "always-on", "And the last line?");
  return gateway;
}

export async function pictures(world) {
  const gateway = await household(world);
  mkdirSync(FOLDER, { recursive: true });
  const row = await until(async () => (await gateway.api("GET", "/api/usage/logs?limit=50")).logs.find((each) => each.attempts > 1 && each.model === "always-on"), "a request that fell back");
  const views = [["home", "", "en", "light"], ["combos", "/combos/always-on", "en", "light"], ["request", `/requests/${row.requestId}`, "en", "dark"], ["costs", "/costs", "zh-CN", "light"], ["health", "/health", "zh-CN", "dark"]];
  await check(`pictures of ${views.length} pages, each below ${LARGEST / 1024} KB`, async () => {
    for (const [name, path, locale, theme] of views) {
      const page = await openPage(world.browser, gateway, { locale, theme, width: 1280, height: 800 });
      await page.goto(`${gateway.url}/dashboard${path}`);
      await page.locator("main .panel").first().waitFor();
      await page.waitForTimeout(1200);
      const file = join(FOLDER, `${name}-${locale}-${theme}.png`);
      await page.screenshot({ path: file });
      const { size } = statSync(file);
      figures[`picture ${name}`] = `${Math.round(size / 1024)} KB`;
      ok(size < LARGEST, `${name}: ${size} bytes`);
      await page.context().close();
    }
  });
  await gateway.remove();
}
