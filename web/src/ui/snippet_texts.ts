// How each client is pointed at this gateway. The key is a mark unless the page has just made one.
export interface Snippet { id: string; name: string; language: string; text: string }

export const KEY_MARK = "sk-omr-…";

export function snippets(origin: string, key: string, model: string): Snippet[] {
  const base = `${origin}/v1`;
  return [
    { id: "curl", name: "curl", language: "sh", text: `curl ${base}/chat/completions \\\n  -H "Authorization: Bearer ${key}" \\\n  -H "Content-Type: application/json" \\\n  -d '{"model":"${model}","messages":[{"role":"user","content":"Hello"}]}'` },
    { id: "python", name: "Python", language: "python", text: `from openai import OpenAI\n\nclient = OpenAI(base_url="${base}", api_key="${key}")\nanswer = client.chat.completions.create(\n    model="${model}",\n    messages=[{"role": "user", "content": "Hello"}],\n)\nprint(answer.choices[0].message.content)` },
    { id: "node", name: "Node.js", language: "js", text: `import OpenAI from "openai";\n\nconst client = new OpenAI({ baseURL: "${base}", apiKey: "${key}" });\nconst answer = await client.chat.completions.create({\n  model: "${model}",\n  messages: [{ role: "user", content: "Hello" }],\n});\nconsole.log(answer.choices[0].message.content);` },
    { id: "claude", name: "Claude Code", language: "sh", text: `export ANTHROPIC_BASE_URL=${origin}\nexport ANTHROPIC_AUTH_TOKEN=${key}\nexport ANTHROPIC_MODEL=${model}\nclaude` },
    { id: "codex", name: "Codex", language: "toml", text: `# ~/.codex/config.toml; and: export OMNIROUTE_API_KEY=${key}\nmodel = "${model}"\nmodel_provider = "omniroute"\n\n[model_providers.omniroute]\nname = "OmniRoute"\nbase_url = "${base}"\nenv_key = "OMNIROUTE_API_KEY"\nwire_api = "responses"` },
    { id: "gemini", name: "Gemini CLI", language: "sh", text: `export GOOGLE_GEMINI_BASE_URL=${origin}\nexport GEMINI_API_KEY=${key}\ngemini --model ${model}` },
    { id: "env", name: ".env", language: "sh", text: `OPENAI_BASE_URL=${base}\nOPENAI_API_KEY=${key}\nANTHROPIC_BASE_URL=${origin}\nANTHROPIC_AUTH_TOKEN=${key}` },
  ];
}
