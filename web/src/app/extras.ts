// Dialogs of the shell that no page shows at first.
export { Palette } from "./palette";
export { ShortcutHelp } from "./shortcut_help";
