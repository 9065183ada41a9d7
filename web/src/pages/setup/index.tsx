import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Lone } from "../../app/lone";
import { go, place } from "../../app/router";
import { access, loginPath } from "../../app/session";
import { t } from "../../i18n";
import { Button, Icon } from "../../ui";
import { Connect, Route, Secure, Use } from "./steps";

/** Which step the address names; before a password is set there is only the first. */
export function stepOf(asked: string | null, isSetUp: boolean): number {
  if (!isSetUp) return 1;
  const step = Number(asked);
  return Number.isInteger(step) && step >= 2 && step <= 4 ? step : 2;
}

function Progress({ at }: { at: number }): JSX.Element {
  const names = [t("setup.step.secure"), t("setup.step.connect"), t("setup.step.route"), t("setup.step.use")];
  return (
    <ol class="progress" aria-label={t("setup.progress", { step: at, count: names.length })}>
      {names.map((name, i) => (
        <li key={name} class={i + 1 < at ? "done" : i + 1 === at ? "now" : ""} aria-current={i + 1 === at ? "step" : undefined}>
          <span class="dot">{i + 1 < at ? <Icon name="check" /> : i + 1}</span>
          <span class="name">{name}</span>
        </li>
      ))}
    </ol>
  );
}

function Step({ title, children }: { title: string; children: ComponentChildren }): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!document.querySelector("main input:focus")) heading.current?.focus();
  }, [title]);
  return (
    <section class="stack">
      <h2 ref={heading} tabIndex={-1}>{title}</h2>
      {children}
    </section>
  );
}

/** Four steps to a real answer and a copied key. */
export default function Setup(): JSX.Element | null {
  const state = access.value;
  const step = stepOf(place.value.query.get("step"), state === "in");
  useEffect(() => {
    if (state === "out") go(loginPath(), true);
  }, [state]);
  if (state === "out") return null;
  const to = (next: number, more: Record<string, string> = {}): void => go(`/setup?${new URLSearchParams({ step: String(next), ...more }).toString()}`);
  const model = place.value.query.get("model") ?? "demo/echo";
  return (
    <Lone title={t("setup.title")}>
      <Progress at={step} />
      {step === 1 && <Step title={t("setup.secure")}><Secure onDone={() => to(2)} /></Step>}
      {step === 2 && <Step title={t("setup.connect")}><Connect onDone={(chosen) => to(3, { model: chosen })} /></Step>}
      {step === 3 && <Step title={t("setup.route")}><Route model={model} onDone={(chosen) => to(4, { model: chosen })} /></Step>}
      {step === 4 && <Step title={t("setup.use")}><Use model={model} /></Step>}
      {step > 1 && (
        <div class="row far">
          {step > 2 ? <Button onClick={() => to(step - 1, { model })}>{t("back")}</Button> : <span />}
          <a href="/dashboard">{step === 4 ? t("setup.dashboard") : t("setup.skip")}</a>
        </div>
      )}
    </Lone>
  );
}
