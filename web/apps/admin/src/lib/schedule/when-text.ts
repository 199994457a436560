/** When a row plays, in words. */
import { DAYS, type When } from "@signboard/api";
import { addDays, civil, t } from "@signboard/ui";

const MONDAY = "2026-11-16";

export function whenText(when: When): string {
  const parts: string[] = [];
  const weekly = when.recurrence?.weekly;
  if (weekly) {
    const days = weekly.days.length === 7 ? t("repeat.daily") : weekly.days.map((day) => civil(addDays(MONDAY, DAYS.indexOf(day)), "weekday")).join(", ");
    parts.push(weekly.window ? `${days} ${weekly.window.start.slice(0, 5)}–${weekly.window.end.slice(0, 5)}` : days);
    if (weekly.every > 1) parts.push(t("repeat.every_n", { n: weekly.every }));
  }
  parts.push(when.until ? t("when.span", { from: civil(when.from), until: civil(when.until) }) : t("when.since", { from: civil(when.from) }));
  if (when.zone) parts.push(when.zone);
  return parts.join(" · ");
}
