import type { ComponentChildren, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ago, moment, t } from "../i18n";
import { Icon, type IconName } from "./icons";
import { toast } from "./toast";

interface ButtonProps {
  children: ComponentChildren;
  onClick?: () => void;
  kind?: "primary" | "danger" | "plain" | "danger primary" | "";
  small?: boolean;
  icon?: IconName;
  /** In progress: stays where it is and in the tab order, but does nothing. */
  busy?: boolean;
  disabled?: boolean;
  type?: "button" | "submit";
  /** The name for screen readers, where only an icon is seen. */
  label?: string;
  pressed?: boolean;
  expanded?: boolean;
  describedBy?: string;
}

export function Button(props: ButtonProps): JSX.Element {
  const { children, onClick, kind = "", small, icon, busy, disabled, type = "button", label, pressed, expanded, describedBy } = props;
  const bare = children === "" || children === null;
  return (
    <button type={type} class={`button ${kind} ${small ? "small" : ""} ${bare ? "square" : ""}`} disabled={disabled ?? false}
      aria-disabled={busy ? "true" : undefined} aria-label={label} aria-pressed={pressed} aria-expanded={expanded}
      aria-describedby={describedBy} title={bare ? label : undefined}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onClick?.();
      }}>
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

export type StateWord = "ok" | "warn" | "bad" | "off" | "unknown";
const shapes: Record<StateWord, string> = { ok: "●", warn: "▲", bad: "■", off: "○", unknown: "?" };

/** A state: colour, shape and word together. */
export function State({ is, children }: { is: StateWord; children: ComponentChildren }): JSX.Element {
  return (
    <span class={`state ${is}`}>
      <i aria-hidden="true">{shapes[is]}</i>
      {children}
    </span>
  );
}

export function Note({ is = "info", children, title, role }: { is?: "ok" | "warn" | "bad" | "info"; title?: string; children?: ComponentChildren; role?: "alert" | "status" }): JSX.Element {
  return (
    <div class={`note ${is}`} role={role}>
      <Icon name={is === "ok" ? "check" : is === "info" ? "info" : "warn"} />
      <div>
        {title && <strong>{title}</strong>}
        {children && <div class="body">{children}</div>}
      </div>
    </div>
  );
}

export function Tag({ is = "", children }: { is?: "" | "ok" | "warn" | "bad" | "info"; children: ComponentChildren }): JSX.Element {
  return <span class={`tag ${is}`}>{children}</span>;
}

/** Two letters in place of a logo. */
export function Tile({ name }: { name: string }): JSX.Element {
  return (
    <span class="tile" aria-hidden="true">
      {name.replace(/[^\p{L}\p{N}]/gu, "").slice(0, 2)}
    </span>
  );
}

/** A moment as "3 minutes ago", the whole date in its title. */
export function Ago({ at }: { at: string }): JSX.Element {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((n) => n + 1), 20_000);
    return () => clearInterval(timer);
  }, []);
  return (
    <time dateTime={at} title={moment(at)}>
      {ago(at)}
    </time>
  );
}

/** Puts a text into the clipboard. Plain HTTP from another machine has no clipboard API: select and copy then. */
export async function copyText(text: string): Promise<boolean> {
  if (navigator.clipboard && isSecureContext) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // The browser asks for a permission that was refused: the older way needs none.
    }
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.setAttribute("readonly", "");
  area.className = "hidden-visually";
  const host = document.querySelector("dialog[open]") ?? document.body;
  const focused = document.activeElement;
  host.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return done;
}

/** Hands a text or bytes to the browser as a file. */
export function saveFile(name: string, text: string | Blob, type = "application/json"): void {
  const link = document.createElement("a");
  const address = URL.createObjectURL(new Blob([text], { type }));
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

export function CopyButton({ text, label, children, kind = "", small = true }: { text: string; label?: string; children?: ComponentChildren; kind?: "" | "primary"; small?: boolean }): JSX.Element {
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return undefined;
    const timer = setTimeout(() => setDone(false), 2000);
    return () => clearTimeout(timer);
  }, [done]);
  const copy = (): void => {
    void copyText(text).then((worked) => {
      setDone(worked);
      toast(worked ? t("copy.done") : t("copy.failed"));
    });
  };
  return (
    <Button small={small} kind={kind} icon={done ? "check" : "copy"} {...(label || !children ? { label: label ?? t("copy.verb") } : {})} onClick={copy}>
      {children ?? ""}
    </Button>
  );
}

export function CopyLine({ text, label }: { text: string; label: string }): JSX.Element {
  return (
    <div class="copy-line">
      <code>{text}</code>
      <CopyButton text={text} label={label} small={false} />
    </div>
  );
}

export function Code({ text, label }: { text: string; label: string }): JSX.Element {
  return (
    <div class="code">
      <pre tabIndex={0} role="group" aria-label={label}>{text}</pre>
      <CopyButton text={text} label={t("copy.of", { what: label })} />
    </div>
  );
}

export function Stat({ label, value, extra }: { label: string; value: ComponentChildren; extra?: ComponentChildren }): JSX.Element {
  return (
    <div class="stat">
      <dt>{label}</dt>
      <dd>
        {value} {extra && <span class="small">{extra}</span>}
      </dd>
    </div>
  );
}
