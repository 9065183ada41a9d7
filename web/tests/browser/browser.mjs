// Debian's Chromium, and what every page of the suite is watched for.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export async function openBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"],
  });
}

/** What went wrong on any page, over the whole run. */
export const seen = { console: [], policy: [], foreign: new Set(), hosts: new Set() };

/** A page that notes console errors, refused scripts and requests to anywhere else. */
export async function openPage(browser, gateway, options = {}) {
  const { locale = "en", theme = "light", width = 1440, height = 900, signedIn = true, ...rest } = options;
  const context = await browser.newContext({ viewport: { width, height }, locale, colorScheme: theme, reducedMotion: "reduce", ...rest });
  if (signedIn && gateway.cookie) {
    const [name, ...value] = gateway.cookie.split("=");
    await context.addCookies([{ name, value: value.join("="), url: gateway.url, httpOnly: true, sameSite: "Strict" }]);
  }
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
  });
  page.expected = [];
  page.on("console", (message) => {
    const text = `${message.text()} ${message.location().url ?? ""}`;
    if (!["error", "warning"].includes(message.type()) || page.expected.some((words) => words.test(text))) return;
    (text.startsWith("policy:") ? seen.policy : seen.console).push(`${new URL(page.url()).pathname}: ${text}`);
  });
  page.on("pageerror", (error) => seen.console.push(`${page.url()}: ${error.message}`));
  page.asked = [];
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol === "data:") return;
    page.asked.push(url.pathname + url.search);
    seen.hosts.add(url.hostname);
    if (url.origin !== gateway.url) seen.foreign.add(url.origin);
  });
  return page;
}

/** Accessibility findings of what is shown now, as short lines. */
export async function axe(page) {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  return violations.map((each) => `${each.id}: ${each.nodes.slice(0, 3).map((node) => node.target.join(" ") + " " + (node.any[0]?.message ?? "")).join(" | ")}`);
}

/** Sideways scroll of the page in px, and what sticks out. */
export async function overflow(page) {
  return page.evaluate(() => {
    const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    if (wide <= 0) return null;
    const culprit = [...document.querySelectorAll("body *")].find((each) => each.getBoundingClientRect().right > innerWidth + 1 && !each.closest(".table-wrap, pre, .tabs"));
    return `${wide}px, ${culprit?.tagName}.${culprit?.className}: ${culprit?.textContent?.slice(0, 40)}`;
  });
}
