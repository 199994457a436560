import type { Kept } from "./shelf.ts";

/** What may be removed, the oldest first: everything that is not needed. */
export function removable(kept: Kept[], needed: Set<string>): Kept[] {
  return kept.filter((file) => !needed.has(file.hash)).sort((a, b) => a.at - b.at);
}
