/** Undo as a list of bodies. Pure: time comes in. */
import type { Body } from "@signboard/api";
import type { Command } from "./commands/command.ts";

export interface History {
  past: Body[];
  present: Body;
  future: Body[];
  last: { key: string; at: number };
}

const DEPTH = 200;
/** Commands of one key within this time are one step. */
const JOIN_MS = 700;

export function start(body: Body): History {
  return { past: [], present: body, future: [], last: { key: "", at: -Infinity } };
}

export function run(history: History, command: Command, at: number): History {
  const present = command.apply(history.present);
  if (present === history.present) return history;
  const joins = command.key === history.last.key && at - history.last.at < JOIN_MS && history.past.length > 0;
  const past = joins ? history.past : [...history.past.slice(-DEPTH + 1), history.present];
  return { past, present, future: [], last: { key: command.key, at } };
}

export function undo(history: History): History {
  const present = history.past.at(-1);
  if (!present) return history;
  return { past: history.past.slice(0, -1), present, future: [history.present, ...history.future], last: { key: "", at: -Infinity } };
}

export function redo(history: History): History {
  const [present, ...future] = history.future;
  if (!present) return history;
  return { past: [...history.past, history.present], present, future, last: { key: "", at: -Infinity } };
}
