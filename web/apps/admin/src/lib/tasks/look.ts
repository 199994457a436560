/** How tasks and their runs are shown. */
import { DAYS, type RunState, type Task, type TaskKind, type TaskName, taskName, type TaskRun } from "@signboard/api";
import { addDays, civil, number, say, t } from "@signboard/ui";
import Archive from "@lucide/svelte/icons/archive";
import Camera from "@lucide/svelte/icons/camera";
import Eye from "@lucide/svelte/icons/eye";
import Power from "@lucide/svelte/icons/power";
import PowerOff from "@lucide/svelte/icons/power-off";
import RefreshCw from "@lucide/svelte/icons/refresh-cw";
import RotateCcw from "@lucide/svelte/icons/rotate-ccw";
import RotateCw from "@lucide/svelte/icons/rotate-cw";
import ScrollText from "@lucide/svelte/icons/scroll-text";
import SlidersHorizontal from "@lucide/svelte/icons/sliders-horizontal";
import type { Component } from "svelte";
import { groups, viewers } from "$lib/data/collection.svelte.ts";

export type Tone = "good" | "bad" | "warn" | "off" | "info" | "accent";

export const ICONS: Record<TaskName, Component<{ size?: number }>> = {
  black_box: Archive,
  fetch_logs: ScrollText,
  identify: Eye,
  reboot: RotateCw,
  refresh: RefreshCw,
  restart: RotateCcw,
  screenshot: Camera,
  set_setting: SlidersHorizontal,
  shut_down: PowerOff,
  wake: Power,
};

/** What only administrators may order, since it touches the machine or tells of it. */
const GRAVE: ReadonlySet<TaskName> = new Set(["black_box", "fetch_logs", "reboot", "restart", "set_setting", "shut_down"]);
export const isGrave = (name: TaskName): boolean => GRAVE.has(name);

/** What the viewer's own configuration must allow besides. */
export const isHostLevel = (name: TaskName): boolean => name === "reboot" || name === "shut_down" || name === "set_setting";

/** A kind with the arguments that most people want. */
export function kindOf(name: TaskName): TaskKind {
  if (name === "identify") return { identify: { seconds: 20 } };
  if (name === "fetch_logs") return { fetch_logs: { lines: 500 } };
  if (name === "set_setting") return { set_setting: { key: "", value: "" } };
  return name;
}

export const kindText = (kind: TaskKind | null): string => (kind === null ? "" : t(`task.kind.${taskName(kind)}`));
export const titleOf = (task: Task): string => task.name || kindText(task.kind);

/** For whom, in words. */
export function whom(task: Task): string {
  const { destination } = task;
  if (destination === null) return "";
  if (destination === "all") return t("destination.all");
  return ("group" in destination ? groups.find(destination.group)?.name : viewers.find(destination.viewer)?.name) ?? "…";
}

const MONDAY = "2026-11-16";

/** When, in words; nothing for what was due at once. */
export function whenOf(task: Task): string {
  if (task.when === null) return "";
  const { from, zone, recurrence } = task.when;
  const weekly = recurrence?.weekly;
  const parts: string[] = [];
  if (weekly) {
    parts.push(weekly.days.length === 7 ? t("repeat.daily") : weekly.days.map((day) => civil(addDays(MONDAY, DAYS.indexOf(day)), "weekday")).join(", "));
    parts.push((weekly.window?.start ?? "00:00").slice(0, 5));
    if (weekly.every > 1) parts.push(t("repeat.every_n", { n: weekly.every }));
  } else parts.push(civil(from));
  parts.push(zone ?? t("task.local"));
  return parts.join(" · ");
}

const TONES: Record<RunState, Tone> = { waiting: "off", sent: "info", started: "info", running: "info", done: "good", woke: "good", failed: "bad", expired: "warn", no_answer: "warn", cancelled: "off" };

export const isOpen = (run: TaskRun): boolean => ["waiting", "sent", "started", "running"].includes(run.state);

export function stateOf(run: TaskRun): { tone: Tone; text: string } {
  const text = run.state === "running" && run.progress > 0 ? t("task.state.percent", { n: run.progress }) : t(`task.state.${run.state}`);
  return { tone: TONES[run.state], text };
}

/** What is to say about a run: the reader's words where there are some for its code, else the screen's. */
export function wordsOf(run: TaskRun): string {
  const own = say(`task.code.${run.code}`);
  return run.code === "" || own === `code.${run.code}` ? run.text : own;
}

/** All states of a task's runs with how many are in each, those that need somebody first. */
export function summary(runs: readonly TaskRun[]): { tone: Tone; text: string }[] {
  const order: RunState[] = ["failed", "no_answer", "expired", "running", "started", "sent", "waiting", "done", "woke", "cancelled"];
  const found = order.map((state) => ({ state, n: runs.filter((run) => run.state === state).length })).filter(({ n }) => n > 0);
  return found.map(({ state, n }) => ({ tone: TONES[state], text: runs.length === 1 ? t(`task.state.${state}`) : `${number(n)} ${t(`task.state.${state}`)}` }));
}
