import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { type ApiError, asError, chat, type ChatAnswer, post } from "../../api/client";
import { changed, useQuery } from "../../api/query";
import type { CatalogProvider, Combo, NewApiKey } from "../../api/types";
import { place, setQuery } from "../../app/router";
import { signedIn } from "../../app/session";
import { duration, t } from "../../i18n";
import { Button, CopyButton, CopyLine, explain, Field, Note, Region, Select, Snippets, State } from "../../ui";
import { type Done, KeyForm, LocalOffers, NodeForm, TestNote } from "../providers/connect";
import { bodyOf, type Draft, proposal } from "../combos/shape";
import { firstModel } from "../providers/shape";
import { reordered, ReorderList } from "../../ui/more";
import { strengthOf } from "./strength";

const TOKEN_KEY = "omniroute.setup-token";

/** The link's token, kept for this tab alone and out of the address bar. */
function takeToken(): string {
  const given = place.value.query.get("token");
  if (given) {
    sessionStorage.setItem(TOKEN_KEY, given);
    setQuery({ token: null });
  }
  return given ?? sessionStorage.getItem(TOKEN_KEY) ?? "";
}

export function Secure({ onDone }: { onDone: () => void }): JSX.Element {
  const [linked] = useState(takeToken);
  const [token, setToken] = useState(linked);
  const [password, setPassword] = useState("");
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const local = /^(localhost|127\.|\[::1\])/.test(location.hostname);
  const strength = strengthOf(password);
  const save = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await post("/api/auth/setup", { token: token.trim(), password });
      sessionStorage.removeItem(TOKEN_KEY);
      onDone();
      signedIn();
    } catch (thrown) {
      const failure = asError(thrown);
      if (failure.status === 403) sessionStorage.removeItem(TOKEN_KEY);
      setError(failure);
      setBusy(false);
    }
  };
  const refused = error?.status === 403;
  const generate = (): void => {
    const alphabet = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    const dice = crypto.getRandomValues(new Uint32Array(20));
    setPassword([...dice].map((n) => alphabet[n % alphabet.length]).join(""));
  };
  return (
    <form class="stack" onSubmit={(event) => { event.preventDefault(); if (!busy) void save(); }}>
      <p>{local ? t("setup.reach.local") : t("setup.reach.network", { host: location.host })}</p>
      {(!linked || refused) && <Field label={t("setup.token")} value={token} onInput={setToken} required help={t("setup.token.help")} error={refused ? error.message : null} autofocus />}
      <Field label={t("setup.password")} type="password" name="password" autocomplete="new-password" value={password} onInput={setPassword} required autofocus={Boolean(linked)} help={t("setup.password.help")} error={error?.field === "password" ? error.message : null} />
      <div class="row">
        <Button type="submit" kind="primary" busy={busy}>{t("setup.secure.verb")}</Button>
        <Button onClick={generate}>{t("setup.generate")}</Button>
        {password && <State is={strength === "strong" ? "ok" : strength === "fair" ? "warn" : "bad"}>{t(`setup.strength.${strength}`)}</State>}
        {password.length >= 20 && <CopyButton text={password} label={t("setup.copypassword")} />}
      </div>
      {error && !refused && error.field !== "password" && <Note is="bad" role="alert">{explain(error)}</Note>}
    </form>
  );
}

type Door = "" | "key" | "own";

export function Connect({ onDone }: { onDone: (model: string) => void }): JSX.Element {
  const [door, setDoor] = useState<Door>("");
  const [done, setDone] = useState<Done | null>(null);
  const catalog = useQuery<{ providers: CatalogProvider[] }>("/api/catalog/providers").data?.providers;
  if (done) {
    const model = firstModel(catalog?.find((each) => each.id === done.connection.provider), done.connection);
    return (
      <>
        <TestNote result={done.result} />
        <div class="row">
          <Button kind="primary" onClick={() => onDone(model || (done.result.model ? `${catalog?.find((each) => each.id === done.connection.provider)?.alias ?? done.connection.providerName}/${done.result.model}` : "demo/echo"))}>{t("next")}</Button>
          <Button onClick={() => { setDone(null); setDoor(""); }}>{t("connect.another")}</Button>
        </div>
      </>
    );
  }
  if (door !== "") {
    return (
      <div class="panel">
        <header><h3>{door === "key" ? t("setup.door.key") : t("catalog.own")}</h3><Button small onClick={() => setDoor("")}>{t("back")}</Button></header>
        {door === "key" ? <KeyForm provider={null} onDone={setDone} /> : <NodeForm onDone={setDone} />}
      </div>
    );
  }
  return (
    <div class="doors">
      <LocalOffers onDone={setDone} />
      <button type="button" class="door" onClick={() => setDoor("key")}><strong>{t("setup.door.key")}</strong><span class="muted">{t("setup.door.key.text")}</span></button>
      <button type="button" class="door" onClick={() => setDoor("own")}><strong>{t("catalog.own")}</strong><span class="muted">{t("catalog.own.help")}</span></button>
      <button type="button" class="door" onClick={() => onDone("demo/echo")}><strong>{t("setup.door.demo")}</strong><span class="muted">{t("setup.door.demo.text")}</span></button>
    </div>
  );
}

