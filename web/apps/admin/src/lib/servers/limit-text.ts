/** Limits of the lines between servers, as people read them. */
import type { LineLimit } from "@signboard/api";

/** Bytes per second of one Mbit/s. */
export const MBIT = 125_000;

interface Phrases {
  free: string;
  closed: string;
}

/** A rate in bytes per second; null is no limit, 0 lets only what is urgent pass. */
export function rateText(rate: number | null, phrases: Phrases): string {
  if (rate === null) return phrases.free;
  if (rate === 0) return phrases.closed;
  const mbit = rate / MBIT;
  return `${mbit < 10 ? Math.round(mbit * 10) / 10 : Math.round(mbit)} Mbit/s`;
}

/** What a new limit says: working hours, from which people can start. */
export function newLimit(): LineLimit {
  return { days: ["mo", "tu", "we", "th", "fr"], window: { start: "08:00:00", end: "18:00:00" }, receive: 2 * MBIT, send: 2 * MBIT };
}
