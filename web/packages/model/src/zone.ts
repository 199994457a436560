// Civil time by the offsets that the plan brings; the device's own zone data is never asked.
import type { Plan } from "./plan.ts";
import { entryOf } from "./shape.ts";

/** What a clock on the wall shows. */
export interface Civil {
  year: number;
  /** 1 to 12 */
  month: number;
  /** 1 to 31 */
  day: number;
  hour: number;
  minute: number;
  second: number;
  /** days since Monday, 0 to 6 */
  weekday: number;
}

/** Seconds east of UTC. Before the first known offset it holds too; a zone that the plan lacks counts as UTC. */
export function offsetAt(zones: Plan["zones"], zone: string, at: number): number {
  const known = entryOf(zones, zone) || [];
  let offset = known[0] ? known[0].offset_s : 0;
  for (const next of known) if (next.from <= at) offset = next.offset_s;
  return offset;
}

/** What the clock shows in a zone of the plan. */
export function civilAt(zones: Plan["zones"], zone: string, at: number): Civil {
  const wall = new Date(at + offsetAt(zones, zone, at) * 1000);
  return {
    year: wall.getUTCFullYear(),
    month: wall.getUTCMonth() + 1,
    day: wall.getUTCDate(),
    hour: wall.getUTCHours(),
    minute: wall.getUTCMinutes(),
    second: wall.getUTCSeconds(),
    weekday: (wall.getUTCDay() + 6) % 7,
  };
}
