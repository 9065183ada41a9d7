// Bodies as texts to read, to compare and to keep: no markup, so that units can test it.
import type { Bodies, Message } from "../../api/types";

/** One of the four sides of a request; sent and answered come once a try. */
export interface Side { id: string; kind: "received" | "sent" | "answered" | "returned"; attempt: number; message: Message; provider: string }

/** The sides of a record in the order in which they were said. */
export function sidesOf(bodies: Bodies): [Side, ...Side[]] {
  const sides: [Side, ...Side[]] = [{ id: "received", kind: "received", attempt: 0, message: bodies.received, provider: "" }];
  bodies.attempts.forEach((attempt, i) => {
    sides.push({ id: `sent-${i + 1}`, kind: "sent", attempt: i + 1, message: attempt.sent, provider: attempt.provider });
    if (attempt.answered) sides.push({ id: `answered-${i + 1}`, kind: "answered", attempt: i + 1, message: attempt.answered, provider: attempt.provider });
  });
  sides.push({ id: "returned", kind: "returned", attempt: 0, message: bodies.returned, provider: "" });
  return sides;
}

export const MASK = "[redacted]";
export const isMasked = (message: Message): boolean => message.body.includes(MASK) || message.headers.some(({ value }) => value.includes(MASK));

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

const isMap = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/** The same with the members of every object in the order of the alphabet, so that order is no difference. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.keys(value).sort().map((name) => [name, sorted(value[name])]));
}

/** The data of a stream's events, in order; null where a text is no stream. */
export function eventsOf(text: string): string[] | null {
  if (!/^(?:event|data|id|retry|:)/.test(text.trimStart())) return null;
  const events = text.split(/\r?\n\r?\n/).map((block) => block.split(/\r?\n/).filter((line) => line.startsWith("data:")).map((line) => line.slice(5).replace(/^ /, "")).join("\n"));
  return events.filter((data) => data !== "" && data !== "[DONE]");
}

const texts = (list: unknown, of: (each: Record<string, unknown>) => unknown): string => (Array.isArray(list) ? list.filter(isMap).map(of).filter((each) => typeof each === "string").join("") : "");
const member = (value: unknown, name: string): unknown => (isMap(value) ? value[name] : undefined);

/** The words that one event of a stream adds, in whichever of the four formats it is. */
function wordsOf(event: unknown): string {
  if (!isMap(event)) return "";
  if (typeof event["delta"] === "string") return event["type"] === "response.output_text.delta" ? event["delta"] : "";
  if (isMap(event["delta"])) return typeof event["delta"]["text"] === "string" ? event["delta"]["text"] : "";
  if (event["choices"]) return texts(event["choices"], (choice) => member(choice["delta"], "content"));
  return texts(event["candidates"], (candidate) => texts(member(candidate["content"], "parts"), (part) => part["text"]));
}

/** The answer that a stream spells out, without its frame. */
export const folded = (events: readonly string[]): string => events.map((data) => wordsOf(parsed(data))).join("");

/** A body as one reads it: JSON with its lines broken, or the text itself. */
export function readable(text: string): string {
  const json = parsed(text);
  return json === undefined ? text : JSON.stringify(json, null, 2);
}

/** The lines that are compared: order of members is no difference, each event of a stream is one line. */
export function linesOf(text: string): string[] {
  const json = parsed(text);
  if (json !== undefined) return JSON.stringify(sorted(json), null, 2).split("\n");
  return eventsOf(text) ?? text.split("\n");
}

export interface Line { is: "same" | "gone" | "new" | "skip"; text: string; count?: number }
/** More differences than this are no help to anyone, and take long. */
const MOST_EDITS = 600;
const AROUND = 3;

/** The shortest way from one list of lines to another (Myers 1986); null where they have too little in common. */
function edits(from: readonly string[], to: readonly string[]): Line[] | null {
  const most = Math.min(from.length + to.length, MOST_EDITS);
  const trail: Map<number, number>[] = [];
  let reach = new Map<number, number>([[1, 0]]);
  const at = (map: Map<number, number>, k: number): number => map.get(k) ?? -1;
  for (let d = 0; d <= most; d += 1) {
    const next = new Map(reach);
    trail.push(reach);
    for (let k = -d; k <= d; k += 2) {
      let x = k === -d || (k !== d && at(reach, k - 1) < at(reach, k + 1)) ? at(reach, k + 1) : at(reach, k - 1) + 1;
      while (x < from.length && x - k < to.length && from[x] === to[x - k]) x += 1;
      next.set(k, x);
      if (x >= from.length && x - k >= to.length) return walkBack(from, to, trail);
    }
    reach = next;
  }
  return null;
}

function walkBack(from: readonly string[], to: readonly string[], trail: readonly Map<number, number>[]): Line[] {
  const lines: Line[] = [];
  let [x, y] = [from.length, to.length];
  for (let d = trail.length - 1; d >= 0; d -= 1) {
    const reach = trail[d] ?? new Map<number, number>();
    const k = x - y;
    const at = (n: number): number => reach.get(n) ?? -1;
    const before = k === -d || (k !== d && at(k - 1) < at(k + 1)) ? k + 1 : k - 1;
    const [px, py] = d === 0 ? [0, 0] : [at(before), at(before) - before];
    while (x > px && y > py) {
      x -= 1;
      y -= 1;
      lines.push({ is: "same", text: from[x] ?? "" });
    }
    if (d === 0) break;
    if (before === k - 1) lines.push({ is: "gone", text: from[(x -= 1)] ?? "" });
    else lines.push({ is: "new", text: to[(y -= 1)] ?? "" });
  }
  return lines.reverse();
}

/** What differs, with some lines around it; null = too much to be told. */
export function differences(from: string, to: string): Line[] | null {
  const all = edits(linesOf(from), linesOf(to));
  if (!all) return null;
  const near = all.map((_, i) => all.slice(Math.max(0, i - AROUND), i + AROUND + 1).some((line) => line.is !== "same"));
  const shown: Line[] = [];
  all.forEach((line, i) => {
    const last = shown[shown.length - 1];
    if (near[i]) shown.push(line);
    else if (last?.is === "skip") last.count = (last.count ?? 0) + 1;
    else shown.push({ is: "skip", text: "", count: 1 });
  });
  return shown;
}
