import { signal } from "@preact/signals";

/** Whether the gateway answers; set by every call. */
export const online = signal(true);
let clockAhead = 0;
/** What the gateway's clock shows now, in Unix milliseconds; countdowns go by it. */
export const serverNow = (): number => Date.now() + clockAhead;
export function setServerNow(iso: string): void {
  clockAhead = new Date(iso).getTime() - Date.now();
}
/** What the first answer was made from, then the newest change that was told; "" = nothing came yet. */
export const heard = { mark: "" };
let answered: () => void = () => undefined;
/** Resolves when the first question has come back. */
export const firstAnswer = new Promise<void>((done) => { answered = done; });
/** Called when the gateway says that nobody is signed in. */
export const session = { ended: (): void => undefined };

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly field: string | null,
    readonly requestId: string | null,
    readonly retryAfter: number | null,
  ) {
    super(message);
  }
}

interface ErrorBody { error?: { message?: string; type?: string; code?: string; details?: { field: string }[] } }

function problem(answer: Response, body: ErrorBody | null): ApiError {
  const error = body?.error ?? {};
  const wait = Number(answer.headers.get("retry-after"));
  return new ApiError(answer.status, error.code ?? error.type ?? `http_${answer.status}`, error.message ?? "", error.details?.[0]?.field ?? null,
    answer.headers.get("x-request-id"), wait > 0 ? wait : null);
}

/** What was sent as a file, under the name it was given. */
async function fileOf(answer: Response): Promise<File> {
  const name = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") ?? "")?.[1];
  return new File([await answer.blob()], name ?? "download");
}

/** One call of the management API, whose answer is JSON, plain text or a File. Throws ApiError; status 0 = the gateway did not answer. */
export async function call<T>(method: string, path: string, body?: unknown, form: "json" | "text" | "file" = "json"): Promise<T> {
  const init: RequestInit = { method, credentials: "same-origin" };
  if (method !== "GET") {
    init.headers = { "content-type": "application/json" };
    init.body = JSON.stringify(body ?? {});
  }
  let answer: Response;
  let text = "";
  let file: File | null = null;
  try {
    answer = await fetch(path, init);
    heard.mark ||= answer.headers.get("x-omniroute-mark") ?? "";
    if (answer.ok && form === "file") file = await fileOf(answer);
    else text = await answer.text();
  } catch {
    online.value = false;
    throw new ApiError(0, "offline", "", null, null, null);
  } finally {
    answered();
  }
  online.value = true;
  if (answer.ok && form !== "json") return (file ?? text) as T;
  let json: unknown = null;
  try {
    json = JSON.parse(text);
  } catch {
    throw new ApiError(answer.status, "no_json", "", null, answer.headers.get("x-request-id"), null);
  }
  if (!answer.ok) {
    if (answer.status === 401 && !path.startsWith("/api/auth/")) session.ended();
    throw problem(answer, json as ErrorBody);
  }
  return json as T;
}

export const get = <T>(path: string): Promise<T> => call<T>("GET", path);
export const post = <T>(path: string, body?: unknown): Promise<T> => call<T>("POST", path, body);
export const patch = <T>(path: string, body: unknown): Promise<T> => call<T>("PATCH", path, body);
export const remove = <T>(path: string): Promise<T> => call<T>("DELETE", path);

/** What was thrown, as an ApiError. */
export function asError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  return new ApiError(0, "page", thrown instanceof Error ? thrown.message : String(thrown), null, null, null);
}

export interface ChatAnswer { text: string; model: string; inputTokens: number | null; outputTokens: number | null; milliseconds: number; requestId: string | null }
interface ChatBody { model?: string; choices?: { message?: { content?: string } }[]; usage?: { prompt_tokens?: number; completion_tokens?: number } }

/** One chat request with a key of the gateway, as a client would send it. */
export async function chat(key: string, model: string, text: string): Promise<ChatAnswer> {
  const began = performance.now();
  let answer: Response;
  let body: ChatBody & ErrorBody;
  try {
    answer = await fetch("/v1/chat/completions", {
      method: "POST",
      credentials: "omit",
      headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
      body: JSON.stringify({ model, messages: [{ role: "user", content: text }] }),
    });
    body = (await answer.json()) as ChatBody & ErrorBody;
  } catch {
    throw new ApiError(0, "offline", "", null, null, null);
  }
  if (!answer.ok) throw problem(answer, body);
  return {
    text: body.choices?.[0]?.message?.content ?? "",
    model: body.model ?? model,
    inputTokens: body.usage?.prompt_tokens ?? null,
    outputTokens: body.usage?.completion_tokens ?? null,
    milliseconds: Math.round(performance.now() - began),
    requestId: answer.headers.get("x-request-id"),
  };
}
