// node run.mjs <binary> [words…]: the browser suite. Checks are named as in the design (dashboard.md, 13); figures go to stdout.
import { openBrowser, seen } from "./browser.mjs";
import { startMoody, startUpstream } from "./gateway.mjs";
import { check, figures, ok, same, summary } from "./suite.mjs";
import { firstRun } from "./first_run.mjs";
import { combos } from "./combos.mjs";
import { compare } from "./compare.mjs";
import { crowd } from "./crowd.mjs";
import { everyPage } from "./every_page.mjs";
import { truth } from "./truth.mjs";
import { money } from "./money.mjs";
import { pace } from "./pace.mjs";
import { pictures } from "./pictures.mjs";
import { said } from "./said.mjs";
import { speed } from "./speed.mjs";
import { states } from "./states.mjs";
import { system } from "./system.mjs";
import { tools } from "./tools.mjs";
import { trouble } from "./trouble.mjs";
import { watch } from "./watch.mjs";
import { watched } from "./watched.mjs";

const binary = process.argv[2];
const words = process.argv.slice(3);
const parts = { firstRun, truth, trouble, combos, said, watch, money, system, tools, states, everyPage, pace, speed, crowd, pictures, compare, watched };
const browser = await openBrowser();
const world = { binary, browser, upstream: await startUpstream(), moody: await startMoody() };
for (const [name, part] of Object.entries(parts)) {
  // Those that are long, or write into the tree, run when they are named.
  if (words.length ? !words.includes(name) : ["speed", "crowd", "pictures", "compare", "watched"].includes(name)) continue;
  try {
    await part(world);
  } catch (error) {
    await check(`${name}: its scene`, () => { throw error; });
  }
}
figures["console errors"] = seen.console.length;
figures["policy reports"] = seen.policy.length;
figures["foreign hosts"] = seen.foreign.size;
await check("E1 no console error, page error or policy report on any page", () => {
  same(seen.console, [], "console");
  same(seen.policy, [], "policy");
});
await check("E2 no request to any other origin", () => {
  same([...seen.foreign], [], "origins");
  ok(seen.hosts.size > 0 || words.join() === "watched", "nothing was asked at all");
});
await browser.close();
world.upstream.stop();
world.moody.stop();
process.exit(summary() ? 1 : 0);
