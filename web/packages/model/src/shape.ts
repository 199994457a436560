// Questions about values of unknown origin: what came over a network or out of a storage is nothing in particular until it was looked at.

/** A value with members, such as a parsed JSON object. */
export type Members = { [name: string]: unknown };

/** Unix milliseconds beyond this are no time (ECMA-262, Time Values). */
const LAST_TIME = 8_640_000_000_000_000;

/** Whether it has members and is no list. */
export function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether it is a text with at least one letter. */
export function isText(value: unknown): value is string {
  return typeof value === "string" && value.length > 0;
}

/** Whether it is a number from `least` to `most`. */
export function isNumber(value: unknown, least: number, most: number): value is number {
  return typeof value === "number" && value >= least && value <= most;
}

/** Whether it is an instant in Unix milliseconds. */
export function isTime(value: unknown): value is number {
  return isNumber(value, -LAST_TIME, LAST_TIME);
}

/** Whether it could be the name of a file: what goes into an address must not lead elsewhere. */
export function isHash(value: unknown): value is string {
  return typeof value === "string" && /^[0-9A-Za-z_-]{1,128}$/.test(value);
}

/** Whether it is absent or passes. */
export function isMaybe(value: unknown, test: (value: unknown) => boolean): boolean {
  return value === undefined || value === null || test(value);
}

/** Whether it is a list whose every entry passes. */
export function isList<T>(value: unknown, test: (entry: unknown) => entry is T): value is T[];
export function isList(value: unknown, test: (entry: unknown) => boolean): value is unknown[];
export function isList(value: unknown, test: (entry: unknown) => boolean): boolean {
  if (!Array.isArray(value)) return false;
  // `every` passes over holes, which a storage may keep.
  for (let at = 0; at < value.length; at++) if (!test(value[at])) return false;
  return true;
}

/** Whether it is an object whose every member passes. */
export function isTable(value: unknown, test: (entry: unknown) => boolean): value is Members {
  return isObject(value) && Object.keys(value).every((name) => test(value[name]));
}

/** What a table holds under a name of foreign origin; nothing for what every object inherits. */
export function entryOf<T>(table: { [name: string]: T }, name: string): T | undefined {
  return Object.prototype.hasOwnProperty.call(table, name) ? table[name] : undefined;
}
