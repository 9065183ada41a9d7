// E, P: what holds for every page, in both languages and themes, at all widths, with dialogs open.
import { mkdirSync } from "node:fs";
import { axe, openPage, overflow } from "./browser.mjs";
import { Gateway } from "./gateway.mjs";
import { PAGES, READY } from "./pages.mjs";
import { roundsOf } from "./rounds.mjs";
import { busyGateway, PASSWORD } from "./scene.mjs";
import { check, figures, ok, same, until } from "./suite.mjs";
import { namesIn, textsOf, untranslated } from "./words.mjs";

function places(limited, id) {
  return [
    ...PAGES.map(({ name, full }) => [name, `/dashboard${full}`]),
    ["provider", "/dashboard/providers/openai"], ["node", `/dashboard/providers/${limited.id}`], ["catalogue", "/dashboard/providers?add=catalog"],
    ["connect", "/dashboard/providers?add=openai"], ["own address", "/dashboard/providers?add=own"], ["new key", "/dashboard/keys?create=1"],
    ["request", `/dashboard/requests/${id}`], ["combo", "/dashboard/combos/my-stack"], ["new combo", "/dashboard/combos/new?template=always"],
    ["changes", "/dashboard/logs?view=changes"], ["outgoing", "/dashboard/logs?view=outgoing"], ["nowhere", "/dashboard/nowhere"],
    ["set-up 2", "/setup?step=2"], ["set-up 3", "/setup?step=3"], ["set-up 4", "/setup?step=4"], ["recover", "/recover"],
  ];
}

/** The keyboard's way through a page: each stop with its name and whether one sees it. */
async function tour(page, limit = 80) {
  const stops = [];
  await page.evaluate(() => { document.activeElement?.blur(); });
  for (let i = 0; i < limit; i += 1) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return null;
      const style = getComputedStyle(element);
      const box = element.getBoundingClientRect();
      return { name: (element.getAttribute("aria-label") ?? element.textContent ?? "").trim().slice(0, 40) || element.tagName, main: Boolean(element.closest("main")), outline: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2, seen: box.width > 0 && box.height > 0 };
    });
    if (stop === null) break;
    stops.push(stop);
  }
  return stops;
}

/** What is not in the rounds of a page: the document, the stream of changes, and who is signed in, where the browser does not know. */
const BESIDE = ["/dashboard", "/api/events", "/api/auth/status"];
/** Asked again when its stream has begun, so that no row is missed. */
const RENEWED = "/api/usage/logs?limit=50";

