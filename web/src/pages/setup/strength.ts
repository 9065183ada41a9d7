export type Strength = "short" | "fair" | "strong";

/** By length, which is what counts; one character over and over does not. */
export function strengthOf(password: string): Strength {
  const different = new Set(password).size;
  if (password.length < 8 || different < 4) return "short";
  return password.length >= 14 && different >= 8 ? "strong" : "fair";
}
