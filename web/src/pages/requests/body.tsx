import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { bytes, t } from "../../i18n";
import { Button, CopyButton, Field, saveFile, Switch, Tag } from "../../ui";
import { differences, eventsOf, folded, isMasked, readable, type Side } from "./said";

/** So much of a body is drawn at first: more takes the browser long. */
const SHOWN = 65_536;
const MOST_MARKS = 500;

/** A text with the places of some words marked. */
function Marked({ text, words }: { text: string; words: string }): JSX.Element {
  if (words === "") return <>{text}</>;
  const parts: JSX.Element[] = [];
  const [low, sought] = [text.toLowerCase(), words.toLowerCase()];
  let from = 0;
  for (let at = low.indexOf(sought); at >= 0 && parts.length < MOST_MARKS; at = low.indexOf(sought, from)) {
    parts.push(<>{text.slice(from, at)}<mark>{text.slice(at, at + words.length)}</mark></>);
    from = at + words.length;
  }
  return <>{parts}{text.slice(from)}</>;
}

const found = (text: string, words: string): number => (words === "" ? 0 : text.toLowerCase().split(words.toLowerCase()).length - 1);

/** One side: where it went, its headers, its body as one reads it or as it was. */
export function BodyView({ side, name, id }: { side: Side; name: string; id: string }): JSX.Element {
  const { message } = side;
  const [raw, setRaw] = useState(false);
  const [words, setWords] = useState("");
  const [whole, setWhole] = useState(false);
  const { text, events } = useMemo(() => {
    const list = raw ? null : eventsOf(message.body);
    const told = list ? folded(list) : "";
    return { text: told || (raw ? message.body : readable(message.body)), events: told && list ? list.length : 0 };
  }, [message.body, raw]);
  const shown = whole ? text : text.slice(0, SHOWN);
  const count = found(shown, words);
  return (
    <div class="stack-small">
      <div class="row">
        {message.status !== undefined && <Tag is={message.status < 400 ? "ok" : "bad"}>{message.status}</Tag>}
        {(message.url ?? message.path) && <code class="wrap-any">{message.url ?? message.path}</code>}
        <span class="small muted num">{bytes(message.bytes)}</span>
        {message.truncated && <Tag is="warn">{t("said.cut", { kept: bytes(new TextEncoder().encode(message.body).length), all: bytes(message.bytes) })}</Tag>}
        {isMasked(message) && <Tag is="info">{t("said.masked")}</Tag>}
      </div>
      {message.headers.length > 0 && (
        <details>
          <summary>{t("said.headers", { count: message.headers.length })}</summary>
          <dl class="facts headers">{message.headers.map((header, i) => <><dt key={i}>{header.name}</dt><dd><code>{header.value}</code></dd></>)}</dl>
        </details>
      )}
      {message.body === "" ? <p class="muted">{t("said.empty")}</p> : (
        <>
          <div class="filters">
            <Field label={t("said.find")} hideLabel type="search" value={words} onInput={setWords} placeholder={t("said.find")} />
            <Switch label={t("said.raw")} checked={raw} onChange={setRaw} />
            <span class="row">
              <CopyButton text={raw ? message.body : text} label={t("copy.of", { what: name })} />
              <Button small icon="save" label={t("said.download", { what: name })} onClick={() => saveFile(`${id}-${side.id}.txt`, message.body, "text/plain")}>{""}</Button>
            </span>
          </div>
          <p class="small muted" role="status">{[events > 0 && t("said.events", { count: events }), words !== "" && t("said.found", { count })].filter(Boolean).join(" · ")}</p>
          <pre class="said" tabIndex={0} role="group" aria-label={name} translate={false}><Marked text={shown} words={words} /></pre>
          {shown.length < text.length && <div><Button small onClick={() => setWhole(true)}>{t("said.whole", { size: bytes(text.length) })}</Button></div>}
        </>
      )}
    </div>
  );
}

const signs = { same: " ", gone: "-", new: "+", skip: "" } as const;

/** What differs between two sides, line by line. */
export function DiffView({ from, to, names }: { from: Side; to: Side; names: [string, string] }): JSX.Element {
  const lines = useMemo(() => differences(from.message.body, to.message.body), [from, to]);
  const label = t("said.diff", { from: names[0], to: names[1] });
  if (!lines) return <p class="muted">{t("said.diff.much")}</p>;
  if (lines.every((line) => line.is === "skip" || line.is === "same")) return <p class="muted">{t("said.diff.none")}</p>;
  return (
    <div class="stack-small">
      <p class="small muted">{label}. {t("said.diff.text")}</p>
      <pre class="said diff" tabIndex={0} role="group" aria-label={label} translate={false}>
        {lines.map((line, i) => line.is === "skip" ? <span key={i} class="skip-lines">{`… ${t("said.skipped", { count: line.count ?? 0 })}\n`}</span> : line.is === "gone" ? <del key={i}>{`${signs.gone} ${line.text}\n`}</del> : line.is === "new" ? <ins key={i}>{`${signs.new} ${line.text}\n`}</ins> : `${signs.same} ${line.text}\n`)}
      </pre>
    </div>
  );
}
