// node tools/budget.mjs <bundle folder>: what the browser has to fetch, gzip bytes against the budgets of the design (P1).
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const folder = join(process.argv[2], "assets");
const size = (name) => gzipSync(readFileSync(join(folder, name)), { level: 9 }).length;
const files = readdirSync(folder);
const scripts = files.filter((name) => name.endsWith(".js"));
const imports = (name) => [...readFileSync(join(folder, name), "utf8").matchAll(/(?:from|import)"\.\/([^"]+)"/g)].map((match) => match[1]);
const closure = (name, all = new Set()) => {
  if (!all.has(name)) {
    all.add(name);
    imports(name).forEach((each) => closure(each, all));
  }
  return all;
};
const sum = (names) => [...names].reduce((total, name) => total + size(name), 0);
const named = (start) => scripts.find((name) => name.startsWith(`${start}-`));

const entry = closure(named("main"));
entry.add(named("theme"));
const locales = [named("en"), named("zh-CN"), named("more-en"), named("more-zh-CN"), named("rest-en"), named("rest-zh-CN")];
const pages = scripts.filter((name) => !entry.has(name) && !name.startsWith("chunk-") && !locales.includes(name));
const wholePage = (name) => sum(new Set([...entry, ...closure(name), locales[1], locales[/^(translator|settings|logs|backups|clitools)-/.test(name) ? 5 : 3]]));
const rows = [
  ["entry", sum(entry), 25],
  ...pages.map((name) => [`page ${name.split("-")[0]}, with entry and locale`, wholePage(name), 70]),
  ...locales.map((name) => [`locale ${name.replace(/-[A-Z0-9]+\.js$/, "")}`, size(name), 12]),
  ["all scripts", sum(scripts), 150],
  ["styles", sum(files.filter((name) => name.endsWith(".css"))), 15],
  ["embedded in all", sum(files) + gzipSync(readFileSync(join(process.argv[2], "index.html"))).length, 300],
];
let over = 0;
for (const [what, bytes, limit] of rows) {
  const bad = bytes > limit * 1024;
  over += bad ? 1 : 0;
  console.log(`${bad ? "OVER" : "    "} ${(bytes / 1024).toFixed(1).padStart(6)} KB of ${limit} KB  ${what}`);
}
process.exit(over ? 1 : 0);
