// One stream of "this changed" from the gateway while the page is seen. Nothing is polled.
import { firstAnswer, heard, online, setServerNow } from "../api/client";
import { changed, changedAll } from "../api/query";
import { signal } from "@preact/signals";

/** Requests under way right now; null until the gateway has said. */
export const underWay = signal<number | null>(null);

const HIDDEN_MS = 60_000;
let source: EventSource | null = null;
let build: string | null = null;
let lost = false;
/** True once a gateway of another version answers: the page should be loaded again. */
export const outdated = signal(false);

/** Counts what was told of: whoever asks by POST asks again when it grows. */
export const beats = signal(0);

interface Hello { version: string; serverNow: string }
interface Change { topics: string[]; active: number }

const urls: Record<string, string[]> = {
  requests: ["/api/keys", "/api/usage/history", "/api/usage/series", "/api/usage/budget", "/api/usage/logs?limit=1&", "/api/overview", "/api/combos/metrics", "/api/monitoring/", "/api/lockouts", "/api/rate-limits", "/api/quota", "/api/telemetry/"],
  config: ["/api/combos", "/api/models", "/api/monitoring/", "/api/rate-limits", "/api/quota", "/api/resilience", "/api/provider-models", "/api/pricing", "/api/usage/budget", "/api/db-backups", "/api/cli-tools", "/api/overview", "/api/providers", "/api/keys", "/api/settings", "/api/provider-nodes", "/api/catalog/", "/api/sessions", "/api/compliance/"],
};

function read<T>(event: Event): T | null {
  return event instanceof MessageEvent && typeof event.data === "string" ? (JSON.parse(event.data) as T) : null;
}

/** The events of one name of a stream, until the returned function is called; `onLost` once when the stream ends. */
export function listen<T>(path: string, name: string, onEvent: (value: T) => void, onLost: () => void, onOpen?: () => void): () => void {
  const stream = new EventSource(path);
  if (onOpen) stream.addEventListener("open", onOpen);
  stream.addEventListener(name, (event) => {
    const value = read<T>(event);
    if (value !== null) onEvent(value);
  });
  stream.addEventListener("error", () => {
    stream.close();
    onLost();
  });
  return () => stream.close();
}

function open(): void {
  if (source) return;
  source = new EventSource(`/api/events${heard.mark && `?since=${heard.mark}`}`);
  source.addEventListener("hello", (event) => {
    const hello = read<Hello>(event);
    if (!hello) return;
    online.value = true;
    setServerNow(hello.serverNow);
    if (build !== null && build !== hello.version) outdated.value = true;
    build = hello.version;
    if (lost) changedAll();
    lost = false;
  });
  source.addEventListener("change", (event) => {
    const change = read<Change>(event);
    if (!change) return;
    heard.mark = (event as MessageEvent).lastEventId;
    underWay.value = change.active;
    if (change.topics.length > 0) beats.value += 1;
    for (const topic of change.topics) changed(...(urls[topic] ?? []));
  });
  source.addEventListener("error", () => {
    lost = true;
    if (source?.readyState !== EventSource.CLOSED) {
      online.value = false;
      return;
    }
    // Refused (signed out, or the gateway is stopping): the browser gives up, so we try again.
    close();
    setTimeout(open, 3000);
  });
}

function close(): void {
  source?.close();
  source = null;
}

const ASKS_NOTHING_MS = 300;

/** Follows the gateway until the returned function is called, from what the first answer was made from. */
export function follow(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let ended = false;
  const onVisibility = (): void => {
    clearTimeout(timer);
    if (document.hidden) {
      timer = setTimeout(() => { close(); lost = true; }, HIDDEN_MS);
    } else {
      open();
    }
  };
  document.addEventListener("visibilitychange", onVisibility);
  const first = heard.mark ? Promise.resolve() : Promise.race([firstAnswer, new Promise((done) => setTimeout(done, ASKS_NOTHING_MS))]);
  void first.then(() => { if (!ended) open(); });
  return () => {
    ended = true;
    document.removeEventListener("visibilitychange", onVisibility);
    clearTimeout(timer);
    close();
  };
}
