import type { JSX } from "preact";
import type { Attempt, Decision, PlannedTarget, RemovedTarget } from "../api/types";
import { duration, lookup, number, percent, t } from "../i18n";
import { Countdown, State, Tag } from ".";
import { serverNow } from "../api/client";

/** Why a target was left out, in words. */
export function whyNot(removed: RemovedTarget): string {
  const { filter, seen = 0, bound = 0 } = removed;
  if (filter === "context_too_small") return t("why.context", { seen, bound });
  if (filter === "over_price") return t("why.price", { seen: number(seen), bound: number(bound) });
  return lookup(`filter.${filter}`) ?? removed.reason;
}

function Planned({ target, place, past }: { target: PlannedTarget; place: number; past: boolean }): JSX.Element {
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
      {place > 1 ? <Tag>{t("explain.next")}</Tag> : past ? <Tag is="info">{t("explain.first")}</Tag> : <Tag is="ok">{t("explain.chosen")}</Tag>}
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
      {past ? null : first ? <p><State is="ok"><span class="wrap">{t("explain.goes", { target: first.target, account: first.account })}</span></State></p> : <p><State is="bad">{t("explain.nobody")}</State></p>}
      {decision.plan.length > 0 && <ol class="decisions">{decision.plan.map((target, i) => <Planned key={`${target.target} ${target.accountId ?? target.account}`} target={target} place={i + 1} past={past ?? false} />)}</ol>}
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

const ms = (value: number): string => (value < 1 ? `< ${duration(1)}` : duration(value));

/** What one try came to, and what was done about it. */
function AttemptLine({ attempt }: { attempt: Attempt }): JSX.Element {
  const good = attempt.outcome === "ok";
  const marks = [attempt.probe ? t("attempt.probe") : "", attempt.retry ? t("attempt.retry") : "", attempt.hedge ? t("attempt.hedge") : ""].filter(Boolean);
  return (
    <li>
      <div class="row">
        <code class="wrap-any">{attempt.target ?? "–"}</code> <span class="muted">{attempt.account}</span>
        <State is={good ? "ok" : "bad"}>{good ? t("attempt.ok") : (lookup(`cause.${attempt.outcome}`) ?? attempt.outcome)}{attempt.status ? ` (${attempt.status})` : ""}</State>
        {marks.map((mark) => <Tag key={mark}>{mark}</Tag>)}
      </div>
      <div class="small muted wrap-any">
        {attempt.skipped ? t("attempt.skipped") : [
          t("attempt.time", { start: ms(attempt.startedMs), took: ms(attempt.totalMs) }),
          attempt.queuedMs >= 1 ? t("attempt.queued", { time: ms(attempt.queuedMs) }) : "",
          attempt.firstContentMs !== undefined ? t("attempt.content", { time: ms(attempt.firstContentMs) }) : "",
          attempt.cooldownMs ? (attempt.scope === "model" ? t("attempt.rests.model", { time: ms(attempt.cooldownMs) }) : t("attempt.rests.account", { time: ms(attempt.cooldownMs) })) : "",
          attempt.next ? t(`attempt.next.${attempt.next}`) : "",
        ].filter(Boolean).join(" · ")}
      </div>
      {attempt.message && !good && <div class="small bad-text wrap-any" lang="en">{attempt.message}</div>}
    </li>
  );
}

/** The tries of a request on one axis, and each in words. */
export function Attempts({ attempts, totalMs }: { attempts: readonly Attempt[]; totalMs: number }): JSX.Element {
  const whole = Math.max(1, totalMs, ...attempts.map((each) => each.startedMs + each.totalMs));
  const at = (time: number): number => (time / whole) * 400;
  const height = attempts.length * 12 + 4;
  return (
    <div class="stack-small">
      <svg class="attempts" viewBox={`0 0 400 ${height}`} height={height} preserveAspectRatio="none" aria-hidden="true">
        {attempts.map((each, i) => {
          const first = each.firstContentMs ?? each.totalMs;
          return (
            <g key={i}>
              <rect class="axis" x="0" y={i * 12 + 7} width="400" height="1" />
              <rect class={each.outcome === "ok" ? "wait" : "failed"} x={at(each.startedMs)} y={i * 12 + 4} width={Math.max(2, at(first))} height="8" />
              {each.outcome === "ok" && <rect class="stream" x={at(each.startedMs + first)} y={i * 12 + 4} width={Math.max(1, at(each.totalMs - first))} height="8" />}
            </g>
          );
        })}
      </svg>
      <ol class="steps">{attempts.map((each, i) => <AttemptLine key={i} attempt={each} />)}</ol>
    </div>
  );
}
