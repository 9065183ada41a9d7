// node tools/types.mjs           writes src/api/schema.ts from docs/openapi.yaml: a type for each of its schemas
// node tools/types.mjs --check   fails where it is not what the description says
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const target = join(root, "src/api/schema.ts");

/** A flow value of YAML: {a: b, c: [d]}, quoted or plain words. */
function flow(text) {
  let at = 0;
  const blank = () => { while (/\s/.test(text[at] ?? "")) at += 1; };
  const word = (ends) => {
    blank();
    const quote = text[at];
    if (quote === "'" || quote === '"') {
      const end = text.indexOf(quote, at + 1);
      const inner = text.slice(at + 1, end);
      at = end + 1;
      return inner;
    }
    let end = at;
    while (end < text.length && !ends.includes(text[end])) end += 1;
    const plain = text.slice(at, end).trim();
    at = end;
    return plain === "true" ? true : plain === "false" ? false : plain;
  };
  const value = (ends) => {
    blank();
    if (text[at] === "{") return list("}", () => {
      const key = word(":");
      blank();
      at += 1; // the colon
      return [key, value(",}")];
    }, Object.fromEntries);
    if (text[at] === "[") return list("]", () => value(",]"), (entries) => entries);
    return word(ends);
  };
  const list = (end, entry, made) => {
    at += 1;
    const entries = [];
    for (blank(); text[at] !== end; blank()) {
      entries.push(entry());
      blank();
      if (text[at] === ",") at += 1;
    }
    at += 1;
    return made(entries);
  };
  return value("");
}

/** The schemas of the description: block maps by indentation, flow values in them. */
function schemas(yaml) {
  const lines = yaml.split("\n");
  const first = lines.indexOf("  schemas:") + 1;
  const block = [];
  for (const line of lines.slice(first)) {
    if (line !== "" && !line.startsWith("    ")) break;
    if (line.trim() !== "") block.push(line);
  }
  const map = (depth, from) => {
    const made = {};
    let i = from;
    while (i < block.length) {
      const indent = block[i].search(/\S/);
      if (indent < depth) break;
      const [, key, rest] = /^\s*([\w-]+):\s*(.*)$/.exec(block[i]);
      if (rest === "") [made[key], i] = map(indent + 2, i + 1);
      else [made[key], i] = [flow(rest), i + 1];
    }
    return [made, i];
  };
  return map(4, 0)[0];
}

const words = { string: "string", integer: "number", number: "number", boolean: "boolean", null: "null" };

function typeOf(schema, depth) {
  if (schema.$ref) return schema.$ref.split("/").at(-1);
  if (schema.allOf) return schema.allOf.map((each) => typeOf(each, depth)).join(" & ");
  if (schema.oneOf) return schema.oneOf.map((each) => typeOf(each, depth)).join(" | ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((each) => JSON.stringify(each)).join(" | ");
  const kinds = [schema.type ?? "object"].flat();
  return kinds.map((kind) => {
    if (kind === "array") {
      const item = schema.items ? typeOf(schema.items, depth) : "unknown";
      return /[|&{]/.test(item) ? `(${item})[]` : `${item}[]`;
    }
    if (kind !== "object") return words[kind];
    if (!schema.properties) return "Record<string, unknown>";
    const pad = "  ".repeat(depth + 1);
    const required = schema.required ?? [];
    return `{\n${Object.entries(schema.properties).map(([name, each]) => `${pad}${/^\w+$/.test(name) ? name : JSON.stringify(name)}${required.includes(name) ? "" : "?"}: ${typeOf(each, depth + 1)};`).join("\n")}\n${"  ".repeat(depth)}}`;
  }).join(" | ");
}

const description = schemas(readFileSync(join(root, "../docs/openapi.yaml"), "utf8"));
const text = `// Made from docs/openapi.yaml by tools/types.mjs; the description is held to the gateway's routes.\n${Object.entries(description).map(([name, schema]) => `export type ${name} = ${typeOf(schema, 0)};`).join("\n")}\n`;
if (process.argv.includes("--check")) {
  const same = readFileSync(target, "utf8") === text;
  console.log(same ? `types: ${Object.keys(description).length} as described` : "src/api/schema.ts is not what docs/openapi.yaml says: node tools/types.mjs");
  process.exit(same ? 0 : 1);
} else {
  writeFileSync(target, text);
}
