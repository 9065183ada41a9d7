// E10: which Latin words may stand on a page in another language. The list has words, each for itself: a sentence that was left in
// English has others. What the scene itself has named (keys, connections, models) is data and taken out whole.

/** Names of products, protocols and units, and code, which stay in Latin letters in every language. */
const WORDS = new Set(`
  OmniRoute OpenAI Anthropic Gemini Google Claude Code Codex OpenClaw Cline Kilo OpenCode Droid Continue Cursor Roo Opus Sonnet Haiku Ollama LM Studio vLLM DeepSeek OpenRouter
  GitHub Copilot Kiro IDE Qwen Antigravity OpenTelemetry Node Node.js Python curl Docker Linux Chrome HeadlessChrome Ctrl Alt Esc English
  API CIDR CLI HTTP HTTPS JSON OTLP SDK TCP TLS URL UTC YAML http https host:port host local span protobuf name value Chat Completions Messages Responses openai-chat
  min KiB MiB GiB
`.split(/\s+/).filter(Boolean));

/** A variable, a number with its unit or version, a suffix, an action of the audit log. */
const code = (word) => /_|\d|^\.|^[a-z]+\.[a-z]+$|^localhost$/.test(word);

/** A name where it is not part of a longer word. */
const alone = (name) => new RegExp(`(?<![\\w-])${name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?![\\w-])`, "g");

/** The words of `texts` that are neither code, nor in the list, nor one of `names`; each with the text that it stands in. */
export function untranslated(texts, names = []) {
  const longest = [...names].filter(Boolean).sort((a, b) => b.length - a.length);
  return texts.flatMap((text) => {
    const addresses = /(?<!\w)(?:https?:\/)?\/[\w.:/-]+/g;
    const rest = longest.reduce((left, name) => left.replace(alone(name), " "), text.replace(addresses, " "));
    const words = rest.match(/[A-Za-z.][\w.:-]*(?:\/[\w.:-]+)*/g) ?? [];
    return words.flatMap((word) => (code(word) ? [] : word.split("/"))).map((word) => word.replace(/[.:-]+$/, ""))
      .filter((word) => /[A-Za-z]{3,}/.test(word) && !code(word) && !WORDS.has(word)).map((word) => `${word} in "${text.trim().slice(0, 60)}"`);
  });
}

/** What a page shows and says: its texts, names for screen readers, hints in fields, its title. */
export const textsOf = (page) => page.evaluate(() => {
  const found = [document.title];
  const given = (element) => element.closest("code, pre, kbd, textarea, script, [translate=no], [lang=en], .brand, .tile, .model-list") || !element.checkVisibility();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) if (walker.currentNode.parentElement && !given(walker.currentNode.parentElement)) found.push(walker.currentNode.textContent);
  for (const element of document.querySelectorAll("[aria-label], [title], [placeholder], [alt]")) {
    const says = element.closest(".decisions") ? ["aria-label"] : ["aria-label", "title", "placeholder", "alt"]; // a reason's title is in the gateway's words
    if (!given(element)) found.push(...says.map((name) => element.getAttribute(name) ?? ""));
  }
  return [...new Set(found)];
});

/** What has been named in this gateway: keys, connections, providers and their models, combos. */
export async function namesIn(gateway) {
  const [keys, connections, nodes, combos, catalog] = await Promise.all(["/api/keys", "/api/providers", "/api/provider-nodes", "/api/combos", "/api/catalog/providers"].map((path) => gateway.api("GET", path)));
  return [
    ...keys.keys.map(({ name }) => name), ...connections.connections.flatMap(({ name, provider, providerName }) => [name, providerName, `${provider}/${name}`]),
    ...nodes.nodes.flatMap(({ name, prefix }) => [name, prefix]), ...combos.combos.map(({ name }) => name),
    ...catalog.providers.flatMap(({ id, name, models }) => [id, name, ...models.flatMap((model) => [model.name, model.id])]),
  ];
}
