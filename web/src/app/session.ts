// Who is signed in. A mark in local storage spares the question on most visits; the gateway has the last word.
import { signal } from "@preact/signals";
import { get, post, session } from "../api/client";
import { forgetAll } from "../api/query";
import type { AuthStatus } from "../api/types";
import { go, place } from "./router";

const KEY = "omniroute.signed-in";
export type Access = "unknown" | "in" | "out" | "setup";
export const access = signal<Access>("unknown");

export const isOpen = (path: string): boolean => path === "/login" || path === "/recover" || path === "/setup";

/** Asks the gateway, unless this browser was signed in a moment ago. */
export async function findAccess(): Promise<void> {
  session.ended = () => {
    localStorage.removeItem(KEY);
    if (access.value === "in") access.value = "out";
    void ask();
  };
  if (localStorage.getItem(KEY) && !isOpen(place.value.path)) {
    access.value = "in";
    return;
  }
  await ask();
}

async function ask(): Promise<void> {
  const status = await get<AuthStatus>("/api/auth/status");
  if (status.setupRequired) access.value = "setup";
  else if (status.authenticated) signedIn();
  else access.value = "out";
}

export function signedIn(): void {
  localStorage.setItem(KEY, "1");
  access.value = "in";
}

export async function signOut(): Promise<void> {
  await post("/api/auth/logout");
  localStorage.removeItem(KEY);
  forgetAll();
  access.value = "out";
  go("/login");
}

/** Where an answer of "not signed in" leads, and back. */
export const loginPath = (): string => {
  const here = place.value.path + location.search;
  return here.startsWith("/dashboard") && here !== "/dashboard" ? `/login?next=${encodeURIComponent(here)}` : "/login";
};
