import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { type ApiError, asError, post } from "../../api/client";
import { Lone } from "../../app/lone";
import { go, place } from "../../app/router";
import { access, signedIn } from "../../app/session";
import { clock, t } from "../../i18n";
import { Button, explain, Field, Note } from "../../ui";

/** Where to go after signing in: only addresses of our own pages. */
export function nextPath(next: string | null): string {
  return next && /^\/dashboard(?:[/?]|$)/.test(next) && !next.includes("//") ? next : "/dashboard";
}

export default function Login(): JSX.Element {
  const [password, setPassword] = useState("");
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const [caps, setCaps] = useState(false);
  const next = nextPath(place.value.query.get("next"));
  useEffect(() => {
    if (access.value === "in") go(next, true);
  }, [access.value]);
  const submit = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await post("/api/auth/login", { password });
      signedIn();
      go(next, true);
    } catch (thrown) {
      setError(asError(thrown));
      setBusy(false);
    }
  };
  const until = error?.retryAfter ? new Date(Date.now() + error.retryAfter * 1000).toISOString() : null;
  const words = error === null ? null : until ? t("login.locked", { until: clock(until) }) : error.status === 401 ? t("login.wrong") : explain(error);
  return (
    <Lone title={t("login.title")} narrow>
      <form class="stack" onSubmit={(event) => { event.preventDefault(); if (!busy) void submit(); }} onKeyUp={(event) => setCaps(event.getModifierState("CapsLock"))}>
        <Field label={t("login.password")} type="password" autocomplete="current-password" value={password} onInput={setPassword} error={words} autofocus required help={caps ? t("login.caps") : undefined} />
        <Button type="submit" kind="primary" busy={busy}>{t("login.verb")}</Button>
      </form>
      {error?.code === "setup_required" && <Note is="info"><a href="/setup">{t("setup.title")}</a></Note>}
      <a href="/recover">{t("login.forgot")}</a>
    </Lone>
  );
}
