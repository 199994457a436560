import type { Destination, Id, Made, Millis } from "./cells.ts";
import type { When } from "./schedule.ts";

/** What a screen is told to do. */
export type TaskKind =
  | "black_box"
  | "reboot"
  | "refresh"
  | "restart"
  | "screenshot"
  | "shut_down"
  | "wake"
  | { fetch_logs: { lines: number } }
  | { identify: { seconds: number } }
  | { set_setting: { key: string; value: string } };

export const TASK_NAMES = ["identify", "screenshot", "refresh", "wake", "restart", "fetch_logs", "black_box", "set_setting", "reboot", "shut_down"] as const;
export type TaskName = (typeof TASK_NAMES)[number];

export interface Task extends Made {
  name: string;
  kind: TaskKind | null;
  destination: Destination | null;
  /** None: once, as soon as it is made. */
  when: When | null;
  /** Seconds for which a run may wait for its screen; none: the server's default. */
  expires_s: number | null;
  cancelled_at: Millis | null;
}

export type RunState = "waiting" | "sent" | "started" | "running" | "done" | "failed" | "expired" | "cancelled" | "no_answer" | "woke";

/** How a task goes at one screen. */
export interface TaskRun {
  id: Id;
  task: Id;
  viewer: Id;
  kind: TaskKind;
  planned: Millis;
  expires: Millis;
  state: RunState;
  /** Per cent, where it is running. */
  progress: number;
  started: Millis | null;
  ended: Millis | null;
  /** Stable, such as `not_allowed`; empty where nothing failed. */
  code: string;
  text: string;
  /** What was tried to wake the machine. */
  tried: string[];
  file: { name: string; mime: string; bytes: number } | null;
}

/** The name of what is to be done. */
export function taskName(kind: TaskKind): TaskName {
  return typeof kind === "string" ? kind : (Object.keys(kind)[0] as TaskName);
}
