/** Dark or light: the system's choice until the reader makes one. */

import { signal } from "@preact/signals";

export type Theme = "light" | "dark";

const darkSystem = matchMedia("(prefers-color-scheme: dark)");

/** The theme in use. */
export const theme = signal<Theme>(current());

darkSystem.addEventListener("change", () => {
  theme.value = current();
});

/** Switches, and remembers it. */
export function toggleTheme(): void {
  const next = theme.value === "dark" ? "light" : "dark";
  document.documentElement.dataset.theme = next;
  try {
    localStorage.setItem("theme", next);
  } catch {
    // A browser that keeps nothing shows the choice until the page is left.
  }
  theme.value = next;
}

/** The value of a custom property in the present theme. */
export function themeColour(property: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(property).trim();
}

function current(): Theme {
  return (document.documentElement.dataset.theme as Theme | undefined) ?? (darkSystem.matches ? "dark" : "light");
}
