import type { JSX } from "preact";
import { t } from "../i18n";
import { destinations } from "../pages";
import { Dialog } from "../ui";

/** Which keys do what. */
export function ShortcutHelp({ onClose }: { onClose: () => void }): JSX.Element {
  return (
    <Dialog title={t("shortcuts.title")} onClose={onClose}>
      <dl class="keys">
        <dt><kbd>Ctrl</kbd> <kbd>K</kbd></dt><dd>{t("palette.title")}</dd>
        <dt><kbd>/</kbd></dt><dd>{t("shortcuts.filter")}</dd>
        <dt><kbd>?</kbd></dt><dd>{t("shortcuts.title")}</dd>
        <dt><kbd>Esc</kbd></dt><dd>{t("close")}</dd>
        {destinations.map((page) => (
          <>
            <dt key={page.id}><kbd>g</kbd> <kbd>{page.letter}</kbd></dt><dd>{t(page.title)}</dd>
          </>
        ))}
      </dl>
    </Dialog>
  );
}
