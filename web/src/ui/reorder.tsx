import type { ComponentChildren, JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import { Icon } from ".";

/** A list with the entry at `from` put to `to`. */
export function reordered<T>(list: readonly T[], from: number, to: number): T[] {
  const rest = list.filter((_, i) => i !== from);
  const entry = list[from];
  if (entry === undefined) return [...list];
  return [...rest.slice(0, to), entry, ...rest.slice(to)];
}

interface ReorderProps<T> {
  label: string;
  items: readonly T[];
  idOf: (item: T, index: number) => string;
  nameOf: (item: T) => string;
  onMove: (from: number, to: number) => void;
  children: (item: T, index: number) => ComponentChildren;
}

/** A list in an order of one's own: by dragging the handle, by Space and arrows on it, or by Alt and arrows anywhere in a row. */
export function ReorderList<T>({ label, items, idOf, nameOf, onMove, children }: ReorderProps<T>): JSX.Element {
  const [taken, setTaken] = useState<{ at: number; from: number } | null>(null);
  const [over, setOver] = useState<number | null>(null);
  const [said, setSaid] = useState("");
  const list = useRef<HTMLOListElement>(null);
  const dragged = useRef<number | null>(null);
  const moving = useRef<number | null>(null);
  // As soon as the rows have changed places, so that no key is lost between.
  useLayoutEffect(() => {
    if (moving.current === null) return;
    list.current?.querySelectorAll<HTMLElement>(":scope > li > .handle")[moving.current]?.focus();
    moving.current = null;
  });
  const step = (from: number, to: number): boolean => {
    const item = items[from];
    if (to < 0 || to >= items.length || item === undefined) return false;
    onMove(from, to);
    setSaid(t("move.done", { name: nameOf(item), place: to + 1, count: items.length }));
    moving.current = to;
    return true;
  };
  const onHandleKey = (event: KeyboardEvent, at: number): void => {
    const item = items[at];
    if (item === undefined) return;
    if (event.key === " " || event.key === "Enter") {
      event.preventDefault();
      setSaid(taken ? t("move.dropped", { name: nameOf(item), place: at + 1 }) : t("move.taken", { name: nameOf(item) }));
      setTaken(taken ? null : { at, from: at });
    } else if (event.key === "Escape" && taken) {
      event.preventDefault();
      event.stopPropagation();
      step(taken.at, taken.from);
      setTaken(null);
    } else if (taken && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      const to = at + (event.key === "ArrowUp" ? -1 : 1);
      if (step(at, to)) setTaken({ at: to, from: taken.from });
    }
  };
  return (
    <>
      <div class="hidden-visually" role="status">{said}</div>
      <ol class="ladder" aria-label={label} ref={list}>
        {items.map((item, i) => (
          <li key={idOf(item, i)} class={`${over === i ? "over" : ""} ${taken?.at === i ? "taken" : ""}`}
            onKeyDown={(event) => {
              if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
              event.preventDefault();
              step(i, i + (event.key === "ArrowUp" ? -1 : 1));
            }}
            onDragOver={(event) => { if (dragged.current !== null) { event.preventDefault(); setOver(i); } }}
            onDragLeave={() => setOver(null)}
            onDrop={(event) => {
              event.preventDefault();
              if (dragged.current !== null && dragged.current !== i) step(dragged.current, i);
              dragged.current = null;
              setOver(null);
            }}>
            <button type="button" class="handle" draggable aria-label={t("move.handle", { name: nameOf(item), place: i + 1, count: items.length })} aria-pressed={taken?.at === i}
              onKeyDown={(event) => onHandleKey(event, i)} onBlur={(event) => { if (event.relatedTarget instanceof Node && !list.current?.contains(event.relatedTarget)) setTaken(null); }}
              onDragStart={(event) => {
                dragged.current = i;
                event.dataTransfer?.setData("text/plain", nameOf(item));
                const row = event.currentTarget.closest("li");
                if (row) event.dataTransfer?.setDragImage(row, 12, 12);
              }}
              onDragEnd={() => { dragged.current = null; setOver(null); }}>
              <Icon name="grip" />
            </button>
            {children(item, i)}
          </li>
        ))}
      </ol>
    </>
  );
}
