import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { asError, patch, remove } from "../../api/client";
import { changed, useLater } from "../../api/query";
import type { Setting } from "../../api/types";
import { t } from "../../i18n";
import { Button, Confirm, explain, Switch, toast } from "../../ui";

/** Whether what requests and answers say is recorded from now on. */
export async function record(on: boolean): Promise<void> {
  try {
    await patch("/api/settings", { request_logs: on });
    changed("/api/settings");
    toast(on ? t("said.recording") : t("said.stopped"));
  } catch (thrown) {
    toast(explain(asError(thrown)));
  }
}

/** The switch of the list: it is seen there that bodies are recorded. */
export function Recording(): JSX.Element | null {
  const row = useLater<{ settings: Setting[] }>("/api/settings").data?.settings.find((each) => each.key === "request_logs");
  if (!row) return null;
  return <Switch label={t("said.switch")} checked={row.value === true} disabled={row.source === "environment"} onChange={(on) => void record(on)} />;
}

/** Deletes what is recorded, of all requests, once asked. */
export function ForgetBodies(): JSX.Element {
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const forget = async (): Promise<void> => {
    setBusy(true);
    try {
      await remove("/api/usage/bodies");
      changed("/api/usage/logs");
      toast(t("said.forgotten"));
      setAsking(false);
    } catch (thrown) {
      toast(explain(asError(thrown)));
    }
    setBusy(false);
  };
  return (
    <div>
      <Button small kind="danger" onClick={() => setAsking(true)}>{t("said.forget")}</Button>
      {asking && <Confirm title={t("said.forget")} text={t("said.forget.text")} verb={t("said.forget.verb")} busy={busy} onYes={() => void forget()} onClose={() => setAsking(false)} />}
    </div>
  );
}
