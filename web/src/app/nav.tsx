import type { JSX } from "preact";
import { t } from "../i18n";
import { destinations, type Group, groups, pathOf } from "../pages";
import { Icon, Mark } from "../ui";
import { place } from "./router";

const title = (group: Group): string => {
  if (group === "connect") return t("nav.group.connect");
  if (group === "observe") return t("nav.group.observe");
  if (group === "lab") return t("nav.group.lab");
  return group === "system" ? t("nav.group.system") : "";
};

/** The destinations, group by group. */
export function Nav({ label, onGo }: { label: string; onGo?: () => void }): JSX.Element {
  const current = place.value.path.split("/")[2] ?? "";
  return (
    <nav class="side" aria-label={label}>
      <a class="brand" href="/dashboard" onClick={onGo}>
        <Mark />
        <span>OmniRoute</span>
      </a>
      {groups.map((group) => (
        <section key={group}>
          {group && <h2>{title(group)}</h2>}
          <ul>
            {destinations.filter((page) => page.group === group).map((page) => (
              <li key={page.id}>
                <a class="item" href={pathOf(page.id)} title={t(page.title)} aria-current={page.id === current ? "page" : undefined} onClick={onGo}>
                  <Icon name={page.icon} />
                  <span>{t(page.title)}</span>
                </a>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </nav>
  );
}
