/** Copied elements, also for other tabs of this browser: the system's clipboard cannot be read over plain HTTP. */
import type { Element } from "@signboard/api";

const KEY = "signboard-clipboard";

export const clipboard = {
  put(elements: readonly Element[]): void {
    localStorage.setItem(KEY, JSON.stringify(elements));
  },
  get(): Element[] {
    try {
      const found: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
      return Array.isArray(found) ? (found as Element[]) : [];
    } catch {
      return [];
    }
  },
};
