// The pages that checks go over. They come from the dashboard's own table of routes, so that a new page is in every check; what a check
// has to know of each stands here, and a page that it does not know fails it.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const routes = readFileSync(join(dirname(fileURLToPath(import.meta.url)), "../../src/pages/index.ts"), "utf8");
const ids = [...routes.matchAll(/^\s*\{ id: "([^"]*)", group: /gm)].map((match) => match[1]);
if (ids.length < 10) throw new Error(`the table of routes has ${ids.length} pages: ${ids.join()}`);

const idOf = (path) => path.split("?")[0].split("/")[1] ?? "";

/** `rows`, whose first member each is an address below /dashboard, if they have every page but those in `without` ({ id: why }). */
export function covered(what, rows, without = {}) {
  const there = new Set(rows.map((row) => idOf(typeof row === "string" ? row : row[0])));
  const missing = ids.filter((id) => !there.has(id) && without[id] === undefined).map((id) => id || "home");
  if (missing.length) throw new Error(`${what} does not know: ${missing.join(", ")}`);
  const strange = [...there, ...Object.keys(without)].filter((id) => !ids.includes(id));
  if (strange.length) throw new Error(`${what} knows what is no page: ${strange.join(", ")}`);
  return rows;
}

/** Each page with the call that its first region shows; a page with several views has a row for each. */
export const REGIONS = covered("the table of regions", [
  ["", "/api/overview"], ["/providers", "/api/providers"], ["/keys", "/api/keys"], ["/requests", "/api/usage/logs?limit=50"], ["/combos", "/api/combos"],
  ["/analytics", (url) => url.pathname === "/api/usage/series"], ["/costs", "/api/usage/budget"], ["/quotas", "/api/quota"], ["/health", "/api/monitoring/health"],
  ["/backups", "/api/db-backups"], ["/settings", "/api/settings"], ["/cli-tools", "/api/cli-tools"],
  ["/logs", "/api/logs/console?limit=1000"], ["/logs?view=changes", "/api/compliance/audit-log?limit=50"], ["/logs?view=outgoing", "/api/usage/proxy-logs?limit=500"],
], { translator: "asks nothing until it has a text" });

/** What page.route() takes for such a call. */
export const callOf = (url) => (asked) => (typeof url === "function" ? url(asked) : asked.pathname + asked.search === url);

const busiest = { analytics: "?split=model", costs: "?split=model" };

/** Every page: its name, its address below /dashboard, and the same with what makes most work on it. */
export const PAGES = ids.map((id) => ({ name: id || "home", path: id && `/${id}`, full: (id && `/${id}`) + (busiest[id] ?? "") }));

/** What is there when a page shows its data. */
export const READY = "main .panel, main table, main textarea";
