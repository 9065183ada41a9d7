import { computed, signal } from "@preact/signals";
import type { en, Messages, MoreMessages, RestMessages } from "./en";
import type { moreEn } from "./more-en";
import type { restEn } from "./rest-en";

export type Locale = "en" | "zh-CN";
export const LOCALES: { id: Locale; name: string }[] = [
  { id: "en", name: "English" },
  { id: "zh-CN", name: "简体中文" },
];
const KEY = "omniroute.locale";

/** The locale that is shown; null until its texts are there. */
export const locale = signal<Locale | null>(null);
type English = typeof en & typeof moreEn & typeof restEn;
type Table = Messages & Partial<MoreMessages> & Partial<RestMessages>;
let messages: Table;
/** Texts that come with the first page that needs them. */
export type Part = "more" | "rest";
const wanted = new Set<Part>();

export type Key = keyof English;
type Text<K extends Key> = English[K] extends { other: infer Other } ? Other : English[K];
type Names<S> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;
type Parameters<K extends Key> = [Names<Text<K>>] extends [never] ? [] : [Record<Names<Text<K>>, string | number>];

export function preferredLocale(): Locale {
  const kept = localStorage.getItem(KEY);
  if (kept === "en" || kept === "zh-CN") return kept;
  return navigator.language.toLowerCase().startsWith("zh") ? "zh-CN" : "en";
}

export async function showLocale(id: Locale): Promise<void> {
  const more = wanted.has("more") ? loadMore(id) : null;
  const rest = wanted.has("rest") ? loadRest(id) : null;
  const base: Messages = id === "zh-CN" ? (await import("./zh-CN")).zhCN : (await import("./en")).en;
  const parts = { ...base, ...(await more), ...(await rest) };
  // Two calls may be under way at once; neither takes the other's part away.
  messages = locale.peek() === id ? { ...messages, ...parts } : parts;
  document.documentElement.lang = id;
  locale.value = id;
}

const loadMore = async (id: Locale): Promise<MoreMessages> => (id === "zh-CN" ? (await import("./more-zh-CN")).moreZhCN : (await import("./more-en")).moreEn);

const loadRest = async (id: Locale): Promise<RestMessages> => (id === "zh-CN" ? (await import("./rest-zh-CN")).restZhCN : (await import("./rest-en")).restEn);

/** A page's code together with its part of the texts, which stays from then on. */
export async function withTexts<T>(part: Part, page: Promise<T>): Promise<T> {
  if (!wanted.has(part)) {
    wanted.add(part);
    await showLocale(locale.peek() ?? preferredLocale());
  }
  return page;
}

export async function chooseLocale(id: Locale): Promise<void> {
  localStorage.setItem(KEY, id);
  await showLocale(id);
}

const pluralRules = computed(() => new Intl.PluralRules(locale.value ?? "en"));

/** The text of a key, with its {names} filled in. A text with several forms goes by the number {count}. */
export function t<K extends Key>(key: K, ...parameters: Parameters<K>): string {
  const values: Record<string, string | number> = parameters[0] ?? {};
  void locale.value; // whoever shows a text follows the language
  const entry: string | { one: string; other: string } = messages[key] ?? key;
  const form = typeof entry === "string" ? entry : entry[pluralRules.value.select(Number(values["count"])) === "one" ? "one" : "other"];
  return form.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? number(value) : value;
  });
}

/** The text for a word that the server sent, such as "error.rate_limited"; null where there is none. */
export function lookup(key: string): string | null {
  void locale.value;
  const table: Record<string, string | { one: string; other: string } | undefined> = messages;
  const entry = table[key];
  return typeof entry === "string" ? entry : null;
}

const intl = <T>(make: (tag: string) => T) => computed(() => make(locale.value ?? "en"));
const numbers = intl((tag) => new Intl.NumberFormat(tag));
const compacts = intl((tag) => new Intl.NumberFormat(tag, { notation: "compact", maximumFractionDigits: 1 }));
const percents = intl((tag) => new Intl.NumberFormat(tag, { style: "percent", maximumFractionDigits: 1 }));
const moneys = intl((tag) => new Intl.NumberFormat(tag, { style: "currency", currency: "USD", currencyDisplay: "narrowSymbol", minimumFractionDigits: 2, maximumFractionDigits: 2 }));
const pennies = intl((tag) => new Intl.NumberFormat(tag, { style: "currency", currency: "USD", currencyDisplay: "narrowSymbol", maximumSignificantDigits: 2 }));
const moments = intl((tag) => new Intl.DateTimeFormat(tag, { dateStyle: "medium", timeStyle: "medium" }));
const clocks = intl((tag) => new Intl.DateTimeFormat(tag, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false }));
const precises = intl((tag) => new Intl.DateTimeFormat(tag, { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hour12: false }));
const days = intl((tag) => new Intl.DateTimeFormat(tag, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false }));
const relatives = intl((tag) => new Intl.RelativeTimeFormat(tag, { numeric: "auto" }));

export const number = (value: number): string => numbers.value.format(value);
export const compact = (value: number): string => (value < 10_000 ? number(value) : compacts.value.format(value));
/** US dollars; less than a cent keeps two digits that count. */
export const money = (dollars: number): string => (dollars !== 0 && Math.abs(dollars) < 0.01 ? pennies : moneys).value.format(dollars);
export const percent = (share: number): string => percents.value.format(share);
export const moment = (iso: string): string => moments.value.format(new Date(iso));

/** The time of day, with the date where it is another day. */
export function clock(iso: string): string {
  const date = new Date(iso);
  return date.toDateString() === new Date().toDateString() ? clocks.value.format(date) : days.value.format(date);
}

/** The time of day to the millisecond. */
export const precise = (iso: string): string => precises.value.format(new Date(iso));

export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${number(Math.round(ms / 100) / 10)} s`;
  const minutes = Math.floor(ms / 60_000);
  const seconds = Math.round((ms % 60_000) / 1000);
  if (minutes < 60) return seconds === 0 ? `${minutes} min` : `${minutes} min ${seconds} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

export function bytes(value: number): string {
  const units = ["B", "KiB", "MiB", "GiB"];
  let at = 0;
  let shown = value;
  while (shown >= 1024 && at < units.length - 1) {
    shown /= 1024;
    at += 1;
  }
  return `${number(Math.round(shown * 10) / 10)} ${units[at]}`;
}

/** "3 minutes ago". */
export function ago(iso: string): string {
  const seconds = Math.round((new Date(iso).getTime() - Date.now()) / 1000);
  const steps: [Intl.RelativeTimeFormatUnit, number][] = [["second", 60], ["minute", 60], ["hour", 24], ["day", 30], ["month", 12], ["year", Infinity]];
  let value = seconds;
  for (const [unit, size] of steps) {
    if (Math.abs(value) < size) return relatives.value.format(Math.trunc(value), unit);
    value /= size;
  }
  return moment(iso);
}
