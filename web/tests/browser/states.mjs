// E5, E6: each page's states beside the error of trouble.mjs (waiting, refused, stale, empty), longer texts, and 200 % zoom.
import { openPage, overflow } from "./browser.mjs";
import { Gateway } from "./gateway.mjs";
import { callOf, covered, PAGES, REGIONS } from "./pages.mjs";
import { busyGateway, PASSWORD } from "./scene.mjs";
import { check, figures, held, ok, same, until } from "./suite.mjs";

const EMPTY = covered("the table of empty pages", [
  ["", "No requests yet"], ["/providers", "No provider of yours is connected"], ["/combos", "There is no combo yet"], ["/keys", "There is no key"], ["/requests", "No request has come yet"], ["/analytics", "No traffic in this time"],
  ["/costs", "No model was used in the last 30 days"], ["/quotas", "Nothing is connected"], ["/health", "Nothing is in trouble"], ["/backups", "There is no backup yet"], ["/logs", "Nothing has been written yet"],
], { settings: "is never empty", "cli-tools": "lists what it knows, found or not", translator: "begins with an example" });

/** A text with accents and 40 % longer, as a wordy language would be; what stands in braces stays. */
function wordy(text) {
  const accents = { a: "á", e: "é", i: "í", o: "ó", u: "ú", A: "Á", E: "É", I: "Í", O: "Ó", U: "Ú", c: "ç", n: "ñ" };
  const longer = text.split(/(\{\w+\})/).map((part) => (part.startsWith("{") ? part : part.replace(/[aeiouAEIOUcn]/g, (letter) => accents[letter]))).join("");
  return `${longer} ${"ô".repeat(Math.ceil(text.length * 0.4))}`.replace(/ô{12}(?=ô)/g, "$& ");
}

/** The English texts as they are served, each made wordy. */
async function speakWordily(page) {
  await page.route(/\/assets\/(?:more-|rest-)?en-[^/]*\.js$/, async (route) => {
    const answer = await route.fetch();
    const body = (await answer.text()).replace(/(:)"((?:[^"\\]|\\.)+)"/g, (whole, colon, text) => (/^[./]/.test(text) ? whole : `${colon}"${wordy(text)}"`));
    await route.fulfill({ response: answer, body });
  });
}

/** Texts that are cut: their box hides what is wider or higher than itself. */
const cut = (page) => page.evaluate(() => [...document.querySelectorAll("body *")].filter((each) => {
  const style = getComputedStyle(each);
  if (!each.checkVisibility() || each.closest(".hidden-visually, pre, select, .clip, .table-wrap, .tabs, .console") || style.clipPath !== "none") return false;
  const hides = /hidden|clip/.test(style.overflowX) || /hidden|clip/.test(style.overflowY);
  return hides && (each.scrollWidth > each.clientWidth + 1 || each.scrollHeight > each.clientHeight + 1);
}).map((each) => `${each.tagName}.${each.className}: ${each.textContent.trim().slice(0, 40)}`));

