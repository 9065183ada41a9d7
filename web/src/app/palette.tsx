import type { JSX } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { useQuery } from "../api/query";
import type { ApiKey, Connection, Setting } from "../api/types";
import { chooseLocale, LOCALES, t } from "../i18n";
import { destinations, pathOf } from "../pages";
import { Dialog, Icon, type IconName } from "../ui";
import { setTheme } from "./menus";
import { go } from "./router";
import { signOut } from "./session";

interface Entry { text: string; kind: string; icon: IconName; run: () => void; words?: string }

function useEntries(): Entry[] {
  const connections = useQuery<{ connections: Connection[] }>("/api/providers").data?.connections ?? [];
  const keys = useQuery<{ keys: ApiKey[] }>("/api/keys").data?.keys ?? [];
  const settings = useQuery<{ settings: Setting[] }>("/api/settings").data?.settings ?? [];
  return [
    ...destinations.map((page): Entry => ({ text: t(page.title), kind: t("palette.page"), icon: page.icon, run: () => go(pathOf(page.id)), words: page.id })),
    { text: t("providers.add"), kind: t("palette.action"), icon: "plus", run: () => go("/dashboard/providers?add=catalog") },
    { text: t("keys.create"), kind: t("palette.action"), icon: "plus", run: () => go("/dashboard/keys?create=1") },
    { text: t("palette.dark"), kind: t("palette.action"), icon: "moon", run: () => setTheme("dark") },
    { text: t("palette.light"), kind: t("palette.action"), icon: "sun", run: () => setTheme("light") },
    ...LOCALES.map(({ id, name }): Entry => ({ text: name, kind: t("top.language"), icon: "globe", run: () => void chooseLocale(id) })),
    { text: t("top.signout"), kind: t("palette.action"), icon: "person", run: () => void signOut() },
    ...connections.map((c): Entry => ({ text: `${c.providerName} · ${c.name}`, kind: t("palette.connection"), icon: "plug", run: () => go(`/dashboard/providers/${encodeURIComponent(c.provider)}`) })),
    ...keys.map((key): Entry => ({ text: key.name, kind: t("palette.key"), icon: "key", run: () => go("/dashboard/keys") })),
    ...settings.map((row): Entry => ({ text: row.key, kind: t("palette.setting"), icon: "gear", run: () => go(`/dashboard/settings?q=${row.key}`), words: row.help })),
  ];
}

/** Ctrl K: everything by its name. */
export function Palette({ onClose }: { onClose: () => void }): JSX.Element {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found: Entry[] = useEntries().filter((entry) => {
    const hay = `${entry.text} ${entry.kind} ${entry.words ?? ""}`.toLowerCase();
    return words.every((word) => hay.includes(word));
  });
  if (/^req_\S{6,}$/.test(text.trim())) found.unshift({ text: text.trim(), kind: t("palette.request"), icon: "list", run: () => go(`/dashboard/requests/${text.trim()}`) });
  const shown = found.slice(0, 50);
  const chosen = Math.min(at, shown.length - 1);
  useEffect(() => input.current?.focus(), []);
  useEffect(() => list.current?.children[chosen]?.scrollIntoView({ block: "nearest" }), [chosen]);
  const run = (entry: Entry | undefined): void => {
    if (!entry) return;
    onClose();
    entry.run();
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown") setAt((chosen + 1) % Math.max(shown.length, 1));
    else if (event.key === "ArrowUp") setAt((chosen + shown.length - 1) % Math.max(shown.length, 1));
    else if (event.key === "Enter") run(shown[chosen]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title={t("palette.title")} onClose={onClose} kind="palette" bare>
      <input ref={input} class="input" type="text" role="combobox" aria-label={t("palette.title")} aria-expanded="true" aria-controls={id} autocomplete="off" spellcheck={false}
        aria-activedescendant={shown.length ? `${id}-${chosen}` : undefined} placeholder={t("palette.hint")} value={text}
        onInput={(event) => { setText(event.currentTarget.value); setAt(0); }} onKeyDown={onKey} />
      <ul ref={list} id={id} role="listbox" aria-label={t("palette.title")}>
        {shown.map((entry, i) => (
          <li key={i} id={`${id}-${i}`} role="option" aria-selected={i === chosen} onClick={() => run(entry)} onMouseMove={() => setAt(i)}>
            <Icon name={entry.icon} />
            <span class="wrap-any">{entry.text}</span>
            <span class="muted small">{entry.kind}</span>
          </li>
        ))}
      </ul>
      {shown.length === 0 && <p class="empty muted" role="status">{t("palette.none")}</p>}
    </Dialog>
  );
}
