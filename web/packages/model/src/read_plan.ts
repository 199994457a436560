// Whether a value is a plan that can be played: everything that slots, positions and downloads count on.
import type { Plan } from "./plan.ts";
import { isHash, isList, isMaybe, isNumber, isObject, isTable, isText, isTime } from "./shape.ts";

/** The longest item, in milliseconds: ten years. Sums of these stay exact. */
const LONGEST = 315_360_000_000;
/** The largest file, in bytes: a number that stays exact. */
const LARGEST = 9_007_199_254_740_991;
const DEGREES = 3600;
/** Offsets of zones reach 14 hours; a day is generous. */
const DAY_S = 86_400;

/** The plan in a value that came over the network or out of a storage; null where it is none. Unknown members and kinds of items stay. */
export function readPlan(value: unknown): Plan | null {
  return isPlan(value) ? (value as unknown as Plan) : null;
}

function isPlan(value: unknown): boolean {
  return (
    isObject(value) &&
    isText(value["id"]) &&
    isMaybe(value["urgent"], isBoolean) &&
    isViewer(value["viewer"]) &&
    isTable(value["zones"], (offsets) => isList(offsets, isOffset)) &&
    isSlots(value["slots"]) &&
    isTable(value["programs"], isProgram) &&
    typeof value["fallback"] === "string" &&
    isMaybe(value["fallback_anchor"], isTime) &&
    isTable(value["media"], isMedia) &&
    isTable(value["bodies"], isFile) &&
    Object.keys(value["bodies"]).every(isHash) &&
    isList(value["fonts"], isFont)
  );
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === "boolean";
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}

function isViewer(value: unknown): boolean {
  if (!isObject(value) || !isString(value["zone"])) return false;
  const { rotation, volume, muted, fit, language, installation } = value;
  return (
    isMaybe(rotation, (one) => isNumber(one, -DEGREES, DEGREES)) &&
    isMaybe(volume, (one) => isNumber(one, 0, 100)) &&
    isMaybe(muted, isBoolean) &&
    [fit, language, installation].every((one) => isMaybe(one, isString))
  );
}

function isOffset(value: unknown): boolean {
  return isObject(value) && isTime(value["from"]) && isNumber(value["offset_s"], -DAY_S, DAY_S);
}

/** Slots in order and without overlap: the one of an instant is searched by halves. */
function isSlots(value: unknown): boolean {
  let end = -Infinity;
  return isList(value, (slot) => {
    if (!isObject(slot)) return false;
    const { from, until, anchor, program, row } = slot;
    const fits = isTime(from) && isTime(until) && isTime(anchor) && from >= end && until > from && isString(program) && isMaybe(row, isString);
    if (fits) end = until as number;
    return fits;
  });
}

function isProgram(value: unknown): boolean {
  return isObject(value) && isList(value["items"], isItem) && isMaybe(value["shuffle"], isShuffle);
}

function isItem(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { id, kind, duration_ms, transition, play } = value;
  return (
    isText(id) &&
    isText(kind) &&
    isNumber(duration_ms, 0, LONGEST) &&
    isMaybe(transition, (one) => isObject(one) && isMaybe(one["ms"], (ms) => isNumber(ms, 0, LONGEST))) &&
    isMaybe(value["body"], isHash) &&
    isMaybe(value["page"], isString) &&
    isMaybe(value["media"], isString) &&
    isMaybe(play, isObject)
  );
}

function isShuffle(value: unknown): boolean {
  return isObject(value) && isString(value["seed"]) && isList(value["blocks"], (block) => isList(block, (index) => isNumber(index, 0, LARGEST)));
}

function isFile(value: unknown): boolean {
  return isObject(value) && isString(value["sha256"]) && isNumber(value["bytes"], 0, LARGEST);
}

function isMedia(value: unknown): boolean {
  return isFile(value) && isObject(value) && isHash(value["hash"]) && isString(value["mime"]) && isMaybe(value["valid_from"], isTime) && isMaybe(value["valid_until"], isTime);
}

function isFont(value: unknown): boolean {
  return isFile(value) && isObject(value) && isHash(value["hash"]) && ["family", "weight", "style", "range"].every((name) => isString(value[name]));
}
