// The least of a test runner: named checks, figures, one last line.
export const figures = {};
/** Figures over their bars, as judge.mjs found them; none of them fails for that alone. */
export const over = [];
let passed = 0;
const failures = [];

export function ok(condition, message) {
  if (!condition) throw new Error(message);
}
export function same(actual, expected, what) {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${what}: ${a}, expected ${b}`);
}

export async function check(name, work) {
  const began = performance.now();
  try {
    await work();
    passed += 1;
    console.log(`ok    ${name} (${Math.round(performance.now() - began)} ms)`);
  } catch (error) {
    failures.push(name);
    console.log(`FAIL  ${name}: ${error.stack?.split("\n").slice(0, 6).join("\n      ")}`);
  }
}

export function summary() {
  for (const [name, value] of Object.entries(figures)) console.log(`figure ${name}: ${value}`);
  for (const each of over) console.log(`over its bar: ${each}`);
  if (failures.length) console.log(`failed: ${failures.join(", ")}`);
  console.log(`${passed} passed, ${failures.length} failed`);
  return failures.length;
}

/** A handler for page.route() that holds each call back until `go` is called, and what then becomes of it. */
export function held(work) {
  let go;
  const gone = new Promise((done) => { go = done; });
  return { go: () => go(), handler: async (route) => { await gone; await work(route); } };
}

export async function until(work, what, ms = 6000) {
  const end = Date.now() + ms;
  for (;;) {
    const value = await work();
    if (value) return value;
    if (Date.now() > end) throw new Error(`never: ${what}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}
