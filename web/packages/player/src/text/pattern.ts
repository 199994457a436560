// Patterns of dates and times: the subset of Unicode TR 35 that a clock may use.
import type { CivilTime } from "./civil.ts";
import { calendarWords } from "./calendar_words.ts";

const FIELD = /'((?:[^']|'')*)'|EEEE|EEE|yyyy|yy|MMMM|MMM|MM|M|dd|d|HH|H|hh|h|mm|ss|a/g;

/** Writes `time` by `pattern`. Two single quotes are one; letters that are no field stay as they are. */
export function formatTime(pattern: string, time: CivilTime, language: string): string {
  const words = calendarWords(language);
  return pattern.replace(FIELD, (field, quoted: string | undefined) => {
    if (quoted !== undefined) return quoted === "" ? "'" : quoted.replace(/''/g, "'");
    switch (field) {
      case "EEEE":
        return words.days[time.weekday] as string;
      case "EEE":
        return words.shortDays[time.weekday] as string;
      case "yyyy":
        return digits(time.year, 4);
      case "yy":
        return digits(time.year % 100, 2);
      case "MMMM":
        return words.months[time.month - 1] as string;
      case "MMM":
        return words.shortMonths[time.month - 1] as string;
      case "MM":
        return digits(time.month, 2);
      case "M":
        return String(time.month);
      case "dd":
        return digits(time.day, 2);
      case "d":
        return String(time.day);
      case "HH":
        return digits(time.hour, 2);
      case "H":
        return String(time.hour);
      case "hh":
        return digits(time.hour % 12 || 12, 2);
      case "h":
        return String(time.hour % 12 || 12);
      case "mm":
        return digits(time.minute, 2);
      case "ss":
        return digits(time.second, 2);
      default:
        return time.hour < 12 ? words.am : words.pm;
    }
  });
}

function digits(value: number, length: number): string {
  let text = String(value);
  while (text.length < length) text = `0${text}`;
  return text;
}
