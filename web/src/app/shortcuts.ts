import { useEffect } from "preact/hooks";
import { destinations, pathOf } from "../pages";
import { go } from "./router";

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** Ctrl K, ?, g + letter and / for the whole page. */
export function useShortcuts(onPalette: () => void, onHelp: () => void): void {
  useEffect(() => {
    let g = 0;
    const onKey = (event: KeyboardEvent): void => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        if (!document.querySelector("dialog[open]")) onPalette();
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
      const soon = performance.now() - g < 1200;
      g = 0;
      const page = soon ? destinations.find((each) => each.letter === event.key) : undefined;
      if (page) go(pathOf(page.id));
      else if (event.key === "g") g = performance.now();
      else if (event.key === "?") onHelp();
      else if (event.key === "/") {
        const filter = document.querySelector<HTMLInputElement>("main input[type=search]");
        if (!filter) return;
        filter.focus();
      } else return;
      event.preventDefault();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
}
