// P3: how often a cold page has to ask before it shows its data. It is loaded in lockstep: what is asked is held back until nothing more
// comes, then all of it is let go; so the rounds are those of the page, on a machine of any speed.

const QUIET_MS = 200;
/** Streams are not waited for. */
const counts = ({ pathname }) => /^\/(?:api|assets)\//.test(pathname) && !/^\/api\/events|\/stream$/.test(pathname);

/** The addresses that were asked for, round by round, until `there` is seen and none of `missing`. */
export async function roundsOf(page, url, there, missing) {
  let held = [];
  const rounds = [];
  await page.route(counts, (route) => { held.push(route); });
  await page.goto(url, { waitUntil: "commit" });
  const shown = async () => (await page.locator(there).first().isVisible()) && !(await page.locator(missing).count());
  const idle = () => page.evaluate(() => new Promise((done) => { requestIdleCallback(() => done(), { timeout: 400 }); }));
  for (let began = Date.now(); !(await shown());) {
    if (Date.now() - began > 15_000) throw new Error(`never shown: ${url} after ${JSON.stringify(rounds)}`);
    const before = held.length;
    await page.waitForTimeout(QUIET_MS);
    await idle();
    if (held.length === 0 || held.length > before || (await shown())) continue;
    rounds.push(held.map((route) => new URL(route.request().url())).map(({ pathname, search }) => pathname + search));
    const now = held;
    held = [];
    await Promise.all(now.map((route) => route.continue()));
    await Promise.all(now.map((route) => route.request().response().then((answer) => answer?.finished())));
  }
  await page.unrouteAll({ behavior: "ignoreErrors" });
  return rounds;
}
