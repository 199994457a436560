/** The network cards by which screens are woken. */
import type { Id, NetworkCard } from "@signboard/api";
import { networkCards } from "$lib/data/collection.svelte.ts";

/** The cards of each screen, for each state of the list. */
const BY_VIEWER = new WeakMap<readonly NetworkCard[], Map<Id, NetworkCard[]>>();
const NONE: readonly NetworkCard[] = [];

/** The known cards of a screen by address. Whoever asks has the list loaded. */
export function cardsOf(viewer: Id): readonly NetworkCard[] {
  const all = networkCards.items;
  let index = BY_VIEWER.get(all);
  if (!index) {
    index = new Map();
    for (const card of [...all].sort((a, b) => a.mac.localeCompare(b.mac))) if (card.viewer !== null) index.set(card.viewer, [...(index.get(card.viewer) ?? []), card]);
    BY_VIEWER.set(all, index);
  }
  return index.get(viewer) ?? NONE;
}
