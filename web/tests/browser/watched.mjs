// P8: what five open dashboards add to the gateway's own part of each request. ROUNDS says how many pairs are measured (5).
// The browsers' own work is left out: clients here hold the streams of five pages and ask what the pages ask.
import { judge } from "./judge.mjs";
import { busyGateway } from "./scene.mjs";
import { check, figures, ok, same, until } from "./suite.mjs";

const ROUNDS = Number(process.env.ROUNDS ?? 5);
const SECONDS = 8;
const A_SECOND = 100;
const ASKED = ["/api/overview", "/api/usage/logs?limit=50", "/api/monitoring/health", "/api/usage/series?range=24h&split=model", "/api/quota"];

/** One open page: it follows the changes and the requests, and asks again for what it shows. */
function dashboard(gateway, path) {
  const stop = new AbortController();
  const headers = { cookie: gateway.cookie };
  const follow = async (stream, onEvent) => {
    const answer = await fetch(gateway.url + stream, { headers, signal: stop.signal });
    const words = new TextDecoder();
    for await (const piece of answer.body) if (words.decode(piece, { stream: true }).includes("event: change")) await onEvent();
  };
  const counts = { asked: 0 };
  const quiet = () => undefined;
  void follow("/api/events", async () => { counts.asked += 1; await (await fetch(gateway.url + path, { headers, signal: stop.signal })).text(); }).catch(quiet);
  void follow("/api/usage/logs/stream", quiet).catch(quiet);
  return () => { stop.abort(); return counts.asked; };
}

/** p99 of the gateway's own time for a request, in µs, while so many dashboards are open. */
async function ownTime(world, dashboards) {
  const { gateway, key } = await busyGateway(world);
  await gateway.api("DELETE", "/api/lockouts");
  await gateway.api("POST", "/api/resilience/reset", {});
  const before = (await gateway.api("GET", "/api/monitoring/latency")).ownUs.count;
  const stops = ASKED.slice(0, dashboards).map((path) => dashboard(gateway, path));
  const sent = [];
  const end = performance.now() + SECONDS * 1000;
  for (let next = performance.now(); next < end; next += 1000 / A_SECOND) {
    const wait = next - performance.now();
    if (wait > 0) await new Promise((done) => setTimeout(done, wait));
    sent.push(gateway.chat(key, "oc/m", "measured"));
  }
  await Promise.all(sent);
  const { ownUs } = await until(async () => {
    const told = await gateway.api("GET", "/api/monitoring/latency");
    return told.ownUs.count >= before + sent.length ? told : null;
  }, "the times of all requests");
  const asked = stops.reduce((sum, stop) => sum + stop(), 0);
  await gateway.remove();
  return { ...ownUs, asked };
}

export async function watched(world) {
  await check("P8 five open dashboards change the p99 of the gateway's own time by less than 50 µs", async () => {
    const changes = [];
    const all = [];
    for (let i = 0; i < ROUNDS; i += 1) {
      const alone = await ownTime(world, 0);
      const seen = await ownTime(world, 5);
      ok(alone.count > SECONDS * A_SECOND * 0.9 && seen.asked > 10, `${alone.count} requests, ${seen.asked} questions`);
      changes.push(seen.p99 - alone.p99);
      all.push(`${alone.p99} to ${seen.p99}`);
    }
    const median = [...changes].sort((a, b) => a - b)[Math.floor(ROUNDS / 2)];
    figures["µs of the gateway's own time, p99, alone to watched"] = all.join("; ");
    same(await judge("change of the p99 by five dashboards, median", median, 50, "µs"), [], "too much");
  });
}
