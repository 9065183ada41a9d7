import type { JSX } from "preact";
import { Lone } from "../../app/lone";
import { t } from "../../i18n";
import { Code } from "../../ui";

export default function Recover(): JSX.Element {
  return (
    <Lone title={t("recover.title")}>
      <p>{t("recover.text")}</p>
      <Code label={t("recover.command")} text="omniroute password set" />
      <p>{t("recover.docker")}</p>
      <Code label={t("recover.dockercommand")} text="docker exec -it omniroute omniroute password set" />
      <a href="/login">{t("recover.back")}</a>
    </Lone>
  );
}
