// Copies the runtime libraries from node_modules (as package-lock.json pins them) into vendor/, with licence, version and
// hash in VENDOR.json.   node tools/vendor.mjs           refresh
//                        node tools/vendor.mjs --check   fail where vendor/ differs from its sums, or from node_modules if there
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const libraries = [
  { name: "preact", files: ["dist/preact.mjs", "hooks/dist/hooks.mjs", "jsx-runtime/dist/jsxRuntime.mjs"] },
  { name: "@preact/signals", files: ["dist/signals.mjs"] },
  { name: "uplot", files: ["dist/uPlot.esm.js"] },
  { name: "@preact/signals-core", files: ["dist/signals-core.mjs"] },
];
const sum = (bytes) => createHash("sha256").update(bytes).digest("hex");
const folder = (name) => name.replace("@", "").replace("/", "-");
const target = (name, file) => join("vendor", folder(name), file.split("/").at(-1));

function refresh() {
  const entries = libraries.map(({ name, files }) => {
    const from = join(root, "node_modules", name);
    const about = JSON.parse(readFileSync(join(from, "package.json"), "utf8"));
    const kept = [...files, "LICENSE"].map((file) => {
      const path = target(name, file);
      mkdirSync(dirname(join(root, path)), { recursive: true });
      const bytes = readFileSync(join(from, file));
      writeFileSync(join(root, path), bytes);
      return { path, from: file, sha256: sum(bytes) };
    });
    return { name, version: about.version, licence: about.license, files: kept };
  });
  writeFileSync(join(root, "vendor/VENDOR.json"), JSON.stringify(entries, null, 2) + "\n");
}

function check() {
  const wrong = [];
  let checked = 0;
  for (const { name, files } of JSON.parse(readFileSync(join(root, "vendor/VENDOR.json"), "utf8"))) {
    for (const { path, from, sha256 } of files) {
      checked += 1;
      if (sum(readFileSync(join(root, path))) !== sha256) wrong.push(`${path} is not what VENDOR.json says`);
      const original = join(root, "node_modules", name, from);
      if (existsSync(original) && sum(readFileSync(original)) !== sha256) wrong.push(`${path} is not what package-lock.json brings`);
    }
  }
  console.log(wrong.length ? wrong.join("\n") : `vendor: ${checked} files as recorded`);
  process.exit(wrong.length ? 1 : 0);
}

if (process.argv.includes("--check")) check();
else refresh();
