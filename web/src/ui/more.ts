// Parts of the later pages; they are fetched with the first of them.
export * from "./decision";
export * from "./reorder";

// What set-up and combos share, so that it is no file of its own.
import "../pages/combos/shape";
// And set-up and providers.
import "../pages/providers/connect";
// And what requests share with their bodies.
import "../pages/requests/recording";
