import { expect, it } from "vitest";
import { formatClock } from "./clock.ts";

const at = Date.parse("2026-11-22T14:05:09Z");

it.each([
  ["HH:mm", "Europe/Berlin", "en", "15:05"],
  ["h:mm a", "UTC", "en", "2:05 PM"],
  ["EEEE d MMMM yyyy", "UTC", "de", "Sonntag 22 November 2026"],
  ["dd.MM.yy HH:mm:ss", "UTC", "en", "22.11.26 14:05:09"],
  ["H 'Uhr' mm", "UTC", "de", "14 Uhr 05"],
])("%s in %s", (pattern, zone, language, shown) => {
  expect(formatClock(pattern, at, zone, language)).toBe(shown);
});
