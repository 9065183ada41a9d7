import { signal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { chooseLocale, locale, LOCALES, t } from "../i18n";
import { Icon, type IconName } from "../ui";
import { signOut } from "./session";
import { chooseTheme, chosenTheme, type Theme } from "./theme";

const theme = signal<Theme>(chosenTheme());

/** Changes the theme here and in the menu. */
export function setTheme(chosen: Theme): void {
  chooseTheme(chosen);
  theme.value = chosen;
}

function Menu({ label, icon, children }: { label: string; icon: IconName; children: (close: () => void) => ComponentChildren }): JSX.Element {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const close = (): void => {
    setOpen(false);
    button.current?.focus();
  };
  useLayoutEffect(() => {
    if (!open) return undefined;
    box.current?.querySelector<HTMLElement>(".pop button, .pop a")?.focus();
    const outside = (event: Event): void => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [open]);
  const step = (event: KeyboardEvent): void => {
    if (!open) return;
    const items = [...(box.current?.querySelectorAll<HTMLElement>(".pop button, .pop a") ?? [])];
    const at = items.findIndex((item) => item === document.activeElement);
    if (event.key === "Escape") close();
    else if (event.key === "ArrowDown") items[(at + 1) % items.length]?.focus();
    else if (event.key === "ArrowUp") items[(at + items.length - 1) % items.length]?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const leave = (event: FocusEvent): void => {
    if (open && event.relatedTarget instanceof Node && !box.current?.contains(event.relatedTarget)) setOpen(false);
  };
  return (
    <div class="menu" ref={box} onKeyDown={step} onFocusOut={leave}>
      <button ref={button} type="button" class="button plain square" aria-haspopup="true" aria-expanded={open} aria-label={label} title={label} onClick={() => setOpen(!open)}>
        <Icon name={icon} />
      </button>
      {open && <div class="pop">{children(close)}</div>}
    </div>
  );
}

export function LanguageMenu(): JSX.Element {
  return (
    <Menu label={t("top.language")} icon="globe">
      {(close) => LOCALES.map(({ id, name }) => (
        <button key={id} type="button" lang={id} aria-pressed={locale.value === id} onClick={() => { void chooseLocale(id); close(); }}>
          {name}
          {locale.value === id && <span class="mark"><Icon name="check" /></span>}
        </button>
      ))}
    </Menu>
  );
}

export function ThemeMenu(): JSX.Element {
  const names: Record<Theme, string> = { system: t("theme.system"), light: t("theme.light"), dark: t("theme.dark") };
  const order: Theme[] = ["system", "light", "dark"];
  return (
    <Menu label={t("top.theme")} icon={document.documentElement.dataset["theme"] === "dark" ? "moon" : "sun"}>
      {(close) => order.map((id) => (
        <button key={id} type="button" aria-pressed={theme.value === id} onClick={() => { setTheme(id); close(); }}>
          {names[id]}
          {theme.value === id && <span class="mark"><Icon name="check" /></span>}
        </button>
      ))}
    </Menu>
  );
}

export function AccountMenu({ onShortcuts }: { onShortcuts: () => void }): JSX.Element {
  return (
    <Menu label={t("top.account")} icon="person">
      {(close) => (
        <>
          <button type="button" onClick={() => { close(); onShortcuts(); }}>{t("shortcuts.title")}</button>
          <a href="/assets/licences.txt" target="_blank" rel="noreferrer">{t("top.licences")}</a>
          <button type="button" onClick={() => void signOut()}>{t("top.signout")}</button>
        </>
      )}
    </Menu>
  );
}