/** A combo of all that is connected, in an order of one's own. */
function Proposal({ draft, onDone, onSkip }: { draft: Draft; onDone: (name: string) => void; onSkip: () => void }): JSX.Element {
  const [name, setName] = useState(draft.name);
  const [targets, setTargets] = useState(draft.targets);
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const save = async (): Promise<void> => {
    setBusy(true);
    try {
      await post("/api/combos", bodyOf({ ...draft, name, targets }));
      changed("/api/combos");
      onDone(name);
    } catch (thrown) {
      setError(asError(thrown));
      setBusy(false);
    }
  };
  return (
    <form class="stack" onSubmit={(event) => { event.preventDefault(); if (!busy) void save(); }}>
      <p>{t("setup.combo.text")}</p>
      <div class="panel flush">
        <ReorderList label={t("combos.ladder")} items={targets} idOf={(target) => target.model} nameOf={(target) => target.model} onMove={(from, to) => setTargets(reordered(targets, from, to))}>
          {(target, i) => <div class="rung"><div class="row"><span class="place num" aria-hidden="true">{i + 1}</span><code class="wrap-any">{target.model}</code></div></div>}
        </ReorderList>
      </div>
      <Field label={t("combos.name")} value={name} onInput={setName} required help={t("combos.name.help")} error={error?.field === "name" ? error.message : null} />
      {error && error.field !== "name" && <Note is="bad" role="alert">{explain(error)}</Note>}
      <div class="row">
        <Button type="submit" kind="primary" busy={busy}>{t("setup.combo.verb")}</Button>
        <Button onClick={onSkip}>{t("setup.combo.skip")}</Button>
      </div>
    </form>
  );
}

/** Which model the first requests go to, among everything connected: a combo of it all, or one. */
export function Route({ model, onDone }: { model: string; onDone: (model: string) => void }): JSX.Element {
  const [single, setSingle] = useState(false);
  const combos = useQuery<{ combos: Combo[] }>("/api/combos").data?.combos;
  return (
    <Region<{ providers: CatalogProvider[] }> path="/api/catalog/providers">
      {({ providers }) => {
        const connected = providers.filter((each) => each.activeConnections > 0 && each.usable);
        const proposed = combos?.length === 0 ? proposal(providers) : null;
        if (proposed && !single) return <Proposal draft={proposed} onDone={onDone} onSkip={() => setSingle(true)} />;
        const models = [...(combos ?? []).map((each) => ({ value: each.name, text: each.name })), ...connected.flatMap((each) => each.models.map((one) => ({ value: `${each.alias}/${one.id}`, text: `${each.name} · ${one.name}` })))];
        const options = models.some((each) => each.value === model) ? models : [{ value: model, text: model }, ...models];
        return (
          <>
            <p>{t("setup.route.text")}</p>
            <Select label={t("setup.model")} value={model} options={options} onChange={(value) => setQuery({ model: value })} />
            <div><Button kind="primary" onClick={() => onDone(model)}>{t("next")}</Button></div>
          </>
        );
      }}
    </Region>
  );
}

export function Use({ model }: { model: string }): JSX.Element {
  const [made, setMade] = useState<NewApiKey | null>(null);
  const [answer, setAnswer] = useState<ChatAnswer | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const run = (work: () => Promise<void>): void => {
    if (busy) return;
    setBusy(true);
    setError(null);
    work().catch((thrown: unknown) => setError(asError(thrown))).finally(() => setBusy(false));
  };
  const make = (): void => run(async () => {
    setMade(await post<NewApiKey>("/api/keys", { name: t("setup.keyname") }));
    changed("/api/keys");
  });
  const send = (): void => run(async () => {
    if (made) setAnswer(await chat(made.key, model, t("setup.question")));
  });
  if (!made) {
    return (
      <>
        <p>{t("setup.key.text")}</p>
        <div><Button kind="primary" busy={busy} onClick={make}>{t("setup.key.verb")}</Button></div>
        {error && <Note is="bad" role="alert">{explain(error)}</Note>}
      </>
    );
  }
  return (
    <>
      <Note is="warn">{t("keys.once")}</Note>
      <CopyLine text={made.key} label={t("keys.copy")} />
      <div class="row">
        <Button kind={answer ? "" : "primary"} busy={busy} onClick={send}>{t("setup.send", { model })}</Button>
        {!answer && !error && <State is="unknown">{t("keys.waiting")}</State>}
      </div>
      {error && <Note is="bad" role="alert">{explain(error)}</Note>}
      {answer && (
        <Note is="ok" title={t("setup.answered", { model: answer.model, time: duration(answer.milliseconds) })} role="status">
          <div class="stack-small">
            <blockquote>{answer.text}</blockquote>
            {answer.requestId && <a href={`/dashboard/requests/${answer.requestId}`}>{t("setup.row")}</a>}
          </div>
        </Note>
      )}
      <Snippets apiKey={made.key} model={model} />
    </>
  );
}
