import { isHash, isList, isMaybe, isNumber, isObject, isText, isTime, readPlan, type Members } from "@signboard/model";
import { isBoot } from "../host/boot.ts";
import { isLimits } from "../media/limits.ts";
import type { FromServer } from "./messages.ts";
import { isPlace } from "./roads.ts";

/** What each kind of message must have, so that whoever gets it need not ask. */
const TESTS: { [type: string]: (message: Members) => boolean } = {
  pairing: (message) => isText(message["code"]) && isGreeting(message),
  welcome: (message) => isObject(message["viewer"]) && isText(message["viewer"]["name"]) && isGreeting(message) && isHouse(message),
  time: (message) => isTime(message["t0"]) && isTime(message["t1"]) && isTime(message["t2"]),
  plan: (message) => readPlan(message) !== null,
  command: (message) => isText(message["id"]) && isText(message["kind"]) && isMaybe(message["seconds"], (seconds) => isNumber(seconds, 0, 86_400)) && isMaybe(message["name"], isText) && isMaybe(message["epoch"], isEpoch),
  plays_ack: (message) => isText(message["stream"]) && isNumber(message["n"], 0, Number.MAX_SAFE_INTEGER),
  bye: (message) => isText(message["reason"]),
  error: (message) => isText(message["code"]) && typeof message["message"] === "string",
  download: isLimits,
  boot: isBoot,
  files: (message) => isList(message["missing"], isHash),
  ping: () => true,
};

/**
 * The message in a text from the server. "strange": of a kind that this player does not know, to be passed over.
 * Null: unreadable, or of a known kind without what it needs.
 */
export function readMessage(text: string): FromServer | "strange" | null {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch (unreadable) {
    return null;
  }
  if (!isObject(message) || !isText(message["type"])) return null;
  const type = message["type"];
  if (!Object.prototype.hasOwnProperty.call(TESTS, type)) return "strange";
  return (TESTS[type] as (message: Members) => boolean)(message) ? (message as unknown as FromServer) : null;
}

function isEpoch(value: unknown): boolean {
  return isNumber(value, 0, Number.MAX_SAFE_INTEGER);
}

/** The servers of the installation, where a server says them. */
function isHouse(message: Members): boolean {
  const isSeconds = (value: unknown) => isNumber(value, 0, 86_400);
  const areMaybe = isMaybe(message["return_after_s"], isSeconds) && isMaybe(message["return_within_s"], isSeconds) && isMaybe(message["epoch"], isEpoch);
  return areMaybe && isMaybe(message["server"], isText) && isMaybe(message["servers"], (servers) => isList(servers, isPlace));
}

function isGreeting(message: Members): boolean {
  return typeof message["installation"] === "string" && typeof message["language"] === "string" && isTime(message["server_time"]);
}
