// Stands for what the types of Vitest mention and no test uses: reading theirs took most of the type check.
export {};
