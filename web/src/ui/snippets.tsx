import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { t } from "../i18n";
import { snippets } from "./snippet_texts";
import { Code } from "./basic";
import { Tabs } from "./tabs";

/** The same for each client, one tab each. */
export function Snippets({ apiKey, model }: { apiKey: string; model: string }): JSX.Element {
  const [active, setActive] = useState("curl");
  const all = snippets(location.origin, apiKey, model);
  const shown = all.find((each) => each.id === active);
  return (
    <Tabs label={t("snippets.label")} tabs={all} active={active} onChange={setActive}>
      {shown && <Code label={shown.name} text={shown.text} />}
    </Tabs>
  );
}
