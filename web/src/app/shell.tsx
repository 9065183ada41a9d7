import type { ComponentType, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { online } from "../api/client";
import { ask } from "../api/query";
import { t } from "../i18n";
import { destinations, moved, type PageProps, pathOf } from "../pages";
import { Button, CopyButton, Dialog, Icon, Skeleton, State } from "../ui";
import { follow, outdated } from "./live";
import { AccountMenu, LanguageMenu, ThemeMenu } from "./menus";
import { Nav } from "./nav";
import { arrivals, go, place, type Place } from "./router";
import { useShortcuts } from "./shortcuts";

const pages = new Map<string, ComponentType<PageProps>>();

/** The page's component, loaded on demand. */
function usePage(id: string | null): ComponentType<PageProps> | null {
  const [, loaded] = useState(0);
  useEffect(() => {
    const page = destinations.find((each) => each.id === id);
    if (!page) return;
    // Also when it is there by now: it may have come between the first drawing and this.
    page.asks(place.peek().query).forEach(ask);
    void page.load().then((module) => {
      pages.set(page.id, module.default);
      loaded((n) => n + 1);
    });
  }, [id]);
  return id === null ? null : (pages.get(id) ?? null);
}

/** Fetches a page's code before it is shown, with the parts that bundle.sh names for it, and for who is signed in what it shows. */
export function preload({ path, query }: Place, signedIn: boolean): void {
  const page = destinations.find((each) => each.id === (path.split("/")[2] ?? ""));
  if (!page) return;
  for (const part of document.querySelectorAll<HTMLLinkElement>(`link[rel=part][title=${page.id.replace("-", "") || "home"}]`)) part.rel = "modulepreload";
  void page.load().then((module) => pages.set(page.id, module.default));
  if (signedIn) page.asks(query).forEach(ask);
}

type ExtrasModule = typeof import("./extras");

/** What no page shows at first: it is fetched with the first key that asks for it. */
function useExtras(wanted: boolean): ExtrasModule | null {
  const [extras, setExtras] = useState<ExtrasModule | null>(null);
  useEffect(() => {
    if (wanted) void import("./extras").then((module) => setExtras(module));
  }, [wanted]);
  return extras;
}

function Banner(): JSX.Element | null {
  if (!online.value) {
    return (
      <div class="banner bad" role="status">
        <Icon name="warn" />
        <span>{t("banner.offline")}</span>
      </div>
    );
  }
  if (!outdated.value) return null;
  return (
    <div class="banner" role="status">
      <Icon name="info" />
      <span class="grow">{t("banner.outdated")}</span>
      <Button small onClick={() => location.reload()}>{t("banner.reload")}</Button>
    </div>
  );
}

function NotFound({ onPalette }: { onPalette: () => void }): JSX.Element {
  return (
    <div class="empty">
      <p>{t("notfound.text")}</p>
      <div class="row">
        <Button kind="primary" icon="search" onClick={onPalette}>{t("palette.title")}</Button>
        <a class="button" href="/dashboard">{t("nav.home")}</a>
      </div>
    </div>
  );
}

export function Shell(): JSX.Element {
  const [, , first = "", ...rest] = place.value.path.split("/");
  const [open, setOpen] = useState<"" | "palette" | "help" | "nav">("");
  const page = destinations.find((each) => each.id === first) ?? null;
  const Page = usePage(page?.id ?? null);
  const heading = useRef<HTMLHeadingElement>(null);
  const title = page ? t(page.title) : t("notfound.title");
  useShortcuts(() => setOpen("palette"), () => setOpen("help"));
  useEffect(follow, []);
  useEffect(() => {
    const target = moved[first];
    if (target !== undefined) go([pathOf(target), ...rest].join("/") + location.search, true);
  }, [first]);
  useEffect(() => {
    document.title = `${title} · OmniRoute`;
  }, [title]);
  useEffect(() => {
    if (arrivals.value > 0) heading.current?.focus();
  }, [first]);
  const Extras = useExtras(open === "palette" || open === "help");
  const base = `${location.origin}/v1`;
  return (
    <div class="shell">
      <a class="skip" href="#content" onClick={(event) => { event.preventDefault(); document.getElementById("content")?.focus(); }}>{t("skip")}</a>
      <Nav label={t("nav.label")} />
      <div>
        <header class="top">
          <span class="menu-button"><Button kind="plain" icon="menu" label={t("nav.open")} onClick={() => setOpen("nav")}>{""}</Button></span>
          <h1 ref={heading} tabIndex={-1}>{title}</h1>
          <span class="chip"><CopyButton text={base} label={t("top.endpoint", { url: base })}><code>{base}</code></CopyButton></span>
          {!online.value && <State is="bad">{t("top.offline")}</State>}
          <span class="palette-button"><Button kind="plain" icon="search" label={t("palette.title")} onClick={() => setOpen("palette")}>{""}</Button></span>
          <LanguageMenu />
          <ThemeMenu />
          <AccountMenu onShortcuts={() => setOpen("help")} />
        </header>
        <Banner />
        <main class="content" id="content" tabIndex={-1}>
          {page ? (Page ? <Page rest={rest.map(decodeURIComponent).join("/")} /> : <Skeleton />) : <NotFound onPalette={() => setOpen("palette")} />}
        </main>
      </div>
      {open === "palette" && Extras && <Extras.Palette onClose={() => setOpen("")} />}
      {open === "help" && Extras && <Extras.ShortcutHelp onClose={() => setOpen("")} />}
      {open === "nav" && <Dialog title={t("nav.label")} onClose={() => setOpen("")}><Nav label={t("nav.label")} onGo={() => setOpen("")} /></Dialog>}
    </div>
  );
}
