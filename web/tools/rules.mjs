// Rules of web/src that the compiler does not know: texts come from i18n, markup never from strings, casts stand in api/client.ts.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "../src");
const names = /^(?:OmniRoute|omniroute [a-z -]+|[a-z]+ list|Ctrl|Esc|K|g|req_|[^A-Za-z]*)$/;
const rules = [
  ["markup from a string", /dangerouslySetInnerHTML|innerHTML|outerHTML|insertAdjacentHTML/g, () => true],
  ["a style string", /\bstyle="/g, () => true],
  ["an address of somewhere else", /https?:\/\/(?!127\.0\.0\.1|localhost|www\.w3\.org|app\.example\.com)[a-z]/g, (name) => !name.startsWith("i18n/")],
  ["a cast", / as (?!const\b|the\b|you\b|an?\b|[a-z]+ [a-z])[A-Za-z{(]/g, (name) => /\.tsx?$/.test(name) && !["api/client.ts", "api/query.ts", "app/live.ts"].includes(name) && !name.startsWith("i18n/")],
  ["any", /: any\b|<any>/g, () => true],
  ["a positive tabindex", /tabIndex=\{[1-9]/g, () => true],
  ["a text outside i18n", />\s*([A-Za-z][^<>{}=;()]*?)\s*<\//g, (name, match) => name.endsWith(".tsx") && !names.test(match[1].trim())],
  ["a named attribute outside i18n", /\b(?:aria-label|title|placeholder|alt)="([^"]*[A-Za-z]{3}[^"]*)"/g, (name, match) => !/^(?:http|socks5):/.test(match[1])],
];

const found = [];
let files = 0;
for (const name of readdirSync(root, { recursive: true, encoding: "utf8" })) {
  if (!/\.(tsx?|css)$/.test(name)) continue;
  files += 1;
  const text = readFileSync(join(root, name), "utf8").replace(/\/\*[^]*?\*\//g, (comment) => comment.replace(/[^\n]/g, " ")).replace(/\/\/.*$/gm, "").replace(/^import .*$/gm, "");
  for (const [what, pattern, counts] of rules)
    for (const match of text.matchAll(pattern))
      if (counts(name, match)) found.push(`src/${name}:${text.slice(0, match.index).split("\n").length}: ${what}: ${match[0].trim().slice(0, 60)}`);
}
console.log(found.length ? found.join("\n") : `rules: ${files} files clean`);
process.exit(found.length ? 1 : 0);