export async function states(world) {
  const { gateway, key, limited } = await busyGateway(world);
  const page = await openPage(world.browser, gateway);
  page.expected.push(/status of (?:403|500)/);
  const answers = (status, message) => (route) => route.fulfill({ status, contentType: "application/json", body: JSON.stringify({ error: { message, type: "scripted" } }) }).catch(() => undefined);

  await check("E5 each page waits, is refused, shows its data, and says when that is old", async () => {
    let turn = 0;
    for (const [path, url] of REGIONS) {
      const { go, handler } = held(answers(403, "Not for you."));
      await page.route(callOf(url), handler);
      await page.goto(`${gateway.url}/dashboard${path}`);
      await page.locator(".skeleton").first().waitFor();
      go();
      await page.getByText("Not for you.").first().waitFor();
      same(new URL(page.url()).pathname, `/dashboard${path.split("?")[0]}`, "the page after a refusal");
      await page.unrouteAll({ behavior: "ignoreErrors" });
      await page.getByRole("button", { name: "Try again" }).first().click({ timeout: 2000 }).catch(() => undefined); // a change may have mended it
      await page.getByText("Not for you.").first().waitFor({ state: "detached" });
      await page.locator("main .panel").first().waitFor();
      if (["/logs", "/requests"].includes(path)) continue; // they follow streams of their own: the next check
      await page.route(callOf(url), answers(500, "The store is asleep."));
      turn += 1;
      await gateway.api("PATCH", "/api/settings", { heartbeat_ms: 9000 + turn });
      await gateway.chat(key, "demo/echo", "moves every page");
      const old = page.locator(".note.warn", { hasText: "The store is asleep." }).first();
      await old.waitFor();
      ok(await page.locator("main .panel").first().isVisible(), `${path}: the data went away`);
      await page.unrouteAll({ behavior: "ignoreErrors" });
      await old.getByRole("button", { name: "Try again" }).click({ timeout: 1000 }).catch(() => undefined); // a later change may have mended it
      await old.waitFor({ state: "detached" });
    }
  });

  await check("E5 Requests and the console say since when they are not live, keep what they show, and go on by themselves", async () => {
    for (const [path, stream, rows, model, text] of [["/requests", "/api/usage/logs/stream", "tbody tr", "demo/echo", "after the cut"], ["/logs", "/api/logs/console/stream", ".console li", "oc/m", "<<error status=400>>"]]) {
      let tries = 0;
      const tried = (route) => { tries += 1; return answers(500, "The store is asleep.")(route); };
      await page.route((asked) => asked.pathname === stream, tried);
      await page.goto(`${gateway.url}/dashboard${path}`);
      await page.locator(rows).first().waitFor();
      const cut = page.getByText("Not live since", { exact: false });
      await cut.waitFor();
      ok((await page.locator(rows).count()) > 0, "what is shown went away");
      await page.route(callOf(path === "/logs" ? "/api/logs/console?limit=1000" : "/api/usage/logs?limit=50"), tried);
      tries = 0;
      await until(() => tries > 0, `${path} tries again`, 15_000);
      await page.waitForTimeout(300);
      ok((await page.locator(rows).count()) > 0 && (await cut.isVisible()), "what is shown went away with the list");
      await page.unrouteAll({ behavior: "ignoreErrors" });
      await cut.waitFor({ state: "detached" });
      const before = await page.locator(rows).count();
      await until(async () => { await gateway.chat(key, model, text); return (await page.locator(rows).count()) > before; }, `${path} goes on`, 12_000);
    }
  });

  await check("E6 wordy texts and 200 % zoom: nothing sticks out, nothing is cut", async () => {
    const wrong = [];
    const paths = [...PAGES.map(({ path }) => path), "/logs?view=changes", "/logs?view=outgoing", `/providers/${limited.id}`, "/providers/openai", "/combos/new", "/keys?create=1", "/providers?add=own"];
    for (const [name, texts, options] of [["wordy, 1440 px", true, {}], ["wordy, 390 px", true, { width: 390 }], ["200 %", false, { width: 720, height: 450, deviceScaleFactor: 2 }]]) {
      const other = await openPage(world.browser, gateway, options);
      if (texts) await speakWordily(other);
      for (const path of paths) {
        await other.goto(`${gateway.url}/dashboard${path}`);
        await other.locator("main .panel, main form, main .doors, main textarea").first().waitFor();
        await other.waitForTimeout(450); // what comes later is there, too
        if (texts) ok(/ô/.test(await other.locator("h1").textContent()), "the texts are the usual ones");
        const wide = await overflow(other);
        if (wide) wrong.push(`${path} ${name}: ${wide}`);
        wrong.push(...(await cut(other)).map((each) => `${path} ${name} cuts ${each}`));
        if (process.env.SHOTS) await other.screenshot({ path: `${process.env.SHOTS}/${name.replace(/\W+/g, "-")}${path.replace(/\W+/g, "_")}.png`, fullPage: true });
      }
      await other.goto("about:blank");
      await other.context().close();
    }
    figures["wordy and zoomed views"] = paths.length * 3;
    same(wrong, [], "findings");
  });
  await page.context().close();
  await gateway.remove();

  await check("E5 with nothing there, each page says why and what to do", async () => {
    const fresh = await new Gateway(world.binary, { env: { INITIAL_PASSWORD: PASSWORD } }).start();
    await fresh.api("POST", "/api/auth/login", { password: PASSWORD });
    for (const { id } of (await fresh.api("GET", "/api/keys")).keys) await fresh.api("DELETE", `/api/keys/${id}`);
    const empty = await openPage(world.browser, fresh);
    for (const [path, words] of EMPTY) {
      await empty.goto(`${fresh.url}/dashboard${path}`);
      await empty.getByText(words, { exact: false }).first().waitFor();
      same(await overflow(empty), null, `${path} scrolls sideways`);
    }
    await empty.context().close();
    await fresh.remove();
  });
}
