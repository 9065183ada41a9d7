// The page's copy of server data: one entry a URL, shown at once and renewed behind it.
import { signal, type Signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { asError, type ApiError, get } from "./client";

export interface Entry<T> {
  data: T | undefined;
  error: ApiError | null;
  /** When the data came, by the page's clock; 0 = never. */
  at: number;
  loading: boolean;
}
interface Kept { state: Signal<Entry<unknown>>; users: number; flight: Promise<void> | null; again: boolean }

const entries = new Map<string, Kept>();
const FRESH_MS = 2000;

function kept(path: string): Kept {
  let entry = entries.get(path);
  if (!entry) {
    entry = { state: signal<Entry<unknown>>({ data: undefined, error: null, at: 0, loading: false }), users: 0, flight: null, again: false };
    entries.set(path, entry);
  }
  return entry;
}

async function load(path: string, entry: Kept): Promise<void> {
  entry.state.value = { ...entry.state.value, loading: true };
  try {
    const data = await get<unknown>(path);
    entry.state.value = { data, error: null, at: Date.now(), loading: false };
  } catch (thrown) {
    entry.state.value = { ...entry.state.value, error: asError(thrown), loading: false };
  }
}

/** Asks again now; calls that come while one is under way share the one after it. */
export function refresh(path: string): Promise<void> {
  const entry = kept(path);
  if (entry.flight) {
    entry.again = true;
    return entry.flight;
  }
  entry.flight = load(path, entry).then(() => {
    entry.flight = null;
    if (!entry.again) return undefined;
    entry.again = false;
    return refresh(path);
  });
  return entry.flight;
}

/** Renews what is shown of these URLs and forgets the rest; prefixes such as "/api/keys". */
export function changed(...prefixes: string[]): void {
  for (const [path, entry] of entries) {
    if (!prefixes.some((prefix) => path.startsWith(prefix))) continue;
    if (entry.users > 0) void refresh(path);
    else entries.delete(path);
  }
}

/** Renews everything that is shown: the gateway is back, or the page was hidden. */
export function changedAll(): void {
  changed("/");
}

export function forgetAll(): void {
  entries.clear();
}

/** Asks for what is about to be shown, unless it is there or under way. */
export function ask(path: string): void {
  const { flight, state } = kept(path);
  const { at, error } = state.peek();
  if (!flight && (error || Date.now() - at > FRESH_MS)) void refresh(path);
}

/** The data of a URL, for as long as the component is there. Empty path = nothing is asked. */
export function useQuery<T>(path: string): Entry<T> {
  const [, drawAgain] = useState(0);
  const drawn = kept(path);
  useEffect(() => {
    if (path === "") return undefined;
    // A change between the drawing and this has had it forgotten, since nobody counted as its user.
    const entry = kept(path);
    if (entry !== drawn) drawAgain((n) => n + 1);
    entry.users += 1;
    ask(path);
    return () => {
      entry.users -= 1;
    };
  }, [path]);
  return drawn.state.value as Entry<T>;
}

const LATER_MS = 400;
/** The same for what the first view can do without: it is asked when that has had its turn. */
export function useLater<T>(path: string): Entry<T> {
  const [due, setDue] = useState(entries.get(path)?.state.peek().data !== undefined);
  useEffect(() => {
    if (due) return undefined;
    const timer = setTimeout(() => setDue(true), LATER_MS);
    return () => clearTimeout(timer);
  }, []);
  return useQuery<T>(due ? path : "");
}
