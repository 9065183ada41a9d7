import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { asError } from "../../api/client";
import { useQuery } from "../../api/query";
import type { CatalogProvider, Connection, Tier } from "../../api/types";
import { place, setQuery } from "../../app/router";
import { t } from "../../i18n";
import { Ago, Button, Empty, Field, Region, Select, State, Tag, Tile, toast } from "../../ui";
import type { PageProps } from "..";
import { AddDialog } from "./catalog";
import { testConnection } from "./connect";
import { Detail, wordOf } from "./detail";
import { byProvider, stateOf, worst } from "./shape";

export const tierName = (tier: Tier): string => t(`tier.${tier}`);

function ProviderRow({ id, connections, provider }: { id: string; connections: Connection[]; provider: CatalogProvider | undefined }): JSX.Element {
  const [busy, setBusy] = useState(false);
  const name = connections[0]?.providerName ?? id;
  const states = connections.map(stateOf);
  const is = worst(states.map((state) => state.is));
  const word = states.find((state) => state.is === is)?.word ?? "untested";
  const failed = connections.find((each) => each.isActive && each.lastError && each.testStatus === "error");
  const test = async (): Promise<void> => {
    setBusy(true);
    try {
      for (const each of connections.filter((one) => one.isActive)) await testConnection(each.id);
    } catch (thrown) {
      toast(asError(thrown).message);
    }
    setBusy(false);
  };
  return (
    <tr>
      <td>
        <div class="row nowrap">
          <Tile name={name} />
          <a href={`/dashboard/providers/${encodeURIComponent(id)}`}>{name}</a>
        </div>
      </td>
      <td class="wide-only">{provider && <Tag>{provider.isNode ? t("tier.own") : tierName(provider.tier)}</Tag>}</td>
      <td class="num right wide-only">{connections.length}</td>
      <td>
        <State is={is}>{wordOf(word)}</State>
        {failed && (
          <div class="small muted clip">
            {failed.lastErrorAt && <><Ago at={failed.lastErrorAt} />: </>}<span lang="en" title={failed.lastError ?? ""}>{failed.lastError}</span>
          </div>
        )}
      </td>
      <td class="tight right"><Button small busy={busy} label={t("test.of", { name })} onClick={() => void test()}>{busy ? t("test.busy") : t("test.verb")}</Button></td>
    </tr>
  );
}

function List({ connections }: { connections: Connection[] }): JSX.Element {
  const catalog = useQuery<{ providers: CatalogProvider[] }>("/api/catalog/providers").data?.providers ?? [];
  const { query } = place.value;
  const text = query.get("q") ?? "";
  const state = query.get("state") ?? "all";
  const groups = byProvider(connections).filter(([id, list]) => {
    const is = worst(list.map((each) => stateOf(each).is));
    const fits = state === "all" || (state === "trouble" ? is === "bad" || is === "warn" : state === "off" ? is === "off" : is === "ok");
    return fits && `${id} ${list[0]?.providerName} ${list.map((each) => each.name).join(" ")}`.toLowerCase().includes(text.toLowerCase());
  });
  const own = connections.filter((each) => each.provider !== "demo");
  return (
    <>
      {own.length === 0 && (
        <div class="panel">
          <Empty title={t("providers.empty")} action={
            <div class="row">
              <Button kind="primary" icon="plus" onClick={() => setQuery({ add: "catalog" })}>{t("providers.add")}</Button>
              <Button onClick={() => setQuery({ add: "own" })}>{t("catalog.own.verb")}</Button>
            </div>}>
            {t("providers.empty.text")} <code>omniroute provider add</code>
          </Empty>
        </div>
      )}
      <div class="filters">
        <Field label={t("filter")} hideLabel type="search" value={text} onInput={(value) => setQuery({ q: value })} placeholder={t("filter")} />
        <Select label={t("state")} hideLabel value={state} onChange={(value) => setQuery({ state: value === "all" ? null : value })}
          options={[{ value: "all", text: t("state.all") }, { value: "ok", text: t("state.ok") }, { value: "trouble", text: t("state.trouble") }, { value: "off", text: t("state.disabled") }]} />
      </div>
      <div class="panel flush table-wrap">
        <table>
          <caption class="hidden-visually">{t("nav.providers")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("providers.name")}</th>
              <th scope="col" class="wide-only">{t("providers.tier")}</th>
              <th scope="col" class="right wide-only">{t("providers.connections")}</th>
              <th scope="col">{t("state")}</th>
              <th scope="col" class="right"><span class="hidden-visually">{t("actions")}</span></th>
            </tr>
          </thead>
          <tbody>
            {groups.map(([id, list]) => <ProviderRow key={id} id={id} connections={list} provider={catalog.find((each) => each.id === id)} />)}
          </tbody>
        </table>
        {groups.length === 0 && <Empty title={t("filter.none")} action={<Button onClick={() => setQuery({ q: null, state: null })}>{t("filter.clear")}</Button>} />}
      </div>
    </>
  );
}

export default function Providers({ rest }: PageProps): JSX.Element {
  const add = place.value.query.get("add");
  return (
    <div class="stack">
      {rest ? <Detail id={rest} /> : (
        <>
          <div class="row far">
            <p class="muted">{t("providers.text")}</p>
            <Button kind="primary" icon="plus" onClick={() => setQuery({ add: "catalog" }, false)}>{t("providers.add")}</Button>
          </div>
          <Region<{ connections: Connection[] }> path="/api/providers">{({ connections }) => <List connections={connections} />}</Region>
        </>
      )}
      {add && <AddDialog step={add} />}
    </div>
  );
}
