// What a program that uses the OpenAI SDK does all day.
import assert from 'node:assert/strict';
import OpenAI from 'openai';

const PIXEL = 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';
const weather = {
  type: 'function',
  function: { name: 'weather', description: 'The weather of a city.', parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } },
};

export function suite(test, gateway, model) {
  const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.key, maxRetries: 0 });
  const ask = (content, more = {}) => client.chat.completions.create({ model, messages: [{ role: 'user', content }], ...more });
  const refused = async (promise, status) => {
    const error = await promise.then(() => null, (thrown) => thrown);
    assert.ok(error instanceof OpenAI.APIError, `an answer, or not an API error: ${error}`);
    assert.equal(error.status, status);
    assert.ok(error.message.length > 10);
    return error;
  };

  test('lists models, each once', async () => {
    const ids = [];
    for await (const one of client.models.list()) ids.push(one.id);
    assert.ok(ids.length > 0);
    assert.equal(new Set(ids).size, ids.length);
  });
  test('gives one model by its id', async () => {
    const { data } = await client.models.list();
    const one = await client.models.retrieve(data[0].id);
    assert.equal(one.id, data[0].id);
  });
  test('answers whole, with usage', async () => {
    const answer = await ask('hello there', { temperature: 0.3, max_tokens: 200 });
    assert.equal(answer.object, 'chat.completion');
    assert.equal(answer.choices[0].message.content, 'echo: hello there');
    assert.equal(answer.choices[0].finish_reason, 'stop');
    assert.deepEqual([answer.usage.prompt_tokens, answer.usage.completion_tokens, answer.usage.total_tokens], [11, 7, 18]);
    assert.equal(answer.usage.prompt_tokens_details.cached_tokens, 3);
  });
  test('carries system and developer text, several turns, and texts in parts', async () => {
    const answer = await client.chat.completions.create({
      model,
      messages: [
        { role: 'developer', content: 'Be brief.' },
        { role: 'user', content: 'one' },
        { role: 'assistant', content: 'echo: one' },
        { role: 'user', content: [{ type: 'text', text: 'two ' }, { type: 'text', text: 'three' }] },
      ],
    });
    assert.equal(answer.choices[0].message.content, 'echo: two three');
    const [request] = await gateway.seen();
    assert.ok(JSON.stringify(request.body).includes('Be brief.'));
  });
  test('streams, with usage when it is asked for', async () => {
    const stream = await ask('<<text words=40 gap=2>>', { stream: true, stream_options: { include_usage: true } });
    let text = '', finish, usage, pieces = 0;
    for await (const chunk of stream) {
      pieces++;
      text += chunk.choices[0]?.delta?.content ?? '';
      finish = chunk.choices[0]?.finish_reason ?? finish;
      usage = chunk.usage ?? usage;
    }
    assert.equal(text, Array.from({ length: 40 }, (_, i) => `w${i} `).join(''));
    assert.equal(finish, 'stop');
    assert.equal(usage.completion_tokens, 7);
    assert.ok(pieces > 20, `the answer came in only ${pieces} pieces`);
  });
  test('streams without usage when it is not asked for', async () => {
    const stream = await ask('plain', { stream: true });
    for await (const chunk of stream) assert.ok(!chunk.usage && chunk.choices.length === 1);
  });
  test('keeps every character of a stream cut anywhere', async () => {
    const stream = await ask('<<utf8 bytes=1>>', { stream: true });
    let text = '';
    for await (const chunk of stream) text += chunk.choices[0]?.delta?.content ?? '';
    assert.equal(text, 'Grüße, 世界, 🚀 und \u2028 "[DONE]" \\ end');
  });
  test('calls a tool and takes its result', async () => {
    const messages = [{ role: 'user', content: '<<tool city=Bergen>>' }];
    const first = await client.chat.completions.create({ model, messages, tools: [weather], tool_choice: 'auto' });
    const { message, finish_reason: finish } = first.choices[0];
    assert.equal(finish, 'tool_calls');
    assert.deepEqual(JSON.parse(message.tool_calls[0].function.arguments), { city: 'Bergen' });
    messages.push(message, { role: 'tool', tool_call_id: message.tool_calls[0].id, content: 'rain' });
    const second = await client.chat.completions.create({ model, messages, tools: [weather] });
    assert.equal(second.choices[0].message.content, 'tools said: rain');
  });
  test('streams parallel tool calls and takes their results', async () => {
    const messages = [{ role: 'user', content: '<<tools cities=Oslo,Rome,Lima>>' }];
    const answer = await client.chat.completions.stream({ model, messages, tools: [weather] }).finalChatCompletion();
    const { message, finish_reason: finish } = answer.choices[0];
    assert.equal(finish, 'tool_calls');
    assert.deepEqual(message.tool_calls.map((call) => JSON.parse(call.function.arguments).city), ['Oslo', 'Rome', 'Lima']);
    assert.equal(new Set(message.tool_calls.map((call) => call.id)).size, 3);
    messages.push(message, ...message.tool_calls.map((call) => ({ role: 'tool', tool_call_id: call.id, content: JSON.parse(call.function.arguments).city + ' is fine' })));
    const second = await client.chat.completions.stream({ model, messages, tools: [weather] }).finalChatCompletion();
    assert.equal(second.choices[0].message.content, 'tools said: Oslo is fine | Rome is fine | Lima is fine');
  });
  test('carries an image', async () => {
    const answer = await ask([{ type: 'text', text: '<<image>>' }, { type: 'image_url', image_url: { url: PIXEL } }]);
    assert.equal(answer.choices[0].message.content, `saw image/png;base64 ${PIXEL.length - 'data:image/png;base64,'.length}`);
  });
  test('words the finish of a cut answer as length', async () => {
    const answer = await ask('<<length>>', { max_tokens: 5 });
    assert.equal(answer.choices[0].finish_reason, 'length');
  });
  test('gives 401 for a wrong key and 404 for an unknown path', async () => {
    await refused(new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'sk-wrong', maxRetries: 0 }).chat.completions.create({ model, messages: [{ role: 'user', content: 'x' }] }), 401);
    await refused(client.get('/nowhere'), 404);
  });
  test('gives 400 naming the field that is wrong', async () => {
    const error = await refused(client.chat.completions.create({ model, messages: [{ role: 'user', content: 'a' }, { role: 'king', content: 'b' }] }), 400);
    assert.match(`${error.param} ${error.message}`, /messages(\.1|\[1\])\.role/);
    await gateway.seen(); // in its own format the body passes as it is, and the provider itself refuses it
  });
  test('hands on the refusal of the provider, with its words', async () => {
    const error = await refused(ask('<<error status=400 message=too_many_owls>>'), 400);
    assert.match(error.message, /too_many_owls/);
    assert.equal(error.type, 'invalid_request_error');
  });
  test('hands on a rate limit with the time to wait', async () => {
    const error = await refused(ask('<<error status=429 retry_after=7>>'), 429);
    assert.equal(error.headers.get('retry-after'), '7');
    assert.ok(error.requestID);
  });
  test('is asked again by the SDK after a rate limit of a second', async () => {
    const patient = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.key, maxRetries: 1 });
    await refused(patient.chat.completions.create({ model, messages: [{ role: 'user', content: '<<error status=429 retry_after=1>>' }] }), 429);
    assert.ok((await gateway.seen()).length >= 2);
  });
  test('breaks a stream visibly when the provider breaks it', async () => {
    for (const fault of ['cut', 'reset', 'early_end', 'error_in_stream']) {
      const read = async () => { for await (const chunk of await ask(`<<${fault} after=4 words=50>>`, { stream: true })) void chunk; };
      const error = await read().then(() => null, (thrown) => thrown);
      assert.ok(error, `${fault}: the stream ended as if it were whole`);
    }
  });
  test('ends the request at the provider when the caller aborts', async () => {
    const stream = await ask('<<text words=1000 gap=20>>', { stream: true });
    let pieces = 0;
    for await (const chunk of stream) {
      void chunk;
      if (++pieces === 3) break;
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
    const [request] = await gateway.seen();
    assert.equal(request.gone, true);
  });
}
