import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Mark } from "../ui";
import { LanguageMenu, ThemeMenu } from "./menus";

/** A page outside the shell: set-up, login, recover. */
export function Lone({ title, children, narrow }: { title: string; children: ComponentChildren; narrow?: boolean }): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · OmniRoute`;
  }, [title]);
  useEffect(() => {
    if (!document.querySelector("main :focus")) heading.current?.focus();
  }, []);
  return (
    <div class={narrow ? "lone narrow" : "lone"}>
      <header class="bar">
        <span class="brand">
          <Mark />
          OmniRoute
        </span>
        <span class="row">
          <LanguageMenu />
          <ThemeMenu />
        </span>
      </header>
      <main>
        <h1 ref={heading} tabIndex={-1}>{title}</h1>
        {children}
      </main>
    </div>
  );
}
