// The judge of the browser suite's times: what it measures again, marks and fails.
import { beforeEach, expect, test } from "vitest";
import { judge, judged } from "../browser/judge.mjs";
import { figures, over } from "../browser/suite.mjs";

const bars = { task: { what: "longest task", bar: 50 }, shift: { what: "shift", bar: 0.02, unit: "", digits: 4, fails: 1 }, paint: { what: "paint", bar: 150, fails: Infinity } };

/** Measures these one after another; `asked` counts. */
function measures(...all) {
  const measure = async () => all[Math.min(measure.asked++, all.length - 1)];
  measure.asked = 0;
  return measure;
}

beforeEach(() => { over.length = 0; });

test("within the bars one measurement is enough, and each figure is printed with its bar", async () => {
  const measure = measures({ task: 31.4, shift: 0.001, paint: 90 });
  expect((await judged("cold /", bars, measure)).wrong).toEqual([]);
  expect(measure.asked).toBe(1);
  expect(figures["cold /"]).toBe("longest task 31 of 50 ms, shift 0.0010 of 0.02, paint 90 of 150 ms");
  expect(over).toEqual([]);
});

test("a figure over its bar is measured again; the least of each counts", async () => {
  const measure = measures({ task: 300, shift: 0, paint: 100 }, { task: 49, shift: 0.01, paint: 140 });
  const took = await judged("cold /", bars, measure);
  expect([measure.asked, took.task, took.shift, took.paint, took.wrong, over]).toEqual([2, 49, 0, 100, [], []]);
});

test("a figure that stays a little over its bar is marked and does not fail", async () => {
  const measure = measures({ task: 52, shift: 0, paint: 400 });
  expect((await judged("cold /settings", bars, measure)).wrong).toEqual([]);
  expect(measure.asked).toBe(3);
  expect(over).toEqual(["cold /settings: longest task 52 of 50 ms", "cold /settings: paint 400 of 150 ms"]);
});

test("above twice its bar a time fails, above its bar what is no time", async () => {
  const { wrong } = await judged("cold /settings", bars, measures({ task: 101, shift: 0.03, paint: 9000 }));
  expect(wrong).toEqual(["cold /settings: longest task 101 of 50 ms", "cold /settings: shift 0.0300 of 0.02"]);
  expect(await judge("µs of its own", 99, 50, "µs")).toEqual([]);
  expect(await judge("µs of its own", 101, 50, "µs")).toEqual(["µs of its own: 101 of 50 µs"]);
});

test("what could not be measured is no good figure", async () => {
  await expect(judged("cold /", bars, measures({ shift: 0, paint: 0 }))).rejects.toThrow("longest task is undefined");
});
