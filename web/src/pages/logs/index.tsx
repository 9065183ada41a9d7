import type { JSX } from "preact";
import { place, setQuery } from "../../app/router";
import { t } from "../../i18n";
import { Tabs } from "../../ui";
import { Audit } from "./audit";
import { Console } from "./console";

/** What the gateway writes, and who changed what. */
export default function Logs(): JSX.Element {
  const view = place.value.query.get("view") === "changes" ? "changes" : "console";
  return (
    <Tabs label={t("logs.view")} active={view} onChange={(id) => setQuery({ view: id === "changes" ? id : null, q: null, level: null })} tabs={[{ id: "console", name: t("logs.console") }, { id: "changes", name: t("logs.changes") }]}>
      {view === "changes" ? <Audit /> : <Console />}
    </Tabs>
  );
}
