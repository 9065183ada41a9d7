// The question behind a chart, as an address of the API.
export const SPLITS = ["all", "provider", "model", "connection", "key"] as const;
export type Split = (typeof SPLITS)[number];
export const RANGES = ["1d", "7d", "30d", "90d", "1y"] as const;
export type Range = (typeof RANGES)[number];

/** The viewer's distance from UTC in minutes, east positive. */
export const offset = (): number => -new Date().getTimezoneOffset();
export const seriesPath = (range: Range, split: Split): string => `/api/usage/series?range=${range}&split=${split}&offset=${offset()}`;

/** What the analytics page asks for at such a query. */
export const analyticsPath = (query: URLSearchParams): string => seriesPath(chosen(RANGES, query.get("range"), "7d"), chosen(SPLITS, query.get("split"), "all"));

/** Which of the words the address names; the first where it names none of them. */
export function chosen<T extends string>(words: readonly T[], asked: string | null, usual: T): T {
  return words.find((each) => each === asked) ?? usual;
}
