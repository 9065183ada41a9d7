import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { type ApiError, asError, post } from "../../api/client";
import { t } from "../../i18n";
import { Button, Dialog, explain, Field } from "../../ui";

/** Work that asks for the password where it was given too long ago; null = it is not under way. */
export function useTrusted(): { ask: (() => Promise<void>) | null; run: (work: () => Promise<void>) => void; error: ApiError | null; busy: boolean; close: () => void } {
  const [ask, setAsk] = useState<(() => Promise<void>) | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const run = (work: () => Promise<void>): void => {
    setBusy(true);
    setError(null);
    work().then(() => setAsk(null), (thrown: unknown) => {
      const failure = asError(thrown);
      if (failure.code === "recent_login_required") setAsk(() => work);
      else setError(failure);
    }).finally(() => setBusy(false));
  };
  return { ask, run, error, busy, close: () => setAsk(null) };
}

export function Password({ onDone, onClose }: { onDone: () => void; onClose: () => void }): JSX.Element {
  const [password, setPassword] = useState("");
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const sign = async (): Promise<void> => {
    setBusy(true);
    try {
      await post("/api/auth/login", { password });
      onDone();
    } catch (thrown) {
      setError(asError(thrown).status === 401 ? t("login.wrong") : explain(asError(thrown)));
    }
    setBusy(false);
  };
  return (
    <Dialog title={t("backups.again")} onClose={onClose}>
      <form class="stack" onSubmit={(event) => { event.preventDefault(); if (!busy) void sign(); }}>
        <p>{t("backups.again.text")}</p>
        <Field label={t("login.password")} type="password" name="password" autocomplete="current-password" value={password} onInput={setPassword} error={error} required autofocus />
        <div class="actions"><Button onClick={onClose}>{t("cancel")}</Button><Button type="submit" kind="primary" busy={busy}>{t("next")}</Button></div>
      </form>
    </Dialog>
  );
}
