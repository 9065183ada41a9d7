import { signal } from "@preact/signals";

export interface Place { path: string; query: URLSearchParams }
const read = (): Place => ({ path: location.pathname.replace(/(.)\/+$/, "$1"), query: new URLSearchParams(location.search) });

/** Where the page is. */
export const place = signal<Place>(read());
/** Counts navigations to another path, so that the new page takes the focus. */
export const arrivals = signal(0);

function settle(): void {
  const before = place.peek().path;
  place.value = read();
  if (place.peek().path !== before) arrivals.value += 1;
}

export function go(to: string, replace = false): void {
  if (replace) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  settle();
  if (!replace) scrollTo(0, 0);
}

/** Changes members of the query; null or "" removes one. Filters live here, so a reload shows the same view. */
export function setQuery(changes: Record<string, string | null>, replace = true): void {
  const query = new URLSearchParams(place.peek().query);
  for (const [name, value] of Object.entries(changes)) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  const text = query.toString();
  go(place.peek().path + (text ? `?${text}` : ""), replace);
}

/** Makes links of our own origin change the page without loading it. */
export function followLinks(): void {
  addEventListener("popstate", settle);
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || link.target || link.origin !== location.origin || link.hasAttribute("download")) return;
    if (!/^\/(dashboard|login|setup|recover)(\/|$)/.test(link.pathname)) return;
    event.preventDefault();
    go(link.pathname + link.search);
  });
}
