import type { ComponentChildren, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { ApiError } from "../api/client";
import { type Entry, refresh, useQuery } from "../api/query";
import { ago, lookup, t } from "../i18n";
import { Button, CopyButton, Note } from "./basic";

/** What went wrong, in words: by the error's code where we have them, else as the server says. */
export function explain(error: ApiError): string {
  return lookup(`error.${error.code}`) || error.message || t("error.unknown", { status: error.status });
}

export function ErrorPanel({ error, onRetry }: { error: ApiError; onRetry?: () => void }): JSX.Element {
  const details = JSON.stringify({ status: error.status, code: error.code, message: error.message, requestId: error.requestId, page: location.pathname });
  return (
    <Note is="bad" title={t("error.title")} role="alert">
      <div class="stack-small">
        <span>{explain(error)}</span>
        <div class="row">
          {onRetry && <Button small icon="refresh" onClick={onRetry}>{t("retry")}</Button>}
          <CopyButton text={details}>{t("error.details")}</CopyButton>
        </div>
      </div>
    </Note>
  );
}

export function Empty({ title, children, action }: { title: string; children?: ComponentChildren; action?: ComponentChildren }): JSX.Element {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {action}
    </div>
  );
}

/** Grey lines, but only where waiting is worth a word: after 150 ms. What follows holds back for 400 ms, lest it be moved (base.css). */
export function Skeleton({ lines = 4 }: { lines?: number }): JSX.Element {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 150);
    return () => clearTimeout(timer);
  }, []);
  if (!late) return <div class="waiting" />;
  return (
    <div class="skeleton waiting" role="status">
      <div class="hidden-visually">{t("loading")}</div>
      {Array.from({ length: lines }, (_, i) => <span key={i} />)}
    </div>
  );
}

/** One part of a page with its states: loading, error, stale, or what `children` makes of the data. It comes together with `also`. */
export function Region<T>({ path, children, lines, also }: { path: string; children: (data: T, entry: Entry<T>) => ComponentChildren; lines?: number; also?: Entry<unknown> }): JSX.Element {
  const entry = useQuery<T>(path);
  const { data, error } = entry;
  const again = (): void => void refresh(path);
  if (data === undefined) return error ? <div><ErrorPanel error={error} onRetry={again} /></div> : <Skeleton lines={lines ?? 4} />;
  if (also && also.data === undefined && !also.error) return <Skeleton lines={lines ?? 4} />;
  return (
    <>
      {error && (
        <Note is="warn" role="status">
          <div class="row far">
            <span>{t("stale", { when: ago(new Date(entry.at).toISOString()), why: explain(error) })}</span>
            <Button small icon="refresh" onClick={again}>{t("retry")}</Button>
          </div>
        </Note>
      )}
      {children(data, entry)}
    </>
  );
}
