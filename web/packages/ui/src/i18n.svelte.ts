/** The words of the interface, by typed key, in the reader's language; and numbers, sizes and times as that language writes them. */
import de from "../words/de.json" with { type: "json" };
import en from "../words/en.json" with { type: "json" };
import nl from "../words/nl.json" with { type: "json" };
import { fill, type Values } from "./phrase.ts";
import { ownZone } from "./zone.ts";

export type Key = keyof typeof en;
export type Language = "en" | "de" | "nl";

const CATALOGUES: Record<Language, Record<Key, string>> = { en, de, nl };
export const LANGUAGES: { code: Language; name: string }[] = [
  { code: "en", name: "English" },
  { code: "de", name: "Deutsch" },
  { code: "nl", name: "Nederlands" },
];

/** The tag by which numbers and times are written: English words come with British dates. */
const TAGS: Record<Language, string> = { en: "en-GB", de: "de", nl: "nl" };

const reader = $state<{ language: Language; now: number }>({ language: "en", now: Date.now() });

/** The first of the wished languages that there is a catalogue for, else English. */
export function speak(...wished: string[]): void {
  const known = wished.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag): tag is Language => tag in CATALOGUES);
  reader.language = known ?? "en";
  if (typeof document !== "undefined") document.documentElement.lang = reader.language;
}

/** The language that is spoken now. */
export const language = (): Language => reader.language;

/** The phrase of a key, filled. */
export function t(key: Key, values: Values = {}): string {
  return fill(CATALOGUES[reader.language][key] ?? en[key] ?? key, values, TAGS[reader.language]);
}

/** The phrase of a key that is put together from the server's words; the word itself where there is none. */
export function say(key: string, values: Values = {}): string {
  return key in en ? t(key as Key, values) : key.slice(key.indexOf(".") + 1);
}

export function number(value: number, digits = 0): string {
  return new Intl.NumberFormat(TAGS[reader.language], { maximumFractionDigits: digits }).format(value);
}

/** A size in bytes with its unit, such as 3.4 MB. */
export function bytes(value: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;
  const step = value < 1000 ? 0 : Math.min(4, Math.floor(Math.log10(value) / 3));
  const amount = value / 1000 ** step;
  return new Intl.NumberFormat(TAGS[reader.language], { style: "unit", unit: units[step], unitDisplay: "short", maximumFractionDigits: amount < 10 && step > 0 ? 1 : 0 }).format(amount);
}

/** A length of time: `8 s`, `1:05`, `2:00:00`. */
export function length(ms: number): string {
  const seconds = Math.round(ms / 100) / 10;
  if (seconds < 60) return `${number(seconds, 1)} s`;
  const whole = Math.round(seconds);
  const two = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

export type Style = "date" | "day" | "time" | "full" | "weekday";
const STYLES: Record<Style, Intl.DateTimeFormatOptions> = {
  date: { day: "numeric", month: "short", year: "numeric" },
  day: { day: "numeric", month: "short" },
  time: { hour: "2-digit", minute: "2-digit" },
  full: { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" },
  weekday: { weekday: "short" },
};

/** A moment as the clocks of a zone show it. */
export function moment(ms: number, style: Style = "full", zone: string = ownZone()): string {
  return new Intl.DateTimeFormat(TAGS[reader.language], { ...STYLES[style], timeZone: zone, hourCycle: "h23" }).format(ms);
}

/** A civil time, which has no zone of its own. */
export function civil(text: string, style: Style = "full"): string {
  return moment(Date.parse(`${text.length === 10 ? `${text}T00:00:00` : text}Z`), style, "UTC");
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1000],
];

/** How long ago or how far ahead, as of the shared minute clock. */
export function relative(ms: number): string {
  const away = ms - reader.now;
  const [unit, size] = STEPS.find(([, step]) => Math.abs(away) >= step) ?? ["second", 1000];
  const amount = unit === "second" && Math.abs(away) < 45_000 ? 0 : Math.round(away / size);
  return new Intl.RelativeTimeFormat(TAGS[reader.language], { numeric: "auto", style: "short" }).format(amount, unit);
}

/** The present as the interface shows it; it steps every few seconds, so that what depends on it is drawn anew. */
export const now = (): number => reader.now;

/** Starts the clock behind {@link now}. Returns how to stop it. */
export function startClock(): () => void {
  const timer = setInterval(() => (reader.now = Date.now()), 5000);
  return () => clearInterval(timer);
}
