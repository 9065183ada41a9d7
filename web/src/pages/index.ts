import type { ComponentType } from "preact";
import { analyticsPath } from "../api/series";
import { type Key, withTexts } from "../i18n";
import type { IconName } from "../ui";

export interface PageProps { rest: string }
interface PageModule { default: ComponentType<PageProps> }
export type Group = "" | "connect" | "observe" | "lab" | "system";
export interface Destination {
  /** Its part of the address: /dashboard/<id>; "" is Home. */
  id: string;
  group: Group;
  icon: IconName;
  /** `g` and this letter lead there. */
  letter: string;
  title: Key & `nav.${string}`;
  /** What its first view shows: it is asked for while the code is fetched. */
  asks: (query: URLSearchParams) => string[];
  load: () => Promise<PageModule>;
}

// One row a page; it is in the side bar, the palette, the shortcuts and the browser suite from here.
export const destinations: Destination[] = [
  { id: "", group: "", icon: "home", letter: "h", title: "nav.home", asks: () => ["/api/overview"], load: () => import("./home") },
  { id: "providers", group: "connect", icon: "plug", letter: "p", title: "nav.providers", asks: () => ["/api/providers", "/api/catalog/providers"], load: () => import("./providers") },
  { id: "combos", group: "connect", icon: "route", letter: "c", title: "nav.combos", asks: () => ["/api/combos"], load: () => withTexts("more", import("./combos")) },
  { id: "keys", group: "connect", icon: "key", letter: "k", title: "nav.keys", asks: () => ["/api/keys", "/api/settings"], load: () => import("./keys") },
  { id: "cli-tools", group: "connect", icon: "terminal", letter: "i", title: "nav.tools", asks: () => ["/api/cli-tools"], load: () => withTexts("rest", import("./clitools")) },
  { id: "requests", group: "observe", icon: "list", letter: "r", title: "nav.requests", asks: (query) => (query.size === 0 ? ["/api/usage/logs?limit=50"] : []), load: () => withTexts("more", import("./requests")) },
  { id: "analytics", group: "observe", icon: "chart", letter: "a", title: "nav.analytics", asks: (query) => [analyticsPath(query)], load: () => withTexts("more", import("./analytics")) },
  { id: "costs", group: "observe", icon: "coin", letter: "m", title: "nav.costs", asks: () => ["/api/usage/budget"], load: () => withTexts("more", import("./costs")) },
  { id: "quotas", group: "observe", icon: "clock", letter: "q", title: "nav.quotas", asks: () => ["/api/quota"], load: () => withTexts("more", import("./quotas")) },
  { id: "health", group: "observe", icon: "heart", letter: "e", title: "nav.health", asks: () => ["/api/monitoring/health"], load: () => withTexts("more", import("./health")) },
  { id: "translator", group: "lab", icon: "swap", letter: "t", title: "nav.translator", asks: () => [], load: () => withTexts("rest", import("./translator")) },
  { id: "settings", group: "system", icon: "gear", letter: "s", title: "nav.settings", asks: () => ["/api/settings", "/api/sessions"], load: () => withTexts("rest", import("./settings")) },
  { id: "backups", group: "system", icon: "save", letter: "b", title: "nav.backups", asks: () => ["/api/db-backups"], load: () => withTexts("rest", import("./backups")) },
  { id: "logs", group: "system", icon: "terminal", letter: "l", title: "nav.logs", asks: (query) => [query.get("view") === "changes" ? "/api/compliance/audit-log?limit=50" : "/api/logs/console?limit=1000"], load: () => withTexts("rest", import("./logs")) },
];
export const groups: readonly Group[] = ["", "connect", "observe", "lab", "system"];

/** Names of the original's pages that lead elsewhere here. */
export const moved: Record<string, string> = { audit: "logs?view=changes", "api-keys": "keys", usage: "requests", limits: "quotas" };

export const pathOf = (id: string): string => (id ? `/dashboard/${id}` : "/dashboard");
