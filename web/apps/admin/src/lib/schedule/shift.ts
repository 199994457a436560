/** A row's time moved as its block was dragged in the calendar. Pure. */
import { DAYS, type Day, type When } from "@signboard/api";
import { civilMs, civilOf } from "@signboard/ui/zone";

const DAY_MINUTES = 1440;
const MINUTE_MS = 60_000;

function turned(time: string, minutes: number): string {
  const [hour = 0, minute = 0] = time.split(":").map(Number);
  const moved = (((hour * 60 + minute + minutes) % DAY_MINUTES) + DAY_MINUTES) % DAY_MINUTES;
  return `${String(Math.floor(moved / 60)).padStart(2, "0")}:${String(moved % 60).padStart(2, "0")}:00`;
}

/** Without recurrence start and end move; a weekly row moves its part of the day, and its day where it has only one. */
export function shifted(when: When, days: number, minutes: number): When {
  const weekly = when.recurrence?.weekly;
  if (!weekly) {
    const by = (days * DAY_MINUTES + minutes) * MINUTE_MS;
    return { ...when, from: civilOf(civilMs(when.from) + by), until: when.until === null ? null : civilOf(civilMs(when.until) + by) };
  }
  const { window } = weekly;
  const moved = weekly.days.length === 1 ? [DAYS[(DAYS.indexOf(weekly.days[0] as Day) + (days % 7) + 7) % 7] as Day] : weekly.days;
  const part = window && { start: turned(window.start, minutes), end: turned(window.end, minutes) };
  return { ...when, recurrence: { weekly: { ...weekly, days: moved, window: part } } };
}
