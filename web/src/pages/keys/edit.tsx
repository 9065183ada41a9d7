import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { type ApiError, asError } from "../../api/client";
import type { ApiKey, Scope } from "../../api/types";
import { t } from "../../i18n";
import { Button, Check, Dialog, explain, Field, Note } from "../../ui";

const SCOPES: readonly Scope[] = ["inference", "read", "admin"];
const FIELDS = ["name", "expiresAt", "allowedModels", "requestsPerMinute", "tokensPerMinute", "dailyBudgetUsd", "monthlyBudgetUsd"] as const;

/** What the form holds, as texts. */
export interface KeyDraft { name: string; scopes: Scope[]; expires: string; models: string; rpm: string; tpm: string; daily: string; monthly: string; bodies: boolean; errorsOnly: boolean }

export function draftOf(key: ApiKey | null): KeyDraft {
  const text = (value: number | null): string => (value ? String(value) : "");
  return {
    name: key?.name ?? "", scopes: key?.scopes ?? ["inference"], expires: key?.expiresAt ? key.expiresAt.slice(0, 10) : "", models: key?.allowedModels.join(", ") ?? "",
    rpm: text(key?.requestsPerMinute ?? 0), tpm: text(key?.tokensPerMinute ?? 0), daily: text(key?.dailyBudgetUsd ?? null), monthly: text(key?.monthlyBudgetUsd ?? null), bodies: key?.logBodies ?? false, errorsOnly: key?.logErrorsOnly ?? false,
  };
}

/** The draft as the API takes it: an empty limit is none. */
export function bodyOf(draft: KeyDraft): Record<string, unknown> {
  const count = (value: string): number => (value.trim() === "" ? 0 : Number(value));
  return {
    name: draft.name.trim(), scopes: draft.scopes, expiresAt: draft.expires ? `${draft.expires}T00:00:00.000Z` : null,
    allowedModels: draft.models.split(",").map((each) => each.trim()).filter(Boolean), requestsPerMinute: count(draft.rpm), tokensPerMinute: count(draft.tpm),
    dailyBudgetUsd: draft.daily.trim() || null, monthlyBudgetUsd: draft.monthly.trim() || null, logBodies: draft.bodies, logErrorsOnly: draft.errorsOnly,
  };
}

interface Props { title: string; verb: string; known: ApiKey | null; onSave: (body: Record<string, unknown>) => Promise<void>; onClose: () => void }

/** Make a key or change one: a name, the rest folded. */
export function KeyDialog({ title, verb, known, onSave, onClose }: Props): JSX.Element {
  const [draft, setDraft] = useState(draftOf(known));
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const set = (part: Partial<KeyDraft>): void => setDraft({ ...draft, ...part });
  const save = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await onSave(bodyOf(draft));
    } catch (thrown) {
      setError(asError(thrown));
      setBusy(false);
    }
  };
  const at = (field: (typeof FIELDS)[number]): string | null => (error?.field === field ? error.message : null);
  const elsewhere = error && !FIELDS.some((field) => field === error.field);
  return (
    <Dialog title={title} onClose={onClose}>
      <form class="stack" onSubmit={(event) => { event.preventDefault(); if (!busy) void save(); }}>
        <Field label={t("keys.name")} value={draft.name} onInput={(name) => set({ name })} required autofocus help={t("keys.name.help")} error={at("name")} />
        <details open={known !== null || Boolean(error)}>
          <summary>{t("more")}</summary>
          <div class="stack">
            <fieldset class="stack-small">
              <legend>{t("keys.scopes")}</legend>
              {SCOPES.map((scope) => (
                <Check key={scope} label={t(`scope.${scope}`)} help={t(`scope.${scope}.help`)} checked={draft.scopes.includes(scope)}
                  onChange={(on) => set({ scopes: on ? [...draft.scopes, scope] : draft.scopes.filter((each) => each !== scope) })} />
              ))}
            </fieldset>
            <Field label={t("keys.models")} value={draft.models} onInput={(models) => set({ models })} help={t("keys.models.help")} error={at("allowedModels")} />
            <Field label={t("keys.expires")} type="date" value={draft.expires} onInput={(expires) => set({ expires })} help={t("keys.expires.help")} error={at("expiresAt")} />
            <fieldset class="pairs">
              <legend>{t("keys.limits")}</legend>
              <Field label={t("keys.rpm")} type="number" value={draft.rpm} onInput={(rpm) => set({ rpm })} help={t("keys.zero")} error={at("requestsPerMinute")} />
              <Field label={t("keys.tpm")} type="number" value={draft.tpm} onInput={(tpm) => set({ tpm })} help={t("keys.zero")} error={at("tokensPerMinute")} />
              <Field label={t("keys.daily")} value={draft.daily} onInput={(daily) => set({ daily })} error={at("dailyBudgetUsd")} />
              <Field label={t("keys.monthly")} value={draft.monthly} onInput={(monthly) => set({ monthly })} error={at("monthlyBudgetUsd")} />
            </fieldset>
            <Check label={t("keys.bodies")} help={t("keys.bodies.help")} checked={draft.bodies} onChange={(bodies) => set({ bodies })} />
            {draft.bodies && <Check label={t("keys.errorsonly")} help={t("keys.errorsonly.help")} checked={draft.errorsOnly} onChange={(errorsOnly) => set({ errorsOnly })} />}
          </div>
        </details>
        {elsewhere && <Note is="bad" role="alert">{explain(error)}</Note>}
        <div class="actions">
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button type="submit" kind="primary" busy={busy}>{verb}</Button>
        </div>
      </form>
    </Dialog>
  );
}
