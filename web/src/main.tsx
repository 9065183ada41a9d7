import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/ui.css";
import "./styles/shell.css";
import "./styles/pages.css";
import { render, type ComponentType, type JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { followLinks, go, place } from "./app/router";
import { access, findAccess, isOpen, loginPath } from "./app/session";
import { preload, Shell } from "./app/shell";
import { followSystemTheme } from "./app/theme";
import { locale, preferredLocale, showLocale, withTexts } from "./i18n";
import { Toasts } from "./ui";

const outside: Record<string, () => Promise<{ default: ComponentType }>> = {
  "/login": () => import("./pages/login"),
  "/recover": () => import("./pages/recover"),
  "/setup": () => withTexts("more", import("./pages/setup")),
};

function Outside({ path }: { path: string }): JSX.Element | null {
  const [page, setPage] = useState<{ path: string; Page: ComponentType } | null>(null);
  useEffect(() => {
    void outside[path]?.().then((module) => setPage({ path, Page: module.default }));
  }, [path]);
  return page?.path === path ? <page.Page /> : null;
}

function App(): JSX.Element | null {
  const { path } = place.value;
  const state = access.value;
  const open = isOpen(path);
  const wanted = state === "setup" && path !== "/setup" && path !== "/recover" ? "/setup" : state === "out" && !open ? loginPath() : path === "/" ? "/dashboard" : null;
  useEffect(() => {
    if (wanted) go(wanted, true);
  }, [wanted]);
  if (locale.value === null || state === "unknown" || wanted) return null;
  return (
    <>
      {open ? <Outside path={path} /> : <Shell />}
      <Toasts />
    </>
  );
}

function start(): void {
  followLinks();
  followSystemTheme();
  const find = (): void => void findAccess().catch(() => setTimeout(find, 1500));
  find();
  preload(place.value, access.value === "in");
  void showLocale(preferredLocale());
  const root = document.getElementById("app");
  if (root) render(<App />, root);
}

start();
