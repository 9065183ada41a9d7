// What a program that uses the OpenAI SDK's Responses API does all day.
import assert from 'node:assert/strict';
import OpenAI from 'openai';

const PIXEL = 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';
const weather = {
  type: 'function', name: 'weather', description: 'The weather of a city.', strict: false,
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

export function suite(test, gateway, model) {
  const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.key, maxRetries: 0 });
  const ask = (input, more = {}) => client.responses.create({ model, input, store: false, ...more });
  const calls = (response) => response.output.filter((item) => item.type === 'function_call');
  const results = (found) => found.map((call) => ({ type: 'function_call_output', call_id: call.call_id, output: `${JSON.parse(call.arguments).city} is fine` }));
  const refused = async (promise, status) => {
    const error = await promise.then(() => null, (thrown) => thrown);
    assert.ok(error instanceof OpenAI.APIError, `an answer, or not an API error: ${error}`);
    assert.equal(error.status, status);
    return error;
  };

  test('answers whole, with usage', async () => {
    const response = await ask('hello there', { instructions: 'Be brief.', max_output_tokens: 200 });
    assert.equal(response.status, 'completed');
    assert.equal(response.output_text, 'echo: hello there');
    assert.deepEqual([response.usage.input_tokens, response.usage.output_tokens, response.usage.total_tokens], [11, 7, 18]);
    const [request] = await gateway.seen();
    assert.ok(JSON.stringify(request.body).includes('Be brief.'));
  });
  test('streams, and the final response is what was streamed', async () => {
    const stream = client.responses.stream({ model, input: '<<text words=40 gap=2>>', store: false });
    let text = '', numbers = [];
    for await (const event of stream) {
      numbers.push(event.sequence_number);
      if (event.type === 'response.output_text.delta') text += event.delta;
    }
    assert.equal(text, Array.from({ length: 40 }, (_, i) => `w${i} `).join(''));
    assert.deepEqual(numbers, numbers.map((_, i) => i));
    const final = await stream.finalResponse();
    assert.equal(final.output_text, text);
    assert.equal(final.usage.total_tokens, 18);
  });
  test('streams parallel tool calls and takes their results', async () => {
    const input = [{ role: 'user', content: '<<tools cities=Oslo,Rome,Lima>>' }];
    const first = await client.responses.stream({ model, input, store: false, tools: [weather] }).finalResponse();
    assert.deepEqual(calls(first).map((call) => JSON.parse(call.arguments).city), ['Oslo', 'Rome', 'Lima']);
    const second = await ask([...input, ...first.output, ...results(calls(first))], { tools: [weather] });
    assert.equal(second.output_text, 'tools said: Oslo is fine | Rome is fine | Lima is fine');
  });
  test('gives reasoning back as it came', async () => {
    const input = [{ role: 'user', content: '<<think>> of it' }];
    const first = await ask(input, { reasoning: { effort: 'high', summary: 'auto' }, include: ['reasoning.encrypted_content'] });
    assert.equal(first.output_text, 'thought: of it');
    const again = await ask([...input, ...first.output, { role: 'user', content: 'more' }], { include: ['reasoning.encrypted_content'] });
    assert.equal(again.output_text, 'echo: more');
  });
  test('goes on from a kept response', async () => {
    const first = await client.responses.create({ model: model === 'an/m' ? 'oc/m' : 'an/m', input: 'one' }); // the fake provider's ids are always the same
    const second = await client.responses.create({ model, input: 'two', previous_response_id: first.id });
    assert.equal(second.output_text, 'echo: two');
    const kept = await client.responses.retrieve(first.id);
    assert.equal(kept.output_text ?? kept.output[0].content[0].text, 'echo: one');
    await client.responses.delete(first.id);
    await refused(client.responses.retrieve(first.id), 404);
  });
  test('compacts, and goes on from that', async () => {
    const compacted = await client.responses.compact({ model, input: [{ role: 'user', content: 'a long story' }] });
    assert.equal(compacted.object, 'response.compaction');
    const after = await ask([...compacted.output, { role: 'user', content: 'go on' }]);
    assert.match(after.output_text, /go on$/);
    await gateway.seen(); // a provider without compaction refuses before a summary is asked for
  });
  test('counts tokens', async () => {
    const count = await client.responses.inputTokens.count({ model, input: 'one two three four' });
    assert.ok(count.input_tokens > 0);
  });
  test('carries an image', async () => {
    const response = await ask([{ role: 'user', content: [{ type: 'input_text', text: '<<image>>' }, { type: 'input_image', image_url: PIXEL, detail: 'auto' }] }]);
    assert.equal(response.output_text, `saw image/png;base64 ${PIXEL.length - 'data:image/png;base64,'.length}`);
  });
  test('words a cut answer as incomplete', async () => {
    const response = await ask('<<length>>', { max_output_tokens: 20 });
    assert.equal(response.status, 'incomplete');
    assert.equal(response.incomplete_details.reason, 'max_output_tokens');
  });
  test('hands on the refusal of the provider, and a rate limit with the time to wait', async () => {
    assert.match((await refused(ask('<<error status=400 message=too_many_owls>>'), 400)).message, /too_many_owls/);
    assert.equal((await refused(ask('<<error status=429 retry_after=7>>'), 429)).headers.get('retry-after'), '7');
  });
  test('breaks a stream visibly when the provider breaks it', async () => {
    for (const fault of ['cut', 'reset', 'early_end', 'error_in_stream']) {
      const read = async () => {
        let last;
        for await (const event of await ask(`<<${fault} after=4 words=50>>`, { stream: true })) last = event.type;
        return last;
      };
      const last = await read().catch(() => 'an error');
      assert.notEqual(last, 'response.completed', `${fault}: the stream ended as if it were whole`);
      assert.ok(['response.failed', 'error', 'an error'].includes(last), `${fault}: the last event is ${last}`);
    }
  });
  test('ends the request at the provider when the caller aborts', async () => {
    const stream = await ask('<<text words=1000 gap=20>>', { stream: true });
    let pieces = 0;
    for await (const event of stream) {
      void event;
      if (++pieces === 6) break;
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
    const [request] = await gateway.seen();
    assert.equal(request.gone, true);
  });
}
