import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { type ApiError, asError, patch, remove } from "../../api/client";
import { changed, useLater } from "../../api/query";
import type { CatalogProvider, Prices, UsageSeries } from "../../api/types";
import { money, number, t } from "../../i18n";
import { Button, Dialog, Empty, explain, Field, Note, State, Tag, toast } from "../../ui";
import { dollars, type PriceRow, priceRows } from "./shape";

function Edit({ row, onClose }: { row: PriceRow; onClose: () => void }): JSX.Element {
  const [input, setInput] = useState(row.input === null ? "" : String(row.input));
  const [output, setOutput] = useState(row.output === null ? "" : String(row.output));
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const bad = (text: string): string | null => (text !== "" && dollars(text) === null ? t("budgets.amount") : null);
  const save = async (): Promise<void> => {
    if (input === "" || output === "" || bad(input) || bad(output)) return;
    setBusy(true);
    try {
      await patch("/api/pricing", { provider: row.provider, model: row.model, input: dollars(input), output: dollars(output) });
      changed("/api/pricing");
      onClose();
    } catch (thrown) {
      setError(asError(thrown));
      setBusy(false);
    }
  };
  return (
    <Dialog title={row.input === null ? t("prices.set.of", { name: row.model }) : t("prices.edit.of", { name: row.model })} onClose={onClose}>
      <form class="stack" onSubmit={(event) => { event.preventDefault(); if (!busy) void save(); }}>
        <div class="pairs">
          <Field label={t("prices.input")} value={input} onInput={setInput} error={bad(input)} required autofocus />
          <Field label={t("prices.output")} value={output} onInput={setOutput} error={bad(output)} required />
        </div>
        <p class="small muted">{t("prices.text")}</p>
        {error && <Note is="bad" role="alert">{explain(error)}</Note>}
        <div class="actions"><Button onClick={onClose}>{t("cancel")}</Button><Button type="submit" kind="primary" busy={busy}>{t("save")}</Button></div>
      </form>
    </Dialog>
  );
}

async function reset(row: PriceRow): Promise<void> {
  try {
    await remove(`/api/pricing?${new URLSearchParams({ provider: row.provider, model: row.model }).toString()}`);
    changed("/api/pricing");
  } catch (thrown) {
    toast(explain(asError(thrown)));
  }
}

/** What the sums are reckoned with. What nobody knows stands first. */
export function PriceTable({ used }: { used: UsageSeries }): JSX.Element | null {
  const prices = useLater<Prices>("/api/pricing").data;
  const providers = useLater<{ providers: CatalogProvider[] }>("/api/catalog/providers").data?.providers ?? [];
  const [text, setText] = useState("");
  const [edit, setEdit] = useState<PriceRow | null>(null);
  if (!prices) return null;
  const rows = priceRows(used, prices, text);
  return (
    <section class="panel flush">
      <header>
        <h2>{t("prices.title")}</h2>
        <Field label={t("prices.search")} hideLabel type="search" value={text} onInput={setText} placeholder={t("prices.search")} />
      </header>
      {rows.length === 0 ? <Empty title={text ? t("filter.none") : t("prices.none")}>{t("prices.none.text")}</Empty> : (
        <div class="table-wrap">
          <table class="stacks">
            <caption class="hidden-visually">{t("prices.title")}</caption>
            <thead><tr><th scope="col">{t("requests.model")}</th><th scope="col" class="right">{t("nav.requests")}</th><th scope="col" class="right">{t("tokens.input")}</th><th scope="col" class="right">{t("tokens.output")}</th><th scope="col">{t("quotas.source")}</th><th scope="col"><span class="hidden-visually">{t("actions")}</span></th></tr></thead>
            <tbody>
              {rows.map((row) => (
                <tr key={`${row.provider}/${row.model}`}>
                  <th scope="row" class="lead wrap-any"><code>{row.model}</code> <span class="muted">{providers.find((each) => each.id === row.provider)?.name ?? row.provider}</span></th>
                  <td class="right num wide-only">{number(row.requests)}</td>
                  <td class="right num tight" data-label={t("tokens.input")}>{row.input === null ? <State is="unknown">{t("costs.unknown")}</State> : money(row.input)}</td>
                  <td class={`right num tight ${row.output === null ? "wide-only" : ""}`} data-label={t("tokens.output")}>{row.output === null ? "–" : money(row.output)}</td>
                  <td class={`tight ${row.input === null ? "wide-only" : ""}`}>{row.input === null ? "–" : row.own ? <Tag is="info">{t("prices.own")}</Tag> : <span class="small muted">{t("prices.catalog", { date: row.version })}</span>}</td>
                  <td class="tight"><span class="row end nowrap">{row.own && <Button small label={t("prices.reset.of", { name: row.model })} onClick={() => void reset(row)}>{t("prices.reset")}</Button>}<Button small label={row.input === null ? t("prices.set.of", { name: row.model }) : t("prices.edit.of", { name: row.model })} onClick={() => setEdit(row)}>{row.input === null ? t("prices.set") : t("edit")}</Button></span></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {edit && <Edit row={edit} onClose={() => setEdit(null)} />}
    </section>
  );
}
