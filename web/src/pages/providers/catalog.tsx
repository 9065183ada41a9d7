import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { CatalogProvider, Tier } from "../../api/types";
import { go, setQuery } from "../../app/router";
import { t } from "../../i18n";
import { Button, Dialog, Field, Icon, Note, Region, Tag, Tile } from "../../ui";
import { type Done, KeyForm, NodeForm, TestNote } from "./connect";
import { firstModel, TIERS } from "./shape";

function Entry({ provider, onChoose }: { provider: CatalogProvider; onChoose: (id: string) => void }): JSX.Element {
  const connectable = provider.usable && provider.auth === "apikey";
  const why = provider.auth === "oauth" ? t("catalog.needs.oauth") : provider.auth === "none" ? t("catalog.needs.none") : provider.usable ? t("catalog.needs.key") : t("catalog.needs.format");
  return (
    <li class="catalog-entry">
      <Tile name={provider.name} />
      <div class="grow">
        <strong>{provider.name}</strong>
        <div class="small muted">{why} · {t("catalog.models", { count: provider.models.length })}</div>
      </div>
      {provider.permission === "not_permitted" && <Tag is="warn">{t("catalog.risk")}</Tag>}
      {provider.activeConnections > 0 && <Tag is="ok">{t("catalog.connected")}</Tag>}
      {connectable && <Button small label={t("catalog.connect.of", { name: provider.name })} onClick={() => onChoose(provider.id)}>{t("catalog.connect")}</Button>}
    </li>
  );
}

function List({ providers, onChoose }: { providers: CatalogProvider[]; onChoose: (id: string) => void }): JSX.Element {
  const [text, setText] = useState("");
  const words = text.trim().toLowerCase();
  const found = providers.filter((each) => !each.isNode && `${each.name} ${each.id} ${each.alias}`.toLowerCase().includes(words));
  const tierTitle: Record<Tier, string> = { free: t("tier.free"), apikey: t("tier.apikey"), cheap: t("tier.cheap"), subscription: t("tier.subscription"), local: t("tier.local") };
  return (
    <>
      <Field label={t("catalog.search")} type="search" value={text} onInput={setText} autofocus hideLabel placeholder={t("catalog.search")} />
      <div class="catalog-entry own">
        <span class="tile"><Icon name="plus" /></span>
        <div class="grow">
          <strong>{t("catalog.own")}</strong>
          <div class="small muted">{t("catalog.own.help")}</div>
        </div>
        <Button small onClick={() => onChoose("own")}>{t("catalog.own.verb")}</Button>
      </div>
      {TIERS.map((tier) => {
        const group = found.filter((each) => each.tier === tier);
        if (group.length === 0) return null;
        return (
          <section key={tier} class="stack-small">
            <h3>{tierTitle[tier]} <span class="muted">{group.length}</span></h3>
            <ul>{group.map((each) => <Entry key={each.id} provider={each} onChoose={onChoose} />)}</ul>
          </section>
        );
      })}
      {found.length === 0 && <p class="muted" role="status">{t("catalog.none", { text })}</p>}
    </>
  );
}

/** ?add=catalog, ?add=own or ?add=<provider>: what the dialog shows, so that a link leads there. */
export function AddDialog({ step }: { step: string }): JSX.Element {
  const [done, setDone] = useState<Done | null>(null);
  const close = (): void => setQuery({ add: null });
  return (
    <Region<{ providers: CatalogProvider[] }> path="/api/catalog/providers">
      {({ providers }) => {
        const provider = providers.find((each) => each.id === step);
        const title = done ? t("connect.done") : provider ? t("catalog.connect.of", { name: provider.name }) : step === "own" ? t("catalog.own") : t("providers.add");
        const model = done ? firstModel(providers.find((each) => each.id === done.connection.provider), done.connection) : "";
        return (
          <Dialog key={done ? "done" : step} title={title} onClose={close} kind={step === "catalog" ? "wide" : ""}>
            {done ? (
              <>
                <TestNote result={done.result} />
                {model && <p>{t("connect.use", { model })}</p>}
                <div class="actions">
                  <Button onClick={() => { setDone(null); setQuery({ add: "catalog" }); }}>{t("connect.another")}</Button>
                  <Button kind="primary" onClick={() => go(`/dashboard/providers/${encodeURIComponent(done.connection.provider)}`)}>{t("connect.open")}</Button>
                </div>
              </>
            ) : step === "own" ? (
              <NodeForm onDone={setDone} />
            ) : provider ? (
              <>
                {provider.permission === "not_permitted" && <Note is="warn">{t("catalog.risk.text")}</Note>}
                <KeyForm provider={provider.id} onDone={setDone} />
              </>
            ) : (
              <List providers={providers} onChoose={(id) => setQuery({ add: id })} />
            )}
          </Dialog>
        );
      }}
    </Region>
  );
}
