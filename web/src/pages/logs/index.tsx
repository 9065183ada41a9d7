import type { JSX } from "preact";
import { place, setQuery } from "../../app/router";
import { t } from "../../i18n";
import { Tabs } from "../../ui";
import { Audit } from "./audit";
import { Console } from "./console";
import { Outgoing } from "./outgoing";

const VIEWS = ["console", "changes", "outgoing"] as const;

/** What the gateway writes, who changed what, and whom it called. */
export default function Logs(): JSX.Element {
  const asked = place.value.query.get("view");
  const view = VIEWS.find((each) => each === asked) ?? "console";
  return (
    <Tabs label={t("logs.view")} active={view} onChange={(id) => setQuery({ view: id === "console" ? null : id, q: null, level: null, status: null, type: null })} tabs={VIEWS.map((id) => ({ id, name: t(`logs.${id}`) }))}>
      {view === "console" ? <Console /> : view === "changes" ? <Audit /> : <Outgoing />}
    </Tabs>
  );
}
