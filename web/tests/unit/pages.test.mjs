// The table of pages that the browser suite goes by.
import { expect, test } from "vitest";
import { destinations } from "../../src/pages";
import { covered, PAGES } from "../browser/pages.mjs";

test("the suite's pages are the dashboard's", () => {
  expect(PAGES.map(({ path }) => path.slice(1))).toEqual(destinations.map(({ id }) => id));
});

test("a table that misses a page, or has one that is none, fails", () => {
  const rows = PAGES.map(({ path }) => [path, "something"]);
  expect(covered("all", rows)).toBe(rows);
  expect(() => covered("the table of budgets", rows.slice(2))).toThrow("the table of budgets does not know: home, providers");
  expect(covered("views", ["?x=1", ...rows.slice(1).map(([path]) => `${path}?view=other`)])).toHaveLength(rows.length);
  expect(covered("without", rows.slice(1), { "": "begins empty" })).toHaveLength(rows.length - 1);
  expect(() => covered("old", [...rows, ["/gone", ""]])).toThrow("old knows what is no page: gone");
});
