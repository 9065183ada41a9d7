import type { JSX } from "preact";
import type { Decision, PlannedTarget, RemovedTarget } from "../api/types";
import { lookup, number, percent, t } from "../i18n";
import { State, Tag } from ".";
import { Countdown } from "./countdown";
import { serverNow } from "../api/client";

/** Why a target was left out, in words. */
export function whyNot(removed: RemovedTarget): string {
  const { filter, seen = 0, bound = 0 } = removed;
  if (filter === "context_too_small") return t("why.context", { seen, bound });
  if (filter === "over_price") return t("why.price", { seen: number(seen), bound: number(bound) });
  return lookup(`filter.${filter}`) ?? removed.reason;
}

function Planned({ target, place }: { target: PlannedTarget; place: number }): JSX.Element {
  const { seen } = target;
  return (
    <li class="decision">
      <span class="place num">{place}</span>
      <div class="grow">
        <code class="wrap-any">{target.target}</code> <span class="muted">{target.account}</span>
        <div class="small muted">
          {[
            target.conversation ? t("explain.conversation") : "",
            target.suspect ? t("explain.suspect") : "",
            seen?.quotaUsed !== undefined ? t("explain.quota", { share: percent(seen.quotaUsed) }) : "",
            seen && seen.inFlight > 0 ? t("home.underway", { count: seen.inFlight }) : "",
          ].filter(Boolean).join(" · ")}
        </div>
      </div>
      {place === 1 ? <Tag is="ok">{t("explain.chosen")}</Tag> : <Tag>{t("explain.next")}</Tag>}
    </li>
  );
}

function Removed({ target, at, onBack }: { target: RemovedTarget; at: number; onBack?: () => void }): JSX.Element {
  return (
    <li class="decision">
      <span class="place" aria-hidden="true">–</span>
      <div class="grow">
        <code class="wrap-any">{target.target}</code> {target.account && <span class="muted">{target.account}</span>}
        <div class="small" title={target.reason}>
          {whyNot(target)}
          {target.retryInMs !== undefined && <> · {t("explain.back")} <Countdown until={new Date(at + target.retryInMs).toISOString()} {...(onBack ? { onEnd: onBack } : {})} /></>}
        </div>
      </div>
      <Tag is="warn">{t("explain.skipped")}</Tag>
    </li>
  );
}

/** A decision as a sentence and two lists: who is asked in which order, and who is left out for what. */
export function DecisionView({ decision, past, onBack }: { decision: Decision; past?: boolean; onBack?: () => void }): JSX.Element {
  const first = decision.plan[0];
  const at = past ? new Date(decision.time).getTime() : serverNow();
  return (
    <div class="stack-small">
      {past ? null : first ? <p><State is="ok">{t("explain.goes", { target: first.target, account: first.account })}</State></p> : <p><State is="bad">{t("explain.nobody")}</State></p>}
      {decision.plan.length > 0 && <ol class="decisions">{decision.plan.map((target, i) => <Planned key={`${target.target} ${target.accountId ?? target.account}`} target={target} place={i + 1} />)}</ol>}
      {decision.removed.length > 0 && (
        <>
          <h3>{t("explain.leftout")}</h3>
          <ul class="decisions">{decision.removed.map((target) => <Removed key={`${target.target} ${target.account ?? ""} ${target.filter}`} target={target} at={at} {...(onBack ? { onBack } : {})} />)}</ul>
        </>
      )}
      {decision.affinity?.outcome === "left" && <p class="small muted">{t("explain.left", { target: decision.affinity.target ?? "" })}</p>}
    </div>
  );
}
