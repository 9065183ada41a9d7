// Runs before the first paint, so that a dark page never flashes light.
import { showTheme } from "./app/theme";

showTheme();
