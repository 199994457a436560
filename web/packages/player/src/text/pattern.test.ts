import { expect, test } from "vitest";
import { civil } from "./civil.ts";
import { formatTime } from "./pattern.ts";

const at = civil(Date.UTC(2026, 2, 1, 8, 5, 9), 3600);

test.each([
  ["HH:mm", "en", "09:05"],
  ["H:mm:ss", "en", "9:05:09"],
  ["hh:mm a", "en", "09:05 AM"],
  ["EEEE, d. MMMM yyyy", "de", "Sonntag, 1. März 2026"],
  ["EEE d MMM yy", "nl", "zo 1 mrt 26"],
  ["EEEE d MMMM", "fr-CA", "dimanche 1 mars"],
  ["EEEE, d 'de' MMMM", "es", "domingo, 1 de marzo"],
  ["EEE dd.MM.", "it", "dom 01.03."],
  ["d/M", "en", "1/3"],
  ["HH'h'mm ''''", "en", "09h05 '"],
  ["'o''clock' H", "en", "o'clock 9"],
  ["EEEE", "pl", "niedziela"],
  ["EEEE", "xx-nonsense-", "Sunday"],
])("%s in %s", (pattern, language, text) => expect(formatTime(pattern, at, language)).toBe(text));

test.each([
  [0, "12 AM"],
  [12, "12 PM"],
  [13, "1 PM"],
  [23, "11 PM"],
])("hour %d on a clock of twelve", (hour, text) => expect(formatTime("h a", civil(Date.UTC(2026, 0, 1, hour), 0), "en")).toBe(text));

test("offsets over midnight and year", () => {
  expect(formatTime("yyyy-MM-dd HH:mm EEE", civil(Date.UTC(2026, 11, 31, 23, 30), 3600), "en")).toBe("2027-01-01 00:30 Fri");
  expect(formatTime("yyyy-MM-dd HH:mm", civil(Date.UTC(2026, 0, 1, 2, 0), -18_000), "en")).toBe("2025-12-31 21:00");
});
