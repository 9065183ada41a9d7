// A gateway in use: three nodes, keys, and a known mix of requests.
import { Gateway } from "./gateway.mjs";
import { until } from "./suite.mjs";

export const PASSWORD = "correct horse battery";

export async function busyGateway({ binary, upstream, moody }) {
  const gateway = await new Gateway(binary, { env: { INITIAL_PASSWORD: PASSWORD, CLI_MODE: "host" } }).start();
  await gateway.api("POST", "/api/auth/login", { password: PASSWORD });
  const key = (await gateway.api("POST", "/api/keys", { name: "laptop" })).key;
  await gateway.api("POST", "/api/keys", { name: "a build server with a rather long name", scopes: ["inference", "read", "admin"], allowedModels: ["demo/*"] });
  const node = await gateway.api("POST", "/api/provider-nodes", { prefix: "oc", name: "Workstation", type: "openai", baseUrl: `${upstream.url}/v1`, apiKey: "upstream-secret-4711" });
  const limited = await gateway.api("POST", "/api/provider-nodes", { prefix: "lim", name: "Limited", type: "openai", baseUrl: `${moody.url}/429/v1`, apiKey: "upstream-secret-4712" });
  for (const name of ["private", "work"]) await gateway.api("POST", "/api/providers", { provider: "openai", apiKey: `sk-test-${name}-12345678`, name });
  await gateway.api("POST", `/api/providers/${limited.connection.id}/test`, { depth: "chat" });
  const tally = { requests: 0, errors: 0, limited: 0 };
  const send = async (model, text, stream) => {
    const status = await gateway.chat(key, model, text, stream);
    tally.requests += 1;
    if (status >= 400) tally.errors += 1;
    if (status === 429) tally.limited += 1;
    return status;
  };
  for (let i = 0; i < 6; i += 1) await send("oc/m", `hello ${i}`, i % 2 === 0);
  await send("demo/echo", "hello");
  await send("oc/m", "<<error status=400>>");
  await send("oc/m", "<<error status=500>>");
  await send("oc/m", "<<error status=429>>");
  await until(async () => (await gateway.api("GET", "/api/overview")).day.totals.requests === tally.requests, "all requests in the history");
  return { gateway, key, node, limited, tally, send };
}
