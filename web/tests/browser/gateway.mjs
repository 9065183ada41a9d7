// A gateway of one's own on a free port, the scripted provider beside it, and a provider that fails as its address says.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const support = join(dirname(fileURLToPath(import.meta.url)), "../../../tests/support");

async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

export class Gateway {
  constructor(binary, options = {}) {
    this.binary = binary;
    this.options = options;
    this.folder = mkdtempSync(join(tmpdir(), "omniroute-web-"));
  }

  async start() {
    this.port ??= await freePort();
    this.url = `http://${this.options.host ?? "localhost"}:${this.port}`;
    const env = { PATH: process.env.PATH, HOME: this.folder, ...(this.options.env ?? {}) };
    this.process = spawn(this.binary, ["--port", String(this.port), "--data-dir", join(this.folder, "data"), "--no-open", ...(this.options.host ? ["--host", this.options.host] : []), ...(process.env.WEB_DIR ? ["--web-dir", process.env.WEB_DIR] : []), "--log-level", "warn"], { env, stdio: ["ignore", "pipe", "pipe"] });
    this.output = "";
    this.process.stdout.on("data", (piece) => (this.output += piece));
    this.process.stderr.on("data", (piece) => (this.output += piece));
    const began = Date.now();
    while (!(await fetch(`${this.url}/readyz`).then((answer) => answer.ok, () => false))) {
      if (this.process.exitCode !== null || Date.now() - began > 20_000) throw new Error(`the gateway does not start: ${this.output}`);
      await new Promise((done) => setTimeout(done, 30));
    }
    this.token ??= /\/setup\?token=(\S+)/.exec(this.output)?.[1] ?? null;
    return this;
  }

  async stop() {
    if (!this.process || this.process.exitCode !== null) return;
    const ended = new Promise((done) => this.process.once("exit", done));
    this.process.kill("SIGTERM");
    await ended;
  }

  async remove() {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** One call of the management API with the cookie of a session; the JSON of its answer. */
  async api(method, path, body) {
    const headers = { "content-type": "application/json", ...(this.cookie ? { cookie: this.cookie } : {}) };
    const answer = await fetch(this.url + path, { method, headers, ...(method === "GET" ? {} : { body: JSON.stringify(body ?? {}) }) });
    const cookie = answer.headers.getSetCookie()[0];
    if (cookie) this.cookie = cookie.split(";")[0];
    const json = await answer.json();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(json)}`);
    return json;
  }

  /** One chat request; its status. */
  async chat(key, model, text, stream = false) {
    const answer = await fetch(`${this.url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
      body: JSON.stringify({ model, stream, messages: [{ role: "user", content: text }] }),
    });
    await answer.text().catch(() => "");
    return answer.status;
  }
}

/** The scripted provider of tests/support/upstream. */
export async function startUpstream() {
  const process = spawn("python3", ["-m", "upstream"], { cwd: support, stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: process.stdout });
  const port = await new Promise((done) => lines.once("line", done));
  return { url: `http://127.0.0.1:${port}`, stop: () => process.stdin.end() };
}

/** A provider that lists a model, and answers chats with the status that its address begins with: http://…/429/v1. */
export async function startMoody() {
  const server = createServer((request, reply) => {
    request.resume();
    const status = Number(request.url.split("/")[1]);
    const json = (code, body) => reply.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(body));
    if (request.url.endsWith("/models")) return json(200, { object: "list", data: [{ id: "moody", object: "model" }] });
    return json(status, { error: { message: `mood ${status}`, type: "mood", code: null } });
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { url: `http://127.0.0.1:${server.address().port}`, stop: () => server.close() };
}
