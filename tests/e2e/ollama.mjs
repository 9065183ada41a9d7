// What a program that uses Ollama's own library does, with the gateway as its host.
import assert from 'node:assert/strict';
import { Ollama } from 'ollama';

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';
const weather = {
  type: 'function',
  function: { name: 'weather', description: 'The weather of a city.', parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } },
};

export function suite(test, gateway, model) {
  const at = (path, key = gateway.key, more = {}) => new Ollama({ host: gateway.url + path, headers: { Authorization: `Bearer ${key}`, ...more } });
  const client = at('');
  const say = (content, more = {}) => ({ model, messages: [{ role: 'user', content }], ...more });
  const parts = async (request) => {
    const all = [];
    for await (const part of await client.chat({ ...request, stream: true })) all.push(part);
    return all;
  };

  test('lists models, with and without /v1', async () => {
    for (const path of ['', '/v1']) assert.ok((await at(path).list()).models.every(({ name, model: id }) => name && name === id));
  });
  test('answers whole, with usage', async () => {
    for (const path of ['', '/v1']) {
      const answer = await at(path).chat(say('hello there'));
      assert.deepEqual([answer.message.role, answer.message.content, answer.done, answer.done_reason], ['assistant', 'echo: hello there', true, 'stop']);
      assert.deepEqual([answer.prompt_eval_count, answer.eval_count], [11, 7]);
    }
  });
  test('streams line by line, and says how it ended', async () => {
    const all = await parts(say('<<text words=40 gap=2>>'));
    assert.equal(all.map((part) => part.message.content).join(''), Array.from({ length: 40 }, (_, i) => `w${i} `).join(''));
    assert.ok(all.length > 20, `the answer came in only ${all.length} pieces`);
    assert.deepEqual(all.map((part) => part.done), [...all.slice(1).map(() => false), true]);
    assert.equal(all.at(-1).eval_count, 7);
  });
  test('calls tools, streamed and whole, and takes their results', async () => {
    const request = say('<<tools cities=Oslo,Rome,Lima>>', { tools: [weather] });
    const whole = await client.chat(request);
    const streamed = (await parts(request)).flatMap((part) => part.message.tool_calls ?? []);
    for (const calls of [whole.message.tool_calls, streamed]) assert.deepEqual(calls.map((call) => call.function.arguments.city), ['Oslo', 'Rome', 'Lima']);
    const results = whole.message.tool_calls.map((call) => ({ role: 'tool', tool_name: call.function.name, content: `${call.function.arguments.city} is fine` }));
    const after = await client.chat({ ...request, messages: [...request.messages, whole.message, ...results] });
    assert.equal(after.message.content, 'tools said: Oslo is fine | Rome is fine | Lima is fine');
  });
  test('shows thoughts apart from the answer', async () => {
    const whole = await client.chat(say('<<think>> of it', { think: true }));
    const streamed = await parts(say('<<think>> of it', { think: 'low' }));
    for (const text of [whole.message.content, streamed.map((part) => part.message.content).join('')]) assert.equal(text, 'thought: of it');
    for (const thoughts of [whole.message.thinking, streamed.map((part) => part.message.thinking ?? '').join('')]) assert.ok(thoughts, 'no thoughts');
  });
  test('carries an image', async () => {
    const { message } = await client.chat({ model, messages: [{ role: 'user', content: '<<image>>', images: [PIXEL] }] });
    assert.equal(message.content, `saw image/png;base64 ${PIXEL.length}`);
  });
  test('asks for the options that others have, and tells of those they have not', async () => {
    const request = say('hi', { options: { num_predict: 200, temperature: 0.2, stop: ['zzz'], num_ctx: 4096 }, keep_alive: '5m' });
    assert.equal((await client.chat(request)).message.content, 'echo: hi');
    const [sent] = await gateway.seen();
    assert.ok(JSON.stringify(sent.body).includes('200'), 'the limit did not arrive');
    assert.ok(!JSON.stringify(sent.body).includes('num_ctx'));
    const refusal = await at('', gateway.key, { 'x-omniroute-strict': 'true' }).chat(request).then(() => null, (thrown) => thrown);
    assert.equal(refusal?.status_code, 400);
    assert.match(refusal.message, /options\.num_ctx.*keep_alive|keep_alive.*options\.num_ctx/);
    const headers = { Authorization: `Bearer ${gateway.key}`, 'content-type': 'application/x-www-form-urlencoded' };  // as curl -d says
    const plain = await fetch(`${gateway.url}/api/chat`, { method: 'POST', headers, body: JSON.stringify({ ...request, stream: false }) });
    const told = plain.headers.get('x-omniroute-dropped').split(', ');
    assert.ok(told.includes('options.num_ctx') && told.includes('keep_alive'), `${told}`);
  });
  test('is cut short where it asks for that', async () => {
    assert.equal((await client.chat(say('<<length>>', { options: { num_predict: 20 } }))).done_reason, 'length');
  });
  test('names what is wrong with a request', async () => {
    const refused = await client.chat({ model, messages: 'hi' }).then(() => null, (thrown) => thrown);
    assert.equal(refused?.status_code, 400);
    assert.match(refused.message, /messages/);
  });
  test('breaks a stream visibly when the provider breaks it', async () => {
    for (const fault of ['cut', 'early_end', 'error_in_stream']) {
      const thrown = await parts(say(`<<${fault} after=4 words=50>>`)).then(() => null, (error) => error);
      assert.ok(thrown, `${fault}: the stream ended as if it were whole`);
    }
  });
  test('gives 401 for a wrong key, and the refusals of the provider in its own words', async () => {
    const wrong = await at('', 'sk-wrong').chat(say('x')).then(() => null, (thrown) => thrown);
    assert.equal(wrong?.status_code, 401);
    assert.match(wrong.message, /API key/);
    const unlisted = await at('', 'sk-wrong').list().then(() => null, (thrown) => thrown);
    assert.match(unlisted?.message, /API key/);
    const refused = await client.chat(say('<<error status=400 message=too_many_owls>>')).then(() => null, (thrown) => thrown);
    assert.equal(refused?.status_code, 400);
    assert.match(refused.message, /too_many_owls/);
  });
}
