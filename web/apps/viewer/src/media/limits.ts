import { isList, isNumber, isObject } from "@signboard/model";
import type { Database } from "../store/database.ts";

/** Part of a day in minutes after midnight of the screen's zone, passing midnight where it ends before it begins. */
export interface Hours {
  from: number;
  until: number;
}

/** How a screen may fetch what it needs. The rate is kept by the server. */
export interface Limits {
  /** files at the same time; 0 = as many as the player likes */
  at_once: number;
  /** when what is not urgent may be fetched; none = always */
  hours: Hours[];
}

/** Before a server said anything. */
export const FREE: Limits = { at_once: 0, hours: [] };

/** At the same time where the server says nothing. */
const USUAL = 2;
/** At the same time at the most: browsers open no more connections to one server. */
const MOST = 6;
const DAY = 1440;
const MINUTE = 60_000;
/** A clock may be set, and its zone may change its offset: it is looked at again after this long, in milliseconds. */
const LOOK_AGAIN = 600_000;

/** Whether a value of unknown origin holds limits. */
export function isLimits(value: unknown): value is Limits {
  const isWhole = (number: unknown, most: number) => isNumber(number, 0, most) && number % 1 === 0;
  const isHours = (hours: unknown) => isObject(hours) && isWhole(hours["from"], DAY) && isWhole(hours["until"], DAY);
  return isObject(value) && isWhole(value["at_once"], 1_000) && isList(value["hours"], isHours);
}

/** What the server said last, for the time until it says it again. */
export function keptLimits(database: Database): Promise<Limits> {
  return database.read<unknown>("setting", "download").then(
    (kept) => (isLimits(kept) ? kept : FREE),
    () => FREE,
  );
}

/** Keeps them for the next start. */
export function keepLimits(database: Database, limits: Limits): Promise<void> {
  return database.write([{ table: "setting", key: "download", value: limits }]);
}

/** Milliseconds since midnight at an instant, `offset` seconds east of UTC. */
export function timeOfDay(at: number, offset: number): number {
  const day = DAY * MINUTE;
  return (((at + offset * 1000) % day) + day) % day;
}

/** How many files may be fetched at the same time. */
export function parallel(limits: Limits): number {
  return limits.at_once > 0 ? Math.min(limits.at_once, MOST) : USUAL;
}

/** Whether a minute of the day lies in the hours. */
export function isOpen(hours: Hours[], minute: number): boolean {
  const within = (one: Hours) => (one.from <= one.until ? minute >= one.from && minute < one.until : minute >= one.from || minute < one.until);
  return hours.length === 0 || hours.some(within);
}

/** For how long nothing may be fetched from this moment of the day (milliseconds after midnight) on, at the most until one should look again. */
export function closedFor(hours: Hours[], at: number): number {
  if (isOpen(hours, Math.floor(at / MINUTE))) return 0;
  const waits = hours.filter((one) => one.from !== one.until).map((one) => (one.from * MINUTE - at + DAY * MINUTE) % (DAY * MINUTE));
  return Math.max(1, Math.min.apply(null, waits.concat(LOOK_AGAIN)));
}
