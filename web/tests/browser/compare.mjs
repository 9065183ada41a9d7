// E12: each page as the dashboard of another commit draws it and as this working tree does, from the same answers, by the same clock.
// Only when named: BASE=<commit> ./dev web-e2e <binary> compare (BASE is main unless it is given). Pages that were changed on purpose
// are named in CHANGED (home,costs); pictures of those that differ go into SHOTS, else into a temporary folder.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { openPage } from "./browser.mjs";
import { PAGES } from "./pages.mjs";
import { household } from "./pictures.mjs";
import { check, figures, ok, same } from "./suite.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "../../..");
const BASE = process.env.BASE ?? "main";
const CHANGED = (process.env.CHANGED ?? "").split(",").filter(Boolean);
const MOST = 0.001; // of the pixels
// The console's lines are never the same twice.
const VIEWS = [...PAGES.filter(({ name }) => name !== "logs").map(({ name, full }) => [name, full]), ["catalogue", "/providers?add=catalog"], ["provider", "/providers/glm"], ["combo", "/combos/always-on"], ["changes", "/logs?view=changes"]];
const TYPES = { ".js": "text/javascript", ".css": "text/css", ".html": "text/html; charset=utf-8", ".txt": "text/plain" };

/** The dashboard of the commit and that of the working tree, bundled into folders. */
function builds(folder) {
  mkdirSync(join(folder, "source"));
  execFileSync("sh", ["-c", 'git -C "$1" archive "$2" web | tar -x -C "$3"', "sh", root, BASE, join(folder, "source")]);
  execFileSync("sh", [join(folder, "source/web/bundle.sh"), "esbuild", join(folder, "then")]);
  execFileSync("sh", [join(root, "web/bundle.sh"), "esbuild", join(folder, "now")]);
  return [join(folder, "then"), join(folder, "now")];
}

/** A page that is served from a folder, with the answers of `answers` (asked for once), and a clock that stands. */
async function standing(world, gateway, folder, answers, now, look) {
  const page = await openPage(world.browser, gateway, look);
  await page.clock.setFixedTime(now);
  await page.addInitScript((serverNow) => {
    window.EventSource = class extends EventTarget {
      constructor(url) {
        super();
        this.readyState = 1;
        setTimeout(() => {
          this.dispatchEvent(new Event("open"));
          if (url.split("?")[0] === "/api/events") this.dispatchEvent(new MessageEvent("hello", { data: JSON.stringify({ version: "1", serverNow }) }));
        });
      }
      close() {}
    };
    window.EventSource.CLOSED = 2;
  }, now.toISOString());
  await page.route("**/*", async (route) => {
    const url = new URL(route.request().url());
    const asked = `${route.request().method()} ${url.pathname}${url.search} ${route.request().postData() ?? ""}`;
    if (url.pathname.startsWith("/api/")) {
      answers[asked] ??= await (async () => { const answer = await route.fetch(); return { status: answer.status(), contentType: answer.headers()["content-type"], body: await answer.body() }; })();
      return route.fulfill(answers[asked]);
    }
    const file = url.pathname.startsWith("/assets/") ? join(folder, url.pathname) : join(folder, "index.html");
    return existsSync(file) ? route.fulfill({ contentType: TYPES[extname(file)] ?? "application/octet-stream", body: readFileSync(file) }) : route.fulfill({ status: 404 });
  });
  return page;
}

/** The share of pixels that differ; 1 where the sizes do. */
const apart = (page, pictures) => page.evaluate(async (texts) => {
  const [a, b] = await Promise.all(texts.map(async (text) => {
    const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${text}`)).blob());
    const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
    context.drawImage(image, 0, 0);
    return context.getImageData(0, 0, image.width, image.height);
  }));
  if (a.width !== b.width || a.height !== b.height) return 1;
  let different = 0;
  for (let i = 0; i < a.data.length; i += 4) if ([0, 1, 2].some((n) => Math.abs(a.data[i + n] - b.data[i + n]) > 8)) different += 1;
  return different / (a.width * a.height);
}, pictures.map((each) => each.toString("base64")));

export async function compare(world) {
  const folder = mkdtempSync(join(tmpdir(), "omniroute-compare-"));
  const shots = process.env.SHOTS ?? join(folder, "shots");
  mkdirSync(shots, { recursive: true });
  const folders = builds(folder);
  const gateway = await household(world);
  const now = new Date();
  const blank = await (await world.browser.newContext()).newPage();
  let worst = 0;
  for (const theme of ["light", "dark"]) {
    for (const width of [1440, 390]) {
      await check(`E12 ${VIEWS.length} views, ${theme}, ${width} px: at most ${MOST * 100} % of the pixels differ from ${BASE}`, async () => {
        const answers = {};
        const pictures = [];
        for (const each of folders) {
          const page = await standing(world, gateway, each, answers, now, { theme, width });
          const taken = {};
          for (const [name, path] of VIEWS) {
            await page.goto(`${gateway.url}/dashboard${path}`);
            await page.locator("main .panel, main textarea").first().waitFor();
            await page.waitForTimeout(900);
            taken[name] = await page.screenshot({ fullPage: true });
          }
          pictures.push(taken);
          await page.context().close();
        }
        const wrong = [];
        for (const [name] of VIEWS) {
          const share = await apart(blank, [pictures[0][name], pictures[1][name]]);
          if (!CHANGED.includes(name)) worst = Math.max(worst, share);
          if (share <= MOST || CHANGED.includes(name)) continue;
          wrong.push(`${name}: ${(share * 100).toFixed(2)} %`);
          ["then", "now"].forEach((when, i) => writeFileSync(join(shots, `${name}-${theme}-${width}-${when}.png`), pictures[i][name]));
        }
        ok(Object.keys(answers).length > 10, "hardly anything was asked");
        same(wrong, [], `pages that differ, pictures in ${shots}`);
      });
    }
  }
  figures["pixels that differ, at most"] = `${(worst * 100).toFixed(3)} %`;
  await gateway.remove();
  if (worst <= MOST) rmSync(folder, { recursive: true, force: true });
}
