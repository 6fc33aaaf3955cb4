import { theme, toggleTheme } from "../page/theme.js";

/** Switches between dark and light. */
export function ThemeToggle() {
  const other = theme.value === "dark" ? "light" : "dark";
  return (
    <button type="button" class="icon-button" aria-label={`Switch to ${other} colours`} onClick={toggleTheme}>
      <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
        <circle cx="10" cy="10" r="6.5" fill="none" stroke="currentColor" stroke-width="1.5" />
        <path d="M10 3.5 a6.5 6.5 0 0 1 0 13 z" fill="currentColor" />
      </svg>
    </button>
  );
}
