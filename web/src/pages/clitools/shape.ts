import type { CliTool } from "../../api/schema";
import type { StateWord } from "../../ui";

/** Fills what is chosen into a text to copy; what is not chosen keeps its mark. */
export function filled(text: string, models: Record<string, string>): string {
  return Object.entries(models).reduce((made, [slot, model]) => (model.trim() ? made.replaceAll(`<${slot}>`, model.trim()) : made), text);
}

/** The same on another machine, as one line. */
export function command(tool: CliTool, url: string, models: Record<string, string>): string {
  const quoted = (text: string): string => (/^[\w./:@=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
  const chosen = tool.slots.filter((slot) => models[slot.id]?.trim());
  const single = tool.slots.length === 1;
  return [`omniroute setup ${tool.id} --url ${url} --key env:OMNIROUTE_KEY`, ...chosen.map((slot) => `--model ${quoted(single ? (models[slot.id] ?? "").trim() : `${slot.id}=${(models[slot.id] ?? "").trim()}`)}`)].join(" ");
}

export const wordOf = (tool: CliTool): StateWord => ({ ours: "ok", changed: "warn", unreadable: "bad", other: "unknown", hidden: "unknown", not_set: "off", by_hand: "off" } as const)[tool.state];

/** Who uses us first, then who is there, then the rest; by hand last. */
export function sorted(tools: CliTool[]): CliTool[] {
  const rank = (tool: CliTool): number => (tool.state === "ours" || tool.state === "changed" ? 0 : tool.found && tool.state !== "by_hand" ? 1 : tool.state === "by_hand" ? 3 : 2);
  return tools.map((tool, at) => ({ tool, at })).sort((a, b) => rank(a.tool) - rank(b.tool) || a.at - b.at).map(({ tool }) => tool);
}

/** The lines of a difference with what each one is. */
export function diffLines(diff: string): { is: "in" | "out" | "same" | "place"; text: string }[] {
  return diff.split("\n").filter(Boolean).map((line) => ({ is: line.startsWith("@@") || line.startsWith("\\") ? "place" : line.startsWith("+") ? "in" : line.startsWith("-") ? "out" : "same", text: line }));
}
