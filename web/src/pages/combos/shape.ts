// Combos as the page edits them, templates, and files of combos.
import type { CatalogProvider, Combo, ComboConfig, ComboTarget, Strategy, Tier } from "../../api/types";

export interface Draft { name: string; strategy: Strategy; targets: ComboTarget[]; config: ComboConfig; isActive: boolean }

export const STRATEGIES: readonly Strategy[] = ["fill-first", "round-robin", "weighted", "p2c", "random", "least-used", "cost-optimized"];
export const EMPTY: Draft = { name: "", strategy: "fill-first", targets: [], config: {}, isActive: true };

export const targetOf = (entry: string | ComboTarget): ComboTarget => (typeof entry === "string" ? { model: entry } : entry);

export function draftOf(combo: Combo): Draft {
  const { strategy: _, ...config } = combo.config;
  return { name: combo.name, strategy: combo.strategy, targets: combo.models.map(targetOf), config, isActive: combo.isActive };
}

/** As the API takes it; a target that says nothing but its model is its name. Weights count with their strategy alone. */
export function bodyOf(draft: Draft): Record<string, unknown> {
  const models = draft.targets.map((target) => {
    const { model, account, weight, config } = target;
    const whole = { model, ...(account ? { account } : {}), ...(draft.strategy === "weighted" && weight ? { weight } : {}), ...(config && Object.keys(config).length > 0 ? { config } : {}) };
    return Object.keys(whole).length === 1 ? model : whole;
  });
  return { name: draft.name, models, config: { ...draft.config, strategy: draft.strategy }, isActive: draft.isActive };
}

export const sameDraft = (a: Draft, b: Draft): boolean => JSON.stringify(bodyOf(a)) === JSON.stringify(bodyOf(b));

export type TemplateId = "subscription" | "free" | "always" | "fast";
export interface Template { id: TemplateId; name: string; strategy: Strategy; tiers: readonly Tier[]; config: ComboConfig; usual: readonly string[] }

// What each is for, and the models that it names where nothing that fits is connected.
export const TEMPLATES: readonly Template[] = [
  { id: "subscription", name: "maximize-subscription", strategy: "fill-first", tiers: ["subscription", "cheap", "free", "local"], config: {}, usual: ["cc/claude-opus-4-6", "glm/glm-4.7", "if/kimi-k2-thinking"] },
  { id: "free", name: "zero-cost", strategy: "fill-first", tiers: ["free", "local"], config: { maxInputPrice: 0.000001 }, usual: ["gc/gemini-3-flash-preview", "if/kimi-k2-thinking", "qw/qwen3-coder-plus"] },
  { id: "always", name: "always-on", strategy: "fill-first", tiers: ["subscription", "apikey", "cheap", "free", "local"], config: {}, usual: ["cc/claude-opus-4-6", "cx/gpt-5.2-codex", "glm/glm-4.7", "minimax/MiniMax-M2.1", "if/kimi-k2-thinking"] },
  { id: "fast", name: "fast", strategy: "p2c", tiers: ["apikey", "subscription", "cheap", "free", "local"], config: { hedgeAfterMs: 3000 }, usual: ["groq/llama-3.3-70b-versatile", "cerebras/zai-glm-4.6"] },
];

/** One model of each connected provider, tier after tier; what the template usually names where fewer than two are connected. */
export function fromTemplate(template: Template, providers: readonly CatalogProvider[]): Draft {
  const connected = template.tiers.flatMap((tier) => providers.filter((each) => each.tier === tier && each.usable && each.activeConnections > 0 && each.id !== "demo" && each.models.length > 0));
  const models = connected.map((each) => `${each.alias}/${each.models[0]?.id ?? ""}`);
  const targets = models.length >= 2 ? models : [...models, ...template.usual.filter((each) => !models.includes(each))];
  return { ...EMPTY, name: template.name, strategy: template.strategy, targets: targets.map((model) => ({ model })), config: template.id === "free" ? {} : template.config };
}

/** A combo of what is connected, best first; null where one model is all there is. */
export function proposal(providers: readonly CatalogProvider[]): Draft | null {
  const always = TEMPLATES.find((each) => each.id === "always");
  if (!always) return null;
  const draft = fromTemplate({ ...always, usual: [] }, providers);
  return draft.targets.length >= 2 ? { ...draft, name: "my-stack" } : null;
}

/** A name that no other combo has. */
export function freeName(wanted: string, taken: readonly string[]): string {
  if (!taken.includes(wanted)) return wanted;
  for (let n = 2; ; n += 1) if (!taken.includes(`${wanted}-${n}`)) return `${wanted}-${n}`;
}

/** The combos of a file: {"combos": […]}, a list, or one; null where it holds none. */
export function readFile(text: string): Record<string, unknown>[] | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
  const list: unknown[] = Array.isArray(json) ? json : isObject(json) && Array.isArray(json["combos"]) ? json["combos"] : [json];
  const combos = list.filter(isObject).filter((each) => typeof each["name"] === "string" && Array.isArray(each["models"]));
  return combos.length > 0 && combos.length === list.length ? combos.map(({ id: _, createdAt: __, updatedAt: ___, ...rest }) => rest) : null;
}

export const fileOf = (combos: readonly Combo[]): string => JSON.stringify({ combos: combos.map(({ id: _, createdAt: __, updatedAt: ___, ...rest }) => rest) }, null, 2);

/** Which combos a new target would make contain themselves. */
export function cycle(name: string, model: string, combos: readonly Combo[], seen: readonly string[] = []): boolean {
  if (model === name) return true;
  const inner = combos.find((each) => each.name === model);
  if (!inner || seen.includes(model)) return false;
  return inner.models.some((entry) => cycle(name, targetOf(entry).model, combos, [...seen, model]));
}
