import type { JSX } from "preact";
import type { FileChange, ImportNote } from "../../api/types";
import { lookup } from "../../i18n";
import { Tag } from "../../ui";

const kind = (word: string): string => lookup(`bring.kind.${word}`) ?? word;
const tags = { create: "ok", update: "warn", remove: "bad" } as const;
const tagOf = (action: string): "ok" | "warn" | "bad" | "" => (action === "create" || action === "update" || action === "remove" ? tags[action] : "");

/** What a file would make of the configuration, one object a line. */
export function Changes({ label, list }: { label: string; list: readonly FileChange[] }): JSX.Element {
  return (
    <div class="changes" role="group" aria-label={label} tabIndex={0}>
      <ul>
        {list.map((each) => (
          <li key={`${each.kind} ${each.name}`}>
            <Tag is={tagOf(each.action)}>{lookup(`bring.action.${each.action}`) ?? each.action}</Tag>
            <span class="muted">{kind(each.kind)}</span>
            <span class="wrap-any"><strong translate={false}>{each.name}</strong> {each.action === "update" && <code class="small muted">{each.fields.join(", ")}</code>}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** What became of the rest, with the reason: in the reader's language where the gateway says it in one word. */
export function Notes({ label, list }: { label: string; list: readonly ImportNote[] }): JSX.Element {
  return (
    <div class="changes" role="group" aria-label={label} tabIndex={0}>
      <ul>
        {list.map((each) => {
          const reason = each.code ? lookup(`bring.why.${each.code}`) : null;
          return (
            <li key={`${each.kind} ${each.name}`} class="noted">
              <span class="muted">{kind(each.kind)}</span>
              <span class="wrap-any"><strong translate={false}>{each.name}</strong><br />{reason || <span lang="en">{each.reason}</span>}</span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
