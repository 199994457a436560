// What of a plan is on at an instant.
import type { Plan, Slot } from "./plan.ts";

/** 1970-01-05, a Monday, on a clock without zone. */
const FIRST_MONDAY = 4 * 86400000;

/** The slot of an instant. Outside the plan's slots the fallback plays: up to the next slot, or for ever. */
export function slotAt(plan: Plan, at: number): Slot {
  const place = firstEndingAfter(plan.slots, at);
  const slot = plan.slots[place];
  if (slot && slot.from <= at) return slot;
  const before = plan.slots[place - 1];
  return {
    from: before ? before.until : -Infinity,
    until: slot ? slot.from : Infinity,
    anchor: fallbackAnchor(plan),
    program: plan.fallback,
    row: null,
    emergency: false,
  };
}

/** When another slot begins; Infinity after the last. */
export function nextBoundary(plan: Plan, at: number): number {
  return slotAt(plan, at).until;
}

/** From where the position in the fallback counts: 1970-01-05T00:00 in the viewer's zone, as the server's slots have it if there are any. */
export function fallbackAnchor(plan: Plan): number {
  if (typeof plan.fallback_anchor === "number") return plan.fallback_anchor;
  for (const slot of plan.slots) if (slot.row === null && slot.program === plan.fallback) return slot.anchor;
  const offsets = plan.zones[plan.viewer.zone];
  return FIRST_MONDAY - (offsets && offsets[0] ? offsets[0].offset_s : 0) * 1000;
}

/** Index of the first slot that ends after `at`. */
function firstEndingAfter(slots: Slot[], at: number): number {
  let low = 0;
  let high = slots.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((slots[middle] as Slot).until <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
