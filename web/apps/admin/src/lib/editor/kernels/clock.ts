/** What a clock element shows: the patterns of Unicode TR 35 that the body allows. Pure. */
import { civilMs, toCivil } from "@signboard/ui/zone";

const name = (language: string, options: Intl.DateTimeFormatOptions) => (civil: number) => new Intl.DateTimeFormat(language, { ...options, timeZone: "UTC" }).format(civil);
const two = (value: number) => String(value).padStart(2, "0");

export function formatClock(pattern: string, ms: number, zone: string, language: string): string {
  const civil = civilMs(toCivil(ms, zone));
  const at = new Date(civil);
  const hour = at.getUTCHours();
  const parts: Record<string, () => string> = {
    HH: () => two(hour),
    H: () => String(hour),
    hh: () => two(hour % 12 || 12),
    h: () => String(hour % 12 || 12),
    mm: () => two(at.getUTCMinutes()),
    ss: () => two(at.getUTCSeconds()),
    a: () => (hour < 12 ? "AM" : "PM"),
    EEEE: () => name(language, { weekday: "long" })(civil),
    EEE: () => name(language, { weekday: "short" })(civil),
    dd: () => two(at.getUTCDate()),
    d: () => String(at.getUTCDate()),
    MMMM: () => name(language, { month: "long" })(civil),
    MMM: () => name(language, { month: "short" })(civil),
    MM: () => two(at.getUTCMonth() + 1),
    M: () => String(at.getUTCMonth() + 1),
    yyyy: () => String(at.getUTCFullYear()),
    yy: () => two(at.getUTCFullYear() % 100),
  };
  return pattern.replace(/'([^']*)'|EEEE|EEE|HH|H|hh|h|mm|ss|a|dd|d|MMMM|MMM|MM|M|yyyy|yy/g, (part, quoted?: string) => (quoted === undefined ? (parts[part]?.() ?? part) : quoted || "'"));
}
