import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import { Button } from "./basic";
import { Icon } from "./icons";

interface FieldProps {
  label: string;
  value: string;
  onInput: (value: string) => void;
  help?: ComponentChildren;
  error?: string | null;
  type?: "text" | "password" | "url" | "number" | "search" | "date";
  placeholder?: string;
  autocomplete?: string;
  required?: boolean;
  autofocus?: boolean;
  readOnly?: boolean;
  hideLabel?: boolean;
  name?: string;
  onBlur?: () => void;
}

/** A labelled input; help and error are tied to it. A password can be shown. */
export function Field(props: FieldProps): JSX.Element {
  const { label, value, onInput, help, error, type = "text", placeholder, autocomplete = "off", required, autofocus, readOnly, hideLabel, name, onBlur } = props;
  const id = useId();
  const [open, setOpen] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (autofocus) input.current?.focus();
  }, []);
  const tied = [help ? `${id}-help` : "", error ? `${id}-error` : ""].filter(Boolean).join(" ");
  const field = (
    <input ref={input} class="input" id={id} name={name} type={type === "password" && open ? "text" : type} value={value} placeholder={placeholder}
      autocomplete={autocomplete} required={required ?? false} autofocus={autofocus ?? false} readOnly={readOnly ?? false} spellcheck={false} aria-invalid={error ? "true" : undefined}
      aria-describedby={tied || undefined} onInput={(event) => onInput(event.currentTarget.value)} onBlur={() => onBlur?.()} />
  );
  return (
    <div class="field">
      <label for={id} class={hideLabel ? "hidden-visually" : ""}>{label}</label>
      {type === "password" ? (
        <div class="with-button">
          {field}
          <Button onClick={() => setOpen(!open)} pressed={open}>{open ? t("hide") : t("show")}</Button>
        </div>
      ) : (
        field
      )}
      {help && <small class="muted" id={`${id}-help`}>{help}</small>}
      <FieldError id={`${id}-error`} text={error} />
    </div>
  );
}

export function FieldError({ id, text }: { id: string; text: string | null | undefined }): JSX.Element | null {
  if (!text) return null;
  return (
    <div class="field-error" id={id}>
      <Icon name="warn" />
      <span>{text}</span>
    </div>
  );
}

interface SelectProps<V extends string> {
  label: string;
  value: V;
  options: readonly { value: V; text: string }[];
  onChange: (value: V) => void;
  help?: ComponentChildren;
  hideLabel?: boolean;
  disabled?: boolean;
}

export function Select<V extends string>({ label, value, options, onChange, help, hideLabel, disabled }: SelectProps<V>): JSX.Element {
  const id = useId();
  return (
    <div class="field">
      <label for={id} class={hideLabel ? "hidden-visually" : ""}>{label}</label>
      <select class="input" id={id} value={value} disabled={disabled ?? false} aria-describedby={help ? `${id}-help` : undefined}
        onChange={(event) => {
          const chosen = options[event.currentTarget.selectedIndex];
          if (chosen) onChange(chosen.value);
        }}>
        {options.map((option) => (
          <option key={option.value} value={option.value} selected={option.value === value}>{option.text}</option>
        ))}
      </select>
      {help && <small class="muted" id={`${id}-help`}>{help}</small>}
    </div>
  );
}

export function Check({ label, checked, onChange, help }: { label: string; checked: boolean; onChange: (checked: boolean) => void; help?: ComponentChildren }): JSX.Element {
  const id = useId();
  return (
    <div class="check">
      <input type="checkbox" id={id} checked={checked} aria-describedby={help ? `${id}-help` : undefined} onChange={(event) => onChange(event.currentTarget.checked)} />
      <div>
        <label for={id}>{label}</label>
        {help && <div class="small muted" id={`${id}-help`}>{help}</div>}
      </div>
    </div>
  );
}

/** On or off, at once. The label says what it is on for. */
export function Switch({ label, checked, onChange, hideLabel, disabled }: { label: string; checked: boolean; onChange: (checked: boolean) => void; hideLabel?: boolean; disabled?: boolean }): JSX.Element {
  return (
    <label class="switch">
      <input type="checkbox" role="switch" checked={checked} disabled={disabled ?? false}
        onChange={(event) => {
          const wanted = event.currentTarget.checked;
          event.currentTarget.checked = checked; // until the server has agreed
          onChange(wanted);
        }} />
      <span class={hideLabel ? "hidden-visually" : ""}>{label}</span>
    </label>
  );
}

export function TextArea({ label, value, onInput, rows = 10, error, hideLabel, readOnly }: { label: string; value: string; onInput?: (value: string) => void; rows?: number; error?: string | null; hideLabel?: boolean; readOnly?: boolean }): JSX.Element {
  const id = useId();
  return (
    <div class="field">
      <label for={id} class={hideLabel ? "hidden-visually" : ""}>{label}</label>
      <textarea class="input" id={id} rows={rows} value={value} readOnly={readOnly ?? false} spellcheck={false} autocomplete="off"
        aria-invalid={error ? "true" : undefined} aria-describedby={error ? `${id}-error` : undefined} onInput={(event) => onInput?.(event.currentTarget.value)} />
      <FieldError id={`${id}-error`} text={error} />
    </div>
  );
}
