// How figures that take time are judged. A claim about speed is never a timed test: whatever else a machine does makes a figure worse,
// never better. So the least of three measurements counts, each figure is printed with its bar, one over it is marked, and only one
// above twice its bar fails: that is another kind of work, not noise.
import { figures, over } from "./suite.mjs";

const TRIES = 3;
const TWICE = 2;

const shown = (value, { bar, unit = "ms", digits = 0 }) => `${value.toFixed(digits)} of ${bar}${unit && ` ${unit}`}`;

/**
 * Measures until each figure that can fail is within its bar, at most so often. `bars` says of each member of a measurement what it is and where its
 * bar stands: { task: { what: "longest task", bar: 50, unit: "ms", digits: 0, fails: 2 } }, the last three as here unless given. `fails` is
 * how many times the bar fails: 1 for what is not a time, Infinity for what is only printed. The answer is the last measurement with the least
 * of each figure, and in `wrong` a line for each that fails.
 */
export async function judged(title, bars, measure, tries = TRIES) {
  const names = Object.keys(bars);
  const times = (name) => bars[name].fails ?? TWICE;
  const least = {};
  let last;
  for (let i = 0; i < tries && !(i > 0 && names.every((name) => least[name] <= bars[name].bar || times(name) === Infinity)); i += 1) {
    last = await measure();
    for (const name of names) {
      if (!Number.isFinite(last[name])) throw new Error(`${title}: ${bars[name].what} is ${last[name]}`);
      least[name] = Math.min(least[name] ?? Infinity, last[name]);
    }
  }
  const words = (name) => `${bars[name].what} ${shown(least[name], bars[name])}`.trim();
  figures[title] = names.map(words).join(", ");
  over.push(...names.filter((name) => least[name] > bars[name].bar).map((name) => `${title}: ${words(name)}`));
  const wrong = names.filter((name) => least[name] > bars[name].bar * times(name)).map((name) => `${title}: ${words(name)}`);
  return { ...last, ...least, wrong };
}

/** The same for one figure that was measured elsewhere. */
export async function judge(title, value, bar, unit = "ms") {
  const { wrong } = await judged(title, { value: { what: "", bar, unit } }, () => ({ value }), 1);
  return wrong;
}