export async function everyPage(world) {
  const { gateway, limited } = await busyGateway(world);
  await gateway.api("POST", "/api/combos", { name: "my-stack", models: ["oc/m", "lim/m", "demo/echo", "cc/claude-opus-4-6"] });
  const id = (await gateway.api("GET", "/api/usage/logs?status=error")).logs[0].requestId;
  const wanted = process.env.PAGES?.split(",");
  const all = places(limited, id).filter(([name]) => !wanted || wanted.includes(name));
  const named = await namesIn(gateway);
  const shots = process.env.SHOTS;
  if (shots) mkdirSync(shots, { recursive: true });
  let findings = 0;
  let axeRuns = 0;

  // Both languages, themes and widths are met by two looks; LOOKS=all takes all eight.
  const few = [["en", "light", 1440], ["zh-CN", "dark", 390]];
  const looks = process.env.LOOKS === "all" ? ["en", "zh-CN"].flatMap((locale) => ["light", "dark"].flatMap((theme) => [1440, 390].map((width) => [locale, theme, width]))) : few;
  for (const [locale, theme, width] of looks) {
    await check(`E3 E6 E10 every page in ${locale}, ${theme}, ${width} px: axe, sideways scroll, words`, async () => {
      const page = await openPage(world.browser, gateway, { locale, theme, width });
      const wrong = [];
      for (const [name, path] of all) {
        await page.goto(gateway.url + path);
        await page.locator("h1").waitFor();
        await page.waitForLoadState("load");
        await page.locator("main .panel, main .empty, main form, main .doors, main .code, main button").first().waitFor({ state: "attached" });
        await page.waitForTimeout(120);
        const found = await axe(page);
        axeRuns += 1;
        findings += found.length;
        wrong.push(...found.map((each) => `${name}: ${each}`));
        const wide = await overflow(page);
        if (wide) wrong.push(`${name} scrolls sideways: ${wide}`);
        if (locale === "zh-CN") wrong.push(...untranslated(await textsOf(page), named).map((word) => `${name} is not translated: ${word}`));
        if (shots) await page.screenshot({ path: `${shots}/${name.replace(/ /g, "-")}-${locale}-${theme}-${width}.png`, fullPage: !["catalogue", "connect", "own address", "new key", "request"].includes(name) });
      }
      await page.context().close();
      same(wrong, [], "findings");
    });
  }
  figures["axe violations"] = `${findings} in ${axeRuns} runs`;

  const page = await openPage(world.browser, gateway);
  await check("E6 no sideways scroll at 320, 768, 1280 and 1920 px", async () => {
    const wrong = [];
    for (const [name, path] of all) {
      await page.goto(gateway.url + path);
      await page.locator("h1").waitFor();
      await page.waitForTimeout(120);
      for (const width of [320, 768, 1280, 1920]) {
        await page.setViewportSize({ width, height: 900 });
        const wide = await overflow(page);
        if (wide) wrong.push(`${name} at ${width}: ${wide}`);
      }
    }
    await page.setViewportSize({ width: 1440, height: 900 });
    same(wrong, [], "findings");
  });

  await check("E4 by keyboard: skip link first, every stop seen and named, content within 25", async () => {
    for (const [, path] of all.filter(([name, path]) => path.startsWith("/dashboard") && !/[?](?:add|create|template|view)=/.test(path) && !["request", "nowhere"].includes(name))) {
      await page.goto(gateway.url + path);
      await page.locator("main .panel, main form").first().waitFor();
      await page.waitForTimeout(500);
      const stops = await tour(page);
      same(stops[0].name, "Skip to content", `${path} begins with`);
      same(stops.filter((stop) => !stop.outline || !stop.seen).map((stop) => stop.name), [], `${path} unseen stops`);
      const first = stops.findIndex((stop) => stop.main);
      ok(first > 0 && first <= 25, `${path}: content after ${first} stops`);
      figures["tab stops before the content, without the skip link"] = first;
    }
  });

  await check("E4 dialogs, palette, shortcuts and menus open, work and close by keyboard; the focus returns", async () => {
    await page.goto(`${gateway.url}/dashboard`);
    await page.locator("main .panel").first().waitFor();
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Go to or do" }).fill("api key");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "API keys" }).waitFor();
    same(await page.evaluate(() => document.activeElement?.tagName), "H1", "the focus after navigation");
    await page.keyboard.press("g");
    await page.keyboard.press("p");
    await page.getByRole("heading", { level: 1, name: "Providers" }).waitFor();
    await page.getByRole("searchbox").waitFor();
    await page.keyboard.press("/");
    same(await page.evaluate(() => document.activeElement?.getAttribute("type")), "search", "the focus after /");
    await page.keyboard.press("Escape");
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
    same(await axe(page), [], "axe of the shortcuts");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    const add = page.getByRole("button", { name: "Add provider" });
    await add.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    same(await page.evaluate(() => document.activeElement?.textContent), "Add provider", "the focus after Escape");
    const menu = page.getByRole("button", { name: "Language" });
    await menu.focus();
    await page.keyboard.press("Enter");
    await page.locator(".pop button:focus").waitFor();
    await page.keyboard.press("ArrowDown");
    same(await axe(page), [], "axe of the menu");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "提供商" }).waitFor();
    same(await page.evaluate(() => document.documentElement.lang), "zh-CN", "the language of the document");
    await page.evaluate(() => localStorage.clear());
  });

  await check("E7 over plain HTTP from another machine's address a copy works, and what happens is seen as it happens", async () => {
    const lan = process.env.WEB_DIR ? null : process.env.LAN; // an address of this namespace beside loopback; without one the page is told that it is not secure
    const remote = lan ? await new Gateway(world.binary, { host: lan, env: { INITIAL_PASSWORD: PASSWORD } }).start() : gateway;
    if (lan) await remote.api("POST", "/api/auth/login", { password: PASSWORD });
    const other = await openPage(world.browser, remote);
    other.expected.push(/Cross-Origin-Opener-Policy header has been ignored/); // over plain HTTP the browser says so
    if (!lan) await other.addInitScript(() => { Object.defineProperty(window, "isSecureContext", { value: false }); });
    await other.goto(`${remote.url}/dashboard`);
    same(await other.evaluate(() => isSecureContext), false, "a secure context");
    await other.getByRole("button", { name: "Copy the model's name" }).click();
    await other.getByText("Copied").waitFor();
    // What was copied is pasted, which needs no permission.
    await other.keyboard.press("Control+k");
    const field = other.getByRole("combobox", { name: "Go to or do" });
    await field.press("Control+v");
    await until(async () => (await field.inputValue()).includes("/"), "what was copied");
    await other.keyboard.press("Escape");
    await other.goto(`${remote.url}/dashboard/requests`);
    await other.locator("main .panel").first().waitFor();
    await other.waitForTimeout(500);
    const { key } = await remote.api("POST", "/api/keys", { name: "afar" });
    same(await remote.chat(key, "demo/echo", "from afar"), 200, "a request");
    await other.locator("tbody tr", { hasText: "afar" }).waitFor();
    figures["address of E7"] = remote.url;
    await other.goto("about:blank");
    await other.context().close();
    if (lan) await remote.remove();
  });
  await page.context().close();

  await check("P2 P7 a cold page: little script, cached on the second visit", async () => {
    for (const { name, full } of PAGES) {
      const cold = await openPage(world.browser, gateway);
      const began = performance.now();
      await cold.goto(`${gateway.url}/dashboard${full}`);
      await cold.locator(READY).first().waitFor();
      const shown = Math.round(performance.now() - began);
      await cold.waitForTimeout(200);
      const paint = await cold.evaluate(() => Math.round(performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? -1));
      const bytes = await cold.evaluate(() => performance.getEntriesByType("resource").filter((each) => each.name.endsWith(".js")).reduce((sum, each) => sum + each.encodedBodySize, 0));
      figures[`page ${name}`] = `${(bytes / 1024).toFixed(1)} KB of script, first paint ${paint} ms, data ${shown} ms`;
      if (!process.env.WEB_DIR) { // a folder is served as it is
        ok(bytes > 5000 && bytes <= 70 * 1024, `${name}: ${bytes} bytes of script`);
        await cold.reload();
        await cold.locator(READY).first().waitFor();
        const again = await cold.evaluate(() => performance.getEntriesByType("resource").filter((each) => each.name.includes("/assets/") && /-[A-Z0-9]{8}\./.test(each.name) && each.transferSize > 400).length);
        same(again, 0, `${name}: hashed files fetched again`);
      }
      await cold.goto("about:blank"); // nothing of it is under way when the gateway stops
      await cold.context().close();
    }
  });

  await check("P3 a cold page shows its data after two rounds of asking: at most 12 requests, 2 of them calls, nothing twice", async () => {
    // A browser that was signed in before, with nothing in its cache.
    const storageState = { cookies: [], origins: [{ origin: gateway.url, localStorage: [{ name: "omniroute.signed-in", value: "1" }] }] };
    const wrong = [];
    for (const { name, full } of PAGES) {
      const cold = await openPage(world.browser, gateway, { storageState });
      const rounds = await roundsOf(cold, `${gateway.url}/dashboard${full}`, READY, "main .waiting:not(.panel ~ .waiting, .panel ~ * .waiting)");
      const asked = rounds.flat();
      const calls = asked.filter((each) => each.startsWith("/api/")).length;
      const all = asked.length + BESIDE.length;
      figures[`cold page ${name}`] = `${all} requests to its data, ${calls} of them calls, in ${rounds.length} rounds after the document`;
      if (rounds.length > 2 || calls > 2 || all > 12) wrong.push(`${name}: ${rounds.map((each) => each.join(" ")).join("; then ")}`);
      await cold.waitForTimeout(100);
      const twice = asked.filter((each) => each !== RENEWED && cold.asked.filter((other) => other === each).length > 1);
      if (twice.length) wrong.push(`${name} asks twice: ${twice.join(" ")}`);
      await cold.goto("about:blank");
      await cold.context().close();
    }
    same(wrong, [], "findings");
  });
  await gateway.remove();
}
