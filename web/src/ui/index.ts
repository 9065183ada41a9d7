// What pages have in common. They import it from here, so that it is one file on the wire (bundle.sh: no tree shaking).
export * from "./basic";
export * from "./countdown";
export * from "./dialog";
export * from "./form";
export * from "./icons";
export * from "./region";
export * from "./requests";
export * from "./snippets";
export * from "./snippet_texts";
export * from "./tabs";
export * from "./toast";

// Likewise what several pages, but not all, would share in small files.
import "../api/query";
import "../api/series";
import "../app/live";
import "../app/lone";
import "../app/menus";
import "../app/router";
import "../app/session";
import "../pages";
import "../pages/providers/shape";
import "../pages/backups/trusted";
