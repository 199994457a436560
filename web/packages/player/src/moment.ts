import type { Item } from "@signboard/model";

/** What is to be seen during one stretch of time. */
export interface Moment {
  /** Equal for as long as the same thing stands on the screen without a new start. */
  key: string;
  kind: "page" | "image" | "video" | "standby";
  /** null: the player's own standby page, which no plan asked for */
  item: Item | null;
  /** The schedule row; null for the fallback */
  row: string | null;
  plan: string | null;
  /** When the item began, even if that was before its slot; Unix milliseconds of the session. */
  start: number;
  /** When the item would end by itself. */
  end: number;
  /** The stretch in which this answer holds: the item, cut to its slot. */
  from: number;
  until: number;
}

/** What plays when. Total: every instant has its moment. */
export interface Show {
  moment(at: number): Moment;
}

/** The moment of a screen that has nothing to play. */
export function standby(from: number, until: number, plan: string | null): Moment {
  return { key: "standby", kind: "standby", item: null, row: null, plan, start: from, end: until, from, until };
}

/** Before the first plan. */
export const NOTHING: Show = { moment: () => standby(-Infinity, Infinity, null) };
