import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { bytes, t } from "../../i18n";
import { Button } from "../../ui";

/** A file of this machine, and which one it is. */
export function ChooseFile({ label, accept, file, onChoose }: { label: string; accept: string; file: File | null; onChoose: (file: File) => void }): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  return (
    <div class="field">
      <span class="label">{label}</span>
      <div class="row">
        <input ref={input} class="hidden-visually" type="file" accept={accept} tabIndex={-1} aria-label={label}
          onChange={(event) => { const chosen = event.currentTarget.files?.[0]; if (chosen) onChoose(chosen); }} />
        <Button onClick={() => input.current?.click()}>{t("move.choose")}</Button>
        {file ? <span class="wrap-any"><span translate={false}>{file.name}</span> <span class="muted num">{bytes(file.size)}</span></span> : <span class="muted">{t("move.nofile")}</span>}
      </div>
    </div>
  );
}

/** A file's bytes in base64. */
export function encoded(file: File): Promise<string> {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => {
      const text = String(reader.result);
      done(text.slice(text.indexOf(",") + 1));
    };
    reader.onerror = () => failed(new Error(t("move.unreadable", { name: file.name })));
    reader.readAsDataURL(file);
  });
}
