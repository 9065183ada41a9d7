import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { type ApiError, asError, post } from "../../api/client";
import type { Loss, Translated } from "../../api/types";
import { place, setQuery } from "../../app/router";
import { t } from "../../i18n";
import { Button, CopyButton, explain, Note, Tabs, Tag, TextArea } from "../../ui";
import { type FormatId, FORMATS, jsonFault, sampleOf, SAMPLES, shown, type What, WHATS } from "./samples";

interface Column { text: string; losses: Loss[]; error: ApiError | null }
const formatName: Record<FormatId, string> = { "openai-chat": "OpenAI Chat", "openai-responses": "OpenAI Responses", anthropic: "Anthropic", gemini: "Gemini" };
const PAUSE_MS = 150;

async function translate(from: FormatId, to: FormatId, what: What, text: string): Promise<Column> {
  try {
    const body: unknown = what === "stream" ? text : JSON.parse(text);
    const answer = await post<Translated>("/api/translator/translate", { step: "direct", what, sourceFormat: from, targetFormat: to, body, ...(what === "error" ? { status: 429 } : {}) });
    return { text: shown(answer.result), losses: answer.losses, error: null };
  } catch (thrown) {
    return { text: "", losses: [], error: asError(thrown) };
  }
}

function Losses({ losses }: { losses: Loss[] }): JSX.Element {
  if (losses.length === 0) return <Tag is="ok">{t("translator.lossless")}</Tag>;
  return (
    <details>
      <summary>{t("translator.losses", { count: losses.length })}</summary>
      <ul class="losses small">
        {losses.map((loss) => (
          <li key={`${loss.field}/${loss.why}`}><code>{loss.field}</code> <Tag is="warn">{loss.how === "dropped" ? t("translator.dropped") : t("translator.nearest")}</Tag> <span class="muted wrap-any">{loss.why}</span></li>
        ))}
      </ul>
    </details>
  );
}

/** One text in four formats: whichever is edited leads, the others follow. */
export default function Translator(): JSX.Element {
  const asked = place.value.query.get("what");
  const what: What = WHATS.find((each) => each === asked) ?? "request";
  const [from, setFrom] = useState<FormatId>(sampleOf(what).format);
  const [text, setText] = useState(sampleOf(what).body);
  const [columns, setColumns] = useState<Partial<Record<FormatId, Column>>>({});
  const fault = what === "stream" ? null : jsonFault(text);
  const open = (format: FormatId, body: string): void => {
    setFrom(format);
    setText(body);
  };
  useEffect(() => {
    if (fault) return undefined;
    let wanted = true;
    const timer = setTimeout(() => {
      for (const to of FORMATS.filter((each) => each !== from)) {
        void translate(from, to, what, text).then((column) => {
          if (wanted) setColumns((before) => ({ ...before, [to]: column }));
        });
      }
    }, PAUSE_MS);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [from, text, what]);
  const names: Record<What, string> = { request: t("translator.request"), response: t("translator.response"), stream: t("translator.stream"), error: t("translator.error") };
  const samples = { chat: t("translator.sample.chat"), tools: t("translator.sample.tools"), thinking: t("translator.sample.thinking") };
  return (
    <div class="stack">
      <p class="muted reading">{t("translator.text")} <code>omniroute translate</code></p>
      <Tabs label={t("translator.what")} tabs={WHATS.map((id) => ({ id, name: names[id] }))} active={what}
        onChange={(id) => {
          const next = WHATS.find((each) => each === id) ?? "request";
          const sample = sampleOf(next);
          setColumns({});
          open(sample.format, sample.body);
          setQuery({ what: next === "request" ? null : next });
        }}>
        <div class="stack">
          {what === "request" && (
            <div class="choices" role="group" aria-label={t("translator.samples")}>
              {SAMPLES.map((sample) => <Button key={sample.id} small pressed={sample.body === text} onClick={() => open(sample.format, sample.body)}>{samples[sample.id]}</Button>)}
            </div>
          )}
          <div class="formats">
            {FORMATS.map((format) => {
              const leads = format === from;
              const column = columns[format];
              const value = leads ? text : (column?.text ?? "");
              return (
                <section key={format} class={leads ? "panel leads" : "panel"} aria-label={formatName[format]}>
                  <header>
                    <h2>{formatName[format]}</h2>
                    {leads ? <Tag is="info">{t("translator.source")}</Tag> : column && !column.error && <Losses losses={column.losses} />}
                  </header>
                  <TextArea label={formatName[format]} hideLabel rows={18} value={value} onInput={(body) => open(format, body)} error={leads && fault ? t("translator.fault", { line: fault.line, column: fault.column }) : null} />
                  {!leads && column?.error && <Note is="bad">{explain(column.error)}</Note>}
                  <div class="row"><CopyButton text={value} label={t("copy.of", { what: formatName[format] })}>{t("copy.verb")}</CopyButton></div>
                </section>
              );
            })}
          </div>
        </div>
      </Tabs>
    </div>
  );
}
