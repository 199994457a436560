/** Light, dark, or as the system is. */
export type Theme = "system" | "light" | "dark";

const KEY = "signboard-theme";
const stored = localStorage.getItem(KEY);

export const theme = $state<{ wish: Theme }>({ wish: stored === "light" || stored === "dark" ? stored : "system" });

function apply(): void {
  const dark = theme.wish === "dark" || (theme.wish === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
}

export function wear(wish: Theme): void {
  theme.wish = wish;
  if (wish === "system") localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, wish);
  apply();
}

/** Follows the system while that is wished. Returns how to stop. */
export function startTheme(): () => void {
  const system = matchMedia("(prefers-color-scheme: dark)");
  apply();
  system.addEventListener("change", apply);
  return () => system.removeEventListener("change", apply);
}
