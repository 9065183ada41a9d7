import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { duration, moment, t } from "../i18n";
import { serverNow } from "../api/client";

/** The time until a moment by the gateway's clock, told each second; `onEnd` once when it is over. */
export function Countdown({ until, onEnd }: { until: string; onEnd?: () => void }): JSX.Element {
  const end = new Date(until).getTime();
  const [left, setLeft] = useState(end - serverNow());
  useEffect(() => {
    let over = end <= serverNow();
    setLeft(end - serverNow());
    const timer = setInterval(() => {
      const now = end - serverNow();
      setLeft(now);
      if (now > 0 || over) return;
      over = true;
      onEnd?.();
    }, 1000);
    return () => clearInterval(timer);
  }, [until]);
  return <time dateTime={until} title={moment(until)} class="num">{left > 0 ? duration(Math.ceil(left / 1000) * 1000) : t("countdown.over")}</time>;
}

/** A part of a whole as a bar, its words beside it. */
export function Meter({ share, label, is = "" }: { share: number; label: string; is?: "" | "warn" | "bad" }): JSX.Element {
  const part = Math.max(0, Math.min(1, share));
  return (
    <svg class={`meter ${is}`} viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label={label}>
      <rect class="whole" width="100" height="8" />
      <rect class="part" width={part * 100} height="8" />
    </svg>
  );
}
