import { isList, isMaybe, isObject, isText, type Members } from "@signboard/model";

/** Why a native viewer has nothing to play yet. */
export type BootState = "searching" | "pending" | "refused" | "several" | "lost";

const STATES: BootState[] = ["searching", "pending", "refused", "several", "lost"];

/** What a native viewer tells of itself while it has nothing to play. */
export interface BootFacts {
  state: BootState;
  code: string | null;
  name: string | null;
  host_name: string;
  addresses: string[];
  macs: string[];
  /** How the clock is set; empty where unknown */
  clock: string;
  /** The newest first */
  tried: { what: string; outcome: string }[];
  remedy: string | null;
  installations: string[];
  installation: string | null;
  language: string;
}

/** Whether a message holds all that the boot page needs. */
export function isBoot(message: Members): boolean {
  const isPlain = (value: unknown) => typeof value === "string";
  return (
    STATES.indexOf(message["state"] as BootState) >= 0 &&
    isPlain(message["host_name"]) &&
    isPlain(message["clock"]) &&
    isPlain(message["language"]) &&
    ["code", "name", "remedy", "installation"].every((member) => isMaybe(message[member], isPlain)) &&
    ["addresses", "macs", "installations"].every((member) => isList(message[member], isText)) &&
    isList(message["tried"], (one) => isObject(one) && isPlain(one["what"]) && isPlain(one["outcome"]))
  );
}
