import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../i18n";

interface Toast { id: number; text: string; undo: (() => void) | null }
const shown = signal<Toast | null>(null);
let last = 0;
let timer: ReturnType<typeof setTimeout> | undefined;
let pending: (() => void) | null = null;

function show(text: string, undo: (() => void) | null, ms: number): void {
  clearTimeout(timer);
  last += 1;
  shown.value = { id: last, text, undo };
  timer = setTimeout(close, ms);
}

function close(): void {
  clearTimeout(timer);
  const after = pending;
  pending = null;
  shown.value = null;
  after?.();
}

/** One short message at a time. */
export function toast(text: string): void {
  if (pending) close();
  show(text, null, 3000);
}

/** A message with "undo" for ten seconds; `finish` runs when nobody used it. */
export function toastUndo(text: string, undo: () => void, finish: () => void): void {
  if (pending) close();
  pending = finish;
  show(text, () => {
    pending = null;
    close();
    undo();
  }, 10_000);
}

export function Toasts(): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const toast = shown.value;
  useEffect(() => {
    // The top layer, so that it stands above an open dialog.
    const element = box.current;
    if (!element) return;
    if (element.matches(":popover-open")) element.hidePopover();
    if (toast) element.showPopover();
  }, [toast?.id]);
  useEffect(() => {
    const leave = (): void => close();
    addEventListener("pagehide", leave);
    return () => removeEventListener("pagehide", leave);
  }, []);
  return (
    <div class="toasts" ref={box} popover="manual" role="status" aria-live="polite">
      {toast && (
        <div class="toast">
          <span class="grow">{toast.text}</span>
          {toast.undo && (
            <button type="button" class="button small" onClick={toast.undo}>
              {t("undo")}
            </button>
          )}
        </div>
      )}
    </div>
  );
}
