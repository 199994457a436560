/** How telling each recipient of alerts went last, and who cannot be told. Only administrators may know. */
import type { Delivery, Id, Recipient } from "@signboard/api";
import { SvelteMap } from "svelte/reactivity";
import { api } from "./api.ts";
import { askWhileSeen } from "./asking.ts";
import { byName, recipients } from "./collection.svelte.ts";

const REFETCH_MS = 20_000;

export const deliveries = new SvelteMap<Id, Delivery>();

/** Asks once. */
export async function refreshDeliveries(): Promise<void> {
  for (const one of await api.deliveries()) deliveries.set(one.recipient, one);
}

/** Asks again and again while something on the page wants to know. Returns what ends it. */
export function followDeliveries(): () => void {
  void recipients.load();
  // A server that is not there for a moment is asked again.
  return askWhileSeen(() => refreshDeliveries().catch(() => undefined), REFETCH_MS);
}

/** Whom nothing reaches, with since when and how it went last. Who is paused is not to be told. */
export function unreached(): { recipient: Recipient; since: number; delivery: Delivery }[] {
  return byName(recipients.items).flatMap((recipient) => {
    const delivery = deliveries.get(recipient.id);
    const since = delivery?.failing_since ?? null;
    return delivery && since !== null && !recipient.paused ? [{ recipient, since, delivery }] : [];
  });
}
