// What a program that uses the Anthropic SDK does all day.
import assert from 'node:assert/strict';
import Anthropic from '@anthropic-ai/sdk';

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';
const tools = [{ name: 'weather', description: 'The weather of a city.', input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } }];
const textOf = (message) => message.content.filter((block) => block.type === 'text').map((block) => block.text).join('');

export function suite(test, gateway, model) {
  const client = new Anthropic({ baseURL: gateway.url, apiKey: gateway.key, maxRetries: 0 });
  const body = (content, more = {}) => ({ model, max_tokens: 2000, messages: [{ role: 'user', content }], ...more });
  const refused = async (promise, status, type) => {
    const error = await promise.then(() => null, (thrown) => thrown);
    assert.ok(error instanceof Anthropic.APIError, `an answer, or not an API error: ${error}`);
    assert.equal(error.status, status);
    assert.equal(error.error?.type, 'error');
    if (type) assert.equal(error.error?.error?.type, type);
    return error;
  };

  test('lists models in its own shape', async () => {
    const page = await client.models.list({ limit: 1000 });
    assert.ok(page.data.length > 0);
    assert.equal(page.data[0].type, 'model');
  });
  test('answers whole, with usage', async () => {
    const answer = await client.messages.create(body('hello there', { system: 'Be brief.', temperature: 0.2 }));
    assert.equal(answer.type, 'message');
    assert.equal(answer.role, 'assistant');
    assert.equal(textOf(answer), 'echo: hello there');
    assert.equal(answer.stop_reason, 'end_turn');
    assert.equal(answer.usage.output_tokens, 7);
    assert.deepEqual([answer.usage.input_tokens, answer.usage.cache_read_input_tokens], [8, 3]);
    const [request] = await gateway.seen();
    assert.ok(JSON.stringify(request.body).includes('Be brief.'));
  });
  test('streams', async () => {
    const stream = client.messages.stream(body('<<text words=40 gap=2>>'));
    let pieces = 0, deltas = '';
    stream.on('text', (delta) => { pieces++; deltas += delta; });
    const answer = await stream.finalMessage();
    assert.equal(deltas, Array.from({ length: 40 }, (_, i) => `w${i} `).join(''));
    assert.equal(textOf(answer), deltas);
    assert.equal(answer.stop_reason, 'end_turn');
    assert.equal(answer.usage.output_tokens, 7);
    assert.ok(pieces > 20, `the answer came in only ${pieces} pieces`);
  });
  test('keeps every character of a stream cut anywhere', async () => {
    const answer = await client.messages.stream(body('<<utf8 bytes=1>>')).finalMessage();
    assert.equal(textOf(answer), 'Grüße, 世界, 🚀 und \u2028 "[DONE]" \\ end');
  });
  test('calls a tool and takes its result', async () => {
    const messages = [{ role: 'user', content: '<<tool city=Bergen>>' }];
    const first = await client.messages.create({ model, max_tokens: 500, tools, messages });
    assert.equal(first.stop_reason, 'tool_use');
    const call = first.content.find((block) => block.type === 'tool_use');
    assert.deepEqual(call.input, { city: 'Bergen' });
    messages.push({ role: 'assistant', content: first.content }, { role: 'user', content: [{ type: 'tool_result', tool_use_id: call.id, content: 'rain' }] });
    const second = await client.messages.create({ model, max_tokens: 500, tools, messages });
    assert.equal(textOf(second), 'tools said: rain');
  });
  test('streams parallel tool calls and takes their results', async () => {
    const messages = [{ role: 'user', content: '<<tools cities=Oslo,Rome,Lima>>' }];
    const first = await client.messages.stream({ model, max_tokens: 500, tools, messages }).finalMessage();
    const calls = first.content.filter((block) => block.type === 'tool_use');
    assert.equal(first.stop_reason, 'tool_use');
    assert.deepEqual(calls.map((call) => call.input.city), ['Oslo', 'Rome', 'Lima']);
    assert.equal(new Set(calls.map((call) => call.id)).size, 3);
    messages.push({ role: 'assistant', content: first.content });
    messages.push({ role: 'user', content: calls.map((call) => ({ type: 'tool_result', tool_use_id: call.id, content: [{ type: 'text', text: `${call.input.city} is fine` }] })) });
    const second = await client.messages.stream({ model, max_tokens: 500, tools, messages }).finalMessage();
    assert.equal(textOf(second), 'tools said: Oslo is fine | Rome is fine | Lima is fine');
  });
  test('thinks, and the thoughts may come back in the next turn', async () => {
    const thinking = { type: 'enabled', budget_tokens: 1024 };
    const messages = [{ role: 'user', content: '<<think>> of a number' }];
    const first = await client.messages.stream({ model, max_tokens: 4000, thinking, messages }).finalMessage();
    assert.equal(first.content[0].type, 'thinking');
    assert.equal(first.content[0].thinking, 'Let me think about it.');
    assert.equal(textOf(first), 'thought: of a number');
    messages.push({ role: 'assistant', content: first.content }, { role: 'user', content: 'and now' });
    const second = await client.messages.create({ model, max_tokens: 4000, thinking, messages });
    assert.equal(textOf(second), 'echo: and now');
  });
  test('carries an image', async () => {
    const content = [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } }, { type: 'text', text: '<<image>>' }];
    assert.equal(textOf(await client.messages.create(body(content))), `saw image/png;base64 ${PIXEL.length}`);
  });
  test('words the finish of a cut answer as max_tokens', async () => {
    assert.equal((await client.messages.create(body('<<length>>', { max_tokens: 5 }))).stop_reason, 'max_tokens');
  });
  test('counts tokens', async () => {
    const { input_tokens: count } = await client.messages.countTokens({ model, messages: [{ role: 'user', content: 'one two three four five six' }] });
    assert.ok(count > 0);
  });
  test('takes its key as a bearer token too', async () => {
    const bearer = new Anthropic({ baseURL: gateway.url, apiKey: null, authToken: gateway.key, maxRetries: 0 });
    assert.equal(textOf(await bearer.messages.create(body('hi'))), 'echo: hi');
  });
  test('works when the address was given with /v1 at its end', async () => {
    const pasted = new Anthropic({ baseURL: `${gateway.url}/v1`, apiKey: gateway.key, maxRetries: 0 });
    assert.equal(textOf(await pasted.messages.create(body('hi'))), 'echo: hi');
  });
  test('gives 401 for a wrong key', async () => {
    await refused(new Anthropic({ baseURL: gateway.url, apiKey: 'sk-wrong', maxRetries: 0 }).messages.create(body('x')), 401, 'authentication_error');
  });
  test('gives 400 naming the field that is wrong', async () => {
    const error = await refused(client.messages.create({ model, max_tokens: 10, messages: [{ role: 'user', content: 'a' }, { role: 'king', content: 'b' }] }), 400, 'invalid_request_error');
    assert.match(error.message, /messages(\.1|\[1\])\.role/);
    await gateway.seen(); // in its own format the body passes as it is, and the provider itself refuses it
  });
  test('hands on the refusal of the provider, with its words', async () => {
    const error = await refused(client.messages.create(body('<<error status=400 message=too_many_owls>>')), 400, 'invalid_request_error');
    assert.match(error.message, /too_many_owls/);
  });
  test('hands on a rate limit with the time to wait', async () => {
    const error = await refused(client.messages.create(body('<<error status=429 retry_after=7>>')), 429, 'rate_limit_error');
    assert.equal(error.headers.get('retry-after'), '7');
    assert.ok(error.requestID);
  });
  test('breaks a stream visibly when the provider breaks it', async () => {
    for (const fault of ['cut', 'reset', 'early_end', 'error_in_stream']) {
      const error = await client.messages.stream(body(`<<${fault} after=5 words=50>>`)).finalMessage().then(() => null, (thrown) => thrown);
      assert.ok(error, `${fault}: the stream ended as if it were whole`);
    }
  });
  test('ends the request at the provider when the caller aborts', async () => {
    const stream = client.messages.stream(body('<<text words=1000 gap=20>>'));
    await new Promise((resolve) => stream.once('text', resolve));
    stream.abort();
    await stream.done().catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 300));
    const [request] = await gateway.seen();
    assert.equal(request.gone, true);
  });
}
