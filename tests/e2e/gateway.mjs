// A gateway of its own for one run: a free port, a new data directory, a node of each format that leads to the scripted provider.
import { spawn, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const support = join(dirname(fileURLToPath(import.meta.url)), '..', 'support');

/** The formats of the provider and the prefix of each in a model name. */
export const upstreams = { openai: 'oc', anthropic: 'an', responses: 're', gemini: 'ge' };

const freePort = () => new Promise((resolve, reject) => {
  const server = createServer().on('error', reject).listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

const ended = (child) => new Promise((resolve) => { if (child.exitCode !== null || child.signalCode) resolve(); else child.once('exit', resolve); });

async function startUpstream() {
  const child = spawn('python3', ['-m', 'upstream'], { cwd: support, stdio: ['pipe', 'pipe', 'inherit'] });
  const port = await new Promise((resolve, reject) => {
    child.stdout.once('data', (line) => resolve(Number(line)));
    child.once('exit', () => reject(new Error('the scripted provider did not start')));
  });
  return { child, url: `http://127.0.0.1:${port}` };
}

export async function startGateway(binary) {
  const upstream = await startUpstream();
  const data = mkdtempSync(join(tmpdir(), 'omniroute-e2e-'));
  const command = (...args) => JSON.parse(execFileSync(binary, [...args, '--data-dir', data, '--json'], { encoding: 'utf8', timeout: 20_000 }));
  const { key } = command('key', 'create', '--name', 'e2e');
  for (const [type, prefix] of Object.entries(upstreams)) {
    const base = `${upstream.url}/${type === 'gemini' ? 'v1beta' : 'v1'}`;
    command('node', 'add', '--prefix', prefix, '--name', type, '--type', type, '--base-url', base, '--api-key', 'upstream-key');
  }
  const port = await freePort();
  // What a failure does to the next request is the affair of the router's own tests: here each one is for itself.
  const env = { ...process.env, APIKEY_BREAKER_THRESHOLD: '1000', COOLDOWN_CEILING_MS: '1' };
  const child = spawn(binary, ['--port', String(port), '--data-dir', data, '--no-open'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (piece) => { output += piece; });
  child.stderr.on('data', (piece) => { output += piece; });
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; ; tries++) {
    const ready = await fetch(`${url}/readyz`).then((answer) => answer.ok, () => false);
    if (ready) break;
    if (tries > 200 || child.exitCode !== null) throw new Error(`the gateway did not start:\n${output}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    url,
    key,
    /** What the provider saw since the last call. */
    async seen() {
      const requests = await fetch(`${upstream.url}/__seen`).then((answer) => answer.json());
      await fetch(`${upstream.url}/__forget`, { method: 'POST' });
      return requests;
    },
    async stop() {
      child.kill('SIGTERM');
      await ended(child);
      upstream.child.stdin.end();
      await ended(upstream.child);
      rmSync(data, { recursive: true, force: true });
      return { code: child.exitCode, output };
    },
  };
}
