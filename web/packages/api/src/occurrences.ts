/** When a schedule row wants to play: a preview of the server's own rules for the calendar, which draws what is being edited. The server decides. */
import { addDays, civilMs, DAY_MS, fromCivil, mondayOf, toCivil } from "@signboard/ui/zone";
import type { Millis } from "./schema/cells.ts";
import type { Day, When } from "./schema/schedule.ts";

export interface Occurrence {
  from: Millis;
  until: Millis;
}

export const DAYS: Day[] = ["mo", "tu", "we", "th", "fr", "sa", "su"];
/** No row goes on longer than this past its start when it has no end. */
const FOR_EVER: Millis = 8.64e15;

/** The occurrences of a row that touch a span, trimmed to the row's own start and end but not to the span. */
export function occurrences(when: When, viewerZone: string, from: Millis, until: Millis): Occurrence[] {
  const zone = when.zone ?? viewerZone;
  const first = fromCivil(when.from, zone);
  const last = when.until === null ? FOR_EVER : fromCivil(when.until, zone);
  if (last <= from || first >= until || last <= first) return [];
  if (!when.recurrence) return [{ from: first, until: last }];

  const { every, days, window } = when.recurrence.weekly;
  const firstWeek = civilMs(mondayOf(when.from));
  const found: Occurrence[] = [];
  // One day earlier: a window over midnight may reach into the span.
  let date = addDays(toCivil(Math.max(from, first), zone), -1);
  const end = toCivil(Math.min(until, last), zone).slice(0, 10);
  for (; date <= end; date = addDays(date, 1)) {
    const weekday = DAYS[(new Date(civilMs(date)).getUTCDay() + 6) % 7] as Day;
    const week = Math.round((civilMs(mondayOf(date)) - firstWeek) / (7 * DAY_MS));
    if (!days.includes(weekday) || week < 0 || week % every !== 0) continue;
    const start = `${date}T${window?.start ?? "00:00:00"}`;
    const over = window === null || window.end <= window.start;
    const stop = `${over ? addDays(date, 1) : date}T${window?.end ?? "00:00:00"}`;
    const span = { from: Math.max(first, fromCivil(start, zone)), until: Math.min(last, fromCivil(stop, zone)) };
    if (span.from >= span.until || span.until <= from || span.from >= until) continue;
    const before = found.at(-1);
    if (window === null && before && before.until === span.from) before.until = span.until;
    else found.push(span);
  }
  return found;
}
