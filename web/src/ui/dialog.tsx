import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { t } from "../i18n";
import { Button } from "./basic";

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  kind?: "" | "wide" | "drawer" | "palette";
  /** Without a header of its own; the title is still its name. */
  bare?: boolean;
}

/** A modal while it is mounted. Escape and the backdrop close it; focus returns to where it was. */
export function Dialog({ title, onClose, children, kind = "", bare }: DialogProps): JSX.Element {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    const dialog = element.current;
    dialog?.showModal();
    return () => {
      dialog?.close(); // while it is open, nothing outside takes the focus
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog ref={element} class={kind} aria-labelledby={id}
      onCancel={(event) => {
        if (event.target !== event.currentTarget) return;
        event.preventDefault();
        onClose();
      }}
      onMouseDown={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}>
      {bare ? <h2 class="hidden-visually" id={id}>{title}</h2> : (
        <header>
          <h2 id={id}>{title}</h2>
          <Button kind="plain" icon="close" label={t("close")} onClick={onClose}>{""}</Button>
        </header>
      )}
      {bare ? children : <div class="body">{children}</div>}
    </dialog>
  );
}

/** Asks before something that cannot be undone. */
export function Confirm({ title, text, verb, onYes, onClose, busy }: { title: string; text: ComponentChildren; verb: string; onYes: () => void; onClose: () => void; busy?: boolean }): JSX.Element {
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{text}</p>
      <div class="actions">
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Button kind="danger primary" onClick={onYes} busy={busy ?? false}>{verb}</Button>
      </div>
    </Dialog>
  );
}
