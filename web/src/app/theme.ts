export type Theme = "system" | "light" | "dark";
const KEY = "omniroute.theme";
const darkSystem = matchMedia("(prefers-color-scheme: dark)");

export function chosenTheme(): Theme {
  const kept = localStorage.getItem(KEY);
  return kept === "light" || kept === "dark" ? kept : "system";
}

/** Puts the chosen theme on the document; "system" follows the machine. */
export function showTheme(): void {
  const chosen = chosenTheme();
  const dark = chosen === "dark" || (chosen === "system" && darkSystem.matches);
  document.documentElement.dataset["theme"] = dark ? "dark" : "light";
}

export function chooseTheme(theme: Theme): void {
  if (theme === "system") localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, theme);
  showTheme();
}

export function followSystemTheme(): void {
  darkSystem.addEventListener("change", showTheme);
}
