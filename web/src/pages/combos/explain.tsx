import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { type ApiError, asError, post } from "../../api/client";
import { useLater } from "../../api/query";
import type { ApiKey, Combo, Decision } from "../../api/types";
import { beats } from "../../app/live";
import { t } from "../../i18n";
import { Check, ErrorPanel, Note, Select, Skeleton } from "../../ui";
import { DecisionView } from "../../ui/more";
import { bodyOf, type Draft } from "./shape";

const WHEN = ["", "30m", "5h", "24h"] as const;
const PICTURE = "data:image/png;base64,iVBORw0KGgo=";
const PAUSE_MS = 180;

/** What a request would be like that the answer is for. */
export interface Wish { when: (typeof WHEN)[number]; key: string; tools: boolean; image: boolean; long: boolean }
export const PLAIN: Wish = { when: "", key: "", tools: false, image: false, long: false };

/** The body of a dry run: the draft in place of what is stored, and a request with what is wished. */
export function inquiry(draft: Draft, stored: string | null, combos: readonly Combo[], wish: Wish): Record<string, unknown> {
  const name = draft.name || "draft";
  const others = combos.filter((each) => each.name !== stored && each.name !== name).map(({ id: _, createdAt: __, updatedAt: ___, ...rest }) => rest);
  const text = wish.long ? "word ".repeat(120_000) : "Hello";
  const content = wish.image ? [{ type: "text", text }, { type: "image_url", image_url: { url: PICTURE } }] : text;
  const tool = { type: "function", function: { name: "look", parameters: { type: "object", properties: {} } } };
  return {
    model: name,
    ...(wish.when ? { at: wish.when } : {}),
    ...(wish.key ? { key: wish.key } : {}),
    request: { model: name, messages: [{ role: "user", content }], ...(wish.tools ? { tools: [tool] } : {}) },
    config: { combos: [...others, { ...bodyOf({ ...draft, name, isActive: true }) }] },
  };
}

interface Asked { decision: Decision | null; error: ApiError | null }

/** What would happen now; asked again whenever the draft, the wish or the gateway's state changes. */
export function useDecision(draft: Draft, stored: string | null, combos: readonly Combo[], wish: Wish): Asked {
  const [asked, setAsked] = useState<Asked>({ decision: null, error: null });
  const body = draft.targets.length > 0 ? JSON.stringify(inquiry(draft, stored, combos, wish)) : "";
  const beat = beats.value;
  useEffect(() => {
    if (body === "") {
      setAsked({ decision: null, error: null });
      return undefined;
    }
    let stale = false;
    const timer = setTimeout(() => {
      post<Decision>("/api/routing/explain", JSON.parse(body)).then(
        (decision) => { if (!stale) setAsked({ decision, error: null }); },
        (thrown: unknown) => { if (!stale) setAsked((before) => ({ decision: before.decision, error: asError(thrown) })); },
      );
    }, PAUSE_MS);
    return () => {
      stale = true;
      clearTimeout(timer);
    };
  }, [body, beat]);
  return asked;
}

export function Explain({ asked, wish, onWish, empty }: { asked: Asked; wish: Wish; onWish: (wish: Wish) => void; empty: boolean }): JSX.Element {
  const keys = useLater<{ keys: ApiKey[] }>("/api/keys").data?.keys ?? [];
  const words: Record<(typeof WHEN)[number], string> = { "": t("explain.now"), "30m": t("explain.in", { time: "30 min" }), "5h": t("explain.in", { time: "5 h" }), "24h": t("explain.in", { time: "24 h" }) };
  return (
    <section class="panel explain" aria-label={t("explain.title")}>
      <header><h2>{t("explain.title")}</h2></header>
      <p class="small muted">{t("explain.text")}</p>
      <div class="row wishes">
        <Select label={t("explain.when")} hideLabel value={wish.when} onChange={(when) => onWish({ ...wish, when })} options={WHEN.map((value) => ({ value, text: words[value] }))} />
        <Select label={t("requests.key")} hideLabel value={wish.key} onChange={(key) => onWish({ ...wish, key })} options={[{ value: "", text: t("explain.anykey") }, ...keys.map((each) => ({ value: each.id, text: each.name }))]} />
        <Check label={t("explain.tools")} checked={wish.tools} onChange={(tools) => onWish({ ...wish, tools })} />
        <Check label={t("explain.image")} checked={wish.image} onChange={(image) => onWish({ ...wish, image })} />
        <Check label={t("explain.long")} checked={wish.long} onChange={(long) => onWish({ ...wish, long })} />
      </div>
      {empty ? <p class="muted">{t("explain.empty")}</p> : asked.error && asked.error.status !== 400 ? <ErrorPanel error={asked.error} /> : asked.error ? <Note is="bad">{asked.error.message}</Note> : asked.decision ? <div aria-live="polite"><DecisionView decision={asked.decision} onBack={() => { beats.value += 1; }} /></div> : <Skeleton />}
    </section>
  );
}
