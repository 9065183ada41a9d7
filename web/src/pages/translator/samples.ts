// What the translator opens with: small bodies that show what formats differ in.
export const FORMATS = ["openai-chat", "openai-responses", "anthropic", "gemini"] as const;
export type FormatId = (typeof FORMATS)[number];
export const WHATS = ["request", "response", "stream", "error"] as const;
export type What = (typeof WHATS)[number];

const weather = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };

export interface Sample { id: "chat" | "tools" | "thinking"; format: FormatId; what: What; body: string }
const json = (body: unknown): string => JSON.stringify(body, null, 2);

export const SAMPLES: readonly Sample[] = [
  { id: "chat", format: "openai-chat", what: "request", body: json({ model: "gpt-5", messages: [{ role: "system", content: "Answer in one sentence." }, { role: "user", content: "What is a gateway?" }], max_tokens: 200, temperature: 0.2, logit_bias: { "50256": -100 } }) },
  { id: "tools", format: "openai-chat", what: "request", body: json({ model: "gpt-5", messages: [{ role: "user", content: "Weather in Oslo?" }, { role: "assistant", content: null, tool_calls: [{ id: "call_1", type: "function", function: { name: "weather", arguments: "{\"city\":\"Oslo\"}" } }] }, { role: "tool", tool_call_id: "call_1", content: "4 °C, rain" }], tools: [{ type: "function", function: { name: "weather", parameters: weather } }], parallel_tool_calls: false }) },
  { id: "thinking", format: "anthropic", what: "request", body: json({ model: "claude-sonnet-4-5", max_tokens: 4000, thinking: { type: "enabled", budget_tokens: 2000 }, system: [{ type: "text", text: "Think first.", cache_control: { type: "ephemeral" } }], messages: [{ role: "user", content: "Is 9.9 more than 9.11?" }] }) },
];

export const STREAM_SAMPLE = 'data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"Hel"},"finish_reason":null}]}\n\ndata: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"lo"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';
export const RESPONSE_SAMPLE = json({ id: "c1", object: "chat.completion", created: 1, model: "m", choices: [{ index: 0, message: { role: "assistant", content: "Hello" }, finish_reason: "stop" }], usage: { prompt_tokens: 5, completion_tokens: 1, total_tokens: 6 } });
export const ERROR_SAMPLE = json({ error: { message: "Rate limit reached", type: "rate_limit_error", param: null, code: "rate_limit_exceeded" } });

/** What a tab opens with. */
export function sampleOf(what: What): { format: FormatId; body: string } {
  if (what === "stream") return { format: "openai-chat", body: STREAM_SAMPLE };
  if (what === "response") return { format: "openai-chat", body: RESPONSE_SAMPLE };
  if (what === "error") return { format: "openai-chat", body: ERROR_SAMPLE };
  return { format: "openai-chat", body: SAMPLES[0]?.body ?? "{}" };
}

const white = /[ \t\r\n]*/y;
const scalar = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** How far a JSON text is well formed (RFC 8259). Browsers word the place in different ways, or not at all. */
function wellFormedUntil(text: string): number {
  let at = 0;
  const skip = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    at += found?.[0].length ?? 0;
    return found !== null;
  };
  const take = (mark: string): boolean => {
    skip(white);
    if (text[at] !== mark) return false;
    at += 1;
    return true;
  };
  const list = (end: string, item: () => boolean): boolean => {
    if (take(end)) return true;
    do if (!item()) return false;
    while (take(","));
    return take(end);
  };
  const value = (): boolean => {
    if (take("{")) return list("}", () => (skip(white), text[at] === '"' && skip(scalar) && take(":") && value()));
    if (take("[")) return list("]", value);
    skip(white);
    return skip(scalar);
  };
  value();
  skip(white);
  return at;
}

/** Where a JSON text breaks: line and column from 1; null = it is well formed. */
export function jsonFault(text: string): { line: number; column: number } | null {
  try {
    JSON.parse(text);
    return null;
  } catch {
    const before = text.slice(0, wellFormedUntil(text)).split("\n");
    return { line: before.length, column: (before[before.length - 1]?.length ?? 0) + 1 };
  }
}

/** A result as the page shows it: JSON laid out, streams as they are. */
export function shown(result: unknown): string {
  return typeof result === "string" ? result : JSON.stringify(result, null, 2);
}
