/** Civil times and zones by the browser's `Intl`. A civil time is `2026-11-22T07:00:00`: what a clock on the wall shows, without offset. */

export const DAY_MS = 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat>();

function parts(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    const digits = "2-digit";
    format = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hourCycle: "h23", year: "numeric", month: digits, day: digits, hour: digits, minute: digits, second: digits });
    formats.set(zone, format);
  }
  return format;
}

/** What the clocks of a zone show at a moment. */
export function toCivil(ms: number, zone: string): string {
  const at: Record<string, string> = {};
  for (const part of parts(zone).formatToParts(ms)) at[part.type] = part.value;
  return `${at.year?.padStart(4, "0")}-${at.month}-${at.day}T${at.hour}:${at.minute}:${at.second}`;
}

/** The civil time as if it were UTC, in milliseconds: good for sums, never a moment. */
export function civilMs(civil: string): number {
  return Date.parse(`${civil.length === 10 ? `${civil}T00:00:00` : civil}Z`);
}

/** The inverse of {@link civilMs}. */
export function civilOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19);
}

/** The moment at which a zone's clocks show this time. In a gap: the moment after it; when the time comes twice: the first. */
export function fromCivil(civil: string, zone: string): number {
  const exact = civilMs(civil);
  // Clocks on the wall show no fractions of a second.
  const wanted = Math.floor(exact / 1000) * 1000;
  const rest = exact - wanted;
  const offset = (ms: number) => civilMs(toCivil(ms, zone)) - ms;
  const before = offset(wanted - DAY_MS);
  const after = offset(wanted + DAY_MS);
  const first = wanted - Math.max(before, after);
  if (civilMs(toCivil(first, zone)) === wanted) return first + rest;
  const second = wanted - Math.min(before, after);
  if (civilMs(toCivil(second, zone)) === wanted) return second + rest;
  // In the gap: the clocks jump at the moment where the offset grows.
  let low = wanted - DAY_MS;
  let high = wanted + DAY_MS;
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000;
    if (offset(middle) === before) low = middle;
    else high = middle;
  }
  return high;
}

/** The Monday of the week in which a civil date lies, as a date. */
export function mondayOf(date: string): string {
  const ms = civilMs(date.slice(0, 10));
  const weekday = (new Date(ms).getUTCDay() + 6) % 7;
  return civilOf(ms - weekday * DAY_MS).slice(0, 10);
}

/** A date some days later. */
export function addDays(date: string, days: number): string {
  return civilOf(civilMs(date.slice(0, 10)) + days * DAY_MS).slice(0, 10);
}

/** Whether the name is a zone that this browser knows. */
export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return zone.length > 0;
  } catch {
    return false;
  }
}

/** The reader's own zone. */
export function ownZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** All zones that this browser knows. */
export function allZones(): string[] {
  return typeof Intl.supportedValuesOf === "function" ? ["UTC", ...Intl.supportedValuesOf("timeZone")] : ["UTC", ownZone()];
}
