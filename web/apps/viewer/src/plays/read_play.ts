import { isMaybe, isNumber, isObject, isText, isTime } from "@signboard/model";
import type { PlayRecord } from "../session/messages.ts";
import type { Play } from "./journal.ts";

/** The play in a value out of a storage; null where it is none. One that the server must refuse would hold up all behind it. */
export function readPlay(value: unknown): Play | null {
  if (!isObject(value) || !isText(value["item"]) || !isObject(value["content"]) || typeof value["complete"] !== "boolean") return null;
  const { from, until } = value;
  if (!isTime(from) || !isTime(until) || until <= from) return null;
  return ["row", "plan", "revision", "media"].every((name) => isMaybe(value[name], isText)) ? (value as unknown as Play) : null;
}

/** The numbered record in a value out of a storage; null where it is none. */
export function readRecord(value: unknown): PlayRecord | null {
  return readPlay(value) && isNumber((value as PlayRecord).n, 1, Number.MAX_SAFE_INTEGER) ? (value as PlayRecord) : null;
}
