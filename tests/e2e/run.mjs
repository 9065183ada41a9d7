// Runs the suites and counts. Each suite is a function of (test, gateway, model); every test runs on each upstream format.
import assert from 'node:assert/strict';
import { startGateway, upstreams } from './gateway.mjs';
import * as anthropic from './anthropic.mjs';
import * as google from './google.mjs';
import * as ollama from './ollama.mjs';
import * as openai from './openai.mjs';
import * as responses from './responses.mjs';

const suites = { openai: openai.suite, responses: responses.suite, anthropic: anthropic.suite, google: google.suite, ollama: ollama.suite };
const [binary, ...chosen] = process.argv.slice(2);
let passed = 0;
const failures = [];

const within = (promise, seconds) => {
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(`no end within ${seconds} s`)), seconds * 1000); });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
};

const gateway = await startGateway(binary);
for (const name of chosen.length ? chosen : Object.keys(suites)) {
  for (const [type, prefix] of Object.entries(upstreams)) {
    const model = `${prefix}/m`;
    const tests = [];
    suites[name]((title, body) => tests.push([title, body]), gateway, model);
    for (const [title, body] of tests) {
      const label = `${name} SDK, upstream ${type}: ${title}`;
      try {
        await gateway.seen();
        await within(body(), 30);
        const refused = (await gateway.seen()).flatMap((request) => request.violations);
        assert.deepEqual(refused, [], 'the provider would have refused the request');
        passed++;
        console.log(`ok   ${label}`);
      } catch (error) {
        failures.push(label);
        console.log(`FAIL ${label}: ${String(error?.stack ?? error).slice(0, 1200)}`);
      }
    }
  }
}
const { code, output } = await gateway.stop();
if (code !== 0) {
  failures.push(`the gateway ended with ${code}`);
  console.log(`FAIL the gateway ended with ${code}:\n${output.slice(-3000)}`);
}
for (const label of failures) console.log(`FAILED ${label}`);
console.log(`${passed} passed, ${failures.length} failed`);
process.exit(failures.length || !passed ? 1 : 0);
