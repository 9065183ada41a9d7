// What a program that uses Google's SDK does all day.
import assert from 'node:assert/strict';
import { ApiError, GoogleGenAI } from '@google/genai';

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';
const weather = {
  name: 'weather', description: 'The weather of a city.',
  parameters: { type: 'OBJECT', properties: { city: { type: 'STRING' } }, required: ['city'] },
};

export function suite(test, gateway, model) {
  const client = new GoogleGenAI({ apiKey: gateway.key, httpOptions: { baseUrl: gateway.url } });
  const say = (text) => [{ role: 'user', parts: [{ text }] }];
  const ask = (contents, config) => client.models.generateContent({ model, contents, config });
  const stream = (contents, config) => client.models.generateContentStream({ model, contents, config });
  const answers = (calls) => ({ role: 'user', parts: calls.map(({ id, name, args }) => ({ functionResponse: { id, name, response: { output: `${args.city} is fine` } } })) });
  const refused = async (promise, status) => {
    const error = await promise.then(() => null, (thrown) => thrown);
    assert.ok(error instanceof ApiError, `an answer, or not an API error: ${error}`);
    assert.equal(error.status, status);
    const inside = JSON.parse(error.message).error;
    assert.equal(inside.code, status);
    assert.ok(inside.status && inside.message);
    return inside;
  };

  test('lists models', async () => {
    const names = [];
    for await (const one of await client.models.list()) names.push(one.name);
    assert.ok(names.length > 0 && names.every((name) => name.startsWith('models/')));
  });
  test('answers whole, with usage', async () => {
    const answer = await ask('hello there', { systemInstruction: 'Be brief.', temperature: 0.2, maxOutputTokens: 200 });
    assert.equal(answer.text, 'echo: hello there');
    assert.equal(answer.candidates[0].finishReason, 'STOP');
    const { promptTokenCount, candidatesTokenCount, totalTokenCount, cachedContentTokenCount } = answer.usageMetadata;
    assert.deepEqual([promptTokenCount, candidatesTokenCount, totalTokenCount, cachedContentTokenCount], [11, 7, 18, 3]);
    const [request] = await gateway.seen();
    assert.ok(JSON.stringify(request.body).includes('Be brief.'));
  });
  test('streams, and says how it ended', async () => {
    let text = '', finish, usage, pieces = 0;
    for await (const chunk of await stream(say('<<text words=40 gap=2>>'))) {
      pieces++;
      text += chunk.text ?? '';
      finish = chunk.candidates?.[0]?.finishReason ?? finish;
      usage = chunk.usageMetadata ?? usage;
    }
    assert.equal(text, Array.from({ length: 40 }, (_, i) => `w${i} `).join(''));
    assert.equal(finish, 'STOP');
    assert.equal(usage.totalTokenCount, 18);
    assert.ok(pieces > 20, `the answer came in only ${pieces} pieces`);
  });
  test('keeps every character of a stream cut anywhere', async () => {
    let text = '';
    for await (const chunk of await stream(say('<<utf8 bytes=1>>'))) text += chunk.text ?? '';
    assert.equal(text, 'Grüße, 世界, 🚀 und \u2028 "[DONE]" \\ end');
  });
  test('calls tools, streamed and whole, and takes their results', async () => {
    const contents = say('<<tools cities=Oslo,Rome,Lima>>');
    const config = { tools: [{ functionDeclarations: [weather] }] };
    const whole = await ask(contents, config);
    const streamed = [];
    for await (const chunk of await stream(contents, config)) streamed.push(...(chunk.functionCalls ?? []));
    for (const calls of [whole.functionCalls, streamed]) assert.deepEqual(calls.map((call) => call.args.city), ['Oslo', 'Rome', 'Lima']);
    const after = await ask([...contents, whole.candidates[0].content, answers(whole.functionCalls)], config);
    assert.equal(after.text, 'tools said: Oslo is fine | Rome is fine | Lima is fine');
  });
  test('shows thoughts where they are asked for, and takes them back', async () => {
    const contents = say('<<think>> of it');
    const first = await ask(contents, { thinkingConfig: { includeThoughts: true, thinkingBudget: 2048 } });
    assert.equal(first.text, 'thought: of it');
    const again = await ask([...contents, first.candidates[0].content, { role: 'user', parts: [{ text: 'more' }] }]);
    assert.equal(again.text, 'echo: more');
  });
  test('chats', async () => {
    const chat = client.chats.create({ model, history: [{ role: 'user', parts: [{ text: 'hi' }] }, { role: 'model', parts: [{ text: 'hello' }] }] });
    let text = '';
    for await (const chunk of await chat.sendMessageStream({ message: 'one' })) text += chunk.text ?? '';
    assert.equal(text, 'echo: one');
    assert.equal((await chat.sendMessage({ message: 'two' })).text, 'echo: two');
  });
  test('carries an image', async () => {
    const answer = await ask([{ role: 'user', parts: [{ inlineData: { mimeType: 'image/png', data: PIXEL } }, { text: '<<image>>' }] }]);
    assert.equal(answer.text, `saw image/png;base64 ${PIXEL.length}`);
  });
  test('counts tokens', async () => {
    assert.ok((await client.models.countTokens({ model, contents: 'one two three four' })).totalTokens > 0);
  });
  test('words the finish of a cut answer as MAX_TOKENS', async () => {
    assert.equal((await ask('<<length>>', { maxOutputTokens: 20 })).candidates[0].finishReason, 'MAX_TOKENS');
  });
  test('gives 401 for a wrong key, and the refusals of the provider in its own words', async () => {
    const other = new GoogleGenAI({ apiKey: 'sk-wrong', httpOptions: { baseUrl: gateway.url } });
    await refused(other.models.generateContent({ model, contents: 'x' }), 401);
    assert.match((await refused(ask('<<error status=400 message=too_many_owls>>'), 400)).message, /too_many_owls/);
    assert.equal((await refused(ask('<<error status=429 retry_after=7>>'), 429)).status, 'RESOURCE_EXHAUSTED');
  });
  test('breaks a stream visibly when the provider breaks it', async () => {
    for (const fault of ['cut', 'reset', 'early_end', 'error_in_stream']) {
      const read = async () => { for await (const chunk of await stream(say(`<<${fault} after=4 words=50>>`))) void chunk; };
      const error = await read().then(() => null, (thrown) => thrown);
      assert.ok(error, `${fault}: the stream ended as if it were whole`);
    }
  });
  test('ends the request at the provider when the caller aborts', async () => {
    const abort = new AbortController();
    const read = async () => {
      let pieces = 0;
      for await (const chunk of await stream(say('<<text words=1000 gap=20>>'), { abortSignal: abort.signal })) {
        void chunk;
        if (++pieces === 3) abort.abort();
      }
    };
    await read().catch(() => null);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const [request] = await gateway.seen();
    assert.equal(request.gone, true);
  });
}
