// Parts of the later pages; they are fetched with the first of them.
export * from "./countdown";
export * from "./decision";
export * from "./reorder";
